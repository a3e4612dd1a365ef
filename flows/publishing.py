"""Publishing: a new copy for readers, and an end to raw responses that were kept long enough."""

import shutil
from datetime import timedelta
from pathlib import Path

from core.errors import InputError
from flows.job import Job
from flows.ledger import Ledger
from warehouse import Warehouse

STAGE = "publish"
"""In the ledger: this run's state was published, so that a kill between its end and the publication is found."""


def publish_now(job: Job) -> Path:
    """Publish the warehouse as it is and return the new file. An absent warehouse is an InputError."""
    if not job.home.warehouse.exists():
        raise InputError(f"{job.home.warehouse}: there is no warehouse yet; run `otklik nightly` or `otklik import`")
    with Warehouse.open(job.home.warehouse, wait=job.settings.run.lock_wait) as warehouse:
        return warehouse.publish(
            job.home.published,
            f"manual-{job.clock():%Y%m%dT%H%M%S}",
            keep=job.settings.run.published_kept,
            parquet=job.settings.run.parquet,
        )


def publish(job: Job, ledger: Ledger) -> None:
    """Publish the warehouse as the finished run left it, unless it is published and nothing changed since."""
    if not ledger.changed and STAGE in ledger.stages_done:
        job.listener.stage("publish", "nothing is new; the last publication stays")
    else:
        with Warehouse.open(job.home.warehouse, wait=job.settings.run.lock_wait) as warehouse:
            warehouse.publish(
                job.home.published,
                ledger.run_id,
                # Older copies still hold the words that this run emptied.
                keep=1 if ledger.counts.get("emptied") else job.settings.run.published_kept,
                parquet=job.settings.run.parquet,
            )
        ledger.note(STAGE)
    _forget_raw(job)


def _forget_raw(job: Job) -> None:
    if not job.home.raw.is_dir():
        return
    oldest = job.clock() - timedelta(days=job.settings.crawl.raw_days)
    for folder in job.home.raw.iterdir():
        if folder.is_dir() and folder.stat().st_mtime < oldest.timestamp():
            shutil.rmtree(folder)
