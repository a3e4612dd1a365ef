"""Casework: complaints become cases, cases meet the clock, due alerts go into the outbox. One transaction."""

from datetime import datetime, timedelta
from itertools import groupby

from alerts import cases, planning, reply_quality
from alerts.campaigns import Campaigns
from alerts.details import Rule
from alerts.replies.history import History
from core.records import Case, CaseChange
from flows.acts import apply_acts
from flows.campaigns import find_campaigns
from flows.counting import history_of, signals_of
from flows.job import Job
from flows.ledger import Ledger
from warehouse import Warehouse


def handle_cases(job: Job, ledger: Ledger) -> None:
    """Advance every case to what is known now and plan what is due, so that neither is without the other."""
    now = job.clock()
    with Warehouse.open(job.home.warehouse, wait=job.settings.run.lock_wait) as warehouse, warehouse.transaction():
        acts = apply_acts(job, warehouse)
        quiet = timedelta(days=job.settings.cases.quiet_days)
        changes, followed = [], []
        for facts in warehouse.case_facts(now, answered_before=now - quiet):
            change = cases.advance(facts, watchlist=job.watchlist, settings=job.settings, now=now)
            if change is not None:
                changes.append(change)
            if facts.case is not None or (change is not None and change.case is not None):
                followed.append(cases.apply(facts, change))  # an archive is mostly reviews without a case
        warehouse.apply_cases(changes)
        disclosing = _judge_replies(job, warehouse, now)
        plan = planning.plan(
            followed,
            watchlist=job.watchlist,
            settings=job.settings,
            now=now,
            history=history_of(job, warehouse, now),
            signals=signals_of(job, ledger, warehouse, now),
            disclosing=disclosing,
            campaigns=Campaigns(find_campaigns(job, warehouse)),
        )
        planned = warehouse.plan_alerts(plan.alerts, plan.details, ledger.run_id, covered=plan.covered)
    ledger.unrouted = plan.unrouted
    names = [event.event for change in changes for event in change.events]
    for line in (*acts.problems, *acts.refused):
        job.listener.stage("acts", line)
    if plan.held_reason:
        ledger.problems.append(plan.held_reason)
    ledger.note(
        "cases",
        opened=names.count("opened"),
        answered=names.count("answered"),
        reopened=names.count("reopened"),
        acts=acts.applied,
        planned=planned,
        covered=len(plan.covered),
        praise_waves=sum(alert.rule == Rule.praise_wave for alert in plan.alerts),
    )


def _judge_replies(job: Job, warehouse: Warehouse, now: datetime) -> list[Case]:
    """Judge the replies that answer cases, keep what was found, and return the cases of which somebody is told."""
    views = warehouse.replies_to_check()
    judged: list[Case] = []
    for (source, listing_id), own in groupby(views, key=lambda view: (view.review.source, view.review.listing_id)):
        history = History(warehouse.listing_replies(source, listing_id, reply_quality.HISTORY))
        judged += [reply_quality.judged(view, history, job.watchlist) for view in own]
    warehouse.apply_cases(CaseChange(source=case.source, review_id=case.review_id, case=case) for case in judged)
    return reply_quality.to_tell(views, judged, job.settings, now)
