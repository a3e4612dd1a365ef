"""The parts of which sources are declared: maps of fields, lists, cards, and what a page holds beside them."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from core.records import ReplyState, Review
from spiders.engine.blocking import BlockedError
from spiders.engine.dates import read_date
from spiders.engine.document import Batch, Document, has
from spiders.engine.embedded import after, completed, embedded
from spiders.engine.kit import Cards, Fields, Lists, by_shape, first_of, refusing
from spiders.engine.mapping import at
from spiders.engine.markup import cut, split_at, under_headings
from spiders.engine.parsing import Sighting, UnknownValue
from spiders.engine.values import rating_told

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SIGHTING: Sighting = {"listing_id": "shop", "seen_at": NOW, "secret": b"key"}
FIELDS = Fields(source="shop", review_id="id", rating="stars", text="text", posted_at="at")
IS_REVIEW = has("id", "text")


def review(fields: Fields, **raw: Any) -> Review:
    return fields.parse_review({"id": "1", "text": "Плохо", **raw}, **SIGHTING)


def page(body: str, url: str = "https://shop.example/item/42") -> Document:
    return Document.of(f"<html><head><meta charset='utf-8'></head><body>{body}</body></html>".encode(), url=url)


def answer(value: Any) -> Document:
    return Document.of(json.dumps(value).encode(), "answer.json")


def read(batches: Any) -> list[tuple[list[Any], Any]]:
    def name(batch: Batch, raw: Any) -> Any:
        return batch.listing(raw) if callable(batch.listing) else batch.listing

    return [([raw.get("id") for raw in batch.raws], name(batch, batch.raws[0])) for batch in batches]


def test_a_pattern_takes_the_first_group_that_matches_or_nothing() -> None:
    fields = replace(FIELDS, review_id="id", patterns={"review_id": r"no-(\d+)|(odd)$"})
    assert review(fields, id="no-17").review_id == "17"
    assert review(fields, id="is odd").review_id == "odd"
    with pytest.raises(ValueError, match="id is missing"):
        review(fields, id="else")
    with pytest.raises(ValueError, match="not a text but list"):
        review(fields, id=["no-17"])


def test_addresses_are_completed_and_made_of_ids() -> None:
    with_site = replace(FIELDS, url="url", site="https://shop.example", link="https://shop.example/r/{}")
    assert review(with_site, url="//shop.example/a").url == "https://shop.example/a"
    assert review(with_site, url="/a").url == "https://shop.example/a"
    assert review(with_site, url="javascript:alert(1)").url is None
    assert review(with_site).url == "https://shop.example/r/1"
    assert review(with_site, id="1/../2").url is None


def test_a_rating_off_its_scale_is_left_out_only_where_words_are_left() -> None:
    lenient = replace(FIELDS, odd_rating=True)
    with pytest.warns(UnknownValue):
        assert review(lenient, stars=9).rating is None
    for fields, raw in ((FIELDS, {"stars": 9}), (lenient, {"stars": 9, "text": None})):
        with pytest.raises(ValueError, match="outside"):
            review(fields, **raw)


def test_an_id_is_made_of_what_a_source_names() -> None:
    fields = Fields(source="shop", text="text", made_of=("at",), patterns={"made_of": r"^(\d{4}-.*)$"})
    assert review(fields, at="2026-11-01T10:00").review_id == review(fields, at="2026-11-01T10:00", text="x").review_id
    assert review(fields, at="вчера").review_id != review(fields, at="вчера", text="x").review_id


def test_a_reply_that_is_only_announced_is_unknown_and_flagged() -> None:
    fields = replace(FIELDS, reply_text="reply", reply_known=True, hidden_reply="has_reply")
    assert review(fields).reply_state is ReplyState.none
    hidden = review(fields, has_reply=1)
    assert (hidden.reply_state, hidden.processed_flag) == (ReplyState.unknown, True)
    shown = review(fields, has_reply=1, reply="Извините")
    assert (shown.reply_state, shown.processed_flag) == (ReplyState.published, None)


def test_times_as_one_source_writes_them() -> None:
    american = replace(FIELDS, month_first=True)
    assert review(american, at="1/9/2026").posted_at == datetime(2026, 1, 9, tzinfo=UTC)
    with pytest.warns(UnknownValue):
        assert review(FIELDS, at="1/9/2026").posted_at is None, "nobody knows which is the month"
    exact = review(replace(FIELDS, time_format="%m/%d/%Y %H:%M:%S"), at="01/09/2026 10:20:30")
    assert (exact.posted_at, exact.posted_at_precision) == (datetime(2026, 1, 9, 10, 20, 30, tzinfo=UTC), "exact")
    short = read_date("2026-1-9", seen_at=NOW)
    assert short is not None
    assert short.at == datetime(2026, 1, 9, tzinfo=UTC)


def test_what_a_source_says_of_its_own_reviews_is_no_syndication() -> None:
    fields = replace(FIELDS, syndicated_from="from", own_names=("shop",))
    assert [review(fields, **{"from": name}).syndicated_from for name in ("shop", "flamp", None)] == [
        None,
        "flamp",
        None,
    ]


def test_lists_name_their_listing_by_the_review_or_by_what_stands_above() -> None:
    lists = Lists(
        shapes=((IS_REVIEW, FIELDS),), listing="item", listing_in={"link": r"/p(\d+)/"}, place="place", total="n"
    )
    one = {"id": "1", "text": "a"}
    assert read(lists.find(answer({"place": "Кафе у дома", "n": "7", "reviews": [one]}))) == [(["1"], "кафе-у-дома")]
    assert read(lists.find(answer({"place": "x", "reviews": [{**one, "item": "y"}]}))) == [(["1"], "y")]
    assert read(lists.find(answer([{**one, "link": "https://shop.example/p77/", "item": "y"}]))) == [(["1"], "77")]
    (batch,) = lists.find(answer({"n": "7", "reviews": [one]}))
    assert batch.total == 7


def test_lists_know_wrappers_strangers_and_emptiness() -> None:
    one = {"id": "1", "text": "a"}
    lists = Lists(shapes=((IS_REVIEW, FIELDS),), wrapped_in="node", left_out=has("key"), total="n", empty="reviews")
    assert read(lists.find(answer([{"node": one}, {"key": 1}, {"node": 5}]))) == [(["1", None], None)]
    assert [list(batch.raws) for batch in lists.find(answer({"n": 0, "reviews": []}))] == [[]]
    assert list(lists.find(answer({"reviews": []}))) == []
    needy = replace(lists, needs="place")
    assert list(needy.find(answer({"reviews": [one]}))) == []
    assert read(needy.find(answer({"place": "x", "reviews": [one]}))) == [(["1"], None)]


def test_lists_lie_in_a_page_too_among_other_things() -> None:
    state = json.dumps({"r1": {"id": "1", "text": "a"}, "u": {"name": "b"}, "n": 5})
    lists = Lists(
        shapes=((IS_REVIEW, FIELDS),), address=r"/item/(\d+)", strays=has(none_of=("text",)),
        inside=lambda page: embedded(page, "script[type='application/json']"),
    )  # fmt: skip
    shown = page(f"<script type='application/json'><!--{state}--></script><div data-state='[1'></div>")
    assert read(lists.find(shown)) == [(["1"], "42")]
    assert list(embedded(shown, "div@data-state")) == []
    assert list(after(page('x = {"found": {"a": 1}, "found": {"a": '), '"found":')) == [{"a": 1}]


def test_finds_are_tried_in_turn_and_shells_are_told() -> None:
    lists = Lists(shapes=((IS_REVIEW, FIELDS),))
    find = first_of(refusing("app-shell", why="an empty shell"), lists.find)
    assert read(find(answer([{"id": "1", "text": "a"}]))) == [(["1"], None)]
    assert list(find(page("nothing"))) == []
    with pytest.raises(BlockedError, match="an empty shell"):
        list(find(page("<div id='app-shell'></div>")))


def test_a_review_is_read_by_its_shape_else_by_the_last() -> None:
    parse = by_shape((has("stars"), FIELDS), (has(), replace(FIELDS, rating="mark")))
    assert parse({"id": "1", "stars": 1}, **SIGHTING).rating == 0
    assert parse({"id": "1", "mark": 5}, **SIGHTING).rating == 1


CARDS = Cards(
    items=(".none", ".card"),
    sign=".mark",
    listing=r"/item/(\d+)",
    parts={"id": "@data-id", "text": "p", "stars": r".mark@title ~ : (\d)"},
    above={"title": "h1"},
    page={"total": ".n", "rating": ".score", "votes": ".votes"},
)


def test_cards_are_cut_with_what_the_page_says_of_the_listing() -> None:
    card = (
        '<div class="card" data-id="7"><i class="mark" title="Оценка: 4 из 5"></i><p>Да<div class="card">x</div></div>'
    )
    shown = page(f'<h1>Кафе</h1><b class="n">1 234 отзыва</b><b class="score">3,0</b><b class="votes">2,345</b>{card}')
    (batch,) = CARDS.find(shown)
    (raw,) = batch.raws
    assert raw == {"title": "Кафе", "_listing": "42", "id": "7", "text": "Да", "stars": "4"}
    assert (batch.listing, batch.total, batch.rating, batch.count) == ("42", 1234, 0.5, 2345)
    assert list(CARDS.find(page('<div class="card"><p>no sign</p></div>'))) == []
    assert list(CARDS.find(answer([1]))) == []


def test_cards_of_one_site_tell_its_captcha() -> None:
    ours = replace(CARDS, site="shop.example")
    captcha = "<title>Вы не робот?</title><div id='captcha-form'></div>"
    with pytest.raises(BlockedError):
        list(ours.find(page(captcha)))
    assert list(ours.find(page(captcha, url="https://other.example/"))) == []


def test_cards_around_their_signs() -> None:
    boxed = Cards(items=(".mark",), box=("li", ".who"), parts={"who": ".who"})
    shown = page('<ul><li><b class="who">Анна</b><ul><li><i class="mark"></i><i class="mark"></i></li></ul></li></ul>')
    assert [batch.raws for batch in boxed.find(shown)] == [[{"_listing": None, "who": "Анна"}]]


def test_words_under_headings_and_behind_a_sign() -> None:
    tree = page(
        "<div class='c'><h4>Плюсы</h4><p>чисто</p></div><div class='c'><p>просто</p></div>"
        "<div class='reply'><div class='c'><p>ответ</p></div></div>"
    ).html
    told = under_headings(tree, ".c", heading="h4", words="p", names={"": "text", "Плюсы": "pros"}, outside="reply")
    assert told == {"pros": "чисто", "text": "просто"}
    spoken = page("<p>Плохо</p><p>Очень</p><b>Ответ владельца</b><p>Извините</p>").html
    assert split_at(spoken, "p", re.compile("Ответ владельца")) == (["Плохо", "Очень"], ["Извините"], True)
    assert split_at(spoken, "p", re.compile("Reply"))[1:] == ([], False)
    assert cut(spoken, {"letter": r"p ~ ^(\w)", "none": r"p ~ (\d)"}) == {"letter": "П", "none": None}


def test_a_cut_card_is_completed_by_the_markup_of_the_same_title_and_minute() -> None:
    whole = {"@context": "http://schema.org", "@type": "Product", "name": "Карта", "review": [
        {"@type": "Review", "name": "Долго", "datePublished": "2026-11-14 20:34:47", "description": "Долго и грубо",
         "author": "anna"}]}  # fmt: skip
    shown = page(f'<script type="application/ld+json">{json.dumps(whole)}</script>')
    cards = [
        {"title": "Долго", "at": "14.11.2026 20:34", "text": "Долго и..."},
        {"title": "Иное", "at": "", "text": "a"},
    ]
    names = {"text": "text", "author": "author"}
    first, other = completed(cards, shown, title="title", time="at", names=names)
    assert (first["text"], first["author"]) == ("Долго и грубо", "anna")
    assert other == cards[1]


@pytest.mark.parametrize(
    ("told", "rating"),
    [(("80", "100", "0"), 0.8), (("80", None, None), 0.8), (("4", None, None), 0.75), ((None, None, None), None)],
)
def test_a_rating_on_the_scale_beside_it(told: tuple[str | None, ...], rating: float | None) -> None:
    assert rating_told(*told) == rating


def test_a_path_that_is_not_there_says_nothing() -> None:
    assert at({"a": 1}, "") is None
