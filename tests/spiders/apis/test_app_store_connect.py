"""A month of App Store Connect: the spider reads a faithful server, and the warehouse tells what happened."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.records import CoverageStatus
from tests.spiders.apis.app_store_connect_server import APP, AppStoreConnect
from tests.spiders.apis.nights import Nights, leaks
from tests.spiders.apis.scenario import MONTH, START, Month, State

SOURCE = "app_store_connect"
NIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 27, 28, 30)


def shown_by_apple(state: State) -> State:
    """Apple knows no refused answer: it is simply not there."""
    return replace(state, reply=None, reply_state="none") if state.reply_state == "rejected" else state


def open_server(monkeypatch: pytest.MonkeyPatch, *lines: str) -> AppStoreConnect:
    server = AppStoreConnect(Month.read(*lines))
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return server


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_every_event_of_a_month_is_the_truth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_server(monkeypatch, MONTH) as server:
        nights = Nights(tmp_path, server, SOURCE, APP)
        coverage = nights.month(*NIGHTS)
        looks = server.looks()
        found = nights.events()
        assert coverage[19].status is CoverageStatus.blocked
        assert "NOT_AUTHORIZED" in str(coverage[19].error)
        assert all(look.status is CoverageStatus.ok for day, look in coverage.items() if day != 19)
        gone = {fact.review_id: fact.seen_at for fact in found if fact.event == "gone"}
        assert {fact for fact in found if fact.event not in ("gone", "back")} == server.month.events(
            looks.items(), shows=shown_by_apple
        )
        for one, when in server.month.deletions().items():
            assert when < gone.pop(one) <= when + timedelta(days=4)
        assert not gone
        for moment in looks:
            waiting = server.month.waiting(moment - timedelta(days=1)) - server.month.gone(moment)
            assert waiting <= looks[moment], f"{moment}: an open case was not read again"
        assert START + timedelta(days=18, hours=3.5) not in looks
        assert leaks(nights, *server.environment.values(), *server.tokens) == []
