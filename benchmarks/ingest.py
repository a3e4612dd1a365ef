"""How long a night's sightings take into the warehouse, beside two plain ways to store the same rows.

`python -m benchmarks.ingest [--rows 1000000]` writes landing files of synthetic reviews, of which 30 % are known from a
night before and 1 % were edited, and times three ways in the same run:

- ingest: read and validate JSON Lines, tell states apart, derive the events, bring the present state up to date;
- raw insert: the same rows from Arrow into a DuckDB table, without validation, events or look-up;
- SQLite: executemany with an upsert on (source, review_id), without validation or events.

Measured 2026-11-22 with 1,000,000 rows on 2 cores that other work kept busy (load 2 to 6), so that processor seconds
compare better than the clock: ingest 35.7 (68 s by the clock), raw insert 2.9 (3.1 s), SQLite 4.0 (9.2 s). The ingest,
which alone validates, keeps every state and tells events, costs 12 times the raw insert and 9 times SQLite's upsert.
An earlier run at load 6 to 10 gave 33.5, 5.4 and 4.4 processor seconds: 6 and 8 times.
"""

import argparse
import json
import os
import platform
import random
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from warehouse import Warehouse

WORDS = (
    "очередь", "врач", "доставка", "вчера", "быстро", "грубо", "спасибо", "дякую",
    "касса", "сайт", "вернули", "деньги", "ждали", "час", "service", "slow",
)  # fmt: skip
FIRST_NIGHT = datetime(2026, 11, 1, 3, tzinfo=UTC)
PER_FILE = 50_000
FIELDS = (
    "source",
    "listing_id",
    "review_id",
    "url",
    "rating",
    "text",
    "posted_at",
    "reply_state",
    "reply_text",
    "seen_at",
)

CREATE_SQLITE = f"CREATE TABLE reviews ({', '.join(FIELDS)}, PRIMARY KEY (source, review_id))"
UPSERT_SQLITE = (
    f"INSERT INTO reviews VALUES ({', '.join('?' * len(FIELDS))}) ON CONFLICT (source, review_id) DO UPDATE SET "  # noqa: S608
    + ", ".join(f"{name} = excluded.{name}" for name in FIELDS[3:])
)


def review(number: int, night: int, *, edited: bool = False) -> dict[str, Any]:
    """Return review `number` as seen on a night; the same arguments give the same words."""
    rng = random.Random(number * 2 + edited)
    seen_at = FIRST_NIGHT + timedelta(days=night, milliseconds=number % 3_600_000)
    replied = number % 5 == 0
    return {
        "source": "synthetic",
        "listing_id": f"listing{number // PER_FILE:03}",
        "review_id": f"{number:08x}-synthetic",
        "url": f"https://example.org/reviews/{number}",
        "rating": rng.choice((0, 0.25, 0.5, 0.75, 1)),
        "text": " ".join(rng.choices(WORDS, k=25)),
        "posted_at": (FIRST_NIGHT - timedelta(minutes=number)).isoformat(),
        "reply_state": "published" if replied else "none",
        "reply_text": "Дякуємо за відгук!" if replied else None,
        "seen_at": seen_at.isoformat(),
    }


def second_night(rows: int) -> Iterator[dict[str, Any]]:
    """Yield the timed sightings: the first 30 % are known, every hundredth of these was edited."""
    known = rows * 3 // 10
    for number in range(rows):
        yield review(number, 1, edited=number < known and number % 100 == 0)


def write(folder: Path, run_id: str, reviews: Iterator[dict[str, Any]]) -> list[Path]:
    """Write landing files and return them."""
    files: dict[Path, Any] = {}
    try:
        for entry in reviews:
            path = folder / run_id / entry["source"] / f"{entry['listing_id']}.1.jsonl"
            if path not in files:
                path.parent.mkdir(parents=True, exist_ok=True)
                files[path] = path.open("w", encoding="utf-8")
            files[path].write(json.dumps(entry, ensure_ascii=False) + "\n")
    finally:
        for file in files.values():
            file.close()
    return list(files)


class Watch:
    """Wall-clock and processor seconds since it was made; the second number does not suffer from a busy machine."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def read(self) -> tuple[float, float]:
        """Return (wall, processor) seconds."""
        return time.perf_counter() - self._wall, time.process_time() - self._cpu


def time_ingest(folder: Path, rows: int) -> tuple[float, float]:
    """Return the seconds of the second night's ingest, with its checkpoint."""
    known = write(folder / "landing", "night0", (review(number, 0) for number in range(rows * 3 // 10)))
    files = write(folder / "landing", "night1", second_night(rows))
    path = folder / "otklik.duckdb"
    with Warehouse.open(path) as warehouse:
        warehouse.ingest(known, run_id="night0", now=FIRST_NIGHT)
    with Warehouse.open(path) as warehouse:
        watch = Watch()
        report = warehouse.ingest(files, run_id="night1", now=FIRST_NIGHT)
        warehouse.connection.execute("CHECKPOINT")
        seconds = watch.read()
        assert report.lines == rows
        assert report.new == rows - rows * 3 // 10
        assert report.events["edited"] == len(range(0, rows * 3 // 10, 100))
    return seconds


def time_raw_insert(folder: Path, rows: int) -> tuple[float, float]:
    """Return the seconds of an INSERT of the same rows from Arrow, with its checkpoint."""
    table = pa.Table.from_pylist(list(second_night(rows)))
    with duckdb.connect(str(folder / "raw.duckdb")) as connection:
        connection.register("batch", table)
        connection.execute("CREATE TABLE reviews AS FROM batch LIMIT 0")
        watch = Watch()
        connection.execute("INSERT INTO reviews FROM batch")
        connection.execute("CHECKPOINT")
        return watch.read()


def time_sqlite(folder: Path, rows: int) -> tuple[float, float]:
    """Return the seconds of an upsert of the same rows with executemany, with its commit."""
    connection = sqlite3.connect(folder / "reviews.sqlite")
    try:
        connection.execute(CREATE_SQLITE)
        known = ([entry[name] for name in FIELDS] for entry in (review(n, 0) for n in range(rows * 3 // 10)))
        connection.executemany(UPSERT_SQLITE, known)
        connection.commit()
        batch = [[entry[name] for name in FIELDS] for entry in second_night(rows)]
        watch = Watch()
        connection.executemany(UPSERT_SQLITE, batch)
        connection.commit()
        return watch.read()
    finally:
        connection.close()


def main() -> None:
    """Run the three ways and print times, rates and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    ways = {"ingest": time_ingest, "raw insert": time_raw_insert, "sqlite": time_sqlite}
    load = os.getloadavg()[0]
    print(f"{rows:,} sightings, 30 % known, 1 % of these edited; {os.cpu_count()} cores, load {load:.1f} at the start,")
    print(f"Python {platform.python_version()}, duckdb {duckdb.__version__}, SQLite {sqlite3.sqlite_version}")
    cpu = {}
    for name, way in ways.items():
        with tempfile.TemporaryDirectory() as folder:
            wall, cpu[name] = way(Path(folder), rows)
        print(f"{name:>12}: {wall:8.2f} s wall, {cpu[name]:8.2f} s of processor, {rows / wall:>10,.0f} rows/s")
    print(f"processor time: ingest / raw insert = {cpu['ingest'] / cpu['raw insert']:.1f}")
    print(f"processor time: ingest / sqlite     = {cpu['ingest'] / cpu['sqlite']:.1f}")


if __name__ == "__main__":
    main()
