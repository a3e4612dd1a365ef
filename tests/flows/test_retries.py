"""A message that a channel refused is seen until it is delivered, also by a run in which nothing is due."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.commands.run import show_report
from core.home import Home
from core.records import Alert, alert_key
from flows.deliver import deliver
from flows.job import Job
from flows.report import RunReport
from flows.runner import Direct
from warehouse import Warehouse

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def alert(number: int, *, folded: bool) -> Alert:
    key = alert_key("demo", str(number), 0, "late", 2, "anna")
    return Alert(
        alert_key=key, source="demo", review_id=str(number), reopen_no=0, rule="late", level=2, destination="anna",
        planned_at=NOW, not_before=NOW, folded=folded,
    )  # fmt: skip


def run(home: Path, minutes: float) -> RunReport:
    return asyncio.run(deliver(Job.open(home, now=NOW + timedelta(minutes=minutes)), Direct()))


def test_what_waits_for_another_try_is_told_with_its_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Warehouse.open(Home(tmp_path).warehouse) as warehouse:
        # Nobody of that name is in the watchlist, so that no channel takes them; the folded ones are one message.
        alerts = [alert(1, folded=False), alert(2, folded=True), alert(3, folded=True)]
        assert warehouse.plan_alerts(alerts, {}, "n0") == 3
    first = run(tmp_path, 0)
    assert (first.retried, first.retrying, first.next_try_at) == (2, 2, NOW + timedelta(minutes=10))
    second = run(tmp_path, 5)
    assert (second.sent, second.retried, second.retrying) == (0, 0, 2)
    show_report(second)
    assert "0 failed; 2 messages wait for another try, due at 2026-11-22 10:10 UTC." in capsys.readouterr().out
    assert "2 messages wait for another try, due at 2026-11-22 10:10 UTC" in second.markdown()
    third = run(tmp_path, 11)
    assert third.next_try_at == NOW + timedelta(minutes=31)


def test_nothing_is_said_where_nothing_waits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = run(tmp_path, 0)
    assert (report.retrying, report.next_try_at) == (0, None)
    show_report(report)
    assert "another try" not in capsys.readouterr().out


def test_a_retry_keeps_quiet_hours(tmp_path: Path) -> None:
    (tmp_path / "watchlist.toml").write_text(
        '[[people]]\nid = "anna"\nname = "Anna"\ntimezone = "UTC"\nquiet_from = 10:05:00\nquiet_until = 12:00:00\n'
        f'channels = ["file://{tmp_path / "told.txt"}"]\n',
        encoding="utf-8",
    )
    folder = tmp_path / "told.txt"
    folder.mkdir()  # the first try fails
    with Warehouse.open(Home(tmp_path).warehouse) as warehouse:
        warehouse.plan_alerts([alert(1, folded=False)], {}, "n0")
    assert run(tmp_path, 0).retried == 1
    folder.rmdir()
    assert (run(tmp_path, 30).sent, run(tmp_path, 119).sent) == (0, 0)
    assert run(tmp_path, 121).sent == 1
