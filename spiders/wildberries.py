"""Wildberries: a saved page of feedbacks, single feedbacks cut out of it, the seller API and the site's own JSON.

Shapes seen: rendered pages of 2025 and their elements; the seller API as eslazarev/wildberries-sdk has it from the
official specification, the site's `feedbacks/v1` and `v2` as typed in public code (WbFeedbackResponse).
Not verified: `answer.createDate` outside the site's JSON.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Unpack

from core.records import ReplyState, Review
from spiders.engine.beside import shown_rating
from spiders.engine.blocking import BlockedError
from spiders.engine.document import Batch, Document, by, has
from spiders.engine.mapping import Fields, at, first
from spiders.engine.markup import cut
from spiders.engine.parsing import Raw, Sighting
from spiders.engine.replies import WILDBERRIES
from spiders.engine.source import SourceInfo
from spiders.engine.values import count_of, rating_of

SOURCE = SourceInfo(
    name="wildberries",
    title="Wildberries",
    tier="verified",
    live=False,
    access="none",
    terms_url="https://legal.wildberries.ru/",
    legal_basis="Only imported: pages that a person saved, and what a seller loads of his own goods with his token.",
    shows_reply=True,
    shows_reply_time=False,
    incremental="none",
    limits="a page holds what was scrolled to; its dates are relative and it has no ids",
    kinds=("html", "json", "rows"),
    marks=("feedback__", "productValuation", "feedbacks"),
)
_LABELS = {"pros": "Достоинства", "cons": "Недостатки", "text": "Комментарий"}
_JSON = Fields(
    source="wildberries",
    review_id="id", author="wbUserId|globalUserId|userName|wbUserDetails.name",
    rating="productValuation", no_rating=(0,), pros="pros", cons="cons", text="text", labels=_LABELS,
    posted_at="createdDate", reply_text="answer.text", reply_at="answer.createDate", reply_known="answer",
    reply_state="answer.state", states=WILDBERRIES, helpful_votes="votes.pluses", has_photo="photoLinks|photos|photo",
    subject_kind="product", subject_id="productDetails.nmId|nmId",
)  # fmt: skip
_SHOWN = Fields(
    source="wildberries",
    author="author", pros="pros", cons="cons", text="text", labels=_LABELS, posted_at="date",
    reply_text="reply", reply_known=True, has_photo="photos",
)  # fmt: skip
_is_feedback = has("id", "productValuation", any_of=("answer", "createdDate", "pros"))
_ELEMENT = ".comments__item.feedback, .feedback[itemprop=review]"
_PARTS = {"Достоинства": "pros", "Недостатки": "cons", "Комментарий": "text"}
_PART = re.compile(rf"({'|'.join(_PARTS)})\s*:\s*")


def find(document: Document) -> Iterator[Batch]:
    """Yield the feedbacks of a page, of one of its elements, or of an answer of an API.

    Raises:
        BlockedError: a page of the site without any feedback, or an error that the API answers.
    """
    if document.kind == "html":
        elements = document.html.cssselect(_ELEMENT)
        if elements:
            yield replace(_listing(document), raws=[_shown(element) for element in elements])
        elif document.host.endswith("wildberries.ru"):
            raise BlockedError("a page of Wildberries without feedbacks: saved before it was filled, or another page")
        return
    page = document.json if document.kind == "json" else None
    if at(page, "error") is True and at(page, "errorText"):
        raise BlockedError(f"the API of Wildberries answers: {at(page, 'errorText')!s:.200}")
    if _is_empty(page) or _is_empty(at(page, "data")):
        yield Batch(())
    for batch in document.batches(_is_feedback):
        rating, count = shown_rating(first(page, "valuation")), count_of(at(page, "feedbackCount"))
        yield replace(by(batch, "productDetails.nmId|nmId"), rating=rating, total=count, count=count)


def _is_empty(answer: Any) -> bool:
    return has("feedbacks", any_of=("countUnanswered", "feedbackCount"))(answer) and not answer["feedbacks"]


def _listing(document: Document) -> Batch:
    """What the page says of the product: its number, its rating and the votes behind it."""
    number = re.search(r"/catalog/(\d+)/(?:feedbacks|detail)", document.text)
    shown = cut(document.html, {"rating": ".rating-product__numb", "votes": ".rating-product__review"})
    votes = re.sub(r"\D", "", shown["votes"] or "")
    rating = shown_rating(shown["rating"])
    return Batch((), listing=number[1] if number else None, rating=rating, count=count_of(votes))


def _shown(element: Any) -> Raw:
    return cut(
        element,
        {
            "author": "meta[itemprop=author]@content | .feedback__header",
            "date": ".feedback__date@content | .feedback__date",
            "stars": ".feedback__rating@class",
            "parts": ".feedback__text--item*",
            "whole": ".j-feedback__text | [itemprop=reviewBody]",
            "states": ".feedback__state--text*",
            "photos": ".feedback__photo#",
            "reply": ".feedback__text--sellers-reply",
            "more": ".feedback__text--sellers-reply .feedback__expand",
        },
    )


def parse_review(raw: Raw, **sighting: Unpack[Sighting]) -> Review:
    """Return the review of a raw one, of an API or of a page."""
    if _is_feedback(raw):
        number = first(raw, "productDetails.nmId|nmId")
        url = f"https://www.wildberries.ru/catalog/{number}/feedbacks" if number else None
        if first(raw, "answer.text") and not first(raw, "answer.state"):  # what the site itself shows is published
            return _JSON.review(raw, sighting, url=url, reply_state=ReplyState.published)
        return _JSON.review(raw, sighting, url=url)
    stars = re.search(r"\bstar([1-5])\b", raw["stars"] or "")
    parts: dict[str, str] = {}
    for shown in raw["parts"] or [raw["whole"] or ""]:
        label = _PART.match(shown)
        name = _PARTS[label[1]] if label else "text"
        words = shown[label.end() :] if label else shown
        parts[name] = f"{parts[name]}\n{words}" if name in parts else words
    return _SHOWN.review(
        {**raw, **parts},
        sighting,
        rating=rating_of(stars[1]) if stars else None,
        reply_text=(raw["reply"] or "").removesuffix(raw["more"] or "").strip() or None,
        is_verified=True if "Выкупили" in raw["states"] else None,
    )
