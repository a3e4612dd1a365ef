"""Who may be asked for what: robots.txt for every page, and nothing on a host that is not the source's.

Stricter than Scrapy's own middleware, which it replaces: a robots.txt that cannot be read is a refusal (RFC 9309), an
error page is never parsed as rules, and neither a request's meta nor a setting can switch it off.
"""

import asyncio
from typing import Any, Self
from urllib.parse import urlsplit

from protego import Protego
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from scrapy.http import Request, Response
from scrapy.http.request import NO_CALLBACK
from twisted.internet.error import ConnectError, ConnectionDone, ConnectionLost

from spiders.engine.landing import reason_of

PRODUCT = "Otklik"
_NO_FILE = (404, 410)
_UNREACHABLE = (
    CannotResolveHostError, ConnectError, ConnectionDone, ConnectionLost, DownloadConnectionRefusedError,
    DownloadFailedError, DownloadTimeoutError, OSError,
)  # fmt: skip
_LONGEST = 500 * 1024  # bytes that RFC 9309 asks a crawler to read at least


class AccessRefusedError(IgnoreRequest):
    """A request that may not be made; the message says why in one line."""


class QuotaError(AccessRefusedError):
    """The quota of the key is used up for now, by our own count: nobody refuses, but the rest is for the next run."""


class HostUnreachableError(IgnoreRequest):
    """The host of robots.txt cannot be reached: nobody refuses, but nothing else may be asked for either."""


class AccessMiddleware:
    """Lets a request pass if its host is the source's own and either the source is an API or robots.txt allows it.

    Only this class acts on a spider's declared `access`: `api` means that the owner of the site documents the address
    for programs and that it is called under his terms, which the declaration links.
    """

    def __init__(self, crawler: Crawler) -> None:
        """Take the crawler whose requests are watched."""
        self._crawler = crawler
        self._rules: dict[str, asyncio.Future[Protego | None]] = {}
        self._token = object()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the middleware, as Scrapy asks for it."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Return for a request that may be made.

        Raises:
            AccessRefusedError: the host is not the source's, or robots.txt forbids the address or cannot be read.
            HostUnreachableError: nobody answers there.
        """
        if request.meta.get("otklik_robots") is self._token:
            return
        spider: Any = self._crawler.spider
        address, own = urlsplit(request.url), urlsplit(spider.base_url)
        if address.scheme not in ("http", "https") or address.hostname != own.hostname:
            raise AccessRefusedError(
                f"{own.hostname} leads to {address.hostname}; if that is right, set it as base_url"
            )
        if spider.source.access == "api" and spider.source.terms_url:
            return
        rules = await self._rules_of(f"{address.scheme}://{address.netloc}")
        if rules is None:
            return
        if not rules.can_fetch(request.url, PRODUCT):
            self._crawler.stats.inc_value("robotstxt/forbidden")
            raise AccessRefusedError(f"{address.netloc}: robots.txt forbids {address.path}")
        slot = self._crawler.engine.downloader.slots.get(address.hostname or "")
        if slot is not None:
            slot.delay = max(slot.delay, rules.crawl_delay(PRODUCT) or 0)

    async def _rules_of(self, site: str) -> Protego | None:
        if site not in self._rules:
            self._rules[site] = asyncio.ensure_future(self._read(site))
        return await self._rules[site]

    async def _read(self, site: str) -> Protego | None:
        """Return the site's rules, or None where it has no robots.txt."""
        host = urlsplit(site).netloc
        robots = Request(f"{site}/robots.txt", priority=1000, meta={"otklik_robots": self._token}, callback=NO_CALLBACK)
        self._crawler.stats.inc_value("robotstxt/request_count")
        try:
            response: Response = await self._crawler.engine.download_async(robots)
        except AccessRefusedError:
            raise
        except _UNREACHABLE as error:
            raise HostUnreachableError(f"{host} cannot be reached: {reason_of(error)}") from error
        except Exception as error:
            raise AccessRefusedError(f"{host}: robots.txt cannot be read: {reason_of(error)}") from error
        self._crawler.stats.inc_value(f"robotstxt/response_status_count/{response.status}")
        if response.status in _NO_FILE:
            return None
        if response.status != 200:
            raise AccessRefusedError(f"{host}: robots.txt cannot be read: answered {response.status}")
        text = response.body[:_LONGEST].decode("utf-8", "replace").lstrip("\ufeff")
        if text.lstrip().startswith("<"):
            raise AccessRefusedError(f"{host}: robots.txt cannot be read: it is a page, not rules")
        return Protego.parse(text)
