"""A platform that shows nothing of a reply before its moderation: its mark on the review tells what was taken."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from core.acts import ActArguments, ActName
from core.errors import InputError
from core.journal import read_journal
from flows.acts import act
from flows.job import Job
from flows.replying import Replied, reply
from spiders.engine.replying import Replier, UncertainError
from tests.spiders.apis.nights import Nights
from tests.spiders.apis.ozon_server import Ozon
from tests.spiders.apis.scenario import START, Month

STORY = """
1 08:00 writes old 5 Давно хожу сюда
2 10:00 writes anna 1 Лампа разбилась в дороге
"""
TEXT = "Здравствуйте! Простите нас, разберёмся и пришлём другую."


@dataclass
class Desk:
    """A home folder with an open case on a shop of Ozon, and its server."""

    home: Path
    server: Ozon

    def job(self) -> Job:
        return Job.open(self.home, now=self.server.now)

    def reply(self, text: str | None = TEXT) -> Replied:
        return reply(self.job(), "ozon/anna", text, "ann", lambda _: True)

    def acts(self) -> list[str]:
        return [one.act.value for one in read_journal(self.job().home).acts]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with pytest.MonkeyPatch.context() as patch, Ozon(Month.read(STORY)) as server:
        for name, value in server.environment.items():
            patch.setenv(name, value)
        nights = Nights(tmp_path_factory.mktemp("read"), server, "ozon", "all")
        nights.night(3)
        path = nights.home / "watchlist.toml"
        path.write_text(path.read_text(encoding="utf-8") + "replies = true\n", encoding="utf-8")
        yield Desk(nights.home, server)


@pytest.fixture
def desk(read: Desk, tmp_path: Path) -> Desk:
    shutil.copytree(read.home, tmp_path / "home")
    server = read.server
    server.posted.clear()
    server.now, server.viewed, server.tells_states = START + timedelta(days=2, hours=10), frozenset(), False
    return Desk(tmp_path / "home", server)


def test_a_case_that_came_back_is_not_answered_twice_while_moderation_lasts(desk: Desk) -> None:
    done = desk.reply()
    assert (done.outcome, done.status) == ("posted", "claimed")
    desk.server.now += timedelta(days=4)
    act(desk.job(), "ozon/anna", ActName.reopen, ActArguments(text="nothing is to be seen"), "ann")
    with pytest.raises(InputError, match="posted 2026-11-03 10:00 UTC; it may await moderation for 10 days"):
        desk.reply("Другие слова, но те же извинения.")
    assert len(desk.server.posted) == 1
    desk.server.now += timedelta(days=7)
    assert desk.reply("Ещё раз: простите нас, пожалуйста.").outcome == "posted"


def test_a_rejected_reply_may_be_followed_by_a_better_one(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert desk.reply().outcome == "posted"
    desk.server.tells_states = True
    monkeypatch.setattr(desk.server, "first_state", "rejected")
    act(desk.job(), "ozon/anna", ActName.reopen, ActArguments(text="Ozon refused it"), "ann")
    assert desk.reply("Простите нас, пожалуйста, пришлём другую.").outcome == "posted"


@pytest.mark.parametrize("is_taken", [True, False])
def test_after_a_lost_answer_the_mark_tells_what_was_taken(
    desk: Desk, is_taken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = Replier.post

    def lost(replier: Replier, text: str) -> None:
        if is_taken:
            post(replier, text)
        raise UncertainError("the answer was lost on the way")

    monkeypatch.setattr(Replier, "post", lost)
    if is_taken:
        assert desk.reply().outcome == "posted"
        assert desk.acts() == ["post_reply", "claim"]
        return
    with pytest.raises(InputError, match="whether it was posted is not known"):
        desk.reply()
    monkeypatch.undo()
    desk.server.now += timedelta(minutes=11)
    assert desk.reply().outcome == "posted"
    assert len(desk.server.posted) == 1


def test_a_mark_from_before_proves_nothing_of_a_lost_answer(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.server.viewed = frozenset({"anna"})

    def lost(_: Replier, text: str) -> None:
        raise UncertainError(f"the answer to {text!r:.20} was lost on the way")

    monkeypatch.setattr(Replier, "post", lost)
    with pytest.raises(InputError, match="whether it was posted is not known"):
        desk.reply()
    assert desk.acts() == ["post_reply"]
    assert desk.server.posted == []
