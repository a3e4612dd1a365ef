"""The base spider: what all sources do alike. A source's own file writes only what differs."""

import secrets
import sys
import time
import traceback
import warnings
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from scrapy import Spider
from scrapy.http import Request, Response, TextResponse
from twisted.python.failure import Failure

from core.clock import frozen_clock, system_clock
from core.errors import ConfigurationError, OtklikError
from core.records import CoverageStatus, Review
from core.settings import CrawlSettings
from core.watchlist import Listing
from spiders.engine.blocking import BlockedError, sign_of_block, sign_of_error, sign_of_wall
from spiders.engine.document import Batch, Document
from spiders.engine.failures import GONE, explain, place_of
from spiders.engine.guard import GuardedResolver, allowed_places
from spiders.engine.job import CrawlJob, OpenReview
from spiders.engine.landing import Quarantined, one_line, reason_of
from spiders.engine.monitors import PREFIX, tally
from spiders.engine.page import Collected, Detail, Page, SourceError, address_of, request_of
from spiders.engine.parsing import Sighting, UnknownValue, load_json
from spiders.engine.reading import Reading, Step
from spiders.engine.source import SourceInfo
from spiders.engine.unchanged import FIRST

_PATIENCE = 3
"""Look-ups that may fail one after another before the crawl is given up."""
_SUSPICIOUS = 2
"""Look-ups that may all say "gone" before it is tried whether they work at all."""


