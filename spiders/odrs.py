"""ODRS: reviews of Linux desktop applications (GNOME Software, Discover, Flathub's apps), kept by GNOME.

Shape: the service's own public code (odrs-web: `api_show_app`, `api_fetch`). One answer holds all reviews of an app.
Stars are rating / 20. Nobody can answer there. Not verified live: the size of the largest answer.
"""

from collections.abc import Iterator
from typing import Any, Unpack
from urllib.parse import quote

from scrapy.http import Request, Response

from core.records import Review
from spiders.engine.document import Batch, Document, has
from spiders.engine.mapping import Fields, first
from spiders.engine.page import Page
from spiders.engine.parsing import Sighting
from spiders.engine.source import SourceInfo
from spiders.engine.spider import ReviewSpider
from spiders.engine.values import rating_of

SOURCE = SourceInfo(
    name="odrs",
    title="ODRS (Flathub, GNOME Software)",
    tier="experimental",
    access="robots",
    terms_url="https://odrs.gnome.org/",
    legal_basis="Reviews that a public service of GNOME hands out to every software centre; robots.txt governs.",
    incremental="the full list, one answer an app",
    limits="one request an app",
    base_url="https://odrs.gnome.org",
    kinds=("json",),
    marks=("user_hash", "user_skey"),
)
FIELDS = Fields(
    source="odrs", review_id="review_id", author="user_hash|user_display", rating="rating", best=100, worst=20,
    title="summary", text="description", posted_at="date_created", helpful_votes="karma_up",
    subject_kind="app_version", subject_id="version",
)  # fmt: skip
_is_review = has("review_id", "app_id", "rating", any_of=("user_hash", "user_display", "karma_up"))
_is_placeholder = has("app_id", "score", "user_skey", none_of=("review_id",))


def find(document: Document) -> Iterator[Batch]:
    """Yield the reviews of an answer; the placeholder that only hands out a user's key is none."""
    for batch in document.batches(lambda raw: _is_review(raw) or _is_placeholder(raw)):
        raws = [raw for raw in batch.raws if not _is_placeholder(raw)]
        yield Batch(raws, lambda raw: first(raw, "app_id"), batch.where)


def parse_review(raw: Any, **sighting: Unpack[Sighting]) -> Review:
    """Read one review; less than one star of five counts as one."""
    value = raw["rating"]
    is_low = isinstance(value, int | float) and 0 < value < 20
    rating = None if value in (None, 0) else 0.0 if is_low else rating_of(value, FIELDS.best, FIELDS.worst)
    language = str(raw.get("locale") or "").partition(".")[0].replace("_", "-")
    return FIELDS.review(
        raw,
        sighting,
        rating=rating,
        language=None if language in ("", "C", "POSIX") else language,
        subject_id=None if raw.get("version") == "unknown" else raw.get("version"),
    )


class OdrsSpider(ReviewSpider, source=SOURCE):
    """`target` is the AppStream id, such as `org.gnome.Maps` or `org.gnome.Maps.desktop`."""

    def first_request(self) -> Request:
        """Ask for all reviews of the app."""
        return Request(f"{self.base_url}/1.0/reviews/api/app/{quote(self.listing.target, safe='')}")

    def parse_page(self, response: Response) -> Page:
        """Read the only page; deleted reviews are gone. An app that nobody knows has an empty list."""
        raws = [raw for batch in self.batches(response) for raw in batch.raws] if self.json(response) != [] else []
        gone = [str(raw["review_id"]) for raw in raws if isinstance(raw, dict) and raw.get("date_deleted")]
        kept = [raw for raw in raws if not (isinstance(raw, dict) and raw.get("date_deleted"))]
        return Page(reviews=kept, total=len(kept), gone=gone)
