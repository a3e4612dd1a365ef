"""Asking only for what changed: a pulse says which first page it knows, and the site may answer that it is the same.

Nights ask without conditions: an edit further down the list changes no first page. Of a page only its validators are
kept (ETag, Last-Modified), never its content, and only when the whole reading was good.
"""

import hashlib
import json
from pathlib import Path
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Request, Response

FIRST = "otklik_first"
"""Mark in the meta of the request for a list's first page."""
_FOLDER = ("data", "validators")
_LONGEST = 1000


class ConditionalMiddleware:
    """Adds If-None-Match and If-Modified-Since to a pulse's first request, and remembers what to ask next time."""

    def __init__(self, crawler: Crawler) -> None:
        """Take the crawler."""
        self._crawler = crawler
        self._found: dict[str, str] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the middleware, as Scrapy asks for it."""
        middleware = cls(crawler)
        crawler.signals.connect(middleware.spider_closed, signal=signals.spider_closed)
        return middleware

    def process_request(self, request: Request) -> None:
        """Say which page is known, unless the list is needed anyway for open reviews that it alone shows."""
        spider: Any = self._crawler.spider
        if not request.meta.get(FIRST) or not spider.job.pulse or spider.reading.needs_list:
            return
        known = _read(_path(spider))
        if known.get("page") != _page(request):
            return
        if known.get("etag"):
            request.headers["If-None-Match"] = known["etag"]
        if known.get("last_modified"):
            request.headers["If-Modified-Since"] = known["last_modified"]

    def process_response(self, request: Request, response: Response) -> Response:
        """Note the validators of the first page."""
        if request.meta.get(FIRST) and response.status == 200:
            given = {"etag": response.headers.get("ETag"), "last_modified": response.headers.get("Last-Modified")}
            texts = {name: value.decode("latin-1") for name, value in given.items() if value is not None}
            kept = {name: text for name, text in texts.items() if len(text) < _LONGEST and text.isprintable()}
            self._found = {"page": _page(request), **kept} if kept else {}
        return response

    def spider_closed(self) -> None:
        """Keep the validators of a good reading; after a bad one the next asks without a condition."""
        spider: Any = self._crawler.spider
        if not spider.is_run_by_engine:
            return
        path = _path(spider)
        if spider.reading.has_troubles or (
            spider.reading.pages and not self._found and not spider.reading.is_unchanged
        ):
            path.unlink(missing_ok=True)
        elif self._found:
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_suffix(".new")
            fresh.write_text(json.dumps(self._found), encoding="utf-8")
            fresh.replace(path)


def _path(spider: Any) -> Path:
    job = spider.job
    path: Path = job.home_root.joinpath(*_FOLDER, job.listing.source, f"{job.listing.id}.json")
    return path


def _page(request: Request) -> str:
    """Return what stands for the page: a digest, because an address may hold a key."""
    return hashlib.sha256(request.url.encode() + b"\0" + request.body).hexdigest()


def _read(path: Path) -> dict[str, str]:
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {name: value for name, value in known.items() if isinstance(value, str)} if isinstance(known, dict) else {}
