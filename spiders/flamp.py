"""Flamp: reviews of a branch, as its page shows them.

Only imported. Shape seen: a recorded page; the same markup in public code. An answer of the branch is a comment, which
the page only counts: none is known where there are no comments, else it is unknown.
"""

from typing import Unpack

from core.records import ReplyState, Review
from spiders.engine.kit import Cards, Fields, Raw, Sighting, SourceInfo

SOURCE = SourceInfo(
    name="flamp", title="Фламп", tier="verified", access="none", live=False,
    legal_basis="Only imported: pages that the branch's owner has saved himself.", shows_edit=True,
    incremental="none", kinds=("html",), marks=("ugc-item",),
)  # fmt: skip
FIELDS = Fields(
    source="flamp", site="https://flamp.ru", review_id="id", url="url", author="author_url|author", rating="rating",
    text="text", posted_at="date", edited_at="edited", helpful_votes="likes", has_photo="photos",
)  # fmt: skip
CARDS = Cards(
    items=("article.ugc-item",),
    listing=r"/firm/[^/?#]*?(\d{6,})",
    parts={
        "id": "@data-entity-id",
        "url": "cat-brand-ugc-date@url | a.ugc-date@href",
        "author": "cat-brand-name@name",
        "author_url": "[itemprop=author] link[itemprop=url]@href | cat-brand-name@url",
        "rating": "cat-brand-review-estimation@estimation | meta[itemprop=ratingValue]@content",
        "text": ".ugc-item__text--full | [itemprop=reviewBody]",
        "date": "meta[itemprop=datePublished]@content | cat-brand-ugc-date@date | a.ugc-date",
        "edited": "meta[itemprop=dateModified]@content | cat-brand-ugc-date@date-edited",
        "comments": "meta[itemprop=commentCount]@content",
        "photos": ".ugc-item__photos img#",
        "likes": "cat-elements-button-action[icon=like]@counter",
    },
    page={
        "rating": "[itemprop=aggregateRating] meta[itemprop=ratingValue]@content",
        "votes": "[itemprop=aggregateRating] [itemprop=ratingCount]@content",
        "total": "cat-brand-review-estimation@reviews-count",
    },
)
find = CARDS.find


def parse_review(raw: Raw, **sighting: Unpack[Sighting]) -> Review:
    """Read one article of the page."""
    state = ReplyState.none if raw["comments"] == "0" else ReplyState.unknown
    return FIELDS.review(raw, sighting, reply_state=state)
