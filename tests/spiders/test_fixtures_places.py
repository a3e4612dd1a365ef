"""Every review of the real payloads of maps, places and review sites comes out; counts are taken from the raw files."""

import gzip
import json
import os
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.errors import InputError
from core.records import ReplyState, Review
from spiders.imports import read

SHARED = Path(os.environ.get("OTKLIK_SHARED") or Path(__file__).resolve().parents[2].parent / "shared")
FIXTURES = SHARED / "fixtures"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

pytestmark = pytest.mark.skipif(not FIXTURES.is_dir(), reason=f"the shared fixtures are not at {FIXTURES}")


def imported(name: str) -> list[Review]:
    """Import a file as a user does, without saying what it is."""
    result = read(
        FIXTURES / name, format=None, listing_id=None, seen_at=None, now=NOW, secret=b"key", tz=None, columns=None
    )
    reviews = list(result.reviews)
    assert result.quarantined == []
    assert len({review.key for review in reviews}) == len(reviews)
    return reviews


def raw_text(name: str) -> str:
    data = (FIXTURES / name).read_bytes()
    return (gzip.decompress(data) if name.endswith(".gz") else data).decode("utf-8")


def replied(reviews: list[Review]) -> int:
    assert all((review.reply_state is ReplyState.published) == bool(review.reply_text) for review in reviews)
    return sum(bool(review.reply_text) for review in reviews)


