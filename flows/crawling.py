"""Crawling by hand: read some listings into the warehouse, without judging and without alerts."""

from collections.abc import Sequence

from flows.collect import crawl_all, crawled_listings, ingest_pending, watch_coverage
from flows.job import Job
from flows.ledger import Ledger
from flows.locks import exclusive
from flows.publishing import publish
from flows.report import RunReport
from flows.runner import Runner


async def crawl_listings(job: Job, runner: Runner, names: Sequence[str]) -> RunReport:
    """Read the named listings and return the report.

    Raises:
        InputError: for a name that the watchlist does not know.
        BusyError: while another crawl runs on this home folder.
    """
    listings = crawled_listings(job, names)
    with exclusive(job.home, "crawl", wait=0, holder="a crawl"):
        ledger = await runner.step("begin", lambda: Ledger.begin(job, "crawl"))
        await runner.step("look-up", lambda: ledger.not_yet_read(listings))
        await crawl_all(job, runner, ledger, listings, pulse=False)
        await runner.step("ingest", lambda: ingest_pending(job, ledger))
        await runner.step("coverage", lambda: watch_coverage(job, ledger))
        report = await runner.step("finish", ledger.finish)
        await runner.step("publish", lambda: publish(job, ledger))
    return report
