"""Trustpilot: the API with the company's key; its saved page, its review objects as tools store them, and exports.

Shapes seen: a page of 2023 (`__NEXT_DATA__`), CSV of Apify's trustpilot-reviews-scraper, the table of
epicsiotry/trustpilot-monitor, a table with flags instead of replies, webhook events of lindar-open/trustpilot-client;
the API's as its own reference and dbt-labs/tap-trustpilot describe it.
Not verified: the body of a refusal; that a review that is gone is answered by 404; that an edit or a reply moves no
review up; the statuses of a review; how long a reply may be; how replies are moderated, if at all (the API shows one or
none, no state of it); the list of a user's business units, which only public code asks for.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Unpack
from urllib.parse import quote, urlencode

from scrapy.http import Request, Response

from core.errors import ConfigurationError
from core.records import ReplyState, Review
from spiders.engine.beside import shown_rating
from spiders.engine.client import ApiClient
from spiders.engine.credentials import ApplicationAuth, Auth, Keys
from spiders.engine.discovery import Found
from spiders.engine.document import Batch, Document, by, completed, has
from spiders.engine.job import OpenReview
from spiders.engine.mapping import Fields, at, first
from spiders.engine.page import Page, SourceError
from spiders.engine.parsing import Raw, Sighting, warn_unknown
from spiders.engine.refusals import ApiError
from spiders.engine.source import SourceInfo
from spiders.engine.spider import ReviewSpider
from spiders.engine.values import count_of

SOURCE = SourceInfo(
    name="trustpilot", title="Trustpilot", tier="verified", access="api", base_url="https://api.trustpilot.com",
    terms_url="https://developers.trustpilot.com/",
    legal_basis="A company asks the API for its reviews with its key; saved pages, which robots may not ask for, are "
    "imported.",
    secret={
        "TRUSTPILOT_API_KEY": "the API key of an application in Trustpilot Business",
        "TRUSTPILOT_API_SECRET": "the API secret beside that key",
        "TRUSTPILOT_BUSINESS_USER_ID": "the user id of the person whose name stands over replies",
    },
    optional=("TRUSTPILOT_BUSINESS_USER_ID",), quota=(833, 300, 60), window_reviews=100000,
    options={"account": "which key: its variables end in this name, in capitals",
             "reads": "private (own reviews, also reported ones; the default) or public (any company's)"},
    shows_reply=True, shows_reply_time=True, shows_edit=True,
    incremental="createdAt, newest first; a later answer moves nothing up",
    limits="100 a page, 100000 reviews, 833 calls in 5 minutes; exports without any reply tell nothing of them",
    kinds=("html", "json", "rows"), reply_length=(1, 4000),
    marks=("rustpilot", "experiencedDate", "companyReply", "reviewRatingScore", "Trustscore", "date_published"),
)  # fmt: skip
MEANINGS = {
    "403": "the key is accepted, but not for this: check the business unit's id, that the key is its company's, and "
    "that the plan includes the API",
    "Invalid API key": "the API key is wrong, or its application was removed",
}
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
    helpful_votes="numberOfLikes", is_verified="isVerified", zone="UTC",
    subject_kind="place", subject_id="location.id|locationId",
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
_STATUSES = (None, "active", "reported", "archived")
_NOBODYS_BUSINESS = ("referralEmail", "referenceId", "findReviewer", "tags")
_TOKENS = "/v1/oauth/oauth-business-users-for-applications/accesstoken"
_PER_PAGE, _FURTHEST = 100, 100000
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
        for batch in completed(document, _is_of_api, "companyReply", inside=page):
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
    if fields is _API and at(raw, "status") not in _STATUSES:
        warn_unknown("trustpilot", "status", at(raw, "status"))
    return fields.review(raw, sighting, url=f"https://www.trustpilot.com/reviews/{raw['id']}")


def authorise(keys: Keys) -> Auth:
    """Sign with the key, as public addresses want it, and with a token that is issued for it, as private ones do."""
    name, key = "TRUSTPILOT_API_KEY", keys.get("TRUSTPILOT_API_KEY")
    secret, address = keys.get("TRUSTPILOT_API_SECRET"), keys.base_url + _TOKENS
    return ApplicationAuth(key, secret, address, identity=keys.name(name), besides={"apikey": key})


def discover(client: ApiClient) -> Iterator[Found]:
    """Yield the business units that the user of the key may see.

    Raises:
        ApiError: also where the API answers something else.
    """
    user = quote(client.value("TRUSTPILOT_BUSINESS_USER_ID"), safe="")
    units = at(client.get(f"/v1/private/business-users/{user}/business-units"), "businessUnits")
    if not isinstance(units, list) or not all(isinstance(at(unit, "id"), str) for unit in units):
        raise ApiError("Trustpilot answered something else than business units")
    for unit in units:
        shown = client.get(f"/v1/business-units/{quote(unit['id'], safe='')}")
        names = (at(shown, "displayName"), at(shown, "name.identifying"))
        yield Found(unit["id"], ", ".join(str(name) for name in names if name) or unit["id"])


def post_reply(client: ApiClient, target: str, review_id: str, text: str) -> None:  # noqa: ARG001  the id is enough
    """Post the reply to a review in the name of the user, after a last look where nothing is cached.

    Raises:
        ApiError: also where a reply stands there already.
    """
    reply = {"authorBusinessUserId": client.value("TRUSTPILOT_BUSINESS_USER_ID"), "message": text}
    review = f"/v1/private/reviews/{quote(review_id, safe='')}"
    if at(client.get(review), "companyReply"):
        raise ApiError("Trustpilot shows that a reply stands there already", 409)
    client.send("POST", f"{review}/reply", json=reply, tries=1)


class TrustpilotSpider(ReviewSpider, source=SOURCE):
    """`target` is the business unit's id: 24 hexadecimal digits."""

    def first_request(self) -> Request:
        """Ask for the newest reviews, answered or not."""
        if not re.fullmatch(r"[0-9a-f]{24}", self.listing.target):
            where = f"listings.{self.listing.id}.target"
            raise ConfigurationError(
                f"{where}: expected a business unit's id such as 507f191e810c19729de860ea, got {self.listing.target!r}"
            )
        return self._page(1)

    def parse_page(self, response: Response) -> Page:
        """Read a page; the one behind the last is empty."""
        answer, number = self.json(response), response.meta.get("number", 1)
        raws = at(answer, "reviews")
        if not isinstance(raws, list):
            raise SourceError("answered something else than a page of reviews")
        is_last = not raws or number * _PER_PAGE >= _FURTHEST
        if is_last and raws:
            self.reading.skip()
        is_new = self.job.watermark is None and number == 1
        return Page(
            reviews=[_needed(raw) for raw in raws],
            next=None if is_last else self._page(number + 1),
            total=0 if is_new and not raws else None,
        )

    def look_up(self, review: OpenReview) -> Request:
        """Ask for one review: a later answer never moves it up in the list."""
        return Request(f"{self._root}/reviews/{quote(review.review_id, safe='')}")

    def parse_look_up(self, response: Response) -> Page:
        """Read the review itself."""
        answer = self.json(response)
        if not _is_of_api(answer):
            raise SourceError("answered something else than a review")
        return Page(reviews=[_needed(answer)])

    @property
    def _root(self) -> str:
        reads = self.listing.options.get("reads", "private")
        if reads not in ("private", "public"):
            where = f"listings.{self.listing.id}.options.reads"
            raise ConfigurationError(f"{where}: expected private or public, got {reads!r}")
        return f"{self.base_url}/v1/private" if reads == "private" else f"{self.base_url}/v1"

    def _page(self, number: int) -> Request:
        query = urlencode({"perPage": _PER_PAGE, "page": number, "orderBy": "createdat.desc"})
        return Request(f"{self._root}/business-units/{self.listing.target}/reviews?{query}", meta={"number": number})


def _needed(raw: Any) -> Any:
    """Leave out whose order it was: what is not kept cannot leak, not even from the quarantine."""
    return {name: raw[name] for name in raw if name not in _NOBODYS_BUSINESS} if isinstance(raw, dict) else raw
