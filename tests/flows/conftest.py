"""Three nights of the demo's site, run once by the real flows with the shipped model; tests read what came of it."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from console.demo.site import DemoSite
from console.demo.watchlist import write_home
from core.home import Home
from flows.deliver import deliver
from flows.job import Job
from flows.nightly import nightly
from flows.report import RunReport
from flows.runner import Direct


@dataclass(frozen=True)
class ThreeNights:
    """The home after three nights, with the site still running at night 3."""

    site: DemoSite
    home: Home
    moments: tuple[datetime, ...]
    reports: tuple[RunReport, ...]
    mornings: tuple[RunReport, ...]

    def job(self, moment: datetime | None = None) -> Job:
        return Job.open(self.home.root, now=moment or self.moments[-1])


@pytest.fixture(scope="session")
def three_nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ThreeNights]:
    root = tmp_path_factory.mktemp("home")
    with DemoSite() as site:
        write_home(root, site.base_urls, year=site.night_one.year)
        reports, mornings = [], []
        for number, moment in enumerate(site.nights, start=1):
            site.set_night(number)
            reports.append(asyncio.run(nightly(Job.open(root, now=moment), Direct())))
            morning = moment + timedelta(hours=6)
            mornings.append(asyncio.run(deliver(Job.open(root, now=morning), Direct())))
        yield ThreeNights(site, Home(root), site.nights, tuple(reports), tuple(mornings))
