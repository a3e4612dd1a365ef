"""A reply that no longer answers: the customer edited the review, and the platform lets the reply be changed, once.

Google posts it again, Wildberries has a call of its own for it, and Yandex Market changes a comment by its number.
"""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import InputError, OtklikError
from flows.job import Job
from flows.replying import Reply, reply
from spiders.engine.client import ApiClient
from spiders.engine.replying import NotPostedError, Replier
from spiders.engine.source import sources
from tests.flows.reply_desk import LATER, TEXT, Desk, copied, killed, opened
from tests.spiders.apis.nights import Nights
from tests.spiders.apis.yandex_market_server import number

GOOGLE = "google_business"
STORY = """
1 08:00 writes old 5 Давно хожу сюда
2 10:00 writes anna 1 Заказ везли три часа, курьер нагрубил
3 09:00 replies anna published Простите нас, перезвоним сегодня
4 20:00 edits anna 1 Обещали перезвонить и не перезвонили
"""
FIRST = "Простите нас, перезвоним сегодня"
on_google = pytest.mark.parametrize("read", [GOOGLE], indirect=True)
on_wildberries = pytest.mark.parametrize("read", ["wildberries"], indirect=True)
on_yandex = pytest.mark.parametrize("read", ["yandex_market"], indirect=True)


@pytest.fixture(scope="module", params=[GOOGLE, "wildberries", "yandex_market"])
def read(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with opened(
        tmp_path_factory.mktemp(request.param), request.param, STORY, 3, 4, 5, one_by_one=request.param == GOOGLE
    ) as desk:
        yield desk


@pytest.fixture
def desk(read: Desk, tmp_path: Path) -> Desk:
    return copied(read, tmp_path / "home")


def test_an_outdated_reply_is_changed_once_where_the_platform_changes_it(desk: Desk) -> None:
    assert desk.status() == "open"
    seen: list[Reply] = []
    job = Job.open(desk.home, now=desk.now)
    done = reply(job, f"{desk.source}/{desk.server.named('anna')}", TEXT, "ann", lambda one: not seen.append(one))  # type: ignore[func-returns-value]
    assert (done.outcome, done.status, seen[0].replaces) == ("posted", "claimed", FIRST)
    assert desk.server.posted == [("anna", TEXT)]
    for words in (TEXT, "И ещё раз здравствуйте"):
        with pytest.raises(InputError, match="stands there already"):
            desk.reply(text=words)
    assert len(desk.server.posted) == 1


def calls_of(desk: Desk) -> list[tuple[str, str]]:
    return [(call.method, call.path.rpartition("/")[2]) for call in desk.server.calls]


@on_wildberries
def test_wildberries_changes_an_answer_by_a_call_of_its_own_and_once(desk: Desk) -> None:
    desk.reply()
    assert calls_of(desk) == [*[("GET", "feedback")] * 3, ("PATCH", "answer")]
    listing = Job.open(desk.home).watchlist.listings[0]
    replier = Replier(ApiClient.of(sources()[desk.source], listing), listing, "anna", desk.home)
    with pytest.raises(OtklikError, match="lets an answer be changed once, within sixty days"):
        replier.check_change()
    with pytest.raises(NotPostedError, match="answer cannot be saved"):
        replier.change("Ещё другие слова")
    assert len(desk.server.posted) == 1


@on_wildberries
def test_an_answer_that_may_not_be_changed_is_told_before_anybody_is_asked(desk: Desk) -> None:
    desk.server.now = desk.now = desk.now + timedelta(days=61)
    with pytest.raises(OtklikError, match="lets an answer be changed once, within sixty days"):
        reply(Job.open(desk.home, now=desk.now), "wildberries/anna", TEXT, "ann", nobody_is_asked)
    assert (desk.server.posted, desk.acts()) == ([], [])


@on_yandex
def test_yandex_market_changes_the_comment_of_the_shop_and_adds_none(desk: Desk) -> None:
    desk.reply()
    asked = desk.server.calls[-1]
    assert asked.path.endswith("/comments/update")
    assert asked.body == {
        "feedbackId": int(number("anna")),
        "comment": {"id": int(number("anna")) * 10 + 3, "text": TEXT},
    }


@on_yandex
def test_a_comment_that_the_key_may_not_change_is_told_before_anybody_is_asked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk.server, "is_fixed", True)
    with pytest.raises(OtklikError, match="does not let this key change the comment"):
        reply(Job.open(desk.home, now=desk.now), f"yandex_market/{number('anna')}", TEXT, "ann", nobody_is_asked)
    assert (desk.server.posted, desk.acts()) == ([], [])


def nobody_is_asked(_: Reply) -> bool:
    pytest.fail("it cannot be posted anyway")


@on_google
def test_the_site_shows_the_new_words_and_the_case_is_answered(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.reply()
    nights = Nights.__new__(Nights)
    nights.home, nights.server = desk.home, desk.server
    nights.night(6)
    assert desk.status() == "claimed", "the new words are being looked at by the platform"
    monkeypatch.setattr(desk.server, "first_state", "published")
    nights.night(7)
    assert desk.status() == "answered"


@on_google
def test_the_same_words_are_no_answer(desk: Desk) -> None:
    with pytest.raises(InputError, match="the same words stand there already"):
        desk.reply(text=FIRST)
    assert (desk.server.posted, desk.acts()) == ([], [])


@on_google
def test_a_reply_that_somebody_changed_on_the_site_is_left_alone(desk: Desk) -> None:
    desk.server.posted.append(("anna", "Перезвонили Вам в девять"))
    with pytest.raises(InputError, match="stands there already"):
        desk.reply()
    assert len(desk.server.posted) == 1


def test_killed_at_every_step_it_is_changed_once(desk: Desk, tmp_path: Path) -> None:
    for step in range(1, 60):
        fresh = Desk(tmp_path / f"killed-{step}", desk.server, desk.source, desk.now)
        shutil.copytree(desk.home, fresh.home)
        desk.server.posted.clear()
        if not killed(fresh, step):
            assert desk.server.posted == [("anna", TEXT)]
            break
        posted, fresh.now = list(desk.server.posted), fresh.now + LATER
        if "claim" in fresh.acts():
            with pytest.raises(InputError, match="stands there already"):
                fresh.reply()
        else:
            assert fresh.reply().outcome == ("found" if posted else "posted"), step
        assert (desk.server.posted, fresh.status()) == ([("anna", TEXT)], "claimed"), step
    else:
        pytest.fail("it never came to its end")


@on_google
def test_after_a_kill_the_change_gets_time_to_show(desk: Desk, tmp_path: Path) -> None:
    desk.server.shows_posted = False
    for step in range(1, 60):
        fresh = Desk(tmp_path / f"unseen-{step}", desk.server, desk.source, desk.now)
        shutil.copytree(desk.home, fresh.home)
        assert killed(fresh, step)
        if "post_reply" in fresh.acts():
            break
    fresh.now += timedelta(minutes=1)
    with pytest.raises(InputError, match="ended without a word"):
        fresh.reply()


def test_a_platform_that_cannot_change_a_reply_leaves_it_alone(tmp_path: Path) -> None:
    with opened(tmp_path / "read", "trustpilot", STORY, 3, 4, 5) as read:
        desk = copied(read, tmp_path / "home")
        assert desk.status() == "open"
        with pytest.raises(InputError, match="stands there already"):
            desk.reply()
        assert (desk.server.posted, desk.acts()) == ([], [])
