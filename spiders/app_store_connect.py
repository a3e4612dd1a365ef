"""App Store Connect: the owner's own reviews with their answers, as `customerReviews?include=response` gives them.

Described by Apple's reference; seen quoted in public code with real ids. An answer stands in `included` and is joined
by the review's relationship, or by its own. Ids are not those of the public feed. Not verified: what an answer that
Apple refused looks like, whether a page without `include=response` still names the relationship, and whether an
unanswered review of one with it names it as null or not at all (both are read as unanswered).
"""

import re
from collections.abc import Iterator
from typing import Any, Unpack
from urllib.parse import quote

from scrapy.http import Request, Response

from core.errors import ConfigurationError
from core.records import ReplyState, Review
from spiders.engine.client import ApiClient
from spiders.engine.credentials import AppleAuth, Auth, Keys
from spiders.engine.discovery import Found
from spiders.engine.document import Batch, Document, has
from spiders.engine.job import OpenReview
from spiders.engine.mapping import Fields, at
from spiders.engine.page import Page
from spiders.engine.parsing import Raw, Sighting
from spiders.engine.replies import APP_STORE_CONNECT
from spiders.engine.source import SourceInfo
from spiders.engine.spider import ReviewSpider

SOURCE = SourceInfo(
    name="app_store_connect",
    title="App Store Connect",
    tier="experimental",
    access="api",
    base_url="https://api.appstoreconnect.apple.com",
    terms_url="https://developer.apple.com/documentation/appstoreconnectapi/customer-reviews",
    legal_basis="The owner of an app asks Apple's API for its reviews with a key of his own.",
    secret={
        "APP_STORE_CONNECT_KEY": "the private key: text of the .p8 file",
        "APP_STORE_CONNECT_KEY_ID": "its key id",
        "APP_STORE_CONNECT_ISSUER_ID": "the issuer id that stands above the keys",
    },
    quota=(3000, 3600, 60),
    options={"account": "which key: its variables end in this name, in capitals"},
    shows_reply=True,
    shows_reply_time=True,
    incremental="createdDate, newest first; a later answer moves nothing up",
    limits="200 a page; about 3500 calls an hour",
    kinds=("json",),
    marks=("customerReviews",),
    reply_length=(1, 5970),
    reply_replaces=True,
)
FIELDS = Fields(
    source="app_store_connect", review_id="id", author="attributes.reviewerNickname|attributes.reviewer_nickname",
    rating="attributes.rating", title="attributes.title", text="attributes.body",
    posted_at="attributes.createdDate|attributes.created_date",
    reply_text="_response.responseBody|_response.response_body",
    reply_at="_response.lastModifiedDate|_response.last_modified_date", reply_state="_response.state",
    states=APP_STORE_CONNECT,
)  # fmt: skip
_has_type = has("type", "id", "attributes")
_is_linked = has("data", any_of=("links", "included"))
_APP = re.compile(r"/apps/(\d+)/(?:relationships/)?customerReviews")
_WITH_ANSWERS = re.compile(r"[?&]include=[^&]*\bresponse\b")


def find(document: Document) -> Iterator[Batch]:
    """Yield the reviews of each page, of one alone or of a bare list, with the answers that came beside them."""
    answers: dict[str, Raw] = {}
    for batch in document.batches(_is_answer):
        for answer in filter(_is_answer, batch.raws):
            for key in (answer["id"], at(answer, "relationships.review.data.id")):
                if isinstance(key, str):
                    answers[key] = answer["attributes"]
    pages = [raw for batch in document.batches(_is_page) for raw in batch.raws if _is_page(raw)]
    for page in pages:
        own, total = str(at(page, "links.self")), at(page, "meta.paging.total")
        raws = page["data"] if isinstance(page["data"], list) else [page["data"]]
        joined = [_with_answer(raw, answers, bool(_WITH_ANSWERS.search(own))) for raw in raws]
        app = _APP.search(own)
        yield Batch(joined, app[1] if app else None, total=total if isinstance(total, int) else None)
    for batch in document.batches(_is_review) if not pages else ():
        yield Batch([_with_answer(raw, answers, is_asked=False) for raw in batch.raws])


