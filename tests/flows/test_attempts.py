"""What killed runs left behind never stands in the way of the next try, and a deaf heartbeat never of a night."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from console.demo.site import DemoSite
from console.demo.watchlist import write_home
from flows.collect import crawl_all, crawled_listings
from flows.job import Job
from flows.ledger import Ledger
from flows.nightly import nightly
from flows.runner import Direct


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
