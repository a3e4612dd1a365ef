"""Whole crawls, each in its own process, against a small site on the loopback."""

import asyncio
import socketserver
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from core.records import CoverageStatus, ReplyState
from spiders.engine.crawl import crawl
from tests.spiders.loopback import NOW, Answer, Outcome, Site, days_ago, make_job, rating, ratings, ratings_page, run

RATINGS = "/api/v5/ratings/rating/"
STEAM = "/IUserReviewsService/GetAppReviews/v1/"
Crawled = Callable[..., Outcome]


def steam_page(ids: list[int], cursor: str, total: int | None, days: float = 1) -> dict[str, Any]:
    posted = int(days_ago(days).timestamp())
    reviews = [
        {
            "recommendationid": str(number),
            "author": {"steamid": f"7656{number}"},
            "language": "russian",
            "review": f"отзыв {number}",
            "timestamp_created": posted - number,
            "timestamp_updated": posted - number,
            "voted_up": False,
            "votes_up": 0,
            "steam_purchase": True,
        }
        for number in ids
    ]
    return {"response": {"reviews": reviews, "cursor": cursor, "query_summary": {}, "total_matching": total}}


def test_reading_goes_page_by_page_and_stops_behind_the_watermark(site: Site, crawled: Crawled) -> None:
    pages = [[rating(1, 0.1), rating(2, 1)], [rating(3, 5), rating(4, 8)], [rating(5, 20)], [rating(6, 30)]]
    site.script[RATINGS] = ratings(pages)
    outcome = crawled("amo", watermark=days_ago(1), now=NOW, overlap_days=6, contact="ops@firm.example", raw_days=3)
    assert outcome.ids == ["1", "2", "3", "4", "5"]
    assert outcome.coverage.status is CoverageStatus.ok
    assert outcome.coverage.watermark == days_ago(0.1)
    assert (outcome.coverage.pages, outcome.coverage.expected, outcome.coverage.is_full) == (3, 6, False)
    assert [progress.pages for progress in outcome.progress] == [1, 2, 3]
    assert site.agents == {"Otklik/0.1 (+ops@firm.example)"}
    assert not {"Cookie", "Referer", "Authorization"} & {name for headers in site.headers_seen for name in headers}
    assert "/robots.txt" not in site.asked  # a documented API is called under its terms
    assert outcome.paths.raw.stat().st_size > 0
    again = crawled("amo", watermark=days_ago(1), now=NOW)
    assert again.coverage.status is CoverageStatus.failed
    assert "was made already" in (again.coverage.error or "")
    assert outcome.ids == ["1", "2", "3", "4", "5"]


def test_open_reviews_are_looked_up_and_deleted_ones_are_gone(site: Site, crawled: Crawled) -> None:
    reply = {"id": 9, "body": "Исправили", "created": days_ago(0.2).isoformat(), "is_deleted": False}
    site.script[RATINGS] = ratings([[rating(1, 1), rating(2, 60)], [rating(3, 70)]])
    site.script[f"{RATINGS}50/"] = Answer(rating(50, 90, reply=reply))
    site.script[f"{RATINGS}51/"] = Answer({"detail": "Not found."}, status=404)
    site.script[f"{RATINGS}52/"] = Answer("broken", status=500)
    opened = [{"review_id": review_id} for review_id in ("1", "50", "51", "52")]
    outcome = crawled("amo", watermark=days_ago(2), now=NOW, open_reviews=opened, pulse=True)
    assert outcome.ids == ["1", "2", "50"]
    assert outcome.reviews[-1].reply_state is ReplyState.published
    assert outcome.coverage.gone_ids == ("51",)
    assert outcome.coverage.status is CoverageStatus.short
    assert "review 52" in (outcome.coverage.error or "")


def test_without_look_up_the_list_is_read_on_until_open_reviews_were_met(site: Site, crawled: Crawled) -> None:
    script = [steam_page([1, 2], "b", 8), steam_page([], "b", 8), steam_page([3, 4], "c", 8, 30)]
    script.append(steam_page([5, 6], "d", 8, 60))  # after an empty page that was but a moment's
    site.script[STEAM] = [*map(Answer, script), Answer("never asked", 500)]
    opened = [{"review_id": "6", "posted_at": days_ago(60.1)}]
    outcome = crawled("steam", watermark=days_ago(1), now=NOW, open_reviews=opened)
    assert outcome.ids == ["1", "2", "3", "4", "5", "6"]
    assert outcome.coverage.status is CoverageStatus.ok


