"""Payloads of app stores, shops and software centres in wrappings that tools and people give them."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import InputError
from spiders.engine.landing import Quarantined
from tests.spiders.payloads import imported, states

ENTRY = {
    "id": {"label": "99"}, "author": {"name": {"label": "n"}}, "im:rating": {"label": "1"}, "title": {"label": "T"},
    "content": {"label": "Погано"}, "updated": {"label": "2026-11-05T10:00:00-07:00"},
}  # fmt: skip
APP = {"id": {"label": "1"}, "im:name": {"label": "App"}}
STORE = {"id": "5", "type": "user-reviews", "attributes": {"rating": 1, "review": "Погано", "userName": "n"}}
FEED_ID = {"label": "https://itunes.apple.com/us/rss/customerreviews/page=9/id=930944768/sortby=mostrecent/json"}
APPLE = {
    "type": "customerReviews", "id": "a", "relationships": {"response": {"data": {"id": "r"}}},
    "attributes": {"rating": 1, "title": "t", "body": "Погано", "createdDate": "2026-11-05T10:00:00-07:00"},
}  # fmt: skip
ANSWER = {
    "type": "customerReviewResponses", "id": "r",
    "attributes": {"responseBody": "ok", "lastModifiedDate": "2026-11-06T10:00:00-07:00", "state": "PUBLISHED"},
}  # fmt: skip
PLAY = {
    "reviewId": "gp:1", "authorName": "A",
    "comments": [{"userComment": {"text": "\tПогано", "lastModified": {"seconds": "1763712000"}, "starRating": 1}}],
}  # fmt: skip
MARKET = {
    "feedbackId": 7, "createdAt": "2026-11-05T10:00:00+03:00", "needReaction": True, "author": "A",
    "description": {"comment": "Погано"}, "statistics": {"rating": 1, "commentsCount": 1},
}  # fmt: skip
COMMENT = {"id": 1, "text": "ok", "author": {"type": "BUSINESS"}, "status": "PUBLISHED", "feedbackId": 7}
ODRS = {"app_id": "org.x", "review_id": 1, "rating": 20, "user_hash": "a", "description": "Погано", "summary": "Погано"}
NODE = {"id": "gp:AO", "score": 1, "text": "Погано", "date": "April 15, 2017"}
STEAM = {"recommendationid": "1", "review": "Погано", "voted_up": False, "timestamp_created": 1763712000}


def put(tmp_path: Path, name: str, value: Any) -> Path:
    path = tmp_path / name
    path.write_text(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), "utf-8")
    return path


@pytest.mark.parametrize(
    ("source", "value", "state"),
    [
        ("app_store", {"feed": {"id": FEED_ID, "entry": ENTRY}}, "unknown"),
        ("app_store", {"feed": {"id": FEED_ID, "entry": [APP, ENTRY]}}, "unknown"),
        ("app_store", {"data": [STORE], "next": "/v1/reviews"}, "none"),
        ("app_store_connect", [{"data": [APPLE], "included": [ANSWER]}, {"data": [], "links": {}}], "published"),
        ("app_store_connect", {"data": APPLE, "included": [ANSWER]}, "published"),
        ("app_store_connect", [APPLE], "unknown"),
        ("google_play", PLAY, "none"),
        ("google_play", {"pages": [{"reviews": [PLAY], "tokenPagination": {"nextPageToken": "x"}}]}, "none"),
        ("google_play", [NODE | {"url": "https://play.google.com/store/apps/details?id=my.app&reviewId=Z"}], "unknown"),
        ("yandex_market", {"feedbacks": [MARKET | {"comments": [COMMENT]}], "paging": {}}, "published"),
        ("yandex_market", {"status": "OK", "result": {"feedbacks": [MARKET], "paging": {}}}, "unknown"),
        ("odrs", {"answer": [ODRS, {"app_id": "org.x", "score": 0, "user_skey": "k"}]}, "unknown"),
        ("steam", [STEAM | {"author": {"steamid": "7"}}], "none"),
        ("steam", {"570": {"reviews": [STEAM | {"author": {"steamid": "7"}}]}}, "none"),
    ],
)  # fmt: skip
def test_one_review_however_it_is_wrapped(source: str, value: Any, state: str, tmp_path: Path) -> None:
    reviews, done = imported(put(tmp_path, "payload.json", value))
    assert (done.format, done.quarantined, states(reviews)) == (source, [], {state: 1})
    assert (reviews[0].text, reviews[0].rating) == ("Погано", 0)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("app_store", {"feed": {"id": FEED_ID, "author": {"name": {"label": "iTunes Store"}}}}),
        ("app_store_connect", {"data": [], "links": {"self": "https://a.example/v1/apps/55/customerReviews"}}),
        ("google_play", {"data": [], "nextPaginationToken": None}),
        ("odrs", [{"app_id": "org.x", "score": 0, "user_hash": "a", "user_skey": "k"}]),
    ],
)
def test_an_empty_answer_is_known_for_what_it_is(source: str, value: Any, tmp_path: Path) -> None:
    reviews, done = imported(put(tmp_path, "payload.json", value))
    assert (done.format, reviews, done.quarantined) == (source, [], [])


@pytest.mark.parametrize(
    "value",
    [
        {"feed": {"entry": [{"id": {"label": "1"}, "title": {"label": "news of apple.com"}}]}},
        {"errors": [{"status": "403", "code": "FORBIDDEN_ERROR", "detail": "customerReviews"}]},
        {"error": {"code": 403, "message": "no access to play.google.com reviews"}},
        {"status": "ERROR", "errors": [{"code": "FORBIDDEN", "message": "feedbackId"}]},
    ],
)
def test_an_error_is_no_empty_answer(value: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        imported(put(tmp_path, "payload.json", value))


def test_a_table_of_steam_has_flags_as_words_and_may_not_show_answers(tmp_path: Path) -> None:
    head = "recommendationid,review,voted_up,timestamp_created,author.steamid,appid,steam_purchase"
    table = f"{head}\n1,Погано,False,1763712000,7,570,True\n2,Добре,maybe,1763712000,8,570,True\n"
    [review], done = imported(put(tmp_path, "reviews.csv", table))
    assert (done.format, review.listing_id, review.rating, review.is_verified) == ("steam", "570", 0, True)
    assert (review.reply_state, review.url) == ("unknown", "https://steamcommunity.com/profiles/7/recommended/570/")
    assert [line.reason for line in done.quarantined] == ["line 3: voted_up must be true or false"]


def test_a_table_of_the_first_scrapers_of_google_play(tmp_path: Path) -> None:
    head = "userName,content,score,thumbsUpCount,at,replyContent,repliedAt,appId"
    rows = "Ann,Погано,1,21,2020-04-05 22:25:57,Sorry,2020-04-06 15:10:24,my.app\n"
    rows += "Bo,Добре,5,0,2020-04-04 13:40:01,,,my.app\n"
    reviews, done = imported(put(tmp_path, "reviews.csv", f"{head}\n{rows}"), tz="UTC")
    assert (done.format, states(reviews)) == ("google_play", {"published": 1, "none": 1})
    assert {(review.listing_id, review.review_id[:2]) for review in reviews} == {("my.app", "h-")}


def test_a_bad_review_is_kept_without_names_however_deep(tmp_path: Path) -> None:
    bad = {**APPLE, "attributes": {"rating": 9, "body": "Погано", "reviewerNickname": "Ann Example"}}
    value = {"data": [APPLE, bad], "links": {"self": "https://a.example/v1/apps/55/customerReviews"}}
    _, done = imported(put(tmp_path, "payload.json", value))
    [line] = done.quarantined
    assert "Погано" in line.fragment
    assert "Ann Example" not in line.fragment


def test_a_bad_review_of_a_crawl_is_kept_without_names_too() -> None:
    raw = {"review": 5, "author": {"steamid": "1"}, "reply": {"user_name": "Ada", "text": "sorry"}}
    line = Quarantined.of(raw, ValueError("no"), source="steam", listing_id="1", seen_at="2026-01-01T00:00:00Z")
    assert line.fragment == '{"review": 5, "reply": {"text": "sorry"}}'
