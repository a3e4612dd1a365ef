"""Steam: reviews of a game by its app id, through Valve's documented Web API (keyless).

The API's terms restrict what may be kept about end users: of an author only a keyed hash and the review's own link is.
Not verified against the live service: how `total_matching` counts, and whether an empty list is left out of the answer.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from scrapy.http import Request, Response

from core.errors import ConfigurationError
from core.records import ReplyState, Review
from spiders.engine.document import Batch, Document, has
from spiders.engine.mapping import first
from spiders.engine.page import Page, SourceError
from spiders.engine.parsing import Raw, author_key, bbcode_to_text, from_unix, required_text, warn_unknown
from spiders.engine.source import SourceInfo
from spiders.engine.spider import ReviewSpider
from spiders.engine.values import file_slug

SOURCE = SourceInfo(
    name="steam",
    title="Steam",
    tier="verified",
    access="api",
    terms_url="https://steamcommunity.com/dev/apiterms",
    terms_checked_on="2026-11-22",
    legal_basis="Public reviews, documented for programs; whoever watches a game checks Valve's terms for his own use.",
    shows_reply=True,
    shows_reply_time=True,
    shows_edit=True,
    incremental="newest first, up to the watermark",
    limits="100 a page",
    base_url="https://api.steampowered.com",
    kinds=("json", "rows"),
    marks=("recommendationid", "query_summary"),
)

LANGUAGES = {
    "arabic": "ar", "brazilian": "pt-BR", "bulgarian": "bg", "czech": "cs", "danish": "da", "dutch": "nl",
    "english": "en", "finnish": "fi", "french": "fr", "german": "de", "greek": "el", "hungarian": "hu",
    "indonesian": "id", "italian": "it", "japanese": "ja", "koreana": "ko", "latam": "es-419", "norwegian": "no",
    "polish": "pl", "portuguese": "pt", "romanian": "ro", "russian": "ru", "schinese": "zh-CN", "spanish": "es",
    "swedish": "sv", "tchinese": "zh-TW", "thai": "th", "turkish": "tr", "ukrainian": "uk", "vietnamese": "vi",
}  # fmt: skip
_LARGEST_COUNT = 2**31  # Steam sends counts below zero as unsigned overflows
_FLAGS = ("voted_up", "steam_purchase")
_BOOLEANS = {"True": True, "true": True, "1": True, "False": False, "false": False, "0": False}  # of tables
_is_review = has("recommendationid", "review", "voted_up")
_APP_ID = re.compile(r"(?:^|[^0-9])(\d{1,10})$")
COMMUNITY = "https://steamcommunity.com"
"""Where people read and answer what the API lists."""


def find(document: Document) -> Iterator[Batch]:
    """Find the reviews of an answer, in its present or older shape, or of an archive of one app (`review_570.json`).

    Else its elements in any list, JSON Lines or table; there `author.steamid` may be a column.
    """
    whole = document.json if document.kind == "json" and isinstance(document.json, dict) else {}
    body = whole.get("response", whole)
    reviews = body.get("reviews") if isinstance(body, dict) else None
    raws = list(reviews.values()) if isinstance(reviews, dict) else reviews
    if not isinstance(raws, list):
        for batch in document.batches(_is_review):
            yield replace(batch, listing=_app_named_or(batch.listing))
        return
    if any(isinstance(raw, dict) and "recommendationid" in raw for raw in raws) or (
        not raws and "query_summary" in body
    ):
        app = _APP_ID.search(file_slug(Path(document.name)))
        app_id = app[1] if app else None
        yield Batch([{**raw, "_app_id": app_id} if isinstance(raw, dict) else raw for raw in raws], app_id, "reviews")


def _app_named_or(wrapped: Any) -> Callable[[Raw], Any]:
    return lambda raw: first(raw, "app_id|appid") or wrapped


def parse_review(
    raw: Mapping[str, Any],
    *,
    listing_id: str,
    seen_at: datetime,
    secret: bytes,
    zone: object = None,  # noqa: ARG001  Steam's times are unix seconds
    app_id: str | None = None,
    site: str = COMMUNITY,
) -> Review:
    """Read one element of `reviews`; `voted_up` becomes rating 1, its absence an error.

    `app_id` and `site` make the link, which leads to where the list was read from (a mirror, say).
    """
    raw = {**raw, **{name: _BOOLEANS.get(raw[name], raw[name]) for name in _FLAGS if isinstance(raw.get(name), str)}}
    app_id = app_id or first(raw, "_app_id|app_id|appid")
    author = raw.get("author") or {"steamid": raw.get("author.steamid")}
    unanswered = ReplyState.none if "developer_response" in raw or "author" in raw else ReplyState.unknown  # of tables
    reply = raw.get("developer_response")
    edited = raw.get("timestamp_updated")
    votes = raw.get("votes_up")
    language = raw.get("language")
    if language and language not in LANGUAGES:
        warn_unknown("steam", "language", language)
    if not isinstance(raw["voted_up"], bool):
        raise TypeError("voted_up must be true or false")
    return Review(
        source="steam",
        listing_id=listing_id,
        review_id=str(raw["recommendationid"]),
        url=f"{site}/profiles/{author['steamid']}/recommended/{app_id}/" if app_id and author.get("steamid") else None,
        author_key=author_key(secret, "steam", author.get("steamid")),
        rating=1.0 if raw["voted_up"] else 0.0,
        text=bbcode_to_text(required_text(raw, "review")),
        language_hint=LANGUAGES.get(language or ""),
        posted_at=from_unix(raw["timestamp_created"]),
        posted_at_precision="exact",
        edited_at=from_unix(edited) if edited and edited != raw["timestamp_created"] else None,
        reply_state=ReplyState.published if reply else unanswered,
        reply_text=bbcode_to_text(reply) if reply else None,
        reply_at=from_unix(raw["timestamp_dev_responded"]) if reply and raw.get("timestamp_dev_responded") else None,
        reply_at_kind="exact" if reply and raw.get("timestamp_dev_responded") else None,
        helpful_votes=votes if isinstance(votes, int) and 0 <= votes < _LARGEST_COUNT else None,
        is_verified=raw.get("steam_purchase"),
        seen_at=seen_at,
    )


class SteamSpider(ReviewSpider, source=SOURCE):
    """`target` is the app id. No look-up by id: the list is read on until all open reviews were met."""

    empty_retries = 5
    total_tolerance = 0.02  # hidden reviews seem to be counted but not listed

    def first_request(self) -> Request:
        """Ask for the newest reviews in all languages."""
        return self._page("*")

    def parse_page(self, response: Response) -> Page:
        """Read one page, in the present shape (`response`) or the older one (`success`)."""
        payload = self.json(response)
        body = payload.get("response", payload)
        if not body and response.meta["is_first"]:
            raise SourceError(f"answered nothing for app {self.listing.target!r}")
        if body.get("success", 1) != 1:
            raise SourceError(f"answered success={body['success']!r:.20} for app {self.listing.target!r}")
        summary = body.get("query_summary") or {}
        total = body.get("total_matching", summary.get("total_reviews"))
        positive = summary.get("total_positive") or 0
        voted = positive + (summary.get("total_negative") or 0)
        cursor = body.get("cursor")
        return Page(
            reviews=body.get("reviews", []),
            next=self._page(cursor) if cursor else None,
            total=total,
            displayed_rating=positive / voted if voted else None,
            displayed_count=voted or None,
        )

    def to_review(self, raw: Mapping[str, Any]) -> Review:
        """Parse one review."""
        site = self.listing.base_url or COMMUNITY
        return parse_review(raw, app_id=self.listing.target, site=site.rstrip("/"), **self.sighting)

    def _page(self, cursor: str) -> Request:
        if not self.listing.target.isdecimal():
            where = f"listings.{self.listing.id}.target"
            raise ConfigurationError(f"{where}: expected an app id such as 570, got {self.listing.target!r}")
        question = {
            "appid": int(self.listing.target), "languages": ["all"], "filter": 1, "review_type": 0, "purchase_type": 1,
            "num_per_page": 100, "filter_offtopic_activity": False, "cursor": cursor,
        }  # fmt: skip
        query = urlencode({"input_json": json.dumps(question, separators=(",", ":"))})
        address = f"{self.base_url}/IUserReviewsService/GetAppReviews/v1/?{query}"
        return Request(address, meta={"is_first": cursor == "*"})
