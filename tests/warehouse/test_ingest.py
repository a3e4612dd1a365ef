"""Every line is accounted for, whatever is in it, whenever the process dies and however often it is read."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from core.errors import InputError
from core.records import Review, content_hash
from warehouse import Warehouse
from warehouse.state import state_hash

GOOD = {
    "source": "demo",
    "listing_id": "shop",
    "review_id": "r",
    "text": "Words",
    "reply_state": "none",
    "seen_at": "2026-11-01T03:00:00Z",
}


def line(**fields: Any) -> str:
    return json.dumps(GOOD | fields)


HOSTILE = {
    "plain": line(),
    "naive time": line(seen_at="2026-11-01T03:00:00"),
    "unknown field": line(extra=1),
    "missing text": json.dumps({key: value for key, value in GOOD.items() if key != "text"}),
    "null text": line(text=None),
    "empty text": line(text=""),
    "bool for text": line(text=True),
    "number for text": line(text=5),
    "rating too high": line(rating=1.5),
    "rating below zero": line(rating=-0.01),
    "rating as text": line(rating="0.5"),
    "rating as bool": line(rating=True),
    "rating as an integer": line(rating=1),
    "rating not a number": line().replace('"text"', '"rating": NaN, "text"'),
    "NUL character": line(text="a\x00b", review_id="nul\x00id"),
    "control characters and markup": line(text="\x1b[31m<script>'; DROP TABLE reviews; --\x1f\x1e"),
    "lone surrogate": line(text="x").replace('"x"', '"\\ud800"'),
    "pair of surrogates": line(text="😀"),
    "a million characters": line(text="ы" * 1_000_000),
    "ten million bytes": line(text="a" * 10_000_000),
    "no JSON": "garbage",
    "empty": "",
    "an array": "[]",
    "a string": '"words"',
    "two objects": line() + line(),
    "same key twice": line().replace('"text": "Words"', '"text": "A", "text": "B"'),
    "unknown reply state": line(reply_state="maybe"),
    "unknown precision": line(posted_at_precision="hour"),
    "empty id": line(review_id=""),
    "long id": line(review_id="x" * 513),
    "longest id": line(review_id="x" * 512),
    "offset": line(seen_at="2026-11-01T06:00:00+03:00"),
    "seconds since 1970": line(seen_at=1767225600),
    "time before the first year": line(posted_at="0001-01-01T00:00:00+03:00"),
    "time of the last year": line(posted_at="9999-12-31T23:59:59.999999Z"),
    "votes beyond 64 bits": line(helpful_votes=2**70),
    "votes as a fraction": line(helpful_votes=1.5),
    "deep": '{"a":' * 2000 + "1" + "}" * 2000,
}


def is_review(text: str) -> bool:
    try:
        review = Review.model_validate_json(text)
    except (ValidationError, OverflowError):
        return False
    return (review.helpful_votes or 0) < 2**63


@pytest.mark.parametrize("name", HOSTILE)
def test_a_line_is_stored_if_and_only_if_it_is_a_review(name: str, warehouse: Warehouse, landing: Any) -> None:
    text = HOSTILE[name]
    landing.write("n0", [text])
    report = landing.ingest(warehouse)
    stored = warehouse.connection.execute("SELECT * EXCLUDE (first_seen_at, last_seen_at) FROM reviews").fetchall()
    aside = warehouse.connection.execute("SELECT reason, fragment FROM quarantine").fetchall()
    assert report.lines == 1
    if is_review(text):
        expected = Review.model_validate_json(text)
        assert (report.stored, report.quarantined, aside) == (1, 0, [])
        names = [column[0] for column in warehouse.connection.execute("SELECT * FROM reviews").description]
        (row,) = stored
        assert Review(**dict(zip(names, row, strict=False))) == expected
    else:
        assert (report.stored, report.quarantined, stored) == (0, 1, [])
        ((reason, fragment),) = aside
        assert reason
        assert len(fragment) <= 200
    assert warehouse.check() == []


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("rating", "0.5", "rating: Input should be a valid number"),
        ("rating", True, "rating: Input should be a valid number"),
        ("has_photo", 1, "has_photo: Input should be a valid boolean"),
        ("helpful_votes", "3", "helpful_votes: Input should be a valid integer"),
        ("posted_at", 1767225600, "posted_at: Value error, expected an ISO 8601 time with an offset"),
        ("posted_at", "1767225600", "posted_at: Value error, expected an ISO 8601 time with an offset"),
    ],
)
def test_a_value_of_another_type_is_quarantined_with_field_and_expectation(
    field: str, value: object, reason: str, warehouse: Warehouse, landing: Any
) -> None:
    landing.write("n0", [line(review_id="good"), line(**{field: value})])
    report = landing.ingest(warehouse)
    assert (report.stored, report.quarantined) == (1, 1)
    ((said,),) = warehouse.connection.execute("SELECT reason FROM quarantine").fetchall()
    assert said.startswith(reason)


def test_good_lines_among_hostile_ones_are_stored(warehouse: Warehouse, landing: Any) -> None:
    """The reader of whole blocks may not lose, join or invent lines, whatever stands beside them."""
    tricks = [
        *HOSTILE.values(),
        line(review_id="s")[:-1] + ",",
        '"x": {}}',
        line(review_id="t") + line(review_id="u"),
        "",
    ]
    good = [line(review_id=f"good{number}", rating=0.25) for number in range(50)]
    for every in (1, 3, 7):
        mixed = [entry for number, one in enumerate(good) for entry in (one, *tricks[number::every][:3])]
        landing.write(f"n{every}", mixed)
    report = landing.ingest(warehouse)
    rows = warehouse.connection.execute("SELECT review_id FROM reviews WHERE review_id LIKE 'good%'").fetchall()
    assert len(rows) == 50
    written = sum(len(path.read_bytes().splitlines()) for path in landing.root.glob("*/demo/*.jsonl"))
    assert report.lines == written
    assert report.lines == report.stored + report.unchanged + report.quarantined
    assert warehouse.check() == []


@pytest.mark.parametrize("raw", [b"\xff", b"\xed\xa0\x80", b"\xc0\x80", b"\xef\xbb\xbf"])
def test_bytes_that_are_no_text_are_quarantined(raw: bytes, warehouse: Warehouse, landing: Any) -> None:
    path = landing.write("n0", [line(review_id="good")])
    bad = line(text="@").encode()
    bad = raw + bad if raw.startswith(b"\xef") else bad.replace(b"@", raw)
    with path.open("ab") as file:
        file.write(bad + b"\n" + line(review_id="also good").encode() + b"\r\n")
    report = landing.ingest(warehouse)
    assert (report.lines, report.stored, report.quarantined) == (3, 2, 1)


@pytest.mark.parametrize(
    "moment",
    [
        "2026-02-28T23:59:59.999999+13:59",
        "2026-02-29T00:00:00Z",
        "2028-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-11-01T24:00:00Z",
        "2026-11-01T23:59:60Z",
        "2026-11-01T00:00:00.1234567Z",
        "2026-11-01T00:00:00.5-03:30",
        "2026-11-01 00:00:00Z",
        "2026-11-01T00:00Z",
        "2026-11-01",
        "20261101T000000Z",
        "1969-12-31T23:59:59Z",
        "2026-11-01T00:00:00+24:00",
        "2026-11-01T00:00:00-00:00",
        " 2026-11-01T00:00:00Z",
        "1793491200",
    ],
)
def test_times_are_read_as_the_record_reads_them(moment: str, warehouse: Warehouse, landing: Any) -> None:
    text = line(posted_at=moment)
    landing.write("n0", [text])
    landing.ingest(warehouse)
    stored = warehouse.connection.execute("SELECT posted_at FROM reviews").fetchall()
    assert stored == ([(Review.model_validate_json(text).posted_at,)] if is_review(text) else [])


@pytest.mark.parametrize("rating", [None, 0.0, 0.0625, 1 / 3, 0.1235, 0.5, 0.9995, 1.0])
@pytest.mark.parametrize("title", [None, "", "Title\x1f"])
def test_the_hash_in_sql_is_the_hash_of_the_record(
    rating: float | None, title: str | None, warehouse: Warehouse, landing: Any
) -> None:
    landing.write("n0", [{"title": title, "rating": rating, "text": "Ї 😀", "seen_at": landing.night(0)}])
    landing.ingest(warehouse)
    (found,) = warehouse.connection.execute("SELECT content_hash FROM review_heads").fetchone()
    assert found == content_hash(title, "Ї 😀", rating)


def test_lines_are_stored_unchanged_or_quarantined(warehouse: Warehouse, landing: Any) -> None:
    night = landing.night
    landing.write("n0", [{"seen_at": night(0)}, {"seen_at": night(0)}, {"seen_at": night(1)}, "junk"])
    landing.write("n0", [{"seen_at": night(1), "review_id": "b", "listing_id": "other"}], listing_id="other")
    report = landing.ingest(warehouse)
    assert (report.files, report.lines, report.stored, report.unchanged, report.quarantined) == (2, 5, 2, 2, 1)
    shop = next(row for row in report.listings if row.listing_id == "shop")
    assert (shop.lines, shop.stored, shop.unchanged, shop.quarantined, shop.new) == (4, 1, 2, 1, 1)
    assert warehouse.check() == []


def test_a_file_is_read_once_and_on_from_its_last_whole_line(warehouse: Warehouse, landing: Any) -> None:
    path = landing.write("n0", [{"seen_at": landing.night(0)}])
    whole = line(review_id="b")
    with path.open("a") as file:
        file.write(whole[:20])
    assert landing.ingest(warehouse).lines == 1
    assert warehouse.pending_files(landing.root) == []
    with path.open("a") as file:
        file.write(whole[20:] + "\n")
    assert warehouse.pending_files(landing.root) == [path]
    assert landing.ingest(warehouse).lines == 1
    assert warehouse.ingest([path], run_id="run", now=landing.night(1)).lines == 0
    (row,) = warehouse.connection.execute("SELECT lines, stored, torn_bytes FROM landing_files").fetchall()
    assert row == (2, 2, 0)


def test_coverage_and_quarantine_of_an_attempt_come_along(warehouse: Warehouse, landing: Any) -> None:
    now = landing.night(0)
    path = landing.write("n0", [{"seen_at": now}])
    aside = path.with_name("shop.1.quarantine.jsonl")
    entry = {
        "source": "demo",
        "listing_id": "shop",
        "reason": "no text",
        "fragment": "<li>",
        "seen_at": now.isoformat(),
    }
    aside.write_text(json.dumps(entry) + "\nbroken\n")
    landing.cover("n0", started_at=now, finished_at=now, collected=1, displayed_rating=0.7, displayed_count=9)
    report = warehouse.ingest([path], run_id="n0", now=now)
    assert (report.files, report.lines, report.quarantined) == (3, 3, 2)
    assert warehouse.pending_files(landing.root) == []
    (row,) = warehouse.coverage_of_run("n0")
    assert (row.new, row.edited, row.coverage.collected) == (1, 0, 1)
    assert warehouse.connection.execute("SELECT displayed_count FROM listing_stats").fetchall() == [(9,)]
    assert warehouse.check() == []


def test_coverage_that_comes_later_is_pending(warehouse: Warehouse, landing: Any) -> None:
    landing.write("n0", [{"seen_at": landing.night(0)}])
    landing.ingest(warehouse)
    path = landing.cover("n0", started_at=landing.night(0), finished_at=landing.night(0))
    assert warehouse.pending_files(landing.root) == [path]
    landing.ingest(warehouse)
    assert [row.new for row in warehouse.coverage_of_run("n0")] == [1]


def test_coverage_that_cannot_be_read_is_set_aside_and_stops_nobody(warehouse: Warehouse, landing: Any) -> None:
    path = landing.write("n0", [{"seen_at": landing.night(0)}])
    for attempt, content in ((1, "{}"), (2, "torn {"), (3, "")):
        path.with_name(f"shop.{attempt}.coverage.json").write_text(content)
    path.with_name("shop.4.coverage.json.tmp").write_text("still written")
    path.with_name("notes.json").write_text("{}")
    aside = path.with_name("shop.1.quarantine.jsonl")
    aside.write_text('{"reason": "old", "fragment": "x", "seen_at": "0001-01-01T00:00:00+03:00"}\n')
    assert landing.ingest(warehouse).stored == 1
    reasons = [reason for (reason,) in warehouse.connection.execute("SELECT reason FROM quarantine").fetchall()]
    assert len(reasons) == 4
    assert warehouse.coverage_of_run("n0") == []
    assert warehouse.pending_files(landing.root) == []
    assert warehouse.ingest([path], run_id="n0", now=landing.night(0)).quarantined == 0
    assert warehouse.check() == []


def test_other_names_and_missing_files_are_errors(warehouse: Warehouse, landing: Any) -> None:
    for name in ("shop.jsonl", "n0/demo/shop.jsonl", "n0/demo/shop.1.jsonl"):
        with pytest.raises(InputError, match="shop"):
            warehouse.ingest([landing.root / name], run_id="run", now=landing.night(0))


def test_history_is_what_the_first_run_found(warehouse: Warehouse, landing: Any) -> None:
    night = landing.night
    landing.write("n0", [{"review_id": "old", "seen_at": night(0)}])
    landing.cover("n0", started_at=night(0), finished_at=night(0), status="short")
    landing.ingest(warehouse)
    landing.write("n0", [{"review_id": "second attempt", "seen_at": night(0.1)}], attempt=2)
    landing.write(
        "n1",
        [
            {"review_id": "left over", "seen_at": night(1), "posted_at": night(-9)},
            {"review_id": "news", "seen_at": night(1), "posted_at": night(0.5)},
            {"review_id": "undated", "seen_at": night(1)},
        ],
    )
    landing.cover("n1", started_at=night(1), finished_at=night(1))
    landing.ingest(warehouse)
    landing.write("n2", [{"review_id": "late", "seen_at": night(2), "posted_at": night(-9)}])
    landing.write("n2", [{"review_id": "old", "seen_at": night(2), "text": "Edited"}])
    landing.ingest(warehouse)
    found = dict(warehouse.connection.execute("SELECT review_id, is_baseline FROM review_heads").fetchall())
    assert found == {
        "old": True,
        "second attempt": True,
        "left over": True,
        "news": False,
        "undated": False,
        "late": False,
    }


def test_a_pulse_before_the_first_night_does_not_make_history_news(warehouse: Warehouse, landing: Any) -> None:
    night = landing.night
    warehouse.start_run("pulse", "p0", None, night(0))
    landing.write("p0", [{"review_id": "newest", "seen_at": night(0), "posted_at": night(-1)}])
    landing.cover("p0", started_at=night(0), finished_at=night(0), watermark=night(-1))
    landing.ingest(warehouse)
    assert warehouse.crawl_state(["shop"], "n1")["shop"].watermark is None
    landing.write("n1", [{"review_id": "older", "seen_at": night(1), "posted_at": night(-2)}])
    landing.cover("n1", started_at=night(1), finished_at=night(1), watermark=night(-1))
    landing.ingest(warehouse)
    assert warehouse.connection.execute("SELECT DISTINCT is_baseline FROM review_heads").fetchall() == [(True,)]
    assert warehouse.crawl_state(["shop"], "n1")["shop"].watermark == night(-1)


DIES = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from warehouse import Warehouse

path, landing, step = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
with Warehouse.open(path) as warehouse:
    run, count = warehouse.run, 0
    def run_or_die(name, parameters=None):
        global count
        count += 1
        if count == step:
            os._exit(9)
        run(name, parameters)
    warehouse.run = run_or_die
    warehouse.ingest(warehouse.pending_files(landing), run_id="run", now=datetime(2026, 11, 1, tzinfo=UTC))
"""


