"""Reviews of Google Play as its public scrapers and two tidy archives of them write them.

- google-play-scraper (Python): reviewId, content, score, at, replyContent, repliedAt; times are naive and local.
- google-play-scraper (Node): id, score, text, date, replyText, replyDate; times are ISO with Z.
- normalised: review_id, rating, text, review_date, reply_text, reply_date; days only.

Not imported: the raw batchexecute answers and the Android Publisher API.
"""

import re
from datetime import datetime

from core.records import Review
from spiders.engine.source import SourceInfo
from spiders.imports.base import Imported, NaiveTimeError, Reading
from spiders.imports.fields import count_of, filled, in_zone, key_of, listing_name, rating_of, reply_state_of, text_of
from spiders.imports.payload import Sample
from spiders.imports.shapes import Raw, found, read_document
from spiders.imports.times import naive_or_aware, time_of

SOURCE = SourceInfo(
    name="google_play",
    title="Google Play (files of google-play-scraper)",
    live=False,
    legal_basis="Only imported: the feed behind the store's pages is undocumented.",
    shows_replies=True,
)
EXPECTED = "objects with reviewId, content, score, at; or id, score, text, replyText; or review_id, rating, text"
CSV_HEADERS = {"reviewId", "content", "score", "at"}
_PACKAGE = re.compile(r"[?&]id=([\w.]+)")


def matches(sample: Sample) -> bool:
    """Whether the JSON holds at least one review of these shapes, or is the empty answer of the Node scraper."""
    if not sample.is_json:
        return False
    document = sample.outline
    if next(found(document, is_record), None):
        return True
    return isinstance(document, dict) and "nextPaginationToken" in document and document.get("data") == []


def is_record(raw: object) -> bool:
    """Whether a value is one review of one of the three shapes."""
    if not isinstance(raw, dict):
        return False
    keys = raw.keys()
    return (
        ("reviewId" in keys and bool({"content", "score"} & keys))
        or ({"id", "score", "text"} <= keys and (bool({"replyText", "thumbsUp", "scoreText"} & keys) or _is_ours(raw)))
        or ({"review_id", "rating", "text"} <= keys and bool({"reply_text", "thumbs_up"} & keys))
    )


def _is_ours(raw: Raw) -> bool:
    url = raw.get("url")
    return isinstance(url, str) and "play.google.com" in url


def read(sample: Sample, reading: Reading) -> Imported:
    """Read JSON of the three shapes, or the Python scraper's CSV."""
    if sample.kind == "text":
        from spiders.imports.table import read_csv  # the tables know this module

        return read_csv(sample, reading)
    return read_document(
        sample,
        reading,
        format_name="google_play",
        source=SOURCE.name,
        expected=EXPECTED,
        is_record=is_record,
        parse=parse,
        named_by=_package,
    )


def _package(raw: Raw) -> str | None:
    url = raw.get("url")
    package = _PACKAGE.search(url) if isinstance(url, str) else None
    return package[1] if package else listing_name(raw.get("appId"))


def parse(raw: Raw, listing_id: str, seen_at: datetime, reading: Reading) -> Review:
    """Make a Review of a raw one of any of the three shapes.

    Raises:
        NaiveTimeError: a local time, and no zone is known for the file.
        ValueError: what is wrong with this review.
    """
    if "reviewId" in raw:
        return _from_python(raw, listing_id, seen_at, reading)
    if "review_id" in raw:
        return _from_normalised(raw, listing_id, seen_at, reading)
    return _from_node(raw, listing_id, seen_at, reading)


def _from_python(raw: Raw, listing_id: str, seen_at: datetime, reading: Reading) -> Review:
    reply = filled(raw.get("replyContent"), "replyContent")
    posted_at, reply_at = _local(raw.get("at"), reading), _local(raw.get("repliedAt"), reading)
    version = filled(raw.get("reviewCreatedVersion") or raw.get("appVersion"), "reviewCreatedVersion")
    return Review(
        source=SOURCE.name,
        listing_id=listing_id,
        review_id=key_of(raw.get("reviewId"), "reviewId"),
        author_key=reading.author(SOURCE.name, raw.get("userName")),
        subject_kind="app_version" if version else None,
        subject_id=version,
        rating=rating_of(raw.get("score")),
        text=text_of(raw.get("content"), "content") or "",
        posted_at=posted_at,
        posted_at_precision="exact" if posted_at else None,
        reply_state=reply_state_of(reply, known="replyContent" in raw),
        reply_text=reply,
        reply_at=reply_at if reply else None,
        reply_at_kind="exact" if reply and reply_at else None,
        helpful_votes=count_of(raw.get("thumbsUpCount")),
        seen_at=seen_at,
    )


def _local(value: object, reading: Reading) -> datetime | None:
    moment = naive_or_aware(value)
    if moment is None or moment.tzinfo is not None:
        return moment
    if reading.zone is None:
        raise NaiveTimeError(f"google-play-scraper writes local times ({moment}) without their zone")
    return in_zone(moment, reading.zone)


def _from_node(raw: Raw, listing_id: str, seen_at: datetime, reading: Reading) -> Review:
    reply = filled(raw.get("replyText"), "replyText")
    posted, reply_at = (time_of(raw.get(name), reading.zone, seen_at) for name in ("date", "replyDate"))
    version = filled(raw.get("version"), "version")
    return Review(
        source=SOURCE.name,
        listing_id=listing_id,
        review_id=key_of(raw.get("id"), "id"),
        url=filled(raw.get("url"), "url"),
        author_key=reading.author(SOURCE.name, raw.get("userName")),
        subject_kind="app_version" if version else None,
        subject_id=version,
        rating=rating_of(raw.get("score")),
        title=filled(raw.get("title"), "title"),
        text=text_of(raw.get("text"), "text") or "",
        posted_at=posted.at if posted else None,
        posted_at_precision=posted.precision if posted else None,
        reply_state=reply_state_of(reply, known="replyText" in raw),
        reply_text=reply,
        reply_at=reply_at.at if reply and reply_at else None,
        reply_at_kind="exact" if reply and reply_at and reply_at.precision == "exact" else None,
        helpful_votes=count_of(raw.get("thumbsUp")),
        seen_at=seen_at,
    )


def _from_normalised(raw: Raw, listing_id: str, seen_at: datetime, reading: Reading) -> Review:
    version = filled(raw.get("version"), "version")
    reply = filled(raw.get("reply_text"), "reply_text")
    posted, reply_at = (time_of(raw.get(name), reading.zone, seen_at) for name in ("review_date", "reply_date"))
    return Review(
        source=SOURCE.name,
        listing_id=listing_id,
        review_id=key_of(raw.get("review_id"), "review_id"),
        author_key=reading.author(SOURCE.name, raw.get("user_name")),
        subject_kind="app_version" if version else None,
        subject_id=version,
        rating=rating_of(raw.get("rating")),
        title=filled(raw.get("title"), "title"),
        text=text_of(raw.get("text"), "text") or "",
        posted_at=posted.at if posted else None,
        posted_at_precision=posted.precision if posted else None,
        reply_state=reply_state_of(reply, known="reply_text" in raw),
        reply_text=reply,
        reply_at=reply_at.at if reply and reply_at else None,
        reply_at_kind="exact" if reply and reply_at and reply_at.precision == "exact" else None,
        helpful_votes=count_of(raw.get("thumbs_up")),
        seen_at=seen_at,
    )
