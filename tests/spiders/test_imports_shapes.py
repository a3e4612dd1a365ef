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


def test_words_are_read_as_a_person_sees_them(tmp_path: Path) -> None:
    path = saved(
        tmp_path, 'review,sentiment\n"One<br /><br />two &amp; three\u200b",negative\n"1 < 2",positive\n', "t.csv"
    )
    assert [review.text for review in opened(path).reviews] == ["One\n\ntwo & three", "1 < 2"]


def test_dates_of_a_column_tell_month_from_day(tmp_path: Path) -> None:
    path = saved(tmp_path, "Review;Review_Date\na;8/3/2017\nb;8/13/2017\n", "t.csv")
    assert [str(review.posted_at)[:10] for review in opened(path).reviews] == ["2017-08-03", "2017-08-13"]


def test_a_slip_does_not_change_the_scale(tmp_path: Path) -> None:
    rows = "".join(f"a;{cell}\n" for cell in ("8.5", "2", "7", "9", "0", "11"))
    ratings = [review.rating for review in opened(saved(tmp_path, f"text;rating\n{rows}", "t.csv")).reviews]
    assert ratings == [0.85, 0.2, 0.7, 0.9, 0.0, None]


def test_relative_dates_count_from_when_the_file_was_collected(tmp_path: Path) -> None:
    rows = [{"author": "A", "rating": 1, "text": "Плохо", "date": "2 months ago"}]
    path = saved(tmp_path, {"collection_date": "2024-12-25T07:49:32.095Z", "reviews": rows})
    [review] = opened(path).reviews
    assert (str(review.posted_at)[:10], review.posted_at_precision) == ("2024-10-25", "relative")
    [review] = opened(path, seen_at=datetime(2025, 1, 25, tzinfo=UTC)).reviews
    assert str(review.posted_at)[:10] == "2024-11-25"


def test_reviews_joined_to_a_product_have_no_id_of_it(tmp_path: Path) -> None:
    header = "id,name,dateAdded,reviews.text,reviews.rating,reviews.username,reviews.date"
    rows = "p1,Чайник,2017-03-03,Течёт,1,A,2018-01-02\np1,Чайник,2017-03-03,Хорош,5,B,2018-01-03\n"
    reviews = list(opened(saved(tmp_path, f"{header}\n{rows}", "t.csv")).reviews)
    assert len({review.review_id for review in reviews}) == 2
    assert len({review.author_key for review in reviews}) == 2
    assert [str(review.posted_at)[:10] for review in reviews] == ["2018-01-02", "2018-01-03"]


def test_lines_of_named_values(tmp_path: Path) -> None:
    content = "address=Мира, 1\tname_ru=Кафе\trating=3.\ttext=Шумно.\\nДолго\naddress=Мира, 2\trating=5.\ttext=Вкусно\n"
    first, second = opened(saved(tmp_path, content, "reviews.tskv")).reviews
    assert (first.text, first.rating, first.subject_id) == ("Шумно.\nДолго", 0.5, "Мира, 1")
    assert (second.text, second.rating) == ("Вкусно", 1.0)
