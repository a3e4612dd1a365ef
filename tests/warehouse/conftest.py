"""What the warehouse's tests share: a warehouse in a fresh folder, and landing files written line by line."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.records import Coverage
from warehouse import IngestReport, Warehouse

START = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)


class Landing:
    """Writes landing files as a crawl would and ingests them."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @staticmethod
    def night(number: float) -> datetime:
        """Return the clock of a night, counted from 0; fractions are parts of a day."""
        return START + timedelta(days=number)

    def write(
        self, run_id: str, lines: list[dict[str, Any] | str], *, listing_id: str = "shop", attempt: int = 1
    ) -> Path:
        """Write lines; a dictionary gets the fields that every review has."""
        path = self.root / run_id / "demo" / f"{listing_id}.{attempt}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        base = {"source": "demo", "listing_id": listing_id, "review_id": "a", "text": "Words", "reply_state": "none"}
        with path.open("a", encoding="utf-8") as file:
            for line in lines:
                file.write((line if isinstance(line, str) else json.dumps(base | line, default=str)) + "\n")
        return path

    def cover(self, run_id: str, *, listing_id: str = "shop", attempt: int = 1, **fields: Any) -> Path:
        """Write the coverage of an attempt; it is ok where `status` is not given."""
        path = self.root / run_id / "demo" / f"{listing_id}.{attempt}.coverage.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        given = {"status": "ok", **fields}
        coverage = Coverage(run_id=run_id, source="demo", listing_id=listing_id, attempt=attempt, **given)
        path.write_text(coverage.model_dump_json())
        return path

    def ingest(self, warehouse: Warehouse, run_id: str = "run") -> IngestReport:
        """Ingest what is pending."""
        return warehouse.ingest(warehouse.pending_files(self.root), run_id=run_id, now=START)


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path / "data" / "landing")


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated warehouse without rows, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "otklik.duckdb"
    with Warehouse.open(path):
        pass
    return path


@pytest.fixture
def warehouse(tmp_path: Path, empty: Path) -> Iterator[Warehouse]:
    path = tmp_path / "data" / "otklik.duckdb"
    path.parent.mkdir()
    shutil.copyfile(empty, path)
    with Warehouse.open(path) as opened:
        yield opened
