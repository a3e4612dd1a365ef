"""The nightly flow: read every listing, judge what is new, handle the cases, send what is due, publish.

The ledger in the warehouse is the truth about the night; the runner only carries the steps out. Started again on the
same night, it does what is missing: a listing that was read well is not read again unless `again` is given.
"""

from collections.abc import Sequence

from flows.casework import handle_cases
from flows.collect import crawl_all, crawled_listings, ingest_pending, read_inbox, stale_folders, watch_coverage
from flows.forget import finish_forgetting
from flows.job import Job
from flows.judging import judge
from flows.ledger import Ledger, call_heartbeat_url
from flows.locks import exclusive
from flows.outbox import deliver_due
from flows.publishing import publish
from flows.report import RunReport
from flows.retention import keep_no_longer
from flows.runner import Runner


async def nightly(job: Job, runner: Runner, *, only: Sequence[str] = (), again: bool = False) -> RunReport:
    """Run the night and return its report.

    Raises:
        BusyError: while another crawl runs on this home folder.
        InputError: for a name in `only` that the watchlist does not know.
    """
    listings = crawled_listings(job, only)
    with exclusive(job.home, "crawl", wait=job.settings.crawl.timeout, holder="a night"):
        await runner.step("forget", lambda: finish_forgetting(job))
        ledger = await runner.step("begin", lambda: Ledger.begin(job, "nightly", again=again))
        await runner.step("leftovers", lambda: ingest_pending(job, ledger))
        if not job.watchlist.listings:
            ledger.problems.append(f"{job.home.root / 'watchlist.toml'} names no listing: nothing is watched")
        missing = await runner.step("look-up", lambda: ledger.not_yet_read(listings))
        await crawl_all(job, runner, ledger, missing, pulse=False)
        await runner.step("inbox", lambda: read_inbox(job, ledger))
        await runner.step("ingest", lambda: ingest_pending(job, ledger))
        await runner.step("stale", lambda: stale_folders(job, ledger))
        await runner.step("coverage", lambda: watch_coverage(job, ledger))
        await runner.step("judge", lambda: judge(job, ledger))
        await runner.step("cases", lambda: handle_cases(job, ledger))
        await runner.step("deliver", lambda: deliver_due(job, ledger))
        await runner.step("retention", lambda: keep_no_longer(job, ledger))
        report = await runner.step("finish", ledger.finish)
        await runner.step("publish", lambda: publish(job, ledger))
    await runner.show("nightly-report", report.markdown())
    if report.ok and job.settings.alerts.heartbeat_url:
        try:
            await runner.network("heartbeat", lambda: call_heartbeat_url(job), retries=2, delay=5)
        except (OSError, ValueError) as error:
            # The night is done and reported; whoever waits for the heartbeat hears its absence.
            job.listener.stage("heartbeat", f"not sent: {error}")
    return report
