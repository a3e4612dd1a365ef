"""The pulse flow, hourly: re-read the first pages and the open cases, so that an answer closes its case soon."""

from collections.abc import Sequence

from flows.casework import handle_cases
from flows.collect import crawl_all, crawled_listings, ingest_pending, read_inbox, watch_coverage
from flows.job import Job
from flows.judging import judge
from flows.ledger import Ledger
from flows.locks import exclusive
from flows.outbox import deliver_due
from flows.publishing import publish
from flows.report import RunReport
from flows.runner import Runner


async def pulse(job: Job, runner: Runner, *, only: Sequence[str] = ()) -> RunReport:
    """Look again at what is open and return the report.

    Raises:
        NotBegunError: at once, while the nightly flow reads: it looks at everything anyway.
        InputError: for a name in `only` that the watchlist does not know.
    """
    listings = crawled_listings(job, only)
    with exclusive(job.home, "crawl", wait=0, holder="a pulse"):
        ledger = await runner.step("begin", lambda: Ledger.begin(job, "pulse"))
        await runner.step("look-up", lambda: ledger.not_yet_read(listings))
        await crawl_all(job, runner, ledger, listings, pulse=True)
        await runner.step("inbox", lambda: read_inbox(job, ledger))
        await runner.step("ingest", lambda: ingest_pending(job, ledger))
        await runner.step("coverage", lambda: watch_coverage(job, ledger))
        await runner.step("judge", lambda: judge(job, ledger))
        await runner.step("cases", lambda: handle_cases(job, ledger))
        await runner.step("deliver", lambda: deliver_due(job, ledger))
        report = await runner.step("finish", ledger.finish)
        await runner.step("publish", lambda: publish(job, ledger))
    await runner.show("pulse-report", report.markdown())
    return report
