"""Delivering: send what is due, one message at a time. At-least-once, and never quietly failing."""

import os
from datetime import timedelta
from typing import Literal

from alerts import channels, wording
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
    sent = retried = failed = 0
    owner = f"pid {os.getpid()}"
    with exclusive(job.home, "deliver", wait=job.settings.run.lock_wait):
        while views := _claim(job, owner):
            outcome = _send(job, views)
            keys = [view.alert.alert_key for view in views]
            given_up = not outcome.ok and views[0].attempt >= job.settings.alerts.max_attempts
            next_try = None
            if not outcome.ok and not given_up:
                wait = min(job.settings.alerts.retry_minutes * 2 ** (views[0].attempt - 1), 24 * 60)
                next_try = job.clock() + max(timedelta(minutes=wait), timedelta(seconds=outcome.retry_after or 0))
            with Warehouse.open(job.home.warehouse, wait=job.settings.run.lock_wait) as warehouse:
                state: Literal["sent", "failed", "retry"] = "sent" if outcome.ok else "failed" if given_up else "retry"
                warehouse.record_delivery(keys, state, outcome.error, next_try, now=job.clock())
            sent += outcome.ok
            retried += not outcome.ok and not given_up
            failed += given_up
            if outcome.error:
                job.listener.stage("deliver", f"{views[0].alert.destination}: {outcome.error}")
    ledger.note("deliver", sent=sent, retried=retried, failed=failed)


def release(job: Job, ledger: Ledger) -> None:
    """Let go the alerts that were held because of their number: the operator looked at them."""
    with Warehouse.open(job.home.warehouse, wait=job.settings.run.lock_wait) as warehouse:
        count = warehouse.release_held()
    job.listener.stage("release", f"{count} held alerts released")
    ledger.note("release", released=count)


def _claim(job: Job, owner: str) -> list[AlertView]:
    with Warehouse.open(job.home.warehouse, wait=job.settings.run.lock_wait) as warehouse:
        return warehouse.claim_due(job.clock(), owner, 1)


def _send(job: Job, views: list[AlertView]) -> channels.Outcome:
    destination = views[0].alert.destination
    person = job.watchlist.person(destination)
    if person is None:
        return channels.Outcome(ok=False, error=f"no person {destination!r} in watchlist.toml any more")
    message = wording.render(views, person=person, watchlist=job.watchlist, settings=job.settings, now=job.clock())
    repeat = any(view.possible_repeat for view in views)
    return channels.send(person, message, key=views[0].alert.alert_key, possible_repeat=repeat)
