"""Landing lines in, landing files out: nothing lost, nothing overwritten, nothing half done."""

import gzip
import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.errors import InputError
from core.home import Home
from core.records import Coverage, CoverageStatus, Review
from spiders.imports import FORMATS, Imported, read, recognise, write_landing

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LINE: dict[str, Any] = {
    "source": "any_site",
    "listing_id": "branch-1",
    "review_id": "1",
    "text": "плохо",
    "reply_state": "none",
    "seen_at": "2026-01-01T03:00:00+03:00",
}


def opened(path: Path, **wanted: Any) -> Imported:
    defaults = {"format": None, "listing_id": None, "seen_at": None, "tz": None, "now": NOW, "secret": b"key"}
    return read(path, **{**defaults, **wanted})


def lines(path: Path, *rows: Any) -> Path:
    content = "".join(row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_bytes(gzip.compress(content.encode()) if path.suffix == ".gz" else content.encode())
    return path


def written(home: Path) -> dict[str, list[Any]]:
    files = sorted(path for path in home.rglob("*") if path.is_file())
    return {
        str(path.relative_to(home / "data/landing")): [json.loads(line) for line in path.read_text().splitlines()]
        if path.suffix == ".jsonl"
        else [json.loads(path.read_text())]
        for path in files
    }


@pytest.mark.parametrize("name", ["crawl.jsonl", "crawl.jsonl.gz", "renamed.txt", "renamed"])
def test_lines_keep_what_they_say(tmp_path: Path, name: str) -> None:
    path = lines(
        tmp_path / name,
        "\ufeff",
        LINE,
        {**LINE, "source": "Other Site", "listing_id": "ветка", "review_id": "2", "rating": None, "title": None},
        "\n",
        {**LINE, "review_id": "3", "posted_at": "2025-12-31T23:00:00-05:00", "reply_at_kind": None},
    )
    assert recognise(path) == "landing"
    imported = opened(path, seen_at=NOW, listing_id="ignored")
    assert (imported.format, imported.source, imported.listing_id) == ("landing", "any_site", "branch-1")
    reviews = list(imported.reviews)
    assert [(review.source, review.listing_id) for review in reviews] == [
        ("any_site", "branch-1"), ("Other Site", "ветка"), ("any_site", "branch-1"),
    ]  # fmt: skip
    assert reviews[0].seen_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert reviews[2].posted_at == datetime(2026, 1, 1, 4, tzinfo=UTC)
    assert imported.quarantined == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"torn', "not valid JSON"),
        ("[1]", "not a JSON object"),
        ("<html>", "not valid JSON"),
        (json.dumps({**LINE, "reply_state": "maybe"}), "reply_state"),
        (json.dumps({**LINE, "rating": 4}), "rating"),
        (json.dumps({**LINE, "rating": float("nan")}), "rating"),
        (json.dumps({**LINE, "seen_at": "2026-01-01T00:00:00"}), "seen_at"),
        (json.dumps({**LINE, "posted_at": "yesterday"}), "posted_at"),
        (json.dumps({**LINE, "mood": "blue"}), "mood"),
        (json.dumps({**LINE, "rating": "0.5"}), "rating: Input should be a valid number"),
        (
            json.dumps({**LINE, "posted_at": 1767225600}),
            "posted_at: Value error, expected an ISO 8601 time with an off",
        ),
        (json.dumps({**LINE, "text": None}), "text"),
        (json.dumps({**LINE, "review_id": ""}), "review_id"),
        (json.dumps({**LINE, "review_id": "x" * 513}), "review_id"),
        ("[" * 100_000, "not valid JSON"),
    ],
)
def test_a_bad_line_costs_only_itself(tmp_path: Path, line: str, reason: str) -> None:
    path = lines(tmp_path / "a.jsonl", LINE, line + "\n", {**LINE, "review_id": "3"})
    imported = opened(path)
    assert [review.review_id for review in imported.reviews] == ["1", "3"]
    [row] = imported.quarantined
    assert row.reason.startswith("line 2: ")
    assert reason in row.reason
    assert row.fragment.startswith(line[:100].rstrip())