def parse_review(raw: Any, **sighting: Unpack[Sighting]) -> Review:
    """Read one review; without its relationship to an answer, or without the answer's text, the state is unknown."""
    if not _is_review(raw):
        raise ValueError("no object of the type customerReviews")
    if raw.get("_response"):
        return FIELDS.review(raw, sighting)
    relation = at(raw, "relationships.response")
    is_none = isinstance(relation, dict) and relation.get("data", None if raw.get("_is_asked") else "") is None
    return FIELDS.review(raw, sighting, reply_state=ReplyState.none if is_none else ReplyState.unknown)


def _is_review(raw: Any) -> bool:
    return _has_type(raw) and raw["type"] == "customerReviews"


def _is_page(raw: Any) -> bool:
    if not _is_linked(raw):
        return False
    data = raw["data"] if isinstance(raw["data"], list) else [raw["data"]]
    return any(map(_is_review, data)) or (data == [] and _APP.search(str(at(raw, "links.self"))) is not None)


def _is_answer(raw: Any) -> bool:
    return _has_type(raw) and raw["type"] == "customerReviewResponses"


def _with_answer(raw: Any, answers: dict[str, Raw], is_asked: bool) -> Any:
    if not _is_review(raw):
        return raw
    named = at(raw, "relationships.response.data.id")
    return {**raw, "_response": answers.get(named if isinstance(named, str) else str(raw["id"])), "_is_asked": is_asked}


def authorise(keys: Keys) -> Auth:
    """Sign with the owner's ES256 key."""
    return AppleAuth(
        key=keys.get("APP_STORE_CONNECT_KEY"),
        key_id=keys.get("APP_STORE_CONNECT_KEY_ID"),
        issuer=keys.get("APP_STORE_CONNECT_ISSUER_ID"),
        audience="appstoreconnect-v1",
    )


def discover(client: ApiClient) -> Iterator[Found]:
    """Yield the apps of the key's team."""
    path: str | None = "/v1/apps?limit=200"
    while path:
        answer = client.get(path)
        for app in answer["data"]:
            yield Found(app["id"], str(at(app, "attributes.name") or at(app, "attributes.bundleId")))
        path = at(answer, "links.next")


def post_reply(client: ApiClient, target: str, review_id: str, text: str) -> None:  # noqa: ARG001  the id is enough
    """Post the answer to a review; one that stands there is replaced."""
    review = {"data": {"type": "customerReviews", "id": review_id}}
    answer = {
        "type": "customerReviewResponses",
        "attributes": {"responseBody": text},
        "relationships": {"review": review},
    }
    client.send("POST", "/v1/customerReviewResponses", json={"data": answer}, tries=1)


class AppStoreConnectSpider(ReviewSpider, source=SOURCE):
    """`target` is the app's id: digits, as in its address in the App Store."""

    def first_request(self) -> Request:
        """Ask for the newest reviews with their answers."""
        if not self.listing.target.isdecimal():
            where = f"listings.{self.listing.id}.target"
            raise ConfigurationError(f"{where}: expected an app's id such as 1234567890, got {self.listing.target!r}")
        query = "sort=-createdDate&limit=200&include=response"
        return Request(f"{self.base_url}/v1/apps/{self.listing.target}/customerReviews?{query}")

    def parse_page(self, response: Response) -> Page:
        """Read a page; `links.next` names the next one."""
        (batch,) = self.batches(response)
        following = at(self.json(response), "links.next")
        return Page(reviews=list(batch.raws), total=batch.total, next=Request(following) if following else None)

    def look_up(self, review: OpenReview) -> Request:
        """Ask for one review with its answer: a later answer never moves it up in the list."""
        return Request(f"{self.base_url}/v1/customerReviews/{quote(review.review_id, safe='')}?include=response")