@pytest.mark.parametrize(
    ("robots", "says"),
    [
        (Answer("User-agent: *\nDisallow: /latest", headers={"Content-Type": "text/plain"}), "robots.txt forbids"),
        (Answer("User-agent: *\nAllow: /", status=503), "robots.txt cannot be read: answered 503"),
        (Answer("<html>please log in</html>"), "it is a page"),
    ],
    ids=["disallow", "unreadable", "page"],
)
def test_robots_txt_is_obeyed_and_fails_closed(site: Site, crawled: Crawled, robots: Answer, says: str) -> None:
    site.script["/robots.txt"] = robots
    outcome = crawled("discourse", retries=0)
    assert outcome.coverage.status is CoverageStatus.blocked
    assert says in (outcome.coverage.error or "")
    assert site.pages() == []


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:9", "http://no-such-host.invalid"], ids=["refused", "no name"])
def test_a_host_that_nobody_can_reach_is_no_refusal_and_is_not_crawled(
    site: Site, crawled: Crawled, base_url: str
) -> None:
    outcome = crawled("discourse", base_url=base_url, retries=0)
    assert outcome.coverage.status is CoverageStatus.failed
    assert f"{base_url.removeprefix('http://')} cannot be reached: " in (outcome.coverage.error or "")
    assert "robots" not in (outcome.coverage.error or "")
    assert outcome.coverage.pages == 0


def test_a_host_that_hangs_up_on_robots_txt_is_no_refusal_and_is_asked_for_nothing_else(crawled: Crawled) -> None:
    calls = []

    class HangsUp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            calls.append(self.request.recv(1000).split()[1])

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), HangsUp) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        outcome = crawled("discourse", base_url=f"http://127.0.0.1:{server.server_address[1]}", retries=0)
        server.shutdown()
    assert outcome.coverage.status is CoverageStatus.failed
    assert "cannot be reached: " in (outcome.coverage.error or "")
    assert set(calls) == {b"/robots.txt"}


def test_a_forum_is_read_topic_by_topic_where_robots_txt_allows_it(site: Site, crawled: Crawled) -> None:
    created = days_ago(1).isoformat()
    post = {"id": 1, "post_number": 1, "username": "u", "created_at": created, "cooked": "<p>Где ответ?</p>"}
    site.script["/latest.json"] = {"topic_list": {"per_page": 30, "topics": [{"id": 5, "created_at": created}]}}
    site.script["/robots.txt"] = "User-agent: *\nAllow: /\nCrawl-delay: 1"
    site.script["/t/5.json"] = {"id": 5, "title": "Тема", "slug": "tema", "post_stream": {"posts": [post]}}
    outcome = crawled("discourse")
    assert outcome.coverage.status is CoverageStatus.ok
    assert [review.text for review in outcome.reviews] == ["Где ответ?"]
    assert site.asked == ["/robots.txt", "/latest.json?order=created&page=0", "/t/5.json"]
    assert all(later - earlier > 0.9 for earlier, later in pairwise(site.moments))  # Crawl-delay is heard


def test_too_many_requests_waits_as_long_as_the_site_asks(site: Site, crawled: Crawled) -> None:
    slow_down = Answer("slow down", status=429, headers={"Retry-After": "2"})
    site.script[RATINGS] = [slow_down, Answer(ratings_page([rating(1)]))]
    started = time.monotonic()
    outcome = crawled("amo")
    assert outcome.coverage.status is CoverageStatus.ok
    assert time.monotonic() - started > 2


BROKEN = [
    pytest.param(Answer("oops", status=500), "failed", "answered 500", id="500 for ever"),
    pytest.param(Answer("<html><title>Shop</title></html>"), "failed", "is no JSON", id="a page instead of JSON"),
    pytest.param(Answer("<title>Вы не робот?</title>"), "blocked", "keeps robots out", id="a captcha"),
    pytest.param(Answer("<title>Just a moment...</title>", 503), "blocked", "refuses: 503", id="a bot wall"),
    pytest.param(Answer({"detail": "no"}, status=403), "blocked", "refuses: 403", id="403"),
    pytest.param(Answer(ratings_page([], count=4)), "short", "came empty after 0 of 4", id="zero of four"),
    pytest.param(Answer({"count": 1}), "failed", "KeyError: results is missing (numbered.py:", id="an exception"),
    pytest.param(Answer(ratings_page([])), "ok", None, id="the source itself says that there are none"),
]


@pytest.mark.parametrize(("answer", "status", "says"), BROKEN)
def test_what_is_no_list_of_reviews_is_never_silence(
    site: Site, crawled: Crawled, answer: Answer, status: str, says: str | None
) -> None:
    site.script[RATINGS] = answer
    outcome = crawled("amo")
    assert outcome.coverage.status == status
    assert outcome.coverage.error is None if says is None else says in (outcome.coverage.error or "")
    assert outcome.ids == []
    assert outcome.coverage.watermark is None


