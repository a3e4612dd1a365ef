"""The bookkeeping of one crawl: what was seen, whether to read on, and how truthful the result is. No network.

Silence is never taken for "all quiet": an empty page midway, a repeated cursor, a page that repeats another, fewer
reviews than the source says it has, or none at all where it does not say, each leave their mark on the coverage.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from enum import Enum

from core.records import Coverage, CoverageRule, CoverageStatus, Review, StopReason
from spiders.engine.job import CrawlJob, Progress
from spiders.engine.landing import one_line


class Step(Enum):
    """What to do after a page of the list."""

    onward = "ask for the next page"
    again = "ask for the same page again"
    end = "the list is done"


class Reading:
    """One crawl of one listing, as far as it has come.

    Args:
        job: what was asked for.
        tolerance: share by which the source's own total may exceed what it lists.
        empty_retries: times that an empty page is asked for again before it is believed.
        by_id: open reviews can be looked up one by one, so that the list need not be read on for them.
        started_at: when the crawl began.
    """

    def __init__(
        self, job: CrawlJob, *, tolerance: float, empty_retries: int, by_id: bool, started_at: datetime
    ) -> None:
        self._job = job
        self._tolerance = tolerance
        self._empty_retries = empty_retries
        self._by_id = by_id
        self._started_at = started_at
        self._listed: set[str] = set()
        self._asked: set[str] = set()
        self._status = CoverageStatus.ok
        self._error: str | None = None
        self._fault: CoverageRule | None = None
        self._stopped: StopReason | None = None
        self._behind = 0
        self._read_to: datetime | None = None
        self._taken: set[str] = set()
        self._empty_tries = 0
        self._hollow: int | None = None
        self._news_done = False
        self._is_full = False
        self._is_windowed = False
        self._has_all_news = False
        self._refused_listed = 0
        self.open = {review.review_id: review for review in job.open_reviews}
        """Reviews with an open case that were not re-read yet."""
        self.list_pages = 0
        self.pages = 0
        self.collected = 0
        self.quarantined = 0
        self.expected: int | None = None
        self.newest: datetime | None = None
        self.oldest: datetime | None = None
        self.gone: list[str] = []
        self.displayed_rating: float | None = None
        self.displayed_count: int | None = None

    @property
    def back_to(self) -> datetime | None:
        """Posting time down to which news are read; None reads all that there is."""
        if self._job.watermark is None:
            return None
        return self._job.watermark - timedelta(days=0 if self._job.pulse else self._job.crawl.overlap_days)

    def wants(self, review_id: str, posted_at: datetime | None) -> bool:
        """Whether a review that the list only names is worth a look: it is news, or has an open case."""
        return self.back_to is None or posted_at is None or posted_at >= self.back_to or review_id in self.open

    def skip(self) -> None:
        """Note that reviews of the list were not looked at: what is missing from this crawl is not gone."""
        self._is_windowed = True

    @property
    def has_troubles(self) -> bool:
        """Whether the reading is not whole."""
        return self._status is not CoverageStatus.ok

    @property
    def needs_list(self) -> bool:
        """Whether there are open reviews that can only be re-read in the list."""
        return bool(self.open) and not self._by_id

    @property
    def is_unchanged(self) -> bool:
        """Whether the site said that its first page is the one that was read before."""
        return self._stopped is StopReason.unchanged

    @property
    def has_failed(self) -> bool:
        """Whether nothing more may be asked for."""
        return self._status in (CoverageStatus.failed, CoverageStatus.blocked)

    def fail(self, status: CoverageStatus, why: str, fault: CoverageRule | None = None) -> None:
        """Note what went wrong; the first reason stands, unless a worse status follows a mere shortfall."""
        if self._status is CoverageStatus.ok or (self._status is CoverageStatus.short and status is not self._status):
            self._status, self._error, self._fault = status, one_line(why), fault

    def take(self, reviews: Iterable[Review], refused: int = 0, gone: Collection[str] = ()) -> None:
        """Count reviews that were read, refused ones, and those that the source says are deleted."""
        for review in reviews:
            self.collected += 1
            self._taken.add(review.review_id)
            self.open.pop(review.review_id, None)
            if review.posted_at is not None:
                self.newest = max(self.newest or review.posted_at, review.posted_at)
                self.oldest = min(self.oldest or review.posted_at, review.posted_at)
        self.quarantined += refused
        for review_id in gone:
            self.open.pop(review_id, None)
            self.gone.append(review_id)

    def distrust_gone(self) -> None:
        """Take back all that is gone: the look-ups say so even of a review that the list shows."""
        self.fail(CoverageStatus.short, f"look-ups by id do not work: {len(self.gone)} open reviews were not re-read")
        self.gone.clear()

    def page(
        self,
        url: str,
        *,
        ids: Collection[str],
        refused: int,
        listed: int,
        newest: datetime | None,
        oldest: datetime | None,
        total: int | None,
        next_url: str | None,
        middle: datetime | None = None,
    ) -> Step:
        """Judge one page of the list and say how to go on.

        Args:
            url: what was asked for.
            ids: of the reviews on the page that could be read.
            refused: reviews on it that went to quarantine.
            listed: entries on the page, whether they concern us or not.
            newest: posting time of the newest entry, where known.
            oldest: posting time of the oldest entry, where known.
            total: reviews that the source says it has.
            next_url: what to ask for next; None on the last page.
            middle: median of the posting times: what is newer stands above it, but for a few pinned entries.
        """
        self.pages += 1
        self.list_pages += 1
        self._asked.add(url)
        self.expected = total if total is not None else self.expected
        if listed == 0:
            return self._empty_page(next_url)
        self._empty_tries = 0
        self._read_to = middle or self._read_to
        repeats = bool(ids) and not refused and self._listed.issuperset(ids)
        self._listed.update(ids)
        self._refused_listed += refused
        if self._hollow is not None:
            self.fail(CoverageStatus.short, f"page {self._hollow} came empty between full ones")
        if repeats and not self._is_complete():
            why = f"page {self.list_pages} repeats reviews that were read before"
            return self._short(why, CoverageRule.duplicate_pages)
        if newest is not None and self._job.watermark is not None and newest <= self._job.watermark:
            self._behind += 1
        self._news_done = self._news_done or self._is_caught_up(newest, oldest)
        if next_url is None or repeats:
            return self._end_of_list()
        if next_url in self._asked:
            why = f"page {self.list_pages} names a page as next that was read before (repeated cursor)"
            return self._end_of_list() if self._is_complete() else self._short(why, CoverageRule.repeated_cursor)
        if self._news_done and not self._must_read_on(newest):
            self._is_windowed = True
            self._stopped = StopReason.watermark
            return Step.end
        if self.list_pages >= self._job.crawl.max_pages:
            return self.stop_early(f"stopped at {self.list_pages} pages (crawl.max_pages)")
        return Step.onward

    def stop_early(self, why: str, unread: int = 0) -> Step:
        """End at a limit of our own with `unread` news: a first reading's window, but later on a shortfall."""
        self._is_windowed = True
        self._stopped = StopReason.limit
        if unread and self._job.watermark is not None:
            self._short(f"{why} before {unread} new reviews were read")
        elif self._news_done and self.open:
            self._has_all_news = self._status is CoverageStatus.ok
            self._short(f"{why} before {len(self.open)} open reviews were met")
        elif not self._news_done and not self._behind and self._job.watermark is not None:
            self._short(f"{why} before the reviews of the last crawl were met")
        return Step.end

    def _empty_page(self, next_url: str | None) -> Step:
        if self.expected is None:
            if next_url is None or next_url in self._asked:
                return self._end_of_list()
            self._hollow = self.list_pages if self._listed else self._hollow
            if self.list_pages >= self._job.crawl.max_pages:
                return self.stop_early(f"stopped at {self.list_pages} pages (crawl.max_pages)")
            return Step.onward
        if self._count() >= self.expected:
            return self._end_of_list()
        if self._empty_tries < self._empty_retries:
            self._empty_tries += 1
            self.list_pages -= 1
            return Step.again
        if self._is_complete() and self._listed:
            return self._end_of_list()
        return self._short(f"page {self.list_pages} came empty after {self._count()} of {self.expected} reviews")

    def not_modified(self) -> Step:
        """End at a first page that is the one of the last complete reading."""
        self.pages += 1
        self._is_windowed = self._news_done = True
        self._stopped = StopReason.unchanged
        return Step.end

    def _end_of_list(self) -> Step:
        self._is_full = True
        self._stopped = StopReason.end
        self._news_done = True
        if not self._listed and not self._refused_listed and self.expected != 0:
            self._short("no reviews came, and the source does not say that there are none", CoverageRule.nothing)
        elif self.expected is not None and not self._is_complete():
            self._short(f"the source says it has {self.expected} reviews, and listed {self._count()}")
        return Step.end

    def _short(self, why: str, fault: CoverageRule | None = None) -> Step:
        self.fail(CoverageStatus.short, why, fault)
        return Step.end

    def _count(self) -> int:
        return len(self._listed) + self._refused_listed

    def _is_complete(self) -> bool:
        return self.expected is not None and self._count() >= self.expected * (1 - self._tolerance)

    def _is_caught_up(self, newest: datetime | None, oldest: datetime | None) -> bool:
        if self.back_to is None:
            return self._job.pulse
        if self._behind >= self._job.crawl.overlap_pages:
            return True
        edge = oldest if self._job.pulse else newest
        return edge is not None and (edge < self.back_to or (self._job.pulse and edge == self.back_to))

    def _must_read_on(self, newest: datetime | None) -> bool:
        if self._by_id or not self.open:
            return False
        times = [review.posted_at for review in self.open.values()]
        # A list ordered by time cannot show them any more once it is past the oldest of them.
        return newest is None or any(time is None or time <= newest for time in times)

    def progress(self) -> Progress:
        """Return how far the crawl is."""
        return Progress(
            source=self._job.listing.source,
            listing_id=self._job.listing.id,
            pages=self.pages,
            collected=self.collected,
            quarantined=self.quarantined,
            expected=self.expected,
            oldest=self.oldest,
        )

    def coverage(self, finished_at: datetime) -> Coverage:
        """Return the result of the crawl."""
        if self.quarantined > self.collected:
            many = f"{self.quarantined} of {self.quarantined + self.collected} reviews could not be read"
            self.fail(CoverageStatus.failed, f"{many}: the source may have changed its format (see the quarantine)")
        is_ok = self._status is CoverageStatus.ok
        return Coverage(
            run_id=self._job.run_id,
            source=self._job.listing.source,
            listing_id=self._job.listing.id,
            attempt=self._job.attempt,
            started_at=self._started_at,
            finished_at=finished_at,
            pages=self.pages,
            expected=self.expected,
            collected=self.collected,
            quarantined=self.quarantined,
            status=self._status,
            error=self._error,
            is_full=is_ok and self._is_full and not self._is_windowed and not self.quarantined,
            watermark=self._watermark(finished_at) if is_ok or self._has_all_news else None,
            gone_ids=tuple(self.gone),
            displayed_rating=self.displayed_rating,
            displayed_count=self.displayed_count,
            stopped=self._why_stopped(),
            fault=self._fault,
            seen=len(self._taken),
            oldest_at=self.oldest,
            newest_at=self.newest,
            read_to=self._depth(),
        )

    def _why_stopped(self) -> StopReason:
        if self._status is CoverageStatus.blocked:
            return StopReason.block
        if self._status is CoverageStatus.failed:
            return StopReason.error
        return self._stopped or StopReason.error

    def _depth(self) -> datetime | None:
        """Return since when every review that was posted must have been met; entries that were skipped were not."""
        if self._read_to is None or not self._is_windowed or self.back_to is None:
            return self._read_to
        return max(self._read_to, self.back_to)

    def _watermark(self, finished_at: datetime) -> datetime | None:
        known = [time for time in (self.newest, self._job.watermark) if time is not None]
        # A date in the future would hide all reviews until it has come.
        return min(max(known), finished_at) if known else None
