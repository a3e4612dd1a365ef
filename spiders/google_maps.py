"""Google Maps and Places: reviews of a place as Google's two Places APIs answer and as known tools export them.

Only imported. Shapes seen: recorded answers of the older Places API; public code for the newer one; exports of Apify's
scrapers (JSON, CSV, places with their reviews), omkarcloud's (`response_from_owner_text`), Outscraper (`owner_answer`),
SerpApi (`snippet`, `response`), gosom (`Description`, `When`), and tables with `owner_response`. Google's own answers
show no reply: unknown. One review has one id in all of them where they give it.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Unpack

from core.records import Review
from spiders.engine.beside import beside, shown_rating
from spiders.engine.blocking import BlockedError
from spiders.engine.document import Batch, Document, has
from spiders.engine.mapping import Fields, at, first
from spiders.engine.parsing import Raw, Sighting
from spiders.engine.source import SourceInfo
from spiders.engine.values import count_of, listing_name

SOURCE = SourceInfo(
    name="google_maps", title="Google Maps, Places", tier="verified", access="none", live=False,
    legal_basis="Only imported: answers and exports that the place's owner has collected himself.", shows_reply=True,
    shows_reply_time=True, incremental="none", limits="5 reviews in an answer of the Places APIs",
    kinds=("json", "rows", "html"),
    marks=("publishedAtDate", "responseFromOwner", "reviewId", "owner_response", "response_from_owner",
           "owner_answer", "publishTime", "relative_time_description", "iso_date", "google.com/maps", "Description"),
)  # fmt: skip
PLACES = Fields(
    source="google_maps", url="googleMapsUri", author="authorAttribution.uri|author_url|author_name",
    rating="rating", no_rating=(0,), text="originalText.text|text.text|text",
    language="originalText.languageCode|text.languageCode|original_language|language", posted_at="publishTime|time",
)  # fmt: skip
EXPORT = Fields(
    source="google_maps", review_id="reviewId|review_id|id", id_optional=True,
    url="reviewUrl|review_url|review_link|link",
    author="reviewerId|reviewer_id|author_id|user.contributor_id|reviewerUrl|author_link|user.link|name|reviewer_name"
           "|author_title|user.name|Name",
    rating="stars|star_rating|review_rating|rating|Rating", no_rating=(0, "0"),
    text="text|review_text|extracted_snippet.original|snippet|Description|textTranslated",
    language="originalLanguage|language",
    posted_at="publishedAtDate|published_at_date|review_timestamp|review_datetime_utc|iso_date|review_date|When"
              "|publishAt|published_at|date",
    edited_at="iso_date_of_last_edit",
    reply_text="responseFromOwnerText|response_from_owner_text|owner_answer|owner_response"
               "|response.extracted_snippet.original|response.snippet",
    reply_at="responseFromOwnerDate|response_from_owner_date|owner_answer_timestamp"
             "|owner_answer_timestamp_datetime_utc|response.iso_date|response_from_owner_ago",
    reply_known="responseFromOwnerText|response_from_owner_text|owner_answer|owner_response|iso_date",
    helpful_votes="likesCount|review_likes_count|review_likes|likes",
    has_photo="reviewImageUrls|reviewImageUrls/0|review_img_urls|review_img_url|images",
)  # fmt: skip
_PLACE = "placeId|place_id|google_id|cid|data_id|title|location_name|place_name|placeTitle"
_places = (
    has("rating", "publishTime", any_of=("authorAttribution", "relativePublishTimeDescription")),
    has("rating", "relative_time_description", "time", any_of=("author_name", "text")),
)
_exports = (
    has("stars", any_of=("publishedAtDate", "responseFromOwnerText", "publishAt"), none_of=("starRating",)),
    has("star_rating", "review_text", "owner_response"),
    has("review_id", "rating", any_of=("response_from_owner_text", "published_at_date")),
    has("review_rating", any_of=("owner_answer", "review_datetime_utc", "review_timestamp")),
    has("rating", "user", "date", any_of=("snippet", "review_id"), none_of=("comment", "title")),
    has("Name", "Rating", "Description", "When"),
)
_IN_ADDRESS = re.compile(r"(?:/reviews/|!1s|placeid=)(C[hi](?!IJ)[\w-]{15,})")
_SHORT = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_AMERICAN = re.compile(r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d")


def find(document: Document) -> Iterator[Batch]:
    """Yield the reviews of an answer or an export, by place where the reviews name theirs.

    Raises:
        BlockedError: a page of Google Maps, which holds no reviews.
    """
    if document.kind == "html":
        if "google.com/maps" in document.text and "APP_INITIALIZATION_STATE" in document.text:
            raise BlockedError("a page of Google Maps, which keeps no reviews; import an export of them")
        return
    value = document.json if document.kind == "json" else None
    for batch in document.batches(_is_review):
        above = beside(batch, value)
        yield replace(
            batch,
            listing=partial(
                _listing,
                place=listing_name(first(above, f"placeId|place_id|id|{_PLACE}|displayName.text|place_info.title")),
            ),
            total=count_of(first(above, "reviewsCount|place_info.reviews")),
            rating=shown_rating(first(above, "rating|totalScore|place_info.rating")),
            count=count_of(first(above, "userRatingCount|user_ratings_total|reviewsCount|place_info.reviews")),
        )


def _listing(raw: Raw, place: object) -> object:
    resource = re.match(r"places/([^/]+)/reviews/", str(at(raw, "name") or ""))
    return resource[1] if resource else listing_name(first(raw, _PLACE)) or place


def _is_review(raw: Any) -> bool:
    return any(shape(raw) for shape in (*_places, *_exports))


def parse_review(raw: Raw, **sighting: Unpack[Sighting]) -> Review:
    """Read a review of either API or of an export."""
    if any(shape(raw) for shape in _places):
        _, _, review_id = str(at(raw, "name") or "").rpartition("/reviews/")
        return PLACES.review(raw, sighting, **({"review_id": review_id} if review_id else {}))
    origin = at(raw, "reviewOrigin")
    computed: dict[str, Any] = {"syndicated_from": None if origin in (None, "Google") else str(origin)}
    if first(raw, EXPORT.review_id) is None and (found := _IN_ADDRESS.search(str(first(raw, EXPORT.url) or ""))):
        computed["review_id"] = found[1]
    for name in ("posted_at", "reply_at"):
        value = first(raw, getattr(EXPORT, name))
        if isinstance(value, str) and (short := _SHORT.fullmatch(value)):  # gosom's
            computed[name] = f"{short[1]}-{short[2]:0>2}-{short[3]:0>2}"
        if isinstance(value, str) and _AMERICAN.fullmatch(value):  # Outscraper's, whose columns say UTC
            computed[name] = datetime.strptime(value, "%m/%d/%Y %H:%M:%S").replace(tzinfo=UTC)
    return EXPORT.review(raw, sighting, **computed)
