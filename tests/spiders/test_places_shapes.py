"""Shapes of places' reviews that have no recording: other tools' wrappings, caches, tables and pages."""

import html
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.errors import InputError
from core.records import ReplyState, Review
from spiders.engine.beside import beside, shown_rating
from spiders.engine.document import Batch
from spiders.imports import read

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def imported(path: Path, content: Any, source: str) -> list[Review]:
    path.write_text(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False), encoding="utf-8")
    done = read(path, format=None, listing_id=None, seen_at=None, now=NOW, secret=b"key", tz=None)
    reviews = list(done.reviews)
    assert (done.format, done.quarantined) == (source, [])
    return reviews


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_what_stands_beside_a_list() -> None:
    value = {"places": [{}, {"id": "p1", "reviews": [{"a": 1}]}]}
    assert beside(Batch((), where="places[1].reviews"), value)["id"] == "p1"
    assert beside(Batch((), where=""), [1]) == {}
    assert beside(Batch((), where="gone[9].reviews"), value) == value
    assert shown_rating(4.2) == pytest.approx(0.8)
    assert shown_rating("0") is shown_rating({}) is None


def test_serpapi(tmp_path: Path) -> None:
    answer = {"date": "a month ago", "iso_date": "2026-10-17T13:48:47Z", "snippet": "простите"}
    row = {"rating": 1.0, "date": "2 months ago", "iso_date": "2026-09-17T13:48:47Z", "review_id": "R1",
           "iso_date_of_last_edit": "2026-09-18T13:48:47Z", "user": {"name": "Гость", "contributor_id": "1"},
           "snippet": "плохо", "response": answer}  # fmt: skip
    silent = {key: value for key, value in row.items() if key != "response"} | {"review_id": "R2"}
    payload = {"place_info": {"title": "Кафе", "rating": 4.5, "reviews": 100}, "reviews": [row, silent]}
    first, second = imported(tmp_path / "serp.json", payload, "google_maps")
    assert (first.listing_id, first.reply_at, first.edited_at) == (
        "Кафе", at("2026-10-17T13:48:47Z"), at("2026-09-18T13:48:47Z"),
    )  # fmt: skip
    assert second.reply_state is ReplyState.none


def test_outscraper_writes_american_dates_in_utc(tmp_path: Path) -> None:
    row = {"review_id": "C1", "author_title": "Гость", "author_id": "1", "review_text": "так себе", "review_rating": 2,
           "review_timestamp": None, "review_datetime_utc": "05/08/2022 15:55:19", "owner_answer": "исправимся",
           "owner_answer_timestamp_datetime_utc": "05/09/2022 08:00:00"}  # fmt: skip
    (review,) = imported(tmp_path / "o.json", [{"place_id": "ChIJ1", "reviews_data": [row]}], "google_maps")
    assert (review.listing_id, review.posted_at) == ("ChIJ1", at("2022-05-08T15:55:19Z"))
    assert review.reply_at == at("2022-05-09T08:00:00Z")


def test_gosom_names_no_ids_and_no_replies(tmp_path: Path) -> None:
    row = {"Name": "Гость", "ProfilePicture": "", "Rating": 4, "Description": "ok", "Images": None, "When": "2026-1-3"}
    (review,) = imported(tmp_path / "g.json", {"place_id": "ChIJ5", "user_reviews": [row]}, "google_maps")
    assert (review.posted_at, review.posted_at_precision) == (at("2026-01-03T00:00:00Z"), "day")
    assert review.reply_state is ReplyState.unknown
    assert review.review_id.startswith("h-")


@pytest.mark.parametrize("wrap", [lambda rows: rows, lambda rows: {"pages": [{"data": {"reviews": rows}}]}])
def test_owners_api_bare_or_wrapped(tmp_path: Path, wrap: Any) -> None:
    row = {"reviewId": "r1", "reviewer": {"displayName": "Гость"}, "starRating": "TWO", "comment": "холодно",
           "createTime": "2026-01-02T03:04:05Z", "updateTime": "2026-01-02T03:04:05Z"}  # fmt: skip
    (review,) = imported(tmp_path / "b.json", wrap([row]), "google_business")
    assert (review.rating, review.reply_state, review.edited_at) == (0.25, ReplyState.none, None)


