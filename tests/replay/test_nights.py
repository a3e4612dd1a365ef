"""Real nights, one snapshot after the other: the events are what plain Python finds in the files."""

import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from warehouse import IngestReport, Warehouse

NOW = datetime(2026, 11, 22, tzinfo=UTC)
EVENTS = ("seen", "edited", "rating_changed", "reply_seen", "reply_edited")


def count(warehouse: Warehouse) -> Counter[str]:
    rows = warehouse.connection.execute("SELECT event, count(*) FROM review_events GROUP BY event").fetchall()
    return Counter(dict(rows))


def play(replay: Any, root: Path) -> tuple[Counter[str], IngestReport, float]:
    files = replay.write(root / "landing")
    with Warehouse.open(root / "otklik.duckdb") as warehouse:
        began = time.perf_counter()
        report = warehouse.ingest(files, run_id="replay", now=NOW)
        seconds = time.perf_counter() - began
        assert warehouse.check() == []
        assert (report.lines, report.quarantined) == (replay.sightings, 0)
        assert report.stored + report.unchanged == report.lines
        return count(warehouse), report, seconds


def agree(found: Counter[str], replay: Any) -> None:
    assert {event: found[event] for event in EVENTS} == {event: replay.truth[event] for event in EVENTS}
    assert found["edited_after_reply"] <= found["edited"] + found["rating_changed"]
    assert found["reply_removed"] <= replay.truth["reply_missing"]
    assert found["gone"] == found["back"] == 0


def test_the_first_nights_of_each_file(
    source_name: str, replay_of: Callable[[str, int | None], Any], tmp_path: Path
) -> None:
    replay = replay_of(source_name, 60)
    found, _, _ = play(replay, tmp_path)
    agree(found, replay)
    assert found["seen"] > 0


def test_nights_in_any_order_and_in_parts(replay_of: Callable[[str, int | None], Any], tmp_path: Path) -> None:
    replay = replay_of("wire_google_play", 40)
    files = replay.write(tmp_path / "landing")
    random.Random(7).shuffle(files)
    query = "SELECT * EXCLUDE (run_id) FROM review_events ORDER BY ALL"
    with Warehouse.open(tmp_path / "parts.duckdb") as parts, Warehouse.open(tmp_path / "once.duckdb") as once:
        for start in range(0, len(files), 13):
            parts.ingest(files[start : start + 13], run_id="replay", now=NOW)
        once.ingest(sorted(files), run_id="replay", now=NOW)
        assert parts.connection.execute(query).fetchall() == once.connection.execute(query).fetchall()
        agree(count(parts), replay)


@pytest.mark.replay
def test_all_nights(
    source_name: str,
    replay_of: Callable[[str, int | None], Any],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    replay = replay_of(source_name, None)
    found, report, seconds = play(replay, tmp_path)
    line = f"{source_name}: {replay.nights} nights, {report.lines:,} sightings in {seconds:.1f} s, {dict(found)}"
    with capsys.disabled():
        print(f"\n{line}")  # noqa: T201  the time is what this run is for
    agree(found, replay)
    assert seconds < 120
    if source_name == "wire_google_play":
        assert (replay.nights, report.lines, found["seen"]) == (372, 75_900, 1_054)
        assert (replay.truth["reply_appeared"], found["reply_edited"]) == (97, 9)
        assert (found["edited"], found["rating_changed"], found["reply_removed"]) == (61, 29, 0)
