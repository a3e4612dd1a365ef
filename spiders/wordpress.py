"""WordPress.org: reviews of a plugin or theme, from saved pages of its reviews forum and of single reviews.

Shape: the site's own templates and plugins (WordPress/wordpress.org: wporg-support-2024, class-ratings-compat,
user badges) and a public parser of the list. The list shows title, stars, author and the number of posts; the text and
the answers stand on the review's own page, where an answer is the first post by the plugin's author or contributor.
Not verified on a recorded page. The time of an answer is only told relative to now.
"""

import re
from collections.abc import Iterator
from typing import Any, Unpack

from core.records import Review
from spiders.engine.document import Batch, Document
from spiders.engine.mapping import Fields
from spiders.engine.markup import cut, select
from spiders.engine.parsing import Sighting
from spiders.engine.source import SourceInfo
from spiders.engine.values import rating_of

SOURCE = SourceInfo(
    name="wordpress",
    title="WordPress.org plugin and theme reviews",
    tier="experimental",
    live=False,
    access="none",
    terms_url="https://wordpress.org/about/privacy/",
    legal_basis="Only imported: pages that a person saved.",
    shows_reply=True,
    shows_reply_time=True,
    incremental="newest first",
    limits="30 a page; the text is on the review's own page",
    kinds=("html",),
    marks=("wporg-ratings",),
)
FIELDS = Fields(
    source="wordpress", review_id="id", author="author_url|author", rating="stars", title="title", text="text",
    url="url", posted_at="date", reply_text="reply", reply_at="reply_date", reply_known="reply",
    subject_kind="product", subject_id="_listing",
)  # fmt: skip
_PROJECT = re.compile(r"wordpress\.org/support/(?:plugin|theme)/([\w-]+)/")
_STARS = re.compile(r"(\d) out of 5")
_OWNER = ".by-plugin-author, .by-plugin-contributor, .by-theme-author, .by-theme-contributor"
_LISTED = {
    "url": "a.bbp-topic-permalink@href",
    "title": "a.bbp-topic-permalink",
    "stars": ".wporg-ratings@title | .wporg-ratings@aria-label",
    "author_url": ".bbp-topic-started-by a@href",
    "author": ".bbp-topic-started-by a",
}
_TOPIC = {
    "text": ".bbp-topic-content",
    "date": ".bbp-topic-post-date a@title",
    "url": ".bbp-topic-post-date a@href",
    "author_url": "a.bbp-author-link@href",
    "author": ".bbp-author-name",
}
_ANSWER = {"reply": ".bbp-reply-content", "reply_date": ".bbp-reply-post-date a"}


def find(document: Document) -> Iterator[Batch]:
    """Yield the reviews of a list, or the review of its own page."""
    page = document.html
    project = _PROJECT.search(document.url or "") or _PROJECT.search(document.text)
    listing = project[1] if project else None
    for lead in select(page, "ul.bbp-lead-topic"):
        stars = lead.xpath("preceding::*[contains(@class, 'wporg-ratings')][1]/@title")
        raw = {**cut(lead, _TOPIC), **cut(page, {"title": "h1.page-title"}), "stars": stars[0] if stars else None}
        owners = [post for post in select(page, _OWNER) if select(post, ".bbp-reply-content")]
        answer = cut(owners[0], _ANSWER) if owners else dict.fromkeys(_ANSWER)
        yield Batch([{"id": _number(lead.get("id")), "_listing": listing, **raw, **answer}], listing)
        return
    rows = select(page, "ul[id^='bbp-topic-']")
    if any(select(row, ".wporg-ratings") for row in rows):
        total = cut(page, {"n": "[itemprop=reviewCount]"})["n"] or ""
        shown = cut(page, {"stars": ".review-ratings .wporg-ratings@title"})["stars"]
        raws = [{"id": _number(row.get("id")), "_listing": listing, **cut(row, _LISTED)} for row in rows]
        yield Batch(raws, listing, total=int(re.sub(r"\D", "", total) or 0) or None, rating=_rating(shown))


def parse_review(raw: Any, **sighting: Unpack[Sighting]) -> Review:
    """Read one review."""
    return FIELDS.review(raw, sighting, rating=_rating(raw["stars"]))


def _number(element_id: str | None) -> str | None:
    digits = re.search(r"\d+", element_id or "")
    return digits[0] if digits else None


def _rating(said: str | None) -> float | None:
    stars = _STARS.search(said or "")
    return rating_of(stars[1]) if stars else None
