"""An alert that no channel takes is tried a stated number of times, then told as dead, and can be sent after all."""

import asyncio
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal

import pytest
from typer.testing import CliRunner

from alerts.details import CoverageDetails
from console.checkup import examine
from console.main import app
from core.home import Home
from core.records import Alert
from flows.deliver import deliver
from flows.job import Job
from flows.report import RunReport
from flows.runner import Direct
from warehouse import Warehouse

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


class Site:
    """Keeps what it gets; answers with `status` and says how long to wait."""

    def __init__(self) -> None:
        self.status, self.wait, self.got = 500, "", []  # type: tuple[int, str, list[dict[str, Any]]]
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                site.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                if site.status == 0:
                    self.connection.close()
                    return
                self.send_response(site.status)
                self.send_header("Retry-After", site.wait)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.server.shutdown()
    site.server.server_close()


@pytest.fixture
def home(tmp_path: Path, site: Site) -> Path:
    port = site.server.server_address[1]
    (tmp_path / "otklik.toml").write_text("[alerts]\nmax_attempts = 3\n", encoding="utf-8")
    (tmp_path / "watchlist.toml").write_text(
        f'[[people]]\nid = "anna"\nname = "Anna"\nchannels = ["json://127.0.0.1:{port}/hook"]\n', encoding="utf-8"
    )
    plan(tmp_path, "k1")
    return tmp_path


def plan(home: Path, key: str) -> None:
    alert = Alert(
        alert_key=key, source="otklik", review_id=f"coverage:{key}", rule="coverage", level=0, destination="anna",
        planned_at=NOW, not_before=NOW, folded=True,
    )  # fmt: skip
    details = CoverageDetails(listing_id="l1", status="failed").model_dump_json()
    with Warehouse.open(Home(home).warehouse) as warehouse:
        assert warehouse.plan_alerts([alert], {key: details}, "n0") == 1


def run(home: Path, minutes: float, dead: Literal["resend", "drop"] | None = None) -> RunReport:
    job = Job.open(home, now=NOW + timedelta(minutes=minutes))
    return asyncio.run(deliver(job, Direct(), dead=dead))


def test_a_dead_letter_is_told_by_report_doctor_and_exit_code_and_can_be_sent(home: Path, site: Site) -> None:
    reports = [run(home, minutes) for minutes in (0, 5, 11, 12, 32)]
    assert [(one.retried, one.failed, one.dead) for one in reports] == [
        (1, 0, 0),
        (0, 0, 0),
        (1, 0, 0),
        (0, 0, 0),
        (0, 1, 1),
    ]
    assert len(site.got) == 3
    assert not reports[-1].ok
    later = run(home, 10_000)
    assert (later.failed, later.dead, len(site.got)) == (0, 1, 3)
    assert "1 given up (`otklik deliver --dead` tries them once more)" in later.markdown()
    finding = next(one for one in examine(Home(home)) if one.what == "alerts")
    assert finding.verdict == "mend"
    assert "otklik deliver --dead" in finding.advice
    still = CliRunner().invoke(app, ["deliver", "--dead", "--no-prefect", "--home", str(home)])
    assert still.exit_code == 1, still.output
    assert len(site.got) == 4
    site.status = 200
    done = CliRunner().invoke(app, ["deliver", "--dead", "--no-prefect", "--home", str(home)])
    assert done.exit_code == 0, done.output
    assert "1 sent" in done.output
    assert len(site.got) == 5
    assert {one["otklik"]["alert_key"] for one in site.got} == {"k1"}
    assert next(one for one in examine(Home(home)) if one.what == "alerts").verdict == "fine"


def test_a_dead_letter_can_be_dropped(home: Path, site: Site) -> None:
    for minutes in (0, 11, 32):
        run(home, minutes)
    report = run(home, 40, "drop")
    assert (report.dropped, report.dead, report.ok) == (1, 0, True)
    assert len(site.got) == 3
    both = CliRunner().invoke(app, ["deliver", "--dead", "--drop-dead", "--no-prefect", "--home", str(home)])
    assert both.exit_code != 0


def test_a_channel_that_asks_for_more_time_gets_it(home: Path, site: Site) -> None:
    site.status, site.wait = 429, "3600"
    assert run(home, 0).next_try_at == NOW + timedelta(hours=1)
    assert (run(home, 59).retried, len(site.got)) == (0, 1)
    site.status = 200
    assert run(home, 61).sent == 1


def test_what_may_have_arrived_comes_again_as_a_possible_repeat(home: Path, site: Site) -> None:
    site.status = 0
    first = run(home, 0)
    assert "perhaps sent" in first.problems[0]
    site.status = 200
    assert run(home, 11).sent == 1
    assert [one["otklik"]["possible_repeat"] for one in site.got] == [False, True]


def test_what_joins_a_message_later_is_not_given_up_with_it_nor_taken_for_it(home: Path, site: Site) -> None:
    for minutes in (0, 11):
        run(home, minutes)
    plan(home, "k2")
    assert (run(home, 32).dead, len(site.got)) == (0, 3)
    site.status = 200
    assert run(home, 80).sent == 1
    keys = [one["otklik"]["alert_key"] for one in site.got]
    assert keys[:2] == ["k1", "k1"]
    assert keys[2] == keys[3]
    assert keys[2] not in ("k1", "k2")


def test_doctor_sends_a_marked_message_over_every_channel(home: Path, site: Site, tmp_path: Path) -> None:
    with (home / "watchlist.toml").open("a", encoding="utf-8") as file:
        file.write(
            f'[[people]]\nid = "olena"\nname = "Олена"\nlanguage = "uk"\n'
            f'channels = ["file://{tmp_path}/alerts.txt", {{ url = "json://user:hunter2@127.0.0.1:1/x" }}]\n'
        )
    silent = CliRunner().invoke(app, ["doctor", "--home", str(home), "--format", "json"])
    assert site.got == []
    assert "olena, channel" not in silent.output
    done = CliRunner().invoke(app, ["doctor", "--send", "--home", str(home), "--format", "json"])
    assert done.exit_code == 1
    found = {one["what"]: one for one in json.loads(done.stdout)}
    assert found["anna, channel 1 (json)"]["advice"] == "HTTP 500"
    assert found["olena, channel 1 (file)"]["verdict"] == "fine"
    assert found["olena, channel 2 (json)"] == {
        "what": "olena, channel 2 (json)",
        "verdict": "mend",
        "advice": "no connection",
    }
    assert "hunter2" not in done.output
    assert site.got[0]["title"] == "Проверка связи: отвечать не нужно"
    assert site.got[0]["otklik"]["rules"] == ["test"]
    text = (tmp_path / "alerts.txt").read_text(encoding="utf-8")
    assert text.startswith("Перевірка зв’язку: відповідати не треба")
    assert "Олена" in text
