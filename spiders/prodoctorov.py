"""ProDoctorov: reviews of a doctor or a clinic with the clinic's replies beside them, as the page shows them.

Only imported. Shapes seen: a stored page of a doctor (MoRoZ1k3/doc.tsukanova), public code for the replies beside a
review. Each review is schema.org microdata with its own scale (0..100); the date carries no zone, so its day counts.
Not verified: a page of a clinic, a reply in more than two parts.
"""

import re
from collections.abc import Iterator
from typing import Any, Unpack

from core.records import Review
from spiders.engine.beside import shown_rating
from spiders.engine.document import Batch, Document
from spiders.engine.mapping import Fields
from spiders.engine.markup import cut, select, visible
from spiders.engine.parsing import Raw, Sighting
from spiders.engine.source import SourceInfo
from spiders.engine.values import count_of, rating_of

SOURCE = SourceInfo(
    name="prodoctorov", title="ПроДокторов", access="none", live=False,
    legal_basis="Only imported: pages that the clinic or the doctor has saved itself.", shows_reply=True,
    shows_reply_time=True, incremental="none", kinds=("html",), marks=("b-review-card",),
)  # fmt: skip
FIELDS = Fields(
    source="prodoctorov", review_id="id|anchor|body_id", id_optional=True, author="author_id|author",
    text="story", pros="liked",
    cons="disliked", labels={"text": "История пациента", "pros": "Понравилось", "cons": "Не понравилось"},
    posted_at="date|shown_date", reply_text="reply", reply_at="reply_date", reply_known=True,
    subject_kind="doctor", subject_id="doctor",
)  # fmt: skip
_PARTS = {
    "id": "@data-review-id", "anchor": "a[name^='rate-']@name", "body_id": "[itemprop=reviewBody]@data",
    "kind": "@data-review-type", "author_data": "[data-patient-data]@data-patient-data",
    "author": ".b-review-card__author-link | .b-review-card__author-name",
    "doctor": "meta[itemprop=itemReviewed]@content",
    "date": "[itemprop=datePublished]@content", "shown_date": ".b-review-card__datetime | [itemprop=datePublished]",
    "rating": "[itemprop=ratingValue]@content", "best": "[itemprop=bestRating]@content",
    "worst": "[itemprop=worstRating]@content", "stars": ".review-card-tooltips__stars .text-subtitle-2",
    "reply_date": ".b-review-card__datetime_reply", "verified": ".b-chip-verification_review#",
}  # fmt: skip
_TITLES = {"История пациента": "story", "Понравилось": "liked", "Не понравилось": "disliked"}
_PAGE = {"rating": "[itemprop=aggregateRating] [itemprop=ratingValue]@content",
         "votes": "[itemprop=aggregateRating] [itemprop=ratingCount]@content"}  # fmt: skip
_OURS = "[itemprop=reviewBody], .b-review-card__comment"
_REPLY = ".b-review-card__reply"
_REPLY_TEXTS = f"{_REPLY} .b-review-card__reply-body-part"


def find(document: Document) -> Iterator[Batch]:
    """Yield the reviews of a page, or nothing where it is none of ProDoctorov."""
    cards = select(document.html, ".b-review-card")
    cards = [card for card in cards if card.get("data-review-id") or select(card, _OURS)]
    if not cards:
        return
    page, place = cut(document.html, _PAGE), re.search(r"/(?:vrach|lpu)/([\w-]+)", document.url or "")
    yield Batch(
        [_cut(card) for card in cards],
        listing=place[1] if place else None,
        total=count_of(page["votes"]),
        rating=shown_rating(page["rating"], 100, 0),
        count=count_of(page["votes"]),
    )


def _cut(card: Any) -> Raw:
    raw = cut(card, _PARTS)
    if found := re.search(r'"patientProfileId":\s*"(\d+)"', raw.pop("author_data") or ""):
        raw["author_id"] = found[1]
    told = [part for part in select(card, ".b-review-card__comment-wrapper") if not _is_in_reply(part)]
    for part in told:
        texts = cut(part, {"title": ".b-review-card__comment-title", "text": ".b-review-card__comment"})
        name = _TITLES.get(texts["title"] or "История пациента", "story")
        raw[name] = "\n".join(text for text in (raw.get(name), texts["text"]) if text) or None
    if not told:
        raw |= cut(card, {"story": ".b-review-card__comment | .b-review-card__comments"})
    replies = [visible(part) for part in select(card, _REPLY_TEXTS)] or [visible(part) for part in select(card, _REPLY)]
    raw["reply"] = "\n".join(dict.fromkeys(text for text in replies if text)) or None
    return raw


def _is_in_reply(part: Any) -> bool:
    return any("b-review-card__reply" in (above.get("class") or "").split() for above in part.iterancestors())


def parse_review(raw: Raw, **sighting: Unpack[Sighting]) -> Review:
    """Read one card; a value without its scale is one of 0..100 where it is over 5, else the stars beside it count."""
    best, worst = (float(raw[name]) if raw[name] else None for name in ("best", "worst"))
    if best is None and raw["rating"] is not None:
        best, worst = (100, 0) if float(raw["rating"]) > 5 else (5, 1)
    rating = rating_of(raw["rating"] or raw["stars"], best or 5, worst if worst is not None else 1)
    return FIELDS.review(
        raw,
        sighting,
        rating=rating,
        is_verified=True if raw["verified"] else None,
        subject_kind="doctor" if raw["kind"] in ("doctor", None) else "place",
    )
