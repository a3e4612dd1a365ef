"""A month of the seller API of Wildberries: answered and unanswered apart, and replies that have no time."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.records import CoverageStatus
from tests.spiders.apis.nights import Nights, check_month, leaks
from tests.spiders.apis.scenario import MONTH, Month, State
from tests.spiders.apis.wildberries_server import GOODS, TOKEN, Wildberries

SOURCE = "wildberries"
NIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 15, 16, 17, 19, 20, 21, 22, 24, 27, 28, 30)


def labelled(state: State) -> State:
    """What stands in the field for faults is told under its label."""
    return replace(state, text=f"Недостатки: {state.text}") if state.stars <= 2 else state


def open_server(monkeypatch: pytest.MonkeyPatch, *lines: str, read: frozenset[str] = frozenset()) -> Wildberries:
    monkeypatch.setenv("WILDBERRIES_TOKEN", TOKEN)
    return Wildberries(Month.read(*lines), read=read)


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_every_event_of_a_month_is_the_truth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_server(monkeypatch, MONTH, read=frozenset({"kira", "olga"})) as server:
        nights = Nights(tmp_path, server, SOURCE, "all")
        coverage = nights.month(*NIGHTS)
        check_month(nights, coverage, shows=labelled, blocked={19: "the token has expired"})
        assert {call.query["isAnswered"] for call in server.calls if "isAnswered" in call.query} == {"true", "false"}
        states, flags = nights.column("reply_state"), nights.column("processed_flag")
        assert (states["kira"], flags["kira"]) == ("none", True), "the platform's flag is no answer"
        assert (states["nikita"], flags["nikita"]) == ("none", False)
        assert set(nights.column("reply_at").values()) == {None}, "the platform tells no time"
        assert leaks(nights, TOKEN) == []


@pytest.mark.slow
def test_one_article_is_read_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_server(monkeypatch, MONTH) as server:
        nights = Nights(tmp_path, server, SOURCE, "101")
        coverage = nights.month(3, 6, 10)
        assert [look.status for look in coverage.values()] == [CoverageStatus.ok] * 3
        assert set(nights.column("subject_id")) == set(GOODS)
        assert nights.events() == server.month.events(server.looks().items(), shows=labelled)


@pytest.mark.slow
def test_a_rejected_answer_is_its_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_server(monkeypatch, MONTH) as server:
        nights = Nights(tmp_path, server, SOURCE, "all")
        nights.night(3)
        assert nights.column("reply_state")["anna"] == "none"
        nights.night(4)
        assert nights.column("reply_state")["anna"] == "pending"
        nights.night(8)
        assert nights.column("reply_state")["vera"] == "rejected"


@pytest.mark.slow
def test_a_new_shop_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_server(monkeypatch, "5 10:00 writes anna 5 Ура", "6 10:00 deletes anna") as server:
        nights = Nights(tmp_path, server, SOURCE, "all")
        coverage = nights.month(2, 6, 7)
    assert [look.status.value for look in coverage.values()] == ["ok", "ok", "short"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("plan", "the plan does not include this"),
        ("scope", "lacks the category Feedbacks and Questions"),
        ("quota", "quota is used up"),
    ],
)
def test_a_refusal_is_a_clear_sentence_and_never_zero_reviews(
    kind: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_server(monkeypatch, MONTH, f"10 02:00 refuses {kind}") as server:
        coverage = Nights(tmp_path, server, SOURCE, "all", retries=0).night(10)
    assert coverage.status is CoverageStatus.blocked
    assert said in str(coverage.error)
    assert coverage.collected == 0


def test_without_a_key_nothing_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_server(monkeypatch, MONTH) as server:
        monkeypatch.delenv("WILDBERRIES_TOKEN")
        coverage = Nights(tmp_path, server, SOURCE, "all").night(4)
        assert coverage.status is CoverageStatus.blocked
        assert "WILDBERRIES_TOKEN (a token of the seller's account" in str(coverage.error)
        assert server.calls == []
