"""Rozetka: comments of a product on a saved page, in the site's own JSON, in the seller API, and in exports.

Shapes seen: an export of 19,000 comments (Serhii-Khodyka/diploma_project); the page in public code that selects
`rz-comment`, `data-testid=replay-header-...`, `comment__essentials` and `reply__body`; `v4/comments/get` as typed in
ProductReviewAnalyzer (RozetkaCommentsResponse); the seller API's `content.items[]` in public code. Not verified: how
replies lie in the page; one is the seller's where its author is the seller or is called his or the brand's
representative.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any, Unpack

from core.records import ReplyState, Review
from spiders.engine.document import Batch, Document, by, has
from spiders.engine.mapping import Fields, at, first
from spiders.engine.markup import cut, outermost, select
from spiders.engine.parsing import Raw, Sighting
from spiders.engine.source import SourceInfo
from spiders.engine.values import count_of, rating_of

SOURCE = SourceInfo(
    name="rozetka",
    title="Rozetka",
    tier="experimental",
    live=False,
    access="none",
    legal_basis="Only imported: pages that a person saved, and what a seller loads of his own goods with his key.",
    shows_reply=True,
    shows_reply_time=True,
    incremental="none",
    limits="30 comments a page; exports seen so far hold no replies and mostly no dates",
    kinds=("html", "json", "rows"),
    marks=("replay-header-author", "comment__", "shortcomings", "review_url"),
)
_LABELS = {"pros": "Переваги", "cons": "Недоліки", "text": "Коментар"}
_SITE = Fields(
    source="rozetka",
    review_id="id", author="user_id|usertitle", rating="mark", no_rating=(0, "0"), html=True,
    pros="dignity", cons="shortcomings", text="text", labels=_LABELS, posted_at="created.pop_date|created.date|created",
    helpful_votes="positive_vote_count", has_photo="attachments", is_verified="from_buyer", subject_kind="product",
    subject_id="goods_id",
)  # fmt: skip
_SELLER = replace(_SITE, author="user_name", title="title", subject_id="item_id")
_EXPORT = Fields(
    source="rozetka",
    rating="rating", pros="pros", cons="cons", text="text", labels=_LABELS, posted_at="review_date", url="review_url",
)  # fmt: skip
_SHOWN = Fields(
    source="rozetka",
    author="author", pros="pros", cons="cons", text="text", labels=_LABELS, posted_at="date",
    reply_text="reply", reply_at="reply_date", helpful_votes="votes", has_photo="photos",
)  # fmt: skip
_is_of_site = has("id", "goods_id", "mark", any_of=("dignity", "shortcomings", "usertitle"))
_is_of_seller = has("id", "item_id", "mark", any_of=("dignity", "shortcomings"))
_ITEMS = (".product-comments__list-item", "rz-comment", ".comment")
_AUTHOR, _DATE = "[data-testid=replay-header-author]", "[data-testid=replay-header-date]"
_BODY, _REPLY = ".comment__body, .comment__text", ".reply__body"
_PRODUCT = re.compile(r"/p(\d+)/")
_OFFICIAL = re.compile(r"представни|представит|постачальник|поставщик|продав[ец]|rozetka|розетка|бренд", re.IGNORECASE)
_SOLD_BY = re.compile(r"(?:Продавець|Продавец):\s*(.+?)(?:\s{2,}|\n|\.|$)")
_WIDTH = re.compile(r"width:\s*(?:calc\(\s*)?(?:20%\s*\*\s*([\d.]+)|([\d.]+)%)")


def _is_exported(raw: Any) -> bool:
    return has("review_url", "text", "rating", any_of=("pros", "cons"))(raw) and "rozetka." in str(raw["review_url"])


def find(document: Document) -> Iterator[Batch]:
    """Yield the comments of a page, of an answer of one of the APIs, or of an export."""
    if document.kind == "html":
        items: list[Any] = next(filter(None, map(document.html.cssselect, _ITEMS)), [])
        outer = outermost(items)
        if outer and (select(document.html, _AUTHOR) or document.host.endswith("rozetka.com.ua")):
            number = _PRODUCT.search(document.url or "")
            yield Batch([_shown(item) for item in outer], listing=number[1] if number else None)
        return
    page = document.json if document.kind == "json" else None
    total = first(page, "data.total_comments.comment_count_comments|data.total_comments")
    for batch in document.batches(_is_of_site):
        yield replace(by(batch, "goods_id"), total=count_of(total))
    if at(page, "data.comments") == [] and at(page, "data.record.id"):
        yield Batch((), listing=str(at(page, "data.record.id")), total=0)
    yield from (by(batch, "item_id") for batch in document.batches(_is_of_seller))
    for batch in document.batches(_is_exported):
        yield replace(batch, listing=_product)


def _product(raw: Raw) -> str | None:
    number = _PRODUCT.search(str(raw.get("review_url")))
    return number[1] if number else None


def _shown(item: Any) -> Raw:
    item = deepcopy(item)
    headers, body = select(item, _AUTHOR), select(item, _BODY)
    has_own = bool(headers) and (not body or headers[0] in body[0].xpath("preceding::*"))
    replies = [_reply(header) for header in headers[has_own:]]  # taken out: what is left is the comment's
    parts = [cut(part, {"label": "dt | .comment__essentials-label", "words": "dd"})
             for part in select(item, ".comment__essentials > *")]  # fmt: skip
    return {
        **cut(
            item,
            {
                "author": f"{_AUTHOR} | .comment__author",
                "date": f"{_DATE} | .comment__date",
                "width": "[data-testid=stars-rating]@style | .stars__rating@style",
                "filled": "rz-comment-rating path[fill='url(#1)']#",
                "text": ".comment__body-wrapper > p | .comment__text | .comment__body > p",
                "about": ".comment__vars | .comment__vars-list",
                "photos": ".product-comments__photos-item#",
                "is_new": f"{_AUTHOR}#",
                "strays": f"{_REPLY}#",
            },
        ),
        "parts": {part["label"].strip(" :").casefold(): part["words"] for part in parts if part["label"]},
        "replies": replies,
    }


def _reply(header: Any) -> Raw:
    box = header
    while (parent := box.getparent()) is not None and len(select(parent, _AUTHOR)) == 1:
        if len(select(parent, _REPLY)) > 1 or select(parent, _BODY):
            break
        box = parent
    found = cut(box, {"author": _AUTHOR, "date": _DATE, "text": f"{_REPLY} | .comment__body-wrapper | p"})
    box.drop_tree()
    return found


def parse_review(raw: Raw, **sighting: Unpack[Sighting]) -> Review:
    """Return the review of a raw one, of an API, a page or an export."""
    if _is_of_site(raw):
        return _SITE.review(raw, sighting)
    if _is_of_seller(raw):
        return _SELLER.review(raw, sighting)
    if _is_exported(raw):
        words = str(raw["text"] or "")  # the export repeats pros and cons at the end of its text
        for label in ("Cons", "Pros"):
            own, found, part = words.rpartition(f"\n{label}: ")
            if found and part.split() == str(raw.get(label.lower())).split():
                words = own
        given = {"review_id": f"{_product(raw)}-{raw['review_id']}"} if raw.get("review_id") else {}
        return _EXPORT.review({**raw, "text": words}, sighting, **given)
    width = _WIDTH.search(raw["width"] or "")
    stars = float(width[1] or 0) or float(width[2] or 0) / 20 if width else raw["filled"]
    about = raw["about"] or ""
    seller = _SOLD_BY.search(about)
    ours = [reply for reply in raw["replies"] if _is_official(reply["author"] or "", seller[1] if seller else None)]
    is_told = not raw["strays"] and all(reply["author"] for reply in raw["replies"])
    is_known = raw["is_new"] and is_told and (not raw["replies"] or seller)
    reply = next((reply for reply in ours if reply["text"]), None)
    return _SHOWN.review(
        {
            **raw,
            "pros": first(raw["parts"], "переваги|достоинства"),
            "cons": first(raw["parts"], "недоліки|недостатки"),
            "reply": reply and reply["text"],
            "reply_date": reply and reply["date"],
        },
        sighting,
        rating=rating_of(stars) if stars else None,
        is_verified=True if re.search("Відгук від покупця|Отзыв от покупателя", about) else None,
        **({} if reply else {"reply_state": ReplyState.none if is_known and not ours else ReplyState.unknown}),
    )


def _is_official(author: str, seller: str | None) -> bool:
    return bool(_OFFICIAL.search(author)) or (seller is not None and author.strip() == seller.strip())
