"""A month of App Store Connect: the spider reads a faithful server, and the warehouse tells what happened."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.records import CoverageStatus
from core.settings import CrawlSettings
from core.watchlist import load_watchlist
from spiders.engine.crawl import CrawlJob, crawl
from tests.spiders.apis.app_store_connect_server import APP, AppStoreConnect
from tests.spiders.apis.month import check_refusals, crawl_month, refusals
from tests.spiders.apis.nights import Nights, check_month, leaks, moment_of
from tests.spiders.apis.scenario import MONTH, STORY, Month, State
from tests.spiders.apis.server import Call, Reply, opened

SOURCE = "app_store_connect"
NIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 15, 16, 17, 19, 20, 21, 22, 24, 27, 28, 30)
REFUSED = {
    "plan": "an agreement waits for its signature",
    "scope": "the key's role does not allow this",
    "quota": "quota is used up",
}


def shown_by_apple(state: State) -> State:
    """Apple knows no refused answer: it is simply not there."""
    return replace(state, reply=None, reply_state="none") if state.reply_state == "rejected" else state


def test_every_event_of_a_month_is_the_truth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(monkeypatch, AppStoreConnect, MONTH) as server:
        nights = Nights(tmp_path, server, SOURCE, APP)
        coverage = crawl_month(nights, NIGHTS)
        check_month(nights, coverage, shows=shown_by_apple, blocked={19: "NOT_AUTHORIZED"})
        assert leaks(nights, *server.environment.values(), *server.tokens) == []


def test_refusals_are_clear_sentences_and_never_zero_reviews(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(monkeypatch, AppStoreConnect, STORY, *refusals(REFUSED)) as server:
        check_refusals(Nights(tmp_path, server, SOURCE, APP, retries=0), REFUSED)


def test_a_wrong_clock_is_named_as_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(monkeypatch, AppStoreConnect, MONTH, "10 02:00 refuses clock") as server:
        server.skew = timedelta(minutes=45)
        coverage = crawl_month(Nights(tmp_path, server, SOURCE, APP), [10])[10]
    assert coverage.status is CoverageStatus.blocked
    assert "this machine's clock is 45 minutes behind the server's" in str(coverage.error)


def test_a_key_that_is_none_is_never_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(monkeypatch, AppStoreConnect, MONTH) as server:
        monkeypatch.setenv("APP_STORE_CONNECT_KEY", "planted-no-key-at-all")
        nights = Nights(tmp_path, server, SOURCE, APP)
        coverage = crawl_month(nights, [4])[4]
        assert coverage.status is CoverageStatus.blocked
        assert "no ES256 key" in str(coverage.error)
        assert server.calls == []
        assert leaks(nights, "planted-no-key-at-all") == []


class Parrot(AppStoreConnect):
    """Repeats the signature wherever an answer has room for it."""

    def answer(self, call: Call) -> Reply:
        reply = super().answer(call)
        signature = call.headers["authorization"]
        for review in reply.body.get("data", []) if isinstance(reply.body, dict) else []:
            review["attributes"]["body"] += f" {signature.removeprefix('Bearer ')}"
            review["attributes"]["rating"] = 1 if review["id"] == "anna" else 9
        reply.headers |= {"X-Echo": signature, "Authorization": signature, "Set-Cookie": signature.split(".")[-1]}
        return reply

    def refusal(self, kind: str) -> Reply:
        reply = super().refusal(kind)
        reply.body["errors"][0]["detail"] += f" {self.private_key}"
        return reply

    def handle(self, call: Call) -> Reply:
        reply = super().handle(call)
        if reply.status >= 400:
            reply.body["errors"][0]["title"] += call.headers["authorization"]
            self.tokens.add(call.headers["authorization"].removeprefix("Bearer "))
        return reply


def test_a_key_that_the_platform_repeats_is_written_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(monkeypatch, Parrot, MONTH, "12 02:00 refuses scope") as server:
        nights = Nights(tmp_path, server, SOURCE, APP)
        first, second = crawl_month(nights, (7, 12)).values()
        assert first.collected == 1
        assert first.quarantined > 1
        assert second.status is CoverageStatus.blocked
        kept = {path.name for path, _ in nights.written()}
        assert any(name.endswith(".warc.gz") for name in kept)
        assert any(name.endswith(".quarantine.jsonl") for name in kept)
        assert leaks(nights, *server.environment.values(), *server.tokens) == []


def test_keys_that_travel_with_the_job_are_written_nowhere(tmp_path: Path) -> None:
    with AppStoreConnect(Month.read(MONTH)) as server:
        server.now = moment_of(7, 0)
        nights = Nights(tmp_path, server, SOURCE, APP)
        job = CrawlJob(
            home_root=tmp_path,
            run_id="one",
            listing=load_watchlist(tmp_path).listings[0],
            crawl=CrawlSettings(delay=0),
            now=server.now,
            credentials=server.environment,
        )
        coverage = asyncio.run(crawl(job))
        assert (coverage.status, coverage.collected) == (CoverageStatus.ok, 6)
        assert server.private_key not in repr(job)
        assert leaks(nights, *server.environment.values(), *server.tokens) == []
