"""A month of the partner API of Yandex Market: comments by calls of their own, in an order that nobody promises."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from scrapy.http import Request, Response, TextResponse

from core.errors import InputError, OtklikError
from core.home import Home
from core.records import Coverage, CoverageStatus, Review
from core.settings import CrawlSettings
from core.watchlist import Listing
from spiders.engine.client import ApiClient
from spiders.engine.discovery import Found, discover
from spiders.engine.job import CrawlJob, OpenReview
from spiders.engine.landing import landing_paths
from spiders.engine.loader import load_spider
from spiders.engine.probing import probe
from spiders.engine.reparsing import raw_files, reparse_file, reparse_id
from spiders.engine.replay import replay
from spiders.engine.replying import NotPostedError, Replier
from spiders.engine.source import sources
from tests.spiders.apis.month import crawl_month
from tests.spiders.apis.nights import Nights, check_month, leaks
from tests.spiders.apis.scenario import MONTH, START, Month, State
from tests.spiders.apis.server import Call
from tests.spiders.apis.yandex_market_server import CABINET, TOKEN, YandexMarket, number, numbered

SOURCE = "yandex_market"
BEFORE = "1 04:00 writes early 3 Как у всех"
YEARS = "\n".join(
    f"{day} 10:00 writes {100 + index} {1 + index % 5} Отзыв {index}"
    for index, day in enumerate([1, 90, 91, 92, 93, 94, 200, 370, 540, 571, 590, 591, 592, 593, 594, 595, 596, 598])
)
"""Eighteen reviews of 600 days, numbered from 100 on."""


def labelled(state: State) -> State:
    """What stands in the field for faults is told under its label."""
    return replace(state, text=f"Недостатки: {state.text}") if state.stars <= 2 else state


def open_server(monkeypatch: pytest.MonkeyPatch, *lines: str, **kind: Any) -> YandexMarket:
    monkeypatch.setenv("YANDEX_MARKET_KEY", TOKEN)
    return YandexMarket(Month.read(*map(numbered, lines)), **kind)


def listing_at(server: YandexMarket, **changes: Any) -> Listing:
    values = {"id": "here", "source": SOURCE, "company": "firm", "target": CABINET, "base_url": server.url}
    return Listing(**values | changes)


def read(server: YandexMarket, tmp_path: Path, day: int, **job: Any) -> tuple[list[list[Review]], Coverage]:
    """Drive the spider over the server without the network, and return the pages of reviews that came."""
    server.now = START + timedelta(days=day - 1)
    listing = job.pop("listing", None) or listing_at(server)
    job = {"home_root": tmp_path, "run_id": "one", "listing": listing, "now": server.now, "secret": "00", **job}
    spider = load_spider(SOURCE)(job=CrawlJob(**job))

    def answer(request: Request) -> Response:
        parts = urlsplit(request.url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        body = json.loads(request.body) if request.body else ""
        call = Call(request.method, unquote(parts.path), query, {"api-key": TOKEN}, body, server.now)
        reply = server.handle(call)
        server.calls.append(call)
        return TextResponse(request.url, status=reply.status, body=json.dumps(reply.body).encode(), encoding="utf-8")

    pages = [list(page.reviews) for page in replay(spider, answer)]
    return pages, spider.reading.coverage(server.now)


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Nights, dict[int, Coverage]]]:
    opened = frozenset(map(number, ("kira", "olga")))
    discussed = frozenset(map(number, ("gleb", "ivan", "nikita")))
    with (
        pytest.MonkeyPatch.context() as patch,
        open_server(patch, MONTH, BEFORE, read=opened, discussed=discussed) as server,
    ):
        nights = Nights(tmp_path_factory.mktemp("month"), server, SOURCE, CABINET)
        yield nights, crawl_month(nights, range(1, 31))


def test_every_event_of_a_month_is_the_truth(month: tuple[Nights, dict[int, Coverage]]) -> None:
    nights, coverage = month
    check_month(nights, coverage, shows=labelled, blocked={19: "the key was deleted: make a new one"})
    assert {"feedbackIds"} in [set(call.body) for call in nights.server.calls if isinstance(call.body, dict)]
    assert {call.query.get("pageToken") for call in nights.server.calls} >= {"page-2", "page-4"}


def test_flags_and_the_talk_of_buyers_answer_nothing(month: tuple[Nights, dict[int, Coverage]]) -> None:
    nights, _ = month
    states, flags = nights.column("reply_state"), nights.column("processed_flag")
    assert (states[number("kira")], flags[number("kira")]) == ("none", True), "the platform's flag is no answer"
    assert (states[number("nikita")], flags[number("nikita")]) == ("none", False), "a buyer is not the shop"
    assert set(nights.column("reply_at").values()) == {None}, "the platform tells no time"


def test_a_reply_that_waits_or_is_blocked_is_its_state(month: tuple[Nights, dict[int, Coverage]]) -> None:
    home = month[0].home.resolve()

    def states(day: int) -> dict[str, str]:
        lines = landing_paths(home, f"night-{day:02}", SOURCE, "here").reviews.read_text(encoding="utf-8").splitlines()
        reviews = map(Review.model_validate_json, lines)
        return {review.review_id: review.reply_state.value for review in reviews}

    assert [states(day)[number("anna")] for day in (3, 4, 5)] == ["none", "pending", "published"]
    assert [states(day)[number("vera")] for day in (5, 6, 7, 10)] == ["none", "pending", "rejected", "published"]
    assert states(23)[number("maria")] == "rejected"


def test_no_key_is_written_and_a_night_reads_the_same_again(month: tuple[Nights, dict[int, Coverage]]) -> None:
    nights, coverage = month
    assert leaks(nights, TOKEN) == []
    home = Home(nights.home.resolve())
    (warc,) = raw_files(home, "night-28")
    again = reparse_file(home, warc, "night-28", reparse_id(home, "night-28"), bytes(16))
    assert (again.problem, again.mended, again.lost, again.unchanged) == (None, 0, 0, coverage[28].collected)


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("always_more", [True, False])
def test_a_first_reading_goes_back_for_years_in_either_order(
    newest_first: bool, always_more: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_server(monkeypatch, YEARS, newest_first=newest_first) as server:
        server.always_more = always_more
        pages, coverage = read(server, tmp_path, 600)
    ids = [review.review_id for page in pages for review in page]
    assert sorted(ids) == [str(one) for one in range(100, 118)], "each once, back to half a year without any"
    assert (coverage.status, coverage.error) == (CoverageStatus.ok, None)
    first = next(page for page in pages if page)
    assert min(review.posted_at for review in first if review.posted_at) > START + timedelta(days=568), "news first"


def test_after_a_long_pause_news_are_read_up_to_today(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_server(monkeypatch, YEARS) as server:
        pages, coverage = read(server, tmp_path, 600, watermark=START + timedelta(days=93, hours=10))
        assert {review.review_id for page in pages for review in page} == {str(one) for one in range(101, 118)}
        assert (coverage.status, coverage.is_full) == (CoverageStatus.ok, False)
        assert coverage.watermark == START + timedelta(days=597, hours=10)
        _, coverage = read(server, tmp_path, 600, watermark=coverage.watermark, pulse=True)
        assert (coverage.status, coverage.collected, coverage.pages) == (CoverageStatus.ok, 1, 1)


def test_pages_of_what_is_known_hide_no_news_behind_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_server(monkeypatch, YEARS) as server:
        settings = CrawlSettings(overlap_pages=1)
        pages, _ = read(server, tmp_path, 600, watermark=START + timedelta(days=595, hours=10), crawl=settings)
    assert {review.review_id for page in pages for review in page} >= {"116", "117"}


def comment(kind: str | None, status: str, text: str, **more: Any) -> dict[str, Any]:
    author = {"author": {"type": kind, "name": "Х"}} if kind else {}
    return {"id": 1, "text": text, "status": status, "feedbackId": 7, **author, **more}


@pytest.mark.parametrize(
    ("comments", "state", "text"),
    [
        ([comment("BUSINESS", "BANNED", "а"), comment("BUSINESS", "UNMODERATED", "б")], "pending", "б"),
        ([comment("BRAND", "PUBLISHED", "а", parentId=3), comment("BUSINESS", "PUBLISHED", "б")], "published", "б"),
        ([comment("USER", "PUBLISHED", "а", canModify=True)], "none", None),
        ([comment(None, "PUBLISHED", "а", canModify=True)], "published", "а"),
        ([comment(None, "PUBLISHED", "а")], "none", None),
        ([comment("BUSINESS", "DELETED", "а")], "removed", "а"),
    ],
)
def test_of_several_comments_the_best_one_by_the_shop_answers(
    comments: list[dict[str, Any]], state: str, text: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(YandexMarket, "_comments", lambda *_: comments)
    with open_server(monkeypatch, "1 10:00 writes 7 1 Плохо", counts_all=True) as server:
        ((review,),) = [page for page in read(server, tmp_path, 9)[0] if page]
    assert (review.reply_state, review.reply_text) == (state, text)


def test_silence_after_reviews_is_no_quiet_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_server(monkeypatch, YEARS) as server:
        _, coverage = read(server, tmp_path, 700, watermark=START + timedelta(days=690))
    assert coverage.status is CoverageStatus.short


def test_what_neither_its_id_nor_its_moment_shows_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_server(monkeypatch, YEARS, "596 11:00 deletes 101", "596 12:00 deletes 110") as server:
        server.forgets_ids = True
        posted = {one: state.posted_at for one, state in server.month.at(START + timedelta(days=700)).items()}
        waiting = [OpenReview(review_id=one, posted_at=posted[one]) for one in ("100", "101", "110")]
        waiting.append(OpenReview(review_id="999"))
        news = posted["117"]
        pages, coverage = read(server, tmp_path, 600, watermark=news, open_reviews=tuple(waiting))
    assert "100" in {review.review_id for page in pages for review in page}, "too old for its id, and yet there"
    assert (coverage.status, coverage.gone_ids) == (CoverageStatus.ok, ("101", "110", "999"))


def test_an_api_that_finds_nothing_by_id_proves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_server(monkeypatch, YEARS) as server:
        monkeypatch.setattr("tests.spiders.apis.yandex_market_server._HALF_YEAR", timedelta(days=184))
        server.forgets_ids = True
        monkeypatch.setattr(YandexMarket, "_found", _no_look_ups(YandexMarket._found))
        waiting = tuple(OpenReview(review_id=one) for one in ("100", "101"))
        _, coverage = read(server, tmp_path, 600, watermark=START + timedelta(days=597, hours=10), open_reviews=waiting)
    assert (coverage.status, coverage.gone_ids) == (CoverageStatus.short, ())
    assert "look-ups by id do not work" in str(coverage.error)


def _no_look_ups(found: Any) -> Any:
    return lambda server, body: [] if "feedbackIds" in body else found(server, body)


def test_lost_comments_are_a_shortfall_and_no_lost_review(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_server(monkeypatch, YEARS, "599 10:00 replies 117 published Спасибо") as server:
        server.has_comments = False
        pages, coverage = read(server, tmp_path, 600, open_reviews=(OpenReview(review_id="104"),))
    assert (coverage.status, coverage.gone_ids) == (CoverageStatus.short, ())
    assert "answered 404" in str(coverage.error)
    assert "117" not in {review.review_id for page in pages for review in page}, "its answer is not known"


def test_an_empty_list_is_believed_of_the_keys_own_cabinet_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_server(monkeypatch, "9 10:00 writes anna 5 Ура") as server:
        server.is_lax = True
        _, coverage = read(server, tmp_path, 3)
        assert (coverage.status, coverage.expected) == (CoverageStatus.ok, 0)
        assert probe(listing_at(server), os.environ, tmp_path) == "Yandex Market answers: 0 reviews"
        _, coverage = read(server, tmp_path, 3, listing=listing_at(server, target="10003"))
        assert coverage.status is CoverageStatus.failed
        assert f"listings.here.target: the key is of cabinet {CABINET}, not 10003" in str(coverage.error)
        with pytest.raises(OtklikError, match="the key is of cabinet"):
            probe(listing_at(server, target="10003"), os.environ, tmp_path)


def test_some_goods_are_read_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_server(monkeypatch, YEARS) as server:
        pages, _ = read(server, tmp_path, 600, listing=listing_at(server, options={"offers": " SKU-1, SKU-7"}))
    assert {review.subject_id for page in pages for review in page} == {"SKU-1"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"target": "shop"}, "target: expected a cabinet's number such as 1234567, got 'shop'"),
        ({"options": {"offers": ",".join(map(str, range(21)))}}, "options.offers: at most 20, got 21"),
    ],
)
def test_a_wrong_listing_is_told_before_anything_is_asked(
    changes: dict[str, Any], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_server(monkeypatch, YEARS) as server:
        with pytest.raises(OtklikError, match=said):
            probe(listing_at(server, **changes), os.environ, tmp_path)
        assert server.calls == []


def test_refusals_are_clear_sentences_and_never_zero_reviews(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = {
        3: ("scope", "the key lacks the access: edit it"),
        4: ("plan", "the shop has no contract with the Market"),
        5: ("stranger", "the key is of another cabinet"),
        6: ("quota", "the cabinet's quota is used up"),
    }
    troubles = [f"{day} 02:00 refuses {kind} until {day + 1}" for day, (kind, _) in said.items()]
    with open_server(monkeypatch, "1 10:00 writes anna 5 Ура", *troubles) as server:
        coverage = crawl_month(Nights(tmp_path, server, SOURCE, CABINET), range(2, 8))
        assert [coverage[day].status for day in (2, 7)] == [CoverageStatus.ok] * 2
        for day, (_, words) in said.items():
            assert (coverage[day].status, coverage[day].collected) == (CoverageStatus.blocked, 0)
            assert words in str(coverage[day].error)


def test_without_a_key_nothing_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_server(monkeypatch, YEARS) as server:
        monkeypatch.delenv("YANDEX_MARKET_KEY")
        with pytest.raises(OtklikError, match=r"YANDEX_MARKET_KEY \(an Api-Key token of the shop's cabinet"):
            probe(listing_at(server), os.environ, tmp_path)
        monkeypatch.setenv("YANDEX_MARKET_KEY", "planted-ключ")
        with pytest.raises(OtklikError, match="the key for the header Api-Key must be one line of plain") as caught:
            probe(listing_at(server), os.environ, tmp_path)
        assert "planted" not in str(caught.value)
        assert server.calls == []


def test_the_cabinet_is_found_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with open_server(monkeypatch, YEARS) as server:
        client = ApiClient.of(sources()[SOURCE], listing_at(server), os.environ)
        assert discover(client) == [Found(CABINET, "Огонёк")]


def test_what_is_not_taken_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_server(monkeypatch, YEARS, "596 11:00 replies 100 rejected Сами виноваты") as server:
        server.now = START + timedelta(days=600)
        client = ApiClient.of(sources()[SOURCE], listing_at(server), os.environ)
        blocked = Replier(client, listing_at(server), "100", tmp_path)
        assert (blocked.look().reply_state, blocked.look().reply_text) == ("rejected", "Сами виноваты")
        with pytest.raises(NotPostedError, match="exists already, perhaps blocked: look at it, or use other words"):
            blocked.post("Сами виноваты")
        with pytest.raises(InputError, match="no such review any more"):
            Replier(client, listing_at(server), "999", tmp_path).look()
        with pytest.raises(InputError, match="cannot be looked up there, so nothing is posted"):
            Replier(client, listing_at(server), "no-number", tmp_path).look()
        assert server.posted == []


def test_settings_of_the_engine_reach_a_first_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_server(monkeypatch, YEARS) as server:
        pages, coverage = read(server, tmp_path, 600, crawl=CrawlSettings(max_pages=3))
    assert coverage.status is CoverageStatus.ok
    assert coverage.watermark == max(review.posted_at for page in pages for review in page if review.posted_at)
    assert not coverage.is_full
