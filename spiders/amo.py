"""addons.mozilla.org: reviews of a Firefox add-on, through its public v5 API (documented, "not frozen").

An edit has no time and does not move a review up: it is seen while the review lies in the overlap behind the watermark,
or has an open case. Anonymous callers do not see deleted ratings. Not verified live: the largest page size (50).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Unpack
from urllib.parse import quote, urlencode

from scrapy.http import Request, Response

from core.errors import ConfigurationError
from core.records import ReplyState, Review
from spiders.engine.document import Batch, Document, by, has
from spiders.engine.job import OpenReview
from spiders.engine.page import Page
from spiders.engine.parsing import Raw, Sighting, author_key, from_iso, plain, stars
from spiders.engine.source import SourceInfo
from spiders.engine.spider import ReviewSpider

SOURCE = SourceInfo(
    name="amo",
    title="addons.mozilla.org",
    tier="experimental",
    access="api",
    terms_url="https://mozilla.github.io/addons-server/topics/api/ratings.html",
    terms_checked_on="2026-11-22",
    legal_basis="Mozilla documents the ratings API for programs; robots.txt allows /api/; the reviews are public.",
    shows_reply=True,
    shows_reply_time=True,
    shows_deletion=True,
    incremental="newest first, up to the watermark",
    limits="50 a page",
    base_url="https://addons.mozilla.org",
    kinds=("json",),
    marks=("is_developer_reply", "grouped_ratings"),
)


_is_rating = has("id", "created", "score", "is_developer_reply")


def find(document: Document) -> Iterator[Batch]:
    """Find the ratings of an answer of the API."""
    for batch in document.batches(_is_rating):
        yield by(batch, "addon.slug|addon.id")


def parse_review(raw: Raw, *, site: str = "https://addons.mozilla.org", **sighting: Unpack[Sighting]) -> Review:
    """Read one rating; a deleted reply is `removed`, null is no reply. `site` makes the link."""
    addon = raw.get("addon") or {}
    reply: Mapping[str, Any] = raw.get("reply") or {}
    version = (raw.get("version") or {}).get("version")
    published = bool(reply) and not reply.get("is_deleted")
    slug = addon.get("slug") or addon.get("id")
    return Review(
        source="amo",
        listing_id=sighting["listing_id"],
        review_id=str(raw["id"]),
        url=f"{site}/firefox/addon/{quote(str(slug))}/reviews/{raw['id']}/" if slug else None,
        author_key=author_key(sighting["secret"], "amo", (raw.get("user") or {}).get("id")),
        subject_kind="app_version" if version else None,
        subject_id=version,
        rating=stars(raw["score"]) if raw.get("score") is not None else None,
        text=plain(raw["body"] or ""),
        posted_at=from_iso(raw["created"]),
        posted_at_precision="exact",
        reply_state=ReplyState.published if published else ReplyState.removed if reply else ReplyState.none,
        reply_text=plain(reply["body"] or "") if published else None,
        reply_at=from_iso(reply["created"]) if published else None,
        reply_at_kind="exact" if published else None,
        seen_at=sighting["seen_at"],
    )


class AmoSpider(ReviewSpider, source=SOURCE):
    """`target` is the add-on's id, slug or guid."""

    def first_request(self) -> Request:
        """Ask for the newest ratings, with and without text."""
        return self._page(1)

    def parse_page(self, response: Response) -> Page:
        """Read one page of `results`; the next one is asked for by number, never by the host that `next` names."""
        payload = self.json(response)
        ratings = [raw for raw in payload["results"] if not raw.get("is_developer_reply")]
        grouped = {int(score): count for score, count in (payload.get("grouped_ratings") or {}).items()}
        voted = sum(grouped.values())
        return Page(
            reviews=[raw for raw in ratings if not raw.get("is_deleted")],
            gone=[str(raw["id"]) for raw in ratings if raw.get("is_deleted")],
            next=self._page(response.meta["page"] + 1) if payload.get("next") else None,
            total=payload.get("count"),
            displayed_rating=sum(stars(score) * count for score, count in grouped.items()) / voted if voted else None,
            displayed_count=voted or None,
        )

    def to_review(self, raw: Mapping[str, Any]) -> Review:
        """Parse one rating."""
        return parse_review(dict(raw), site=self.base_url, **self.sighting)

    def look_up(self, review: OpenReview) -> Request:
        """Ask for one rating; 404 says that it is gone."""
        return Request(f"{self.base_url}/api/v5/ratings/rating/{quote(review.review_id, safe='')}/")

    def parse_look_up(self, response: Response) -> Page:
        """Read one rating that was looked up."""
        raw = self.json(response)
        return Page(gone=[str(raw["id"])]) if raw.get("is_deleted") else Page(reviews=[raw])

    def _page(self, number: int) -> Request:
        if not self.listing.target:
            raise ConfigurationError(f"listings.{self.listing.id}.target: expected an add-on's id, slug or guid")
        query = {"addon": self.listing.target, "page": number, "page_size": 50, "show_grouped_ratings": "true"}
        return Request(f"{self.base_url}/api/v5/ratings/rating/?{urlencode(query)}", meta={"page": number})
