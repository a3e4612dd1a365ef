"""Google Business Profile: the reviews of own places, as the My Business API v4 answers its owner.

A page of `reviews`, the answer of batchGetReviews, or a bare list of its reviews. Shapes seen: Google's documentation
and public code with recorded answers (steipete/gogcli). Not verified: how Google marks translations; whether a page
without reviews names its total; the addresses by which accounts and locations are listed; that a reply does not move
its review up.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Unpack
from urllib.parse import quote, urlencode

from scrapy.http import JsonRequest, Request, Response

from core.errors import ConfigurationError
from core.records import Review
from spiders.engine.beside import beside, shown_rating
from spiders.engine.client import ApiClient
from spiders.engine.credentials import Auth, GoogleAuth, Keys
from spiders.engine.discovery import Found
from spiders.engine.document import Batch, Document, has
from spiders.engine.job import OpenReview
from spiders.engine.mapping import Fields, at, first
from spiders.engine.page import Page
from spiders.engine.parsing import Raw, Sighting, from_iso, warn_unknown
from spiders.engine.replies import GOOGLE_BUSINESS
from spiders.engine.source import SourceInfo
from spiders.engine.spider import ReviewSpider
from spiders.engine.values import count_of

SOURCE = SourceInfo(
    name="google_business", title="Google Business Profile", access="api", base_url="https://mybusiness.googleapis.com",
    terms_url="https://developers.google.com/my-business/content/review-data",
    legal_basis="The owner of the places asks Google's API for their reviews with a key of his own.", shows_reply=True,
    secret={"GOOGLE_BUSINESS_CREDENTIALS": "a JSON object of the type authorized_user (client_id, client_secret, "
            "refresh_token; scope business.manage) or service_account"},
    quota=(300, 60, 20), shows_reply_time=True, shows_edit=True,
    options={"account": "which key: its variables end in this name, in capitals",
             "locations": "ids of several locations of one account, to be read as one listing (50 at most)"},
    incremental="updateTime, newest first; a later reply moves nothing up",
    limits="50 a page; places must be verified and the project approved by Google", kinds=("json", "rows"),
    marks=("starRating", "totalReviewCount"), reply_length=(1, 4096), reply_replaces=True,
)  # fmt: skip
MEANINGS = {
    "'Requests per minute' of service 'mybusiness": "Google has not approved this project yet, or its quota is used up",
    "not verified": "the place is not verified: verify it in the Business Profile first",
}
FIELDS = Fields(
    source="google_business", review_id="reviewId|name", url="reviewReplyUrl", author="reviewer.displayName",
    text="comment", posted_at="createTime", edited_at="updateTime",
    reply_text="reviewReply.comment", reply_at="reviewReply.updateTime", reply_known=True,
    reply_state="reviewReply.reviewReplyState", states=GOOGLE_BUSINESS, has_photo="reviewMediaItems",
)  # fmt: skip
_STARS = {"ONE": 0.0, "TWO": 0.25, "THREE": 0.5, "FOUR": 0.75, "FIVE": 1.0}
_NO_STARS = ("STAR_RATING_UNSPECIFIED", None)
_has_stars = has("starRating", any_of=("reviewId", "createTime", "reviewer"))
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


def authorise(keys: Keys) -> Auth:
    """Sign with a token that Google issues to the owner's key."""
    scopes = ("https://www.googleapis.com/auth/business.manage",)
    name = "GOOGLE_BUSINESS_CREDENTIALS"
    return GoogleAuth(keys.json(name), scopes=scopes, name=keys.name(name))


