"""Posting a reply: only when a person says so, never twice, whenever the process dies, and the case knows which."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.acts import case_id
from core.errors import InputError, NotBegunError, OtklikError
from flows.job import Job
from flows.locks import exclusive
from flows.replying import Reply, reply
from spiders.engine.source import sources
from tests.flows.reply_desk import LATER, TEXT, Desk, copied, killed, opened
from tests.spiders.apis.nights import Nights, leaks
from tests.spiders.apis.platforms import PLATFORMS
from tests.spiders.apis.wildberries_server import TOKEN

STORY = """
1 08:00 writes old 5 Давно хожу сюда
2 10:00 writes anna 1 Заказ везли три часа, курьер нагрубил
2 11:00 writes boris 1 Не дозвониться
9 10:00 edits anna 1 Заказ везли три часа и привезли чужой
"""
on_one = pytest.mark.parametrize("read", ["wildberries"], indirect=True)


@pytest.fixture(scope="module", params=PLATFORMS)
def read(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with opened(tmp_path_factory.mktemp(request.param), request.param, STORY, 3) as desk:
        yield desk


@pytest.fixture
def desk(read: Desk, tmp_path: Path) -> Desk:
    return copied(read, tmp_path / "home")


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
@pytest.mark.parametrize("happens", ["another reply", "an edit"])
def test_what_happens_while_the_person_thinks_is_seen_before_anything_is_posted(desk: Desk, happens: str) -> None:
    def think(_: Reply) -> bool:
        if happens == "an edit":
            desk.server.now += timedelta(days=7)
        else:
            desk.server.posted.append(("anna", "Уже ответили"))
        return True

    said = "the customer has changed the review" if happens == "an edit" else "somebody else has replied in between"
    with pytest.raises(InputError, match=said):
        reply(Job.open(desk.home, now=desk.now), "wildberries/anna", TEXT, "ann", think)
    assert TEXT not in dict(desk.server.posted).values()
    assert (desk.acts(), desk.status()) == ([], "open")


@on_one
def test_replying_is_off_by_default(desk: Desk) -> None:
    path = desk.home / "watchlist.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("replies = true\n", ""), encoding="utf-8")
    with pytest.raises(InputError, match="replies are off: set `replies = true`"):
        desk.reply()
    assert desk.server.calls == []


def test_the_length_of_the_platform_is_kept(desk: Desk) -> None:
    _, longest = sources()[desk.source].reply_length
    with pytest.raises(InputError, match=f"to {longest} characters; this one has {longest + 1}"):
        desk.reply(text="а" * (longest + 1))
    with pytest.raises(InputError, match="no reply to post"):
        desk.reply(text=None)
    assert (desk.server.posted, desk.acts()) == ([], [])
    assert desk.reply(text="а" * longest).outcome == "posted"


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
    seen: list[Reply] = []
    job = Job.open(desk.home, now=desk.now)
    done = reply(job, "wildberries/anna", None, "ann", lambda one: not seen.append(one))  # type: ignore[func-returns-value]
    assert (done.outcome, seen[0].proposed_by) == ("posted", "bob")
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


def test_killed_at_every_step_it_is_posted_once_or_not_at_all(desk: Desk, tmp_path: Path) -> None:
    was_posted = set[bool]()
    for step in range(1, 60):
        fresh = Desk(tmp_path / f"killed-{step}", desk.server, desk.source, desk.now)
        shutil.copytree(desk.home, fresh.home)
        desk.server.posted.clear()
        if not killed(fresh, step, from_the_start=desk.source == "wildberries"):
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
