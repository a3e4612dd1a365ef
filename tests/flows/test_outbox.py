"""What is known of a message survives a busy warehouse and a kill: recorded once, sent once, by the right person."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.errors import BusyError, InputError
from core.home import Home
from core.records import Alert, alert_key
from core.watchlist import Away, Channel, Person, Watchlist
from flows import outbox, receipts
from flows.job import Job
from flows.ledger import Ledger
from warehouse import Warehouse

NOW = datetime(2026, 11, 19, 9, 0, tzinfo=UTC)
KEY = alert_key("otklik", "surge:x", 0, "surge", 0, "anna")


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """A home with one alert to Anna that is due, delivered to a file."""
    (tmp_path / "otklik.toml").write_text("[run]\nlock_wait = 0.2\n")
    opened = Job.open(tmp_path, now=NOW)
    letters = Channel(url=f"file://{tmp_path / 'letters.jsonl'}")
    people = (Person(id="anna", name="Anna", channels=(letters,)), Person(id="boris", name="B", channels=(letters,)))
    known = Job(opened.home, opened.settings, Watchlist(people=people), opened.clock, frozen=NOW)
    alert = Alert(
        alert_key=KEY, source="otklik", review_id="surge:x", rule="surge", level=0, destination="anna", folded=True,
        planned_at=NOW, not_before=NOW,
    )  # fmt: skip
    with Warehouse.open(known.home.warehouse) as warehouse:
        warehouse.plan_alerts([alert], {KEY: '{"count":1,"limit":1}'}, "run")
    return known


def letters(job: Job) -> int:
    path = job.home.root / "letters.jsonl"
    return len(path.read_text(encoding="utf-8").splitlines()) if path.exists() else 0


def state(job: Job) -> Any:
    with Warehouse.open(job.home.warehouse) as warehouse:
        return warehouse.connection.execute(
            "SELECT state, attempts, destination, (SELECT count(*) FROM deliveries WHERE possible_repeat) FROM alerts"
        ).fetchone()


def deliver(job: Job) -> Ledger:
    ledger = Ledger.begin(job, "deliver")
    outbox.deliver_due(job, ledger)
    return ledger


def test_a_message_is_sent_once_and_its_receipt_is_gone(job: Job) -> None:
    assert deliver(job).counts["sent"] == 1
    assert deliver(job).counts["sent"] == 0
    assert (letters(job), state(job)) == (1, ("sent", 1, "anna", 0))
    assert list(receipts.pending(job.home)) == []


def test_a_warehouse_that_is_busy_after_the_sending_is_told_later_and_nothing_is_repeated(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = receipts.settle
    calls: list[int] = []

    def busy_once_sent(home: Home, warehouse: Warehouse) -> int:
        calls.append(1)
        if len(calls) == 2:
            raise BusyError("another process holds the warehouse")
        return real(home, warehouse)

    with monkeypatch.context() as patched:
        patched.setattr(receipts, "settle", busy_once_sent)
        ledger = deliver(job)
    assert ledger.counts["sent"] == 1, "it was sent, whatever the warehouse knows"
    assert any("1 outcome" in problem and "another process" in problem for problem in ledger.problems)
    assert state(job)[0] == "sending"
    again = deliver(job)
    assert again.counts["sent"] == 0
    assert (letters(job), state(job)) == (1, ("sent", 1, "anna", 0))


def test_a_kill_between_the_receipt_and_the_record_repeats_nothing(job: Job) -> None:
    with Warehouse.open(job.home.warehouse) as warehouse:
        (view,) = warehouse.claim_due(NOW, "pid 1", 1)
    receipts.write(job.home, receipts.Receipt(alert_keys=(KEY,), attempt=view.attempt, state="sent", at=NOW))
    assert deliver(job).counts["sent"] == 0
    assert (letters(job), state(job)) == (0, ("sent", 1, "anna", 0))


def test_a_kill_before_the_receipt_repeats_that_one_and_says_so(job: Job) -> None:
    with Warehouse.open(job.home.warehouse) as warehouse:
        warehouse.claim_due(NOW, "pid 1", 1)
    assert deliver(job).counts["sent"] == 1
    assert (letters(job), state(job)) == (1, ("sent", 2, "anna", 1))


def test_a_file_that_is_no_receipt_is_named(job: Job) -> None:
    receipts.write(job.home, receipts.Receipt(alert_keys=(KEY,), attempt=1, state="sent", at=NOW)).write_text("{")
    with pytest.raises(InputError, match=f"{KEY}-1.json: no receipt"):
        deliver(job)


def test_who_went_away_after_the_planning_is_stood_in_for(job: Job) -> None:
    anna = job.watchlist.people[0].model_copy(
        update={"deputy": "boris", "away": (Away(first=date(2026, 11, 19), last=date(2026, 11, 20)),)}
    )
    away = Job(job.home, job.settings, Watchlist(people=(anna, job.watchlist.people[1])), job.clock, frozen=NOW)
    assert deliver(away).counts["sent"] == 1
    assert (letters(job), state(job)) == (1, ("sent", 1, "boris", 0))


def test_the_deputys_quiet_hours_hold_what_is_handed_over(job: Job) -> None:
    anna = job.watchlist.people[0].model_copy(
        update={"deputy": "boris", "away": (Away(first=date(2026, 11, 19), last=date(2026, 11, 20)),)}
    )
    boris = job.watchlist.people[1].model_copy(update={"quiet_from": time(11), "quiet_until": time(14)})
    away = Job(job.home, job.settings, Watchlist(people=(anna, boris)), job.clock, frozen=NOW)
    assert deliver(away).counts["sent"] == 0  # noon in Moscow
    later = Job(away.home, away.settings, away.watchlist, lambda: NOW + timedelta(hours=2), frozen=NOW)
    assert deliver(later).counts["sent"] == 1
