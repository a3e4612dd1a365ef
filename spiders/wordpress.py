"""WordPress.org: reviews of a plugin or theme, from saved pages of its reviews forum and of single reviews.

Only imported. Shape seen: the site's own templates and plugins (WordPress/wordpress.org: wporg-support-2024,
class-ratings-compat, user badges) and a public parser of the list. The list shows title, stars and author; the text and
the answers stand on the review's own page, where an answer is the first post by the plugin's author or contributor.
Not verified on a recorded page. The time of an answer is only told relative to now.
"""

from typing import Any

from spiders.engine.kit import Cards, Fields, Raw, SourceInfo, cut, first_of, select

SOURCE = SourceInfo(
    name="wordpress", title="WordPress.org plugin and theme reviews", access="none", live=False,
    terms_url="https://wordpress.org/about/privacy/", legal_basis="Only imported: pages that a person saved.",
    shows_reply=True, shows_reply_time=True, incremental="newest first",
    limits="30 a page; the text is on the review's own page", kinds=("html",), marks=("wporg-ratings",),
)  # fmt: skip
FIELDS = Fields(
    source="wordpress", review_id="id", author="author_url|author", rating="stars", title="title", text="text",
    url="url", posted_at="date", reply_text="reply", reply_at="reply_date", reply_known="reply",
    subject_kind="product", subject_id="_listing", patterns={"review_id": r"(\d+)", "rating": r"(\d) out of 5"},
)  # fmt: skip
_OWNER = ":is(.by-plugin-author, .by-plugin-contributor, .by-theme-author, .by-theme-contributor)"
_ANSWER = {"reply": ".bbp-reply-content", "reply_date": ".bbp-reply-post-date a"}
_PROJECT = r"wordpress\.org/support/(?:plugin|theme)/([\w-]+)/"


def _around(lead: Any) -> Raw:
    """Return the stars that stand nearest before a review, and the first answer of an owner behind it."""
    stars = lead.xpath("preceding::*[contains(@class, 'wporg-ratings')][1]/@title")
    answers = select(lead.getroottree().getroot(), f"{_OWNER}:has(.bbp-reply-content)")
    answer = cut(answers[0], _ANSWER) if answers else dict.fromkeys(_ANSWER)
    return {"stars": stars[0] if stars else None, **answer}


_REVIEW = Cards(
    items=("ul.bbp-lead-topic",), listing=_PROJECT, is_linked=True, more=_around, above={"title": "h1.page-title"},
    parts={
        "id": "@id", "text": ".bbp-topic-content", "date": ".bbp-topic-post-date a@title",
        "url": ".bbp-topic-post-date a@href", "author_url": "a.bbp-author-link@href", "author": ".bbp-author-name",
    },
)  # fmt: skip
_LIST = Cards(
    items=("ul[id^='bbp-topic-']",), sign=".wporg-ratings", listing=_PROJECT, is_linked=True,
    parts={
        "id": "@id", "url": "a.bbp-topic-permalink@href", "title": "a.bbp-topic-permalink",
        "stars": ".wporg-ratings@title | .wporg-ratings@aria-label",
        "author_url": ".bbp-topic-started-by a@href", "author": ".bbp-topic-started-by a",
    },
    page={"total": "[itemprop=reviewCount]", "rating": ".review-ratings .wporg-ratings@title"},
)  # fmt: skip
find = first_of(_REVIEW.find, _LIST.find)
parse_review = FIELDS.parse_review
