"""Yandex Maps: reviews of a place as the map's own answers and pages keep them, and as known exports write them.

Only imported: the map's answers are signed for its own page. Shapes seen: recorded exports; public code
KirillPugov/reviews-parser-2gis-YaMaps (answers, normalised exports), yandex-reviews-parser (`company_reviews`) and
several parsers of the saved page. Not verified: reactions, the language.
"""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any, Unpack

from core.records import ReplyState, Review
from spiders.engine.beside import beside, shown_rating
from spiders.engine.dates import aware_or_none
from spiders.engine.document import Batch, Document, has
from spiders.engine.mapping import Fields, at, first
from spiders.engine.markup import cut, outermost
from spiders.engine.parsing import Raw, Sighting, warn_unknown
from spiders.engine.source import SourceInfo
from spiders.engine.values import count_of, made_id

SOURCE = SourceInfo(
    name="yandex_maps", title="Яндекс Карты", tier="verified", access="none", live=False,
    legal_basis="Only imported: what the place's owner has saved or exported himself.", shows_reply=True,
    shows_reply_time=True, shows_edit=True, incremental="none", kinds=("json", "html", "rows"),
    marks=("businessComment", "updatedTime", "orgId", "avatars.mds.yandex", "company_reviews", "icon_href",
           "externalId", "business-review-view"),
)  # fmt: skip
FIELDS = Fields(
    source="yandex_maps", review_id="reviewId", author="author.publicId|author.profileUrl|author.name",
    rating="rating", no_rating=(0,), text="text", language="textLanguage",
    posted_at="createdTime|updatedTime", edited_at="updatedTime",
    reply_text="businessComment.text", reply_at="businessComment.updatedTime", reply_known=True,
    helpful_votes="reactions.likes", has_photo="photos",
)  # fmt: skip
EXPORT = Fields(
    source="yandex_maps", review_id="externalId", url="reviewUrl", author="authorName", rating="rating",
    no_rating=(0,), text="text", posted_at="createdAt", edited_at="updatedAt",
    reply_text="reply.text", reply_at="reply.createdAt", reply_known="reply", has_photo="photos",
)  # fmt: skip
CARD = Fields(
    source="yandex_maps", author="author|name", rating="rating|stars", no_rating=(0,), posted_at="date", text="text",
    reply_text="answer", reply_known="answer",
)  # fmt: skip
_is_answer = has("reviewId", "rating", any_of=("businessComment", "updatedTime"))
is_export = has("externalId", "source", "authorName", "createdAt")
_is_bare_card = has("num", "author", "rating", "text", "date")
_is_pictured_card = has("author", "author_image", "rating", "text", "date")
_is_company_review = has("name", "icon_href", "stars", "text")
_TO_THE_MILLISECOND = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d")
_MORE = re.compile(r"…\s*(?:Ещё|Еще|More)$")
_PARTS = {
    "author": "[itemprop=author] [itemprop=name] | .business-review-view__author-name | .business-review-view__author",
    "rating": "meta[itemprop=ratingValue]@content", "date": "meta[itemprop=datePublished]@content",
    "text": "[itemprop=reviewBody] | .business-review-view__body",
    "answer": ".business-review-comment-content__bubble", "_answered": ".business-review-view__comment-expand#",
}  # fmt: skip


def find(document: Document) -> Iterator[Batch]:
    """Yield the reviews of an answer, a page or an export, or nothing where it is none of Yandex Maps."""
    if document.kind == "html":
        yield from _of_page(document)
        return
    value = document.json if document.kind == "json" else None
    for batch in document.batches(_is_review):
        above = beside(batch, value)
        if not isinstance(batch.raws, list) or "orgId" in above or not all(map(_is_bare_card, batch.raws)):
            yield _placed(batch, above)
    for batch in document.batches(is_export) if value is not None else ():
        if all(at(raw, "source") == "yandex" for raw in batch.raws):
            yield replace(batch, listing=None, seen_at=aware_or_none(beside(batch, value).get("generatedAt")))


def _is_review(raw: Any) -> bool:
    return _is_answer(raw) or _is_company_review(raw) or _is_bare_card(raw) or _is_pictured_card(raw)


def _placed(batch: Batch, above: Raw) -> Batch:
    listing = first(above, "orgId|businessId|company_info.name")
    total, votes = first(above, "params.count|totalCount"), first(above, "company_info.count_rating")
    rating, seen_at = shown_rating(first(above, "company_info.rating")), aware_or_none(first(above, "lastUpdated"))
    return replace(
        batch,
        listing=listing or _business,
        total=count_of(total),
        rating=rating,
        count=count_of(votes),
        seen_at=seen_at,
    )


def _business(raw: Raw) -> Any:
    return first(raw, "businessId")


def _results(page: str) -> Iterator[Any]:
    for found in re.finditer(r'"reviewResults":\s*(?=\{)', page):
        with suppress(ValueError):  # a page that was cut off
            yield json.JSONDecoder(strict=False).raw_decode(page, found.end())[0]


def _of_page(document: Document) -> Iterator[Batch]:
    place = re.search(r"/org/(?:[^/]+/)?(\d+)", document.url or "")
    listing = place[1] if place else None
    for state in _results(document.text):
        for batch in document.batches(_is_answer, inside=state):
            yield _placed(batch, {"businessId": listing, **beside(batch, state)})
            return
    cards = document.html.cssselect(".business-reviews-card-view__review, .business-review-view")
    if cards:
        yield Batch([cut(card, _PARTS) for card in outermost(cards)], listing=listing)


def parse_review(raw: Raw, **sighting: Unpack[Sighting]) -> Review:
    """Read a review in any of the shapes; a card's id is made of its time, which names it better than a cut text."""
    if "externalId" in raw:
        return EXPORT.review(raw, sighting)
    if "reviewId" in raw:
        rating, text = first(raw, "rating"), first(raw, "text")
        is_odd = text is not None and rating not in (None, 0) and shown_rating(rating) is None
        if is_odd:
            warn_unknown("yandex_maps", "rating", rating)
        return FIELDS.review(raw, sighting, **({"rating": None} if is_odd else {}))
    computed: dict[str, Any] = {}
    if isinstance(text := at(raw, "text"), str):
        raw = {**raw, "text": _MORE.sub("…", text.strip())}
    if isinstance(date := at(raw, "date"), str) and _TO_THE_MILLISECOND.match(date):
        computed["review_id"] = made_id(date)
    if at(raw, "_answered") and not at(raw, "answer"):
        computed |= {"reply_state": ReplyState.unknown, "processed_flag": True}
    return CARD.review(raw, sighting, **computed)