class ReviewSpider(Spider):
    """Base of all sources, and the recipe for a new one.

    Write `spiders/<name>.py` with

    1. the declaration `SOURCE = SourceInfo(name=..., ...)`, in literals: it is read without importing the file;
    2. `find(document)`, which yields the raw reviews of a saved page or payload, and `parse_review(raw, **sighting)`,
       which makes a `Review` of one: both pure, and all that an import needs. Mostly they are `find` and
       `parse_review` of a `Fields` map with `Lists` or `Cards`; `spiders.engine.kit` has all that they are made of;
    3. and, where robots.txt or the API's terms allow a crawl, `class ...Spider(ReviewSpider, source=SOURCE)` with
       `first_request()`: the first page of the list, newest reviews first (`engine.numbered` has all of it for lists
       whose pages are numbered);
    4. `parse_page(response)`: the raw reviews of one page (`self.batches(response)`, or `self.json(response)`, which
       tell a captcha or an error page from an answer), the request for the next one, and the total where the source
       says it; and `to_review(raw)`, if `parse_review` needs to know more than the sighting;
    5. where the source can show one review by its id, `look_up(open_review)`, and `parse_look_up(response)` if that
       answer has another shape. Without it the list is read on until all open reviews were met.

    Then record it: a folder under tests/recorded/<name>/ with the payload, the expected output and the clock.

    The engine does the rest: robots.txt, delays, retries, identity, when to stop (watermark, pages, time), open cases,
    quarantine for what does not validate, and an honest coverage. No source touches custom_settings, sets a user agent
    or a cookie, or sends a request of its own. What a source refuses or a parser does not understand is raised
    (`BlockedError`, `SourceError`, or whatever exception comes), never passed over.
    """

    source: ClassVar[SourceInfo]
    base_url: str = ""
    options: ClassVar[dict[str, str]] = {}
    empty_retries: ClassVar[int] = 0
    total_tolerance: ClassVar[float] = 0.0

    def __init_subclass__(cls, source: SourceInfo | None = None, **rest: Any) -> None:
        """Take the declaration of a source; a subclass of a source's spider keeps it."""
        super().__init_subclass__(**rest)
        if source is not None:
            cls.source, cls.name, cls.base_url, cls.options = source, source.name, source.base_url, source.options

    def __init__(
        self,
        *args: Any,
        job: CrawlJob | None = None,
        target: str = "",
        listing_id: str = "",
        base_url: str | None = None,
        max_pages: int | str = CrawlSettings().max_pages,
        **options: str,
    ) -> None:
        """Take a job from the engine, or the arguments of `scrapy crawl NAME -a target=... [-a listing_id=...]`."""
        super().__init__(*args)
        self.is_run_by_engine = job is not None
        if job is None:
            given = {key: int(value) if value.isdigit() else value for key, value in options.items()}
            names = {"id": listing_id or self.name, "source": self.name, "company": self.name}
            listing = Listing(**names, target=target, base_url=base_url, options=given)
            GuardedResolver.typed.update(allowed_places(listing))
            job = CrawlJob(
                home_root=Path(),
                run_id="scrapy",
                listing=listing,
                crawl=CrawlSettings(max_pages=int(max_pages)),
                secret=secrets.token_hex(32),  # hashes of one run that nobody can undo, or compare with another's
            )
        self.job = job
        self.listing = job.listing
        address = self.listing.base_url or type(self).base_url
        if not address and self.listing.target.startswith(("http://", "https://")):
            address = self.listing.target
        self.base_url = address.rstrip("/")
        if urlsplit(self.base_url).scheme not in ("http", "https"):
            where = f"listings.{self.listing.id}"
            raise ConfigurationError(f"{where}.base_url: {self.name} needs the site's address (http:// or https://)")
        for key in self.listing.options.keys() - self.options.keys():
            known = ", ".join(self.options) or "none"
            raise ConfigurationError(f"listings.{self.listing.id}.options.{key}: unknown; {self.name} knows: {known}")
        self.clock = frozen_clock(job.now) if job.now else system_clock
        self.has_crashed = False
        self._by_id = self.can_look_up()
        self.reading = Reading(
            job,
            tolerance=self.total_tolerance,
            empty_retries=self.empty_retries,
            by_id=self._by_id,
            started_at=self.clock(),
        )
        self._details: deque[Detail] = deque()
        self._more: Request | None = None
        self._next: Request | None = None
        self._failures = 0
        self._looked_up: set[str] = set()
        self._found_by_id = 0
        self._witness: Review | None = None
        self._told: set[str] = set()
        self._stop_at = time.monotonic() + 0.9 * job.crawl.timeout

    # What a source writes.

    def first_request(self) -> Request:
        """Return the request for the first page of the list, newest reviews first."""
        raise NotImplementedError

    def parse_page(self, response: Response) -> Page:
        """Return what one page of the list says."""
        raise NotImplementedError

    def to_review(self, raw: Mapping[str, Any]) -> Review:
        """Return one raw review as a record, or raise: it then goes to quarantine and the rest comes out.

        By default what `parse_review` of the source's module makes of it.
        """
        review: Review = sys.modules[type(self).__module__].parse_review(raw, **self.sighting)
        return review

    def look_up(self, review: OpenReview) -> Request | None:
        """Return the request for one review by its id; None where this one cannot be looked up."""
        raise NotImplementedError

    def can_look_up(self) -> bool:
        """Whether this listing's reviews can be looked up by their ids."""
        return type(self).look_up is not ReviewSpider.look_up

    def is_gone(self, review: OpenReview) -> bool:  # noqa: ARG002  for sources to which it matters
        """Whether the source's answer that there is no such review means that it was deleted."""
        return True

    def parse_look_up(self, response: Response) -> Page:
        """Return what a look-up says; by default that it has the shape of a page of the list."""
        return self.parse_page(response)

    # What a source uses.

    @property
    def sighting(self) -> Sighting:
        """What a parser must know besides the payload."""
        return Sighting(listing_id=self.listing.id, seen_at=self.clock(), secret=self.job.secret_bytes)

    def json(self, response: Response) -> Any:
        """Return the answer's JSON.

        Raises:
            BlockedError: it is a captcha, consent or bot page.
            SourceError: it is no JSON.
        """
        try:
            return load_json(response.body)
        except ValueError as error:
            sign = sign_of_block(response.text) if isinstance(response, TextResponse) else None
            if sign:
                raise BlockedError(f"{urlsplit(response.url).hostname} keeps robots out: {sign}") from error
            kind = (response.headers.get("Content-Type") or b"no content type").decode("latin-1").split(";")[0]
            raise SourceError(f"answered {kind} that is no JSON ({len(response.body)} bytes)") from error

    def batches(self, response: Response) -> list[Batch]:
        """Return what the module's `find` finds in an answer.

        Raises:
            BlockedError: it is a captcha, a consent or login wall, or an app shell without data.
            SourceError: it is nothing that the source knows.
        """
        kind = (response.headers.get("Content-Type") or b"").decode("latin-1")
        document = Document.of(response.body, url=response.url, content_type=kind)
        found = list(sys.modules[type(self).__module__].find(document))
        if not found:
            sign = sign_of_wall(document.text) if document.kind == "html" else None
            if document.kind == "json":
                sign = sign_of_error(document.json)
            if sign:
                raise BlockedError(f"{urlsplit(response.url).hostname} keeps robots out: {sign}")
            raise SourceError(f"answered {document.kind} without what was asked for ({len(response.body)} bytes)")
        return found

    # What the engine does.

    async def start(self) -> AsyncIterator[Any]:
        """Begin with the first page; each answer asks for the next, so that one request is under way at a time."""
        for request in self.begin():
            yield request

    def begin(self) -> Iterator[Request]:
        """Yield the first request, or note why there is none."""
        try:
            request = self._list_request(self.first_request())
            request.meta.update({FIRST: True, "handle_httpstatus_list": [304]} if self.job.pulse else {FIRST: True})
            yield request
        except Exception as error:  # noqa: BLE001  the source's code, whatever it raises, must end in the coverage
            self._crashed(error)

    def closed(self, reason: str) -> None:
        """Say what came of it, for somebody who runs `scrapy crawl` by hand."""
        coverage = self.reading.coverage(self.clock())
        counts = f"{coverage.collected} reviews, {coverage.quarantined} quarantined, {coverage.pages} pages"
        self.logger.info("%s: %s%s (%s)", coverage.status, counts, f"; {coverage.error}" * bool(coverage.error), reason)

    def parse(self, response: Response) -> Iterator[Any]:
        """Handle a page of the list."""
        return self._handle(response, self._page_came)

    def _look_up_came(self, response: Response) -> Iterator[Any]:
        return self._handle(response, self._detail_came)

    def _handle(self, response: Response, read: Callable[[Response], Collected | None]) -> Iterator[Any]:
        try:
            collected = read(response)
        except BlockedError as error:
            self.reading.fail(CoverageStatus.blocked, str(error))
            return
        except Exception as error:  # noqa: BLE001  the source's code, whatever it raises, must end in the coverage
            if read == self._page_came or self._failures + 1 >= _PATIENCE:
                self._crashed(error)
                return
            self._failures += 1
            collected = Collected((), (self._refuse(getattr(response, "text", ""), error),))
            self.reading.take((), refused=1)
        if collected is not None:
            rows = (review.model_dump(mode="json") for review in collected.reviews)
            yield from [collected] if self.is_run_by_engine else rows
        yield from self._onward()

    def _page_came(self, response: Response) -> Collected:
        if response.status == 304:
            self.reading.not_modified()
            return Collected(())
        page = self.parse_page(response)
        collected = self._read(page)
        known = [*(one.posted_at for one in collected.reviews), *(one.posted_at for one in page.details)]
        times = sorted(moment for moment in known if moment is not None)
        if page.displayed_count is not None:
            self.reading.displayed_rating, self.reading.displayed_count = page.displayed_rating, page.displayed_count
        self._witness = self._witness or next(iter(collected.reviews), None)
        request = request_of(response)
        step = self.reading.page(
            address_of(request),
            ids=[*(review.review_id for review in collected.reviews), *(d.review_id for d in page.details), *page.gone],
            refused=len(collected.quarantined),
            listed=page.listed if page.listed is not None else len(page.reviews) + len(page.details) + len(page.gone),
            newest=page.newest or (times[-1] if times else None),
            oldest=page.oldest or (times[0] if times else None),
            middle=times[len(times) // 2] if times else None,
            total=page.total,
            next_url=address_of(page.next) if page.next else None,
        )
        wanted = [detail for detail in page.details if self.reading.wants(detail.review_id, detail.posted_at)]
        self._details.extend(wanted)
        if len(wanted) < len(page.details):
            self.reading.skip()
        self._next = {Step.onward: page.next, Step.again: request, Step.end: None}[step]
        return collected

    def _detail_came(self, response: Response) -> Collected | None:
        self.reading.pages += 1
        review_id = request_of(response).meta["otklik_review_id"]
        page = Page(gone=[review_id]) if response.status in GONE else self.parse_look_up(response)
        if review_id in page.gone:
            self._failures = 0
            known = self.reading.open.get(review_id)
            if self._witness is not None and review_id == self._witness.review_id:
                self.reading.distrust_gone()
            elif known is None or self.is_gone(known):
                self.reading.take((), gone=[review_id])
            return Collected(())
        if page.more is not None:
            self._more = self._look_up_request(review_id, page.more)
            return None
        self._found_by_id += 1
        self._failures = 0
        return self._read(page)

    def _read(self, page: Page) -> Collected:
        """Validate the raw reviews of a page; what does not validate is set aside with its reason."""
        reviews, refused = [], []
        with warnings.catch_warnings(record=True) as unknown:
            warnings.simplefilter("always")
            for raw in page.reviews:
                try:
                    reviews.append(self.to_review(raw))
                except Exception as error:  # noqa: BLE001  one bad review never stops the rest
                    refused.append(self._refuse(raw, error))
        for warning in unknown:
            self._count("otklik/unknown" if issubclass(warning.category, UnknownValue) else "otklik/warnings")
            told = one_line(str(warning.message))
            if told not in self._told:
                self._told.add(told)
                self.logger.warning(told)
        self.reading.take(reviews, len(refused), page.gone)
        for name, count in tally(reviews).items():
            self._count(f"{PREFIX}{name}", count)
        return Collected(tuple(reviews), tuple(refused))

    def _refuse(self, raw: object, error: Exception) -> Quarantined:
        self._count(f"otklik/quarantined/{type(error).__name__}")
        return Quarantined.of(raw, error, source=self.name, listing_id=self.listing.id, seen_at=self.clock())

    def _onward(self) -> Iterator[Request]:
        """Yield the one request that comes next, if any: rest of a review, its page's others, next page, open cases."""
        if self.reading.has_failed:
            return
        wanted = [review for review in self.reading.open.values() if review.review_id not in self._looked_up]
        if time.monotonic() > self._stop_at and (self._more or self._details or self._next or (self._by_id and wanted)):
            self.reading.stop_early("stopped for want of time (crawl.timeout)", unread=len(self._details))
            return
        if self._more is not None:
            request, self._more = self._more, None
            yield request
        elif self._details:
            detail = self._details.popleft()
            yield self._look_up_request(detail.review_id, detail.request)
        elif self._next is not None:
            yield self._list_request(self._next)
        elif self._by_id:
            yield from self._look_ups([*wanted, *self._witnesses()])

    def _look_ups(self, wanted: list[OpenReview]) -> Iterator[Request]:
        for review in wanted:
            self._looked_up.add(review.review_id)
            look_up = self.look_up(review)
            if look_up is not None:
                yield self._look_up_request(review.review_id, look_up)
                return

    def _witnesses(self) -> Iterator[OpenReview]:
        """Yield a review that certainly exists, if all look-ups said "gone": their address may have changed."""
        if len(self.reading.gone) < _SUSPICIOUS or self._found_by_id or self._witness is None:
            return
        if self._witness.review_id not in self._looked_up:
            yield OpenReview(review_id=self._witness.review_id, url=self._witness.url)

    def _list_request(self, request: Request) -> Request:
        meta = {key: value for key, value in request.meta.items() if key not in ("retry_times", "download_slot")}
        return request.replace(callback=self.parse, errback=self._failed, meta=meta)

    def _look_up_request(self, review_id: str, request: Request) -> Request:
        self._looked_up.add(review_id)
        meta = {"handle_httpstatus_list": list(GONE), **request.meta, "otklik_review_id": review_id}
        return request.replace(callback=self._look_up_came, errback=self._failed, meta=meta)

    def _failed(self, failure: Failure) -> Iterator[Any]:
        """Handle a request that came to nothing, after all retries."""
        trouble = explain(failure)
        self._failures += 1
        if trouble.review_id is None or self._failures >= _PATIENCE or not trouble.is_about_one:
            self.reading.fail(trouble.status, trouble.why)
            return
        self.reading.fail(CoverageStatus.short, f"review {trouble.review_id}: {trouble.why}")
        yield from self._onward()

    def _crashed(self, error: Exception) -> None:
        if isinstance(error, OtklikError):
            self.reading.fail(CoverageStatus.failed, f"{self.name}: {error}")
            return
        self.has_crashed = True
        self._count(f"spider_exceptions/{type(error).__name__}")
        self.reading.fail(CoverageStatus.failed, f"{self.name}: {reason_of(error)} ({place_of(error)})")
        self.logger.error("%s\n%s", reason_of(error), "".join(traceback.format_tb(error.__traceback__)).rstrip())

    def _count(self, key: str, count: int = 1) -> None:
        crawler = getattr(self, "crawler", None)
        if crawler is not None and crawler.stats is not None:
            crawler.stats.inc_value(key, count)
