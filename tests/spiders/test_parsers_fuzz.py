"""What holds for the parsers that all sources share, whatever they are given."""

import warnings
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from core.errors import InputError
from core.records import ReplyState, Review
from spiders.engine.dates import read_date
from spiders.engine.document import Document
from spiders.engine.mailbox import messages, sender_of, sent_at, subject_of, text_of_mail
from spiders.engine.mapping import Fields, at, first
from spiders.engine.marked_reviews import marked_reviews
from spiders.engine.markup import cut, outermost, visible
from spiders.engine.parsing import Sighting, UnknownValue
from spiders.engine.payload import Sample
from spiders.engine.structured import blocks

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FUZZ = settings(max_examples=60, deadline=None)
KEYS = st.sampled_from(
    ["id", "text", "stars", "a.b", "reply", "@type", "@id", "review", "author", "name", "comment", "0"]
)
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.sampled_from(["Review", "5"])
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
FIELDS = Fields(
    source="x", review_id="id", text="text|a.b", rating="stars", author="author.name", posted_at="0",
    reply_text="reply.text|reply.0", reply_at="reply.id", reply_known="reply",
)  # fmt: skip
SIGHTING = Sighting(listing_id="l", seen_at=NOW, secret=b"k")


@FUZZ
@given(raw=TREES, path=st.lists(KEYS, min_size=1, max_size=3).map(".".join))
def test_a_path_finds_what_stands_there_or_nothing(raw: Any, path: str) -> None:
    missing = object()
    found = at(raw, path, missing)
    assert found is missing or isinstance(raw, dict | list)
    assert first(raw, f"nowhere|{path}") == first(raw, path)
    if isinstance(raw, dict) and path in raw:
        assert at(raw, path) is raw[path]


@FUZZ
@given(raw=st.dictionaries(KEYS, TREES, max_size=6))
def test_a_raw_review_is_read_or_refused_with_a_reason(raw: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            review = FIELDS.review(raw, SIGHTING)
        except (ValueError, TypeError):
            return
    assert isinstance(review, Review)
    assert (review.reply_state is ReplyState.published) == bool(review.reply_text)
    assert "reply" in raw or review.reply_state is ReplyState.unknown


def test_an_answer_that_lost_its_words_is_no_silence() -> None:
    raw = {"id": "1", "text": "Ждали", "reply": {"body": "renamed", "id": "2026-11-20T10:00:00Z"}}
    with pytest.warns(UnknownValue, match="reply_text"):
        review = FIELDS.review(raw, SIGHTING)
    assert (review.reply_state, review.reply_at) == (ReplyState.unknown, None)


@FUZZ
@given(text=st.text(max_size=40) | st.text("0123456789./- :годаденьвчераtier тому", max_size=20))
def test_a_date_is_read_or_refused_and_never_lies_far_off(text: str) -> None:
    try:
        moment = read_date(text, seen_at=NOW, zone=None)
    except ValueError:
        return
    assert moment is None or moment.at.tzinfo is not None


PAGES = st.text("<>/=\"' abcdivpspanliclass-review\n&;Я", max_size=200)


@FUZZ
@given(page=PAGES)
def test_any_page_can_be_cut(page: str) -> None:
    document = Document.of(f"<html><body>{page}</body></html>".encode())
    found = cut(document.html, {"a": ".review | p", "b": "div@class", "n": "li#", "all": "span*"})
    assert isinstance(found["n"], int)
    assert isinstance(found["all"], list)
    assert "<div" not in visible(document.html) or "<div" in html.tostring(
        document.html, method="text", encoding="unicode"
    )
    outer = outermost(list(document.html.iter("div", "span", "li")))
    assert all(one not in other.iterdescendants() for one in outer for other in outer)
    marked_reviews(blocks(document))


@FUZZ
@given(value=TREES)
def test_any_json_ld_ends_in_reviews_or_nothing(value: Any) -> None:
    import json

    document = Document.of(json.dumps({"@context": "https://schema.org", "review": value}).encode(), "a.json")
    for marked in marked_reviews(blocks(document)):
        assert all(isinstance(raw, dict) for raw in marked.reviews)


@FUZZ
@given(data=st.binary(max_size=200) | st.text("From: <>@=?utf-8bq\n \t;/", max_size=200).map(str.encode))
def test_any_mail_has_a_text_and_a_sender(data: bytes) -> None:
    path, mail = Path("a.eml"), b"From: a@b.c\nSubject: x\n" + data
    if sum(byte < 32 and byte not in b"\t\n\f\r" for byte in mail) > 1:
        with suppress(InputError):  # a tenth of it is control characters: binary data
            list(messages(Sample(path, mail)))
        return
    for message in messages(Sample(path, mail)):
        assert isinstance(text_of_mail(message), str)
        assert "\n" not in subject_of(message)
        assert sender_of(message) == sender_of(message).casefold()
        moment = sent_at(message)
        assert moment is None or moment.tzinfo is not None
