"""How long real replies took: what the warehouse says is what plain Python works out from the files.

The 76,239 English replies take 21 s, all nights of one app and a backtest over them 89 s, on a quarter of a core.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from math import floor
from pathlib import Path
from typing import Any

import pytest

from flows.backtest import backtest
from flows.imports import import_files
from flows.job import Job
from warehouse.reading import read_only

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SHARES = (0.05, 0.25, 0.5, 0.75, 0.9, 0.99)
WATCHLIST = """
[[companies]]
id = "app"
name = "App"
[[people]]
id = "anna"
name = "Anna"
[[listings]]
id = "app"
source = "replayed"
company = "app"
responsible = "anna"
"""


def quantile(values: list[float], share: float) -> float:
    place = share * (len(values) - 1)
    low = floor(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (place - low) * (values[high] - values[low])


def bring_in(root: Path, files: list[Path]) -> Job:
    root.mkdir(exist_ok=True)
    (root / "watchlist.toml").write_text(WATCHLIST, encoding="utf-8")
    job = Job.open(root, now=NOW)
    report = import_files(job, files, format_name="landing", publish_after=False)
    assert report.failed == ()
    assert report.ingested.quarantined == 0
    return job


def in_warehouse(job: Job) -> tuple[dict[str, float], set[str]]:
    """Return hours by review, and the reviews that are younger than their reply."""
    with read_only(job.home.warehouse) as connection:
        rows = connection.execute("SELECT review_id, basis, hours_from, hours_to FROM response_times").fetchall()
    assert {basis for _, basis, _, _ in rows} <= {"exact", "reply older than review"}
    assert all(low == high for _, _, low, high in rows)
    older = {review for review, basis, _, _ in rows if basis != "exact"}
    assert all(high is None for review, _, _, high in rows if review in older)
    return {review: high for review, basis, _, high in rows if basis == "exact"}, older


def in_files(files: list[Path]) -> tuple[dict[str, float], set[str]]:
    """Work out the same from the rows, at the first sighting of each reply."""
    hours: dict[str, float] = {}
    older: set[str] = set()
    for path in files:
        for line in path.read_bytes().splitlines():  # bytes: words hold other line ends
            row = json.loads(line)
            review = row["review_id"]
            if row["reply_state"] != "published" or review in hours or review in older:
                continue
            posted, replied = (datetime.fromisoformat(row[name].replace("Z", "+00:00")) for name in TIMES)
            if replied < posted:
                older.add(review)
            else:
                hours[review] = (replied - posted).total_seconds() / 3600
    return hours, older


TIMES = ("posted_at", "reply_at")


def agree(job: Job, files: list[Path]) -> tuple[dict[str, float], set[str]]:
    found, found_older = in_warehouse(job)
    hours, older = in_files(files)
    assert found_older == older
    assert found.keys() == hours.keys()
    assert max(abs(found[review] - hours[review]) for review in hours) < 0.006
    same_quantiles(found, sorted(hours.values()))
    return found, older


def same_quantiles(found: dict[str, float], mine: list[float]) -> None:
    theirs = sorted(found.values())
    assert len(theirs) == len(mine)
    for share in SHARES:
        assert quantile(theirs, share) == pytest.approx(quantile(mine, share), abs=0.01)


def english(shared: Path, folder: Path, most: int | None) -> list[Path]:
    """Lay the English reviews with replies down as a landing file; their times are naive and taken as UTC."""
    import pyarrow.parquet as parquet

    table = parquet.read_table(shared / "data" / "app_reviews_en_with_replies.parquet")
    rows: dict[str, dict[str, Any]] = {}
    for row in table.to_pylist():
        if row["reply_text"] and row["reply_at"] and (most is None or len(rows) < most):
            rows[row["reviewId"]] = {
                "source": "replayed", "listing_id": "app", "review_id": row["reviewId"], "text": row["text"] or "",
                "rating": (row["rating"] - 1) / 4, "posted_at": f"{row['posted_at']}Z".replace(" ", "T"),
                "reply_state": "published", "reply_text": row["reply_text"],
                "reply_at": f"{row['reply_at']}Z".replace(" ", "T"), "seen_at": "2024-01-01T00:00:00Z",
            }  # fmt: skip
    path = folder / "replies.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows.values()), encoding="utf-8")
    return [path]


def delays(shared: Path, most: int | None) -> list[float]:
    """Return the hours from review to reply by columns of the file alone, in order, without replies that are older."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as parquet

    table = parquet.read_table(shared / "data" / "app_reviews_en_with_replies.parquet")
    table = table.filter(pc.and_(pc.greater(pc.utf8_length(pc.fill_null(table["reply_text"], "")), 0),
                                 pc.is_valid(table["reply_at"])))  # fmt: skip
    table = table.slice(0, most)
    written, replied = (pc.strptime(table[name], "%Y-%m-%d %H:%M:%S", "s").cast(pa.int64()) for name in TIMES)
    seconds = pc.subtract(replied, written)
    return sorted(value / 3600 for value in seconds.filter(pc.greater_equal(seconds, 0)).to_pylist())


def test_the_first_nights(replay_of: Callable[[str, int | None], Any], tmp_path: Path) -> None:
    files = replay_of("wire_google_play", 40).write(tmp_path / "files")
    found, _ = agree(bring_in(tmp_path / "home", files), files)
    assert found


def test_some_english_replies(shared: Path, tmp_path: Path) -> None:
    files = english(shared, tmp_path, 2_000)
    found, older = agree(bring_in(tmp_path / "home", files), files)
    assert len(found) + len(older) == 2_000
    same_quantiles(found, delays(shared, 2_000))


@pytest.mark.replay
def test_all_nights_and_a_backtest_over_them(replay_of: Callable[[str, int | None], Any], tmp_path: Path) -> None:
    files = replay_of("wire_google_play", None).write(tmp_path / "files")
    job = bring_in(tmp_path / "home", files)
    found, older = agree(job, files)
    assert (len(found), len(older)) == (204, 30)
    replayed = backtest(job, lambda _: datetime(2022, 11, 1, tzinfo=UTC))
    assert replayed.reviews == 1_054
    assert replayed.opened > 100
    assert max(one.single for one in replayed.days) <= 5


@pytest.mark.replay
def test_all_english_replies(shared: Path, tmp_path: Path) -> None:
    files = english(shared, tmp_path, None)
    found, older = agree(bring_in(tmp_path / "home", files), files)
    assert len(found) + len(older) == len(files[0].read_bytes().splitlines()) == 76_239
    same_quantiles(found, delays(shared, None))
    assert 0.04 < len(older) / (len(found) + len(older)) < 0.06
