"""A run that was killed is told from one that is only slow, and never stays "running"."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from flows.deliver import deliver
from flows.job import Job
from flows.ledger import Ledger
from flows.runner import Direct

NOW = datetime(2026, 11, 22, 1, tzinfo=UTC)


def statuses(home: Path) -> dict[str, str]:
    with duckdb.connect(str(home / "data" / "otklik.duckdb"), read_only=True) as connection:
        return dict(connection.execute("SELECT kind, status FROM runs").fetchall())


def test_the_next_run_of_any_flow_marks_a_killed_import(tmp_path: Path) -> None:
    Ledger.begin(Job.open(tmp_path, now=NOW), "import")
    asyncio.run(deliver(Job.open(tmp_path, now=NOW + timedelta(minutes=4)), Direct()))
    assert statuses(tmp_path) == {"import": "running", "deliver": "ok"}
    asyncio.run(deliver(Job.open(tmp_path, now=NOW + timedelta(minutes=6)), Direct()))
    assert statuses(tmp_path) == {"import": "died", "deliver": "ok"}


def test_a_long_crawl_shows_life_and_is_not_marked(tmp_path: Path) -> None:
    (tmp_path / "otklik.toml").write_text("[run]\nlease_minutes = 0.04\n")

    async def crawl(ledger: Ledger) -> None:
        async with ledger.alive():
            await asyncio.sleep(3)

    job = Job.open(tmp_path)
    ledger = Ledger.begin(job, "nightly")
    Ledger.begin(job, "import")
    asyncio.run(crawl(ledger))
    Ledger.begin(job, "pulse")
    assert statuses(tmp_path) == {"nightly": "running", "import": "died", "pulse": "running"}
    assert ledger.finish().seconds >= 3
    with duckdb.connect(str(job.home.warehouse), read_only=True) as connection:
        ((lasted,),) = connection.execute(
            "SELECT epoch(finished_at - started_at) FROM runs WHERE kind = 'nightly'"
        ).fetchall()
    assert lasted >= 3
