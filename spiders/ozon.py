"""Ozon: the review widget of a product page, as the site's page API answers or a page keeps it, and the seller API.

Shapes seen: `webListReviews` recorded by Lueur3/ozon-reviews-parser (its values are JSON in strings on the wire), the
seller API as the stored copies of its reference describe it. Not verified: a comment of the seller inside the widget;
it is taken for one where its author is marked official.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Unpack

from core.records import ReplyState, Review
from spiders.engine.beside import shown_rating
from spiders.engine.document import Batch, Document, by, has
from spiders.engine.mapping import Fields, at, first
from spiders.engine.parsing import Raw, Sighting, warn_unknown
from spiders.engine.source import SourceInfo
from spiders.engine.values import count_of

SOURCE = SourceInfo(
    name="ozon",
    title="Ozon",
    tier="verified",
    live=False,
    access="none",
    terms_url="https://docs.ozon.ru/api/seller/",
    legal_basis="Only imported: the site shuts out robots; a seller may load his own reviews with his own API key.",
    shows_reply=True,
    shows_reply_time=True,
    shows_edit=True,
    incremental="none",
    limits="widget: 30 a page, about 1000 without a login; seller API: 100 a page, paid plan",
    kinds=("json", "html", "rows"),
    marks=("webListReviews", "publishedAt", "published_at"),
)
_LABELS = {"pros": "Достоинства", "cons": "Недостатки", "text": "Комментарий"}
_WIDGET = Fields(
    source="ozon",
    review_id="uuid", url="sharing.url", rating="content.score", no_rating=(0,),
    pros="content.positive", cons="content.negative", text="content.comment", labels=_LABELS, language="Lang",
    posted_at="publishedAt|createdAt", edited_at="updatedAt", helpful_votes="usefulness.useful",
    has_photo="content.photos", subject_kind="product", subject_id="itemId",
)  # fmt: skip
_SELLER = Fields(
    source="ozon",
    review_id="id", rating="rating", no_rating=(0,), text="text", posted_at="published_at", has_photo="photos_amount",
    subject_kind="product", subject_id="sku",
)  # fmt: skip
_is_in_widget = has("uuid", "content", any_of=("publishedAt", "createdAt"))
_is_of_seller = has("id", "sku", "published_at", "rating", any_of=("comments_amount", "status"))
_PROCESSED = {"PROCESSED": True, "UNPROCESSED": False}


def find(document: Document) -> Iterator[Batch]:
    """Yield the reviews of each review widget, of a widget alone, of a list of its reviews, or of the seller API."""
    page = _page(document)
    states = at(page, "widgetStates")
    for name, state in (states if isinstance(states, dict) else {}).items():
        if name.startswith("webListReviews"):
            yield from _in_widget(document, _parsed(state))
    if not isinstance(states, dict):
        yield from _in_widget(document, page)
        yield from (by(batch, "sku") for batch in document.batches(_is_of_seller, inside=page))
        if has("has_next", "last_id", "reviews")(page) and not page["reviews"]:
            yield Batch(())


def _page(document: Document) -> Any:
    if document.kind == "html":
        states = {
            element.get("id", "").removeprefix("state-"): element.get("data-state")
            for element in document.html.xpath("//*[@data-state and contains(@id, 'webListReviews')]")
        }
        shown = "".join(document.html.xpath("//pre[contains(., 'widgetStates')]//text()"))
        return {"widgetStates": states} if states else _parsed(shown)
    return document.json if document.kind == "json" else None


def _parsed(state: Any) -> Any:
    if not isinstance(state, str):
        return state
    try:
        return json.loads(state)
    except ValueError:
        return None


def _in_widget(document: Document, widget: Any) -> Iterator[Batch]:
    score, total = at(widget, "productScore"), at(widget, "paging.total")
    if at(widget, "reviews") == [] and total is not None:
        yield Batch((), total=count_of(total))
    for batch in document.batches(_is_in_widget, inside=widget):
        yield replace(by(batch, "itemId"), total=count_of(total), rating=shown_rating(score))


def parse_review(raw: Raw, **sighting: Unpack[Sighting]) -> Review:
    """Return the review of a raw one; answered is what an official comment answers, whatever the status says."""
    is_widget = _is_in_widget(raw)
    comments = at(raw, "comments.list") if is_widget else raw.get("comments")
    comments = [comment for comment in comments or () if isinstance(comment, dict)]
    count = first(raw, "comments.totalCount|comments_amount")
    answer: Raw = next(filter(_is_official, comments), {})
    text = first(answer, "text|comment|content.comment|content")
    is_known = isinstance(count, int) and count <= len(comments) and all(map(_is_told, comments))
    state = ReplyState.none if is_known else ReplyState.unknown
    reply = {
        "reply_text": text,
        "reply_at": first(answer, "published_at|publishedAt|createdAt"),
        "reply_state": ReplyState.published if text else state,
    }
    if is_widget:
        name = " ".join(filter(None, (at(raw, "author.firstName"), at(raw, "author.lastName"))))
        return _WIDGET.review(raw, sighting, author=first(raw, "author.guid") or name or None, **reply)
    status = raw.get("status")
    if status is not None and status not in _PROCESSED:
        warn_unknown("ozon", "status", status)
    return _SELLER.review(raw, sighting, processed_flag=_PROCESSED.get(str(status)), **reply)


def _is_told(comment: Raw) -> bool:
    """Whether a comment says who wrote it, a customer or the seller."""
    is_flagged = "is_owner" in comment or "is_official" in comment
    return is_flagged or _is_official(comment) or bool(first(comment, "author.firstName|author.lastName"))


def _is_official(comment: Raw) -> bool:
    return bool(first(comment, "author.officialUser|author.clientOfficial") or comment.get("is_owner") is True
                or comment.get("is_official") is True)  # fmt: skip