def when(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_two_gis_api() -> None:
    name = "2gis/alterra_public_api_v3_reviews.json"
    raw = {row["id"]: row for row in json.loads(raw_text(name))["reviews"]}
    reviews = imported(name)
    assert (len(reviews), replied(reviews)) == (163, 157)
    assert {review.review_id for review in reviews} == raw.keys()
    for review in reviews:
        row = raw[review.review_id]
        answer = row["official_answer"] or {}
        assert (review.source, review.listing_id) == ("two_gis", row["object"]["id"])
        assert review.posted_at == when(row["date_created"])
        assert review.edited_at == (when(row["date_edited"]) if row["date_edited"] else None)
        assert review.rating == (row["rating"] - 1) / 4
        assert bool(review.reply_text) == bool(answer)
        assert review.reply_at == (when(answer["date_created"]) if answer else None)
        assert review.syndicated_from == (None if row["provider"] == "2gis" else row["provider"])
        assert review.author_key
        assert row["user"]["name"] not in review.model_dump_json(exclude={"text", "reply_text"})


def test_an_export_of_two_maps_keeps_each_reviews_own_source() -> None:
    name = "2gis/pugov_normalised_live_output.json"
    raw = {row["externalId"]: row for row in json.loads(raw_text(name))["reviews"]}
    reviews = imported(name)
    assert (len(reviews), replied(reviews)) == (13, 8)
    assert Counter(review.source for review in reviews) == {"yandex_maps": 12, "two_gis": 1}
    for review in reviews:
        row = raw[review.review_id]
        assert review.posted_at == when(row["createdAt"])
        assert review.reply_at == (when(row["reply"]["createdAt"]) if row["reply"] else None)
        assert review.seen_at == when("2026-07-15T23:47:21.737Z")


def test_the_rows_that_an_author_made_hard() -> None:
    whole, ratingless, dateless = imported("2gis/pugov_synthetic_reviews_page.json")
    assert whole.reply_at == when("2025-02-03T12:00:00+05:00")
    assert (ratingless.rating, ratingless.reply_state, ratingless.author_key) == (None, ReplyState.none, None)
    assert (dateless.rating, dateless.posted_at, dateless.text) == (0.75, None, "")
    whole, odd, dateless = imported("yandex_maps/pugov_synthetic_reviews_page.json")
    assert whole.reply_at == when("2025-01-11T12:00:00Z")
    assert (odd.rating, odd.text) == (None, "Хорошо"), "nine stars of five"
    assert (odd.posted_at, odd.edited_at) == (when("2024-12-01T10:00:00Z"), when("2024-12-02T10:00:00Z"))
    assert (dateless.rating, dateless.posted_at) == (0.75, None)


@pytest.mark.parametrize(
    ("name", "count"), [("iliakrysan_reviews", 48), ("lossev_reviews_full", 243), ("lossev_reviews_latest", 50)]
)
def test_cards_of_yandex_maps(name: str, count: int) -> None:
    payload = json.loads(raw_text(f"yandex_maps/{name}.json"))
    rows: list[dict[str, Any]] = payload if isinstance(payload, list) else payload["reviews"]
    reviews = imported(f"yandex_maps/{name}.json")
    assert len(reviews) == len(rows) == count
    assert sorted(review.posted_at for review in reviews if review.posted_at) == sorted(
        when(row["date"]) for row in rows
    )
    assert Counter(review.rating for review in reviews) == Counter((row["rating"] - 1) / 4 for row in rows)
    assert {review.reply_state for review in reviews} == {ReplyState.unknown}, "this scraper did not look for replies"
    assert not any(re.search(r"…\s*(Ещё|More)$", review.text) for review in reviews)
    if isinstance(payload, dict):
        assert {review.listing_id for review in reviews} == {payload["orgId"]}


def test_a_card_is_the_same_review_when_its_text_is_cut_elsewhere() -> None:
    full = {review.posted_at: review for review in imported("yandex_maps/lossev_reviews_full.json")}
    latest = {review.posted_at: review for review in imported("yandex_maps/lossev_reviews_latest.json")}
    both = full.keys() & latest.keys()
    assert both
    assert all(full[at].review_id == latest[at].review_id for at in both)


def test_owner_responses_of_google_maps() -> None:
    name = "google_maps/los_tres_amigos_16k.jsonl.gz"
    rows = [json.loads(line) for line in raw_text(name).splitlines()]
    reviews = imported(name)
    assert (len(reviews), replied(reviews)) == (16_264, 10_281)
    assert sum(bool(row["owner_response"].strip()) for row in rows) == 10_281
    assert {review.reply_state for review in reviews} == {ReplyState.published, ReplyState.none}
    assert len({review.listing_id for review in reviews}) == len({row["location_name"] for row in rows}) == 21
    by_url = {row["review_url"]: row for row in rows}
    for review in reviews:
        row = by_url[review.url or ""]
        assert review.review_id in row["review_url"]
        assert review.posted_at == when(f"{row['review_date']}T00:00:00+00:00")
        assert review.posted_at_precision == "day"
        assert review.rating == (row["star_rating"] - 1) / 4
        assert bool(review.text) == bool(row["review_text"].strip())
        assert review.reply_at is None


@pytest.mark.parametrize(("name", "count"), [("java_client_place_details", 1), ("java_client_place_details_fr", 5)])
def test_older_answers_of_google_places(name: str, count: int) -> None:
    result = json.loads(raw_text(f"google_places/{name}.json"))["result"]
    reviews = imported(f"google_places/{name}.json")
    assert len(reviews) == len(result["reviews"]) == count
    for review, row in zip(reviews, result["reviews"], strict=True):
        assert (review.source, review.listing_id) == ("google_maps", result["place_id"])
        assert review.posted_at == datetime.fromtimestamp(row["time"], UTC)
        assert review.reply_state is ReplyState.unknown, "the API shows no replies"
        assert review.url is None, "its address is the author's"


def test_a_page_of_flamp() -> None:
    name = "flamp/shokoladnitsa_filial.html"
    page = raw_text(name)
    ids = re.findall(r'<article class="ugc-item"\s+data-entity-id="(\d+)"', page)
    times = re.findall(r'<meta itemprop="datePublished" content="([^"]+)"', page)
    reviews = imported(name)
    assert [review.review_id for review in reviews] == ids
    assert len(ids) == page.count('itemtype="http://schema.org/Review"') == 5
    assert [review.posted_at for review in reviews] == [when(time) for time in times]
    assert [review.edited_at for review in reviews if review.edited_at] == [when("2022-04-18T13:26:16+03:00")]
    stars = re.findall(r'review-estimation__item--checked">\s*(\d)', page)
    assert [review.rating for review in reviews] == [(int(star) - 1) / 4 for star in stars]
    assert {review.reply_state for review in reviews} == {ReplyState.none}, "no review has a comment"
    assert {review.listing_id for review in reviews} == {"4504127908427082"}
    assert all(review.text and review.author_key for review in reviews)


@pytest.mark.parametrize(
    "name", ["2gis/empty_shell_page.html", "google_maps/place_shell_page.html", "otzovik/captcha_block_page.html"]
)
def test_a_shell_or_a_captcha_is_blocked_and_never_no_reviews(name: str) -> None:
    with pytest.raises(InputError, match="blocked"):
        imported(name)
