"""Discourse forums: each topic is a review, its first public answer by staff is the owner's reply.

Not verified against a live forum: `deleted_at` for anonymous readers (a deleted topic answers 404 or 410).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Unpack
from urllib.parse import urlencode

from scrapy.http import Request, Response

from core.records import ReplyState, Review
from spiders.engine.document import Batch, Document, has
from spiders.engine.job import OpenReview
from spiders.engine.page import Detail, Page
from spiders.engine.parsing import Raw, Sighting, author_key, from_iso, html_to_text, plain, required_text, warn_unknown
from spiders.engine.source import SourceInfo
from spiders.engine.spider import ReviewSpider

SOURCE = SourceInfo(
    name="discourse",
    title="Discourse",
    tier="verified",
    access="robots",
    terms_url="https://meta.discourse.org/t/available-settings-for-global-rate-limits-and-throttling/78612",
    terms_checked_on="2026-11-22",
    legal_basis="The topics are public; the forum's own robots.txt and terms decide.",
    shows_reply=True,
    shows_reply_time=True,
    shows_edit=True,
    shows_deletion=True,
    incremental="newest topics first, up to the watermark",
    limits="200 requests a minute",
    options={
        "category": "Id of the only category to read.",
        "staff_group": "Primary group whose members answer for the owner, beside staff, moderators and admins.",
    },
    kinds=("json",),
    marks=("post_stream",),
)

_REGULAR, _MODERATOR_ACTION, _SMALL_ACTION, _WHISPER = 1, 2, 3, 4
_POSTS_A_REQUEST = 20  # what Discourse itself loads at once


def find(document: Document) -> Iterator[Batch]:
    """Find the topic of an answer (`/t/{id}.json`)."""
    yield from document.batches(has("id", "title", "post_stream"))


def parse_review(
    raw: Raw, *, base_url: str | None = None, staff_group: str | None = None, **sighting: Unpack[Sighting]
) -> Review:
    """Read one topic (`/t/{id}.json`); `staff_group` names a group whose members answer for the owner."""
    posts = raw["post_stream"]["posts"]
    first = next((post for post in posts if post["post_number"] == 1), None)
    if first is None:
        raise KeyError("the first post")
    reply, state = _reply(posts, staff_group)
    return Review(
        source="discourse",
        listing_id=sighting["listing_id"],
        review_id=str(raw["id"]),
        url=f"{base_url}/t/{raw.get('slug') or '-'}/{raw['id']}" if base_url else None,
        author_key=author_key(sighting["secret"], "discourse", first.get("username")),
        title=plain(raw["title"]) if raw.get("title") else None,
        text=html_to_text(required_text(first, "cooked")),
        posted_at=from_iso(first["created_at"]),
        posted_at_precision="exact",
        edited_at=from_iso(first["updated_at"]) if first.get("version", 1) > 1 else None,
        reply_state=state,
        reply_text=html_to_text(reply["cooked"], drop_quotes=True) if reply else None,
        reply_at=from_iso(reply["created_at"]) if reply else None,
        reply_at_kind="exact" if reply else None,
        seen_at=sighting["seen_at"],
    )


def _reply(posts: Sequence[Mapping[str, Any]], staff_group: str | None) -> tuple[Mapping[str, Any] | None, ReplyState]:
    hidden = removed = None
    for post in sorted(posts, key=lambda post: int(post["post_number"])):
        kind = post.get("post_type", _REGULAR)
        if kind not in (_REGULAR, _MODERATOR_ACTION, _SMALL_ACTION, _WHISPER):
            warn_unknown("discourse", "post_type", kind)
        by_staff = any(post.get(flag) for flag in ("staff", "moderator", "admin"))
        by_group = staff_group is not None and post.get("primary_group_name") == staff_group
        if post["post_number"] == 1 or not (by_staff or by_group) or kind in (_SMALL_ACTION, _WHISPER):
            continue
        if post.get("user_deleted") or post.get("deleted_at"):
            removed = removed or post
        elif post.get("hidden"):
            hidden = hidden or post
        else:
            return post, ReplyState.published
    return None, ReplyState.rejected if hidden else ReplyState.removed if removed else ReplyState.none


class DiscourseSpider(ReviewSpider, source=SOURCE):
    """`target` is the forum's address, unless the listing has a `base_url`."""

    def first_request(self) -> Request:
        """Ask for the newest topics."""
        return self._page(0)

    def parse_page(self, response: Response) -> Page:
        """Read one page of the list: its topics are fetched one by one."""
        topic_list = self.json(response)["topic_list"]
        topics = topic_list["topics"]
        category = self.listing.options.get("category")
        times = [from_iso(topic["created_at"]) for topic in topics]
        return Page(
            details=[
                Detail(str(topic["id"]), from_iso(topic["created_at"]), self._topic(topic["id"]))
                for topic in topics
                if category is None or str(topic.get("category_id")) == str(category)
            ],
            listed=len(topics),
            newest=max(times, default=None),
            oldest=min(times, default=None),
            next=self._page(response.meta["page"] + 1) if len(topics) >= topic_list.get("per_page", 1) else None,
        )

    def parse_look_up(self, response: Response) -> Page:
        """Read one topic; while no staff has answered in what came, ask for the posts that did not come."""
        raw = response.meta.get("topic") or self.json(response)
        if "topic" in response.meta:
            raw["post_stream"]["posts"] += self.json(response)["post_stream"]["posts"]
        posts, stream = raw["post_stream"]["posts"], raw["post_stream"].get("stream") or []
        asked = response.meta.get("asked", 0) or len(posts)
        rest = stream[asked : asked + _POSTS_A_REQUEST]
        if rest and _reply(posts, self._staff_group)[1] is not ReplyState.published:
            query = urlencode([("post_ids[]", post_id) for post_id in rest])
            meta = {"topic": raw, "asked": asked + len(rest)}
            return Page(more=Request(f"{self.base_url}/t/{raw['id']}/posts.json?{query}", meta=meta))
        return Page(reviews=[raw])

    def to_review(self, raw: Mapping[str, Any]) -> Review:
        """Parse one topic."""
        return parse_review(dict(raw), base_url=self.base_url, staff_group=self._staff_group, **self.sighting)

    def look_up(self, review: OpenReview) -> Request:
        """Ask for one topic; 404 or 410 says that it is gone."""
        return self._topic(review.review_id)

    @property
    def _staff_group(self) -> str | None:
        group = self.listing.options.get("staff_group")
        return str(group) if group is not None else None

    def _page(self, number: int) -> Request:
        return Request(f"{self.base_url}/latest.json?order=created&page={number}", meta={"page": number})

    def _topic(self, topic_id: object) -> Request:
        return Request(f"{self.base_url}/t/{topic_id}.json")
