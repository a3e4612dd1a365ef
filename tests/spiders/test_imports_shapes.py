"""Tables as tools of all kinds write them: where the rows lie in JSON, what headers are called, what cells say."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.errors import InputError
from core.records import ReplyState
from spiders.imports import Imported, read, recognise

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ROW = {"author": "A", "text": "Холодный суп", "rating": 2, "date": "2026-05-01"}
OTHER = {"author": "B", "text": "Вкусно", "rating": 5, "date": "2026-05-02"}


def opened(path: Path, **wanted: Any) -> Imported:
    defaults = {"format": None, "listing_id": None, "seen_at": None, "tz": None, "now": NOW, "secret": b"key"}
    return read(path, **{**defaults, **wanted})


def saved(folder: Path, content: Any, name: str = "reviews.json") -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False), "utf-8")
    return path


@pytest.mark.parametrize(
    "wrapped",
    [
        [ROW, OTHER],
        {"meta": {"total": 2}, "reviews": [ROW, OTHER]},
        {"result": {"items": [ROW, OTHER], "filters": [{"id": 1, "name": "все"}]}},
        {"list": [ROW, OTHER], "rating_group": [{"rating": "4", "count": "1"}]},
        {"кафе": [ROW], "бар": [OTHER]},
        [{"place": "кафе", "rating": 4.5, "reviews": [ROW]}, {"place": "бар", "rating": 4.1, "reviews": [OTHER]}],
        {"r1": ROW, "r2": OTHER},
        {name: {"0": ROW[name], "1": OTHER[name]} for name in ROW},
        [{name: [value] for name, value in row.items()} for row in (ROW, OTHER)],
        [{**ROW, "topics": [{"topic": "кухня", "text": "суп"}]}, OTHER],
    ],
)
def test_rows_are_found_wherever_they_lie(tmp_path: Path, wrapped: Any) -> None:
    reviews = list(opened(saved(tmp_path, wrapped)).reviews)
    assert [(review.text, review.rating) for review in reviews] == [("Холодный суп", 0.25), ("Вкусно", 1.0)]
    assert all(review.posted_at and review.author_key for review in reviews)


def test_places_with_a_count_of_reviews_are_no_reviews(tmp_path: Path) -> None:
    path = saved(tmp_path, [{"name": "Кафе", "rating": 4.5, "reviews": 120, "address": "Ленина, 1"}])
    with pytest.raises(InputError, match=r"no column with the text.*headers found: name, rating, reviews.*map"):
        recognise(path)


@pytest.mark.parametrize(
    ("header", "field", "cell", "expected"),
    [
        ("reviews.text", "text", "плохо", "плохо"),
        ("Текст отзыва (оригинал)", "text", "плохо", "плохо"),
        ("reviewTitle", "title", "Суп", "Суп"),
        ("ownerResponseText", "reply_text", "Простите", "Простите"),
        ("Официальный ответ", "reply_text", "Простите", "Простите"),
        ("datePublished", "posted_at", "2026-05-01", datetime(2026, 5, 1, tzinfo=UTC)),
        ("Date added", "posted_at", "2026-05-01", datetime(2026, 5, 1, tzinfo=UTC)),
        ("review_date", "posted_at", "Отзыв написан 27 октября 2019 г. ", datetime(2019, 10, 27, tzinfo=UTC)),
        ("Дата написания", "posted_at", "Оставила отзыв 14 января 2025", datetime(2025, 1, 14, tzinfo=UTC)),
        ("when", "posted_at", "Reviewed in the United States on August 5, 2024", datetime(2024, 8, 5, tzinfo=UTC)),
        ("star", "rating", "2 star rating", 0.25),
        ("review_rating", "rating", "Rated 4.0 out of 5 stars", 0.75),
        ("Оценка, звёзд", "rating", "⭐⭐⭐⭐⭐", 1.0),
        ("Оценка (1-5)", "rating", "★★★★☆", 0.75),
        ("Рейтинг отзыва", "rating", "5.", 1.0),
    ],
)
def test_headers_and_cells(tmp_path: Path, header: str, field: str, cell: str, expected: Any) -> None:
    columns = {"Отзыв": "слова", header: cell} if field != "text" else {"rating": "1", header: cell}
    lines = "\t".join(columns) + "\n" + "\t".join(columns.values()) + "\n"
    [review] = opened(saved(tmp_path, lines, "t.tsv")).reviews
    assert getattr(review, field) == expected


@pytest.mark.parametrize(
    ("cell", "state", "flag"),
    [
        ("Простите нас", ReplyState.published, None),
        ("", ReplyState.none, None),
        ("Нет", ReplyState.none, None),
        ("да", ReplyState.unknown, True),
        ("True", ReplyState.unknown, True),
    ],
)
def test_a_flag_is_no_answer(tmp_path: Path, cell: str, state: ReplyState, flag: bool | None) -> None:
    [review] = opened(saved(tmp_path, f"Отзыв;Ответ\nслова;{cell}\n", "t.csv")).reviews
    assert (review.reply_state, review.processed_flag) == (state, flag)
    assert review.reply_text == (cell if state is ReplyState.published else None)


def test_a_column_of_names_never_reaches_the_quarantine(tmp_path: Path) -> None:
    path = saved(tmp_path, [{"reviews.username": "Secret Name", "reviews.text": "", "reviews.rating": "x"}, ROW])
    imported = opened(path, columns={"text": "reviews.text", "rating": "reviews.rating"})
    assert not list(imported.reviews)
    assert not any("Secret Name" in row.fragment for row in imported.quarantined)
