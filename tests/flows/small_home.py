"""A small home folder with nights of one-star reviews, for the tests of backups and rebuilds."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.home import Home
from flows.casework import handle_cases
from flows.job import Job
from flows.ledger import Ledger
from warehouse import Warehouse

NIGHT = datetime(2026, 11, 17, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
WATCHLIST = """
[[companies]]
id = "firm"
name = "Firm"
[[people]]
id = "anna"
name = "Anna"
[[listings]]
id = "l1"
source = "shop"
company = "firm"
responsible = "anna"
"""


def night(root: Path, now: datetime, names: list[str]) -> Job:
    """Lay down a night of one-star reviews and handle it."""
    file = root / "data" / "landing" / f"night-{now:%d%H}" / "shop" / "l1.1.jsonl"
    file.parent.mkdir(parents=True)
    rows = [
        {
            "source": "shop", "listing_id": "l1", "review_id": name, "text": f"Всё плохо: {name}", "rating": 0.0,
            "posted_at": now.isoformat(), "reply_state": "none", "seen_at": now.isoformat(),
        }
        for name in names
    ]  # fmt: skip
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    job = Job.open(root, now=now)
    ledger = Ledger.begin(job, "deliver")
    with Warehouse.open(job.home.warehouse) as warehouse:
        warehouse.ingest(warehouse.pending_files(job.home.landing), run_id=ledger.run_id, now=now)
    handle_cases(job, ledger)
    ledger.finish()
    return job


def rows(home: Home, question: str) -> list[tuple[object, ...]]:
    with Warehouse.open(home.warehouse) as warehouse:
        found: list[tuple[object, ...]] = warehouse.connection.execute(question).fetchall()
        return found
