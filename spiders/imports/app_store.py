"""Reviews of the App Store: Apple's customer reviews feed (JSON and Atom XML) and what public scrapers write.

- Apple's feed: every leaf is {"label": ...}; `entry` is a list, one object, or absent; the first one may be the app.
- app-store-scraper (Node): id, score, title, text, url, userName, version, maybe updated. Made from the feed.
- app-store-scraper (Python): date, userName, title, review, rating, isEdited, maybe developerResponse. No ids.
- MZStore rows: userReviewId, body, date, name, rating, title, voteCount.
- normalised: review_id, rating, text, review_date, store = "appstore".

Only the Python scraper sees the developer's answers; everywhere else the state of the reply is unknown.
That its `date` is UTC is known from its code as commonly described, not from the fixtures.
"""

import ast
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from core.records import ReplyState, Review
from spiders.imports.app_store_feed import (
    SOURCE,
    Feed,
    app_of_url,
    is_feed,
    is_the_app,
    parse_entry,
    parse_feed,
    parse_xml,
)
from spiders.imports.base import Imported, Reading
from spiders.imports.fields import count_of, digest, filled, in_zone, key_of, rating_of, text_of
from spiders.imports.payload import Sample
from spiders.imports.shapes import Raw, found, read_document, without_names
from spiders.imports.times import naive_or_aware, time_of

EXPECTED = "an Apple feed; objects with id, score, text and an Apple url; or with review, rating, userName, date"
CSV_HEADERS = {"date", "userName", "review", "rating", "isEdited"}


def matches(sample: Sample) -> bool:
    """Whether it is Apple's feed, or JSON with at least one review of the other shapes."""
    if sample.kind == "xml":
        return b"itunes.apple.com/rss" in sample.head
    if not sample.is_json:
        return False
    return is_feed(sample.outline) or next(found(sample.outline, is_record), None) is not None


def is_record(raw: object) -> bool:
    """Whether a value is one review of one of the scrapers' shapes."""
    if not isinstance(raw, dict):
        return False
    keys = raw.keys()
    url = raw.get("url")
    return (
        ({"id", "score", "text"} <= keys and ("userUrl" in keys or (isinstance(url, str) and "apple.com" in url)))
        or ({"review", "rating", "userName"} <= keys and bool({"isEdited", "developerResponse"} & keys))
        or ({"userReviewId", "body"} <= keys)
        or ({"review_id", "rating", "text"} <= keys and raw.get("store") == "appstore")
    )


def read(sample: Sample, reading: Reading) -> Imported:
    """Read a feed or a scraper's JSON, or the Python scraper's CSV.

    A feed's own time says when Apple made the page, so a given `seen_at` beats it.
    """
    if sample.kind == "text":
        from spiders.imports.table import read_csv  # the tables know this module

        return read_csv(sample, reading)
    if sample.kind == "xml":
        try:
            return _read_feed(parse_xml(sample.content()), reading)
        except ValueError as error:
            raise reading.error(str(error)) from error
    if is_feed(sample.document):
        return _read_feed(parse_feed(sample.document), reading)
    occurrences: dict[str, int] = {}

    def parse(raw: Raw, listing_id: str, seen_at: datetime, reading: Reading) -> Review:
        return parse_record(raw, listing_id, seen_at, reading, occurrences)

    return read_document(
        sample,
        reading,
        format_name="app_store",
        source=SOURCE,
        expected=EXPECTED,
        is_record=is_record,
        parse=parse,
        named_by=_app_of_url,
    )


def _app_of_url(raw: Raw) -> str | None:
    return app_of_url(raw.get("url"))


def parse_record(raw: Raw, listing_id: str, seen_at: datetime, reading: Reading, seen: dict[str, int]) -> Review:
    """Make a Review of a scraper's record of any of the four shapes.

    Args:
        raw: the record.
        listing_id: the listing it belongs to.
        seen_at: when it was seen.
        reading: the request.
        seen: how often each made-up id came up before in this file; the next of the same gets a number.

    Raises:
        ValueError: what is wrong with this review.
    """
    if "userReviewId" in raw:
        return _from_row(raw, listing_id, seen_at, reading)
    if "review" in raw:
        return _from_python(raw, listing_id, seen_at, reading, seen)
    return _from_node(raw, listing_id, seen_at, reading)


