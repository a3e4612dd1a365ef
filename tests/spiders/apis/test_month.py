"""A month in one process is what nights of their own are: the same requests, events and reviews."""

from pathlib import Path

import pytest

from core.records import Coverage
from tests.spiders.apis.month import crawl_month
from tests.spiders.apis.nights import Nights
from tests.spiders.apis.scenario import MONTH
from tests.spiders.apis.server import opened
from tests.spiders.apis.wildberries_server import Wildberries

DAYS = (2, 4, 6, 13)
"""Among them news, edits, answers, a deletion, and open cases that only a look-up shows."""


def test_nights_of_one_process_ask_and_find_what_nights_of_their_own_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, found = [], []
    for name in ("together", "alone"):
        with opened(monkeypatch, Wildberries, MONTH) as server:
            nights = Nights(tmp_path / name, server, "wildberries", "all")
            coverage: dict[int, Coverage] = crawl_month(nights, DAYS) if name == "together" else nights.month(*DAYS)
            asked.append([(call.method, call.path, sorted(call.query.items())) for call in server.calls])
            figures = [(day, look.status, look.collected, look.watermark) for day, look in coverage.items()]
            found.append((figures, nights.events(), nights.column("reply_state"), nights.column("text")))
    assert asked[0] == asked[1]
    assert len(asked[0]) > 3 * len(DAYS), "open cases are looked up, too"
    assert found[0] == found[1]
    assert len(found[0][1]) > 12
