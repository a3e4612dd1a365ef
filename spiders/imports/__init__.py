"""Imports: files that sites, tools or people made become reviews. Needs neither Scrapy nor a network.

A file is tried as landing lines, then by every source that may know it (spiders/*.py, see `sourced`), then as a table
with usual headers. A file that is not what it says ends in one InputError that names it; a bad row of a good file
costs only itself.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from core.errors import InputError
from core.records import Review
from spiders.engine.document import Document
from spiders.engine.landing import Quarantined
from spiders.engine.payload import Sample
from spiders.engine.source import sources
from spiders.engine.walk import is_empty
from spiders.imports import landing, sourced, table
from spiders.imports.base import Imported, ImportFile, Reading
from spiders.imports.drop_folder import InboxFile, inbox, remember
from spiders.imports.landing_writer import write_landing
from spiders.imports.packed import read_tables, table_in
from spiders.imports.views import known_view, view_of

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
    matches: Callable[[Sample], bool]
    read: Callable[[Sample, Reading], Imported]


_LANDING = _Format(
    "JSON Lines of reviews with the fields of core.records.Review (.jsonl, .jsonl.gz), of any source",
    landing.matches,
    landing.read,
)
_TABLES = {
    "xlsx": _Format("Excel workbook with a header row", table.matches_xlsx, table.read_xlsx),
    "csv": _Format("text table with a header row (comma, semicolon or tab)", table.matches_csv, table.read_csv),
    "parquet": _Format("Parquet table", table.matches_parquet, table.read_parquet),
    "jsonl": _Format("JSON Lines, or a JSON list, of flat objects", table.matches_objects, table.read_objects),
}
_PEEK = 50

FORMATS: dict[str, str] = {
    "landing": _LANDING.description,
    **{name: f"{info.title}: {', '.join(info.kinds)}" for name, info in sources().items() if info.kinds},
    **{name: declared.description for name, declared in _TABLES.items()},
}
"""Name -> description of each format, for help texts."""


def recognise(path: Path) -> str:
    """Return the name of the format that a file has.

    Raises:
        InputError: `path: what it is instead`, where no format fits.
    """
    return _recognised(_opened(path))


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
        seen_at: when the reviews were seen; None takes what the payload says of itself, else `now`. Rows and landing
            lines with a time of their own keep it.
        tz: IANA zone of times that name none; without one such a time is an error.
        now: the clock.
        secret: key of the authors' hashes.
        columns: field -> header for csv and xlsx; rating_max and rating_min may be numbers instead.
        source: source of the reviews of a table (default: the format's name); fills it in landing lines without one.

    Raises:
        InputError: the file is not what it was said to be; also while the reviews are walked.
    """
    if format is not None and format not in FORMATS:
        raise InputError(f"{path}: no format {format!r}; formats are {', '.join(FORMATS)}")
    sample = _opened(path)
    reading = Reading(path, now, secret, listing_id, source, seen_at, _zone(path, tz), columns)
    if format is None:
        format = _recognised(sample) if columns is None else _table_of(sample)  # noqa: A001
    if isinstance(sample, Sample) and sample.kind == "empty":
        raise InputError(f"{path}: {sample.describe()}")
    if format in sources():
        imported = sourced.read_source(format, _documents(sample, format), reading)
    elif isinstance(sample, Sample) and format in _TABLES and sourced.is_archive(sample):
        imported = read_tables(
            _members(sample), reading, format, _table_in if columns is None else _table_of, _read_table
        )
    elif isinstance(sample, Sample):
        imported = (_LANDING if format == "landing" else _TABLES[format]).read(sample, reading)
    else:
        raise InputError(f"{path}: a folder; expected a file")
    imported.reviews = _primed(imported)
    imported.secret = secret
    return imported


def _opened(path: Path) -> Sample | list[Path]:
    """Open a file, or find the messages of a maildir."""
    if path.is_dir() and (path / "cur").is_dir():
        return sorted(file for part in ("cur", "new") for file in (path / part).glob("*") if file.is_file())
    return Sample(path)


def _documents(sample: Sample | list[Path], source: str) -> Iterable[Document]:
    if isinstance(sample, list) or sourced.is_archive(sample):
        return _members(sample)
    return view_of(sample, source)


def _members(sample: Sample | list[Path]) -> Iterable[Document]:
    return (Document(Sample(path)) for path in sample) if isinstance(sample, list) else sourced.members(sample)


def _table_of(sample: Sample | list[Path]) -> str:
    if isinstance(sample, list) or sourced.is_archive(sample):
        return "csv"
    return {"zip": "xlsx", "parquet": "parquet", "jsonl": "jsonl", "json": "jsonl"}.get(sample.kind, "csv")


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


def _recognised(sample: Sample | list[Path]) -> str:
    if isinstance(sample, Sample) and not sourced.is_archive(sample):
        return _recognised_file(sample)
    for document in islice(_members(sample), _PEEK):
        name = sourced.known_by(document)
        if name is not None:
            return name
    if isinstance(sample, Sample):
        if (name := table_in(_members(sample), _table_in)) is not None:
            return name
        raise sample.error(sample.describe())
    folder = f"{sample[0].parent.parent}: " if sample else ""
    raise InputError(f"{folder}a maildir without notifications of reviews that are known; see docs/mail.md")


def _table_in(sample: Sample) -> str | None:
    return next((name for name, declared in _TABLES.items() if declared.matches(sample)), None)


def _read_table(name: str, sample: Sample, reading: Reading) -> Imported:
    return _TABLES[name].read(sample, reading)


def _recognised_file(sample: Sample) -> str:
    if _LANDING.matches(sample):
        return "landing"
    document = Document(sample)
    name = sourced.known_by(document) or known_view(sample)
    if name is not None:
        return name
    if (name := _table_in(sample)) is not None:
        return name
    if sample.kind == "jsonl" and not sample.outline:
        return "landing"  # no line is JSON: its reader says what is wrong with the first one
    if sample.kind == "text" and (problem := table.explain_csv(sample)):
        raise problem
    if sign := sourced.sign_of_nothing(document):
        raise sample.error(f"blocked: {sign}")
    if sample.is_json and (problem := table.explain_objects(sample)):
        raise problem
    raise sample.error(f"{sample.describe()}; {_hint(document)}formats are {', '.join(FORMATS)}")


def _hint(document: Document) -> str:
    """Say what may be done about a file that nobody knows."""
    if document.kind == "json" and is_empty(document.json):
        return "its lists are empty: it holds no reviews, or those who asked for them were given none; "
    hints = {
        "html": "`otklik new-source NAME URL` makes a source of a page; ",
        "mail": "docs/mail.md shows how a template for a sender of yours is written; ",
    }
    return hints.get(document.kind, "")
