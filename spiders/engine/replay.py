"""Run a source's parser without the network, over a recording."""

import gzip
import json
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from scrapy.http import Request, Response, TextResponse
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from core.errors import InputError
from core.records import UtcTime
from core.settings import CrawlSettings
from core.watchlist import Listing
from spiders.engine.job import CrawlJob, OpenReview
from spiders.engine.loader import load_spider
from spiders.engine.page import Collected
from spiders.engine.spider import ReviewSpider

_OF_THE_NETWORK = {"requests", "bytes", "seconds", "counts", "seen", "oldest_at", "newest_at", "read_to"}
_SECRET = "00"  # noqa: S105  of recordings, so that their authors' hashes are the same everywhere


def replay(spider: ReviewSpider, answer: Callable[[Request], Response]) -> Iterator[Collected]:
    """Drive `spider` as a crawl does, with `answer` instead of the network, and yield what each page gave."""
    todo = deque(spider.begin())
    while todo:
        request = todo.popleft()
        response = answer(request)
        response.request = request
        if response.status == 200 or response.status in request.meta.get("handle_httpstatus_list", ()):
            results = _call(request.callback, response)
        else:
            failure: Any = Failure(HttpError(response, f"answered {response.status}"))  # type: ignore[no-untyped-call]
            failure.request = request
            results = _call(request.errback, failure)
        for result in results:
            if isinstance(result, Request):
                todo.append(result)
            else:
                yield result


def _call(function: Callable[..., Any] | None, argument: object) -> Iterator[Any]:
    return iter(function(argument) if function is not None else ())


def recorded_output(folder: Path) -> dict[str, Any]:
    """Return what the source named by `folder`'s parent makes of a recording: reviews, quarantine and coverage.

    Of an import `meta.json` holds `now`, `file`, and what the command is told (`listing_id`, `tz`, `seen_at`,
    `columns`). Of a crawl it holds `now`, `listing` (target, options, ...), what the crawl is told (`watermark`,
    `open_reviews`, `pulse`, `max_pages`), and `answers`: in order, the address asked for (without the site) and a file
    of the folder or a status. An address that is asked for out of that order is an error.

    Raises:
        InputError: with what was asked for and what the recording has.
    """
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    source = folder.parent.name
    if "file" in meta:
        return _imported(folder, meta)
    listing = {"id": "recorded", "source": source, "company": "recorded", **meta["listing"]}
    job = CrawlJob(
        home_root=folder,
        run_id="recorded",
        listing=Listing.model_validate(listing),
        crawl=CrawlSettings(max_pages=meta.get("max_pages", 20)),
        now=TypeAdapter(UtcTime).validate_python(meta["now"]),
        watermark=TypeAdapter(UtcTime | None).validate_python(meta.get("watermark")),
        open_reviews=TypeAdapter(tuple[OpenReview, ...]).validate_python(meta.get("open_reviews", ())),
        pulse=meta.get("pulse", False),
        secret=_SECRET,
    )
    spider = load_spider(source)(job=job)
    answers = deque(meta["answers"])

    def answer(request: Request) -> Response:
        asked = request.url.removeprefix(spider.base_url)
        if not answers or answers[0][0] != asked:
            raise InputError(f"{folder}: asked for {asked}, recorded is {answers[0][0] if answers else 'nothing more'}")
        given = answers.popleft()[1]
        if isinstance(given, int):
            return TextResponse(request.url, status=given, body=b"", encoding="utf-8")
        return TextResponse(request.url, body=_read(folder / given), encoding="utf-8")

    pages = list(replay(spider, answer))
    if answers:
        raise InputError(f"{folder}: {answers[0][0]} was never asked for")
    coverage = spider.reading.coverage(spider.clock())
    return {
        "reviews": [
            review.model_dump(mode="json", exclude_none=True, exclude={"source", "listing_id", "seen_at"})
            for page in pages
            for review in page.reviews
        ],
        "quarantined": [line.reason for page in pages for line in page.quarantined],
        "coverage": coverage.model_dump(
            mode="json",
            exclude_none=True,
            exclude={"run_id", "source", "listing_id", "attempt", "started_at", "finished_at", *_OF_THE_NETWORK},
        ),
    }


def _imported(folder: Path, meta: dict[str, Any]) -> dict[str, Any]:
    from spiders.imports import read

    imported = read(
        folder / meta["file"],
        format=meta.get("format"),
        listing_id=meta.get("listing_id"),
        seen_at=TypeAdapter(UtcTime | None).validate_python(meta.get("seen_at")),
        tz=meta.get("tz"),
        now=TypeAdapter(UtcTime).validate_python(meta["now"]),
        secret=bytes.fromhex(_SECRET),
        columns=meta.get("columns"),
    )
    return output_of(imported)


def output_of(imported: Any) -> dict[str, Any]:
    """Return what an import gave, as recordings keep it."""
    reviews = [review.model_dump(mode="json", exclude_none=True, exclude={"seen_at"}) for review in imported.reviews]
    return {
        "format": imported.format,
        "reviews": reviews,
        "quarantined": [line.reason for line in imported.quarantined],
        "notes": imported.notes,
    }


def _read(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
