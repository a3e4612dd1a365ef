"""Tripadvisor: reviews of a place as Apify's scraper exports them and as the page's own GraphQL answers.

Only imported. Shapes seen in public code only: columns of Apify's CSV and JSON (`placeInfo/name`, `ownerResponse/text`,
`user/userId`), and the GraphQL fields `mgmtResponse`, `userProfile`, `createdDate`; a table with
`Review Date` as the page shows it (gangula-karthik/Altitude-Analytics). Bubbles are 1..5.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Unpack

from core.records import Review
from spiders.engine.beside import beside, shown_rating
from spiders.engine.dates import read_date
from spiders.engine.document import Batch, Document, has
from spiders.engine.mapping import Fields, first
from spiders.engine.parsing import Raw, Sighting
from spiders.engine.source import SourceInfo
from spiders.engine.values import count_of

SOURCE = SourceInfo(
    name="tripadvisor", title="Tripadvisor", access="none", live=False,
    legal_basis="Only imported: exports that the place's owner has collected himself.", shows_reply=True,
    shows_reply_time=True, incremental="none", kinds=("json", "rows"),
    marks=("placeInfo", "ownerResponse", "publishedDate", "mgmtResponse", "Review Text"),
)  # fmt: skip
_USER = "user.userId|user/userId|userProfile.id|userProfile.userId|user.username|user/username|userProfile.displayName"
FIELDS = Fields(
    source="tripadvisor", review_id="id|reviewId", id_optional=True, url="url", rating="rating", title="title",
    text="text", author=f"{_USER}|user.name|user/name", language="originalLanguage|lang|language",
    posted_at="publishedDate|createdDate",
    reply_text="ownerResponse.text|ownerResponse/text|mgmtResponse.text",
    reply_at="ownerResponse.publishedDate|ownerResponse/publishedDate|mgmtResponse.publishedDate",
    reply_known="ownerResponse|ownerResponse/text|mgmtResponse",
    helpful_votes="helpfulVotes", has_photo="photos|photos/0|photos/0/image|Photocount",
)  # fmt: skip
TABLE = Fields(
    source="tripadvisor",
    author="Reviewer Name",
    rating="Overall Rating|Rating",
    title="Review Title",
    text="Review Text",
)
_WROTE = re.compile(r"^.* wrote a review ")
_PLACE = "placeInfo.id|placeInfo/id|locationId|location.locationId|placeInfo.name|placeInfo/name"
_is_review = has("rating", "text", any_of=(
    "placeInfo", "placeInfo/name", "placeInfo/id", "ownerResponse/text", "tripType", "travelDate", "mgmtResponse",
    "publishedPlatform", "tripInfo",
), none_of=("bizUserPublicReply",))  # fmt: skip


def _is_in_table(raw: Any) -> bool:
    return has("Review Title", "Review Text", "Review Date")(raw) and bool(_WROTE.search(str(raw["Review Date"])))


def find(document: Document) -> Iterator[Batch]:
    """Yield the reviews of an export or an answer, by place, or nothing where they are none of Tripadvisor's."""
    value = document.json if document.kind == "json" else None
    for batch in document.batches(lambda raw: _is_dated(raw) or _is_in_table(raw)):
        above = beside(batch, value)
        total = count_of(first(above, "totalCount|placeInfo.numberOfReviews"))
        yield replace(batch, listing=_place, total=total, rating=shown_rating(first(above, "placeInfo.rating")))


def _is_dated(raw: Any) -> bool:
    return _is_review(raw) and ("publishedDate" in raw or "createdDate" in raw)


def _place(raw: Raw) -> Any:
    return first(raw, _PLACE)


def parse_review(raw: Raw, **sighting: Unpack[Sighting]) -> Review:
    """Read a review of an export, of GraphQL, or of a table of what the page shows ("Anna wrote a review Sep 2023")."""
    if "Review Text" not in raw:
        return FIELDS.review(raw, sighting)
    scraped = read_date(raw.get("Scraped Date"), seen_at=sighting["seen_at"])
    seen_at = scraped.at if scraped else sighting["seen_at"]
    return TABLE.review(raw, {**sighting, "seen_at": seen_at}, posted_at=_WROTE.sub("", raw["Review Date"] or ""))
