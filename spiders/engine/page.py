"""What a source's parser gives to the engine, and how it says that there is nothing to give."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from scrapy.http import Request, Response

from core.errors import OtklikError
from core.records import Review
from spiders.engine.blocking import BlockedError
from spiders.engine.landing import Quarantined

__all__ = ["BlockedError", "Collected", "Detail", "Page", "SourceError", "address_of", "request_of"]


class SourceError(OtklikError):
    """The source answered, but not with what was asked for: an error inside HTTP 200, HTML instead of JSON."""


def address_of(request: Request) -> str:
    """Return what tells a request from others: its address, and of one with a body a digest of that as well."""
    if not request.body:
        return str(request.url)
    return f"{request.url}#{sha256(request.body).hexdigest()[:16]}"


def request_of(response: Response) -> Request:
    """Return the request that a response answers."""
    if response.request is None:
        raise RuntimeError("a response without its request")
    return response.request


@dataclass(frozen=True, slots=True)
class Detail:
    """A review that a page of the list only names: it is read from a page of its own."""

    review_id: str
    posted_at: datetime | None
    request: Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a source's parser found on one page."""

    reviews: Sequence[Mapping[str, Any]] = ()
    """Raw reviews, as `to_review` takes them."""
    details: Sequence[Detail] = ()
    """Or reviews that have a page of their own, read by `parse_look_up`."""
    next: Request | None = None
    """The next page of the list; None on the last one."""
    more: Request | None = None
    """Of a look-up: the rest of the same review, given to `parse_look_up` again."""
    total: int | None = None
    """Reviews that the source says the listing has."""
    gone: Sequence[str] = ()
    """Ids that the source itself marks as deleted."""
    listed: int | None = None
    """Entries on the page, where more are listed than concern us; else they are counted."""
    newest: datetime | None = None
    """Posting times of the newest and the oldest entry, where they are not those of the reviews."""
    oldest: datetime | None = None
    displayed_rating: float | None = None
    """The listing's rating as the source shows it, in [0, 1], and of how many votes."""
    displayed_count: int | None = None

    @classmethod
    def of(cls, raws: Sequence[Any], *, gone: str, review_id: str = "id", **told: Any) -> "Page":
        """Return the page of raw reviews of which those that say so under the key `gone` were deleted."""
        deleted = [raw for raw in raws if isinstance(raw, dict) and raw.get(gone)]
        kept = [raw for raw in raws if not (isinstance(raw, dict) and raw.get(gone))]
        return cls(reviews=kept, gone=[str(raw[review_id]) for raw in deleted], **told)


@dataclass(frozen=True, slots=True)
class Collected:
    """What one page gave: the item of Scrapy's pipeline. One a page is twice as fast as one a review."""

    reviews: tuple[Review, ...]
    quarantined: tuple[Quarantined, ...] = ()
