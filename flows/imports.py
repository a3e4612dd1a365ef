"""Importing files by hand: the ordinary road through the landing zone, without judging and without alerts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.errors import InputError
from flows.job import Job
from flows.ledger import Ledger
from flows.publishing import publish
from warehouse import IngestReport, Warehouse


@dataclass(frozen=True)
class ImportReport:
    """What an import did: a line for each file that was read, one for each that was not, and the counts."""

    read: tuple[str, ...]
    failed: tuple[str, ...]
    ingested: IngestReport


def import_files(
    job: Job,
    files: Sequence[Path],
    *,
    format_name: str | None,
    listing_id: str | None = None,
    seen_at: datetime | None = None,
    tz: str | None = None,
    columns: Mapping[str, str] | None = None,
    source: str | None = None,
    publish_after: bool = True,
) -> ImportReport:
    """Bring the reviews of some files into the warehouse. Their order does not matter: sightings have their times.

    A file that is not what it says is named in `failed` and leaves the others alone.
    """
    from spiders.imports import read, write_landing

    ledger = Ledger.begin(job, "import")
    secret = job.home.secret(job.settings.secret)
    done: list[str] = []
    failed: list[str] = []
    for number, path in enumerate(files, start=1):
        ledger.beat()
        job.listener.progress("import", number, len(files))
        try:
            imported = read(
                path,
                format=format_name,
                listing_id=listing_id,
                seen_at=seen_at,
                tz=tz,
                now=job.clock(),
                secret=secret,
                columns=columns,
                source=source,
            )
            coverages = write_landing(imported, home=job.home, run_id=ledger.run_id, attempt=1, now=job.clock())
        except InputError as error:
            failed.append(str(error))
            continue
        count = sum(coverage.collected for coverage in coverages)
        left = sum(coverage.quarantined for coverage in coverages)
        told = [f"{count} reviews", *([f"{left} quarantined"] if left else []), *imported.notes]
        done.append(f"{path}: {imported.format}, {'; '.join(told)}")
    ledger.problems.extend(failed)
    with Warehouse.open(job.home.warehouse, wait=job.settings.run.lock_wait) as warehouse:
        pending = warehouse.pending_files(job.home.landing)
        report = warehouse.ingest(pending, run_id=ledger.run_id, now=job.clock(), forgotten=job.forgotten)
    ledger.note("ingest", lines=report.lines, quarantined=report.quarantined)
    ledger.finish()
    if publish_after:
        publish(job, ledger)
    return ImportReport(read=tuple(done), failed=tuple(failed), ingested=report)
