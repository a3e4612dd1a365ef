"""Running the three flows on their schedules: a local Prefect server where none is given, and one serving process.

A run that the server lost or replays is harmless: what a night did stands in the ledger, and is done once.
"""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, cast

from core.errors import OtklikError
from core.settings import RunSettings
from flows.job import Job
from flows.prefect_runner import quiet_environment

START_SECONDS = 180
"""How long the server may take to answer: 14 s were measured on two quiet cores."""


def cron_problems(run: RunSettings) -> list[str]:
    """Say which of the three schedules are none, in the words of the settings."""
    from prefect.client.schemas.schedules import CronSchedule

    problems = []
    for knob in ("nightly_cron", "pulse_cron", "deliver_cron"):
        cron = getattr(run, knob)
        try:
            CronSchedule(cron=cron)
        except ValueError:
            problems.append(f"run.{knob}: {cron!r} is no cron expression; write one such as '30 3 * * *'")
    return problems


def serve_flows(job: Job, *, port: int) -> None:
    """Serve nightly, pulse and deliver until interrupted.

    Raises:
        OtklikError: when the server cannot be started.
    """
    for name in ("PREFECT_LOGGING_LEVEL", "PREFECT_SERVER_LOGGING_LEVEL"):
        os.environ.setdefault(name, "WARNING")
    quiet_environment(job.home.root)
    with _server(job, port):
        _serve(job)


def _serve(job: Job) -> None:
    from prefect import Flow, serve
    from prefect.deployments.runner import EntrypointType, RunnerDeployment  # type: ignore[attr-defined]
    from prefect.schedules import Cron

    from flows import deployments

    run = job.settings.run
    plans: list[tuple[Flow[..., Any], str]] = [
        (deployments.nightly, run.nightly_cron),
        (deployments.pulse, run.pulse_cron),
        (deployments.deliver, run.deliver_cron),
    ]
    served: list[RunnerDeployment] = []
    for flow, cron in plans:
        # Typed as perhaps a coroutine because it also serves asynchronous callers; here it is none.
        deployment = cast(
            "RunnerDeployment",
            flow.to_deployment(
                name="otklik",
                schedules=[Cron(cron, timezone=job.settings.timezone)],
                parameters={"home": str(job.home.root)},
                entrypoint_type=EntrypointType.MODULE_PATH,
            ),
        )
        job.listener.stage("schedule", f"{flow.name}: {cron} ({job.settings.timezone})")
        served.append(deployment)
    # Schedules must go on after a restart: pausing them at shutdown would lose the next night.
    serve(*served, pause_on_shutdown=False, limit=3)


@contextmanager
def _server(job: Job, port: int) -> Iterator[None]:
    if os.environ.get("PREFECT_API_URL"):
        job.listener.stage("server", f"using {os.environ['PREFECT_API_URL']}")
        yield
        return
    address = f"http://127.0.0.1:{port}"
    log_path = job.home.data / "prefect-server.log"
    log_path.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with log_path.open("ab") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        try:
            _wait(server, address, str(log_path))
            os.environ["PREFECT_API_URL"] = f"{address}/api"
            job.listener.stage("server", f"runs and their reports are shown at {address}")
            yield
        finally:
            os.environ.pop("PREFECT_API_URL", None)
            server.terminate()
            with suppress(subprocess.TimeoutExpired):
                server.wait(20)
            server.kill()


def _wait(server: subprocess.Popen[bytes], address: str, log: str) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if server.poll() is not None:
            raise OtklikError(f"the Prefect server ended with code {server.returncode}; its log is {log}")
        try:
            with urllib.request.urlopen(f"{address}/api/health", timeout=5):  # noqa: S310  our own loopback address
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    server.kill()
    raise OtklikError(f"the Prefect server did not answer at {address} within {START_SECONDS} s; its log is {log}")
