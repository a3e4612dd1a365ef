"""Casework: complaints become cases, cases meet the clock, due alerts go into the outbox. One transaction."""

from alerts import cases, planning
from core.records import Case, CaseChange, CaseFacts
from flows.job import Job
from flows.ledger import Ledger
from warehouse import Warehouse


def handle_cases(job: Job, ledger: Ledger) -> None:
    """Advance every case to what is known now and plan what is due, so that neither is without the other."""
    now = job.clock()
    with Warehouse.open(job.home.warehouse, wait=job.settings.run.lock_wait) as warehouse, warehouse.transaction():
        changes: list[CaseChange] = []
        current: list[CaseFacts] = []
        for facts in warehouse.case_facts(now):
            change = cases.advance(facts, watchlist=job.watchlist, settings=job.settings, now=now)
            if change is not None:
                changes.append(change)
            current.append(_after(facts, change))
        warehouse.apply_cases(changes)
        plan = planning.plan(
            current,
            watchlist=job.watchlist,
            settings=job.settings,
            now=now,
            history=warehouse.alert_history(now, people=job.watchlist.people, timezone=job.settings.timezone),
        )
        planned = warehouse.plan_alerts(plan.alerts, plan.details, ledger.run_id, held=plan.held)
    names = [event.event for change in changes for event in change.events]
    if plan.held:
        ledger.problems.append(plan.held_reason)
    ledger.note(
        "cases",
        opened=names.count("opened"),
        answered=names.count("answered"),
        reopened=names.count("reopened"),
        planned=planned,
    )


def _after(facts: CaseFacts, change: CaseChange | None) -> CaseFacts:
    if change is None:
        return facts
    case: Case | None = change.case or facts.case
    decided = change.content_hash or facts.decided_hash
    return facts.model_copy(update={"case": case, "decided_hash": decided})
