"""App Store Connect: the owner's own reviews with their answers, as `customerReviews?include=response` gives them.

Described by Apple's reference; seen quoted in public code with real ids. An answer stands in `included` and is joined
by the review's relationship, or by its own. Ids are not those of the public feed. Not verified: what an answer that
Apple refused looks like, and whether a page without `include=response` still names the relationship.
"""

import re
from collections.abc import Iterator
from typing import Any, Unpack

from core.records import ReplyState, Review
from spiders.engine.document import Batch, Document, has
from spiders.engine.mapping import Fields, at
from spiders.engine.parsing import Raw, Sighting
from spiders.engine.replies import APP_STORE_CONNECT
from spiders.engine.source import SourceInfo

SOURCE = SourceInfo(
    name="app_store_connect",
    title="App Store Connect",
    tier="experimental",
    live=False,
    access="none",
    terms_url="https://developer.apple.com/documentation/appstoreconnectapi/customer-reviews",
    legal_basis="Only imported: answers of the API that the owner of an app asked with his own key.",
    shows_reply=True,
    shows_reply_time=True,
    incremental="createdDate, newest first; a later answer moves nothing up",
    limits="200 a page",
    kinds=("json",),
    marks=("customerReviews",),
)
FIELDS = Fields(
    source="app_store_connect", review_id="id", author="attributes.reviewerNickname", rating="attributes.rating",
    title="attributes.title", text="attributes.body", posted_at="attributes.createdDate",
    reply_text="_response.responseBody", reply_at="_response.lastModifiedDate", reply_state="_response.state",
    states=APP_STORE_CONNECT,
)  # fmt: skip
_has_type = has("type", "id", "attributes")
_APP = re.compile(r"/apps/(\d+)/(?:relationships/)?customerReviews")


def find(document: Document) -> Iterator[Batch]:
    """Yield the reviews of a page (or of several, or one alone), each with the answer that came beside it."""
    page = document.json if isinstance(document.json, dict) else {}
    answers: dict[str, Raw] = {}
    for batch in document.batches(_is_answer):
        for answer in filter(_is_answer, batch.raws):
            for key in (answer["id"], at(answer, "relationships.review.data.id")):
                if isinstance(key, str):
                    answers[key] = answer["attributes"]
    app = _APP.search(str(at(page, "links.self")))
    total = at(page, "meta.paging.total")
    groups = [[page["data"]]] if _is_review(page.get("data")) else [list(b.raws) for b in document.batches(_is_review)]
    for raws in groups:
        joined = [_with_answer(raw, answers) for raw in raws]
        yield Batch(joined, app[1] if app else None, total=total if isinstance(total, int) else None)
    if not groups and page.get("data") == [] and app:
        yield Batch((), app[1])


def parse_review(raw: Any, **sighting: Unpack[Sighting]) -> Review:
    """Read one review; without its relationship to an answer, or without the answer's text, the state is unknown."""
    if not _is_review(raw):
        raise ValueError("no object of the type customerReviews")
    if raw.get("_response"):
        return FIELDS.review(raw, sighting)
    relation = at(raw, "relationships.response", {})
    is_none = isinstance(relation, dict) and "data" in relation and relation["data"] is None
    return FIELDS.review(raw, sighting, reply_state=ReplyState.none if is_none else ReplyState.unknown)


def _is_review(raw: Any) -> bool:
    return _has_type(raw) and raw["type"] == "customerReviews"


def _is_answer(raw: Any) -> bool:
    return _has_type(raw) and raw["type"] == "customerReviewResponses"


def _with_answer(raw: Any, answers: dict[str, Raw]) -> Any:
    if not _is_review(raw):
        return raw
    named = at(raw, "relationships.response.data.id")
    return {**raw, "_response": answers.get(named if isinstance(named, str) else str(raw["id"]))}
