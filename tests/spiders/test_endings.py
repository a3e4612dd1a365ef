"""How the crawl's process ends: timeouts, kills, cancellation. Nothing outlives its parent, nothing flushed is lost."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.records import CoverageStatus
from spiders.engine.crawl import crawl
from spiders.engine.job import CrawlJob
from tests.spiders.loopback import Answer, Site, make_job, paths_of, rating, ratings, run

RATINGS = "/api/v5/ratings/rating/"


def children(word: str) -> list[int]:
    """Processes whose environment or command names `word` and that are crawl children."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes()
                state = (entry / "stat").read_text().rsplit(")", 1)[1].split()[0]
                log = str((entry / "fd" / "2").readlink())
            except OSError:
                continue
            if b"spiders.engine.child" in command and word in log and state != "Z":
                found.append(int(entry.name))
    return found


def wait_until(condition: object, seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def has_a_line(job: CrawlJob) -> bool:
    path = paths_of(job).reviews
    return path.exists() and path.read_bytes().count(b"\n") > 0


@pytest.fixture
def hanging(site: Site, tmp_path: Path) -> CrawlJob:
    """A job whose first page comes and whose second hangs."""
    site.script[RATINGS] = ratings([[rating(1), rating(2)], Answer("late", wait=60)])
    return make_job(tmp_path, site, "amo", timeout=30)


def test_a_crawl_that_takes_too_long_is_ended_and_keeps_what_it_has(site: Site, tmp_path: Path) -> None:
    site.script[RATINGS] = ratings([[rating(1), rating(2)], Answer("late", wait=60)])
    job = make_job(tmp_path, site, "amo", timeout=6, grace=0.2)
    started = time.monotonic()
    outcome = run(job)
    assert time.monotonic() - started < 15
    assert outcome.coverage.status is CoverageStatus.failed
    assert outcome.coverage.error == "stopped after 6 s (crawl.timeout)"
    assert (outcome.coverage.pages, outcome.coverage.collected, outcome.ids) == (1, 2, ["1", "2"])
    assert outcome.coverage.watermark is None
    assert children(str(tmp_path)) == []


def test_a_child_that_is_killed_leaves_all_flushed_pages(hanging: CrawlJob, tmp_path: Path) -> None:
    async def kill_it() -> CoverageStatus:
        task = asyncio.create_task(crawl(hanging))
        await asyncio.to_thread(wait_until, lambda: has_a_line(hanging))
        os.kill(children(str(tmp_path))[0], signal.SIGKILL)
        coverage = await task
        assert coverage.error is not None
        assert coverage.error.startswith("the crawl process died (signal 9)")
        assert coverage.collected == 2
        return coverage.status

    assert asyncio.run(kill_it()) is CoverageStatus.failed
    assert paths_of(hanging).reviews.read_bytes().count(b"\n") == 2
    assert b'"failed"' in paths_of(hanging).coverage.read_bytes()


def test_a_cancelled_crawl_leaves_no_process(hanging: CrawlJob, tmp_path: Path) -> None:
    job = hanging.model_copy(update={"crawl": hanging.crawl.model_copy(update={"grace": 0.2})})

    async def cancel_it() -> None:
        task = asyncio.create_task(crawl(job))
        await asyncio.to_thread(wait_until, lambda: has_a_line(job))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel_it())
    assert children(str(tmp_path)) == []


def test_a_crawl_ends_when_the_callers_callback_raises(site: Site, tmp_path: Path) -> None:
    site.script[RATINGS] = ratings([[rating(1)], Answer("late", wait=60)])
    job = make_job(tmp_path, site, "amo", grace=0.2)

    def refuse(progress: object) -> None:
        raise LookupError("no more")

    with pytest.raises(LookupError):
        asyncio.run(crawl(job, refuse))
    assert children(str(tmp_path)) == []


PARENT = """
import asyncio, sys
from spiders.engine.crawl import CrawlJob, crawl
asyncio.run(crawl(CrawlJob.model_validate_json(sys.stdin.read())))
"""


def test_a_child_dies_with_a_parent_that_is_killed(hanging: CrawlJob, tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE)
    assert parent.stdin is not None
    parent.stdin.write(hanging.model_dump_json().encode())
    parent.stdin.close()
    wait_until(lambda: has_a_line(hanging))
    assert len(children(str(tmp_path))) == 1
    parent.kill()
    parent.wait()
    wait_until(lambda: children(str(tmp_path)) == [], 10)
    assert not paths_of(hanging).coverage.exists()


def test_where_the_kernel_does_not_help_the_child_sees_its_input_end(hanging: CrawlJob, tmp_path: Path) -> None:
    with (tmp_path / "child.log").open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "spiders.engine.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
        assert child.stdin is not None
        child.stdin.write(hanging.model_dump_json().encode() + b"\n")
        child.stdin.flush()
        wait_until(lambda: has_a_line(hanging))
        child.stdin.close()
        assert child.wait(5) == 3


def test_the_childs_exit_status_tells_an_exception_from_a_refusal(site: Site, tmp_path: Path) -> None:
    for number, (answer, status, word) in enumerate(
        [(Answer({"count": 1}), 3, b'"failed"'), (Answer({}, status=403), 0, b'"blocked"')]
    ):
        site.script[RATINGS] = answer
        job = make_job(tmp_path, site, "amo", run_id=f"nightly-{number}")
        child = subprocess.Popen(
            [sys.executable, "-m", "spiders.engine.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(job.model_dump_json().encode() + b"\n")
        child.stdin.flush()
        assert child.wait(60) == status
        assert child.stdout.read() == b""
        assert word in paths_of(job).coverage.read_bytes()
        child.stdin.close()
        child.stdout.close()
