"""A month of the seller API of Ozon: a list that tells no comments, and comments that tell no moderation, or do."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.errors import ConfigurationError, OtklikError
from core.records import Coverage, CoverageStatus
from core.watchlist import Listing
from spiders.engine.client import ApiClient
from spiders.engine.discovery import discover
from spiders.engine.probing import probe
from spiders.engine.replying import NotPostedError, Replier, UncertainError
from spiders.engine.source import sources
from tests.spiders.apis.month import crawl_month
from tests.spiders.apis.nights import Nights, check_month, leaks
from tests.spiders.apis.ozon_server import CLIENT_ID, GOODS, KEY, Ozon
from tests.spiders.apis.scenario import MONTH, START, State
from tests.spiders.apis.server import Call, Reply, opened

SOURCE = "ozon"
Read = tuple[Nights, Ozon, Mapping[int, Coverage]]


def published(state: State) -> State:
    """What awaits moderation, or was rejected, is not shown."""
    return state if state.reply_state == "published" else replace(state, reply=None, reply_state="none")


def open_server(patch: pytest.MonkeyPatch, *lines: str, kind: type[Ozon] = Ozon, **how: object) -> Ozon:
    return opened(patch, kind, *lines, **how)


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Read]:
    """The whole month, thirty nights, of which three are pulses."""
    viewed, discussed = frozenset({"kira", "olga"}), frozenset({"gleb", "ivan", "olga"})
    with (
        pytest.MonkeyPatch.context() as patch,
        open_server(patch, MONTH, viewed=viewed, discussed=discussed) as server,
    ):
        nights = Nights(tmp_path_factory.mktemp("month"), server, SOURCE, "all")
        yield nights, server, crawl_month(nights, range(2, 32), pulses=(11, 14, 23))


def test_every_event_of_a_month_is_the_truth(read: Read) -> None:
    nights, server, coverage = read
    assert len(coverage) == 30
    check_month(nights, coverage, shows=published, blocked={19: "the key was switched off or has expired"})
    lists = [call.body for call in server.calls if call.path == "/v2/review/list"]
    assert not any("status" in body["filters"] for body in lists), "answered and unanswered come in one list"
    assert any(body["last_id"] for body in lists)


def test_marks_and_the_talk_of_customers_answer_nothing(read: Read) -> None:
    nights, _, _ = read
    states, flags, times = (nights.column(name) for name in ("reply_state", "processed_flag", "reply_at"))
    assert (states["olga"], flags["olga"]) == ("none", True), "neither the mark nor a customer's comment is an answer"
    assert (states["kira"], flags["kira"]) == ("none", True)
    assert (states["nikita"], flags["nikita"]) == ("none", False)
    assert str(times["egor"]) == "2026-11-20 09:00:00+00:00", "the time of a comment is told"


def test_no_key_is_written(read: Read) -> None:
    nights, _, _ = read
    assert leaks(nights, KEY) == []
    assert any(path.parent.name == "quota" or path.suffix == ".gz" for path, _ in nights.written())


def test_moderation_is_seen_where_comments_tell_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_server(monkeypatch, MONTH, tells_states=True) as server:
        nights = Nights(tmp_path, server, SOURCE, "all")
        coverage = crawl_month(nights, (3, 4, 5, 6, 7, 8, 9, 10, 13, 16, 22, 23, 24, 28))
        check_month(nights, coverage, blocked={})
        states = nights.column("reply_state")
        assert (states["vera"], states["maria"], states["ivan"]) == ("published", "published", "published")


def test_one_article_is_read_alone_by_whatever_name_the_list_narrows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_server(monkeypatch, MONTH, knows_goods=False) as server:
        nights = Nights(tmp_path, server, SOURCE, "148591503")
        coverage = crawl_month(nights, (3, 6, 10))
        assert [look.status for look in coverage.values()] == [CoverageStatus.ok] * 3
        assert set(nights.column("subject_id")) == set(GOODS)
        assert server.calls[0].body["filters"] == {"skus": ["148591503"]}


class Crowded(Ozon):
    """Gives the comments ten at a time."""

    comments_size = 10


def test_an_answer_behind_many_comments_is_found_wherever_the_review_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = (
        "1 08:00 writes anna 1 Сломался",
        "2 08:00 writes boris 1 Не работает",
        "4 08:00 replies anna published Анна, простите нас",
        "5 08:00 deletes boris",
    )
    with open_server(monkeypatch, *story, kind=Crowded, discussed=frozenset({"anna", "boris"})) as server:
        server.talk = 25
        first = crawl_month(Nights(tmp_path, server, SOURCE, "all"), [3])[3]
        assert (first.status, first.collected) == (CoverageStatus.ok, 2)
        server.calls.clear()
        server.now = START + timedelta(days=5)
        shown = replier_at(server, tmp_path, "anna", START - timedelta(days=60)).look()
        assert shown.reply_text == "Анна, простите нас"
        paths = [call.path for call in server.calls]
        assert paths == ["/v2/review/list", "/v2/review/info", *["/v1/review/comment/list"] * 3], (
            "no more at its moment"
        )
        assert [call.body["offset"] for call in server.calls[2:]] == [0, 10, 20]
        with pytest.raises(OtklikError, match="has no such review any more"):
            replier_at(server, tmp_path, "boris", START + timedelta(days=1, hours=8)).look()


def test_a_new_shop_is_no_failure_but_a_lost_one_is_and_no_plan_is_no_empty_shop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = ("5 10:00 writes anna 5 Ура", "6 10:00 deletes anna", "8 02:00 refuses plan")
    with open_server(monkeypatch, *story) as server:
        coverage = crawl_month(Nights(tmp_path, server, SOURCE, "all", retries=0), (2, 6, 7, 8))
    assert [look.status.value for look in coverage.values()] == ["ok", "ok", "short", "blocked"]
    assert coverage[8].collected == 0
    assert "Ozon refuses (403): the key is accepted, but the plan does not include reviews" in str(coverage[8].error)


class Odd(Ozon):
    """Sends stars that are none, an unknown status and comments that name nobody, and repeats the key."""

    def answer(self, call: Call) -> Reply:
        reply = super().answer(call)
        for row in reply.body.get("reviews", []):
            row |= {"text": f"{row['text']} {KEY}", "rating": 9 if row["id"] == "boris" else row["rating"]}
            row["status"] = "NEW_WORD"
        for comment in reply.body.get("comments", []):
            del comment["is_owner"], comment["is_official"]
        return Reply(reply.body, reply.status, {"X-Echo": KEY})


def test_what_is_not_understood_is_set_aside_or_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_server(monkeypatch, MONTH, kind=Odd) as server:
        nights = Nights(tmp_path, server, SOURCE, "all")
        coverage = crawl_month(nights, [5])[5]
        assert (coverage.status, coverage.quarantined) == (CoverageStatus.ok, 1)
        assert nights.column("reply_state")["anna"] == "unknown", "nobody knows who wrote the comment"
        assert set(nights.column("processed_flag").values()) == {None}
        assert leaks(nights, KEY) == []


def listing_at(server: Ozon, target: str = "all") -> Listing:
    return Listing(id="here", source=SOURCE, company="firm", target=target, base_url=server.url)


def replier_at(server: Ozon, home: Path, one: str, posted_at: datetime) -> Replier:
    listing = listing_at(server)
    return Replier(ApiClient.of(sources()[SOURCE], listing, os.environ, home), listing, one, home, posted_at)


def test_a_missing_key_and_a_target_that_is_none_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_server(monkeypatch, MONTH) as server:
        with pytest.raises(ConfigurationError, match="expected all, or an article such as 148591503, got 'lamp'"):
            probe(listing_at(server, "lamp"), os.environ, tmp_path)
        monkeypatch.delenv("OZON_API_KEY")
        with pytest.raises(OtklikError, match="OZON_API_KEY") as caught:
            probe(listing_at(server), os.environ, tmp_path)
        assert CLIENT_ID not in str(caught.value)
        assert server.calls == []


def test_the_shop_and_its_reviewed_goods_are_discovered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_server(monkeypatch, MONTH) as server:
        server.now = START + timedelta(days=8)
        client = ApiClient.of(sources()[SOURCE], listing_at(server), os.environ, tmp_path)
        found = discover(client)
        server.names_goods = False
        nameless = discover(client)
    assert found == [("all", "all goods of the shop"), ("160249683", "Ночник"), ("148591503", "Лампа")]
    assert [one.target for one in nameless] == [one.target for one in found]
    assert nameless[1].title == "article 160249683 (its name takes the role Product read only)"


def test_a_posting_that_names_no_comment_is_uncertain_and_a_refused_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_server(monkeypatch, MONTH) as server:
        replier = replier_at(server, tmp_path, "boris", START)
        monkeypatch.setattr(server, "take_reply", lambda *_: False)
        with pytest.raises(NotPostedError, match="review not found"):
            replier.post("Здравствуйте!")
        monkeypatch.setattr(server, "answer", lambda _: Reply({}))
        with pytest.raises(UncertainError, match="without naming one"):
            replier.post("Здравствуйте!")
        assert server.posted == []
