"""Prefect as the runner: retries of network steps, the report as an artifact, no telemetry and no cloud."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from core.errors import OtklikError
from flows.job import Job
from flows.report import RunReport

T = TypeVar("T")


def quiet_environment(home: Path) -> None:
    """Set what Prefect reads at import: no telemetry, its files under the home folder, a patient start.

    Whatever the operator set in the environment stays.
    """
    defaults = {
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
        "PREFECT_HOME": str((home / "data" / "prefect").resolve()),
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        "PREFECT_LOGGING_LEVEL": "CRITICAL",
        # The short-lived server logs cancelled tasks at its end as errors; they say nothing about the run.
        "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_CLI_PROMPT": "false",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
    # Its server waits for ever where the folder above is missing.
    Path(os.environ["PREFECT_HOME"]).mkdir(parents=True, exist_ok=True)


def run_flow(name: str, job: Job, *, now: datetime | None, **parameters: Any) -> RunReport:
    """Run one flow under Prefect in this process and return its report.

    Raises:
        OtklikError: when the flow ended without a report, with Prefect's own message.
    """
    quiet_environment(job.home.root)
    from flows import deployments

    flow = getattr(deployments, name)
    given = {"home": str(job.home.root), "now": now.isoformat() if now else None, "listener": job.listener}
    try:
        state = asyncio.run(flow(**given, **parameters, return_state=True))
    except RuntimeError as error:
        raise OtklikError(f"Prefect: {error} `--no-prefect` runs the same steps without it.") from error
    report = asyncio.run(state.aresult(raise_on_failure=False))
    if isinstance(report, OtklikError):
        raise report
    if not isinstance(report, RunReport):
        raise OtklikError(f"the flow {name} ended as {state.type.value}: {state.message or report}")
    return report


class PrefectRunner:
    """Runs each step as a Prefect task of the flow that is running."""

    async def step(self, name: str, work: Callable[[], T]) -> T:
        """Run one blocking step in a thread, as a task without retries: it is not the network's fault."""
        from prefect import task
        from prefect.cache_policies import NO_CACHE

        @task(name=name, cache_policy=NO_CACHE, persist_result=False)
        async def run() -> T:
            return await asyncio.to_thread(work)

        return await run()

    async def network(self, name: str, work: Callable[[], Awaitable[T]], *, retries: int, delay: float) -> T:
        """Run one step that talks to the network, as a task with retries."""
        from prefect import task
        from prefect.cache_policies import NO_CACHE

        @task(name=name, retries=retries, retry_delay_seconds=delay, cache_policy=NO_CACHE, persist_result=False)
        async def run() -> T:
            return await work()

        return await run()

    async def show(self, key: str, markdown: str) -> None:
        """Keep the report as a Markdown artifact."""
        from prefect.artifacts import acreate_markdown_artifact

        await acreate_markdown_artifact(key=key, markdown=markdown, description="What the run did")
