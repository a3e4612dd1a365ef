"""A Discourse forum for the demo: topics are reviews, posts of the staff are replies."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import Any, ClassVar

from console.demo.apps.base import Answer, Query, SourceApp, first, json_answer, number_of
from console.demo.scenario import DemoListing, ReviewState

_LATEST = re.compile(r"/latest\.json")
_CATEGORY = re.compile(r"/c/([a-z0-9-]+)/(\d+)(?:/l/latest)?\.json")
_TOPIC = re.compile(r"/t/(?:[a-z0-9-]+/)?(\d+)\.json")
_POSTS = re.compile(r"/t/(\d+)/posts\.json")
_STAFF = "zhyva_polytsia"
_OTHER_CATEGORY = "1"


@dataclass(frozen=True, slots=True)
class _Post:
    author: str
    at: datetime
    text: str
    staff: bool = False
    updated_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class _Topic:
    id: int
    category: str
    slug: str
    title: str
    posts: tuple[_Post, ...]


class DiscourseApp(SourceApp):
    """A forum whose category of reviews is the listing, beside a welcome topic that is none."""

    source: ClassVar[str] = "discourse"
    title: ClassVar[str] = "Демо-форум"
    robots: ClassVar[str] = "User-agent: *\nDisallow: /admin/\nDisallow: /email/\nDisallow: /session\n"
    page_limit: ClassVar[int] = 6
    posts_limit: ClassVar[int] = 5
    """Posts that come with a topic; the rest are asked for by id (20 on a real forum)."""

    def respond(self, path: str, query: Query) -> Answer | None:
        """Answer topic lists, topics, and posts by id."""
        if _LATEST.fullmatch(path):
            return self._topic_list(path, list(self._topics()), query)
        if category := _CATEGORY.fullmatch(path):
            return self._topic_list(path, [t for t in self._topics() if t.category == category[2]], query)
        match = _TOPIC.fullmatch(path) or _POSTS.fullmatch(path)
        if match is None:
            return None
        topic = next((topic for topic in self._topics() if str(topic.id) == match[1]), None)
        if topic is None:
            gone = {"errors": ["The requested URL or resource could not be found."], "error_type": "not_found"}
            return json_answer(gone, 404)
        posts = _posts(topic)
        if match.re is _POSTS:
            wanted = set(query.get("post_ids[]", []))
            return json_answer({"post_stream": {"posts": [p for p in posts if str(p["id"]) in wanted]}, "id": topic.id})
        stream = {"posts": posts[: self.posts_limit], "stream": [post["id"] for post in posts]}
        return json_answer({"post_stream": stream, "chunk_size": self.posts_limit, **_head(topic)})

    def page_path(self, listing: DemoListing, review: ReviewState) -> str:  # noqa: ARG002  topics know their forum
        """Return the path of a topic's page."""
        return f"/t/{review.story.slug}/{review.id}"

    def _topic_list(self, path: str, topics: list[_Topic], query: Query) -> Answer:
        if first(query, "order") == "created":
            topics.sort(key=lambda topic: topic.posts[0].at, reverse=True)
        else:
            topics.sort(key=lambda topic: topic.posts[-1].at, reverse=True)
        number = int(first(query, "page", "0") or "0")
        pages = self.paged(topics, self.page_limit)
        listed: dict[str, Any] = {"can_create_topic": False, "per_page": self.page_limit, "top_tags": []}
        if number + 1 < len(pages):
            listed["more_topics_url"] = f"{path.removesuffix('.json')}?order=created&page={number + 1}"
        listed["topics"] = [_head(topic) for topic in (pages[number] if number < len(pages) else [])]
        return json_answer({"users": [], "primary_groups": [], "topic_list": listed})

    def _topics(self) -> Iterator[_Topic]:
        old = self.night_one - timedelta(days=400)
        welcome = _Post(_STAFF, old, "Тут можна ставити запитання й ділитися думками. Будьмо чемні.", staff=True)
        yield _Topic(7, _OTHER_CATEGORY, "laskavo-prosymo", "Ласкаво просимо на форум", (welcome,))
        for listing in self.listings:
            category = listing.target.rpartition("/")[2]
            for review in self.shown(listing):
                yield _topic(category, review)


def _topic(category: str, review: ReviewState) -> _Topic:
    story, start = review.story, review.posted_at - review.story.posted
    opening = _Post(story.author, review.posted_at, review.text or "", False, review.edited_at, 1 + review.edits)
    later = [_Post(chat.author, start + chat.at, chat.text) for chat in story.chat]
    if review.reply is not None and review.reply_at is not None:
        later.append(_Post(_STAFF, review.reply_at, review.reply, staff=True))
    later.sort(key=lambda post: post.at)
    return _Topic(int(review.id), category, story.slug, story.title or "", (opening, *later))


def _head(topic: _Topic) -> dict[str, Any]:
    last = _iso(topic.posts[-1].at)
    return {
        "id": topic.id,
        "title": topic.title,
        "fancy_title": escape(topic.title),
        "slug": topic.slug,
        "posts_count": len(topic.posts),
        "reply_count": len(topic.posts) - 1,
        "highest_post_number": len(topic.posts),
        "created_at": _iso(topic.posts[0].at),
        "last_posted_at": last,
        "bumped_at": last,
        "pinned": False,
        "visible": True,
        "closed": False,
        "archived": False,
        "category_id": int(topic.category),
    }


def _posts(topic: _Topic) -> list[dict[str, Any]]:
    return [
        {
            "id": topic.id * 100 + number,
            "name": post.author,
            "username": post.author,
            "created_at": _iso(post.at),
            "updated_at": _iso(post.updated_at or post.at),
            "cooked": "\n".join(f"<p>{escape(part, quote=False)}</p>" for part in post.text.split("\n\n")),
            "post_number": number,
            "post_type": 1,
            "reply_to_post_number": None if number == 1 else 1,
            "version": post.version,
            "topic_id": topic.id,
            "topic_slug": topic.slug,
            "user_id": number_of(post.author),
            "user_title": None,
            "primary_group_name": "team" if post.staff else None,
            "staff": post.staff,
            "admin": False,
            "moderator": post.staff,
            "hidden": False,
            "user_deleted": False,
            "deleted_at": None,
        }
        for number, post in enumerate(topic.posts, start=1)
    ]


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
