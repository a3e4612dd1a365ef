"""How truthful the silence of each listing is: a run's readings, judged by themselves and by the listings' history."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from core.clock import to_utc
from core.records import Coverage, CoverageProblem, CoverageRule, CoverageStatus
from warehouse.ledger import CoverageRow, coverage_of_run, coverage_row
from warehouse.store import Store
from warehouse.watching import Arrivals, Facts, Window, judge

NO_WINDOW = Window()
_Name = tuple[str, str]


def watch(store: Store, run_id: str, now: datetime, windows: Mapping[str, Window]) -> list[CoverageProblem]:
    """Judge the readings of a run, keep what is wrong with them (found anew each time) and return it.

    Args:
        store: the warehouse, after the ingest of the run.
        run_id: the run.
        now: its clock.
        windows: what each source shows at most; sources that are not named show everything.
    """
    facts = _facts(store, run_id, now, windows)
    problems = [
        CoverageProblem(
            run_id=run_id,
            source=one.look.source,
            listing_id=one.look.listing_id,
            rule=rule,
            message=message,
            found_at=now,
        )
        for one in facts
        for rule, message in judge(one, now)
    ]
    with store.transaction():
        store.run("coverage/forget_problems", {"run_id": run_id})
        if problems:
            rows = [problem.model_dump(mode="python") | {"rule": problem.rule.value} for problem in problems]
            store.load("coverage/add_problems", store.arrow(rows, like="coverage_problems"))
    return problems


def problems_of_run(store: Store, run_id: str) -> list[CoverageProblem]:
    """Return what was wrong with the readings of a run, as it was judged last."""
    return [CoverageProblem(**row) for row in store.rows("coverage/problems", {"run_id": run_id})]


def judged(rows: Sequence[CoverageRow], problems: Sequence[CoverageProblem]) -> list[CoverageRow]:
    """Return the last try of each listing with its problems; its status is `ok` only where the history agrees."""
    found: dict[_Name, list[CoverageProblem]] = defaultdict(list)
    for problem in problems:
        found[problem.source, problem.listing_id].append(problem)
    result = []
    for row in last_tries(rows):
        own = found.get((row.coverage.source, row.coverage.listing_id), [])
        worst = next((problem for problem in own if not problem.rule.is_warning), None)
        look = row.coverage
        if worst is not None and look.status is CoverageStatus.ok:
            status = CoverageStatus.stale if worst.rule is CoverageRule.stale else CoverageStatus.short
            look = look.model_copy(update={"status": status, "error": worst.message, "fault": worst.rule})
        result.append(replace(row, coverage=look, problems=tuple(own)))
    return result


def last_tries(rows: Sequence[CoverageRow]) -> list[CoverageRow]:
    """Return of each listing the row of its last attempt."""
    ordered = sorted(rows, key=lambda row: row.coverage.attempt)
    return list({(row.coverage.source, row.coverage.listing_id): row for row in ordered}.values())


def _facts(store: Store, run_id: str, now: datetime, windows: Mapping[str, Window]) -> list[Facts]:
    looks = [row.coverage for row in last_tries(coverage_of_run(store, run_id))]
    if not looks:
        return []
    asked = {"run_id": run_id, "now": now}
    past: dict[_Name, list[Coverage]] = defaultdict(list)
    for row in store.rows("coverage/past", asked):
        one = coverage_row(row).coverage
        past[one.source, one.listing_id].append(one)
    arrivals = {
        (row["source"], row["listing_id"]): Arrivals(row["count"], to_utc(row["newest"]), row["longest_gap"])
        for row in store.rows("coverage/arrivals", asked)
    }
    is_pulse = bool(store.tuples("coverage/is_pulse", {"run_id": run_id})[:1] == [(True,)])
    vanished = _vanished(store, run_id, past, now)
    return [
        Facts(
            look=look,
            past=past.get((look.source, look.listing_id), ()),
            arrivals=arrivals.get((look.source, look.listing_id)),
            vanished=vanished.get((look.source, look.listing_id), 0),
            window=windows.get(look.source, NO_WINDOW),
            is_pulse=is_pulse,
        )
        for look in looks
    ]


def _vanished(store: Store, run_id: str, past: Mapping[_Name, Sequence[Coverage]], now: datetime) -> dict[_Name, int]:
    """Count the reviews that vanished since the last whole reading; after a week that is how the listing is."""
    before = [
        {name: getattr(ones[0], name) for name in ("run_id", "source", "listing_id", "started_at")}
        for ones in past.values()
        if now - ones[0].finished_at <= timedelta(days=7)
    ]
    if not before:
        return {}
    store.connection.register("batch", store.arrow(before, like="coverage"))
    try:
        rows = store.rows("coverage/vanished", {"run_id": run_id})
    finally:
        store.connection.unregister("batch")
    return {(row["source"], row["listing_id"]): row["vanished"] for row in rows}
