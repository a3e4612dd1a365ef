"""A shop with one listing in a home folder, whose nights are imported by a given clock."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from core.home import Home
from flows.casework import handle_cases
from flows.imports import import_files
from flows.job import Job
from flows.ledger import Ledger
from warehouse import Warehouse

NOON = datetime(2026, 11, 17, 12, tzinfo=UTC)  # a Tuesday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WATCHLIST = """
[[companies]]
id = "cafe"
name = "Кофейня"
[[people]]
id = "anna"
name = "Anna"
timezone = "UTC"
[people.remedies.ordinary]
amount = 500
[[people]]
id = "boss"
name = "Boss"
timezone = "UTC"
[[listings]]
id = "shop"
source = "shop"
company = "cafe"
responsible = "anna"
escalation = "boss"
"""


class SmallShop:
    """A home folder with one listing; `open` lays it out."""

    def __init__(self, root: Path) -> None:
        self.files = root
        self.root = root / "home"
        self.home = Home(self.root)
        self.path = self.home.warehouse

    def open(self) -> None:
        """Write the watchlist."""
        self.root.mkdir()
        (self.root / "watchlist.toml").write_text(WATCHLIST, encoding="utf-8")

    def job(self, at: datetime) -> Job:
        """Return a job of this home at a given time."""
        return Job.open(self.root, now=at)

    def see(self, at: datetime, **fields: Any) -> None:
        """Import a sighting of one review: one star without words, where nothing else is said."""
        row = {"source": "shop", "listing_id": "shop", "rating": 0.0, "text": "", "reply_state": "none", **fields}
        file = self.files / f"{at:%d%H}-{row['review_id']}.jsonl"
        file.write_text(json.dumps(row | {"seen_at": at.isoformat()}, ensure_ascii=False), encoding="utf-8")
        import_files(self.job(at), [file], format_name="landing")

    def handle(self, at: datetime) -> None:
        """Let the cases live up to a given time."""
        ledger = Ledger.begin(self.job(at), "pulse")
        handle_cases(self.job(at), ledger)
        ledger.finish()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return what the warehouse answers."""
        with Warehouse.open(self.path) as warehouse:
            return list(warehouse.connection.execute(query).fetchall())
