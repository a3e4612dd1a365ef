"""A rebuilt warehouse is the same one: derived from the landing files, with what was decided and sent carried over."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import InputError
from core.home import Home
from flows.casework import handle_cases
from flows.forget import find_person, forget
from flows.job import Job
from flows.ledger import Ledger
from flows.publishing import publish_now
from flows.rebuild import rebuild
from flows.retention import keep_no_longer
from tests.flows.small_home import NIGHT, WATCHLIST, night, rows
from warehouse import Warehouse
from warehouse.state import state_hash

DAY = timedelta(days=1)
LATER = NIGHT + 10 * DAY


@pytest.fixture
def home(tmp_path: Path) -> Home:
    root = tmp_path / "home"
    root.mkdir()
    (root / "watchlist.toml").write_text(WATCHLIST, encoding="utf-8")
    (root / "otklik.toml").write_text("[run]\nparquet = false\n")
    night(root, NIGHT, ["old"])
    night(root, NIGHT + DAY, ["r1", "r2", "r3"])
    night(root, NIGHT + 2 * DAY, ["r1"])  # seen again, other date: the same state
    job = night(root, NIGHT + 5 * DAY, ["r4"])
    with Warehouse.open(job.home.warehouse) as warehouse:
        views = warehouse.claim_due(NIGHT + 6 * DAY, "test", 1)
        keys = [view.alert.alert_key for view in views]
        warehouse.record_delivery(keys, "sent", None, None, NIGHT + 6 * DAY)
    publish_now(job)
    return job.home


def job_of(home: Home) -> Job:
    return Job.open(home.root, now=LATER)


def test_a_rebuilt_warehouse_has_the_same_state_and_sends_nothing_again(home: Home) -> None:
    before = state_hash(home.warehouse)
    outbox = rows(home, "SELECT * EXCLUDE (run_id) FROM alerts ORDER BY ALL")
    sightings = rows(home, "SELECT * EXCLUDE (run_id) FROM sightings ORDER BY ALL")
    deliveries = rows(home, "FROM deliveries ORDER BY ALL")
    heads = rows(home, "FROM review_heads ORDER BY ALL")
    assert rebuild(job_of(home), check=True).same
    built = rebuild(job_of(home))
    assert built.same
    assert state_hash(home.warehouse) == before == state_hash(home.published / "otklik.duckdb")
    assert rows(home, "SELECT * EXCLUDE (run_id) FROM alerts ORDER BY ALL") == outbox
    assert rows(home, "SELECT * EXCLUDE (run_id) FROM sightings ORDER BY ALL") == sightings
    assert rows(home, "FROM review_heads ORDER BY ALL") == heads
    assert rows(home, "FROM deliveries ORDER BY ALL") == deliveries
    with Warehouse.open(home.warehouse) as warehouse:
        assert warehouse.check() == []
        assert warehouse.pending_files(home.landing) == []


def test_what_was_harmed_in_the_warehouse_is_mended_from_the_landing_files(home: Home) -> None:
    good = state_hash(home.warehouse)
    with Warehouse.open(home.warehouse) as warehouse:
        warehouse.connection.execute("UPDATE reviews SET text = 'harmed' WHERE review_id = 'r1'")
        warehouse.connection.execute("DELETE FROM review_events WHERE review_id = 'r2'")
    harmed = state_hash(home.warehouse)
    assert not rebuild(job_of(home), check=True).same
    assert state_hash(home.warehouse) == harmed
    built = rebuild(job_of(home))
    assert (built.before, built.after) == (harmed, good)


def test_a_warehouse_that_cannot_be_opened_is_carried_over_from_its_publication(home: Home) -> None:
    good = state_hash(home.warehouse)
    home.warehouse.write_bytes(b"no database" * 1000)
    home.warehouse.with_name("otklik.duckdb.wal").write_bytes(b"no log")
    assert rebuild(job_of(home)).after == good == state_hash(home.warehouse)
    home.warehouse.unlink()
    assert rebuild(job_of(home)).after == good


def test_without_any_copy_all_is_history_and_only_on_request(home: Home) -> None:
    home.warehouse.write_bytes(b"no database")
    for path in home.published.iterdir():
        path.unlink()
    with pytest.raises(InputError, match="--anew"):
        rebuild(job_of(home))
    assert home.warehouse.read_bytes() == b"no database"
    built = rebuild(job_of(home), anew=True)
    assert built.before is None
    assert rows(home, "SELECT count(*)::INT FROM reviews") == [(5,)]
    job = job_of(home)
    handle_cases(job, Ledger.begin(job, "deliver"))
    assert rows(home, "SELECT count(*)::INT FROM cases") == [(5,)]
    assert rows(home, "SELECT DISTINCT level FROM alerts") == [(0,)]


def test_what_a_lost_landing_file_told_is_taken_over_and_what_is_newer_is_read(home: Home) -> None:
    before = state_hash(home.warehouse)
    next(home.landing.rglob("night-1803/**/*.jsonl")).unlink()  # it alone told of r2 and r3
    built = rebuild(job_of(home))
    assert built.same
    assert built.missing == ("night-1803/shop/l1.1.jsonl",)
    assert built.as_they_were == 3
    assert state_hash(home.warehouse) == before
    file = home.landing / "night-2603" / "shop" / "l1.1.jsonl"
    file.parent.mkdir(parents=True)
    line = next(home.landing.rglob("night-1903/**/*.jsonl")).read_text(encoding="utf-8")
    file.write_text(line.replace("Всё плохо", "Всё ещё плохо").replace("2026-11-19", "2026-11-26"), encoding="utf-8")
    rebuild(job_of(home))
    assert rows(home, "SELECT text FROM reviews WHERE review_id = 'r1'") == [("Всё ещё плохо: r1",)]
    assert rows(home, "SELECT count(*)::INT FROM review_events WHERE event = 'edited'") == [(1,)]
    with Warehouse.open(home.warehouse) as warehouse:
        assert warehouse.pending_files(home.landing) == []


def test_after_retention_and_forgetting_it_is_still_the_same(home: Home) -> None:
    job = job_of(home)
    forget(job, find_person(job, source="shop", review="r3"))
    late = Job.open(home.root, now=NIGHT + 733 * DAY)
    keep_no_longer(late, Ledger.begin(late, "deliver"))
    assert rows(home, "SELECT count(*)::INT FROM reviews WHERE text = ''")[0][0]
    built = rebuild(late)
    assert built.same
    assert built.as_they_were
    assert rows(home, "SELECT count(*)::INT FROM reviews WHERE review_id = 'r3'") == [(0,)]


KILLED = """
import os, sys, signal
from pathlib import Path
from datetime import datetime, UTC
import flows.rebuild as module
from flows.job import Job
place = sys.argv[2]
def dies(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)
if place == "build":
    module.find_campaigns = dies
elif place == "log":
    Path.unlink = dies
elif place == "swap":
    Path.replace = dies
else:
    module.Warehouse.publish = dies
module.rebuild(Job.open(Path(sys.argv[1]), now=datetime(2026, 11, 27, 3, tzinfo=UTC)))
"""


@pytest.mark.parametrize("place", ["build", "log", "swap", "publish"])
def test_a_rebuild_killed_anywhere_leaves_a_whole_warehouse(home: Home, place: str) -> None:
    before = state_hash(home.warehouse)
    command = [sys.executable, "-c", KILLED, str(home.root), place]
    done = subprocess.run(command, cwd=Path(__file__).resolve().parents[2], env=dict(os.environ), check=False)
    assert done.returncode == -signal.SIGKILL
    assert state_hash(home.warehouse) == before
    assert rebuild(job_of(home)).same
    assert not (home.data / ".rebuilding").exists()
