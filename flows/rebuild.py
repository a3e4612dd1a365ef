"""Rebuilding the warehouse from the landing files; what cannot be derived from them is carried over.

Reviews, their states and events follow from the landing files. What a model judged, what was decided about cases, what
people did and what was sent is taken from the warehouse, or, where that cannot be opened, from its newest publication.
"""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import BusyError, ConfigurationError, InputError
from core.home import Home
from flows.campaigns import find_campaigns
from flows.forget import finish_forgetting
from flows.job import REBUILDING, Job
from flows.locks import exclusive
from warehouse import Warehouse
from warehouse.publishing import NAME
from warehouse.rebuilding import missing_files, state_counts
from warehouse.state import state_hash

_NOTHING: Mapping[str, int] = {}


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild came to."""

    before: str | None
    """Hash of the state before (see `warehouse.state`); None where there was nothing to carry over."""
    after: str
    carried_from: Path | None
    counts_before: Mapping[str, int] = field(default_factory=dict)
    counts_after: Mapping[str, int] = field(default_factory=dict)
    as_they_were: int = 0
    """Reviews taken over with their events: their words are emptied, or a landing file that told of them is lost."""
    missing: tuple[str, ...] = ()
    """Landing files that the warehouse has read and that are not there any more."""

    @property
    def same(self) -> bool:
        """Whether the state is what it was."""
        return self.before == self.after


def rebuild(job: Job, *, check: bool = False, anew: bool = False) -> Rebuilt:
    """Build the warehouse anew beside the old one, and let it take that one's place.

    Args:
        job: the home folder.
        check: only build and compare; the warehouse stays as it is.
        anew: carry nothing over where nothing can be; all is then history that the next run judges again.

    Raises:
        InputError: nothing can be carried over, or the new warehouse is not sound.
        NotBegunError: while a crawl or a delivery runs on this home folder.
    """
    if not job.home.landing.is_dir() and not job.home.warehouse.exists():
        raise InputError(f"{job.home.data}: there is nothing to build a warehouse from; is --home right?")
    wait = job.settings.run.lock_wait
    with (
        exclusive(job.home, "crawl", wait=wait, holder="a rebuild"),
        exclusive(job.home, "deliver", wait=wait, holder="a rebuild"),
    ):
        finish_forgetting(job)
        work = job.home.data / REBUILDING
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        try:
            return _rebuild(job, work, check=check, anew=anew)
        finally:
            shutil.rmtree(work, ignore_errors=True)


def _rebuild(job: Job, work: Path, *, check: bool, anew: bool) -> Rebuilt:
    fresh = work / job.home.warehouse.name
    old = _old(job, work)
    if old is None and not anew:
        raise InputError(
            f"{job.home.warehouse}: neither it nor a publication can be opened, so that what was judged, decided and"
            " sent would be lost: restore a backup, or judge all anew with --anew"
        )
    as_they_were = _build(job, fresh, old)
    rebuilt = Rebuilt(
        before=state_hash(old) if old else None,
        after=state_hash(fresh),
        carried_from=None if old is None else job.home.warehouse if old == job.home.warehouse else old,
        counts_before=state_counts(old) if old else _NOTHING,
        counts_after=state_counts(fresh),
        as_they_were=as_they_were,
        missing=tuple(missing_files(old, job.home.landing)) if old else (),
    )
    if not check:
        _swap(job, fresh)
    return rebuilt


def _old(job: Job, work: Path) -> Path | None:
    """Return a warehouse of this version to carry over from: the present one, else a copy of the newest publication."""
    home = job.home
    if home.warehouse.exists():
        try:
            with Warehouse.open(home.warehouse, wait=job.settings.run.lock_wait):
                return home.warehouse
        except BusyError:
            raise
        except ConfigurationError as error:
            job.listener.stage("rebuild", f"{error}; looking for a publication instead")
    published = home.published / NAME
    if published.exists():
        copy = work / "published.duckdb"
        shutil.copyfile(published, copy)
        try:
            with Warehouse.open(copy):
                return copy
        except ConfigurationError as error:
            job.listener.stage("rebuild", f"{error}")
    return None


def _build(job: Job, fresh: Path, old: Path | None) -> int:
    as_they_were = 0
    with Warehouse.open(fresh) as warehouse:
        if old is None:
            warehouse.register(job.watchlist)
        else:
            warehouse.carry_over(old)
        files = warehouse.pending_files(job.home.landing)
        job.listener.stage("rebuild", f"{len(files)} landing files")
        warehouse.ingest(files, run_id="rebuild", now=job.clock(), forgotten=job.forgotten)
        if old is None:
            warehouse.take_as_history()
        else:
            as_they_were = warehouse.keep_decided(old)
            again = warehouse.pending_files(job.home.landing)
            warehouse.ingest(again, run_id="rebuild", now=job.clock(), forgotten=job.forgotten)
        find_campaigns(job, warehouse)
        broken = warehouse.check()
    if broken:
        raise InputError(f"the rebuilt warehouse is not sound, and the old one stays: {broken[0]}")
    return as_they_were


def _swap(job: Job, fresh: Path) -> None:
    """Put the new file in the old one's place, which nobody may be writing."""
    home: Home = job.home
    handle = os.open(fresh, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    # A log of the old file beside the new one would be replayed into it.
    home.warehouse.with_name(f"{home.warehouse.name}.wal").unlink(missing_ok=True)
    fresh.replace(home.warehouse)
    if home.published.exists():
        with Warehouse.open(home.warehouse, wait=job.settings.run.lock_wait) as warehouse:
            parquet = job.settings.run.parquet
            name = f"rebuild-{job.clock():%Y%m%dT%H%M%S}"
            warehouse.publish(home.published, name, keep=job.settings.run.published_kept, parquet=parquet)
