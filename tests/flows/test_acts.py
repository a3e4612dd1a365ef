"""Acts of people: on disk before the warehouse, applied exactly once, and never lost to a night that is under way."""

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from core.acts import Act, ActArguments, ActName, case_id
from core.errors import InputError
from core.journal import append_act, journal_file, read_journal
from flows import acts
from flows.forget import find_person, forget
from flows.publishing import publish_now
from tests.flows.small_shop import DAY, HOUR, NOON, SmallShop
from warehouse.state import state_hash

TEXTS = {
    "a": "Нагрубили мне у вас на кассе при всех",
    "b": "Суп холодный, второе забыли принести вовсе",
    "c": "Час ждали счёт, хотя зал стоял пустой",
}


class Shop(SmallShop):
    """A home folder with one listing and the cases a, b and c."""

    def open(self) -> None:
        super().open()
        self.see(NOON - HOUR, review_id="old", rating=1.0)  # the listing's baseline
        for name in "abc":
            self.see(NOON, review_id=name, text=TEXTS[name], url=f"https://shop.test/r/{name}")
        self.handle(NOON)
        publish_now(self.job(NOON))

    def act(self, at: datetime, case: str, name: str, by: str = "anna", **arguments: Any) -> acts.Done:
        return acts.act(self.job(at), case, ActName(name), ActArguments(**arguments), by)

    @property
    def hash(self) -> str:
        return state_hash(self.home.warehouse)

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Hold the warehouse from another process, as a night does."""
        code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
        command = [sys.executable, "-c", code, str(self.home.warehouse)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            try:
                yield
            finally:
                holder.kill()


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shop = Shop(tmp_path_factory.mktemp("opened"))
    shop.open()
    return shop.root


@pytest.fixture
def shop(tmp_path: Path, opened: Path) -> Shop:
    shop = Shop(tmp_path)
    shutil.copytree(opened, shop.root, symlinks=True)
    return shop


def events(shop: Shop, review: str) -> list[tuple[Any, ...]]:
    return shop.rows(
        f"SELECT event, actor, happened_at FROM case_events WHERE review_id = '{review}' ORDER BY 3, 1"  # noqa: S608
    )


def test_an_act_is_in_the_journal_and_in_the_warehouse(shop: Shop) -> None:
    done = shop.act(NOON + HOUR, "shop/a", "snooze", until=NOON + DAY)
    assert (done.is_applied, done.status, done.id) == (True, "open", case_id("shop", "a"))
    (line,) = journal_file(shop.home).read_text().splitlines()
    assert json.loads(line) == {
        "source": "shop", "review_id": "a", "act_id": done.act.act_id, "at": "2026-11-17T13:00:00Z", "by": "anna",
        "reopen_no": 0, "act": "snooze", "args": {"until": "2026-11-18T12:00:00Z"},
    }  # fmt: skip
    assert events(shop, "a")[-1] == ("snoozed", "anna", NOON + HOUR)
    assert shop.rows("SELECT act_id, outcome FROM case_acts") == [(done.act.act_id, "applied")]
    before = shop.hash
    shop.handle(NOON + HOUR)
    assert shop.hash == before


def test_two_acts_of_one_moment_are_two(shop: Shop) -> None:
    for text in ("раз", "два"):
        shop.act(NOON + HOUR, "shop/a", "note", text=text)
    assert len([one for one in events(shop, "a") if one[0] == "noted"]) == 2


@pytest.mark.parametrize("wanted", ["shop/a", "a", "https://shop.test/r/a/", "http://shop.test/r/a#top"])
def test_a_case_goes_by_its_key_its_id_and_its_address(shop: Shop, wanted: str) -> None:
    assert shop.act(NOON + HOUR, wanted, "note", text="?").case == "shop/a"
    short = case_id("shop", "a")
    for name in (short, short[:6], short.upper()):
        assert shop.act(NOON + HOUR, name, "note", text="?").case == "shop/a"


def test_a_name_of_several_cases_lists_them_and_nothing_is_written(shop: Shop) -> None:
    shop.see(NOON, review_id="twin", text="Плохо", url="https://shop.test/r/a")
    shop.handle(NOON)
    with pytest.raises(InputError) as caught:
        shop.act(NOON + HOUR, "https://shop.test/r/a", "claim")
    said = str(caught.value)
    assert "may mean 2 cases" in said
    assert f"{case_id('shop', 'a')}  shop/a  (open)" in said
    assert "shop/twin" in said
    with pytest.raises(InputError, match="no case 'nobody'"):
        shop.act(NOON + HOUR, "nobody", "claim")
    with pytest.raises(InputError, match="not possible"):
        shop.act(NOON + HOUR, "shop/b", "reopen")
    assert not journal_file(shop.home).exists()


def test_what_the_journal_has_and_the_warehouse_lacks_is_done_once_by_whoever_comes_next(shop: Shop) -> None:
    whole = shop.act(NOON + HOUR, "shop/a", "dismiss", reason="spam").act
    lost = Act(
        act_id=uuid4().hex, at=NOON + 2 * HOUR, by="boss", source="shop", review_id="b", reopen_no=0,
        act=ActName.claim,
    )  # fmt: skip
    append_act(shop.home, lost)
    append_act(shop.home, lost)
    append_act(shop.home, whole)
    done = shop.act(NOON + 3 * HOUR, "shop/c", "acknowledge")
    assert done.is_applied
    assert shop.rows("SELECT review_id, status FROM latest_cases ORDER BY ALL") == [
        ("a", "dismissed"), ("b", "claimed"), ("c", "acknowledged")
    ]  # fmt: skip
    before = shop.hash
    for _ in range(2):
        shop.handle(NOON + 4 * HOUR)
        assert shop.hash == before
    assert shop.rows("SELECT count(*), count(DISTINCT act_id) FROM case_acts") == [(3, 3)]


def test_a_torn_line_is_passed_over_and_told(shop: Shop) -> None:
    shop.act(NOON + HOUR, "shop/a", "acknowledge")
    path = journal_file(shop.home)
    whole = path.read_bytes()
    path.write_bytes(whole + whole[: len(whole) // 2])
    assert "it was never confirmed" in read_journal(shop.home).problems[0]
    shop.handle(NOON + HOUR)
    done = shop.act(NOON + 2 * HOUR, "shop/b", "acknowledge")
    assert "torn" in done.notes[0]
    journal = read_journal(shop.home)
    assert [one.review_id for one in journal.acts] == ["a", "b"]
    assert journal.problems == (f"{path}:2: not a whole act: it was never confirmed, and is passed over",)
    shop.handle(NOON + 3 * HOUR)
    assert shop.rows("SELECT review_id, status FROM latest_cases ORDER BY ALL")[:2] == [
        ("a", "acknowledged"), ("b", "acknowledged")
    ]  # fmt: skip


def test_an_act_that_was_confirmed_and_is_impossible_now_is_kept_and_told(shop: Shop) -> None:
    late = Act(
        act_id=uuid4().hex, at=NOON + 2 * HOUR, by="anna", source="shop", review_id="a", reopen_no=0,
        act=ActName.snooze, args=ActArguments(until=NOON + DAY),
    )  # fmt: skip
    shop.act(NOON + HOUR, "shop/a", "dismiss", reason="abuse")
    append_act(shop.home, late)
    done = shop.act(NOON + 3 * HOUR, "shop/b", "acknowledge")
    assert "snooze shop/a: snooze is not possible: it is dismissed" in done.notes[0]
    assert events(shop, "a")[-1][0] == "refused"
    assert shop.rows("SELECT outcome FROM case_acts WHERE review_id = 'a' ORDER BY acted_at") == [
        ("applied",), ("refused",)
    ]  # fmt: skip


def test_while_a_night_holds_the_warehouse_the_journal_is_enough(shop: Shop, monkeypatch: Any) -> None:
    monkeypatch.setattr(acts, "PATIENCE", 0.1)
    shop.act(NOON + HOUR, "shop/c", "acknowledge")
    publish_now(shop.job(NOON + HOUR))
    with shop.busy():
        done = shop.act(NOON + 2 * HOUR, "shop/a", "dismiss", reason="spam")
        assert (done.is_applied, done.status) == (False, "dismissed")
        with pytest.raises(InputError, match="not possible: it is dismissed"):
            shop.act(NOON + 2 * HOUR, "shop/a", "snooze", until=NOON + DAY)
        assert shop.act(NOON + 2 * HOUR, "shop/a", "reopen").status == "open"
        with pytest.raises(InputError, match="needs a time"):
            shop.act(NOON + 2 * HOUR, "shop/b", "snooze")
    assert shop.rows("SELECT status FROM latest_cases WHERE review_id = 'a'") == [("open",)]
    shop.handle(NOON + 3 * HOUR)
    assert [one[0] for one in events(shop, "a")] == ["opened", "dismissed", "reopened"]
    assert shop.rows("SELECT reopen_no, reopened_by FROM latest_cases WHERE review_id = 'a'") == [(1, "anna")]


def test_killed_between_journal_and_warehouse_it_ends_as_if_nothing_had_happened(shop: Shop) -> None:
    code = (
        "import os, signal, sys\n"
        "from flows import acts\n"
        "from core.acts import ActArguments, ActName\n"
        "from core.clock import parse_time\n"
        "from flows.job import Job\n"
        "from pathlib import Path\n"
        "from warehouse import Warehouse\n"
        "Warehouse.keep_acts = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "job = Job.open(Path(sys.argv[1]), now=parse_time(sys.argv[2]))\n"
        "acts.act(job, 'shop/a', ActName.claim, ActArguments(text='да'), 'anna')\n"
    )
    at = NOON + HOUR
    command = [sys.executable, "-c", code, str(shop.root), at.isoformat()]
    killed = subprocess.run(command, check=False, cwd=Path(__file__).parents[2])
    assert killed.returncode == -signal.SIGKILL
    assert len(read_journal(shop.home).acts) == 1
    assert shop.rows("SELECT status FROM latest_cases WHERE review_id = 'a'") == [("open",)]
    shop.handle(at + HOUR)
    shop.handle(at + HOUR)
    assert shop.rows("SELECT status, claimed_at FROM latest_cases WHERE review_id = 'a'") == [("claimed", at)]
    assert [one[0] for one in events(shop, "a")] == ["opened", "claimed"]


def test_many_at_once_lose_nothing(shop: Shop) -> None:
    command = [sys.executable, "-m", "console.main", "cases", "note"]
    tail = ["--home", str(shop.root), "--by", "anna"]
    root = Path(__file__).parents[2]
    started = [subprocess.Popen([*command, "shop/a", f"нота {n}", *tail], cwd=root) for n in range(4)]
    assert [one.wait() for one in started] == [0, 0, 0, 0]
    shop.handle(datetime.now(UTC) + HOUR)
    assert len([one for one in events(shop, "a") if one[0] == "noted"]) == 4


def test_a_claim_that_the_source_never_shows_comes_back_and_is_told(shop: Shop) -> None:
    shop.act(NOON + HOUR, "shop/a", "claim")
    told = "SELECT rule FROM alerts WHERE review_id = 'a' AND reopen_no = 1 AND level > 0"
    shop.handle(NOON + 3 * DAY)
    assert shop.rows(told) == []
    shop.handle(NOON + HOUR + 3 * DAY)
    assert shop.rows(told) == [("claim_not_seen",)]
    assert shop.rows("SELECT opened_at FROM latest_cases WHERE review_id = 'a'") == [(NOON + HOUR + 3 * DAY,)]


def test_an_answered_case_becomes_quiet_in_the_warehouse_too(shop: Shop) -> None:
    shop.see(NOON + HOUR, review_id="a", text=TEXTS["a"], reply_state="published", reply_text="Да.")
    shop.handle(NOON + HOUR)
    shop.act(NOON + 2 * HOUR, "shop/a", "note", text="ждём")
    shop.handle(NOON + 20 * DAY)
    assert shop.rows("SELECT status, close_reason FROM latest_cases WHERE review_id = 'a'") == [("resolved", "quiet")]
    before = shop.hash
    shop.handle(NOON + 20 * DAY)
    assert shop.hash == before


def test_a_removal_found_after_a_note_still_reopens(shop: Shop) -> None:
    text = TEXTS["a"]
    shop.see(NOON + HOUR, review_id="a", text=text, reply_state="published", reply_text="Да.")
    shop.handle(NOON + HOUR)
    for name, arguments in (("note", {"text": "ок"}), ("assign", {"person": "boss"}), ("step", {"step": "solve"})):
        shop.act(NOON + 5 * HOUR, "shop/a", name, **arguments)
    shop.see(NOON + 3 * HOUR, review_id="a", text=text, reply_state="removed")
    shop.handle(NOON + 6 * HOUR)
    assert shop.rows("SELECT status, reopen_no, assignee FROM latest_cases WHERE review_id = 'a'") == [
        ("open", 1, "boss")
    ]  # fmt: skip


def test_the_publication_shows_questions_and_the_checklist(shop: Shop) -> None:
    shop.act(NOON + HOUR, "shop/a", "ask_branch", person="boss", text="Кто был на смене?")
    shop.act(NOON + HOUR, "shop/b", "step", step="solve", remedy="вернули деньги", amount=100)
    assert shop.rows("SELECT person, question, is_late FROM branch_questions") == [("boss", "Кто был на смене?", False)]
    done = "SELECT step, is_done, done_by FROM case_checklist WHERE review_id = 'b'"
    assert shop.rows(done) == [
        ("investigate", False, None), ("solve", True, "anna"), ("verify", False, None), ("courtesy", False, None)
    ]  # fmt: skip
    shop.handle(NOON + 3 * DAY)
    assert shop.rows("SELECT is_late FROM branch_questions") == [(True,)]


def test_forgetting_takes_the_journal_along_and_the_words_of_a_note_on_another_case(shop: Shop) -> None:
    words = TEXTS["a"]
    shop.act(NOON + HOUR, "shop/a", "note", text="перезвонить")
    shop.act(NOON + HOUR, "shop/b", "note", text=f"то же самое: {words}")
    shop.act(NOON + HOUR, "shop/b", "ask_branch", person="boss", text=f"Это про вас? {words}")
    shop.act(NOON + HOUR, "shop/c", "note", text="другое")
    job = shop.job(NOON + 2 * HOUR)
    forget(job, find_person(job, source="shop", review="a"))
    journal = read_journal(shop.home)
    assert sorted((one.review_id, one.args.text) for one in journal.acts) == [
        ("b", "[erased]"), ("b", "[erased]"), ("c", "другое")
    ]  # fmt: skip
    assert journal.problems == ()
    found = [path for path in shop.home.data.rglob("*") if path.is_file() and words.encode() in path.read_bytes()]
    assert found == []
    assert shop.rows("SELECT status, branch_question FROM latest_cases WHERE review_id = 'b'") == [
        ("waiting_for_branch", "[erased]")
    ]  # fmt: skip
    shop.handle(NOON + 3 * HOUR)
    assert shop.rows("SELECT count(*) FROM case_acts") == [(3,)]


def test_an_act_beside_an_erasure_is_not_lost(shop: Shop) -> None:
    """The journal is rewritten under its lock: an act that waits for it lands in the new file."""
    shop.act(NOON + HOUR, "shop/a", "note", text="раз")
    code = (
        "import sys, time; from pathlib import Path; from core.home import Home; from core.journal import locked\n"
        "with locked(Home(Path(sys.argv[1]))):\n"
        "    print('held', flush=True); time.sleep(1.0)\n"
        "    path = Home(Path(sys.argv[1])).journal / 'case_events.jsonl'\n"
        "    fresh = path.with_suffix('.new'); fresh.write_bytes(b''); fresh.replace(path)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(shop.root)], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        began = time.monotonic()
        shop.act(NOON + 2 * HOUR, "shop/a", "note", text="два")
        assert time.monotonic() - began > 0.3
    assert [one.args.text for one in read_journal(shop.home).acts] == ["два"]
    assert journal_file(shop.home).stat().st_mode & 0o777 in (0o600, 0o644)
