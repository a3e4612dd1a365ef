"""A month of crawls in one process: thirty nights in a few seconds, and then the warehouse reads them all at once.

The crawls are the engine's own, with its settings, over the network; only the process is shared by the nights (and is a
fork, because Scrapy can be started once in a process). What the warehouse would say before each night (the watermark,
the open cases) is worked out from what the nights before brought: a complaint is open until it is seen answered.
Events are a function of all sightings, so that one ingest at the end tells the same as thirty.
"""

import asyncio
import logging
import os
import pickle
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from core.home import Home
from core.records import Coverage, CoverageStatus, ReplyState, Review
from flows.job import Job
from flows.ledger import Ledger
from spiders.engine import child
from spiders.engine import settings as engine_settings
from spiders.engine.guard import allowed_places
from spiders.engine.job import CrawlJob, OpenReview
from spiders.engine.landing import landing_paths
from spiders.engine.loader import load_spider
from spiders.engine.secrecy import guard_errors
from spiders.engine.settings import job_settings
from spiders.engine.source import sources
from tests.spiders.apis.nights import Nights, moment_of, take_in
from tests.spiders.apis.scenario import START
from tests.spiders.apis.server import ApiServer
from warehouse import Warehouse, Window

_LONGEST = 300


class Memory:
    """What the warehouse knows of one listing before a night."""

    def __init__(self) -> None:
        self._watermark: datetime | None = None
        self._seen: dict[str, Review] = {}

    @property
    def watermark(self) -> datetime | None:
        return self._watermark

    @property
    def open_reviews(self) -> tuple[OpenReview, ...]:
        """The complaints (one or two stars) that were last seen without a published reply."""
        waiting = (
            review
            for review in self._seen.values()
            if review.rating is not None and review.rating <= 0.25 and review.reply_state is not ReplyState.published
        )
        return tuple(OpenReview(review_id=one.review_id, posted_at=one.posted_at, url=one.url) for one in waiting)

    def learn(self, reviews: Iterable[Review], coverage: Coverage) -> None:
        """Take in what a night brought."""
        self._seen |= {review.review_id: review for review in reviews}
        for one in coverage.gone_ids:
            self._seen.pop(one, None)
        self._watermark = max(filter(None, (self._watermark, coverage.watermark)), default=None)


def crawl_month(nights: Nights, days: Iterable[int], *, pulses: Iterable[int] = ()) -> dict[int, Coverage]:
    """Crawl the listing of `nights` in many nights and ingest all of them; return the coverage by day.

    The server notes what it was asked and showed, as if it had been asked from here.

    Args:
        nights: with a listing and a server that nobody has asked yet.
        days: nights, by their days.
        pulses: days of them on which only news and open cases are read.
    """
    read_end, write_end = os.pipe()
    nights.server.pause()  # the fork answers, and the clock that counts is its own
    number = os.fork()
    if number == 0:
        os.close(read_end)
        _be_the_child(nights, list(days), set(pulses), write_end)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as pipe:
        told = pipe.read()
    _, status = os.waitpid(number, 0)
    nights.server.serve()
    if not told:
        raise AssertionError(f"the crawls ended with {status}:\n{_log(nights).read_text(encoding='utf-8')[-3000:]}")
    coverage, noted = pickle.loads(told)  # noqa: S301  our own child's
    for name, value in noted.items():
        setattr(nights.server, name, value)
    _ingest(nights, list(coverage))
    return {day: Coverage.model_validate(told) for day, told in coverage.items()}


def refusals(kinds: Iterable[str]) -> list[str]:
    """Return the lines of a scenario whose tenth night and those after it are refused, each for one of `kinds`."""
    return [f"{day} 02:00 refuses {kind} until {day + 1}" for day, kind in enumerate(kinds, 10)]


def check_refusals(nights: Nights, said: Mapping[str, str]) -> None:
    """Read in the nights of `refusals`, nothing before: each ends blocked, with its sentence and no review.

    Args:
        nights: without retries, on a server of these `refusals` that nobody has asked yet.
        said: a part of the sentence, by the kind of refusal.
    """
    coverage = crawl_month(nights, range(10, 10 + len(said)))
    for look, words in zip(coverage.values(), said.values(), strict=True):
        assert (look.status, look.collected) == (CoverageStatus.blocked, 0), look.error
        assert words in str(look.error)


