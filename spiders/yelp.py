"""Yelp: reviews of a business, as its saved page, its feed and its older and newer page states hold them.

Only imported: Yelp forbids robots. Shapes seen in public code only: `reviewFeedQueryProps` and `review_feed` (several
spiders), GraphQL's `bizUserPublicReply`, paragraphs of the page; Fusion's documented answer. Not verified: a page.
"""

import re
from typing import Any

from spiders.engine.embedded import embedded
from spiders.engine.kit import Cards, Fields, Lists, Raw, SourceInfo, by_shape, first_of, has, select, split_at

SOURCE = SourceInfo(
    name="yelp", title="Yelp", access="none", live=False,
    legal_basis="Only imported: pages that the business has saved itself.", shows_reply=True, shows_reply_time=True,
    incremental="none", limits="10 or 20 a page", kinds=("html", "json", "rows"),
    marks=("localizedDate", "bizUserPublicReply", "comment__", "localDateTimeForBusiness", "time_created"),
)  # fmt: skip
FIELDS = Fields(
    source="yelp", review_id="id", author="userId|user.link|user.markupDisplayName", rating="rating", html=True,
    text="comment.text", language="comment.language", posted_at="localizedDate", month_first=True,
    reply_text="businessOwnerReplies.0.comment.text|businessOwnerReplies.0.comment",
    reply_at="businessOwnerReplies.0.localizedDate", reply_known="businessOwnerReplies",
    helpful_votes="feedback.counts.useful|feedback.useful", has_photo="totalPhotos|photos")  # fmt: skip
NODE = Fields(
    source="yelp", review_id="encid|encId|id", author="author.encid|author.encId|author.displayName", rating="rating",
    text="text.full", language="text.language", html=True, reply_known="bizUserPublicReply",
    posted_at="createdAt.utcDateTime|createdAt.localDateTimeForBusiness|createdAt",
    reply_at="bizUserPublicReply.createdAt.utcDateTime|bizUserPublicReply.createdAt.localDateTimeForBusiness",
    reply_text="bizUserPublicReply.text.full|bizUserPublicReply.text")  # fmt: skip
FUSION = Fields(source="yelp", review_id="id", author="user.id|user.name", rating="rating", text="text", url="url",
                posted_at="time_created")  # fmt: skip
SHOWN = Fields(source="yelp", author="people.0|people.1", rating="stars", text="text", posted_at="date",
               reply_text="reply", reply_known="reply")  # fmt: skip
_STARS, _WORDS, _PERSON = "[aria-label*='star rating']", "p[class*=comment__]", "a[href*='user_details']"
_OWNER = re.compile(r"Business owner information|Comment from|Business Owner")
_is_node, _is_fusion = has("rating", "text", "bizUserPublicReply"), has("rating", "text", "time_created", "user")
_LISTS = Lists(
    shapes=((has("rating", "comment", any_of=("localizedDate", "businessOwnerReplies")), FIELDS), (_is_node, NODE),
            (_is_fusion, FUSION)),
    inside=lambda page: embedded(page, "script[type='application/json']", is_cache=True), address=r"/biz/([\w-]+)",
    strays=has(none_of=("comment", "localizedDate", "bizUserPublicReply")), wrapped_in="node",
    listing="business.alias|business.id", total="pagination.totalResults|totalCount|reviewCount")  # fmt: skip


def _said(item: Any) -> Raw:
    """Return the customer's words and the owner's; below a changed review stands its earlier version with its stars."""
    ours, replies, has_owner = split_at(item, _WORDS, _OWNER)
    is_clear = len(ours) <= max(1, len(select(item, _STARS))) and bool(replies or not has_owner)
    return {"text": ours[0] if ours else None, **({"reply": replies[-1] if replies else None} if is_clear else {})}


_CARDS = Cards(
    items=(f"{_WORDS}, {_STARS}",), box=("li", _PERSON), listing=r"/biz/([\w-]+)", more=_said,
    parts={"people": f"{_PERSON}*", "stars": rf"{_STARS}@aria-label ~ ^([\d.]+)",
           "date": r" ~ (?m)^(?:Updated )?([A-Z][a-z]{2} \d{1,2}, \d{4})(?: Updated review)?$"},
)  # fmt: skip
find = first_of(_LISTS.find, _CARDS.find)
parse_review = by_shape((_is_node, NODE), (_is_fusion, FUSION), (has("people"), SHOWN), (has(), FIELDS))
