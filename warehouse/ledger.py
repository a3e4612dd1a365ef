"""The ledger of runs: which night is done, up to which stage, and what it found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal, NamedTuple

import orjson

from core.clock import to_utc
from core.errors import InputError
from core.records import Coverage, CoverageProblem
from warehouse.store import Store

RunKind = Literal["nightly", "pulse", "deliver", "crawl", "import", "reparse"]


@dataclass(frozen=True, slots=True)
class RunState:
    """A run as the ledger knows it."""

    run_id: str
    now: datetime
    """The clock of its first start, which stays."""
    stages_done: frozenset[str]
    resumed: bool
    """It was begun before and is started again."""
    finished: bool


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """The coverage of one attempt, with how many of its reviews were new or edited."""

    coverage: Coverage
    new: int
    edited: int
    unchanged: int
    problems: tuple[CoverageProblem, ...] = ()
    """What is wrong with it by its own account and by the listing's history, once it was judged."""


class Waiting(NamedTuple):
    """How many cases wait, how many of them are past their SLA, and what of the outbox is not delivered."""

    waiting: int
    overdue: int
    held: int
    """Alerts."""
    retrying: int
    """Messages that a channel refused and that are tried again."""
    next_try_at: datetime | None
    """When the first of these is due."""
    dead: int
    """Alerts that were given up after too many tries."""


class DeadRun(NamedTuple):
    """A run that ended without a word."""

    run_id: str
    kind: RunKind
    heartbeat_at: datetime
    """Its last sign of life."""


def start_run(store: Store, kind: RunKind, run_id: str, night: date | None, now: datetime) -> RunState:
    """Begin a run, or go on with the run of that id.

    Raises:
        InputError: the id belongs to a run of another kind.
    """
    with store.transaction():
        known = store.row("ledger/run", {"run_id": run_id})
        if known is None:
            store.run("ledger/start_run", {"run_id": run_id, "kind": kind, "night": night, "now": now})
            return RunState(run_id, to_utc(now), frozenset(), resumed=False, finished=False)
        if known["kind"] != kind:
            raise InputError(f"{run_id}: this is the id of a {known['kind']} run, not of a {kind} run")
        store.run("ledger/resume_run", {"run_id": run_id, "now": now})
    stages = frozenset(stage for stage, _ in store.tuples("ledger/stages", {"run_id": run_id}))
    return RunState(
        run_id, to_utc(known["started_at"]), stages, resumed=True, finished=known["finished_at"] is not None
    )


def nightly_run_id(store: Store, night: date, *, again: bool) -> str:
    """Return the id under which a night is run: that of its unfinished or only run, or a new one where `again`."""
    runs = store.rows("ledger/nightly_runs", {"night": night})
    plain = f"nightly-{night:%Y%m%d}"
    if not runs:
        return plain
    if again and runs[0]["finished_at"] is not None:
        return f"{plain}-{len(runs) + 1}"
    return str(runs[0]["run_id"])


def heartbeat(store: Store, run_id: str, now: datetime) -> None:
    """Note that a run is alive."""
    store.run("ledger/heartbeat", {"run_id": run_id, "now": now})


def mark_died(store: Store, run_id: str, oldest: datetime) -> None:
    """Mark the runs, but for `run_id`, that showed no life since `oldest`."""
    store.run("ledger/mark_died", {"run_id": run_id, "oldest": oldest})


def dead_runs(store: Store, oldest: datetime) -> list[DeadRun]:
    """Return the runs that showed no life since `oldest` or died, unless one of their kind was finished since."""
    return [
        DeadRun(run_id, kind, to_utc(at)) for run_id, kind, at in store.tuples("ledger/dead_runs", {"oldest": oldest})
    ]


def finish_stage(store: Store, run_id: str, stage: str, counts: Mapping[str, int]) -> None:
    """Note that a stage is done and what it counted."""
    with store.transaction():
        store.run("ledger/forget_stage", {"run_id": run_id, "stage": stage})
        parameters = {"run_id": run_id, "stage": stage, "counts": orjson.dumps(dict(counts)).decode()}
        store.run("ledger/finish_stage", parameters)


def finish_run(store: Store, run_id: str, status: str, report: str) -> None:
    """Close a run with its report as JSON."""
    store.run("ledger/finish_run", {"run_id": run_id, "status": status, "report": report})


def run_report(store: Store, run_id: str) -> str | None:
    """Return the stored report as JSON, or None for a run that is unknown or not finished."""
    row = store.row("ledger/run", {"run_id": run_id})
    return None if row is None else row["report"]


def coverage_of_run(store: Store, run_id: str) -> list[CoverageRow]:
    """Return the coverage of every attempt of a run."""
    return [coverage_row(row) for row in store.rows("ledger/coverage_of_run", {"run_id": run_id})]


def coverage_row(row: dict[str, Any]) -> CoverageRow:
    """Return a row of the table `coverage` as a record with what the warehouse found out about it."""
    found = {name: row.pop(name) for name in ("new", "edited", "unchanged")}
    return CoverageRow(coverage=Coverage(**{**row, "counts": orjson.loads(row["counts"])}), **found)


def record_stale(store: Store, listing_ids: Sequence[str], run_id: str, now: datetime, after: timedelta) -> None:
    """Record a drop folder as stale where nothing came for longer than `after`, once a run."""
    parameters = {"listing_ids": list(listing_ids), "run_id": run_id, "now": now, "oldest": now - after}
    store.run("ledger/record_stale", parameters)


def waiting(store: Store, now: datetime) -> Waiting:
    """Count what waits at a moment."""
    return Waiting(*store.tuples("ledger/waiting", {"now": now})[0])
