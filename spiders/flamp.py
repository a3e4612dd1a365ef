"""Flamp: reviews of a branch, as its page shows them.

Only imported. Shape seen: a recorded page; the same markup in public code. An answer of the branch is a comment, which
the page only counts: none is known where there are no comments, else it is unknown.
"""

import re
from collections.abc import Iterator
from typing import Unpack

from core.records import ReplyState, Review
from spiders.engine.beside import shown_rating
from spiders.engine.document import Batch, Document
from spiders.engine.mapping import Fields
from spiders.engine.markup import cut
from spiders.engine.parsing import Raw, Sighting
from spiders.engine.source import SourceInfo
from spiders.engine.values import count_of

SOURCE = SourceInfo(
    name="flamp", title="Фламп", tier="verified", access="none", live=False,
    legal_basis="Only imported: pages that the branch's owner has saved himself.", shows_edit=True,
    incremental="none", kinds=("html",), marks=("ugc-item",),
)  # fmt: skip
FIELDS = Fields(
    source="flamp", review_id="id", url="url", author="author_url|author", rating="rating", text="text",
    posted_at="date", edited_at="edited", helpful_votes="likes", has_photo="photos",
)  # fmt: skip
_PARTS = {
    "id": "@data-entity-id", "url": "cat-brand-ugc-date@url | a.ugc-date@href", "author": "cat-brand-name@name",
    "author_url": "[itemprop=author] link[itemprop=url]@href | cat-brand-name@url",
    "rating": "cat-brand-review-estimation@estimation | meta[itemprop=ratingValue]@content",
    "text": ".ugc-item__text--full | [itemprop=reviewBody]",
    "date": "meta[itemprop=datePublished]@content | cat-brand-ugc-date@date | a.ugc-date",
    "edited": "meta[itemprop=dateModified]@content | cat-brand-ugc-date@date-edited",
    "comments": "meta[itemprop=commentCount]@content", "photos": ".ugc-item__photos img#",
    "likes": "cat-elements-button-action[icon=like]@counter",
}  # fmt: skip
_FIRM = {
    "rating": "[itemprop=aggregateRating] meta[itemprop=ratingValue]@content",
    "votes": "[itemprop=aggregateRating] [itemprop=ratingCount]@content",
    "total": "cat-brand-review-estimation@reviews-count",
}


def find(document: Document) -> Iterator[Batch]:
    """Yield the reviews of a page, or nothing where it is none of Flamp."""
    items = document.html.cssselect("article.ugc-item")
    if not items:
        return
    firm, page = re.search(r"/firm/[^/?#]*?(\d{6,})", document.url or ""), cut(document.html, _FIRM)
    yield Batch(
        [cut(item, _PARTS) for item in items],
        listing=firm[1] if firm else None,
        total=count_of(page["total"]),
        rating=shown_rating(page["rating"]),
        count=count_of(page["votes"]),
    )


def parse_review(raw: Raw, **sighting: Unpack[Sighting]) -> Review:
    """Read one article of the page."""
    state = ReplyState.none if raw["comments"] == "0" else ReplyState.unknown
    address = re.sub(r"^//", "https://", raw["url"] or "")
    return FIELDS.review(raw, sighting, reply_state=state, url=address or None)