def test_a_repeated_cursor_and_a_repeated_page_are_short(site: Site, crawled: Crawled) -> None:
    site.script[STEAM] = [Answer(steam_page([1, 2], "b", 9)), Answer(steam_page([3, 4], "b", 9))]
    outcome = crawled("steam")
    assert outcome.coverage.status is CoverageStatus.short
    assert "repeated cursor" in (outcome.coverage.error or "")
    assert outcome.ids == ["1", "2", "3", "4"]
    site.script[RATINGS] = ratings([[rating(1), rating(2)], [rating(2), rating(1)], [rating(3)]])
    outcome = crawled("amo")
    assert outcome.coverage.status is CoverageStatus.short
    assert outcome.coverage.error == "page 2 repeats reviews that were read before"
    assert (outcome.coverage.pages, outcome.coverage.expected) == (2, 5)


def test_hostile_and_broken_reviews_pass_or_are_set_aside(site: Site, crawled: Crawled) -> None:
    hostile = '=HYPERLINK("x")\n<script>alert(1)</script>\t\'; DROP TABLE reviews; --\x1b[31m \u202eevil \u0000 {{7*7}}'
    unicode_text = "Їжак 👩‍👩‍👧 ﷽ Ω≈ç√ \u2028 \U0001f92f " + "é" * 2000
    broken = [rating(3, score="many"), {"id": 4}, rating(5, created="yesterday"), rating(6, body=["no text"])]
    half = rating(7, body="half \ud83d an emoji", version={"id": 1, "version": "1.\udc00"})
    good = [rating(1, body=hostile), rating(2, body=unicode_text), half, rating(8), rating(9)]
    site.script[RATINGS] = ratings([[*good, *broken]])
    outcome = crawled("amo")
    assert [review.text for review in outcome.reviews[:3]] == [hostile, unicode_text, "half \ufffd an emoji"]
    assert outcome.ids == ["1", "2", "7", "8", "9"]
    assert (outcome.coverage.status, outcome.coverage.quarantined) == (CoverageStatus.ok, 4)
    assert {line["reason"].split(":")[0] for line in outcome.quarantine} >= {"ValueError", "KeyError"}
    assert "many" in outcome.quarantine[0]["fragment"]
    assert outcome.quarantine[0]["source"] == "amo"
    assert not outcome.coverage.is_full


def test_a_target_that_is_none_and_a_source_that_is_none_are_said_in_one_line(site: Site, crawled: Crawled) -> None:
    outcome = crawled("steam", target="dota")
    assert outcome.coverage.status is CoverageStatus.failed
    assert outcome.coverage.error == "steam: listings.steam-shop.target: expected an app id such as 570, got 'dota'"
    outcome = crawled("nowhere")
    assert (outcome.coverage.error or "").startswith("no source 'nowhere' can be crawled; known are: amo, ")


def test_two_sources_are_crawled_at_the_same_time(site: Site, tmp_path: Path) -> None:
    site.script[RATINGS] = Answer(ratings_page([rating(1)]), wait=1)
    site.script[STEAM] = [Answer(steam_page([1], "b", 1), wait=1), Answer(steam_page([], "b", 1))]

    async def both() -> list[Any]:
        return await asyncio.gather(*(crawl(make_job(tmp_path, site, source)) for source in ("amo", "steam")))

    assert [coverage.status for coverage in asyncio.run(both())] == [CoverageStatus.ok] * 2


def test_a_redirect_to_another_host_is_not_followed(site: Site, crawled: Crawled) -> None:
    site.script[RATINGS] = Answer("", status=302, headers={"Location": "http://localhost:1/login"})
    outcome = crawled("amo")
    assert outcome.coverage.status is CoverageStatus.blocked
    assert "127.0.0.1 leads to localhost" in (outcome.coverage.error or "")


def test_the_ledger_counts_tries_and_fields(site: Site, tmp_path: Path) -> None:
    again = Answer("busy", status=500)
    first = Answer(ratings_page([rating(1)], count=2, more=True))
    site.script[f"{RATINGS}?addon=570&page=1&page_size=50&show_grouped_ratings=true"] = [again, first]
    site.script[RATINGS] = ratings_page([rating(2)], count=2)
    coverage = run(make_job(tmp_path, site, "amo", now=NOW)).coverage
    assert (coverage.requests, coverage.counts["reviews"], coverage.counts["language/ru"]) == (3, 2, 2)
    assert coverage.bytes > 500
