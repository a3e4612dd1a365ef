"""The ledger of one run: which run it is, what it already did, and the report that grows while it works."""

import asyncio
import time
import urllib.request
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from core.errors import BusyError, NotBegunError
from core.watchlist import Listing
from flows.job import Job
from flows.report import RunReport, listing_reports
from warehouse import CoverageRow, CrawlState, RunKind, Warehouse


@dataclass
class Ledger:
    """One run of one flow, as the warehouse knows it. Steps note in it what they did."""

    job: Job
    kind: RunKind
    run_id: str
    started: datetime
    """When the run was started for the first time."""
    began: float
    beaten: float = field(default_factory=time.monotonic)
    counts: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    unrouted: int = 0
    """Waiting cases for which the watchlist names nobody."""
    states: dict[str, CrawlState] = field(default_factory=dict)
    read_now: set[str] = field(default_factory=set)
    stages_done: frozenset[str] = frozenset()
    """Stages that an earlier start of this run finished."""

    @classmethod
    def begin(cls, job: Job, kind: RunKind, *, again: bool = False, run_id: str | None = None) -> "Ledger":
        """Find the unfinished run of this kind and time, or begin one, and note the watchlist as of now.

        Raises:
            NotBegunError: another process writes the warehouse for longer than `run.lock_wait`.
        """
        try:
            with Warehouse.open(job.home.warehouse, wait=job.settings.run.lock_wait) as warehouse:
                return cls._begin(warehouse, job, kind, again=again, run_id=run_id)
        except BusyError as error:
            raise NotBegunError(str(error)) from error

    @classmethod
    def _begin(cls, warehouse: Warehouse, job: Job, kind: RunKind, *, again: bool, run_id: str | None) -> "Ledger":
        now = job.clock()
        night = job.night if kind == "nightly" else None
        if kind == "nightly":
            run_id = warehouse.nightly_run_id(job.night, again=again)
        elif run_id is None:
            run_id = f"{kind}-{now:%Y%m%dT%H%M%S}-{uuid4().hex[:4]}"
        state = warehouse.start_run(kind, run_id, night, now)
        warehouse.mark_died(run_id, now - job.lease)
        warehouse.register(job.watchlist)
        if state.resumed:
            job.listener.stage("begin", f"{run_id} goes on where it stopped")
        return cls(
            job=job,
            kind=kind,
            run_id=run_id,
            started=state.now,
            began=time.monotonic(),
            stages_done=state.stages_done,
        )

    @property
    def changed(self) -> bool:
        """Whether this start of the run wrote anything that a reader could see."""
        return bool(self.read_now or any(self.counts.values()))

    def beat(self) -> None:
        """Show that this run is alive. Every long stage does so, more often than the lease is long."""
        now = time.monotonic()
        if now - self.beaten < self.beat_seconds / 2:
            return
        self.beaten = now
        # Who holds the warehouse now keeps others from calling this run dead; the next beat comes soon.
        with suppress(BusyError), Warehouse.open(self.job.home.warehouse, wait=1) as warehouse:
            warehouse.heartbeat(self.run_id, self.job.clock())

    @property
    def beat_seconds(self) -> float:
        """Seconds between two signs of life."""
        return max(1.0, self.job.lease.total_seconds() / 4)

    @asynccontextmanager
    async def alive(self) -> AsyncIterator[None]:
        """Show signs of life for the length of the block."""

        async def beating() -> None:
            while True:
                await asyncio.sleep(self.beat_seconds)
                await asyncio.to_thread(self.beat)

        task = asyncio.create_task(beating())
        try:
            yield
        finally:
            task.cancel()

    def not_yet_read(self, listings: Sequence[Listing]) -> list[Listing]:
        """Return the listings that this run has not read well yet, and remember where each crawl may stop."""
        with self._warehouse() as warehouse:
            self.states = warehouse.crawl_state([listing.id for listing in listings], self.run_id)
        done = {name for name, state in self.states.items() if state.done_in_run}
        if done:
            self.job.listener.stage("look-up", f"{len(done)} of {len(listings)} listings were read already this night")
        return [listing for listing in listings if listing.id not in done]

    def note(self, stage: str, **counts: int) -> None:
        """Add to the counts of the report, and show that this run is alive. A stage that did nothing is not noted."""
        for name, count in counts.items():
            self.counts[name] = self.counts.get(name, 0) + count
        if counts and not any(counts.values()):
            return
        with self._warehouse() as warehouse:
            warehouse.finish_stage(self.run_id, stage, counts)

    def coverage(self, warehouse: Warehouse) -> list[CoverageRow]:
        """Return how this run read its listings; the last attempt of each, as its history judges it."""
        return warehouse.judged_coverage(self.run_id)

    def finish(self) -> RunReport:
        """Close the run and return its report."""
        with self._warehouse() as warehouse:
            rows = listing_reports(self.coverage(warehouse), self.read_now)
            waiting = warehouse.waiting(self.job.clock())
            report = RunReport(
                kind=self.kind,
                run_id=self.run_id,
                finished_at=self.job.clock(),
                seconds=round(time.monotonic() - self.began, 2),
                listings=rows,
                **waiting._asdict(),
                unrouted=self.unrouted,
                problems=tuple(self.problems),
                **self.counts,
            )
            warehouse.heartbeat(self.run_id, self.job.clock())
            warehouse.finish_run(self.run_id, "ok" if report.ok else "failed", report.model_dump_json())
        return report

    def _warehouse(self) -> AbstractContextManager[Warehouse]:
        return Warehouse.open(self.job.home.warehouse, wait=self.job.settings.run.lock_wait)


async def call_heartbeat_url(job: Job) -> None:
    """Tell the outside that this night was good; whoever hears nothing for 26 hours raises the alarm."""
    address = job.settings.alerts.heartbeat_url or ""
    if not address.startswith(("https://", "http://")):
        raise ValueError(f"alerts.heartbeat_url: expected an http(s) address, got {address!r}")
    await asyncio.to_thread(_fetch, address)
    job.listener.stage("heartbeat", "sent")


def _fetch(address: str) -> None:
    with urllib.request.urlopen(address, timeout=20):  # noqa: S310  the scheme was checked by the caller
        pass
