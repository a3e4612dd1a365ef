"""Tripadvisor: reviews of a place as Apify's scraper exports them and as the page's own GraphQL answers.

Only imported. Shapes seen in public code only: columns of Apify's CSV and JSON (`placeInfo/name`, `ownerResponse/text`,
`user/userId`), GraphQL's `mgmtResponse`, `userProfile` and `createdDate`, and a table with `Review Date` as the page
shows it (gangula-karthik/Altitude-Analytics); and the documented answer of the Content API. Bubbles are 1..5. Not
verified: a recorded answer.
"""

from typing import Any, Unpack

from core.records import Review
from spiders.engine.dates import read_date
from spiders.engine.kit import Fields, Lists, Raw, Sighting, SourceInfo, has, replace

SOURCE = SourceInfo(
    name="tripadvisor", title="Tripadvisor", access="none", live=False,
    legal_basis="Only imported: exports that the place's owner has collected himself.", shows_reply=True,
    shows_reply_time=True, incremental="none", kinds=("json", "rows"),
    marks=("placeInfo", "location_id", "ownerResponse", "publishedDate", "mgmtResponse", "Review Text"),
)  # fmt: skip
FIELDS = Fields(
    source="tripadvisor", review_id="id|reviewId", id_optional=True, url="url", rating="rating", title="title",
    author="user.userId|user/userId|userProfile.id|userProfile.userId|user.username|user/username"
           "|userProfile.displayName|user.name|user/name",
    text="text", language="originalLanguage|lang|language", posted_at="publishedDate|createdDate",
    reply_text="ownerResponse.text|ownerResponse/text|mgmtResponse.text",
    reply_at="ownerResponse.publishedDate|ownerResponse/publishedDate|mgmtResponse.publishedDate",
    reply_known="ownerResponse|ownerResponse/text|mgmtResponse",
    helpful_votes="helpfulVotes", has_photo="photos|photos/0|photos/0/image|Photocount",
)  # fmt: skip
TABLE = Fields(
    source="tripadvisor", author="Reviewer Name", rating="Overall Rating|Rating", title="Review Title",
    text="Review Text", posted_at="Review Date", patterns={"posted_at": "(?:^.* wrote a review )?(.+)"})  # fmt: skip
API = replace(FIELDS, author="user.username", posted_at="published_date", reply_text="owner_response.text",
              reply_at="owner_response.published_date", reply_known=True, helpful_votes="helpful_votes")  # fmt: skip
_MARKS = ("placeInfo", "placeInfo/name", "placeInfo/id", "ownerResponse/text", "tripType", "travelDate", "mgmtResponse",
          "publishedPlatform", "tripInfo")  # fmt: skip


def _is_in_table(raw: Any) -> bool:
    return has("Review Title", "Review Text", "Review Date")(raw) and " wrote a review " in str(raw["Review Date"])


_LISTS = Lists(
    shapes=((has("rating", "text", "publishedDate", any_of=_MARKS, none_of=("bizUserPublicReply",)), FIELDS),
            (has("rating", "text", "createdDate", any_of=_MARKS, none_of=("bizUserPublicReply",)), FIELDS),
            (has("rating", "text", "published_date", "location_id"), API), (_is_in_table, TABLE)),
    listing="placeInfo.id|placeInfo/id|locationId|location.locationId|placeInfo.name|placeInfo/name|location_id",
    total="totalCount|placeInfo.numberOfReviews|paging.total_results", rating="placeInfo.rating",
)  # fmt: skip
find = _LISTS.find


def parse_review(raw: Raw, **sighting: Unpack[Sighting]) -> Review:
    """Read a review of an export, of GraphQL, or of a table of what the page shows ("Anna wrote a review Sep 2023")."""
    if "Review Text" not in raw:
        return _LISTS.parse_review(raw, **sighting)
    scraped = read_date(raw.get("Scraped Date"), seen_at=sighting["seen_at"])
    return TABLE.review(raw, {**sighting, "seen_at": scraped.at if scraped else sighting["seen_at"]})
