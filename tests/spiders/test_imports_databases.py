"""A SQLite file is read table by table: known rows become reviews, the rest is set aside, nothing of it is run."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import InputError
from tests.spiders.payloads import imported


def database(path: Path) -> Path:
    with closing(sqlite3.connect(path)) as opened:
        columns = "id, consumer_name, company, rating, title, text, date_published, reply_text, reply_date, picture"
        opened.execute(f"CREATE TABLE 'rev\"iews' ({columns})")
        day = "2026-11-02T10:00:00Z"
        rows = [
            ("a1", "Анна", "shop", 1, "Плохо", "Ждали 'три' дня", day, None, None, b"\x89PNG"),
            ("a2", "Ігор", "shop", 5, None, "Добре", day, "Дякуємо", "2026-11-03T10:00:00Z", None),
            ("a3", "Bad", "shop", 9, None, "Nine stars", day, None, None, None),
        ]
        opened.executemany("INSERT INTO 'rev\"iews' VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        opened.execute("CREATE VIEW bomb AS SELECT load_extension('x')")
        opened.commit()
    return path


def test_the_rows_of_a_table_are_read(tmp_path: Path) -> None:
    reviews, done = imported(database(tmp_path / "reviews.db"))
    assert done.format == "trustpilot"
    assert [(one.review_id, one.text, one.reply_text) for one in reviews] == [
        ("a1", "Ждали 'три' дня", None),
        ("a2", "Добре", "Дякуємо"),
    ]
    assert ["rating" in line.reason for line in done.quarantined] == [True]
    assert not list(tmp_path.glob("*-wal"))


def test_a_damaged_or_foreign_database_says_so(tmp_path: Path) -> None:
    whole = database(tmp_path / "whole.db").read_bytes()
    torn = tmp_path / "torn.db"
    torn.write_bytes(whole[:5000])
    with pytest.raises(InputError, match=r"torn\.db: "):
        imported(torn)
    with closing(sqlite3.connect(tmp_path / "other.db")) as opened:
        opened.execute("CREATE TABLE numbers (a INTEGER)")
        opened.execute("INSERT INTO numbers VALUES (1)")
        opened.commit()
    with pytest.raises(InputError, match="a SQLite database without reviews that are known"):
        imported(tmp_path / "other.db")
