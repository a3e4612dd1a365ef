"""The flows as Prefect knows them: entry points of prefect.yaml and of `otklik serve-flows`."""

from pathlib import Path
from typing import Any, Literal

from prefect import State, flow
from prefect.states import Completed, Failed

from core.clock import parse_time
from core.errors import NotBegunError
from flows import deliver as deliver_story
from flows import nightly as nightly_story
from flows import pulse as pulse_story
from flows.job import Job, Listener
from flows.prefect_runner import PrefectRunner
from flows.report import RunReport


@flow(name="nightly", validate_parameters=False)
async def nightly(
    home: str = ".",
    now: str | None = None,
    again: bool = False,
    only: tuple[str, ...] = (),
    listener: Any = None,
) -> State[RunReport]:
    """Read every listing, judge what is new, handle the cases, send what is due, publish."""
    return _state(await nightly_story.nightly(_job(home, now, listener), PrefectRunner(), only=only, again=again))


@flow(name="pulse", validate_parameters=False)
async def pulse(
    home: str = ".", now: str | None = None, only: tuple[str, ...] = (), listener: Any = None
) -> State[RunReport]:
    """Look again at what is open; pass where a night does that anyway."""
    try:
        return _state(await pulse_story.pulse(_job(home, now, listener), PrefectRunner(), only=only))
    except NotBegunError as error:
        return _skipped(error)


@flow(name="deliver", validate_parameters=False)
async def deliver(
    home: str = ".",
    now: str | None = None,
    release_held: bool = False,
    dead: Literal["resend", "drop"] | None = None,
    listener: Any = None,
) -> State[RunReport]:
    """Send what is due; pass where another run writes, for the next one is due in minutes."""
    try:
        job = _job(home, now, listener)
        return _state(await deliver_story.deliver(job, PrefectRunner(), release_held=release_held, dead=dead))
    except NotBegunError as error:
        return _skipped(error)


def _state(report: RunReport) -> State[RunReport]:
    """A run in which a source failed is Failed on Prefect's page, although its other work is done."""
    if report.ok:
        return Completed(data=report)
    bad = [f"{row.listing_id}: {row.error}" for row in report.listings if row.error]
    return Failed(data=report, message="; ".join([*report.problems, *bad])[:500])


def _skipped(error: NotBegunError) -> State[Any]:
    """A run that met another one is no failure on Prefect's page; the command line raises what it carries."""
    reason = str(error).partition("; try again")[0]
    return Completed(name="Skipped", message=f"{reason}, skipped", data=error)


def _job(home: str, now: str | None, listener: Listener | None) -> Job:
    return Job.open(Path(home), now=parse_time(now) if now else None, listener=listener)
