"""Delivering: send what is due, one message at a time. At-least-once, and never quietly failing."""

import os
from datetime import timedelta
from typing import Literal

from alerts import channels, wording
from core.errors import BusyError
from core.records import AlertView
from flows.job import Job
from flows.ledger import Ledger
from flows.locks import exclusive
from warehouse import Warehouse


def deliver_due(job: Job, ledger: Ledger) -> None:
    """Send every alert that is due now.

    Each message is claimed and committed before it is sent, so that a kill between sending and recording repeats
    at most that one, marked as a possible repeat. The warehouse is closed while a channel works.
    """
    counts = {"sent": 0, "retry": 0, "failed": 0}
    try:
        with exclusive(job.home, "deliver", wait=job.settings.run.lock_wait, holder="a delivery"):
            while views := _claim(job):
                ledger.beat()
                outcome = _send(job, views)
                state = _state(job, views, outcome)
                wait = min(job.settings.alerts.retry_minutes * 2 ** (views[0].attempt - 1), 24 * 60)
                pause = max(timedelta(minutes=wait), timedelta(seconds=outcome.retry_after or 0))
                with Warehouse.open(job.home.warehouse, wait=job.settings.run.lock_wait) as warehouse:
                    warehouse.record_delivery(
                        [view.alert.alert_key for view in views],
                        state,
                        outcome.error,
                        job.clock() + pause if state == "retry" else None,
                        now=job.clock(),
                    )
                counts[state] += 1
                if outcome.error:
                    ledger.problems.append(f"alert to {views[0].alert.destination}: {outcome.error}")
    except BusyError:
        # Whoever holds the lock sends all that is due; two would send it twice.
        job.listener.stage("deliver", "another process is delivering")
    ledger.note("deliver", sent=counts["sent"], retried=counts["retry"], failed=counts["failed"])


def _state(job: Job, views: list[AlertView], outcome: channels.Outcome) -> Literal["sent", "failed", "retry"]:
    """Say what a try came to. One channel of several that took it is enough: another try would repeat it there."""
    person = job.watchlist.person(views[0].alert.destination)
    if outcome.ok or (person is not None and 0 < len(outcome.failed) < len(person.channels)):
        return "sent"
    return "failed" if views[0].attempt >= job.settings.alerts.max_attempts else "retry"


def release(job: Job, ledger: Ledger) -> None:
    """Let go the alerts that were held because of their number: the operator looked at them."""
    with Warehouse.open(job.home.warehouse, wait=job.settings.run.lock_wait) as warehouse:
        count = warehouse.release_held()
    job.listener.stage("release", f"{count} held alerts released")
    ledger.note("release", released=count)


def _claim(job: Job) -> list[AlertView]:
    with Warehouse.open(job.home.warehouse, wait=job.settings.run.lock_wait) as warehouse:
        return warehouse.claim_due(job.clock(), f"pid {os.getpid()}", 1)


def _send(job: Job, views: list[AlertView]) -> channels.Outcome:
    destination = views[0].alert.destination
    person = job.watchlist.person(destination)
    if person is None:
        return channels.Outcome(ok=False, failed=(0,), error=f"no person {destination!r} in watchlist.toml any more")
    message = wording.render(views, person=person, watchlist=job.watchlist, settings=job.settings, now=job.clock())
    repeat = any(view.possible_repeat for view in views)
    return channels.send(person, message, key=views[0].alert.alert_key, possible_repeat=repeat)