def discover(client: ApiClient) -> Iterator[Found]:
    """Yield the locations of all accounts that the key opens."""
    accounts = client.at("https://mybusinessaccountmanagement.googleapis.com")
    places = client.at("https://mybusinessbusinessinformation.googleapis.com")
    for account in accounts.pages("/v1/accounts", "accounts", pageSize=20):
        path = f"/v1/{account['name']}/locations"
        for place in places.pages(path, "locations", readMask="name,title,storefrontAddress", pageSize=100):
            address = at(place, "storefrontAddress.addressLines.0")
            title = ", ".join(filter(None, (place.get("title"), at(place, "storefrontAddress.locality"), address)))
            yield Found(f"{account['name']}/{place['name']}", title)


def post_reply(client: ApiClient, target: str, review_id: str, text: str) -> None:
    """Post the reply to a review; one that stands there is replaced."""
    path = f"/v4/{target}/reviews/{quote(review_id, safe='')}/reply"
    client.send("PUT", path, json={"comment": text}, tries=1)


def _is_bare(raw: Any) -> bool:
    """Its stars are words, which tells it from other tables."""
    return _has_stars(raw) and isinstance(raw["starRating"], str | None) and not str(raw["starRating"])[:1].isdigit()


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


class GoogleBusinessSpider(ReviewSpider, source=SOURCE):
    """`target` is `accounts/A/locations/L`; or `accounts/A` with the option `locations`: several as one listing."""

    @property
    def places(self) -> list[str]:
        """Names of the locations, where several are read as one listing."""
        ids = re.split(r"[\s,]+", str(self.listing.options.get("locations", "")).strip())
        return [f"{self.listing.target}/locations/{one}" for one in ids if one]

    def can_look_up(self) -> bool:
        """Of several locations nobody knows in which one a review stands."""
        return not self.places

    def first_request(self) -> Request:
        """Ask for what was changed last."""
        where = f"listings.{self.listing.id}"
        shape = r"accounts/[^/]+" if self.places else r"accounts/[^/]+/locations/[^/]+"
        if not re.fullmatch(shape, self.listing.target):
            wanted = "accounts/A" if self.places else "accounts/A/locations/L"
            raise ConfigurationError(f"{where}.target: expected {wanted}, got {self.listing.target!r}")
        if len(self.places) > 50:
            raise ConfigurationError(f"{where}.options.locations: at most 50, got {len(self.places)}")
        return self._page()

    def parse_page(self, response: Response) -> Page:
        """Read a page. An empty object is an account without reviews, unless it had some before."""
        answer = self.json(response)
        if answer == {}:
            return Page(total=None if self.job.watermark else 0)
        batches = self.batches(response)
        raws = [raw for batch in batches for raw in batch.raws]
        times = [time for raw in raws if (time := _changed_at(raw)) is not None]
        token = answer.get("nextPageToken")
        return Page(
            reviews=raws,
            next=self._page(token) if token else None,
            total=batches[0].total,
            newest=max(times, default=None),
            oldest=min(times, default=None),
            displayed_rating=batches[0].rating,
            displayed_count=batches[0].total,
        )

    def look_up(self, review: OpenReview) -> Request:
        """Ask for one review: a later reply never moves it up in the list."""
        return Request(f"{self.base_url}/v4/{self.listing.target}/reviews/{quote(review.review_id, safe='')}")

    def parse_look_up(self, response: Response) -> Page:
        """Read the review itself."""
        return Page(reviews=[self.json(response)])

    def _page(self, token: str = "") -> Request:
        query = {"pageSize": 50, "orderBy": "updateTime desc", **({"pageToken": token} if token else {})}
        if not self.places:
            return Request(f"{self.base_url}/v4/{self.listing.target}/reviews?{urlencode(query)}")
        address = f"{self.base_url}/v4/{self.listing.target}/locations:batchGetReviews"
        return JsonRequest(address, data={"locationNames": self.places, **query, "ignoreRatingOnlyReviews": False})


def _changed_at(raw: Any) -> datetime | None:
    """Return when a review was last changed; None where that cannot be read, which its parser then tells."""
    try:
        return from_iso(first(raw, "updateTime|review.updateTime"))
    except (TypeError, ValueError):
        return None
