"""The base spider's own decisions, driven without a network."""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scrapy.http import HtmlResponse, Request, Response, TextResponse

from core.errors import ConfigurationError
from core.records import CoverageStatus, ReplyState, Review
from spiders.amo import AmoSpider
from spiders.discourse import DiscourseSpider
from spiders.engine.job import CrawlJob
from spiders.engine.replay import replay
from spiders.engine.spider import ReviewSpider
from spiders.steam import SteamSpider
from tests.spiders.loopback import NOW, Site, days_ago, make_job, rating

FORUM = "https://forum.example"


def job(source: str, **changes: Any) -> CrawlJob:
    return make_job(Path(), Site(base_url=FORUM), source, now=NOW, **changes)


def answers(script: dict[str, Any]) -> Callable[[Request], Response]:
    """Answer by path: a payload, a status, or a text."""

    def answer(request: Request) -> Response:
        given = script.get(request.url.removeprefix(FORUM), 404)
        if isinstance(given, int):
            return TextResponse(request.url, status=given, body=b"{}", encoding="utf-8")
        if isinstance(given, str):
            return HtmlResponse(request.url, body=given.encode(), encoding="utf-8")
        return TextResponse(request.url, body=json.dumps(given).encode(), encoding="utf-8")

    return answer


def collect(spider: ReviewSpider, script: dict[str, Any]) -> list[Review]:
    return [review for page in replay(spider, answers(script)) for review in page.reviews]


def latest(*ids: int) -> dict[str, Any]:
    topics = [{"id": number, "created_at": days_ago(1).isoformat()} for number in ids]
    return {"/latest.json?order=created&page=0": {"topic_list": {"per_page": 30, "topics": topics}}}


def topic(number: int, posts: int = 1, *, staff_at: int = 0, shown: int = 20) -> dict[str, Any]:
    all_posts = [
        {
            "id": number * 100 + place,
            "post_number": place,
            "username": f"user{place}",
            "created_at": days_ago(1).isoformat(),
            "cooked": f"<p>post {place}</p>",
            "staff": place == staff_at,
        }
        for place in range(1, posts + 1)
    ]
    stream = {"posts": all_posts[:shown], "stream": [post["id"] for post in all_posts]}
    return {"id": number, "title": "t", "slug": "t", "post_stream": stream, "all": all_posts}


def test_one_topic_that_cannot_be_read_does_not_stop_the_others() -> None:
    spider = DiscourseSpider(job=job("discourse"))
    script = {**latest(1, 2, 3), "/t/1.json": {"id": 1}, "/t/2.json": topic(2), "/t/3.json": topic(3)}
    assert [review.review_id for review in collect(spider, script)] == ["2", "3"]
    coverage = spider.reading.coverage(NOW)
    assert (coverage.status, coverage.quarantined, coverage.is_full) == (CoverageStatus.ok, 1, False)


def test_a_topic_that_became_private_is_a_shortfall_and_a_wall_is_a_block() -> None:
    spider = DiscourseSpider(job=job("discourse"))
    script = {**latest(1, 2, 3), "/t/1.json": 403, "/t/2.json": topic(2), "/t/3.json": 410}
    assert [review.review_id for review in collect(spider, script)] == ["2"]
    coverage = spider.reading.coverage(NOW)
    assert (coverage.status, coverage.gone_ids, coverage.watermark) == (CoverageStatus.short, ("3",), None)
    assert "review 1" in (coverage.error or "")
    walled = DiscourseSpider(job=job("discourse"))
    asked = collect(walled, {**latest(1, 2, 3, 4), **{f"/t/{number}.json": 403 for number in (1, 2, 3)}})
    assert asked == []
    assert walled.reading.coverage(NOW).status is CoverageStatus.blocked


def test_look_ups_that_do_not_work_are_not_taken_for_deletions() -> None:
    page = {"count": 1, "next": None, "results": [rating(1)]}
    list_url = "/api/v5/ratings/rating/?addon=570&page=1&page_size=50&show_grouped_ratings=true"
    opened = ({"review_id": "8"}, {"review_id": "9"})
    spider = AmoSpider(job=job("amo", open_reviews=opened))
    assert len(collect(spider, {list_url: page})) == 1
    coverage = spider.reading.coverage(NOW)
    assert (coverage.status, coverage.gone_ids) == (CoverageStatus.short, ())
    assert coverage.error == "look-ups by id do not work: 2 open reviews were not re-read"
    working = AmoSpider(job=job("amo", open_reviews=opened))
    collect(working, {list_url: page, "/api/v5/ratings/rating/1/": rating(1)})
    coverage = working.reading.coverage(NOW)
    assert (coverage.status, coverage.gone_ids) == (CoverageStatus.ok, ("8", "9"))


