"""A drop folder is a listing: read once, stale when nothing came, and no longer so when something did."""

import os
from datetime import UTC, datetime
from pathlib import Path

from flows.collect import ingest_pending, read_inbox, stale_folders
from flows.job import Job
from flows.ledger import Ledger

NOW = datetime(2026, 11, 22, 1, tzinfo=UTC)
WATCHLIST = """
[[companies]]
id = "firm"
name = "Firm"
[[listings]]
id = "shop"
source = "csv"
company = "firm"
timezone = "Europe/Kyiv"
"""


def night(home: Path) -> dict[str, tuple[str, int]]:
    job = Job.open(home, now=NOW)
    ledger = Ledger.begin(job, "nightly")
    read_inbox(job, ledger)
    ingest_pending(job, ledger)
    stale_folders(job, ledger)
    return {row.listing_id: (row.status.value, row.new) for row in ledger.finish().listings}


def test_stale_until_a_file_comes(tmp_path: Path) -> None:
    (tmp_path / "watchlist.toml").write_text(WATCHLIST)
    assert night(tmp_path) == {"shop": ("stale", 0)}
    folder = tmp_path / "data" / "inbox" / "shop"
    folder.mkdir(parents=True)
    path = folder / "reviews.csv"
    path.write_bytes("Отзыв;Оценка;Дата\nНахамили;1;20.11.2026 12:30\n".encode("cp1251"))
    os.utime(path, (0, 0))
    assert night(tmp_path) == {"shop": ("ok", 1)}
    assert night(tmp_path) == {"shop": ("ok", 1)}
