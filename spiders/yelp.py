"""Yelp: reviews of a business, as its saved page, its feed and its older and newer page states hold them.

Only imported: Yelp forbids robots, and its API shows three excerpts without replies. Shapes seen in public code only:
`reviewFeedQueryProps` and `review_feed` (several spiders), GraphQL nodes with `bizUserPublicReply`, and the paragraphs
of the page (`comment__...`, star rating in an aria-label). A page's paragraphs name no id, and of a reply no time.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from typing import Any, Unpack

from core.records import ReplyState, Review
from spiders.engine.beside import beside
from spiders.engine.document import Batch, Document, has
from spiders.engine.mapping import Fields, at, first
from spiders.engine.markup import select, visible
from spiders.engine.parsing import Raw, Sighting
from spiders.engine.source import SourceInfo
from spiders.engine.states import dereferenced
from spiders.engine.values import count_of

SOURCE = SourceInfo(
    name="yelp", title="Yelp", access="none", live=False,
    legal_basis="Only imported: pages that the business has saved itself.", shows_reply=True, shows_reply_time=True,
    incremental="none", limits="10 or 20 a page", kinds=("html", "json", "rows"),
    marks=("localizedDate", "bizUserPublicReply", "comment__", "localDateTimeForBusiness"),
)  # fmt: skip
FIELDS = Fields(
    source="yelp", review_id="id", author="userId|user.link|user.markupDisplayName", rating="rating", html=True,
    text="comment.text", language="comment.language", posted_at="localizedDate", zone="",
    reply_text="businessOwnerReplies.0.comment.text|businessOwnerReplies.0.comment",
    reply_at="businessOwnerReplies.0.localizedDate", reply_known="businessOwnerReplies",
    helpful_votes="feedback.counts.useful|feedback.useful", has_photo="totalPhotos|photos",
)  # fmt: skip
NODE = Fields(
    source="yelp", review_id="encid|encId|id", author="author.encid|author.encId|author.displayName", rating="rating",
    text="text.full", language="text.language", html=True,
    posted_at="createdAt.utcDateTime|createdAt.localDateTimeForBusiness|createdAt",
    reply_text="bizUserPublicReply.text.full|bizUserPublicReply.text",
    reply_at="bizUserPublicReply.createdAt.utcDateTime|bizUserPublicReply.createdAt.localDateTimeForBusiness",
    reply_known="bizUserPublicReply",
)  # fmt: skip
SHOWN = Fields(
    source="yelp", author="author", rating="stars", text="text", posted_at="date", reply_text="reply", reply_known=True,
)  # fmt: skip
_is_fed = has("rating", "comment", any_of=("localizedDate", "businessOwnerReplies"))
_is_node = has("rating", "text", any_of=("bizUserPublicReply",))
_DATE = re.compile(r"(?:Updated )?([A-Z][a-z]{2} \d{1,2}, \d{4})(?: Updated review)?")
_OWNER = re.compile(r"Business owner information|Comment from|Business Owner")


def find(document: Document) -> Iterator[Batch]:
    """Yield the reviews of a page, a feed or a list, or nothing where they are none of Yelp's."""
    if document.kind == "html":
        yield from _of_page(document)
        return
    value = document.json if document.kind == "json" else None
    for batch in document.batches(_is_review):
        total = count_of(first(beside(batch, value), "pagination.totalResults|totalCount|reviewCount"))
        yield replace(batch, listing=_business, total=total)


def _is_review(raw: Any) -> bool:
    return _is_fed(raw) or _is_node(raw) or _is_node(at(raw, "node"))


def _business(raw: Raw) -> Any:
    return first(raw, "business.alias|business.id|node.business.alias")


def _of_page(document: Document) -> Iterator[Batch]:
    place = re.search(r"/biz/([\w-]+)", document.url or "")
    is_found = False
    for script in document.html.xpath("//script[@type='application/json'][contains(., 'rating')]"):
        state = _loaded(script.text_content())
        for batch in document.batches(_is_review, inside=dereferenced(state, state, depth=3)) if state else ():
            is_found = True
            raws = [raw for raw in batch.raws if _is_review(raw) or "comment" in raw or "localizedDate" in raw]
            yield replace(batch, raws=raws, listing=place[1] if place else _business)
    if not is_found and (shown := [_cut(item) for item in _items(document)]):
        yield Batch(shown, listing=place[1] if place else None)


def _loaded(text: str) -> Any:
    text = re.sub(r"^\s*<!--|-->\s*$", "", text).strip()
    try:
        return json.loads(unescape(text) if text.startswith("{&quot;") else text)
    except ValueError:
        return None


def _items(document: Document) -> list[Any]:
    signs = select(document.html, f"p[class*=comment__], {_STARS}")
    return list(dict.fromkeys(item for sign in signs if (item := _item_of(sign)) is not None))


def _item_of(sign: Any) -> Any:
    above = list(sign.iterancestors("li"))
    return next((item for item in above if select(item, _PEOPLE)), above[0] if above else None)


_STARS = "[aria-label*='star rating']"
_PEOPLE = "a[href*='user_details']"


def _cut(item: Any) -> Raw:
    shown = visible(item)
    said = [text for paragraph in select(item, "p[class*=comment__]") if (text := visible(paragraph))]
    owner = _OWNER.search(shown)
    ours = [text for text in said if owner is None or shown.find(text) < owner.start()]
    replies = [text for text in said if text not in ours]
    dates = [date[1] for line in shown.split("\n") if (date := _DATE.fullmatch(line.strip()))]
    people = [visible(link) for link in select(item, _PEOPLE) if visible(link)]
    stars = next(iter(select(item, _STARS)), None)
    marks = re.match(r"[\d.]+", stars.get("aria-label", "")) if stars is not None else None
    told = max(1, len(select(item, _STARS)))  # below a changed review stands its earlier version, with stars of its own
    return {"text": ours[0] if ours else None, "reply": replies[-1] if replies else None,
            "date": dates[0] if dates else None, "stars": marks[0] if marks else None,
            "author": people[0] if people else None,
            "unclear": len(ours) > told or (owner is not None and not replies)}  # fmt: skip


def parse_review(raw: Raw, **sighting: Unpack[Sighting]) -> Review:
    """Read a review of a feed, a node of GraphQL, or what the page shows of one; months come first in Yelp's dates."""
    raw = raw["node"] if _is_node(at(raw, "node")) else raw
    if _is_node(raw):
        return NODE.review(raw, sighting)
    if "unclear" in raw:
        return SHOWN.review(raw, sighting, **({"reply_state": ReplyState.unknown} if raw["unclear"] else {}))
    month_first = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", str(at(raw, "localizedDate") or ""))
    if month_first:
        raw = {**raw, "localizedDate": f"{month_first[3]}-{int(month_first[1]):02}-{int(month_first[2]):02}"}
    return FIELDS.review(raw, sighting)
