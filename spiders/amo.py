"""addons.mozilla.org: reviews of a Firefox add-on, through its public v5 API (documented, "not frozen").

Shape seen: Mozilla's documentation. An edit has no time and does not move a review up: it is seen while the review lies
in the overlap behind the watermark, or has an open case. Not verified live: the largest page size (50).
"""

from collections.abc import Mapping
from typing import Any, Unpack
from urllib.parse import quote

from core.records import ReplyState, Review
from spiders.engine.kit import Fields, Lists, Moment, Raw, Sighting, SourceInfo, first, has
from spiders.engine.numbered import LookUpSpider
from spiders.engine.parsing import from_iso, plain, stars

SOURCE = SourceInfo(
    name="amo", title="addons.mozilla.org", access="api", base_url="https://addons.mozilla.org",
    terms_url="https://mozilla.github.io/addons-server/topics/api/ratings.html", terms_checked_on="2026-11-22",
    legal_basis="Mozilla documents the ratings API for programs; robots.txt allows /api/; the reviews are public.",
    shows_reply=True, shows_reply_time=True, shows_deletion=True, incremental="newest first, up to the watermark",
    limits="50 a page", kinds=("json",), marks=("is_developer_reply", "grouped_ratings"),
)  # fmt: skip
FIELDS = Fields(
    source="amo", review_id="id", author="user.id", subject_kind="app_version", subject_id="version.version"
)
_LISTS = Lists(shapes=((has("id", "created", "score", "is_developer_reply"), FIELDS),), listing="addon.slug|addon.id")
find = _LISTS.find


def parse_review(raw: Raw, *, site: str = SOURCE.base_url, **sighting: Unpack[Sighting]) -> Review:
    """Read one rating; a deleted reply is `removed`, null is no reply. `site` makes the link."""
    reply, slug = raw.get("reply") or {}, first(raw, "addon.slug|addon.id")
    is_shown = bool(reply) and not reply.get("is_deleted")
    return FIELDS.review(
        raw, sighting, text=plain(raw["body"] or ""), posted_at=Moment(from_iso(raw["created"]), "exact"),
        rating=stars(raw["score"]) if raw.get("score") is not None else None,
        url=f"{site}/firefox/addon/{quote(str(slug))}/reviews/{raw['id']}/" if slug else None,
        reply_state=ReplyState.published if is_shown else ReplyState.removed if reply else ReplyState.none,
        reply_text=plain(reply["body"] or "") if is_shown else None,
        reply_at=Moment(from_iso(reply["created"]), "exact") if is_shown else None,
    )  # fmt: skip


class AmoSpider(LookUpSpider, source=SOURCE):
    """`target` is the add-on's id, slug or guid."""

    page_path = "/api/v5/ratings/rating/?addon={target}&page={page}&page_size=50&show_grouped_ratings=true"
    review_path = "/api/v5/ratings/rating/{id}/"
    reviews, more, total, votes = "results", "next", "count", "grouped_ratings"
    left_out, gone, target_is = "is_developer_reply", "is_deleted", "an add-on's id, slug or guid"

    def to_review(self, raw: Mapping[str, Any]) -> Review:
        """Parse one rating."""
        return parse_review(dict(raw), site=self.base_url, **self.sighting)
