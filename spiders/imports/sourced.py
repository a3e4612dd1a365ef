"""Reading a document through the source that knows it: `find` says where its reviews lie, `parse_review` reads one."""

import importlib
import tarfile
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import ValidationError

from core.errors import InputError
from core.records import Review
from spiders.engine.blocking import BlockedError, sign_of_error, sign_of_wall
from spiders.engine.database import tables
from spiders.engine.dates import ZonelessTime
from spiders.engine.document import Batch, Document, Line
from spiders.engine.landing import reason_of
from spiders.engine.parsing import Raw, Sighting, UnknownValue
from spiders.engine.payload import DOCUMENT_BYTES, Sample
from spiders.engine.rows import BadRow
from spiders.engine.source import sources
from spiders.engine.values import MADE, listing_name
from spiders.engine.walk import is_empty
from spiders.imports.base import Imported, Reading, Shown

_REFUSED = (LookupError, TypeError, ValueError, AttributeError, OverflowError, RecursionError, StopIteration)
_MOST_MEMBERS = 100_000
_BESIDE_PAGES = {
    ".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".ico", ".svg", ".css", ".js", ".woff", ".woff2", ".ttf", ".mp4",
}  # fmt: skip


def known_by(document: Document) -> str | None:
    """Return the source whose reviews a document holds, None where no source knows it.

    Sources of a lower rank come first; those of a higher one are asked only if none of them knows it.

    Raises:
        InputError: two sources of one rank know it; it is a captcha, a wall or an empty shell of one of them.
    """
    fitting = [info for info in sources().values() if document.kind in info.kinds]
    for _, group in groupby(sorted(fitting, key=lambda info: (info.rank, info.name)), key=lambda info: info.rank):
        names = [info.name for info in group if knows(info.name, document)]
        if len(names) > 1:
            raise document.sample.error(f"may be of {' or of '.join(names)}; say which with --format")
        if names:
            return names[0]
    return None


def knows(source: str, document: Document) -> bool:
    """Tell whether a document holds reviews of a source.

    Raises:
        InputError: it is a captcha, a wall or an empty shell of that source.
    """
    info = sources()[source]
    if document.kind not in info.kinds or (info.marks and not document.mentions(info.marks)):
        return False
    return next(_found(source, document), None) is not None


def _found(source: str, document: Document) -> Iterator[Batch]:
    try:
        yield from _module(source).find(document)
    except BlockedError as error:
        raise document.sample.error(f"blocked: {error}") from error


def _module(source: str) -> Any:
    return importlib.import_module(f"spiders.{source}")


def sign_of_nothing(document: Document) -> str | None:
    """Return what marks a document that no source knows as a captcha, a wall, a shell or an error, or None."""
    if document.kind == "json":
        return sign_of_error(document.json)
    return sign_of_wall(document.text) if document.kind == "html" else None


def is_archive(sample: Sample) -> bool:
    """Whether it holds files of its own: a tar archive, a database, or a zip archive that is no workbook."""
    return sample.kind in ("tar", "sqlite") or (sample.kind == "zip" and not _is_workbook(sample))


def _is_workbook(sample: Sample) -> bool:
    try:
        with closing(sample.open()) as handle, zipfile.ZipFile(handle) as archive:
            return "[Content_Types].xml" in archive.namelist()
    except (zipfile.BadZipFile, EOFError, zlib.error, OSError):  # damaged: its beginning says what it was
        return b"xl/" in sample.head or b"[Content_Types].xml" in sample.head


def members(sample: Sample) -> Iterator[Document]:
    """Yield the files of an archive as documents, in their order; no empty ones, pictures and folders.

    Raises:
        InputError: a damaged archive, or a member over 512 MiB.
    """
    try:
        for number, (name, data) in enumerate(_unpacked(sample)):
            if number >= _MOST_MEMBERS:
                raise sample.error(f"more than {_MOST_MEMBERS} files in it; split it")
            path = PurePosixPath(name)
            if data.strip() and not path.name.startswith(".") and path.suffix.lower() not in _BESIDE_PAGES:
                yield Document(Sample(Path(name), data))
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, zlib.error, OSError) as error:
        kind = "tar" if sample.kind == "tar" else "zip"
        raise sample.error(f"the {kind} archive is damaged or cut off: {error}") from error


def _unpacked(sample: Sample) -> Iterator[tuple[str, bytes]]:
    if sample.kind == "sqlite":
        yield from tables(sample)
        return
    with closing(sample.open()) as handle:
        if sample.kind == "tar":
            with tarfile.open(fileobj=handle, mode="r|") as archive:
                for member in archive:
                    content = archive.extractfile(member) if member.isfile() else None
                    if content is not None:
                        yield member.name, _limited(sample, member.name, member.size, content.read)
            return
        with zipfile.ZipFile(handle) as bundle:
            for part in bundle.infolist():
                if not part.is_dir():
                    with bundle.open(part) as packed:
                        yield part.filename, _limited(sample, part.filename, part.file_size, packed.read)


