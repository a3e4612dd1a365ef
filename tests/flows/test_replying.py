"""Posting a reply: only when a person says so, never twice, whenever the process dies, and the case knows which."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from core.acts import case_id
from core.errors import InputError, NotBegunError, OtklikError
from core.journal import read_journal
from flows.job import Job
from flows.locks import exclusive
from flows.replying import Replied, Reply, reply
from tests.spiders.apis.app_store_connect_server import APP, AppStoreConnect
from tests.spiders.apis.google_business_server import PLACE, GoogleBusiness
from tests.spiders.apis.google_play_console_server import PACKAGE, GooglePlayConsole
from tests.spiders.apis.nights import Nights, leaks
from tests.spiders.apis.ozon_server import Ozon
from tests.spiders.apis.scenario import Month
from tests.spiders.apis.server import ApiServer
from tests.spiders.apis.trustpilot_server import UNIT, Trustpilot
from tests.spiders.apis.wildberries_server import TOKEN, Wildberries
from tests.spiders.apis.yandex_market_server import CABINET, YandexMarket
from warehouse import Warehouse

STORY = """
1 08:00 writes old 5 Давно хожу сюда
2 10:00 writes anna 1 Заказ везли три часа, курьер нагрубил
2 11:00 writes boris 1 Не дозвониться
"""
TEXT = "Здравствуйте! Простите нас, разберёмся с курьером и напишем Вам."
LATER = timedelta(minutes=11)
PEOPLE = """
[[people]]
id = "ann"
name = "Ann"
[[people]]
id = "bob"
name = "Bob"
"""
PLATFORMS = {
    "wildberries": (Wildberries, "all"),
    "google_business": (GoogleBusiness, PLACE),
    "google_play_console": (GooglePlayConsole, PACKAGE),
    "app_store_connect": (AppStoreConnect, APP),
    "yandex_market": (YandexMarket, CABINET),
    "trustpilot": (Trustpilot, UNIT),
    "ozon": (Ozon, "all"),
}
WRITES_OF = "wildberries"
on_one = pytest.mark.parametrize("read", [WRITES_OF], indirect=True)


@dataclass
class Desk:
    """A home folder with two open cases, and the server on which they stand."""

    home: Path
    server: Any
    source: str
    now: datetime

    def set(self, more: str) -> None:
        path = self.home / "watchlist.toml"
        path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")

    def reply(self, one: str = "anna", text: str | None = TEXT, by: str = "ann", says: bool = True) -> Replied:
        job = Job.open(self.home, now=self.now)
        return reply(job, f"{self.source}/{self.server.named(one)}", text, by, lambda _: says)

    def status(self, one: str = "anna") -> str:
        with Warehouse.open(self.home / "data/otklik.duckdb", wait=5) as warehouse:
            rows = warehouse.connection.execute(
                "SELECT status FROM latest_cases WHERE review_id = ?", [self.server.named(one)]
            ).fetchall()
        return str(rows[0][0])

    def acts(self) -> list[str]:
        return [one.act.value for one in read_journal(Job.open(self.home).home).acts]


@pytest.fixture(scope="module", params=PLATFORMS)
def read(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    kind, target = PLATFORMS[request.param]
    home = tmp_path_factory.mktemp(request.param)
    with pytest.MonkeyPatch.context() as patch, kind(Month.read(STORY)) as server:
        patch.setenv("WILDBERRIES_TOKEN", TOKEN)
        for name, value in getattr(server, "environment", {}).items():
            patch.setenv(name, value)
        if isinstance(server, GoogleBusiness):
            patch.setenv("GOOGLE_BUSINESS_CREDENTIALS", server.consent)
        if isinstance(server, GooglePlayConsole):
            patch.setenv("GOOGLE_PLAY_CREDENTIALS", server.service_account)
        nights = Nights(home, server, request.param, target)
        nights.night(3)
        text = (home / "watchlist.toml").read_text(encoding="utf-8")
        (home / "watchlist.toml").write_text(text.replace("[[listings]]", f"{PEOPLE}\n[[listings]]"), encoding="utf-8")
        yield Desk(home, server, request.param, server.now + timedelta(hours=7))


@pytest.fixture
def desk(read: Desk, tmp_path: Path) -> Desk:
    home = tmp_path / "home"
    shutil.copytree(read.home, home)
    server: ApiServer = read.server
    server.posted.clear()
    server.calls.clear()
    server.shows_posted = True
    server.now = read.now
    found = Desk(home, server, read.source, read.now)
    found.set("replies = true\n")
    return found


def test_a_reply_is_posted_once_and_the_case_waits_for_the_site(desk: Desk) -> None:
    done = desk.reply()
    assert (done.outcome, done.status) == ("posted", "claimed")
    assert desk.server.posted == [("anna", TEXT)]
    assert desk.acts() == ["post_reply", "claim"]
    with pytest.raises(InputError, match="stands there already"):
        desk.reply(text="Ещё раз здравствуйте")
    assert len(desk.server.posted) == 1
    assert desk.status("boris") == "open"


@on_one
def test_nothing_is_posted_without_a_yes(desk: Desk) -> None:
    assert desk.reply(says=False).outcome == "cancelled"
    assert (desk.server.posted, desk.acts(), desk.status()) == ([], [], "open")


@on_one
def test_replying_is_off_by_default(desk: Desk) -> None:
    path = desk.home / "watchlist.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("replies = true\n", ""), encoding="utf-8")
    with pytest.raises(InputError, match="replies are off: set `replies = true`"):
        desk.reply()
    assert desk.server.calls == []


def test_the_length_of_the_platform_is_kept(desk: Desk) -> None:
    with pytest.raises(InputError, match="this one has 6001"):
        desk.reply(text="а" * 6001)
    with pytest.raises(InputError, match="no reply to post"):
        desk.reply(text=None)
    assert (desk.server.posted, desk.acts()) == ([], [])


@on_one
def test_two_people_stand_behind_a_reply_that_needs_approval(desk: Desk) -> None:
    desk.set("approval = true\n")
    with pytest.raises(InputError, match="'stranger' is none of: ann, bob"):
        desk.reply(by="stranger")
    assert desk.reply(by="ann").outcome == "proposed"
    assert (desk.server.posted, desk.status()) == ([], "open")
    with pytest.raises(InputError, match="a second person approves it"):
        desk.reply(by="ann")
    assert desk.reply(by="bob", text="Другие слова").outcome == "proposed"
    with pytest.raises(InputError, match="a second person approves it"):
        desk.reply(by="bob", text=None)
    assert desk.server.posted == []
    assert desk.reply(by="ann", text=None).outcome == "posted"
    assert desk.server.posted == [("anna", "Другие слова")]


def test_a_refusal_is_kept_and_the_case_stays_open(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.server, "take_reply", lambda *_: False)
    with pytest.raises(OtklikError):
        desk.reply()
    assert (desk.acts(), desk.status()) == (["post_reply", "fail_reply"], "open")
    monkeypatch.undo()
    assert desk.reply().outcome == "posted"


@on_one
def test_two_at_once_are_one_after_the_other(desk: Desk) -> None:
    job = Job.open(desk.home, now=desk.now)
    with exclusive(
        job.home, f"reply-{case_id(desk.source, desk.server.named('anna'))}", wait=0, holder="a reply to anna"
    ):
        with pytest.raises(NotBegunError, match="a reply to anna is running"):
            desk.reply()
        assert desk.reply("boris").outcome == "posted", "another case is free"
    assert [one for one, _ in desk.server.posted] == ["boris"]


def test_no_key_is_written(desk: Desk) -> None:
    desk.reply()
    desk.reply("boris")
    nights = Nights.__new__(Nights)
    nights.home = desk.home
    planted = [*getattr(desk.server, "environment", {}).values(), *getattr(desk.server, "planted", ()), TOKEN]
    assert leaks(nights, *planted, *desk.server.tokens) == []


def _killed(desk: Desk, after: int) -> bool:
    """Reply in a child that dies by kill -9 at its `after`-th step: before or after a call, or a write to disk.

    What is written is the same for all platforms: the writes of one are enough.
    """
    child = os.fork()
    if child:
        return os.WIFSIGNALED(os.waitpid(child, 0)[1])
    steps = 0

    def stepping(does: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **named: Any) -> Any:
            _step()
            result = does(*args, **named)
            _step()
            return result

        return step

    def _step() -> None:
        nonlocal steps
        steps += 1
        if steps == after:
            os.kill(os.getpid(), signal.SIGKILL)

    requests.request = stepping(requests.request)
    if desk.source == WRITES_OF:
        os.fsync = stepping(os.fsync)
        Warehouse.apply_cases = stepping(Warehouse.apply_cases)  # type: ignore[method-assign]
        Warehouse.keep_acts = stepping(Warehouse.keep_acts)  # type: ignore[method-assign]
    try:
        desk.reply()
    finally:
        os._exit(0)


def test_killed_at_every_step_it_is_posted_once_or_not_at_all(desk: Desk, tmp_path: Path) -> None:
    was_posted = set[bool]()
    for step in range(1, 60):
        fresh = Desk(tmp_path / f"killed-{step}", desk.server, desk.source, desk.now)
        shutil.copytree(desk.home, fresh.home)
        desk.server.posted.clear()
        if not _killed(fresh, step):
            assert desk.server.posted == [("anna", TEXT)]
            break
        posted = list(desk.server.posted)
        was_posted.add(bool(posted))
        if posted:
            assert "post_reply" in fresh.acts(), "the intent stands on disk before anything is sent"
        fresh.now += LATER
        if "claim" in fresh.acts():  # the case knows: there is nothing left to do
            with pytest.raises(InputError, match="stands there already"):
                fresh.reply()
        else:
            assert fresh.reply().outcome == ("found" if posted else "posted"), step
        assert desk.server.posted == [("anna", TEXT)], step
        assert fresh.status() == "claimed", step
        shutil.rmtree(fresh.home)
    else:
        pytest.fail("it never came to its end")
    assert was_posted == {True, False}, "no step lay before, or none after the posting"


def test_after_a_kill_a_platform_gets_time_to_show_what_it_took(desk: Desk) -> None:
    desk.server.shows_posted = False
    seen: list[Reply] = []

    def die(planned: Reply) -> bool:
        seen.append(planned)
        return True

    job = Job.open(desk.home, now=desk.now)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("flows.replying.Replier.post", _lost)
        with pytest.raises(OtklikError, match="whether it was posted is not known"):
            reply(job, f"{desk.source}/{desk.server.named('anna')}", TEXT, "ann", die)
    assert desk.acts() == ["post_reply"]
    with pytest.raises(InputError, match="ended without a word"):
        desk.reply()
    desk.server.posted.append(("anna", TEXT))
    desk.server.shows_posted = True
    assert desk.reply(text=None).outcome == "found"
    assert (desk.acts(), desk.status()) == (["post_reply", "claim"], "claimed")


def _lost(*_: object) -> None:
    from spiders.engine.replying import UncertainError

    raise UncertainError("the answer was lost on the way")
