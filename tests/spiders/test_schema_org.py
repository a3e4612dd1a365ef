"""Properties of the generic parser: what is marked up comes out, in whatever form, and nothing else does."""

import html
import json
import re
import time
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from core.records import Review
from spiders.engine.document import Document
from spiders.schema_org import find, parse_review

pytestmark = pytest.mark.filterwarnings("ignore::spiders.engine.parsing.UnknownValue")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SIGHTING: Any = {"listing_id": "l", "seen_at": NOW, "secret": b"key"}

words = st.text("абвгґдеєжзіїйклмнопрстуфхцчшщьюяыэъ abcxyz0123456789.,!?:;'\"()-\n😀", min_size=1, max_size=80).filter(
    lambda text: re.search(r"\w{3}", text) is not None
)
names = st.text("АБВГДабвгдежзикл abcdefgh", min_size=3, max_size=20).filter(lambda text: text.strip(" ") != "")
days = st.dates(date(2005, 1, 1), date(2026, 11, 20)).map(date.isoformat)
scales = st.sampled_from(
    [(None, None, 5, 1), (5, 1, 5, 1), (10, 1, 10, 1), (100, 0, 100, 0), ("5", "1", 5, 1), (7, None, 7, 1)]
)


@st.composite
def reviews(draw: st.DrawFn) -> dict[str, Any]:
    said_best, said_worst, best, worst = draw(scales)
    value = draw(st.integers(worst, best).filter(bool))
    spelled = draw(st.sampled_from([value, str(value), f"{value},0", f"{value}.0"]))
    return {
        "text": draw(words),
        "author": f"{draw(names)} {draw(st.integers(0, 10**6))}",
        "day": draw(days),
        "value": spelled,
        "best": said_best,
        "worst": said_worst,
        "rating": (value - worst) / (best - worst),
        "reply": draw(st.none() | words),
        "reply_day": draw(days),
    }


def as_json_ld(review: dict[str, Any]) -> dict[str, Any]:
    rating = {
        "@type": "Rating",
        "ratingValue": review["value"],
        "bestRating": review["best"],
        "worstRating": review["worst"],
    }
    node = {
        "@type": "Review",
        "reviewBody": review["text"],
        "author": {"@type": "Person", "name": review["author"]},
        "datePublished": review["day"],
        "reviewRating": {key: value for key, value in rating.items() if value is not None},
    }
    if review["reply"]:
        owner = {"@type": "Organization", "name": "Лавка"}
        node["comment"] = {
            "@type": "Comment",
            "text": review["reply"],
            "author": owner,
            "dateCreated": review["reply_day"],
        }
    return node


def as_microdata(review: dict[str, Any]) -> str:
    scale = "".join(
        f'<meta itemprop="{name}" content="{review[key]}">'
        for name, key in (("bestRating", "best"), ("worstRating", "worst"))
        if review[key] is not None
    )
    reply = (
        '<div itemprop="comment" itemscope itemtype="https://schema.org/Comment"><span itemprop="author" itemscope '
        'itemtype="https://schema.org/Organization"><b itemprop="name">Лавка</b></span>'
        f'<time itemprop="dateCreated">{review["reply_day"]}</time>'
        f'<pre itemprop="text">{html.escape(review["reply"])}</pre></div>'
        if review["reply"]
        else ""
    )
    return (
        '<li itemprop="review" itemscope itemtype="https://schema.org/Review">'
        f'<span itemprop="author">{html.escape(review["author"])}</span>'
        f'<time itemprop="datePublished" datetime="{review["day"]}">когда-то</time>'
        f'<div itemprop="reviewRating" itemscope itemtype="https://schema.org/Rating">{scale}'
        f'<span itemprop="ratingValue">{review["value"]}</span></div>'
        f'<pre itemprop="reviewBody">{html.escape(review["text"])}</pre>{reply}</li>'
    )


