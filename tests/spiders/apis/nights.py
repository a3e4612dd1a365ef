"""A month of nights of one listing: crawl, ingest and casework as the flows do them, with a given clock, no model."""

import asyncio
import gzip
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from core.clock import to_utc
from core.records import Coverage, CoverageStatus
from flows.casework import handle_cases
from flows.collect import crawl_all, crawled_listings, ingest_pending, watch_coverage
from flows.job import Job
from flows.ledger import Ledger
from flows.runner import Direct
from tests.spiders.apis.scenario import START, Fact, State
from tests.spiders.apis.server import ApiServer
from warehouse import Warehouse

_WATCHLIST = """
[[companies]]
id = "firm"
name = "Firm"

[[listings]]
id = "here"
source = "{source}"
company = "firm"
target = "{target}"
base_url = "{url}"
{options}
"""


def moment_of(day: int, hour: float = 3.5) -> datetime:
    """Return a time of a day of the scenario; the nights are read at half past three."""
    return START + timedelta(days=day - 1, hours=hour)


class Nights:
    """A home folder that watches one listing on a server.

    Args:
        home: an empty folder.
        server: what is read; its clock is set for each night.
        source: the spider.
        target: what the listing is called there.
        retries: as the setting says.
        options: a line `options = {...}` of the listing.
    """

    def __init__(
        self, home: Path, server: ApiServer, source: str, target: str, *, retries: int = 2, options: str = ""
    ) -> None:
        self.home, self.server = home, server
        home.mkdir(parents=True, exist_ok=True)
        text = _WATCHLIST.format(source=source, target=target, url=server.url, options=options)
        (home / "watchlist.toml").write_text(text, encoding="utf-8")
        (home / "otklik.toml").write_text(f"[crawl]\ndelay = 0\nretries = {retries}\n", encoding="utf-8")

    def night(self, day: int, hour: float = 3.5) -> Coverage:
        """Read the listing at a time of a day of the scenario, and return how that went."""
        self.server.now = moment_of(day, hour)
        job = Job.open(self.home, now=self.server.now)
        return asyncio.run(self._read(job))

    def month(self, *days: int) -> dict[int, Coverage]:
        """Read it in many nights."""
        return {day: self.night(day) for day in days}

    async def _read(self, job: Job) -> Coverage:
        ledger = Ledger.begin(job, "nightly")
        listings = ledger.not_yet_read(crawled_listings(job))
        await crawl_all(job, Direct(), ledger, listings, pulse=False)
        take_in(job, ledger)
        with Warehouse.open(self.home / "data/otklik.duckdb", wait=5) as warehouse:
            rows = warehouse.coverage_of_run(ledger.run_id)
        ledger.finish()
        return max(rows, key=lambda row: row.coverage.attempt).coverage

    def events(self) -> set[Fact]:
        """Return all events of the warehouse."""
        with Warehouse.open(self.home / "data/otklik.duckdb", wait=5) as warehouse:
            rows = warehouse.connection.execute(
                "SELECT review_id, event, seen_at, old_value, new_value FROM review_events"
            ).fetchall()
        return {Fact(one, event, to_utc(at), old, new) for one, event, at, old, new in rows}

    def problems(self) -> dict[datetime, set[str]]:
        """Return what coverage said is wrong, by the time of the reading."""
        found: dict[datetime, set[str]] = {}
        with Warehouse.open(self.home / "data/otklik.duckdb", wait=5) as warehouse:
            for rule, at in warehouse.connection.execute("SELECT rule, found_at FROM coverage_problems").fetchall():
                found.setdefault(to_utc(at), set()).add(rule)
        return found

    def column(self, name: str) -> dict[str, object]:
        """Return one column of the present reviews by id."""
        with Warehouse.open(self.home / "data/otklik.duckdb", wait=5) as warehouse:
            rows = warehouse.connection.sql("FROM reviews").fetchall()
            names = [part[0] for part in warehouse.connection.sql("FROM reviews").description]
        return {row[names.index("review_id")]: row[names.index(name)] for row in rows}

    def written(self) -> Iterator[tuple[Path, bytes]]:
        """Return every file under the home folder with what it holds, unpacked."""
        for path in sorted(self.home.rglob("*")):
            if path.is_file():
                data = path.read_bytes()
                yield path, gzip.decompress(data) if path.suffix == ".gz" else data


def take_in(job: Job, ledger: Ledger) -> None:
    """Let the warehouse read what landed, as the flows do after the crawls."""
    ingest_pending(job, ledger)
    watch_coverage(job, ledger)
    handle_cases(job, ledger)


def leaks(nights: Nights, *planted: str) -> list[str]:
    """Return where a planted credential, or the beginning of a line of one, stands in what was written."""
    lines = {line.strip() for secret in planted for line in secret.replace("\\n", "\n").splitlines()}
    needles = {line[:24].encode() for line in lines if len(line) > 7 and not line.startswith("-----")}
    return [f"{path}: {needle!r}" for path, data in nights.written() for needle in needles if needle in data]


def check_month(
    nights: Nights,
    coverage: Mapping[int, Coverage],
    *,
    blocked: Mapping[int, str],
    shows: Callable[[State], State] = lambda state: state,
    unseen_deletions: frozenset[str] | set[str] = frozenset(),
) -> None:
    """Compare the warehouse with the scenario after all nights.

    Every event but deletions is what the looks of the server give; every deletion is found within four days, and
    nothing else is called gone; and every complaint that was last seen waiting was looked at again each night.

    Args:
        nights: after their last night.
        coverage: of each night, by its day.
        blocked: what the coverage of a refused night must say.
        shows: what the platform leaves out.
        unseen_deletions: which the platform cannot show.
    """
    month, looks = nights.server.month, nights.server.looks()
    for day, look in coverage.items():
        assert look.status is (CoverageStatus.blocked if day in blocked else CoverageStatus.ok), (day, look.error)
        assert blocked.get(day, "") in str(look.error)
    found = nights.events()
    assert {fact for fact in found if fact.event not in ("gone", "back")} == month.events(looks.items(), shows=shows)
    gone = {fact.review_id: fact.seen_at for fact in found if fact.event == "gone"}
    for one, when in month.deletions().items():
        if one not in unseen_deletions:
            assert when < gone.pop(one) <= when + timedelta(days=4), one
    assert not gone
    known: dict[str, bool] = {}
    for before, moment in pairwise(sorted(looks)):
        known |= {one: one in month.waiting(before) for one in looks[before]}
        waiting = {one for one, waits in known.items() if waits} - month.gone(moment)
        assert waiting <= looks[moment], f"{moment}: an open case was not read again"
