"""Finding the reviews inside a JSON document, however a tool has wrapped them."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import ValidationError

from core.records import Review
from spiders.imports.base import Imported, NaiveTimeError, Reading
from spiders.imports.fields import listing_name
from spiders.imports.payload import Sample
from spiders.imports.times import aware_or_none

Raw = dict[str, Any]

_WRAPPERS = {"results", "result", "data", "reviews", "review", "items", "per_date_reviews", "userReviewList"}
_UNNAMED = re.compile(r"\d{1,5}|\d{4}-\d{2}-\d{2}.*")
_SEEN_AT = ("seen_at", "fetched_at", "scraped_at", "lastUpdated", "last_updated", "fetchedAt", "scrapedAt")
_PERSONAL = re.compile(r"author|user|name|nick|reviewer", re.IGNORECASE)
_DEPTH = 6


class Found(NamedTuple):
    """Reviews that lie together: where, which app their wrapper names, and the items (bad ones too)."""

    where: str
    named: str | None
    items: list[tuple[str, object]]


def found(document: object, is_record: Callable[[object], bool]) -> Iterator[Found]:
    """Walk the document and yield each list or object that holds at least one review."""
    if is_record(document):
        yield Found("", None, [("", document)])
    else:
        yield from _walk(document, "", None, is_record, 0)


def _walk(
    node: object, where: str, named: str | None, is_record: Callable[[object], bool], depth: int
) -> Iterator[Found]:
    if isinstance(node, dict):
        named = listing_name(node.get("app_id") or node.get("appId")) or named
        items = [(f"{where}.{key}".lstrip("."), value) for key, value in node.items()]
        names: list[str | None] = [_named(key) or named for key in node]
        if isinstance(node.get("app_id") or node.get("appId"), str | int):
            names = [named] * len(items)
    elif isinstance(node, list):
        items = [(f"{where}[{number}]", value) for number, value in enumerate(node)]
        names = [named] * len(items)
    else:
        return
    if any(is_record(value) for _, value in items):
        yield Found(where, named, items)
    elif depth < _DEPTH:
        for (place, value), name in zip(items, names, strict=True):
            yield from _walk(value, place, name, is_record, depth + 1)


def _named(key: str) -> str | None:
    if key in _WRAPPERS or _UNNAMED.fullmatch(key):
        return None
    return listing_name(re.sub(r"^reviews?_", "", key))


def is_empty(document: object) -> bool:
    """Whether the document is a list, or a known wrapper of one, in which nothing stands."""
    if isinstance(document, dict):
        inner = [document[key] for key in document if key in _WRAPPERS]
        return bool(inner) and all(value == {} or is_empty(value) for value in inner)
    return document == []


def payload_time(document: object) -> datetime | None:
    """Return the time at which the payload itself says it was fetched, or None."""
    if not isinstance(document, dict):
        return None
    return next((moment for key in _SEEN_AT if (moment := aware_or_none(document.get(key)))), None)


def without_names(raw: object) -> object:
    """Return a bad record as it may be kept: without the fields that name a person."""
    return {key: value for key, value in raw.items() if not _PERSONAL.search(key)} if isinstance(raw, dict) else raw


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
