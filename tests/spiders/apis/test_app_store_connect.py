"""A month of App Store Connect: the spider reads a faithful server, and the warehouse tells what happened."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.records import CoverageStatus
from tests.spiders.apis.app_store_connect_server import APP, AppStoreConnect
from tests.spiders.apis.nights import Nights, check_month, leaks
from tests.spiders.apis.scenario import MONTH, Month, State

SOURCE = "app_store_connect"
NIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 15, 16, 17, 19, 20, 21, 22, 24, 27, 28, 30)


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
        check_month(nights, coverage, shows=shown_by_apple, blocked={19: "NOT_AUTHORIZED"})
        assert leaks(nights, *server.environment.values(), *server.tokens) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("plan", "an agreement waits for its signature"),
        ("scope", "the key's role does not allow this"),
        ("quota", "quota is used up"),
    ],
)
def test_a_refusal_is_a_clear_sentence_and_never_zero_reviews(
    kind: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_server(monkeypatch, MONTH, f"10 02:00 refuses {kind}") as server:
        coverage = Nights(tmp_path, server, SOURCE, APP, retries=0).night(10)
    assert coverage.status is CoverageStatus.blocked
    assert said in str(coverage.error)
    assert coverage.collected == 0


def test_a_wrong_clock_is_named_as_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_server(monkeypatch, MONTH, "10 02:00 refuses clock") as server:
        server.skew = timedelta(minutes=45)
        coverage = Nights(tmp_path, server, SOURCE, APP).night(10)
    assert coverage.status is CoverageStatus.blocked
    assert "this machine's clock is 45 minutes behind the server's" in str(coverage.error)


def test_a_key_that_is_none_is_never_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_server(monkeypatch, MONTH) as server:
        monkeypatch.setenv("APP_STORE_CONNECT_KEY", "planted-no-key-at-all")
        nights = Nights(tmp_path, server, SOURCE, APP)
        coverage = nights.night(4)
        assert coverage.status is CoverageStatus.blocked
        assert "no ES256 key" in str(coverage.error)
        assert server.calls == []
        assert leaks(nights, "planted-no-key-at-all") == []
