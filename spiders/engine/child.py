"""The process in which one listing is crawled: `python -m spiders.engine.child`, a job as one JSON line on its input.

Standard output carries one JSON line of progress a page, and nothing else. The exit status is 0 when the crawl ended
and its coverage was written (whatever that says), 3 when code raised or the crawl was interrupted.
"""

import asyncio
import ctypes
import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from core.clock import frozen_clock, system_clock
from core.errors import OtklikError
from core.records import Coverage, CoverageStatus, StopReason
from spiders.engine import settings as engine_settings
from spiders.engine.forget_gate import Gate
from spiders.engine.guard import allowed_places
from spiders.engine.job import CrawlJob
from spiders.engine.landing import landing_paths, one_line, reason_of, write_coverage
from spiders.engine.loader import load_spider
from spiders.engine.monitors import measured
from spiders.engine.secrecy import guard_errors, scrub
from spiders.engine.settings import job_settings
from spiders.engine.spider import ReviewSpider

FAILED = 3
_PR_SET_PDEATHSIG = 1


def main() -> int:
    """Crawl the listing of the job on standard input and return the exit status."""
    die_with_parent()
    guard_errors()
    job = CrawlJob.model_validate_json(sys.stdin.buffer.readline())
    threading.Thread(target=_wait_for_the_end_of_input, daemon=True).start()
    clock = frozen_clock(job.now) if job.now else system_clock
    started_at, began = clock(), time.monotonic()
    paths = landing_paths(job.home_root, job.run_id, job.listing.source, job.listing.id, job.attempt)
    spider: Any = None
    try:
        spider, reason = run_spider(load_spider(job.listing.source), job)
    except Exception as error:  # noqa: BLE001  whatever keeps a crawl from starting must end in its coverage
        said = one_line(str(error)) if isinstance(error, OtklikError) else reason_of(error)
        coverage = Coverage(
            run_id=job.run_id,
            source=job.listing.source,
            listing_id=job.listing.id,
            attempt=job.attempt,
            started_at=started_at,
            finished_at=clock(),
            status=CoverageStatus.failed,
            error=scrub(said),
            stopped=StopReason.error,
            seconds=round(time.monotonic() - began, 3),
        )
        write_coverage(paths.coverage, coverage)
        return FAILED
    conclude(spider, reason, paths.coverage, time.monotonic() - began)
    return FAILED if spider.has_crashed or reason != "finished" else 0


def conclude(spider: Any, reason: str, path: Path, seconds: float) -> Coverage:
    """Write what came of a crawl that closed for a reason, without what is forgotten or secret, and return it."""
    if reason != "finished":
        spider.reading.fail(CoverageStatus.failed, f"the crawl was interrupted ({reason})")
    coverage: Coverage = spider.reading.coverage(spider.clock())
    gone = [one for one in coverage.gone_ids if not Gate.of(spider).forgotten.covers(spider.name, one, None)]
    ledger = measured(spider.crawler.stats.get_stats(), seconds)
    told = coverage.error and scrub(coverage.error)
    coverage = coverage.model_copy(update={"gone_ids": tuple(gone), "error": told, **ledger})
    write_coverage(path, coverage)
    return coverage


def run_spider(spider_class: type[ReviewSpider], job: CrawlJob) -> tuple[Any, str]:
    """Run Scrapy in this process and return the spider and why it closed; raise what kept it from starting."""
    settings = Settings()
    settings.setmodule(engine_settings, priority="project")
    own = {"OTKLIK_KEEP_RAW": job.crawl.raw_days > 0, "OTKLIK_ALLOWED_PLACES": allowed_places(job.listing)}
    settings.setdict({**job_settings(job.crawl), **own}, priority="cmdline")
    if spider_class.source.quota:  # the platform's own terms say how fast, and every call waits for its turn
        settings.set("DOWNLOAD_DELAY", 0.0, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    logging.getLogger("scrapy").setLevel(settings["LOG_LEVEL"])  # else Scrapy makes two records a page for nobody
    crawler = process.create_crawler(spider_class)
    task = process.crawl(crawler, job=job)
    process.start()
    if task.cancelled():
        raise asyncio.CancelledError
    error = task.exception()
    if error is not None:
        raise error
    return crawler.spider, crawler.stats.get_value("finish_reason", "no reason")


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent dies, where it can (Linux); see also the watch on the input."""
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(FAILED)


def _wait_for_the_end_of_input() -> None:
    """End the process when the parent's end of the pipe closes: it holds it open as long as it lives."""
    while os.read(0, 1):
        pass
    os._exit(FAILED)


if __name__ == "__main__":
    outcome = main()
    logging.shutdown()
    sys.stdout.flush()
    os._exit(outcome)  # all files are closed; taking the interpreter apart would cost half a second
