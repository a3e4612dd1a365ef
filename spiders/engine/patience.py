"""Trying again: with a back-off that doubles, and never before the time that the site asks for."""

import asyncio
import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.http import Request, Response

_SHORTEST = 0.25
_LONGEST = 300.0
"""Seconds; a site that asks for more is left alone until the next run."""


class PatientRetryMiddleware(RetryMiddleware):
    """Scrapy's retries, with a wait before each: `Retry-After` where it is given, else delay x 2^n with jitter."""

    async def process_response(  # type: ignore[override]  # Scrapy takes a coroutine too
        self, request: Request, response: Response
    ) -> Request | Response:
        """Return the response, or after the wait the request to send again."""
        outcome = super().process_response(request, response)
        if not isinstance(outcome, Request):
            return response
        wait = max(self._back_off(outcome), retry_after(response) or 0)
        if wait > _LONGEST:
            return response
        await asyncio.sleep(wait)
        return outcome

    async def process_exception(  # type: ignore[override]  # Scrapy takes a coroutine too
        self, request: Request, exception: Exception
    ) -> Request | Response | None:
        """Return None to let the exception pass, or after the wait the request to send again."""
        outcome = super().process_exception(request, exception)
        if isinstance(outcome, Request):
            await asyncio.sleep(self._back_off(outcome))
        return outcome

    def _back_off(self, retry: Request) -> float:
        delay: float = self.crawler.settings.getfloat("OTKLIK_BACKOFF")
        tries: int = retry.meta["retry_times"]
        return min(_LONGEST, max(delay, _SHORTEST) * 2.0 ** (tries - 1)) * (1 + 0.2 * random.random())


def retry_after(response: Response) -> float | None:
    """Return the seconds that a response asks to wait, or None.

    They stand as a number or a date in Retry-After; where that is missing and nothing is left of a quota, until the
    date in X-RateLimit-Resource-Until (Yandex).
    """

    def header(name: str) -> str:
        return (response.headers.get(name) or b"").decode("latin-1").strip()

    value = header("Retry-After")
    if not value and header("X-RateLimit-Resource-Remaining") == "0":
        value = header("X-RateLimit-Resource-Until")
    if value.isdigit():
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())
