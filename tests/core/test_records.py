"""Records refuse what would be a guess, and take every time and text that has a meaning."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from core.records import Review, content_hash

ROW = {
    "source": "shop",
    "listing_id": "shop-kyiv",
    "review_id": "1",
    "text": "",
    "reply_state": "none",
    "seen_at": "2026-11-21T03:30:00+02:00",
}


def test_times_of_any_offset_become_utc() -> None:
    assert Review.model_validate(ROW).seen_at == datetime(2026, 11, 21, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "seen_at", ["2026-11-21T03:30:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-05:00", "yesterday"]
)
def test_a_time_that_says_no_moment_is_refused_and_not_a_crash(seen_at: str) -> None:
    with pytest.raises(ValidationError):
        Review.model_validate({**ROW, "seen_at": seen_at})


@pytest.mark.parametrize("field", [{"rating": 1.5}, {"text": None}, {"surprise": 1}, {"reply_state": "maybe"}])
def test_what_is_not_understood_is_refused(field: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Review.model_validate({**ROW, **field})


def test_content_is_title_text_and_rating() -> None:
    hashes = {
        content_hash(None, "ab", None),
        content_hash("a", "b", None),
        content_hash(None, "ab", 0.0),
        content_hash(None, "ab", 1.0),
        content_hash(None, "\ud800", None),
    }
    assert len(hashes) == 5
