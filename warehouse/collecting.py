"""What crawls need to know: the watchlist as tables, and where each listing was left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from core.clock import to_utc
from core.watchlist import Watchlist
from warehouse.store import Store


class OpenReview(NamedTuple):
    """A review that is read again wherever the source allows, because its case is open."""

    review_id: str
    posted_at: datetime | None
    url: str | None


@dataclass(frozen=True, slots=True)
class CrawlState:
    """Where the reading of a listing was left."""

    watermark: datetime | None
    """Newest posted_at of its last complete reading."""
    open_reviews: tuple[OpenReview, ...]
    done_in_run: bool
    """The run in question has read it well already."""


def register(store: Store, watchlist: Watchlist) -> None:
    """Bring companies, places, listings and people to what the watchlist says. Addresses of channels stay out."""
    companies = [{"company_id": entry.id, "name": entry.name, "kind": entry.kind} for entry in watchlist.companies]
    places = [
        {
            "place_id": place.id,
            "company_id": company.id,
            "kind": company.kind,
            **place.model_dump(exclude={"id", "responsible"}),
        }
        for company in watchlist.companies
        for place in company.places
    ]
    listings = [
        {
            "source": entry.source,
            "listing_id": entry.id,
            "company_id": entry.company,
            "place_id": entry.place,
            "target": entry.target,
            "enabled": entry.enabled,
            "responsible": entry.responsible,
            "escalation": entry.escalation,
        }
        for entry in watchlist.listings
    ]
    people = [
        {"person_id": entry.id, "name": entry.name, "language": entry.language, "timezone": entry.timezone}
        for entry in (*watchlist.people, *watchlist.channels)
    ]
    programmes = [
        {"programme_id": entry.id, "name": entry.name, "started_on": entry.start, "place_id": place}
        for entry in watchlist.programmes
        for place in entry.places or (None,)
    ]
    with store.transaction():
        _replace(store, "companies", companies)
        _replace(store, "places", places)
        _replace(store, "programmes", programmes)
        store.run("watchlist/leave_listings")
        store.load("watchlist/merge_listings", store.arrow(listings, like="listings"))
        store.run("watchlist/leave_people")
        store.load("watchlist/merge_people", store.arrow(people, like="people"))


def crawl_state(store: Store, listing_ids: Sequence[str], run_id: str) -> dict[str, CrawlState]:
    """Return for each listing where its reading was left; a listing that was never read has an empty state."""
    ids = list(listing_ids)
    marks = {row["listing_id"]: row for row in store.rows("watchlist/watermarks", {"ids": ids, "run_id": run_id})}
    reviews: dict[str, list[OpenReview]] = {}
    for row in store.rows("watchlist/open_reviews", {"ids": ids}):
        posted_at = row["posted_at"]
        found = OpenReview(row["review_id"], None if posted_at is None else to_utc(posted_at), row["url"])
        reviews.setdefault(row["listing_id"], []).append(found)
    states = {}
    for name in ids:
        mark = marks.get(name)
        watermark = None if mark is None or mark["watermark"] is None else to_utc(mark["watermark"])
        states[name] = CrawlState(watermark, tuple(reviews.get(name, ())), bool(mark and mark["done_in_run"]))
    return states


def _replace(store: Store, name: str, rows: list[dict[str, Any]]) -> None:
    store.run(f"watchlist/clear_{name}")
    store.load(f"watchlist/add_{name}", store.arrow(rows, like=name))