def test_half_an_emoji_becomes_a_question_mark(tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", json.dumps({**LINE, "text": "cut \ud83d"}) + "\n")
    assert [review.text for review in opened(path).reviews] == ["cut ?"]


def test_what_a_line_leaves_out_is_filled_from_the_request(tmp_path: Path) -> None:
    short = {key: value for key, value in LINE.items() if key not in ("source", "listing_id", "seen_at")}
    path = lines(tmp_path / "a.jsonl", LINE, short)
    _, review = opened(path, source="crm", listing_id="shop", seen_at=NOW).reviews
    assert (review.source, review.listing_id, review.seen_at) == ("crm", "shop", NOW)
    imported = opened(path)
    assert len(list(imported.reviews)) == 1
    assert "source" in imported.quarantined[0].reason


@pytest.mark.parametrize(
    "content", ["not json\nneither\n", "<html><body>502</body></html>\n", "\x00\x01\x02" * 50, "", " \n\n"]
)
def test_a_file_without_any_json_is_an_error_that_names_it(tmp_path: Path, content: str) -> None:
    path = lines(tmp_path / "bad.jsonl", content)
    for wanted in ("landing", None):
        with pytest.raises(InputError, match=r"bad\.jsonl: (line 1: |binary|an HTML page|the file is empty)"):
            opened(path, format=wanted)


def test_a_cut_gzip_file_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "big.jsonl.gz"
    rows = b"".join(
        json.dumps({**LINE, "review_id": str(n), "text": f"{n * 7919}"}).encode() + b"\n" for n in range(20_000)
    )
    whole = gzip.compress(rows)
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"big\.jsonl\.gz: the gzip data is damaged or cut off"):
        write_landing(opened(path), home=Home(tmp_path / "home"), run_id="import-1", now=NOW)
    assert [path for path in (tmp_path / "home").rglob("*") if path.is_file()] == []
    path.write_bytes(whole[:20])
    with pytest.raises(InputError, match="damaged or cut off"):
        recognise(path)


def test_each_listing_gets_its_own_three_files(tmp_path: Path) -> None:
    rows = [{**LINE, "review_id": str(n), "listing_id": f"l{n % 2}"} for n in range(5)]
    path = lines(tmp_path / "a.jsonl", *rows, {**LINE, "listing_id": "l0", "rating": 7}, '{"torn')
    coverages = write_landing(opened(path), home=Home(tmp_path / "home"), run_id="import-1", now=NOW)
    assert [(row.source, row.listing_id, row.collected, row.quarantined, row.status) for row in coverages] == [
        ("any_site", "l0", 3, 2, CoverageStatus.ok),
        ("any_site", "l1", 2, 0, CoverageStatus.ok),
    ]
    files = written(tmp_path / "home")
    assert sorted(files) == [
        "import-1/any_site/l0.1.coverage.json",
        "import-1/any_site/l0.1.jsonl",
        "import-1/any_site/l0.1.quarantine.jsonl",
        "import-1/any_site/l1.1.coverage.json",
        "import-1/any_site/l1.1.jsonl",
    ]
    assert Coverage.model_validate(files["import-1/any_site/l0.1.coverage.json"][0]) == coverages[0]
    assert (coverages[0].expected, coverages[0].is_full, coverages[0].error) == (None, False, None)
    stored = [Review.model_validate(row) for row in files["import-1/any_site/l0.1.jsonl"]]
    assert [review.review_id for review in stored] == ["0", "2", "4"]
    torn = files["import-1/any_site/l0.1.quarantine.jsonl"][1]
    assert set(torn) == {"source", "listing_id", "reason", "fragment", "seen_at"}
    assert (torn["source"], torn["reason"].split(":")[0]) == ("any_site", "line 7")


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", LINE)
    home = Home(tmp_path / "home")
    for attempt in (1, 2, 3):
        [coverage] = write_landing(opened(path), home=home, run_id="import-1", now=NOW)
        assert coverage.attempt == attempt
    [coverage] = write_landing(opened(path), home=home, run_id="import-1", attempt=7, now=NOW)
    assert coverage.attempt == 7
    assert len(list(home.landing.rglob("*.jsonl"))) == 4
    assert not list(home.landing.rglob("*.part"))


