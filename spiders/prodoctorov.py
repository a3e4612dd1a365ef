"""ProDoctorov: reviews of a doctor or a clinic with the clinic's replies beside them, as the page shows them.

Only imported. Shapes seen: a stored page of a doctor (MoRoZ1k3/doc.tsukanova); of the replies public code. Each review
is microdata with a scale of its own. Not verified: a page of a clinic, a reply in more than two parts.
"""

from typing import Any, Unpack

from core.records import Review
from spiders.engine.kit import Cards, Fields, Raw, Sighting, SourceInfo, cut, rating_told, under_headings

SOURCE = SourceInfo(
    name="prodoctorov", title="ПроДокторов", access="none", live=False,
    legal_basis="Only imported: pages that the clinic or the doctor has saved itself.", shows_reply=True,
    shows_reply_time=True, incremental="none", kinds=("html",), marks=("b-review-card",),
)  # fmt: skip
FIELDS = Fields(
    source="prodoctorov", review_id="id|anchor|body_id", id_optional=True, author="author_id|author",
    text="story", pros="liked", cons="disliked",
    labels={"text": "История пациента", "pros": "Понравилось", "cons": "Не понравилось"},
    posted_at="date|shown_date", reply_text="reply", reply_at="reply_date", reply_known=True, subject_id="doctor",
)  # fmt: skip
_TITLES = {"История пациента": "story", "Понравилось": "liked", "Не понравилось": "disliked"}
_WORDS, _TOTAL = ".b-review-card__comment", "[itemprop=aggregateRating]"


def _told(card: Any) -> Raw:
    return under_headings(card, f"{_WORDS}-wrapper", heading=f"{_WORDS}-title", words=_WORDS, names=_TITLES,
                          outside="b-review-card__reply") or cut(card, {"story": f"{_WORDS} | {_WORDS}s"})  # fmt: skip


CARDS = Cards(
    items=(f".b-review-card:is([data-review-id], :has([itemprop=reviewBody], {_WORDS}))",), more=_told,
    parts={
        "id": "@data-review-id", "anchor": "a[name^='rate-']@name", "body_id": "[itemprop=reviewBody]@data",
        "author_id": r"""[data-patient-data]@data-patient-data ~ patientProfileId":\s*"(\d+)""",
        "author": ".b-review-card__author-link | .b-review-card__author-name", "kind": "@data-review-type",
        "doctor": "meta[itemprop=itemReviewed]@content", "date": "[itemprop=datePublished]@content",
        "shown_date": ".b-review-card__datetime | [itemprop=datePublished]", "rating": "[itemprop=ratingValue]@content",
        "best": "[itemprop=bestRating]@content", "worst": "[itemprop=worstRating]@content",
        "stars": ".review-card-tooltips__stars .text-subtitle-2", "verified": ".b-chip-verification_review#",
        "reply": ".b-review-card__reply*", "reply_parts": ".b-review-card__reply .b-review-card__reply-body-part*",
        "reply_date": ".b-review-card__datetime_reply",
    },
    page={"rating": f"{_TOTAL} [itemprop=ratingValue]@content", "votes": f"{_TOTAL} [itemprop=ratingCount]@content",
          "total": f"{_TOTAL} [itemprop=ratingCount]@content"},
    best=100, worst=0, listing=r"/(?:vrach|lpu)/([\w-]+)",
)  # fmt: skip
find = CARDS.find


def parse_review(raw: Raw, **sighting: Unpack[Sighting]) -> Review:
    """Read one card, by its mark or else by the stars beside it."""
    reply = "\n".join(dict.fromkeys(filter(None, raw["reply_parts"] or raw["reply"])))
    return FIELDS.review(
        raw, sighting, rating=rating_told(raw["rating"] or raw["stars"], raw["best"], raw["worst"]),
        reply_text=reply or None, is_verified=True if raw["verified"] else None,
        subject_kind="doctor" if raw["kind"] in ("doctor", None) else "place",
    )  # fmt: skip