def test_a_captcha_in_the_midst_stops_everything() -> None:
    spider = DiscourseSpider(job=job("discourse"))
    script = {**latest(1, 2), "/t/1.json": "<title>Just a moment...</title>", "/t/2.json": topic(2)}
    assert collect(spider, script) == []
    assert spider.reading.coverage(NOW).status is CoverageStatus.blocked


def test_posts_that_did_not_come_are_asked_for_until_staff_has_answered() -> None:
    spider = DiscourseSpider(job=job("discourse"))
    long = topic(7, 70, staff_at=45)
    script = {**latest(7), "/t/7.json": long}
    for start in (20, 40, 60):
        ids = [post["id"] for post in long["all"][start : start + 20]]
        query = "&".join(f"post_ids%5B%5D={post_id}" for post_id in ids)
        script[f"/t/7/posts.json?{query}"] = {"post_stream": {"posts": long["all"][start : start + 20]}}
    reviews = collect(spider, script)
    assert [(review.reply_state, review.reply_text) for review in reviews] == [(ReplyState.published, "post 45")]
    assert spider.reading.coverage(NOW).pages == 4


def test_a_pulse_reads_new_topics_and_open_ones_only() -> None:
    opened = ({"review_id": "3"},)
    spider = DiscourseSpider(job=job("discourse", pulse=True, watermark=days_ago(0.5), open_reviews=opened))
    script = {**latest(1, 2, 3), "/t/3.json": topic(3)}
    assert [review.review_id for review in collect(spider, script)] == ["3"]
    coverage = spider.reading.coverage(NOW)
    assert (coverage.status, coverage.is_full) == (CoverageStatus.ok, False)


def test_time_that_runs_out_ends_the_crawl_in_order() -> None:
    spider = DiscourseSpider(job=job("discourse", watermark=days_ago(2), timeout=0.000001))
    assert collect(spider, latest(1, 2, 3)) == []
    coverage = spider.reading.coverage(NOW)
    assert coverage.status is CoverageStatus.short
    assert coverage.error == "stopped for want of time (crawl.timeout) before 3 new reviews were read"


def test_an_unknown_value_is_warned_about_and_not_guessed(caplog: pytest.LogCaptureFixture) -> None:
    spider = SteamSpider(job=job("steam"))
    raw = {"recommendationid": "1", "language": "klingon\x1b[2J", "review": "Qapla", "voted_up": True}
    page = {"response": {"reviews": [{**raw, "timestamp_created": 1795300000}], "total_matching": 1}}
    with caplog.at_level(logging.WARNING):
        reviews = [
            review
            for collected in replay(
                spider, lambda request: TextResponse(request.url, body=json.dumps(page).encode(), encoding="utf-8")
            )
            for review in collected.reviews
        ]
    assert [review.language_hint for review in reviews] == [None]
    assert "language has the unknown value" in caplog.text
    assert "\x1b" not in caplog.text


def test_steam_says_no_in_a_good_answer() -> None:
    for payload, says in (({"success": 2}, "success=2"), ({"response": {}}, "answered nothing"), ([], "TypeError")):
        spider = SteamSpider(job=job("steam"))
        body = json.dumps(payload).encode()
        list(replay(spider, lambda request, body=body: TextResponse(request.url, body=body, encoding="utf-8")))
        coverage = spider.reading.coverage(NOW)
        assert coverage.status is CoverageStatus.failed
        assert says in (coverage.error or "") or says == "TypeError"


def test_an_option_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"options\.staff_grup: unknown; discourse knows: category"):
        DiscourseSpider(job=job("discourse", options={"staff_grup": "team"}))
    with pytest.raises(ConfigurationError, match=r"options\.tagret: unknown; steam knows: none"):
        SteamSpider(tagret="570")


def test_a_forum_without_an_address_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"listings\.forum\.base_url: discourse needs the site's address"):
        DiscourseSpider(target="forum", listing_id="forum")
    assert DiscourseSpider(target="https://forum.example/").base_url == "https://forum.example"
