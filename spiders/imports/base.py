"""What every import format gets and gives: the request, the result, and the rows that could not be used."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import orjson
from pydantic import ValidationError

from core.clock import to_utc
from core.errors import InputError
from core.records import Review
from spiders.engine.landing import Quarantined, one_line, reason_of, without_names
from spiders.engine.parsing import author_key, plain
from spiders.engine.values import file_slug, shorten

FRAGMENT_LENGTH = 500
"""Characters of a bad row that are kept, to find it again."""


@dataclass(frozen=True, slots=True)
class ImportFile:
    """A file to be read, and what is known of it beforehand; None where its content decides."""

    path: Path
    format: str | None = None
    listing_id: str | None = None
    source: str | None = None


class Shown(NamedTuple):
    """What a site shows of a listing as a whole, None where it does not."""

    total: int | None = None
    """Reviews that it says there are."""
    rating: float | None = None
    """In [0, 1]."""
    votes: int | None = None


@dataclass(slots=True)
class Imported:
    """The content of one file. `reviews` can be walked once; `quarantined` and `notes` fill up meanwhile."""

    path: Path
    format: str
    source: str
    """Source of the reviews; where a landing file holds several, that of its first review."""
    listing_id: str
    """Listing of the reviews; where a file holds several, that of its first review."""
    reviews: Iterator[Review]
    """Walking it may raise InputError, where the file turns out to be cut off."""
    quarantined: list[Quarantined]
    notes: list[str]
    """What a person should know of the reading, such as columns that were not used."""
    secret: bytes = field(default=b"", repr=False)
    """Key of the authors' hashes, by which erased people are told."""
    shown: dict[tuple[str, str], Shown] = field(default_factory=dict)
    """What the payload says of a listing, by source and listing; fills up meanwhile."""


@dataclass(slots=True)
class Reading:
    """One reading of one file: what the caller asked for, and what was rejected so far."""

    path: Path
    now: datetime
    secret: bytes = field(repr=False)
    listing_id: str | None = None
    source: str | None = None
    seen_at: datetime | None = None
    zone: ZoneInfo | None = None
    columns: Mapping[str, str] | None = None
    quarantined: list[Quarantined] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def listing(self, named: str | None = None) -> str:
        """Return the listing asked for, else the one that the payload names, else the file's stem."""
        return self.listing_id or named or file_slug(self.path)

    def sighting(self, own: datetime | None = None) -> datetime:
        """Return the payload's own time of sighting, else the one asked for, else now; in UTC."""
        return to_utc(own or self.seen_at or self.now)

    def author(self, source: str, name: object) -> str | None:
        """Return the keyed hash of an author's name or id at a source, or None where there is none."""
        if isinstance(name, bool) or not isinstance(name, str | int):
            return None
        return author_key(self.secret, source, str(name).strip())

    def reject(self, where: str, reason: Exception | str, fragment: object, *, source: str, listing_id: str) -> None:
        """Put a row that cannot be used into quarantine, without the fields that name a person."""
        said = reason_of(reason) if isinstance(reason, ValidationError) else str(reason)
        text = fragment if isinstance(fragment, str) else _as_json(without_names(fragment))
        self.quarantined.append(
            Quarantined(
                source=source,
                listing_id=listing_id,
                reason=one_line(f"{where}: {said}"),
                fragment=shorten(text, FRAGMENT_LENGTH),
                seen_at=self.sighting(),
            )
        )

    def error(self, what: str) -> InputError:
        """Return the error that ends the reading of this file; its message begins with the file's path."""
        return InputError(plain(one_line(f"{self.path}: {what}", 800)))


def _as_json(value: object) -> str:
    try:
        return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:  # integers over 64 bits, lone surrogates
        return repr(value)
