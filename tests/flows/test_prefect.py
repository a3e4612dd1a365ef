"""Prefect really carries the flows: a run under its own short-lived server, and a schedule that fires."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from core.errors import BusyError
from core.home import Home
from flows.locks import exclusive
from flows.runner import Direct
from warehouse import Warehouse

ROOT = Path(__file__).resolve().parents[2]


def otklik(*arguments: str, home: Path, **kwargs: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "console.main", *arguments, "--home", str(home)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, **kwargs)


def runs(home: Path) -> list[tuple[str, str]]:
    path = home / "data" / "otklik.duckdb"
    if not path.exists():
        return []
    with Warehouse.open(path, wait=30) as warehouse:
        return list(warehouse.connection.execute("SELECT kind, status FROM runs").fetchall())


def test_a_scheduled_pulse_that_meets_a_night_passes_in_silence(tmp_path: Path) -> None:
    from flows import deployments

    with exclusive(Home(tmp_path), "crawl", wait=0, holder="a night"):
        state = asyncio.run(deployments.pulse.fn(home=str(tmp_path)))
    assert (state.name, state.is_completed()) == ("Skipped", True)
    assert state.message == f"a night is running in {tmp_path}, skipped"
    assert runs(tmp_path) == []


def test_a_scheduled_delivery_passes_while_another_process_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows import deployments

    monkeypatch.setattr(deployments, "PrefectRunner", Direct)
    (tmp_path / "otklik.toml").write_text("[run]\nlock_wait = 0\n")
    path = Home(tmp_path).warehouse
    with Warehouse.open(path):
        pass
    code = "import duckdb, sys\ncon = duckdb.connect(sys.argv[1])\nprint(1, flush=True)\nsys.stdin.read()\n"
    command = [sys.executable, "-c", code, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        state = asyncio.run(deployments.deliver.fn(home=str(tmp_path)))
        writer.communicate()
    assert (state.name, state.message) == ("Skipped", f"{path}: another process holds the warehouse, skipped")
    assert runs(tmp_path) == []


def test_a_run_that_is_busy_later_on_is_no_silent_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from flows import deployments

    async def busy(*_: Any, **__: Any) -> None:
        raise BusyError("begun, and then stopped")

    monkeypatch.setattr(deployments.deliver_story, "deliver", busy)
    with pytest.raises(BusyError):
        asyncio.run(deployments.deliver.fn(home=str(tmp_path)))


@pytest.mark.slow
@pytest.mark.parametrize("extra", [(), ("--no-prefect",)])
def test_a_pulse_by_hand_that_meets_a_night_says_so(tmp_path: Path, extra: tuple[str, ...]) -> None:
    with exclusive(Home(tmp_path), "crawl", wait=0, holder="a night"):
        done = otklik("pulse", *extra, home=tmp_path, timeout=300)
    assert done.returncode == 1
    assert f"a night is running in {tmp_path}; try again when it is done" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_nightly_runs_under_prefect_offline_and_a_failing_source_fails_it(tmp_path: Path) -> None:
    (tmp_path / "otklik.toml").write_text("[crawl]\ndelay = 0\ntimeout = 30\nretries = 0\n")
    (tmp_path / "watchlist.toml").write_text(
        '[[companies]]\nid = "firm"\nname = "Firm"\n'
        '[[listings]]\nid = "forum"\nsource = "discourse"\ncompany = "firm"\nbase_url = "http://127.0.0.1:9"\n'
    )
    done = otklik("nightly", "--now", "2026-11-22T03:30:00+03:00", "--format", "json", home=tmp_path, timeout=300)
    assert done.returncode == 1, done.stderr
    (report,) = json.loads(done.stdout)
    (listing,) = report["listings"]
    assert listing["status"] == "failed"
    assert "127.0.0.1:9 cannot be reached" in listing["error"]
    assert runs(tmp_path) == [("nightly", "failed")]


@pytest.mark.slow
def test_a_scheduled_run_really_fires(tmp_path: Path) -> None:
    (tmp_path / "otklik.toml").write_text(
        '[run]\nnightly_cron = "0 0 1 1 *"\npulse_cron = "0 0 1 1 *"\ndeliver_cron = "* * * * *"\n'
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "console.main", "serve-flows", "--home", str(tmp_path), "--port", str(port)]
    with (tmp_path / "serve.log").open("wb") as log:
        served = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
        try:
            end = time.monotonic() + 240
            while time.monotonic() < end and ("deliver", "ok") not in runs(tmp_path):
                assert served.poll() is None, (tmp_path / "serve.log").read_text()
                time.sleep(2)
        finally:
            os.killpg(served.pid, signal.SIGTERM)
            try:
                served.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(served.pid, signal.SIGKILL)
    assert ("deliver", "ok") in runs(tmp_path), (tmp_path / "serve.log").read_text()
