"""The drop folders: each file is read once, half-copied ones wait, bad ones are remembered with their reason."""

import json
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.errors import InputError
from core.home import Home
from core.watchlist import Listing
from spiders.imports import inbox, read, remember, write_landing

NOW = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)
SHOP = Listing(
    id="shop",
    source="our_crm",
    company="firm",
    timezone="Europe/Kyiv",
    options={"column_text": "Слова", "format": "csv"},
)
APP = Listing(id="app", source="google_play", company="firm")
OFF = Listing(id="off", source="csv", company="firm", enabled=False)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def laid(home: Home, name: str, content: str = "Слова\nплохо\n", age: float = 60) -> Path:
    path = home.inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")
    then = time.time() - age
    os.utime(path, (then, then))
    return path


def names(home: Home, now: datetime = NOW) -> list[str]:
    return [file.path.name for file in inbox(home, [SHOP, APP, OFF], now=now)]


def test_no_inbox_no_files(home: Home) -> None:
    assert inbox(home, [SHOP], now=NOW) == []


def test_a_file_is_read_with_what_its_listing_says_and_only_once(home: Home) -> None:
    path = laid(home, "shop/may.csv", "Слова;Дата\nплохо;01.05.2026 10:00\n")
    [file] = inbox(home, [SHOP, APP], now=NOW)
    assert (file.path, file.listing_id, file.source, file.tz) == (path, "shop", "our_crm", "Europe/Kyiv")
    assert (file.format, file.columns, file.problem) == ("csv", {"text": "Слова"}, None)
    imported = read(
        file.path, format=file.format, listing_id=file.listing_id, seen_at=None, tz=file.tz, now=NOW, secret=b"k",
        columns=file.columns, source=file.source,
    )  # fmt: skip
    [coverage] = write_landing(imported, home=home, run_id="nightly-20261122", now=NOW)
    assert (coverage.source, coverage.listing_id, coverage.collected) == ("our_crm", "shop", 1)
    remember(home, file, now=NOW)
    assert inbox(home, [SHOP, APP], now=NOW) == []
    assert names(home, NOW + timedelta(days=30)) == []


def test_a_file_is_known_by_its_content(home: Home) -> None:
    path = laid(home, "shop/a.csv")
    [file] = inbox(home, [SHOP], now=NOW)
    remember(home, file, now=NOW)
    path.rename(path.with_name("renamed.csv"))
    laid(home, "shop/copy.csv")
    assert names(home) == []
    laid(home, "shop/a.csv", "Слова\nдругое\n")
    assert names(home) == ["a.csv"]
    laid(home, "app/a.csv")
    assert names(home) == ["a.csv", "a.csv"], "another listing's folder is another memory"


@pytest.mark.parametrize(
    "name", ["shop/x.csv.part", "shop/x.tmp", "shop/.hidden", "shop/~$x.xlsx", "shop/X.CRDOWNLOAD"]
)
def test_unfinished_files_wait(home: Home, name: str) -> None:
    laid(home, name)
    assert names(home) == []


def test_a_file_that_is_still_growing_waits(home: Home) -> None:
    laid(home, "shop/now.csv", age=1)
    assert names(home) == []
    laid(home, "shop/now.csv", age=7)
    assert names(home) == ["now.csv"]


def test_a_bad_file_is_told_once_a_night_and_stops_nobody(home: Home) -> None:
    laid(home, "app/bad.json", "<html>502</html>")
    laid(home, "app/good.json", '[{"id": "1", "score": 1, "text": "bad", "replyText": null}]')
    bad, good = inbox(home, [APP], now=NOW)
    with pytest.raises(InputError) as caught:
        read(bad.path, format=None, listing_id="app", seen_at=None, tz=None, now=NOW, secret=b"k")
    remember(home, bad, now=NOW, error=str(caught.value))
    remember(home, good, now=NOW)
    assert names(home, NOW + timedelta(hours=1)) == []
    assert bad.path.exists()
    ledger = [json.loads(line) for line in (home.inbox / "app.imported.jsonl").read_text().splitlines()]
    assert [(line["name"], line["error"]) for line in ledger] == [("bad.json", str(caught.value)), ("good.json", None)]
    assert names(home, NOW + timedelta(days=1)) == ["bad.json"]
    laid(home, "app/bad.json", "[]")
    assert names(home, NOW + timedelta(hours=1)) == ["bad.json"], "its content changed"


def test_files_that_nobody_watches_are_told(home: Home) -> None:
    laid(home, "stray.csv")
    laid(home, "unknown/x.csv")
    laid(home, "off/x.csv")
    problems = {file.path.name: file.problem for file in inbox(home, [SHOP, OFF], now=NOW)}
    assert problems == {
        "stray.csv": "lies outside the folder of a listing: data/inbox/<listing>/",
        "x.csv": "no listing 'unknown' in the watchlist",
    }


def test_a_torn_note_counts_as_not_noted(home: Home) -> None:
    laid(home, "shop/a.csv")
    laid(home, "shop/b.csv", "Слова\nещё\n")
    first, second = inbox(home, [SHOP], now=NOW)
    remember(home, first, now=NOW)
    ledger = home.inbox / "shop.imported.jsonl"
    ledger.write_bytes(ledger.read_bytes() + b'{"sha256": "ab')
    assert names(home) == ["b.csv"]
    remember(home, second, now=NOW)
    assert names(home) == []