@pytest.mark.slow
def test_a_kill_in_the_middle_leaves_all_or_nothing(tmp_path: Path, landing: Any) -> None:
    def nights(numbers: range) -> None:
        for number in numbers:
            states = [
                {"review_id": name, "seen_at": landing.night(number), "text": f"Words {number // 2}"} for name in "abc"
            ]
            landing.write(f"n{number}", states)

    def ingest(path: Path) -> None:
        with Warehouse.open(path) as warehouse:
            landing.ingest(warehouse)

    undisturbed, killed = tmp_path / "undisturbed.duckdb", tmp_path / "killed.duckdb"
    for numbers in (range(2), range(2, 5)):
        nights(numbers)
        ingest(undisturbed)
        before = None
        for step in (3, 8, 14, 19, 24, 29):
            arguments = [sys.executable, "-c", DIES, str(killed), str(landing.root), str(step)]
            root = Path(__file__).resolve().parents[2]
            assert subprocess.run(arguments, cwd=root, check=False, env=os.environ).returncode == 9
            with Warehouse.open(killed) as warehouse:
                assert warehouse.check() == []
            now = state_hash(killed)
            assert before in (None, now)
            before = now
        ingest(killed)
        assert state_hash(killed) == state_hash(undisturbed)


def test_a_night_costs_little_more_for_reviews_that_are_only_seen_again(warehouse: Warehouse, landing: Any) -> None:
    """Steady reviews are not laid out again: only the one that changed is."""
    names = [f"r{number}" for number in range(50)]
    landing.write("n0", [{"review_id": name, "seen_at": landing.night(0)} for name in names])
    landing.ingest(warehouse)
    lines = [{"review_id": name, "seen_at": landing.night(1), "helpful_votes": 5} for name in names]
    lines[7]["text"] = "Other"
    landing.write("n1", lines)
    report = landing.ingest(warehouse)
    assert warehouse.connection.execute("SELECT DISTINCT review_id FROM timeline").fetchall() == [("r7",)]
    assert report.events == {"edited": 1}
    query = "SELECT DISTINCT seen_at, helpful_votes FROM reviews"
    assert warehouse.connection.execute(query).fetchall() == [(landing.night(1), 5)]


def test_times_come_back_in_utc(warehouse: Warehouse, landing: Any) -> None:
    landing.write("n0", [{"seen_at": "2026-11-01T06:00:00+03:00"}])
    landing.ingest(warehouse)
    (moment,) = warehouse.connection.execute("SELECT seen_at FROM reviews").fetchone()
    assert moment == datetime(2026, 11, 1, 3, tzinfo=UTC)
    assert moment.utcoffset() == timedelta(0)
