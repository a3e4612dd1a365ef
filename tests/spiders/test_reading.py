"""When a crawl reads on, when it stops, and what it says of itself: without Scrapy and without a network."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.records import Coverage, CoverageStatus, ReplyState, Review
from core.settings import CrawlSettings
from core.watchlist import Listing
from spiders.engine.job import CrawlJob
from spiders.engine.reading import Reading, Step
from tests.spiders.loopback import NOW, days_ago


def reading(*, by_id: bool = False, tolerance: float = 0.0, empty_retries: int = 0, **changes: Any) -> Reading:
    crawl = CrawlSettings(**{key: changes.pop(key) for key in ("max_pages", "overlap_days") if key in changes})
    listing = Listing(id="shop", source="site", company="firm")
    job = CrawlJob(home_root=Path(), run_id="nightly", listing=listing, crawl=crawl, now=NOW, **changes)
    return Reading(job, tolerance=tolerance, empty_retries=empty_retries, by_id=by_id, started_at=NOW)


def review(review_id: str, posted_at: datetime | None) -> Review:
    return Review(
        source="site",
        listing_id="shop",
        review_id=review_id,
        text="",
        posted_at=posted_at,
        reply_state=ReplyState.none,
        seen_at=NOW,
    )


def page(
    current: Reading,
    url: str,
    entries: dict[str, float | None],
    next_url: str | None,
    *,
    total: int | None = None,
    refused: int = 0,
) -> Step:
    """Give one page of reviews, each with the days since it was posted."""
    times = {name: None if days is None else days_ago(days) for name, days in entries.items()}
    current.take([review(name, time) for name, time in times.items()], refused)
    known = [time for time in times.values() if time is not None]
    return current.page(
        url,
        ids=list(entries),
        refused=refused,
        listed=len(entries) + refused,
        newest=max(known, default=None),
        oldest=min(known, default=None),
        total=total,
        next_url=next_url,
    )


def end(current: Reading) -> Coverage:
    return current.coverage(NOW)


def test_a_list_that_was_read_to_its_end_is_full_and_sets_the_watermark() -> None:
    current = reading()
    assert page(current, "1", {"a": 1, "b": 2}, "2", total=3) is Step.onward
    assert page(current, "2", {"c": 400}, None, total=3) is Step.end
    coverage = end(current)
    assert (coverage.status, coverage.error, coverage.is_full) == (CoverageStatus.ok, None, True)
    assert (coverage.expected, coverage.collected, coverage.watermark) == (3, 3, days_ago(1))


def test_fewer_than_the_source_says_is_short_beyond_its_tolerance() -> None:
    current = reading()
    page(current, "1", {str(number): 1 for number in range(99)}, None, total=100)
    coverage = end(current)
    assert coverage.status is CoverageStatus.short
    assert coverage.error == "the source says it has 100 reviews, and listed 99"
    assert coverage.watermark is None
    lenient = reading(tolerance=0.02)
    page(lenient, "1", {str(number): 1 for number in range(99)}, None, total=100)
    assert end(lenient).status is CoverageStatus.ok


def test_reading_stops_only_where_a_whole_page_is_older_than_the_overlap() -> None:
    current = reading(watermark=days_ago(1), overlap_days=7)
    assert page(current, "1", {"pinned": 900, "a": 0.5}, "2") is Step.onward
    assert page(current, "2", {"b": 7, "c": 9}, "3") is Step.onward
    assert page(current, "3", {"d": 8.5, "e": 10}, "4") is Step.end
    assert (end(current).status, end(current).is_full) == (CoverageStatus.ok, False)


def test_a_pulse_reads_the_first_page_or_down_to_the_watermark() -> None:
    assert page(reading(pulse=True), "1", {"a": 1}, "2") is Step.end
    current = reading(pulse=True, watermark=days_ago(1))
    assert page(current, "1", {"a": 0.1, "b": 0.2}, "2") is Step.onward
    assert page(current, "2", {"c": 0.3, "d": 1}, "3") is Step.end
    assert end(current).status is CoverageStatus.ok


def test_the_page_limit_is_a_first_readings_window_but_later_a_shortfall() -> None:
    first = reading(max_pages=2)
    assert page(first, "1", {"a": 1}, "2", total=500) is Step.onward
    assert page(first, "2", {"b": 2}, "3", total=500) is Step.end
    assert (end(first).status, end(first).is_full, end(first).watermark) == (CoverageStatus.ok, False, days_ago(1))
    later = reading(max_pages=1, watermark=days_ago(30))
    assert page(later, "1", {"a": 1}, "2") is Step.end
    assert (end(later).status, end(later).watermark) == (CoverageStatus.short, None)
    assert "before the reviews of the last crawl were met" in (end(later).error or "")


def test_open_reviews_keep_the_list_going_where_they_cannot_be_looked_up() -> None:
    opened = ({"review_id": "old", "posted_at": days_ago(50)}, {"review_id": "lost", "posted_at": days_ago(20)})
    current = reading(watermark=days_ago(1), overlap_days=2, open_reviews=opened)
    assert page(current, "1", {"a": 5}, "2") is Step.onward
    assert page(current, "2", {"b": 30, "c": 40}, "3") is Step.onward
    assert page(current, "3", {"old": 50, "d": 55}, "4") is Step.end  # the other one would stand above
    assert list(current.open) == ["lost"]
    assert end(current).status is CoverageStatus.ok
    assert page(reading(by_id=True, watermark=days_ago(1), open_reviews=opened), "1", {"a": 50}, "2") is Step.end
    limited = reading(watermark=days_ago(1), overlap_days=2, open_reviews=opened, max_pages=1)
    assert page(limited, "1", {"a": 5}, "2") is Step.end
    assert (end(limited).status, end(limited).watermark) == (CoverageStatus.short, days_ago(1))
    assert "before 2 open reviews were met" in (end(limited).error or "")


@pytest.mark.parametrize("total", [None, 5])
def test_a_repeated_cursor_is_short(total: int | None) -> None:
    current = reading()
    assert page(current, "1", {"a": 1}, "2", total=total) is Step.onward
    assert page(current, "2", {"b": 1}, "1", total=total) is Step.end
    assert end(current).status is CoverageStatus.short
    assert "repeated cursor" in (end(current).error or "")


def test_a_repeated_cursor_after_the_last_review_is_the_end() -> None:
    current = reading()
    assert page(current, "1", {"a": 1}, "1", total=1) is Step.end
    assert (end(current).status, end(current).is_full) == (CoverageStatus.ok, True)


@pytest.mark.parametrize("total", [None, 9])
def test_a_page_that_repeats_another_is_short(total: int | None) -> None:
    current = reading()
    page(current, "1", {"a": 1, "b": 1}, "2", total=total)
    assert page(current, "2", {"b": 1, "a": 1}, "3", total=total) is Step.end
    assert end(current).status is CoverageStatus.short
    assert end(current).error == "page 2 repeats reviews that were read before"


def test_an_empty_page_midway_is_asked_for_again_and_then_short() -> None:
    current = reading(empty_retries=2)
    page(current, "1", {"a": 1}, "2", total=4)
    assert page(current, "2", {}, "3", total=4) is Step.again
    assert page(current, "2", {}, "3", total=4) is Step.again
    assert page(current, "2", {}, "3", total=4) is Step.end
    assert end(current).error == "page 2 came empty after 1 of 4 reviews"
    passing = reading(empty_retries=2)
    page(passing, "1", {"a": 1}, "2", total=2)
    assert page(passing, "2", {}, "3", total=2) is Step.again
    assert page(passing, "2", {"b": 2}, None, total=2) is Step.end
    assert end(passing).status is CoverageStatus.ok


def test_an_empty_page_between_full_ones_is_short_where_no_total_is_known() -> None:
    current = reading()
    page(current, "1", {"a": 1}, "2")
    assert page(current, "2", {}, "3") is Step.onward
    assert page(current, "3", {"b": 2}, "4") is Step.onward
    assert page(current, "4", {}, None) is Step.end
    assert (end(current).status, end(current).error) == (CoverageStatus.short, "page 2 came empty between full ones")


@pytest.mark.parametrize(("total", "status"), [(None, "short"), (0, "ok"), (3, "short")])
def test_no_reviews_are_quiet_only_if_the_source_says_so(total: int | None, status: str) -> None:
    current = reading()
    page(current, "1", {}, None, total=total)
    assert end(current).status == status
    assert end(current).watermark is None


def test_a_list_that_is_mostly_refused_has_failed() -> None:
    current = reading()
    page(current, "1", {"a": 1}, None, total=3, refused=2)
    assert end(current).status is CoverageStatus.failed
    assert "2 of 3 reviews could not be read" in (end(current).error or "")


def test_the_first_trouble_stands_unless_a_worse_one_follows() -> None:
    current = reading()
    current.fail(CoverageStatus.short, "few")
    current.fail(CoverageStatus.blocked, "robots\x1b[31m\nline")
    current.fail(CoverageStatus.failed, "later")
    assert (end(current).status, end(current).error) == (CoverageStatus.blocked, "robots [31m line")
    assert current.has_failed


def test_a_date_in_the_future_does_not_hide_the_reviews_before_it() -> None:
    current = reading()
    page(current, "1", {"a": -400, "b": 1}, None)
    assert end(current).watermark == NOW
    old = reading(watermark=days_ago(1))
    page(old, "1", {"a": 3}, None)
    assert end(old).watermark == days_ago(1)


def test_dates_that_are_unknown_never_end_the_reading() -> None:
    current = reading(watermark=days_ago(1), overlap_days=0)
    assert page(current, "1", {"a": None}, "2") is Step.onward
    assert page(current, "2", {"b": None, "c": 3}, "3") is Step.end


def test_time_that_runs_out_before_the_news_were_read_is_short() -> None:
    current = reading(watermark=days_ago(1) + timedelta(hours=1))
    page(current, "1", {"a": 0.1}, "2")
    current.stop_early("stopped for want of time", unread=3)
    assert (end(current).status, end(current).watermark) == (CoverageStatus.short, None)
    assert "before 3 new reviews were read" in (end(current).error or "")
