"""Spans of time by which a list is read: together they leave nothing out, and none is longer than the API allows."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from spiders.engine.spans import Span, newest

LONGEST = timedelta(days=180)
NOW = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)
ages = st.integers(0, 3 * 365 * 24 * 3600).map(lambda seconds: NOW - timedelta(seconds=seconds))


def holds(span: Span, moment: datetime) -> bool:
    return (span.since is None or span.since < moment) and (span.until is None or moment < span.until)


@given(back_to=ages, posted=ages)
def test_news_are_read_whole_up_to_now(back_to: datetime, posted: datetime) -> None:
    spans = [Span.after(back_to, NOW, LONGEST)]
    while following := spans[-1].next(NOW, LONGEST):
        spans.append(following)
        assert len(spans) < 10
    assert all((span.until or NOW) - (span.since or NOW) <= LONGEST for span in spans)
    assert any(holds(span, posted) for span in spans) is (posted >= back_to)


@given(times=st.lists(ages, min_size=1, max_size=60), is_oldest_first=st.booleans())
def test_a_first_reading_brings_all_back_to_a_span_without_any(times: list[datetime], is_oldest_first: bool) -> None:
    shown = Span() if not is_oldest_first else newest(NOW)
    found: set[datetime] = set()
    span: Span | None = shown
    for _ in range(20):
        assert span is not None
        within = {one for one in times if holds(span, one) and (span != Span() or one > NOW - LONGEST)}
        found |= within
        span = span.older(min(within, default=None), LONGEST)
        if span is None:
            break
        assert (span.until or NOW) - (span.since or NOW) <= LONGEST
    assert span is None
    left = set(times) - found
    assert all(min(found, default=NOW) - one > timedelta(0) for one in left), "no hole: only what is older than a gap"


def test_a_reading_begins_with_what_the_platform_shows_by_itself() -> None:
    assert Span.after(None, NOW, LONGEST) == Span()
    assert Span().older(None, LONGEST) is None
    assert Span(NOW - LONGEST, NOW).older(None, LONGEST) is None
    assert newest(NOW) == Span(datetime(2026, 10, 23, tzinfo=UTC)), "the same for a day, so that it can be read again"
    assert Span(NOW).older(None, LONGEST) == Span(NOW + timedelta(seconds=1) - LONGEST, NOW + timedelta(seconds=1))
