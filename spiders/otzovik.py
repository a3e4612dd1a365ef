"""Otzovik: reviews of a list (their beginnings) or one whole review, as the page shows them.

Only imported. Shape seen: the selectors in which several public parsers agree (for one, customer_analysis_service and
VikLear/RepMon); recorded is only the page that asks for a captcha. A company's reply is a comment that they do not
read: unknown. Not verified: a page with reviews.
"""

import re
from typing import Unpack

from core.records import Review
from spiders.engine.kit import Cards, Fields, Raw, Sighting, SourceInfo

SOURCE = SourceInfo(
    name="otzovik", title="Отзовик", access="none", live=False,
    legal_basis="Only imported: pages that the owner of the thing reviewed has saved himself.", incremental="none",
    limits="a list shows the beginning of the text", kinds=("html",),
    marks=("review-teaser", "review-body", "review-postdate", "captcha-form"),
)  # fmt: skip
FIELDS = Fields(
    source="otzovik", site="https://otzovik.com", review_id="address", id_optional=True, url="address", author="author",
    rating="rating", title="title", text="text|teaser", pros="pros", cons="cons",
    labels={"pros": "Достоинства", "cons": "Недостатки"}, posted_at="date|date_title|date_text",
    patterns={"review_id": r"review_(\d+)", "rating": r"(\d(?:[.,]\d)?)\D*$"},  # a sentence may end in the stars
)  # fmt: skip
_SIGNS = ".review-postdate, .review-teaser, .review-plus, .review-minus, .review-read-link, .review-title, .user-login"
CARDS = Cards(
    site="otzovik.com",
    listing=r"otzovik\.com/reviews/([\w-]+)",
    items=(f".item:has({_SIGNS})", "body:has(.review-body)"),
    parts={
        "address": "meta[itemprop=url]@content | a.review-read-link@href | a.review-title@href",
        "author": "[itemprop=author] [itemprop=name] | .user-login | span[itemprop=name]",
        "rating": "meta[itemprop=ratingValue]@content | abbr.rating@title | .rating-score | .product-rating@title",
        "date": ".review-postdate@content",
        "date_title": ".review-postdate abbr@title",
        "date_text": ".review-postdate",
        "title": "a.review-title | h1",
        "text": ".review-body.description | [itemprop=reviewBody] | .review-body",
        "teaser": ".review-teaser",
        "pros": ".review-plus",
        "cons": ".review-minus",
    },
)
find = CARDS.find


def parse_review(raw: Raw, **sighting: Unpack[Sighting]) -> Review:
    """Read one review; the label of its pros and cons may stand in them."""
    told = {name: re.sub(r"^(?:Достоинства|Недостатки)\s*:\s*", "", raw[name] or "") for name in ("pros", "cons")}
    return FIELDS.review({**raw, **told}, sighting)
