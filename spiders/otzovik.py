"""Otzovik: reviews of a list (their beginnings) or one whole review, as the page shows them.

Only imported. Shape seen: no stored page, but the selectors of several public parsers agree: NLP and reputation tools
by the names of `review-postdate`, `review-plus`, `review-minus`, `review-teaser`, `product-rating` (for one,
customer_analysis_service and VikLear/RepMon). A company's reply is a comment that they do not read: unknown. The page
that asks for a captcha is recorded, and is no page without reviews.
"""

import re
from collections.abc import Iterator
from typing import Unpack

from core.records import Review
from spiders.engine.blocking import BlockedError, sign_of_block
from spiders.engine.document import Batch, Document
from spiders.engine.mapping import Fields
from spiders.engine.markup import cut, select
from spiders.engine.parsing import Raw, Sighting
from spiders.engine.source import SourceInfo

SOURCE = SourceInfo(
    name="otzovik", title="Отзовик", access="none", live=False,
    legal_basis="Only imported: pages that the owner of the thing reviewed has saved himself.", incremental="none",
    limits="a list shows the beginning of the text", kinds=("html",),
    marks=("review-teaser", "review-body", "review-postdate", "captcha-form"),
)  # fmt: skip
FIELDS = Fields(
    source="otzovik", review_id="number", id_optional=True, url="address", author="author", rating="stars",
    title="title", text="text|teaser", pros="pros", cons="cons", labels={"pros": "Достоинства", "cons": "Недостатки"},
    posted_at="date|date_title|date_text",
)  # fmt: skip
_PARTS = {
    "address": "meta[itemprop=url]@content | a.review-read-link@href | a.review-title@href",
    "author": "[itemprop=author] [itemprop=name] | .user-login | span[itemprop=name]",
    "rating": "meta[itemprop=ratingValue]@content | abbr.rating@title | .rating-score | .product-rating@title",
    "date": ".review-postdate@content", "date_title": ".review-postdate abbr@title", "date_text": ".review-postdate",
    "title": "a.review-title | h1", "text": ".review-body.description | [itemprop=reviewBody] | .review-body",
    "teaser": ".review-teaser", "pros": ".review-plus", "cons": ".review-minus",
}  # fmt: skip
_SIGNS = ".review-postdate, .review-teaser, .review-plus, .review-minus, .review-read-link, .review-title, .user-login"
_LABEL = re.compile(r"^(?:Достоинства|Недостатки)\s*:\s*")


def find(document: Document) -> Iterator[Batch]:
    """Yield the reviews of a page, or nothing where it is none of Otzovik.

    Raises:
        BlockedError: the page asks for a captcha.
    """
    is_ours = document.host == "otzovik.com" or document.host.endswith(".otzovik.com") or "otzovik.com" in document.text
    if not is_ours:
        return
    items = [item for item in select(document.html, ".item") if select(item, _SIGNS)]
    items = items or (select(document.html, "body") if select(document.html, ".review-body") else [])
    if not items and (sign := sign_of_block(document.text)):
        raise BlockedError(sign)
    if items:
        place = re.search(r"otzovik\.com/reviews/([\w-]+)", document.url or "")
        yield Batch([cut(item, _PARTS) for item in items], listing=place[1] if place else None)


def parse_review(raw: Raw, **sighting: Unpack[Sighting]) -> Review:
    """Read one review; stars may stand in a sentence of which the last digit counts."""
    number = re.search(r"review_(\d+)", raw["address"] or "")
    stars = re.search(r"(\d(?:[.,]\d)?)\D*$", raw["rating"] or "")
    told = {name: _LABEL.sub("", raw[name] or "") or None for name in ("pros", "cons")}
    address = "https://otzovik.com" + raw["address"] if (raw["address"] or "").startswith("/") else raw["address"]
    clean = {**raw, **told, "address": address, "number": number[1] if number else None, "stars": stars and stars[1]}
    return FIELDS.review(clean, sighting)