def script(value: Any) -> str:
    return f'<script type="application/ld+json">{json.dumps(value, ensure_ascii=False)}</script>'


def page(body: str) -> Document:
    return Document.of(f"<!DOCTYPE html><html><head><meta charset=utf-8></head><body>{body}</body></html>".encode())


def wrapped(kind: str, given: list[dict[str, Any]]) -> Document:
    nodes = [as_json_ld(review) for review in given]
    item = {"@type": "LocalBusiness", "name": "Лавка", "@id": "#lavka"}
    context = {"@context": "https://schema.org"}
    match kind:
        case "nested":
            return page(script({**context, **item, "review": nodes if len(nodes) > 1 else nodes[0]}))
        case "graph":
            marked = [{**node, "@id": f"#r{n}", "itemReviewed": {"@id": "#lavka"}} for n, node in enumerate(nodes)]
            links = [{"@id": node["@id"]} for node in marked]
            return page(script({**context, "@graph": [{**item, "review": links}, *marked]}))
        case "array":
            return page(script([{**context, **item}, *({**context, **node} for node in nodes)]))
        case "each in its script":
            return page(script(None) + "".join(script({**context, **node, "itemReviewed": item}) for node in nodes))
        case "deep":
            return page(script({**context, "@type": "WebPage", "mainEntity": {"@list": [{**item, "review": nodes}]}}))
        case "beside a broken script":
            return page(
                '<script type="application/ld+json">{"name": "x</script>' + script({**context, **item, "review": nodes})
            )
        case "file":
            return Document.of(json.dumps({**context, **item, "review": nodes}).encode(), "reviews.json")
        case "microdata":
            body = "".join(map(as_microdata, given))
            return page(
                '<div itemscope itemtype="https://schema.org/LocalBusiness"><h1 itemprop="name">Лавка</h1>'
                f"<ul>{body}</ul></div>"
            )
        case "itemref":
            body = "".join(map(as_microdata, given))
            return page(
                '<div itemscope itemtype="https://schema.org/LocalBusiness" itemref="all">'
                f'<h1 itemprop="name">Лавка</h1></div><ul id="all">{body}</ul>'
            )
    both = wrapped("microdata", given).text + script({**context, **item, "review": nodes})
    return page(both)


KINDS = [
    "nested",
    "graph",
    "array",
    "each in its script",
    "deep",
    "beside a broken script",
    "file",
    "microdata",
    "itemref",
    "both",
]


def read(document: Document) -> list[Review]:
    return [parse_review(raw, **SIGHTING) for batch in find(document) for raw in batch.raws]


def letters(text: str | None) -> str:
    return re.sub(r"\s", "", text or "")


@settings(max_examples=20, deadline=None)
@given(given=st.lists(reviews(), min_size=1, max_size=5, unique_by=lambda one: one["author"].casefold()))
@pytest.mark.parametrize("kind", KINDS)
def test_every_review_comes_out_as_it_was_marked_up(kind: str, given: list[dict[str, Any]]) -> None:
    found = read(wrapped(kind, given))
    shows_replies = any(review["reply"] for review in given)
    assert [letters(review.text) for review in found] == [letters(one["text"]) for one in given]
    for review, one in zip(found, given, strict=True):
        assert review.rating == pytest.approx(one["rating"])
        assert review.posted_at == datetime.fromisoformat(one["day"]).replace(tzinfo=UTC)
        assert letters(review.reply_text) == letters(one["reply"])
        assert review.reply_state == ("published" if one["reply"] else "none" if shows_replies else "unknown")
        assert review.reply_at == (
            datetime.fromisoformat(one["reply_day"]).replace(tzinfo=UTC) if one["reply"] else None
        )
        assert review.author_key
    assert len({review.review_id for review in found}) == len(given)
    # Reviews that only lie beside a business may be of anything.
    assert {batch.listing for batch in find(wrapped(kind, given))} == {None if kind == "array" else "Лавка"}


