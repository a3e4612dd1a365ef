"""`otklik reparse` through its flow: a night that a parser read wrongly ends as if it had been read rightly."""

import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from core.home import Home
from core.records import ReplyState, Review
from flows import reparsing
from flows.job import Job
from flows.reparsing import ReparseReport, reparse_run
from spiders.engine import reparsing as engine
from spiders.engine.landing import Quarantined
from tests.spiders.loopback import NOW, Site, make_job, rating, ratings, run, serve
from warehouse import Warehouse

FIRST, SECOND = "nightly-20261121", "nightly-20261122"
NIGHTS = {FIRST: NOW - timedelta(days=1), SECOND: NOW}
REPLY = {"body": "Вибачте, ми все виправили", "created": "2026-11-21T20:00:00Z"}
MORNING = NOW + timedelta(hours=6)


@dataclass(frozen=True)
class Nights:
    """A home with two nights of two listings, as today's parser reads them, and one as a worse parser read them."""

    right: Path
    wrong: Path


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    right, wrong = tmp_path_factory.mktemp("right"), tmp_path_factory.mktemp("wrong")
    site = Site()
    server = serve(site)
    pages = {
        (FIRST, "amo-one"): [rating(1, days=3), rating(2, days=2.5)],
        (FIRST, "amo-two"): [rating(4, days=3), rating(5, days=2.5)],
        (SECOND, "amo-one"): [
            rating(3, days=0.5), rating(1, days=3, reply=REPLY), rating(2, days=2.5, body="Стало ще гірше")
        ],
    }  # fmt: skip
    for (run_id, listing_id), page in pages.items():
        site.script["/api/v5/ratings/rating/"] = ratings([page])
        run(make_job(right, site, "amo", run_id=run_id, listing_id=listing_id, raw_days=3, now=NIGHTS[run_id]))
    server.shutdown()
    server.server_close()
    shutil.copytree(right, wrong, dirs_exist_ok=True)
    for path in (wrong / "data/landing").rglob("*.1.jsonl"):
        spoil(path)
    for root in (right, wrong):
        for run_id, now in NIGHTS.items():
            with Warehouse.open(Home(root).warehouse) as warehouse:
                pending = [path for path in warehouse.pending_files(Home(root).landing) if run_id in str(path)]
                warehouse.ingest(pending, run_id=f"ingest-{run_id}", now=now)
    return Nights(right, wrong)


def spoil(path: Path) -> None:
    """Leave what a parser would that sees no replies, loses the end of a text and refuses the second review."""
    reviews = [Review.model_validate_json(line) for line in path.read_text(encoding="utf-8").splitlines()]
    none = {"reply_state": ReplyState.none, "reply_text": None, "reply_at": None, "reply_at_kind": None}
    kept = [one.model_copy(update={**none, "text": one.text[:4]}) for one in reviews if one.review_id not in ("2", "5")]
    path.write_text("".join(f"{one.model_dump_json()}\n" for one in kept), encoding="utf-8")
    aside = Quarantined.of({}, ValueError("a shape"), source="amo", listing_id=reviews[0].listing_id, seen_at=NOW)
    path.with_name(path.name.replace(".jsonl", ".quarantine.jsonl")).write_text(aside.model_dump_json() + "\n")


@pytest.fixture
def home(nights: Nights, tmp_path: Path) -> Path:
    """A copy of the home that was read wrongly."""
    shutil.copytree(nights.wrong, tmp_path / "home")
    return tmp_path / "home"


def reparse(root: Path, run_id: str, now: datetime = MORNING) -> ReparseReport:
    return reparse_run(Job.open(root, now=now), run_id, publish_after=False)


def known(root: Path) -> dict[str, list[Any]]:
    """Return what the warehouse knows of reviews, without run ids and clocks of execution."""
    with duckdb.connect(str(Home(root).warehouse), read_only=True) as connection:
        return {
            "events": connection.execute("SELECT review_id, event, seen_at FROM review_events ORDER BY ALL").fetchall(),
            "reviews": connection.execute(
                "SELECT listing_id, review_id, text, rating, posted_at, reply_state, reply_text, first_seen_at"
                " FROM reviews ORDER BY ALL"
            ).fetchall(),
        }


def landed(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in (root / "data/landing").rglob("*.jsonl")}


def test_mended_nights_have_the_events_and_times_of_nights_that_were_read_rightly(nights: Nights, home: Path) -> None:
    assert known(home) != known(nights.right)
    first = reparse(home, FIRST)
    assert [(one.found, one.mended, one.lost) for one in first.files] == [(1, 2, 0)] * 2
    reparse(home, SECOND, MORNING + timedelta(minutes=1))
    mended = known(home)
    assert mended == known(nights.right)
    assert {event for _, event, _ in mended["events"]} >= {"seen", "reply_seen", "edited"}
    assert {moment for _, _, moment in mended["events"]} == set(NIGHTS.values())


def test_nights_may_be_mended_in_any_order(nights: Nights, home: Path) -> None:
    reparse(home, SECOND)
    reparse(home, FIRST, MORNING + timedelta(minutes=1))
    assert known(home) == known(nights.right)


def test_a_second_reparse_does_nothing(nights: Nights, home: Path) -> None:
    for run_id in (FIRST, SECOND):
        reparse(home, run_id)
    files, told = landed(home), known(home)
    for run_id in (FIRST, SECOND):
        again = reparse(home, run_id, MORNING + timedelta(hours=1))
        assert all((one.mended, one.found, one.lost, one.problem) == (0, 0, 0, None) for one in again.files)
        assert again.ingested.lines == 0
    assert (landed(home), known(home)) == (files, told)


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def after(function: Callable[..., Any], calls: int = 1) -> Callable[..., Any]:
    """Return the function, in which the process dies at the end of the given call."""
    left = [calls]

    def deadly(*arguments: Any, **options: Any) -> Any:
        result = function(*arguments, **options)
        left[0] -= 1
        if left[0] == 0:
            die()
        return result

    return deadly


KILLS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "before the first file": lambda patch: patch.setattr(engine, "_land", die),
    "between the two files of a listing": lambda patch: patch.setattr(
        engine, "LandingFile", type("Deadly", (engine.LandingFile,), {"close": after(engine.LandingFile.close)})
    ),
    "after the first listing": lambda patch: patch.setattr(reparsing, "reparse_file", after(engine.reparse_file)),
    "after all listings": lambda patch: patch.setattr(Warehouse, "pending_files", die),
    "after the warehouse took it in": lambda patch: patch.setattr(Warehouse, "ingest", after(Warehouse.ingest)),
}


@pytest.mark.parametrize("moment", KILLS)
def test_killed_and_run_again_it_ends_the_same(moment: str, nights: Nights, home: Path) -> None:
    child = os.fork()
    if child == 0:
        patch = pytest.MonkeyPatch()
        KILLS[moment](patch)
        try:
            reparse(home, FIRST)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    reparse(home, FIRST, MORNING + timedelta(minutes=10))
    reparse(home, SECOND, MORNING + timedelta(minutes=20))
    assert known(home) == known(nights.right)
    assert not [path for path in (home / "data/landing").rglob("*") if path.name.endswith(".part")]
