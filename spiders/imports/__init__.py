"""Imports: files that other tools or people made become reviews. Needs neither Scrapy nor a network.

A format is a module with `matches(sample) -> bool` and `read(sample, reading) -> Imported`, registered in `_FORMATS`.
A file that is not what it says ends in one InputError that names it; a bad row of a good file costs only itself.
"""

import importlib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import NamedTuple, cast
from zoneinfo import ZoneInfo

from core.errors import InputError
from core.records import Review
from spiders.engine.landing import Quarantined
from spiders.imports.base import Imported, ImportFile, Reading
from spiders.imports.drop_folder import InboxFile, inbox, remember
from spiders.imports.landing_writer import write_landing
from spiders.imports.payload import Sample

__all__ = [
    "FORMATS",
    "ImportFile",
    "Imported",
    "InboxFile",
    "InputError",
    "Quarantined",
    "inbox",
    "read",
    "recognise",
    "remember",
    "write_landing",
]


class _Format(NamedTuple):
    description: str
    module: str
    matches: str = "matches"
    read: str = "read"
    explain: str = "explain_csv"


# In the order in which a file is tried: the pickiest first.
_FORMATS = {
    "landing": _Format(
        "JSON Lines of reviews with the fields of core.records.Review (.jsonl, .jsonl.gz), of any source",
        "spiders.imports.landing",
    ),
    "xlsx": _Format("Excel workbook with a header row", "spiders.imports.table", "matches_xlsx", "read_xlsx"),
    "steam": _Format("Steam review archive, one app a JSON file, or a .tar.gz of them", "spiders.imports.steam"),
    "app_store": _Format(
        "Apple's customer reviews feed (JSON, XML) or what app-store-scraper writes (JSON, CSV)",
        "spiders.imports.app_store",
    ),
    "google_play": _Format("what google-play-scraper writes (JSON, CSV; Python or Node)", "spiders.google_play"),
    "csv": _Format(
        "text table with a header row (comma, semicolon or tab)", "spiders.imports.table", "matches_csv", "read_csv"
    ),
}

FORMATS: dict[str, str] = {name: declared.description for name, declared in _FORMATS.items()}
"""Name -> description of each format, for help texts."""


def recognise(path: Path) -> str:
    """Return the name of the format that a file has.

    Raises:
        InputError: `path: what it is instead`, where no format fits.
    """
    return _recognised(Sample(path))


def read(
    path: Path,
    *,
    format: str | None,  # noqa: A002  the name of the command's argument
    listing_id: str | None,
    seen_at: datetime | None,
    tz: str | None,
    now: datetime,
    secret: bytes,
    columns: Mapping[str, str] | None = None,
    source: str | None = None,
) -> Imported:
    """Open a file of reviews. Its first row is read at once, the rest while `reviews` is walked.

    Args:
        path: the file.
        format: a name of FORMATS, or None to recognise it (with `columns`: csv or xlsx).
        listing_id: the listing of all its reviews; None takes what the payload names, else the file's stem.
            Landing lines always keep their own.
        seen_at: when the reviews were seen, where the payload does not say so itself; None means `now`.
        tz: IANA zone of times that name none; without one such a time is an error.
        now: the clock.
        secret: key of the authors' hashes.
        columns: field -> header for csv and xlsx; rating_max and rating_min may be numbers instead.
        source: source of the reviews of a table (default: the format's name); fills it in landing lines without one.

    Raises:
        InputError: the file is not what it was said to be; also while the reviews are walked.
    """
    if format is not None and format not in _FORMATS:
        raise InputError(f"{path}: no format {format!r}; formats are {', '.join(_FORMATS)}")
    sample = Sample(path)
    if format is None:
        format = _recognised(sample) if columns is None else "xlsx" if sample.kind == "zip" else "csv"  # noqa: A001
    if sample.kind == "empty":
        raise InputError(f"{path}: {sample.describe()}")
    reading = Reading(path, now, secret, listing_id, source, seen_at, _zone(path, tz), columns)
    reader = cast("Callable[[Sample, Reading], Imported]", _function(format, "read"))
    imported = reader(sample, reading)
    imported.reviews = _primed(imported)
    imported.secret = secret
    return imported


def _primed(imported: Imported) -> Iterator[Review]:
    """Fetch the first review now, so that most errors show before anything is written."""
    reviews = imported.reviews
    first = next(reviews, None)
    if first is None:
        return iter(())
    imported.source, imported.listing_id = first.source, first.listing_id
    return chain((first,), reviews)


def _zone(path: Path, name: str | None) -> ZoneInfo | None:
    try:
        return None if name is None else ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise InputError(
            f"{path}: {name!r} is no time zone; write an IANA name such as Europe/Moscow or Europe/Kyiv"
        ) from error


def _function(format_name: str, role: str) -> object:
    declared = _FORMATS[format_name]
    return getattr(importlib.import_module(declared.module), getattr(declared, role))


def _recognised(sample: Sample) -> str:
    for name in _FORMATS:
        matches = cast("Callable[[Sample], bool]", _function(name, "matches"))
        if matches(sample):
            return name
    if sample.kind == "jsonl" and not sample.outline:
        return "landing"  # no line is JSON: its reader says what is wrong with the first one
    if sample.kind == "text":
        explain = cast("Callable[[Sample], InputError]", _function("csv", "explain"))
        raise explain(sample)
    raise InputError(f"{sample.path}: {sample.describe()}; formats are {', '.join(_FORMATS)}")
