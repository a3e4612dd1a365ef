"""A month of the seller API of Wildberries: answered and unanswered apart, and replies that have no time."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from core.records import CoverageStatus
from core.watchlist import Listing
from spiders.engine.client import ApiClient
from spiders.engine.discovery import discover
from spiders.engine.source import sources
from tests.spiders.apis.month import check_refusals, crawl_month, refusals
from tests.spiders.apis.nights import Nights, check_month, leaks
from tests.spiders.apis.scenario import MONTH, START, STORY, faults_labelled
from tests.spiders.apis.server import opened
from tests.spiders.apis.wildberries_server import GOODS, TOKEN, Wildberries

SOURCE = "wildberries"
NIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 15, 16, 17, 19, 20, 21, 22, 24, 27, 28, 30)
REFUSED = {
    "plan": "the plan does not include this",
    "scope": "lacks the category Feedbacks and Questions",
    "quota": "quota is used up",
}


def test_every_event_of_a_month_is_the_truth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(monkeypatch, Wildberries, MONTH, read=frozenset({"kira", "olga"})) as server:
        nights = Nights(tmp_path, server, SOURCE, "all")
        coverage = crawl_month(nights, NIGHTS)
        check_month(nights, coverage, shows=faults_labelled, blocked={19: "the token has expired"})
        assert {call.query["isAnswered"] for call in server.calls if "isAnswered" in call.query} == {"true", "false"}
        states, flags = nights.column("reply_state"), nights.column("processed_flag")
        assert (states["kira"], flags["kira"]) == ("none", True), "the platform's flag is no answer"
        assert (states["nikita"], flags["nikita"]) == ("none", False)
        assert set(nights.column("reply_at").values()) == {None}, "the platform tells no time"
        assert leaks(nights, TOKEN) == []


def test_one_article_is_read_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(monkeypatch, Wildberries, MONTH) as server:
        nights = Nights(tmp_path, server, SOURCE, "101")
        coverage = crawl_month(nights, (3, 6, 10))
        assert [look.status for look in coverage.values()] == [CoverageStatus.ok] * 3
        assert set(nights.column("subject_id")) == set(GOODS)
        assert nights.events() == server.month.events(server.looks().items(), shows=faults_labelled)


def test_a_rejected_answer_is_its_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(monkeypatch, Wildberries, MONTH) as server:
        for days, one, state in (((3,), "anna", "none"), ((3, 4), "anna", "pending"), ((3, 4, 8), "vera", "rejected")):
            nights = Nights(tmp_path / f"{days[-1]}", server, SOURCE, "all")
            crawl_month(nights, days)
            assert nights.column("reply_state")[one] == state


def test_the_shop_and_its_reviewed_goods_are_discovered(monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(monkeypatch, Wildberries, MONTH) as server:
        server.now = START + timedelta(days=3)
        listing = Listing(id="here", source=SOURCE, company="firm", target="all", base_url=server.url)
        found = discover(ApiClient.of(sources()[SOURCE], listing, os.environ))
    assert found == [("all", "all goods of the shop"), ("101", "Ночник 101"), ("102", "Ночник 102")]


def test_a_new_shop_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(monkeypatch, Wildberries, "5 10:00 writes anna 5 Ура", "6 10:00 deletes anna") as server:
        nights = Nights(tmp_path, server, SOURCE, "all")
        coverage = crawl_month(nights, (2, 6, 7))
    assert [look.status.value for look in coverage.values()] == ["ok", "ok", "short"]


def test_refusals_are_clear_sentences_and_never_zero_reviews(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(monkeypatch, Wildberries, STORY, *refusals(REFUSED)) as server:
        check_refusals(Nights(tmp_path, server, SOURCE, "all", retries=0), REFUSED)


def test_without_a_key_nothing_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(monkeypatch, Wildberries, MONTH) as server:
        monkeypatch.delenv("WILDBERRIES_TOKEN")
        coverage = crawl_month(Nights(tmp_path, server, SOURCE, "all"), [4])[4]
        assert coverage.status is CoverageStatus.blocked
        assert "WILDBERRIES_TOKEN (a token of the seller's account" in str(coverage.error)
        assert server.calls == []
