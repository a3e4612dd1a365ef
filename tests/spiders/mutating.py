"""Mutations of recorded payloads, of whatever form: which parts of a file are its reviews, and what may happen to them.

The form is found from the bytes: JSON (also inside strings, scripts and attributes), JSON Lines, CSV, XML, HTML, mail.
A part is a record where the file without it gives one review (or one quarantined line) less, and all others unchanged.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.records import Review
from spiders.engine.document import Document
from spiders.engine.payload import Sample
from spiders.imports.base import Reading
from spiders.imports.sourced import read_source

Key = tuple[Any, ...]
STRANGE = "ω-strange"
NUMBER = 987654
HOWS = ("missing", "null", "number", "text", "list", "object", "flag")


@dataclass(frozen=True)
class Seen:
    """What reading a payload gave."""

    reviews: dict[str, dict[str, Any]]
    quarantined: int = 0
    twice: int = 0
    error: str | None = None

    @property
    def total(self) -> int:
        return len(self.reviews) + self.quarantined + self.twice


def seen(source: str, data: bytes, name: str, told: dict[str, Any] | None = None) -> Seen:
    """Read a payload as one source, in memory; anything but an InputError passes through."""
    told = told or {}
    now = datetime.fromisoformat(told.get("now", "2026-11-22T12:00:00Z")).astimezone(UTC)
    reading = Reading(Path(name), now, b"key", told.get("listing_id"))
    try:
        imported = read_source(source, [Document(Sample(Path(name), data))], reading)
        reviews = list(imported.reviews)
    except InputError as error:
        return Seen({}, len(reading.quarantined), error=str(error))
    twice = sum(int(note.split()[0]) for note in imported.notes if note.endswith("came twice"))
    return Seen({one.review_id: _plain(one) for one in reviews}, len(reading.quarantined), twice)


def _plain(review: Review) -> dict[str, Any]:
    review.model_dump_json().encode()
    return review.model_dump(mode="json", exclude={"seen_at"})


class Payload(ABC):
    """A file as a tree of parts that can be dropped, changed and repeated; each change gives new bytes."""

    @abstractmethod
    def parts(self) -> Iterator[Key]:
        """Yield what may be a record, the outer before the inner."""

    @abstractmethod
    def without(self, *parts: Key) -> bytes:
        """Return the file without these parts."""

    @abstractmethod
    def fields(self, part: Key) -> list[Key]:
        """Return the parts and values inside a part that can be changed one by one."""

    @abstractmethod
    def changed(self, field: Key, how: str) -> bytes | None:
        """Return the file with one value changed, None where that change has no meaning in this form."""

    @abstractmethod
    def repeated(self, part: Key, times: int, renew: Callable[[str, int], str]) -> bytes:
        """Return the file with copies of a part behind it, each passed as text through `renew`."""

    whole: Key = ()
    """The part that is all of the file."""

    @abstractmethod
    def text_of(self, part: Key) -> str:
        """Return all that a part says, as one text."""

    def is_inside(self, inner: Key, outer: Key) -> bool:
        """Tell whether a part lies within another, or is that part."""
        return inner[: len(outer)] == outer

    def narrowed(self, part: Key) -> Key:
        """Return the inner part where a part only wraps it."""
        return part


def records(payload: Payload, look: Callable[[bytes], Seen], base: Seen) -> dict[Key, str | None]:
    """Return which parts are records, with the ids of their reviews; None for one that goes to quarantine."""
    found: dict[Key, str | None] = {}
    for part in payload.parts():
        if any(payload.is_inside(part, known) for known in found):
            continue
        rest = look(payload.without(part))
        lost = base.reviews.keys() - rest.reviews.keys()
        same = all(base.reviews.get(key) == value for key, value in rest.reviews.items())
        if rest.error is None and same and rest.total == base.total - 1:
            if len(lost) == 1 and rest.quarantined == base.quarantined:
                found[part] = next(iter(lost))
            elif not lost and rest.quarantined == base.quarantined - 1:
                found[part] = None
    if not found and base.total == 1:
        return {payload.whole: next(iter(base.reviews), None)}
    return found
