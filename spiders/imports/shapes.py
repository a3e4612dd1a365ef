"""Finding the reviews inside a JSON document, however a tool has wrapped them."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime

from pydantic import ValidationError

from core.records import Review
from spiders.engine.dates import NaiveTimeError, aware_or_none
from spiders.engine.parsing import Raw
from spiders.engine.payload import Sample
from spiders.engine.walk import Found, found, is_empty
from spiders.imports.base import Imported, Reading

_SEEN_AT = ("seen_at", "fetched_at", "scraped_at", "lastUpdated", "last_updated", "fetchedAt", "scrapedAt")
_PERSONAL = re.compile(r"author|user|name|nick|reviewer", re.IGNORECASE)


def payload_time(document: object) -> datetime | None:
    """Return the time at which the payload itself says it was fetched, or None."""
    if not isinstance(document, dict):
        return None
    return next((moment for key in _SEEN_AT if (moment := aware_or_none(document.get(key)))), None)


def without_names(raw: object) -> object:
    """Return a bad record as it may be kept: without the fields that name a person, however deep they lie."""
    if isinstance(raw, list):
        return [without_names(part) for part in raw]
    if not isinstance(raw, dict):
        return raw
    return {key: without_names(part) for key, part in raw.items() if not _PERSONAL.search(str(key))}


def read_document(
    sample: Sample,
    reading: Reading,
    *,
    format_name: str,
    source: str,
    expected: str,
    is_record: Callable[[object], bool],
    parse: Callable[[Raw, str, datetime, Reading], Review],
    named_by: Callable[[Raw], str | None] = lambda raw: None,  # noqa: ARG005  most records name nothing themselves
) -> Imported:
    """Read all reviews of a JSON document.

    Args:
        sample: the opened file.
        reading: the request; gets the quarantine.
        format_name: name of the format.
        source: source of the reviews.
        expected: what a review of this format looks like, for the error.
        is_record: whether a value is a review of this format.
        parse: makes a Review of (raw, listing_id, seen_at, reading), or raises ValueError with the reason.
        named_by: the listing that a single review names, which beats its wrapper's.

    Raises:
        InputError: no review in a document that is not simply empty; a time without a zone.
    """
    document = sample.document
    groups = list(found(document, is_record))
    if not groups and not is_empty(document):
        raise reading.error(f"no {format_name} review in it; expected {expected}")
    seen_at = reading.sighting(payload_time(document))

    def listing(raw: Raw, group: Found) -> str:
        return reading.listing(named_by(raw) or group.named)

    def reviews() -> Iterator[Review]:
        for group in groups:
            for where, raw in group.items:
                listing_id = reading.listing(group.named)
                try:
                    if not isinstance(raw, dict) or not is_record(raw):
                        raise ValueError(f"not a review; expected {expected}")
                    listing_id = listing(raw, group)
                    review = parse(raw, listing_id, seen_at, reading)
                except NaiveTimeError as error:
                    raise reading.needs_zone(where or "the review", error) from error
                except (ValidationError, ValueError) as error:
                    reading.reject(where, error, without_names(raw), source=source, listing_id=listing_id)
                else:
                    yield review

    first = next((raw for group in groups for _, raw in group.items if is_record(raw)), None)
    return Imported(
        path=reading.path,
        format=format_name,
        source=source,
        listing_id=listing(first, groups[0]) if isinstance(first, dict) else reading.listing(),
        reviews=reviews(),
        quarantined=reading.quarantined,
        notes=reading.notes,
    )
