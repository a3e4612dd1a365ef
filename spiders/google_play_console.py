"""Google Play, read by the app's owner: the Play Developer API with a service account.

It shows reviews of the production app that have a text and were written or changed in the last seven days, the last
change first; what is older is only seen one by one. Seen: Google's reference and its guide for replies. Not verified:
whether a single review can be read for ever (where it cannot, its absence is not taken for a deletion); the address by
which apps are listed. Saved answers of this API are imported as `google_play`.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Unpack
from urllib.parse import quote, urlencode

from scrapy.http import Request, Response

from core.errors import ConfigurationError
from core.records import Review
from spiders.engine.client import ApiClient
from spiders.engine.credentials import Auth, GoogleAuth, Keys
from spiders.engine.discovery import Found
from spiders.engine.document import Batch, Document, has
from spiders.engine.job import OpenReview
from spiders.engine.mapping import at
from spiders.engine.page import Page, SourceError
from spiders.engine.parsing import Raw, Sighting, from_unix
from spiders.engine.source import SourceInfo
from spiders.engine.spider import ReviewSpider
from spiders.google_play import API, from_api

SOURCE = SourceInfo(
    name="google_play_console", title="Google Play Console", access="api",
    base_url="https://androidpublisher.googleapis.com",
    terms_url="https://developers.google.com/android-publisher/reply-to-reviews",
    legal_basis="The owner of an app asks Google's API for its reviews with a key of his own.",
    shows_reply=True, shows_reply_time=True, shows_edit=True,
    secret={"GOOGLE_PLAY_CREDENTIALS": "text of the service account's JSON file; it needs the right to reply"},
    options={"account": "which key: its variables end in this name, in capitals"},
    quota=(200, 3600, 100), window_days=7, incremental="last change, newest first",
    limits="the last seven days; 200 calls an hour (or 3000 a minute: two of Google's pages differ)",
    reply_length=(1, 350), reply_replaces=True,
)  # fmt: skip
FIELDS = replace(API, source="google_play_console")
MEANINGS = {
    "applicationNotFound": "there is no such app: check the package's name",
    "projectNotLinked": "the key's project is not linked: invite the service account in the Play Console",
    "insufficient permissions": "invite the service account in the Play Console and let it reply to reviews",
}
_WINDOW = timedelta(days=7)
_is_review = has("reviewId", "comments")


def find(document: Document) -> Iterator[Batch]:
    """Yield the reviews of an answer."""
    yield from document.batches(_is_review)


def parse_review(raw: Raw, **sighting: Unpack[Sighting]) -> Review:
    """Read one review; of several texts of its author the last counts, and so of the owner's."""
    return from_api(raw, sighting, FIELDS)


def authorise(keys: Keys) -> Auth:
    """Sign with a token that Google issues to the service account."""
    scopes = (
        "https://www.googleapis.com/auth/androidpublisher",
        "https://www.googleapis.com/auth/playdeveloperreporting",
    )
    name = "GOOGLE_PLAY_CREDENTIALS"
    return GoogleAuth(keys.json(name), scopes=scopes, name=keys.name(name))


def discover(client: ApiClient) -> Iterator[Found]:
    """Yield the apps that the key may see."""
    reporting = client.at("https://playdeveloperreporting.googleapis.com")
    for app in reporting.pages("/v1beta1/apps:search", "apps", pageSize=100):
        yield Found(app["packageName"], str(app.get("displayName") or app["packageName"]))


def post_reply(client: ApiClient, target: str, review_id: str, text: str) -> None:
    """Post the reply to a review; one that stands there is replaced."""
    path = f"/androidpublisher/v3/applications/{target}/reviews/{quote(review_id, safe='')}:reply"
    client.send("POST", path, json={"replyText": text}, tries=1)


class GooglePlayConsoleSpider(ReviewSpider, source=SOURCE):
    """`target` is the package's name, such as com.example.app."""

    def first_request(self) -> Request:
        """Ask for what was changed last."""
        return self._page()

    def parse_page(self, response: Response) -> Page:
        """Read a page. An empty object is a week without reviews, unless one of that week was read before."""
        self.reading.skip()  # what left the window is not gone
        answer = self.json(response)
        if not isinstance(answer, dict) or not answer.keys() <= {"reviews", "tokenPagination", "pageInfo"}:
            raise SourceError("answered something else than a page of reviews")
        raws = answer.get("reviews", [])
        times = sorted(time for raw in raws if (time := _changed_at(raw)) is not None)
        token = at(answer, "tokenPagination.nextPageToken")
        is_quiet = self.job.watermark is None or self.job.watermark < self.clock() - _WINDOW
        return Page(
            reviews=raws,
            next=self._page(token) if token else None,
            total=0 if not raws and not response.meta.get("is_later") and is_quiet else None,
            newest=times[-1] if times else None,
            oldest=times[0] if times else None,
        )

    def look_up(self, review: OpenReview) -> Request:
        """Ask for one review: after a week the list shows it no more, and a reply never moves it up."""
        return Request(f"{self._address}/{quote(review.review_id, safe='')}")

    def parse_look_up(self, response: Response) -> Page:
        """Read the review itself."""
        return Page(reviews=[self.json(response)])

    def is_gone(self, review: OpenReview) -> bool:
        """Believe it of a review that the list would show; of an older one, it may only be too old to be seen."""
        return review.posted_at is not None and review.posted_at > self.clock() - _WINDOW

    @property
    def _address(self) -> str:
        if not self.listing.target or "/" in self.listing.target:
            where = f"listings.{self.listing.id}.target"
            raise ConfigurationError(
                f"{where}: expected a package such as com.example.app, got {self.listing.target!r}"
            )
        return f"{self.base_url}/androidpublisher/v3/applications/{quote(self.listing.target)}/reviews"

    def _page(self, token: str = "") -> Request:
        query = urlencode({"maxResults": 100, **({"token": token} if token else {})})
        return Request(f"{self._address}?{query}", meta={"is_later": bool(token)})


def _changed_at(raw: Any) -> datetime | None:
    """Return when the author last touched a review; None where that cannot be read, which its parser then tells."""
    comments = at(raw, "comments") or []
    seconds = [at(comment, "userComment.lastModified.seconds") for comment in comments]
    return max((from_unix(one) for one in seconds if isinstance(one, str) and one.isdecimal()), default=None)
