"""What a night costs follows the news, not the archive: 12 new reviews over 1,000 old ones or over 100,000 of them."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.records import CoverageStatus, StopReason
from spiders.engine.loader import SourceLoader
from spiders.engine.source import sources
from tests.spiders.loopback import NOW, Answer, Outcome, Site, days_ago, make_job, rating, ratings_page, run

RATINGS = "/api/v5/ratings/rating/"
STEAM = "/IUserReviewsService/GetAppReviews/v1/"
NEW, FEW, MANY = 12, 1_000, 100_000
Age = Callable[[int], float]


def stretched(number: int) -> float:
    """Days since review `number` was posted: 12 today, then 30 a day as far back as there are any."""
    return 0.5 if number <= NEW else 1.01 + (number - NEW) / 30


def dense(number: int) -> float:
    """The same, but all of the archive fell into the last three days."""
    return 0.5 if number <= NEW else 1.01 + (number - NEW) / 100_000


def amo(old: int, age: Age) -> dict[str, Any]:
    """A listing by page number, 50 a page; one of its oldest reviews has an open case and can be looked up."""

    def page(query: dict[str, str]) -> Any:
        first = (int(query["page"]) - 1) * 50 + 1
        shown = [rating(number, age(number)) for number in range(first, min(first + 50, old + NEW + 1))]
        return ratings_page(shown, count=old + NEW, more=first + 50 <= old + NEW)

    return {RATINGS: page, f"{RATINGS}{old}/": Answer(rating(old, age(old)))}


def steam(old: int, age: Age) -> dict[str, Any]:
    """A listing by cursor, 100 a page; nothing can be looked up."""
    import json

    def page(query: dict[str, str]) -> Any:
        cursor = json.loads(query["input_json"])["cursor"]
        first = 1 if cursor == "*" else int(cursor)
        reviews = [
            {
                "recommendationid": str(number),
                "author": {"steamid": f"7656{number}"},
                "language": "russian",
                "review": f"отзыв {number}",
                "timestamp_created": int(days_ago(age(number)).timestamp()),
                "timestamp_updated": int(days_ago(age(number)).timestamp()),
                "voted_up": True,
            }
            for number in range(first, min(first + 100, old + NEW + 1))
        ]
        body = {"reviews": reviews, "cursor": str(first + 100), "query_summary": {}, "total_matching": old + NEW}
        return {"response": body}

    return {STEAM: page}


def forum(old: int, age: Age) -> dict[str, Any]:
    """A listing of which each review has a page of its own."""
    at = lambda number: days_ago(age(number)).isoformat()  # noqa: E731

    def page(query: dict[str, str]) -> Any:
        first = int(query["page"]) * 30 + 1
        topics = [{"id": number, "created_at": at(number)} for number in range(first, min(first + 30, old + NEW + 1))]
        return {"topic_list": {"per_page": 30, "topics": topics}}

    class Topics(dict[str, Any]):
        """Every topic there may be."""

        def get(self, key: str, default: Any = None) -> Any:
            number = key.removeprefix("/t/").removesuffix(".json")
            if not number.isdigit():
                return super().get(key, default)
            post = {"id": 1, "post_number": 1, "username": "u", "created_at": at(int(number)), "cooked": "<p>Где?</p>"}
            return {"id": int(number), "title": "Тема", "slug": "t", "post_stream": {"posts": [post]}}

    return Topics({"/latest.json": page, "/robots.txt": "User-agent: *\nAllow: /"})


def feed(old: int, age: Age) -> dict[str, Any]:
    """A feed of 10 pages of 50, which shows 500 reviews however many there are."""

    def entry(number: int) -> dict[str, Any]:
        updated = days_ago(age(number)).isoformat()
        leaves = {"id": str(number), "im:rating": "2", "title": "t", "content": "плохо", "updated": updated}
        return {name: {"label": value} for name, value in leaves.items()} | {"author": {"name": {"label": "x"}}}

    script: dict[str, Any] = {"/robots.txt": "User-agent: *\nAllow: /"}
    for page in range(1, 11):
        numbers = range((page - 1) * 50 + 1, min(page * 50, old + NEW) + 1)
        path = f"/ua/rss/customerreviews/page={page}/id=570/sortby=mostrecent/json"
        script[path] = {"feed": {"entry": [entry(number) for number in numbers]}}
    return script


KINDS: dict[str, tuple[str, Callable[[int, Age], dict[str, Any]], dict[str, Any]]] = {
    "page number": ("amo", amo, {}),
    "cursor": ("steam", steam, {}),
    "a page a review": ("discourse", forum, {"overlap_days": 0.1}),
    "a feed with a window": ("app_store", feed, {"target": "ua/570"}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_hundred_thousand_old_reviews_cost_as_many_requests_as_a_thousand(
    kind: str, site: Site, tmp_path: Path
) -> None:
    source, listing, options = KINDS[kind]
    asked: dict[int, int] = {}
    for old in (FEW, MANY):
        site.script, site.asked = listing(old, stretched), []
        opened = [{"review_id": str(old), "posted_at": days_ago(stretched(old))}] if source == "amo" else []
        changes = {"watermark": NOW - timedelta(days=1), "now": NOW, "open_reviews": opened, "timeout": 300, **options}
        outcome: Outcome = run(make_job(tmp_path, site, source, run_id=f"n{old}", **changes))
        assert (outcome.coverage.status, outcome.coverage.stopped) == (CoverageStatus.ok, StopReason.watermark)
        assert {str(number) for number in range(1, NEW + 1)} <= set(outcome.ids)
        assert outcome.coverage.requests == len(site.asked)
        asked[old] = len(site.asked)
    assert asked[FEW] == asked[MANY]
    assert asked[MANY] <= NEW + 8


@pytest.mark.parametrize(("source", "listing"), [("amo", amo), ("steam", steam)])
def test_an_archive_that_is_all_new_since_last_week_costs_no_more_than_the_overlap(
    source: str, listing: Callable[[int, Age], dict[str, Any]], site: Site, tmp_path: Path
) -> None:
    site.script = listing(MANY, dense)
    job = make_job(tmp_path, site, source, watermark=NOW - timedelta(days=1), now=NOW, timeout=300)
    outcome = run(job)
    assert (outcome.coverage.status, outcome.coverage.stopped) == (CoverageStatus.ok, StopReason.watermark)
    assert len(site.asked) <= 2 + job.crawl.overlap_pages


def test_every_source_that_reads_up_to_its_watermark_is_shown_here_or_with_its_api() -> None:
    crawled = {name: sources()[name] for name in SourceLoader().list()}
    by_key = {name for name, source in crawled.items() if source.secret}
    whole = {name for name, source in crawled.items() if source.incremental.startswith("the full list, one answer")}
    assert crawled.keys() - by_key - whole == {source for source, _, _ in KINDS.values()}
