"""Replies to reviews: what stands there now, and posting one. The only place of the spiders that writes anywhere."""

import importlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from scrapy.http import Request, Response, TextResponse

from core.errors import InputError
from core.records import Review
from core.watchlist import Listing
from spiders.engine.client import ApiClient
from spiders.engine.job import CrawlJob, OpenReview
from spiders.engine.loader import load_spider
from spiders.engine.page import Page
from spiders.engine.refusals import ApiError

_CERTAIN = range(400, 500)
"""Statuses by which a platform says that it has not taken a reply; after any other failure it may have."""
_GONE = "the platform has no such review any more"


class NotPostedError(InputError):
    """The platform refused the reply: it was certainly not posted."""


class UncertainError(InputError):
    """Nobody knows whether the platform took the reply."""


@dataclass(frozen=True, slots=True)
class Replier:
    """One review on one platform, with a client of the owner's key."""

    client: ApiClient
    listing: Listing
    review_id: str
    home: Path
    posted_at: datetime | None = None
    """When the review was posted: some platforms find it by that."""

    def look(self) -> Review:
        """Return the review as the platform shows it now, with the reply that stands there.

        Raises:
            InputError: this listing's reviews cannot be looked up, or this one is gone.
            OtklikError: the platform refuses, fails or answers something else.
        """
        name = self.client.source.name
        job = CrawlJob(home_root=self.home, run_id="reply", listing=self.listing, secret=secrets.token_hex(32))
        spider = load_spider(name)(job=job)
        wanted = OpenReview(review_id=self.review_id, posted_at=self.posted_at)
        request = spider.look_up(wanted) if spider.can_look_up() else None
        if request is None:
            raise InputError(f"{self.listing.id}: single reviews cannot be looked up there, so nothing is posted")
        page = Page(more=request)
        while page.more is not None:
            page = spider.parse_look_up(self._answer(page.more))
        if self.review_id in page.gone:
            raise InputError(f"{name}/{self.review_id}: {_GONE}")
        found = [spider.to_review(raw) for raw in page.reviews]
        if [review.review_id for review in found] != [self.review_id]:
            raise InputError(f"{name}/{self.review_id}: the platform showed something else than this review")
        return found[0]

    def _answer(self, request: Request) -> Response:
        body = json.loads(request.body) if request.body else None
        try:
            answer = self.client.send(request.method, request.url, json=body)
        except ApiError as error:
            if error.status in (404, 410):
                raise InputError(f"{self.client.source.name}/{self.review_id}: {_GONE}") from error
            raise
        return TextResponse(request.url, body=json.dumps(answer).encode(), encoding="utf-8", request=request)

    def post(self, text: str) -> None:
        """Post a reply, once.

        Raises:
            NotPostedError: it was not taken, and why.
            UncertainError: the platform did not say.
        """
        self._write(self._module.post_reply, text)

    def check_change(self) -> None:
        """Ask whether the reply that stands there can be changed, where the platform tells that beforehand.

        Raises:
            ApiError: it cannot, and why.
        """
        if hasattr(self._module, "standing_reply"):
            self._module.standing_reply(self.client, self.listing.target, self.review_id)

    def change(self, text: str) -> None:
        """Put a reply in the place of the one that stands there: by a call of its own, or by posting again.

        Raises:
            NotPostedError: it was not taken, and why.
            UncertainError: the platform did not say.
        """
        self._write(getattr(self._module, "change_reply", self._module.post_reply), text)

    @property
    def _module(self) -> Any:
        return importlib.import_module(f"spiders.{self.client.source.name}")

    def _write(self, does: Callable[[ApiClient, str, str, str], None], text: str) -> None:
        try:
            does(self.client, self.listing.target, self.review_id, text)
        except ApiError as error:
            if error.status in _CERTAIN:
                raise NotPostedError(str(error)) from error
            raise UncertainError(str(error)) from error
