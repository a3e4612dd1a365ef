"""Records refuse what would be a guess, and take every time and text that has a meaning."""

import json
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


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("rating", "0.5", "valid number"),
        ("rating", True, "valid number"),
        ("helpful_votes", "3", "valid integer"),
        ("helpful_votes", 1.5, "valid integer"),
        ("helpful_votes", True, "valid integer"),
        ("has_photo", 1, "valid boolean"),
        ("is_verified", "yes", "valid boolean"),
        ("processed_flag", 0.0, "valid boolean"),
        ("posted_at", 1767225600, "ISO 8601 time with an offset"),
        ("edited_at", 1767225600.5, "ISO 8601 time with an offset"),
        ("reply_at", "1767225600", "ISO 8601 time with an offset"),
        ("seen_at", "-5", "ISO 8601 time with an offset"),
        ("posted_at", True, "ISO 8601 time with an offset"),
        ("title", 5, "valid string"),
        ("review_id", 5, "valid string"),
    ],
)
def test_a_landing_line_is_taken_at_its_types(field: str, value: object, expected: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Review.model_validate_json(json.dumps({**ROW, field: value}))
    (problem,) = refused.value.errors()
    assert problem["loc"][0] == field
    assert expected in problem["msg"]


@pytest.mark.parametrize(
    ("field", "value", "meant"),
    [
        ("rating", 1, 1.0),
        ("rating", 0, 0.0),
        ("helpful_votes", 3.0, 3),
        ("has_photo", False, False),
        ("posted_at", "2026-11-21T03:30:00.5-03:30", datetime(2026, 11, 21, 7, 0, 0, 500000, UTC)),
        ("posted_at", "2026-11-21 03:30:00Z", datetime(2026, 11, 21, 3, 30, tzinfo=UTC)),
    ],
)
def test_what_json_can_mean_is_taken(field: str, value: object, meant: object) -> None:
    assert getattr(Review.model_validate_json(json.dumps({**ROW, field: value})), field) == meant


def test_content_is_title_text_and_rating() -> None:
    hashes = {
        content_hash(None, "ab", None),
        content_hash("a", "b", None),
        content_hash(None, "ab", 0.0),
        content_hash(None, "ab", 1.0),
        content_hash(None, "\ud800", None),
    }
    assert len(hashes) == 5
