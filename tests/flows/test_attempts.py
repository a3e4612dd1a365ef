"""What killed runs left behind never stands in the way of the next try, and a deaf heartbeat never of a night."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest

from console.demo.site import DemoSite
from console.demo.watchlist import write_home
from flows.collect import crawl_all, crawled_listings
from flows.job import Job
from flows.ledger import Ledger
from flows.nightly import nightly
from flows.runner import Direct
from tests.spiders.apis.nights import Nights, moment_of
from tests.spiders.apis.server import opened
from tests.spiders.apis.wildberries_server import Wildberries

T = TypeVar("T")


class Hasty(Direct):
    """Waits for nothing before another try."""

    async def network(self, name: str, work: Callable[[], Awaitable[T]], *, retries: int, delay: float) -> T:
        return await super().network(name, work, retries=retries, delay=0)


@pytest.mark.parametrize(("is_pulse", "said"), [(False, [500, 200]), (True, [500])])
def test_a_listing_that_fails_is_read_once_more_in_a_night_and_by_the_next_pulse(
    is_pulse: bool, said: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(monkeypatch, Wildberries, "1 10:00 writes anna 1 Плохо", "2 03:00 fails 500 x1") as server:
        home = Nights(tmp_path, server, "wildberries", "all", retries=0).home
        server.now = moment_of(2)
        job = Job.open(home, now=server.now)
        ledger = Ledger.begin(job, "nightly")
        (coverage,) = asyncio.run(crawl_all(job, Hasty(), ledger, crawled_listings(job), pulse=is_pulse))
        assert [call.status for call in server.calls][:2] == said
    wanted = ("failed", 1, 0) if is_pulse else ("ok", 2, 1)
    assert (coverage.status.value, coverage.attempt, coverage.collected) == wanted
    assert len(list((job.home.landing / ledger.run_id).rglob("*.coverage.json"))) == len(said)


def test_logs_of_two_killed_tries_do_not_fail_the_third(tmp_path: Path) -> None:
    with DemoSite() as site:
        write_home(tmp_path, site.base_urls, year=site.night_one.year)
        job = Job.open(tmp_path, now=site.night_one)
        ledger = Ledger.begin(job, "nightly")
        (listing,) = crawled_listings(job, ["polar-owl-game"])
        folder = job.home.landing / ledger.run_id / listing.source
        folder.mkdir(parents=True)
        for number in (1, 2):
            (folder / f"{listing.id}.{number}.log").touch()
        (coverage,) = asyncio.run(crawl_all(job, Direct(), ledger, [listing], pulse=True))
    assert (coverage.status.value, coverage.attempt) == ("ok", 3)


def test_a_heartbeat_address_that_is_dead_is_told_and_fails_nothing(tmp_path: Path) -> None:
    (tmp_path / "otklik.toml").write_text('[alerts]\nheartbeat_url = "ftp://nobody.example"\n')
    (tmp_path / "watchlist.toml").write_text(
        '[[companies]]\nid = "firm"\nname = "Firm"\n'
        '[[listings]]\nid = "shop"\nsource = "csv"\ncompany = "firm"\nenabled = false\n'
    )
    told: list[str] = []

    class Ear:
        def stage(self, name: str, message: str) -> None:
            told.append(f"{name}: {message}")

        def progress(self, name: str, done: int, total: int | None) -> None: ...

    job = Job.open(tmp_path, now=datetime(2026, 11, 22, tzinfo=UTC), listener=Ear())
    runner = Direct()
    report = asyncio.run(nightly(job, runner))
    assert report.ok
    assert any(line.startswith("heartbeat: not sent: alerts.heartbeat_url") for line in told)
