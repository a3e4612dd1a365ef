"""Tables inside archives and databases, and in encodings that nobody names."""

import io
import json
import sqlite3
import tarfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from core.errors import InputError
from core.records import ReplyState
from spiders.imports import Imported, read

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ENGLISH = b"review,rating\nSlow,1\nFine,5\n"
RUSSIAN = "Отзыв;Оценка;Дата\nХорошо, спасибо большое всем;5;01.02.2026\nПлохо было всё;1;02.02.2026\n"


def opened(path: Path, **wanted: Any) -> Imported:
    defaults = {"format": None, "listing_id": None, "seen_at": None, "tz": None, "now": NOW, "secret": b"key"}
    return read(path, **{**defaults, **wanted})


def zipped(folder: Path, files: dict[str, bytes]) -> Path:
    path = folder / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def workbook(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def test_tables_of_an_archive_are_listings_of_their_own(tmp_path: Path) -> None:
    files = {
        "readme.txt": b"about these data\n",
        "pages/logo.png": b"\x89PNG\r\n",
        "data/kyiv.csv": ENGLISH,
        "data/lviv.csv": RUSSIAN.encode("cp1251"),
        "odesa.json": json.dumps([{"Відгук": "Довго", "Оцінка": 2}]).encode(),
        "dnipro.xlsx": workbook([["Отзыв", "Оценка"], ["Грубо", 1]]),
    }
    imported = opened(zipped(tmp_path, files))
    found = [(review.listing_id, review.text) for review in imported.reviews]
    assert found == [
        ("export-kyiv", "Slow"),
        ("export-kyiv", "Fine"),
        ("export-lviv", "Хорошо, спасибо большое всем"),
        ("export-lviv", "Плохо было всё"),
        ("export-odesa", "Довго"),
        ("export-dnipro", "Грубо"),
    ]
    assert "no tables of reviews: readme.txt" in imported.notes
    assert imported.quarantined == []


def test_a_tar_with_a_listing_and_a_map(tmp_path: Path) -> None:
    path = tmp_path / "all.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, data in (("a.csv", b"said;mark\nSlow;1\n"), ("b.jsonl", b'{"said":"Fine","mark":5}\n')):
            part = tarfile.TarInfo(name)
            part.size = len(data)
            archive.addfile(part, io.BytesIO(data))
    imported = opened(path, listing_id="shop", columns={"text": "said", "rating": "mark"})
    assert [(one.listing_id, one.text, one.rating) for one in imported.reviews] == [
        ("shop", "Slow", 0.0),
        ("shop", "Fine", 1.0),
    ]


def test_a_database_with_a_table_of_reviews(tmp_path: Path) -> None:
    path = tmp_path / "collected.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE places (name TEXT, stars REAL)")
        database.execute("INSERT INTO places VALUES ('Cafe', 4.5)")
        database.execute("CREATE TABLE reviews (id INTEGER, review_text TEXT, rating INTEGER, reply TEXT)")
        database.execute("INSERT INTO reviews VALUES (7, 'Slow', 1, NULL)")
    database.close()
    [review] = opened(path).reviews
    assert (review.review_id, review.text, review.rating, review.reply_state) == ("7", "Slow", 0.0, ReplyState.none)


def test_an_archive_without_tables_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"export\.zip: a zip archive, but"):
        opened(zipped(tmp_path, {"a.txt": b"words\n", "b.csv": b"x,y\n1,2\n"}))


def test_a_damaged_member_is_named(tmp_path: Path) -> None:
    imported = opened(zipped(tmp_path, {"a.csv": ENGLISH, "b.csv": b'review,rating\n"Slow,1\n'}))
    with pytest.raises(InputError, match=r"b\.csv: .*never closed"):
        assert len(list(imported.reviews)) == 2


@pytest.mark.parametrize("encoding", ["koi8-r", "cp866", "cp1251", "utf-16", "utf-8"])
def test_encodings_that_nobody_names(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(RUSSIAN.encode(encoding))
    assert [one.text for one in opened(path).reviews] == ["Хорошо, спасибо большое всем", "Плохо было всё"]


def test_a_damaged_byte_in_utf8_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(RUSSIAN.encode().replace("Плохо".encode(), b"\xd0" + "лохо".encode()))
    assert [one.text for one in opened(path).reviews] == ["Хорошо, спасибо большое всем", "\ufffdлохо было всё"]


def test_an_answer_that_is_null_in_some_rows_is_read_in_the_others(tmp_path: Path) -> None:
    rows = [
        {"id": "a", "text": "Slow", "rating": 1, "reply": None, "user": {"name": "A"}},
        {"id": "b", "text": "Bad", "rating": 1, "reply": {"text": "Sorry", "date": "2026-01-03"}, "user": None},
    ]
    path = tmp_path / "reviews.json"
    path.write_text(json.dumps({"data": {"items": rows}}))
    first, second = opened(path).reviews
    assert (first.reply_state, second.reply_state, second.reply_text) == (
        ReplyState.none,
        ReplyState.published,
        "Sorry",
    )
    assert second.reply_at == datetime(2026, 1, 3, tzinfo=UTC)
    assert (first.author_key is None, second.author_key is None) == (False, True)


@pytest.mark.parametrize(
    "moment",
    [
        {"$date": "2026-01-01T10:00:00Z"},
        {"$date": {"$numberLong": "1767261600000"}},
        {"_seconds": 1767261600, "_nanoseconds": 0},
        {"seconds": 1767261600, "nanos": 0},
    ],
)
def test_what_databases_wrap(tmp_path: Path, moment: dict[str, object]) -> None:
    path = tmp_path / "reviews.jsonl"
    path.write_text(json.dumps({"_id": {"$oid": "5f"}, "text": "Slow", "stars": {"$numberInt": "1"}, "date": moment}))
    [review] = opened(path).reviews
    assert (review.review_id, review.rating, review.posted_at) == ("5f", 0.0, datetime(2026, 1, 1, 10, tzinfo=UTC))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("reviews.json", "[]", "its lists are empty"),
        ("reviews.json", '{"data": {"reviews": []}, "next": null}', "its lists are empty"),
        ("box.mbox", "From: a@example.com\nTo: b@example.com\nSubject: Invoice\n\nPay\n", "docs/mail.md"),
        ("page.html", "<div class='review'>Хорошо</div>", "otklik new-source"),
        ("none.csv", "", "the file is empty"),
    ],
)
def test_what_nobody_knows_says_what_may_be_done(tmp_path: Path, name: str, content: str, message: str) -> None:
    path = tmp_path / name
    path.write_text(content, "utf-8")
    with pytest.raises(InputError, match=f"{name}: .*{message}"):
        opened(path)


def test_a_maildir_without_mails_is_named(tmp_path: Path) -> None:
    (tmp_path / "box" / "cur").mkdir(parents=True)
    (tmp_path / "box" / "cur" / "1").write_text("no mail at all\n")
    with pytest.raises(InputError, match=r"box: a maildir without"):
        opened(tmp_path / "box")
