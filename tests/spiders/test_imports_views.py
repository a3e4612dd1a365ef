"""An API's answers as tools keep them: bare, wrapped, one a line, without nulls, in the other spelling, packed."""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.errors import InputError
from core.records import Review
from spiders.imports import Imported, read, recognise
from spiders.imports.views import camel, snake

RECORDED = Path(__file__).resolve().parents[1] / "recorded"
ANSWERS = {
    "wildberries": "wildberries/an_answer_of_the_seller_api/feedbacks.json",
    "ozon": "ozon/an_answer_of_the_seller_api/reviews.json",
    "yandex_market": "yandex_market/reviews_and_their_comments/feedback.json",
    "google_business": "google_business/a_page_of_reviews/reviews.json",
    "trustpilot": "trustpilot/an_answer_of_the_api/reviews.json",
    "app_store_connect": "app_store_connect/a_page_with_answers/page.json",
    "google_play": "google_play/the_owners_api/reviews.json",
}
OTHER = {"ozon": camel}
NO_SPELLING = ("google_play",)
"""Its marks are those of many tables."""


def opened(path: Path, data: bytes) -> Imported:
    path.write_bytes(data)
    now = datetime(2026, 11, 22, tzinfo=UTC)
    return read(path, format=None, listing_id="here", seen_at=None, tz=None, now=now, secret=b"x" * 16)


def reviews(path: Path, data: bytes) -> dict[str, Review]:
    return {review.review_id: review for review in opened(path, data).reviews}


def packed(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def lines(*values: Any) -> bytes:
    return b"\n".join(map(packed, values))


def renamed(value: Any, spell: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {spell(name): renamed(part, spell) for name, part in value.items()}
    return [renamed(part, spell) for part in value] if isinstance(value, list) else value


def full(value: Any) -> Any:
    """Leave out nulls."""
    if isinstance(value, dict):
        return {name: full(part) for name, part in value.items() if part is not None}
    return [full(part) for part in value] if isinstance(value, list) else value


def grown(value: Any) -> Any:
    """Add what an API may add one day."""
    if isinstance(value, dict):
        return {name: grown(part) for name, part in value.items()} | {"addedField": {"a": [1]}, "added_too": None}
    return [grown(part) for part in value] if isinstance(value, list) else value


@pytest.mark.parametrize("source", ANSWERS)
def test_an_answer_is_read_the_same_however_it_was_kept(source: str, tmp_path: Path) -> None:
    answer = json.loads((RECORDED / ANSWERS[source]).read_bytes())
    usual = reviews(tmp_path / "usual.json", packed(answer))
    assert recognise(tmp_path / "usual.json") == source
    assert len({review.reply_state for review in usual.values()}) > 1, "answered ones and others"
    kept = {
        "packed.json.gz": gzip.compress(packed(answer)),
        "marked.json": b"\xef\xbb\xbf" + packed(answer),
        "wrapped.json": packed({"fetched": "yesterday", "status": 200, "body": answer}),
        "grown.json": packed(grown(answer)),
        "full.json": packed(full(answer)),
        "line.jsonl": lines(answer),
        "lines.jsonl": lines(answer, answer),
        "list.json": packed([answer, answer]),
    }
    if source not in NO_SPELLING:
        other = renamed(answer, OTHER.get(source, snake))
        kept |= {"respelled.json": packed(other), "respelled.jsonl": lines(other)}
    for name, data in kept.items():
        assert reviews(tmp_path / name, data) == usual, name


def test_reviews_and_comments_one_answer_a_line_are_joined(tmp_path: Path) -> None:
    feedback = {
        "feedbackId": 7,
        "createdAt": "2026-11-01T10:00:00+03:00",
        "statistics": {"rating": 1, "commentsCount": 1},
    }
    comment = {"id": 1, "text": "Простите", "author": {"type": "BUSINESS"}, "status": "PUBLISHED", "feedbackId": 7}
    pages = [{"status": "OK", "result": {"comments": [comment]}}, {"status": "OK", "result": {"feedbacks": [feedback]}}]
    (review,) = reviews(tmp_path / "pages.jsonl", lines(*pages)).values()
    assert (review.reply_state, review.reply_text) == ("published", "Простите")
    torn = opened(tmp_path / "torn.jsonl", lines(*pages) + b'\n{"status":')
    (review,) = torn.reviews
    assert review.reply_state == "unknown"
    assert [one.reason.partition(":")[0] for one in torn.quarantined] == ["line 1", "line 3"]


def test_an_empty_page_and_a_foreign_line_among_pages(tmp_path: Path) -> None:
    answer = json.loads((RECORDED / ANSWERS["trustpilot"]).read_bytes())
    pages = opened(tmp_path / "pages.jsonl", lines(answer, {"reviews": []}, {"oops": "an error"}))
    assert len([*pages.reviews]) == 2
    assert [one.reason.partition(":")[0] for one in pages.quarantined] == ["line 1", "line 3"], "one has no stars"


@pytest.mark.parametrize(
    "row",
    [
        {"review_id": "1", "star_rating": 5, "comment": "Ок", "reviewer": "А"},
        {"id": "1", "stars": 5, "text": "Ок", "created_at": "2026-11-01"},
        {"feedback_id": "1", "rating": 5, "text": "Ок", "created_at": "2026-11-01"},
    ],
)
def test_a_table_of_somebodys_own_is_no_answer_of_an_api(row: dict[str, Any], tmp_path: Path) -> None:
    imported = opened(tmp_path / "own.jsonl", lines(row, row | {"text": "Нет"}))
    assert imported.format == "jsonl"
    assert [review.rating for review in imported.reviews] == [1.0, 1.0]


def test_without_nulls_nothing_is_told_where_no_review_has_an_answer(tmp_path: Path) -> None:
    raw = {"id": "a", "productValuation": 1, "createdDate": "2026-11-01T10:00:00Z", "text": "Плохо"}
    (review,) = reviews(tmp_path / "bare.json", packed([raw])).values()
    assert review.reply_state == "unknown"
    (review,) = reviews(tmp_path / "page.json", packed({"data": {"countUnanswered": 1, "feedbacks": [raw]}})).values()
    assert review.reply_state == "none", "the seller's API tells of every answer"
    single = {"data": raw | {"answer": None}, "error": False, "errorText": ""}
    assert [one.reply_state for one in reviews(tmp_path / "one.json", packed(single)).values()] == ["none"]


def test_what_no_view_shows_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="JSON, but not of a known shape"):
        opened(tmp_path / "strange.jsonl", lines({"feedback_id": 1}, {"a": 1}))