@pytest.mark.parametrize(
    "name", ["../../x", "..", ".", "/etc/passwd", "a\\b\0c\n", "мой магазин", "x" * 512, "ф" * 512, "con\x1b[2J"]
)
def test_hostile_names_stay_inside_the_landing_folder(tmp_path: Path, name: str) -> None:
    path = lines(tmp_path / "a.jsonl", {**LINE, "source": name, "listing_id": name})
    home = Home(tmp_path / "home")
    [coverage] = write_landing(opened(path), home=home, run_id="import-1", now=NOW)
    assert (coverage.source, coverage.listing_id) == (name, name)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 3
    [landed] = home.landing.rglob("*.jsonl")
    assert landed.parents[2] == home.landing
    assert Review.model_validate_json(landed.read_text()).listing_id == name


def test_an_import_of_nothing_is_a_failure_that_says_why(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    path = tmp_path / "night.json"
    path.write_text('{"data": [], "nextPaginationToken": null}')
    [coverage] = write_landing(opened(path), home=home, run_id="import-1", now=NOW)
    assert (coverage.source, coverage.listing_id, coverage.status) == ("google_play", "night", CoverageStatus.failed)
    assert coverage.error == "night.json: no usable review (it holds none)"
    path = lines(tmp_path / "a.jsonl", {**LINE, "rating": 9})
    [coverage] = write_landing(opened(path), home=home, run_id="import-1", now=NOW)
    assert (coverage.listing_id, coverage.quarantined, coverage.status) == ("branch-1", 1, CoverageStatus.failed)
    assert "line 1: " in (coverage.error or "")
    assert len(list(home.landing.rglob("*.coverage.json"))) == 2


def test_what_a_killed_import_left_is_removed_by_the_next_one(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    home = Home(tmp_path / "home")
    orphan, living = (home.landing / "import-0" / f".{pid}-ab12-0.part" for pid in (dead.pid, os.getpid()))
    orphan.parent.mkdir(parents=True)
    orphan.write_text("words")
    living.write_text("words")
    write_landing(opened(lines(tmp_path / "a.jsonl", LINE)), home=home, run_id="import-1", now=NOW)
    assert (orphan.exists(), living.exists()) == (False, True)


@pytest.mark.slow
def test_an_archive_takes_seconds(tmp_path: Path) -> None:
    row = {**LINE, "text": "Ждали час, никто не подошёл. " * 8, "rating": 0.25, "posted_at": "2026-01-01T00:00:00Z"}
    path = lines(
        tmp_path / "a.jsonl", *({**row, "review_id": str(n), "listing_id": f"l{n % 300}"} for n in range(75_900))
    )
    began = time.perf_counter()
    coverages = write_landing(opened(path), home=Home(tmp_path / "home"), run_id="import-1", now=NOW)
    assert sum(coverage.collected for coverage in coverages) == 75_900
    assert time.perf_counter() - began < 30, "about three seconds on two quiet cores"


def test_the_formats_are_described() -> None:
    assert {"landing", "csv", "xlsx", "parquet", "jsonl", "google_play", "app_store", "steam"} <= set(FORMATS)
    assert all(5 < len(description) < 120 for description in FORMATS.values())
    with pytest.raises(InputError, match="no format 'word'; formats are landing"):
        opened(Path("x"), format="word")


def test_this_road_needs_no_scrapy() -> None:
    modules = "spiders.imports.sourced, spiders.imports.table, spiders.google_play"
    heavy = "{'scrapy', 'openpyxl', 'pyarrow', 'dateparser', 'extruct'}"
    code = f"import sys, spiders.imports, {modules}; sys.exit(bool({heavy} & set(sys.modules)))"
    root = Path(__file__).resolve().parents[2]
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=root).returncode == 0
