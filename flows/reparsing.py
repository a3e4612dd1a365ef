"""Parsing a past run's raw responses again by hand: the ordinary road through the landing zone, without judging."""

from dataclasses import dataclass

from flows.job import Job
from flows.ledger import Ledger
from flows.locks import exclusive
from flows.publishing import publish
from spiders.engine.reparsing import Reparsed, raw_files, reparse_file, reparse_id, sweep
from warehouse import IngestReport, Warehouse


@dataclass(frozen=True)
class ReparseReport:
    """What a reparse did: a row for each raw file, and the counts of what the warehouse made of it."""

    run_id: str
    files: tuple[Reparsed, ...]
    ingested: IngestReport


def reparse_run(job: Job, run_id: str, *, publish_after: bool = True) -> ReparseReport:
    """Parse what is kept of a run by today's parsers, and bring what reads differently into the warehouse.

    The sightings keep the times at which they were made, so events come out as if the parser had been right that night.
    What was landed before a kill is not done again.

    Raises:
        InputError: nothing is kept of that run.
        BusyError: while a crawl or another reparse runs on this home folder.
    """
    with exclusive(job.home, "crawl", wait=0, holder="a crawl or a reparse"):
        sweep(job.home)
        into = reparse_id(job.home, run_id)
        ledger = Ledger.begin(job, "reparse", run_id=into)
        files = raw_files(job.home, run_id)
        done: list[Reparsed] = []
        for number, warc in enumerate(files, start=1):
            ledger.beat()
            job.listener.progress("reparse", number, len(files))
            done.append(reparse_file(job.home, warc, run_id, into, job.home.secret(job.settings.secret)))
        with Warehouse.open(job.home.warehouse, wait=job.settings.run.lock_wait) as warehouse:
            pending = warehouse.pending_files(job.home.landing)
            report = warehouse.ingest(pending, run_id=ledger.run_id, now=job.clock(), forgotten=job.forgotten)
        ledger.note("ingest", lines=report.lines, quarantined=report.quarantined)
        ledger.finish()
        if publish_after:
            publish(job, ledger)
    return ReparseReport(into, tuple(done), report)
