"""Tables inside an archive or a database: a zip of CSV files, as data sets and exports come, or a SQLite file."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from core.errors import InputError
from core.records import Review
from spiders.engine.document import Document
from spiders.engine.payload import Sample
from spiders.engine.values import file_slug
from spiders.imports.base import Imported, Reading

_PEEK = 50
FindTable = Callable[[Sample], str | None]
"""Tells which format of table a file has, None where it is none."""
ReadTable = Callable[[str, Sample, Reading], Imported]


def table_in(documents: Iterable[Document], find: FindTable) -> str | None:
    """Return the format of the first table among the files of an archive, None where there is none."""
    formats = (find(document.sample) for document in islice(documents, _PEEK))
    return next((name for name in formats if name is not None), None)


def read_tables(
    documents: Iterable[Document], reading: Reading, format_name: str, find: FindTable, read: ReadTable
) -> Imported:
    """Read all tables among the files of an archive; what is none is named in a note.

    Each table is a listing of its own, named by archive and file, unless a listing is asked for.

    Raises:
        InputError: no table could be read (also while walking the reviews).
    """
    imported = Imported(
        path=reading.path,
        format=format_name,
        source=reading.source or format_name,
        listing_id=reading.listing(),
        reviews=iter(()),
        quarantined=reading.quarantined,
        notes=reading.notes,
    )
    imported.reviews = _reviews(documents, reading, imported.source, find, read)
    return imported


def _reviews(
    documents: Iterable[Document], reading: Reading, source: str, find: FindTable, read: ReadTable
) -> Iterator[Review]:
    others: list[str] = []
    for document in documents:
        name = document.sample.path
        inside = replace(
            reading,
            path=reading.path / name,
            source=source,
            listing_id=reading.listing_id or f"{file_slug(Path(reading.path.stem))}-{file_slug(Path(name))}",
        )
        try:
            kind = find(document.sample)
        except InputError as error:
            reading.reject(str(name), str(error), "", source=source, listing_id=inside.listing())
            continue
        if kind is None:
            others.append(str(name))
            continue
        yield from read(kind, document.sample, inside).reviews
    if others:
        more = f" and {len(others) - 5} more" if len(others) > 5 else ""
        reading.notes.append(f"no tables of reviews: {', '.join(others[:5])}{more}")