def _ingest(nights: Nights, days: list[int]) -> None:
    job = Job.open(nights.home, now=moment_of(days[-1]))
    ledger = Ledger.begin(job, "nightly")
    take_in(job, ledger)
    ledger.finish()
    (listing,) = job.watchlist.listings
    info = sources()[listing.source]
    windows = {listing.source: Window(info.window_days, info.window_reviews)}
    with Warehouse.open(job.home.warehouse, wait=5) as warehouse:
        for day in days:  # each night by its own clock
            warehouse.watch_coverage(_run_of(day), moment_of(day), windows)


def _run_of(day: int) -> str:
    return f"night-{day:02}"


def _log(nights: Nights) -> Path:
    return nights.home / "data" / "crawls.log"


def _be_the_child(nights: Nights, days: list[int], pulses: set[int], answer: int) -> None:
    """Crawl and tell; the test's own end never comes here."""
    try:
        signal.alarm(_LONGEST)
        _log(nights).parent.mkdir(parents=True, exist_ok=True)
        os.dup2(os.open(_log(nights), os.O_WRONLY | os.O_CREAT, 0o600), 2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", buffering=1, closefd=False)
        for handler in logging.getLogger().handlers[:]:
            logging.getLogger().removeHandler(handler)
        guard_errors()
        asyncio.set_event_loop(asyncio.new_event_loop())
        told = _crawl(nights, days, pulses)
        with os.fdopen(answer, "wb") as pipe:
            pickle.dump(told, pipe)
    except BaseException:  # noqa: BLE001  it is told in the log, and the parent shows it
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(0)


def _crawl(nights: Nights, days: list[int], pulses: set[int]) -> tuple[dict[int, Any], dict[str, Any]]:
    server: ApiServer = nights.server
    server.serve()
    job = Job.open(nights.home, now=START)
    (listing,) = job.watchlist.listings
    spider_class = load_spider(listing.source)
    settings = Settings()
    settings.setmodule(engine_settings, priority="project")
    own = {"OTKLIK_KEEP_RAW": True, "OTKLIK_ALLOWED_PLACES": allowed_places(listing), "DOWNLOAD_DELAY": 0.0}
    settings.setdict({**job_settings(job.settings.crawl), **own}, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    logging.getLogger("scrapy").setLevel("INFO")
    memory, coverage = Memory(), dict[int, Any]()
    failed: list[BaseException] = []

    async def month() -> None:
        for day in days:
            shutil.rmtree(nights.home / "data" / "quota", ignore_errors=True)  # a day later the bucket is full again
            server.now = moment_of(day)
            one = CrawlJob(
                home_root=Home(nights.home.resolve()).root,
                run_id=_run_of(day),
                listing=listing,
                crawl=job.settings.crawl,
                now=server.now,
                watermark=memory.watermark,
                open_reviews=memory.open_reviews,
                pulse=day in pulses,
                secret="00" * 16,
            )
            paths = landing_paths(one.home_root, one.run_id, listing.source, listing.id, 1)
            began = time.monotonic()
            crawler = process.create_crawler(spider_class)
            await process.crawl(crawler, job=one)
            reason = crawler.stats.get_value("finish_reason", "no reason")
            found = child.conclude(crawler.spider, reason, paths.coverage, time.monotonic() - began)
            lines = paths.reviews.read_text(encoding="utf-8").splitlines() if paths.reviews.exists() else []
            memory.learn(map(Review.model_validate_json, lines), found)
            coverage[day] = found.model_dump()

    def ended(task: "asyncio.Task[None]") -> None:
        if error := task.exception():
            failed.append(error)
        reactor.stop()

    from twisted.internet import reactor as running

    reactor: Any = running
    reactor.callWhenRunning(lambda: asyncio.ensure_future(month()).add_done_callback(ended))
    process.start(stop_after_crawl=False, install_signal_handlers=False)
    if failed:
        raise failed[0]
    return coverage, server.noted()