def _limited(sample: Sample, name: str, size: int, read: Any) -> bytes:
    if size > DOCUMENT_BYTES:
        raise sample.error(f"{name}: larger than {DOCUMENT_BYTES >> 20} MiB")
    data: bytes = read()
    return data


def read_source(source: str, documents: Iterable[Document], reading: Reading) -> Imported:
    """Read the reviews of documents that a source knows; of an archive's members also those of other sources.

    Raises:
        InputError: no review of the source in it; also while the reviews are walked.
    """
    imported = Imported(
        path=reading.path,
        format=source,
        source=source,
        listing_id=reading.listing(),
        reviews=iter(()),
        quarantined=reading.quarantined,
        notes=reading.notes,
    )
    imported.reviews = _reviews(imported, documents, reading)
    return imported


@dataclass(slots=True)
class _Seen:
    """What came before in the same file."""

    contents: dict[tuple[str, str, str], int] = field(default_factory=dict)
    made: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    twice: int = 0

    def as_own(self, review: Review) -> Review | None:
        """Return the review, with a number if its id was made and is taken; None where it came before as it is."""
        if review.review_id.startswith(MADE):
            self.made[review.review_id] += 1
            number = self.made[review.review_id]
            if number > 1:
                review = review.model_copy(update={"review_id": f"{review.review_id}-{number}"})
        key = (review.source, review.listing_id, review.review_id)
        content = hash(review)
        if self.contents.get(key) == content:
            self.twice += 1
            return None
        self.contents[key] = content
        return review


def _reviews(imported: Imported, documents: Iterable[Document], reading: Reading) -> Iterator[Review]:
    source = imported.source
    seen = _Seen()
    is_ours, is_listed = False, isinstance(documents, list)
    for document in documents:
        is_member = document.sample.path != reading.path
        inside = f"{document.name}: " if is_member else ""
        seen.made.clear()  # a page that lies twice in an archive holds the same reviews, as if imported twice
        known: str | None = source
        try:
            if is_member and next(_found(source, document), None) is None:
                known = known_by(document)
            batches = list(_found(known, document)) if known else []
        except InputError as error:
            if not is_member:
                raise
            reading.reject(document.name, str(error), "", source=source, listing_id=reading.listing())
            continue
        if not known and _is_known_empty(document):
            continue
        if not known:
            why = sign_of_nothing(document) or "no reviews that are known"
            reading.reject(document.name, why, "", source=source, listing_id=reading.listing())
            continue
        if batches and not is_ours and not callable(batches[0].listing):
            imported.listing_id = reading.listing(listing_name(batches[0].listing))
        is_ours = is_ours or bool(batches) or _is_known_empty(document)
        for batch in batches:
            shown = Shown(batch.total, batch.rating, batch.count)
            for review in _of_batch(known, batch, reading, seen, inside):
                if any(value is not None for value in shown):
                    imported.shown[review.source, review.listing_id] = shown
                yield review
    if not is_ours:
        signs = (sign for document in documents if (sign := sign_of_nothing(document))) if is_listed else ()
        sign = next(iter(signs), None)
        raise reading.error(f"no review of {source} in it{f': blocked: {sign}' if sign else ''}")
    if seen.twice:
        reading.notes.append(f"{seen.twice} reviews came twice")
    reading.notes.extend(f"{message} ({count} times)" for message, count in seen.unknown.items())


def _is_known_empty(document: Document) -> bool:
    return document.kind == "json" and is_empty(document.json) and sign_of_error(document.json) is None


def _of_batch(source: str, batch: Batch, reading: Reading, seen: _Seen, inside: str) -> Iterator[Review]:
    parse_review = _module(source).parse_review
    seen_at = reading.sighting(reading.seen_at or batch.seen_at)
    for number, raw in enumerate(batch.raws):
        where = f"{inside}line {raw.number}" if isinstance(raw, Line) else f"{inside}{batch.where}[{number}]"
        listing_id = reading.listing()
        try:
            if isinstance(raw, BadRow):
                raise ValueError(raw.reason)
            if not isinstance(raw, dict):
                raise TypeError("not a review")
            listing_id = reading.listing(_listing(batch, raw))
            sighting = Sighting(listing_id=listing_id, seen_at=seen_at, secret=reading.secret, zone=reading.zone)
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always", UnknownValue)
                warnings.simplefilter("always", ZonelessTime)
                review: Review = parse_review(raw, **sighting)
        except _REFUSED as error:
            cause = str(error) if type(error) in (ValueError, TypeError) else error
            if isinstance(error, KeyError | AttributeError | IndexError) and not isinstance(error, ValidationError):
                cause = reason_of(error)
            reading.reject(where, cause, raw, source=source, listing_id=listing_id)
            continue
        seen.unknown.update(str(warning.message) for warning in caught)
        own = seen.as_own(review)
        if own is not None:
            yield own


def _listing(batch: Batch, raw: Raw) -> str | None:
    return listing_name(batch.listing(raw) if callable(batch.listing) else batch.listing)
