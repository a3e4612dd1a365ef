"""Crawl one listing in a process of its own, and know afterwards what came of it, however that process ended."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from core.clock import system_clock
from core.records import Coverage, CoverageStatus, StopReason
from spiders.engine.job import CrawlJob, OpenReview, Progress
from spiders.engine.landing import LandingPaths, landing_paths, one_line, write_coverage
from spiders.engine.source import SourceInfo, sources

__all__ = ["CrawlJob", "OpenReview", "Progress", "SourceInfo", "crawl", "sources"]

_ROOMS = Path(__file__).resolve().parents[2]
_LAST_WORDS = 2000


async def crawl(job: CrawlJob, on_progress: Callable[[Progress], None] | None = None) -> Coverage:
    """Crawl a listing in a subprocess and return its coverage, which also lies beside the landing file.

    A source that fails raises nothing: its coverage says `failed` or `blocked`, and why, in one line. After
    `crawl.timeout` seconds the process group gets SIGTERM, and SIGKILL `crawl.grace` seconds later; what was collected
    until then stays. Cancelling this coroutine ends the group likewise. The child dies with this process.

    Args:
        job: what to crawl; an attempt that was made already is refused, its files are never written over.
        on_progress: called after each page.
    """
    paths = landing_paths(job.home_root, job.run_id, job.listing.source, job.listing.id, job.attempt)
    started_at, began = job.now or system_clock(), time.monotonic()
    if any(path.exists() for path in paths):
        return _failed(job, started_at, f"attempt {job.attempt} of {job.listing.id} was made already in {job.run_id}")
    paths.log.parent.mkdir(parents=True, exist_ok=True)
    last: list[Progress] = []
    timed_out = False
    with paths.log.open("xb") as log:
        process = await _start(log.fileno())
        try:
            async with asyncio.timeout(job.crawl.timeout):
                await _follow(process, job, last, on_progress)
        except TimeoutError:
            timed_out = True
        finally:
            # Also on cancellation, and when on_progress raises: no child is left behind.
            await _end(process, job.crawl.grace)
    why = f"stopped after {job.crawl.timeout:g} s (crawl.timeout)" if timed_out else None
    seconds = round(time.monotonic() - began, 3)
    return _result(job, paths, started_at, seconds, process.returncode or 0, why, last[-1] if last else None)


async def _start(log: int) -> Process:
    search = os.pathsep.join(filter(None, (str(_ROOMS), os.environ.get("PYTHONPATH"))))
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "spiders.engine.child",
        stdin=PIPE,
        stdout=PIPE,
        stderr=log,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": search},
    )


async def _follow(
    process: Process, job: CrawlJob, last: list[Progress], on_progress: Callable[[Progress], None] | None
) -> None:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the child has no pipes")
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # a child that died at once; its exit status tells
        process.stdin.write(job.model_dump_json().encode() + b"\n")
        await process.stdin.drain()
    async for line in process.stdout:
        try:
            progress = Progress.model_validate_json(line)
        except ValidationError:
            continue  # a line torn by a kill
        last[:] = [progress]
        if on_progress is not None:
            on_progress(progress)
    await process.wait()


async def _end(process: Process, grace: float) -> None:
    """End the child and whatever it started: first asked, then made to."""
    if process.returncode is not None:
        return
    try:
        _signal(process, signal.SIGTERM)
        await asyncio.wait_for(process.wait(), grace)
    except TimeoutError:
        pass
    finally:
        _signal(process, signal.SIGKILL)
    await process.wait()


def _signal(process: Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _result(
    job: CrawlJob,
    paths: LandingPaths,
    started_at: datetime,
    seconds: float,
    status: int,
    why: str | None,
    last: Progress | None,
) -> Coverage:
    """Return what the child wrote, or, where it could not, what can be known without it."""
    written = None
    with contextlib.suppress(FileNotFoundError, ValidationError):
        written = Coverage.model_validate_json(paths.coverage.read_bytes())
    if written is not None and why is None:
        return written
    if why is None:
        signalled = f"signal {-status}" if status < 0 else f"status {status}"
        why = one_line(f"the crawl process died ({signalled}){_last_words(paths.log)}")
    collected = paths.reviews.read_bytes().count(b"\n") if paths.reviews.exists() else 0
    paths.reviews.touch()
    coverage = _failed(job, started_at, why, last, collected, seconds)
    write_coverage(paths.coverage, coverage)
    return coverage


def _failed(
    job: CrawlJob,
    started_at: datetime,
    why: str,
    last: Progress | None = None,
    collected: int = 0,
    seconds: float = 0.0,
) -> Coverage:
    return Coverage(
        run_id=job.run_id,
        source=job.listing.source,
        listing_id=job.listing.id,
        attempt=job.attempt,
        started_at=started_at,
        finished_at=job.now or system_clock(),
        pages=last.pages if last else 0,
        expected=last.expected if last else None,
        collected=collected,
        quarantined=last.quarantined if last else 0,
        status=CoverageStatus.failed,
        error=why,
        stopped=StopReason.error,
        seconds=seconds,
    )


def _last_words(log: Path) -> str:
    lines = [line for line in log.read_bytes()[-_LAST_WORDS:].decode("utf-8", "replace").splitlines() if line.strip()]
    return f": {lines[-1]}" if lines else ""
