"""Delivering: send what is due, one message at a time. At-least-once, and never quietly failing."""

import os
from contextlib import AbstractContextManager
from datetime import timedelta
from hashlib import sha256
from typing import Literal

from alerts import channels, wording
from alerts.routing import Routing
from core.channel import Content
from core.errors import BusyError, NotBegunError
from core.records import AlertView
from flows import receipts
from flows.job import Job
from flows.ledger import Ledger
from flows.locks import exclusive
from warehouse import Warehouse


def deliver_due(job: Job, ledger: Ledger) -> None:
    """Send every alert that is due now.

    Each message is claimed and committed before it is sent, and its outcome kept as a receipt before it is recorded,
    so that a kill in between repeats at most that one, marked as a possible repeat, and a busy warehouse none. The
    warehouse is closed while a channel works.
    """
    counts = {"sent": 0, "retry": 0, "failed": 0}
    try:
        with exclusive(job.home, "deliver", wait=job.settings.run.lock_wait, holder="a delivery"):
            with _warehouse(job) as warehouse:
                receipts.settle(job.home, warehouse)
                _hand_to_deputies(job, warehouse)
            while views := _claim(job):
                ledger.beat()
                outcome = _send(job, views)
                receipt = _receipt(job, views, outcome)
                receipts.write(job.home, receipt)
                counts[receipt.state] += 1
                if outcome.error:
                    ledger.problems.append(f"alert to {views[0].alert.destination}: {outcome.error}")
                with _warehouse(job) as warehouse:
                    receipts.settle(job.home, warehouse)
    except NotBegunError:
        # Whoever holds the lock sends all that is due; two would send it twice.
        job.listener.stage("deliver", "another process is delivering")
    except BusyError as error:
        left = len(list(receipts.pending(job.home)))
        told = f"; {left} outcome that is known is recorded then" if left else ""
        ledger.problems.append(f"delivery stopped, the next one goes on{told}: {error}")
    ledger.note("deliver", sent=counts["sent"], retried=counts["retry"], failed=counts["failed"])


def _receipt(job: Job, views: list[AlertView], outcome: channels.Outcome) -> receipts.Receipt:
    state = _state(job, views, outcome)
    now = job.clock()
    wait = min(job.settings.alerts.retry_minutes * 2 ** (_tries(views) - 1), 24 * 60)
    pause = max(timedelta(minutes=wait), timedelta(seconds=outcome.retry_after or 0))
    return receipts.Receipt(
        alert_keys=tuple(view.alert.alert_key for view in views),
        attempt=views[0].attempt,
        state=state,
        error=outcome.error,
        next_try_at=now + pause if state == "retry" else None,
        at=now,
    )


def _hand_to_deputies(job: Job, warehouse: Warehouse) -> None:
    """Let deputies be told what is due for people who went away after it was planned."""
    now = job.clock()
    routing = Routing(job.watchlist, job.settings, now)
    for person in job.watchlist.people:
        deputy = routing.stand_in(person)
        if deputy.id != person.id:
            warehouse.hand_to_deputy(person.id, deputy.id, not_before=routing.allowed(deputy), now=now)


def _state(job: Job, views: list[AlertView], outcome: channels.Outcome) -> Literal["sent", "failed", "retry"]:
    """Say what a try came to. One channel of several that took it is enough: another try would repeat it there."""
    person = job.watchlist.person(views[0].alert.destination)
    if outcome.ok or (person is not None and 0 < len(outcome.failed) < len(person.channels)):
        return "sent"
    return "failed" if _tries(views) >= job.settings.alerts.max_attempts else "retry"


def _tries(views: list[AlertView]) -> int:
    """Count the tries of the alert of a message that had the fewest: none is given up with older ones."""
    return min(view.attempt for view in views)


def release(job: Job, ledger: Ledger) -> None:
    """Let go the alerts that were held because of their number: the operator looked at them."""
    with Warehouse.open(job.home.warehouse, wait=job.settings.run.lock_wait) as warehouse:
        count = warehouse.release_held()
    job.listener.stage("release", f"{count} held alerts released")
    ledger.note("release", released=count)


def resend_dead(job: Job, ledger: Ledger) -> None:
    """Try the alerts once more that were given up after `alerts.max_attempts` tries."""
    with Warehouse.open(job.home.warehouse, wait=job.settings.run.lock_wait) as warehouse:
        count = warehouse.revive_dead()
    job.listener.stage("dead", f"{count} alerts that were given up are tried once more")
    ledger.note("dead", revived=count)


def drop_dead(job: Job, ledger: Ledger) -> None:
    """Forget about the alerts that were given up: nobody needs them any more."""
    with Warehouse.open(job.home.warehouse, wait=job.settings.run.lock_wait) as warehouse:
        count = warehouse.drop_dead()
    job.listener.stage("dead", f"{count} alerts that were given up are dropped")
    ledger.note("dead", dropped=count)


def _warehouse(job: Job) -> AbstractContextManager[Warehouse]:
    return Warehouse.open(job.home.warehouse, wait=job.settings.run.lock_wait)


def _claim(job: Job) -> list[AlertView]:
    now = job.clock()
    routing = Routing(job.watchlist, job.settings, now)
    everyone = (*job.watchlist.people, *job.watchlist.channels)
    asleep = [person.id for person in everyone if routing.allowed(person) > now]
    with _warehouse(job) as warehouse:
        return warehouse.claim_due(now, f"pid {os.getpid()}", 1, asleep)


def _send(job: Job, views: list[AlertView]) -> channels.Outcome:
    destination = views[0].alert.destination
    person = job.watchlist.person(destination)
    if person is None:
        return channels.Outcome(ok=False, failed=(0,), error=f"no person {destination!r} in watchlist.toml any more")

    def compose(content: Content | None, is_foreign: bool) -> wording.Message:
        return wording.render(
            views,
            person=person,
            watchlist=job.watchlist,
            settings=job.settings,
            now=job.clock(),
            content=content,
            is_foreign=is_foreign,
        )

    repeat = any(view.possible_repeat for view in views)
    return channels.send(person, compose, key=_key(views), possible_repeat=repeat)


def _key(views: list[AlertView]) -> str:
    """Return the key of a message: who knows it already takes it for the same one, so it names all that is in it."""
    keys = sorted(view.alert.alert_key for view in views)
    return keys[0] if len(keys) == 1 else sha256(" ".join(keys).encode()).hexdigest()[:32]
