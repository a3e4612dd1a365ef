"""What a request that came to nothing means for the coverage."""

import re
import traceback
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import TextResponse
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from core.records import CoverageStatus
from spiders.engine.access import AccessRefusedError, HostUnreachableError, QuotaError
from spiders.engine.blocking import sign_of_block
from spiders.engine.landing import reason_of
from spiders.engine.settings import DOWNLOAD_MAXSIZE

GONE = (404, 410)
_ROOM = Path(__file__).resolve().parents[1]
_TOO_LARGE = re.compile("download max size|DOWNLOAD_MAXSIZE")
_REFUSED = (401, 403, 407, 429, 451)


class Trouble(NamedTuple):
    """One failed request, explained."""

    status: CoverageStatus
    why: str
    """One line that a person can act on."""
    review_id: str | None
    """The review that was looked up, if it was a look-up."""
    is_about_one: bool
    """It may be that review's own trouble (a 5xx, or a 403 where it became private); the rest may still be read."""


def explain(failure: Failure) -> Trouble:
    """Return what the failure of a request, after all retries, means."""
    request: Any = failure.request  # type: ignore[attr-defined]
    error: Any = failure.value
    host = urlsplit(request.url).netloc
    review_id = request.meta.get("otklik_review_id")
    if isinstance(error, QuotaError):
        return Trouble(CoverageStatus.short, str(error), review_id, is_about_one=False)
    if isinstance(error, AccessRefusedError):
        return Trouble(CoverageStatus.blocked, str(error), review_id, is_about_one=False)
    if isinstance(error, DownloadCancelledError | IgnoreRequest) and _TOO_LARGE.search(str(error)):
        why = f"{host}: the answer is larger than {DOWNLOAD_MAXSIZE >> 20} MiB"
        return Trouble(CoverageStatus.failed, why, review_id, is_about_one=True)
    if isinstance(error, HostUnreachableError):
        return Trouble(CoverageStatus.failed, str(error), review_id, is_about_one=False)
    if not isinstance(error, HttpError):
        return Trouble(CoverageStatus.failed, f"{host}: {reason_of(error)}", review_id, is_about_one=False)
    response = error.response
    sign = sign_of_block(response.text) if isinstance(response, TextResponse) else None
    if sign or response.status in _REFUSED:
        why = f"{host} refuses: {response.status}{f', {sign}' if sign else ''}"
        return Trouble(CoverageStatus.blocked, why, review_id, is_about_one=not sign and response.status != 429)
    hint = ": check the listing's target" if response.status in GONE else ""
    return Trouble(CoverageStatus.failed, f"{host} answered {response.status}{hint}", review_id, is_about_one=True)


def place_of(error: BaseException) -> str:
    """Return the file and line of this room where `error` came up, else of wherever it did."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(_ROOM)] or frames
    return f"{Path(own[-1].filename).name}:{own[-1].lineno}" if own else "unknown place"
