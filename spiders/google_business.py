"""Google Business Profile: the reviews of own places, as the My Business API v4 answers its owner.

Only imported: a page of `reviews`, the answer of batchGetReviews, or a bare list of its reviews. Shapes seen: Google's
documentation and public code with recorded answers (steipete/gogcli). Not verified: how Google marks translations.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Unpack

from core.records import Review
from spiders.engine.beside import beside, shown_rating
from spiders.engine.document import Batch, Document, has
from spiders.engine.mapping import Fields, at, first
from spiders.engine.parsing import Raw, Sighting, warn_unknown
from spiders.engine.replies import GOOGLE_BUSINESS
from spiders.engine.source import SourceInfo
from spiders.engine.values import count_of

SOURCE = SourceInfo(
    name="google_business", title="Google Business Profile", access="none", live=False,
    terms_url="https://developers.google.com/my-business/content/review-data",
    legal_basis="Only imported: reviews of own places, as Google's API gives them to their owner.", shows_reply=True,
    shows_reply_time=True, shows_edit=True, incremental="none; pages come by updateTime, newest first",
    limits="50 a page", kinds=("json", "rows"), marks=("starRating",),
)  # fmt: skip
FIELDS = Fields(
    source="google_business", review_id="reviewId|name", url="reviewReplyUrl", author="reviewer.displayName",
    text="comment", posted_at="createTime", edited_at="updateTime",
    reply_text="reviewReply.comment", reply_at="reviewReply.updateTime", reply_known=True,
    reply_state="reviewReply.reviewReplyState", states=GOOGLE_BUSINESS, has_photo="reviewMediaItems",
)  # fmt: skip
_STARS = {"ONE": 0.0, "TWO": 0.25, "THREE": 0.5, "FOUR": 0.75, "FIVE": 1.0}
_NO_STARS = ("STAR_RATING_UNSPECIFIED", None)
_is_bare = has("starRating", any_of=("reviewId", "createTime", "reviewer"))
_TRANSLATED_FIRST = re.compile(r"\s*\(Translated by Google\).*?\(Original\)\s*", re.DOTALL)
_TRANSLATED_LAST = re.compile(r"\s*\(Translated by Google\).*", re.DOTALL)


def find(document: Document) -> Iterator[Batch]:
    """Yield the reviews of an answer or a list, or nothing where they are none of Google's owners' API."""
    value = document.json if document.kind == "json" else None
    for batch in document.batches(_is_review):
        above = beside(batch, value)
        total = count_of(first(above, "totalReviewCount"))
        yield replace(batch, listing=_location, total=total, rating=shown_rating(first(above, "averageRating")))
    if at(value, "reviews") == [] and at(value, "totalReviewCount") is not None:
        yield Batch((), total=count_of(at(value, "totalReviewCount")))


def _is_review(raw: Any) -> bool:
    return _is_bare(raw) or _is_bare(at(raw, "review"))


def _location(raw: Raw) -> object:
    location = re.search(r"locations/([^/]+)", str(first(raw, "name|review.name") or ""))
    return location[1] if location else None


def _original(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    return _TRANSLATED_LAST.sub("", _TRANSLATED_FIRST.sub("", text))


def parse_review(raw: Raw, **sighting: Unpack[Sighting]) -> Review:
    """Read a review; where Google has translated it or the reply, the original counts."""
    raw = raw["review"] if _is_bare(at(raw, "review")) else raw
    word, name = raw["starRating"], at(raw, "name")
    if word not in _STARS and word not in _NO_STARS:
        warn_unknown("google_business", "starRating", word)
    computed: dict[str, Any] = {"rating": _STARS.get(word), "reply_text": _original(at(raw, "reviewReply.comment"))}
    if at(raw, "reviewId") is None and isinstance(name, str):
        computed["review_id"] = name.rpartition("/")[2]
    if at(raw, "reviewer.isAnonymous") is True:
        computed["author"] = None
    return FIELDS.review({**raw, "comment": _original(at(raw, "comment"))}, sighting, **computed)