KEYS = [
    *("@type", "@id", "@graph", "@list", "@value", "review", "reviews", "reviewBody", "reviewRating", "ratingValue"),
    *("bestRating", "worstRating", "author", "name", "comment", "text", "datePublished", "itemReviewed", "url"),
    *("identifier", "positiveNotes", "parentItem", "inLanguage", "aggregateRating", "reviewCount", "image"),
]
# A character from 80 to 9F is mended: it stands for a letter of windows-1252.
LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="".join(map(chr, range(0x80, 0xA0))))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-10, 10**9) | st.floats(allow_nan=False) | st.text(LETTERS, max_size=12)
    | st.sampled_from(["Review", "Product", "Person", "https://schema.org/Review", "#a", "5", "2024-01-01", "4,5"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=40,
)  # fmt: skip


def nodes(value: Any) -> int:
    if isinstance(value, list):
        return sum(map(nodes, value))
    return 1 + sum(map(nodes, value.values())) if isinstance(value, dict) else 0


@settings(max_examples=150, deadline=None)
@given(value=values)
def test_no_markup_breaks_the_reading_and_nothing_is_invented(value: Any) -> None:
    document = page(script({"@context": "https://schema.org", "@type": "Product", "name": "x", "review": value}))
    said = letters(json.dumps(value, ensure_ascii=False)).casefold() + letters(document.html.text_content()).casefold()
    count = 0
    for batch in find(document):
        for raw in batch.raws:
            count += 1
            json.dumps(raw)
            try:
                review = parse_review(raw, **SIGHTING)
            except (KeyError, TypeError, ValueError, ValidationError):
                continue
            for word in re.findall(r"\w{3,}", f"{review.text} {review.reply_text or ''}"):
                assert word.casefold() in said or word in (
                    "Достоинства",
                    "Недостатки",
                    "Комментарий",
                    "Pros",
                    "Cons",
                    "Comment",
                )
    assert count <= nodes(value)


@settings(max_examples=40, deadline=None)
@given(
    given=st.lists(reviews(), min_size=2, max_size=4, unique_by=lambda one: one["author"].casefold()),
    share=st.floats(0, 1),
    kind=st.sampled_from(["nested", "microdata", "both"]),
)
def test_of_a_torn_page_come_whole_reviews_only(given: list[dict[str, Any]], share: float, kind: str) -> None:
    text = wrapped(kind, given).text
    document = Document.of(text[: int(len(text) * share)].encode(), "page.html")
    known = [letters(one["text"]) for one in given]
    for batch in find(document) if document.kind == "html" else ():
        for raw in batch.raws:
            try:
                review = parse_review(raw, **SIGHTING)
            except ValueError:
                continue
            assert not review.text or any(text.startswith(letters(review.text)) for text in known)


def test_time_grows_with_the_reviews_and_not_with_their_square() -> None:
    def seconds(count: int) -> float:
        given = [{**plain, "text": f"Отзыв {number}", "author": f"Автор {number}"} for number in range(count)]
        document = wrapped("microdata", given)
        began = time.process_time()
        assert sum(len(list(batch.raws)) for batch in find(document)) == count
        return time.process_time() - began

    plain = {"day": "2026-01-01", "value": 5, "best": None, "worst": None, "reply": None}
    seconds(10)  # imports
    assert seconds(1000) < 10 * seconds(200)


def test_hostile_nesting_ends() -> None:
    deep = '{"@type":"Review","review":' * 20_000
    for body in (
        f'<script type="application/ld+json">{deep}</script>',
        "<div itemscope itemtype=https://schema.org/Review>" * 3000,
    ):
        list(find(page(body)))
    loop = {"@type": "Product", "@id": "#p", "name": "x", "review": {"@id": "#r"}}
    review = {"@type": "Review", "@id": "#r", "reviewBody": "Круг", "itemReviewed": {"@id": "#p"}}
    found = read(page(script({"@context": "https://schema.org", "@graph": [loop, review]})))
    assert [review.text for review in found] == ["Круг"]


@pytest.mark.parametrize(
    ("rating", "expected"),
    [
        ({"ratingValue": "4,5"}, 0.875),
        ({"ratingValue": 0}, None),
        ({"ratingValue": 0, "bestRating": 10}, 0.0),
        ({"ratingValue": 3, "bestRating": 1, "worstRating": 6}, None),
        ({"ratingValue": "4 из 5"}, 0.75),
        ({"ratingValue": "★★★☆☆"}, 0.5),
        ({"ratingValue": "80%"}, 0.8),
        ({"ratingValue": 6}, None),
        ("4", 0.75),
        ([{"ratingValue": 2}, {"ratingValue": 5, "reviewAspect": "Цена"}], 0.25),
        ([{"ratingValue": 2, "reviewAspect": "Вид"}, {"ratingValue": 5, "reviewAspect": "Цена"}], None),
    ],
)
def test_marks(rating: Any, expected: float | None) -> None:
    node = {"@context": "https://schema.org", "@type": "Review", "reviewBody": "Текст", "reviewRating": rating}
    assert [review.rating for review in read(page(script(node)))] == [expected]


def test_two_people_of_one_opinion_are_two_also_in_scripts_of_their_own() -> None:
    same = {"@context": "https://schema.org", "@type": "Review", "reviewBody": "Супер"}
    assert len(read(page(script(same) + script(same)))) == 2
    named = [{**same, "author": name} for name in ("Аня", "Оля")]
    assert len(read(page("".join(map(script, named))))) == 2
    assert len(read(page(script(named[0]) + script(named[0])))) == 1, "one author, one text, one day: said twice"


def test_an_id_that_counts_places_on_the_page_is_none() -> None:
    def marked(**more: Any) -> str:
        return read(page(script({"@context": "https://schema.org", "@type": "Review", "reviewBody": "Так", **more})))[
            0
        ].review_id

    assert marked(**{"@id": "https://shop.example/p484698844/#review-3"}).startswith("h-")
    assert marked(url="https://shop.example/product/484698844/").startswith("h-")
    assert marked(**{"@id": "https://shop.example/reviews/696dfb8a55aeb81118ef74e5"}) == "696dfb8a55aeb81118ef74e5"
    assert marked(identifier={"@type": "PropertyValue", "value": 1234567}) == "1234567"


def test_the_tag_in_which_a_torn_page_ends_is_no_text() -> None:
    given = [
        {"day": "2026-01-01", "value": 5, "best": None, "worst": None, "reply": None, "text": "abc", "author": "x"}
    ]
    text = wrapped("microdata", given).text
    start = text.index("abc") + len("abc")
    for end in range(start, len(text)):
        document = Document.of(text[:end].encode(), "page.html")
        for batch in find(document):
            for raw in batch.raws:
                assert parse_review(raw, **SIGHTING).text in ("abc", "")


@pytest.mark.parametrize(
    ("inside", "rating"),
    [
        (
            '<div itemprop="reviewRating" itemscope itemtype="//schema.org/Rating" title="Rated 2 out of 5"></div>',
            0.25,
        ),
        ('<p itemprop="reviewRating" itemscope aria-label="Оценка: 4,5 из 5"><i></i></p>', 0.875),
        ('<p itemprop="reviewRating" itemscope title="2 of 5"><b itemprop="ratingValue">4</b></p>', 0.75),
        ('<p itemprop="reviewRating" itemscope title="Rating"></p>', None),
    ],
)
def test_a_rating_that_is_only_shown_is_read_from_its_label(inside: str, rating: float | None) -> None:
    [review] = read(
        page(
            '<li itemscope itemtype="http://schema.org/Review"><b itemprop="author">Аня</b>'
            f'{inside}<div itemprop="description">Довго</div></li>'
        )
    )
    assert (review.text, review.rating) == ("Довго", rating)
