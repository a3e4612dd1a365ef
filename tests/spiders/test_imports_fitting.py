"""What many cells of a table tell together: which column is meant, how its dates are written, what is no review."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.errors import InputError
from core.records import ReplyState
from spiders.imports import Imported, read
from spiders.imports.fitting import Written, plainer, written_as

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def opened(folder: Path, content: str, **wanted: Any) -> Imported:
    path = folder / "table.csv"
    path.write_text(content, "utf-8")
    defaults = {"format": None, "listing_id": None, "seen_at": None, "tz": None, "now": NOW, "secret": b"key"}
    return read(path, **{**defaults, **wanted})


def test_an_id_of_something_else_makes_no_reviews_one(tmp_path: Path) -> None:
    imported = opened(tmp_path, "id,hotel,review,rating\nh1,Rose,Slow,1\nh1,Rose,Fine,5\nh1,Rose,Fine,5\n")
    assert len({review.review_id for review in imported.reviews}) == 3
    assert "id is the same for several reviews, so it is no id of theirs" in imported.notes


def test_an_own_id_that_comes_twice_with_the_same_words_stays(tmp_path: Path) -> None:
    imported = opened(tmp_path, "id,review,rating\n7,Slow,1\n7,Slow,1\n8,Fine,5\n")
    assert [review.review_id for review in imported.reviews] == ["7", "7", "8"]


def test_versions_of_one_review_keep_its_id(tmp_path: Path) -> None:
    content = "id,review,rating,updated_at\n7,Slow,1,2026-05-01\n7,Slow but kind,2,2026-05-03\n"
    assert [review.review_id for review in opened(tmp_path, content).reviews] == ["7", "7"]


def test_of_several_columns_the_one_that_fits_is_taken(tmp_path: Path) -> None:
    header = "Review ID,Published,Review Title,Review Content,Review Score,Review Creation Date,Liked"
    [review] = opened(tmp_path, f"{header}\n1,true,Bad,Broken,2,2026-05-14T10:11:12Z,0\n").reviews
    assert review.posted_at == datetime(2026, 5, 14, 10, 11, 12, tzinfo=UTC)
    assert (review.text, review.rating) == ("Broken", 0.25)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Date", ["03/04/2026", "05/13/2026", datetime(2026, 3, 4, tzinfo=UTC)]),
        ("Date", ["03/04/2026", "13/05/2026", datetime(2026, 4, 3, tzinfo=UTC)]),
        ("Date", ["03-04-2026", "13-05-2026", datetime(2026, 4, 3, tzinfo=UTC)]),
        ("Date", ["3/4/26", "5/13/26", datetime(2026, 3, 4, tzinfo=UTC)]),
        ("Дата", ["03/04/2026", "05/05/2026", datetime(2026, 4, 3, tzinfo=UTC)]),
        ("Date", ["03/04/2026", "05/05/2026", None]),
        ("Date", ["03/04/2026", "05/13/2026\nDash;1;13/05/2026", None]),
        ("Date", ["46113", "46114.5", datetime(2026, 4, 1, tzinfo=UTC)]),
        ("Date", ["20260401", "20260402", datetime(2026, 4, 1, tzinfo=UTC)]),
    ],
)
def test_a_column_tells_how_its_dates_are_written(tmp_path: Path, written: str, expected: list[Any]) -> None:
    first, second, moment = expected
    imported = opened(tmp_path, f"Review;Rating;{written}\nSlow;1;{first}\nBad;1;{second}\n")
    assert next(iter(imported.reviews)).posted_at == moment


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("5/14/2026 1:05 PM", "14.5.2026 13:05"),
        ("5/14/2026 12:05 am", "14.5.2026 0:05"),
        ("5/14/2026 23:05:10", "14.5.2026 23:05:10"),
        ("14.05.2026 10:00", "14.05.2026 10:00"),
        ("2026-05-14", "2026-05-14"),
        ("3 days ago", "3 days ago"),
        (None, None),
        (True, True),
    ],
)
def test_times_are_put_as_they_are_known(cell: object, expected: object) -> None:
    assert plainer(cell, Written("month first")) == expected


def test_a_header_may_name_the_zone(tmp_path: Path) -> None:
    header = "Review Created (UTC),Review Stars,Review Content,Company Reply,Company Reply Date (UTC)"
    row = "2026-05-14 10:11:12,1,Slow,Sorry,2026-05-15 09:00:00"
    [review] = opened(tmp_path, f"{header}\n{row}\n", tz="Europe/Kyiv").reviews
    assert review.posted_at == datetime(2026, 5, 14, 10, 11, 12, tzinfo=UTC)
    assert (review.reply_state, review.reply_at) == (ReplyState.published, datetime(2026, 5, 15, 9, tzinfo=UTC))
    assert str(written_as("Дата (МСК)", []).zone) == "Europe/Moscow"


def test_thumbs_are_no_stars(tmp_path: Path) -> None:
    up_and_down = opened(tmp_path, "review_text,review_score\nRuined,1\nNever works,-1\nGreat,1\n")
    assert [review.rating for review in up_and_down.reviews] == [1.0, 0.0, 1.0]
    labels = opened(tmp_path, "review,rating\nGreat,1\nBad,0\n")
    assert [review.rating for review in labels.reviews] == [None, None]
    assert any("rating_max=1 and rating_min=0" in note for note in labels.notes)
    columns = {"text": "review", "rating": "rating", "rating_max": "1", "rating_min": "0"}
    mapped = opened(tmp_path, "review,rating\nGreat,1\nBad,0\n", columns=columns)
    assert [review.rating for review in mapped.reviews] == [1.0, 0.0]


def test_tens_alone_are_no_bubbles(tmp_path: Path) -> None:
    assert [one.rating for one in opened(tmp_path, "review,rating\nGreat,10\nFine,10\n").reviews] == [1.0, 1.0]


def test_numbers_of_comments_are_no_reviews(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column with the text of reviews"):
        opened(tmp_path, "author,comments,date\nA,12,2026-05-01\nB,3,2026-05-02\n")
    [review] = opened(tmp_path, "reviewer_name,comments,date\nA,Cosy,2026-05-01\n").reviews
    assert (review.text, review.author_key is None) == ("Cosy", False)


def test_percents(tmp_path: Path) -> None:
    assert [one.rating for one in opened(tmp_path, "Review,Score %\nGood,80%\nBad,0 %\n").reviews] == [0.8, 0.0]


def test_a_line_of_totals_is_no_review(tmp_path: Path) -> None:
    content = "Дата;Автор;Оценка;Отзыв\n03.01.2026;Аня;5;Хорошо\n04.01.2026;Итого;1;Плохо\nИтого:;;4,5;2\n"
    imported = opened(tmp_path, content)
    assert [review.text for review in imported.reviews] == ["Хорошо", "Плохо"]
    assert "a line of totals is no review (1 rows)" in imported.notes
    assert imported.quarantined == []


def test_an_answer_beside_a_review_in_its_own_object_is_read(tmp_path: Path) -> None:
    path = tmp_path / "reviews.json"
    path.write_text('[{"id": "a", "review": {"text": "Bad"}, "user": {"name": "A"}, "reply": {"text": "Sorry"}}]')
    [review] = read(path, format=None, listing_id=None, seen_at=None, tz=None, now=NOW, secret=b"key").reviews
    assert (review.review_id, review.reply_text, review.author_key is None) == ("a", "Sorry", False)