def _from_node(raw: Raw, listing_id: str, seen_at: datetime, reading: Reading) -> Review:
    """Read the Node scraper's record and the normalised one, which differ in their names only."""
    posted = time_of(raw.get("updated", raw.get("review_date")), reading.zone, seen_at)
    version = filled(raw.get("version"), "version")
    return Review(
        source=SOURCE,
        listing_id=listing_id,
        review_id=key_of(raw.get("review_id", raw.get("id")), "id"),
        url=filled(raw.get("url"), "url"),
        author_key=reading.author(SOURCE, raw.get("user_name", raw.get("userName"))),
        subject_kind="app_version" if version else None,
        subject_id=version,
        rating=rating_of(raw.get("rating", raw.get("score"))),
        title=filled(raw.get("title"), "title"),
        text=text_of(raw.get("text"), "text") or "",
        posted_at=posted.at if posted else None,
        posted_at_precision=posted.precision if posted else None,
        reply_state=ReplyState.unknown,
        seen_at=seen_at,
    )


def _from_row(raw: Raw, listing_id: str, seen_at: datetime, reading: Reading) -> Review:
    posted = time_of(raw.get("date"), reading.zone, seen_at)
    return Review(
        source=SOURCE,
        listing_id=listing_id,
        review_id=key_of(raw.get("userReviewId"), "userReviewId"),
        author_key=reading.author(SOURCE, raw.get("name")),
        rating=rating_of(raw.get("rating")),
        title=filled(raw.get("title"), "title"),
        text=text_of(raw.get("body"), "body") or "",
        posted_at=posted.at if posted else None,
        posted_at_precision=posted.precision if posted else None,
        reply_state=ReplyState.unknown,
        helpful_votes=count_of(raw.get("voteSum")),
        seen_at=seen_at,
    )


def _from_python(raw: Raw, listing_id: str, seen_at: datetime, reading: Reading, seen: dict[str, int]) -> Review:
    posted_at = _utc(raw.get("date"))
    reply, reply_at = _response(raw.get("developerResponse"))
    author = reading.author(SOURCE, raw.get("userName"))
    text = text_of(raw.get("review"), "review") or ""
    # The App Store takes one review a person: without the text in it, the id outlives an edit.
    review_id = digest(listing_id, author) if author else digest(listing_id, str(posted_at), text)
    seen[review_id] = seen.get(review_id, 0) + 1
    return Review(
        source=SOURCE,
        listing_id=listing_id,
        review_id=review_id if seen[review_id] == 1 else f"{review_id}-{seen[review_id]}",
        author_key=author,
        rating=rating_of(raw.get("rating")),
        title=filled(raw.get("title"), "title"),
        text=text,
        posted_at=posted_at,
        posted_at_precision="exact" if posted_at else None,
        reply_state=ReplyState.published if reply else ReplyState.none,
        reply_text=reply,
        reply_at=reply_at,
        reply_at_kind="exact" if reply_at else None,
        seen_at=seen_at,
    )


def _response(value: object) -> tuple[str | None, datetime | None]:
    """Take the developer's answer apart: an object, or in CSV files its Python text."""
    if isinstance(value, str):
        value = _literal(value.strip())
    if value is None:
        return None, None
    if not isinstance(value, dict):
        raise ValueError("developerResponse is not an object")
    body = filled(value.get("body"), "developerResponse.body")
    return (body, _utc(value.get("modified"))) if body else (None, None)


def _literal(text: str) -> object:
    if text.casefold() in {"", "nan", "none", "null"}:
        return None
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
        raise ValueError("developerResponse is not a Python literal") from error


def _utc(value: object) -> datetime | None:
    """Read the Python scraper's time: Apple's UTC, of which it dropped the Z."""
    moment = naive_or_aware(value)
    return moment if moment is None or moment.tzinfo is not None else in_zone(moment, ZoneInfo("UTC"))


def _read_feed(feed: Feed, reading: Reading) -> Imported:
    listing_id = reading.listing(feed.app_id)
    seen_at = reading.sighting(reading.seen_at or feed.updated)

    def reviews() -> Iterator[Review]:
        for number, entry in enumerate(feed.entries):
            if is_the_app(entry):
                continue
            try:
                if not isinstance(entry, dict):
                    raise ValueError("an entry that is no object")
                yield parse_entry(entry, listing_id=listing_id, seen_at=seen_at, secret=reading.secret)
            except ValueError as error:
                reading.reject(f"entry {number}", error, without_names(entry), source=SOURCE, listing_id=listing_id)

    return Imported(
        path=reading.path,
        format="app_store",
        source=SOURCE,
        listing_id=listing_id,
        reviews=reviews(),
        quarantined=reading.quarantined,
        notes=reading.notes,
    )