def test_yelps_cache_puts_references_in_their_places(tmp_path: Path) -> None:
    review = {"__typename": "Review", "encid": "1", "rating": 5, "text": {"full": "good", "language": "en"},
              "createdAt": {"utcDateTime": "2026-01-01T00:00:00Z"}, "author": {"__ref": "User:9"},
              "bizUserPublicReply": {"__ref": "Reply:1"}}  # fmt: skip
    state = {
        "ROOT_QUERY": {"business": {"__ref": "Business:b"}},
        "Business:b": {"alias": "primer", "reviews": {"edges": [{"node": {"__ref": "Review:1"}}]}},
        "User:9": {"encid": "u9", "displayName": "Guest"},
        "Review:1": review,
        "Reply:1": {"text": "thanks", "createdAt": {"utcDateTime": "2026-01-03T00:00:00Z"}},
    }
    page = f"""<html><head><link rel="canonical" href="https://www.yelp.com/biz/primer"></head><body>
    <script type="application/json" data-apollo-state="1"><!--{html.escape(json.dumps(state))}--></script>
    </body></html>"""
    (found,) = imported(tmp_path / "yelp.html", page, "yelp")
    assert (found.listing_id, found.reply_text, found.reply_at) == ("primer", "thanks", at("2026-01-03T00:00:00Z"))
    assert found.author_key


def test_an_earlier_review_of_the_same_guest_is_no_reply_on_yelp(tmp_path: Path) -> None:
    page = """<html><head><link rel="canonical" href="https://www.yelp.com/biz/primer"></head><body><ul><li>
    <div aria-label="2 star rating" role="img"></div><span>Updated Nov 3, 2026</span><p class="comment__1">Worse now</p>
    <div aria-label="5 star rating" role="img"></div><span>Jan 3, 2020</span><p class="comment__1">Was great</p>
    </li></ul></body></html>"""
    (review,) = imported(tmp_path / "yelp.html", page, "yelp")
    assert (review.text, review.rating, review.reply_state) == ("Worse now", 0.25, ReplyState.none)
    assert review.posted_at == at("2026-11-03T00:00:00Z")


def test_the_state_of_a_page_of_yandex_maps(tmp_path: Path) -> None:
    answer = {"text": "ждём", "updatedTime": "2026-01-02T00:00:00Z"}
    review = {"reviewId": "1", "rating": 4, "text": "ок", "updatedTime": "2026-01-01T00:00:00Z",
              "author": {"name": "Гость"}, "businessComment": answer}  # fmt: skip
    state = {"stack": [{"response": {"items": [{"reviewResults": {"reviews": [review], "params": {"count": 7}}}]}}]}
    page = f"""<html><head><link rel="canonical" href="https://yandex.ru/maps/org/primer/123/"></head><body>
    <script type="application/json" class="state-view">{json.dumps(state)}</script></body></html>"""
    (found,) = imported(tmp_path / "page.html", page, "yandex_maps")
    assert (found.listing_id, found.reply_at) == ("123", at("2026-01-02T00:00:00Z"))


def test_a_table_of_tripadvisor_dates_from_its_own_day(tmp_path: Path) -> None:
    table = """Reviewer Name,Review Date,Scraped Date,Review Title,Review Text,Overall Rating
Anna,Anna wrote a review Sep 2023,2024-01-23,Fine,Fine flight,5.0
Boris,Boris wrote a review Yesterday,2024-01-23,Rude,Rude staff,1.0
"""
    month, yesterday = imported(tmp_path / "t.csv", table, "tripadvisor")
    assert (month.posted_at, month.posted_at_precision) == (at("2023-09-01T00:00:00Z"), "relative")
    assert yesterday.posted_at == at("2024-01-22T00:00:00Z")


def test_an_empty_answer_of_two_gis_is_known_and_a_page_without_reviews_is_blocked(tmp_path: Path) -> None:
    empty = {"meta": {"code": 200, "total_count": 0}, "reviews": []}
    assert imported(tmp_path / "empty.json", empty, "two_gis") == []
    shell = (
        """<html><script>var initialState = JSON.parse('{"data":{"review":{},"reviewSearch":{}}}');</script></html>"""
    )
    with pytest.raises(InputError, match="blocked: a page of 2GIS"):
        imported(tmp_path / "shell.html", shell, "two_gis")


def test_the_data_of_an_older_page_of_banki(tmp_path: Path) -> None:
    row = {"id": 7, "dateCreate": "2026-01-02 03:04:05", "text": "<p>Списали</p>", "title": "Плохо", "grade": 1}
    options = html.escape(json.dumps({"responses": {"data": [row | {"agentAnswerText": "Вернём"}]}}))
    page = f"""<html><head><link rel="canonical" href="https://www.banki.ru/services/responses/bank/primer/"></head>
    <body><div data-module-options="{options}"></div></body></html>"""
    (review,) = imported(tmp_path / "b.html", page, "banki")
    assert (review.listing_id, review.text, review.reply_text) == ("primer", "Списали", "Вернём")
    assert review.posted_at == at("2026-01-02T03:04:05+03:00")
