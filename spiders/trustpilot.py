"""Trustpilot: a company's saved page, its review objects as tools store them, the API, its webhooks, and exports.

Shapes seen: a page of 2023 (`__NEXT_DATA__`), CSV of Apify's trustpilot-reviews-scraper, the table of
epicsiotry/trustpilot-monitor, a table with flags instead of replies, webhook events of lindar-open/trustpilot-client;
the API's as dbt-labs/tap-trustpilot describes it. Not verified: the API's `companyReply.updatedAt`.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Unpack

from core.records import ReplyState, Review
from spiders.engine.beside import shown_rating
from spiders.engine.document import Batch, Document, by, has
from spiders.engine.mapping import Fields, at, first
from spiders.engine.parsing import Raw, Sighting, warn_unknown
from spiders.engine.source import SourceInfo
from spiders.engine.values import count_of

SOURCE = SourceInfo(
    name="trustpilot",
    title="Trustpilot",
    tier="verified",
    live=False,
    access="none",
    terms_url="https://legal.trustpilot.com/",
    legal_basis="Only imported: its robots.txt refuses robots on review pages, and its API needs a paid key.",
    shows_reply=True,
    shows_reply_time=True,
    shows_edit=True,
    incremental="none",
    limits="20 a page, 100 in the API; exports without one single reply tell nothing of replies",
    kinds=("html", "json", "rows"),
    marks=("rustpilot", "experiencedDate", "companyReply", "reviewRatingScore", "Trustscore", "date_published"),
)
_PAGE = Fields(
    source="trustpilot",
    review_id="id", author="consumer.id|consumer.displayName", rating="rating|stars", title="title", text="text",
    language="language", posted_at="dates.publishedDate", edited_at="dates.updatedDate",
    reply_text="reply.message", reply_at="reply.publishedDate", reply_known="reply",
    helpful_votes="likes", is_verified="labels.verification.isVerified",
)  # fmt: skip
_API = Fields(
    source="trustpilot",
    review_id="id", author="consumer.id|consumer.displayName|consumer.name", rating="stars", title="title", text="text",
    language="language", posted_at="createdAt", edited_at="updatedAt",
    reply_text="companyReply.text", reply_at="companyReply.createdAt", reply_known="companyReply",
    helpful_votes="numberOfLikes", is_verified="isVerified",
)  # fmt: skip
_APIFY = Fields(
    source="trustpilot",
    review_id="reviewId", author="reviewerId|reviewer", rating="reviewRatingScore", title="reviewTitle",
    text="reviewDescription", language="reviewLanguage", posted_at="reviewDate", url="reviewUrl",
    reply_text="reviewCompanyResponse", reply_known="reviewCompanyResponse", is_verified="isReviewVerified",
)  # fmt: skip
_MONITOR = Fields(
    source="trustpilot",
    review_id="id", author="consumer_name", rating="rating", title="title", text="text", posted_at="date_published",
    reply_text="reply_text", reply_at="reply_date", reply_known="reply_text", url="review_url",
)  # fmt: skip
_FLAGS = Fields(source="trustpilot", rating="Review Stars", text="Review Comment")

_is_on_page = has("id", "dates", "consumer", any_of=("reply", "labels", "rating"))
_is_of_api = has("id", "stars", "createdAt", any_of=("companyReply", "businessUnit", "consumer"))
_is_event = has("eventName", "eventData")
_is_apify = has("reviewId", "reviewRatingScore", "reviewDescription")
_is_monitor = has("id", "consumer_name", "date_published", "reply_text")
_is_flagged = has("Review Stars", "Review Comment", "Company Response")
_REPLIED = {"company has responded": True, "company has not responded": False}


def find(document: Document) -> Iterator[Batch]:
    """Yield the reviews of a page, a payload of the API, a list of review objects, or a known table."""
    page = document.state("__NEXT_DATA__") if document.kind == "html" else None
    page = document.json if document.kind == "json" else page
    props = at(page, "props.pageProps") or at(page, "pageProps") or page
    unit = at(props, "businessUnit")
    listed = at(props, "reviews")
    if isinstance(unit, dict) and isinstance(listed, list):
        batches = list(document.batches(_is_on_page, inside=listed)) or [Batch(listed)]
        for batch in batches:
            score, votes = shown_rating(unit.get("trustScore")), count_of(unit.get("numberOfReviews"))
            yield replace(batch, listing=unit.get("identifyingName"), total=votes, rating=score, count=votes)
        return
    events = list(document.batches(_is_event, inside=page))
    yield from (replace(batch, listing=None) for batch in events)
    if not events:
        for batch in document.batches(_is_of_api, inside=page):
            yield by(batch, "businessUnit.identifyingName|businessUnit.displayName|businessUnit.id")
    yield from document.batches(_is_on_page, inside=page)
    yield from (by(batch, "company") for batch in document.batches(_is_monitor))
    for batch in document.batches(_is_flagged):
        yield by(batch, "Domain|Company")
    shows_replies = any(first(raw, _APIFY.reply_text) for batch in document.batches(_is_apify) for raw in batch.raws)
    for batch in document.batches(_is_apify):
        yield replace(batch, listing=_domain, raws=batch.raws if shows_replies else map(_without_reply, batch.raws))


def _domain(raw: Raw) -> object:
    address = next((str(value) for key, value in raw.items() if "companyPageUrl" in key), "")
    found = re.search(r"/review/([^/?#]+)", address)
    return found[1] if found else raw.get("companyName")


def _without_reply(raw: Any) -> Any:
    """A column that is empty throughout is no evidence that nobody was answered."""
    if isinstance(raw, dict):
        raw.pop(_APIFY.reply_text, None)
    return raw


def parse_review(raw: Raw, **sighting: Unpack[Sighting]) -> Review:
    """Return the review of a raw one of any shape. An event of another kind raises ValueError."""
    if _is_event(raw):
        if raw["eventName"] not in ("service-review-created", "service-review-updated"):
            raise ValueError(f"the event {raw['eventName']!r:.60} brings no review")
        raw = raw["eventData"]
    if _is_flagged(raw):
        flag = str(raw["Company Response"] or "").removesuffix(" to this review.").casefold()
        if flag not in {*_REPLIED, ""}:
            warn_unknown("trustpilot", "Company Response", flag)
        state = ReplyState.none if _REPLIED.get(flag) is False else ReplyState.unknown
        return _FLAGS.review(raw, sighting, processed_flag=_REPLIED.get(flag), reply_state=state)
    if _is_apify(raw):
        return _APIFY.review(raw, sighting)
    if _is_monitor(raw):
        return _MONITOR.review(raw, sighting)
    fields = _PAGE if "dates" in raw else _API
    return fields.review(raw, sighting, url=f"https://www.trustpilot.com/reviews/{raw['id']}")
