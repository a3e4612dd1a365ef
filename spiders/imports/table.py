"""Reviews from tables: CSV, Excel, Parquet and lists of JSON objects, with usual headers or a column map."""

import functools
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from core.errors import InputError
from core.records import Review
from spiders.engine.dates import ZONELESS, ZonelessTime, read_date
from spiders.engine.parsing import UnknownValue, joined, warn_unknown
from spiders.engine.payload import Sample
from spiders.engine.rows import BadRow, Row, Table, csv_table, objects_table, parquet_table, xlsx_table
from spiders.engine.values import (
    Moment,
    count_of,
    digest,
    filled,
    key_of,
    rating_of,
    reply_state_of,
    text_of,
)
from spiders.imports.base import Imported, Reading
from spiders.imports.cells import Told, answer, look_ahead, part, time_of_all, told_by, words
from spiders.imports.columns import (
    HEADERS,
    Columns,
    ColumnsError,
    count_known,
    is_text,
    mapped_columns,
    normalised,
    recognise_columns,
    usual,
)
from spiders.imports.fitting import Written, is_total, plainer

Value = TypeVar("Value")


def matches_csv(sample: Sample) -> bool:
    """Whether it is text whose first rows hold usual headers."""
    return sample.kind == "text" and explain_csv(sample) is None


def explain_csv(sample: Sample) -> InputError | None:
    """Return why a text is no table that could be read without a map, None where it is one."""
    try:
        header = csv_table(sample, count_known).header
        recognise_columns(header)
    except InputError as error:
        return error
    except ColumnsError as error:
        return sample.error(str(error))
    return None


def matches_xlsx(sample: Sample) -> bool:
    """Whether it is a zip archive that looks like a workbook."""
    return sample.kind == "zip" and (b"xl/" in sample.head or b"[Content_Types].xml" in sample.head)


def read_csv(sample: Sample, reading: Reading) -> Imported:
    """Read a CSV file row by row.

    Raises:
        InputError: not text, no usable headers, a time without a zone (also while walking the reviews).
    """
    if sample.kind != "text":
        raise reading.error(f"{sample.describe()}; expected CSV text")
    return _read(csv_table(sample, _wanted(reading.columns)), "csv", reading)


def read_xlsx(sample: Sample, reading: Reading) -> Imported:
    """Read the first fitting sheet of a workbook; formulas count by the value that Excel saved.

    Raises:
        InputError: no workbook, no usable headers, a time without a zone (also while walking the reviews).
    """
    if sample.kind != "zip":
        raise reading.error(f"{sample.describe()}; expected an Excel workbook (.xlsx)")
    return _read(xlsx_table(sample, _wanted(reading.columns)), "xlsx", reading)


def matches_parquet(sample: Sample) -> bool:
    """Whether it is a Parquet file with usual headers."""
    return sample.kind == "parquet" and _fits(parquet_table(sample))


def matches_objects(sample: Sample) -> bool:
    """Whether it is JSON Lines or a JSON list of objects with usual names: a text, and something else of a review."""
    if not sample.is_json:
        return False
    header = objects_table(sample, count_known).header
    return is_text(header) and count_known(header) > 1


def explain_objects(sample: Sample) -> InputError | None:
    """Return why JSON is no table that could be read without a map, None where it holds no objects at all."""
    header = objects_table(sample, count_known).header
    try:
        recognise_columns(header)
    except ColumnsError as error:
        return sample.error(f"{sample.describe()}; {error}") if header else None
    return None


def _fits(table: Table) -> bool:
    try:
        recognise_columns(table.header)
    except ColumnsError:
        return False
    return True


def read_parquet(sample: Sample, reading: Reading) -> Imported:
    """Read a Parquet file, a thousand rows at a time.

    Raises:
        InputError: no Parquet file, no usable headers (also while walking the reviews).
    """
    if sample.kind != "parquet":
        raise reading.error(f"{sample.describe()}; expected a Parquet file")
    return _read(parquet_table(sample), "parquet", reading)


def read_objects(sample: Sample, reading: Reading) -> Imported:
    """Read JSON Lines or a JSON list of objects; nested ones have headers such as `user.name`.

    Raises:
        InputError: no such JSON, no usable names (also while walking the reviews).
    """
    if not sample.is_json:
        raise reading.error(f"{sample.describe()}; expected JSON Lines or a JSON list of objects")
    if reading.seen_at is None:
        reading.seen_at = time_of_all(sample)
    return _read(objects_table(sample, _wanted(reading.columns)), "jsonl", reading)


def _wanted(columns: Mapping[str, str] | None) -> Callable[[Row], int]:
    if columns is None:
        return count_known
    names = {normalised(header) for header in columns.values()}
    return lambda row: len(names & {normalised(cell) for cell in row})


def _read(table: Table, format_name: str, reading: Reading) -> Imported:
    listing_id = reading.listing()
    source = reading.source or format_name
    try:
        given = reading.columns
        table, ahead = look_ahead(table)
        columns = recognise_columns(table.header, ahead) if given is None else mapped_columns(table.header, given)
    except ColumnsError as error:
        raise reading.error(str(error)) from error
    reading.notes.extend(columns.notes)
    told = told_by(ahead, columns, is_mapped=given is not None)
    if (scale := told.scale) is not None:
        columns.constants.update(rating_max=scale.best, rating_min=scale.worst)
        why = "all ratings are 1 and -1" if scale.worst < 0 else "ratings over 5 are common"
        reading.notes.append(
            f"{why}, so they are read as {scale.worst:g}..{scale.best:g}; rating_max=... and rating_min=... in a"
            " column map say otherwise"
        )
    if columns.unused:
        reading.notes.append(f"columns not used: {', '.join(columns.unused)}")
    parse = functools.partial(_generic, columns=columns, told=told, source=source, listing_id=listing_id, seen={})
    return Imported(
        path=reading.path,
        format=format_name,
        source=source,
        listing_id=listing_id,
        reviews=_reviews(table, parse, reading, source, listing_id),
        quarantined=reading.quarantined,
        notes=reading.notes,
    )


def _reviews(
    table: Table, parse: Callable[[Row, Reading], Review], reading: Reading, source: str, listing_id: str
) -> Iterator[Review]:
    width = len(table.header)
    personal = {*HEADERS["author"], normalised((reading.columns or {}).get("author"))}
    warned: Counter[str] = Counter()
    for number, row in table.rows:
        if not isinstance(row, BadRow) and not any(cell is not None and str(cell).strip() for cell in row):
            continue
        try:
            if isinstance(row, BadRow):
                raise ValueError(f"not CSV: {row.reason}")
            if any(cell is not None and str(cell).strip() for cell in row[width:]):
                raise ValueError(f"{len(row)} cells under {width} headers")
            if is_total(row):
                warned["a line of totals is no review"] += 1
                continue
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always", ZonelessTime)
                warnings.simplefilter("always", UnknownValue)
                review = parse(row, reading)
        except (ValidationError, ValueError) as error:
            cells = dict(zip(map(str, table.header), () if isinstance(row, BadRow) else row, strict=False))
            kept = {key: value for key, value in cells.items() if not {normalised(key), usual(key)} & personal}
            reading.reject(f"line {number}", error, kept, source=source, listing_id=listing_id)
        else:
            warned.update({ZONELESS if one.category is ZonelessTime else str(one.message) for one in caught})
            yield review
    reading.notes.extend(f"{message} ({count} rows)" for message, count in warned.items())


def _generic(
    row: Row, reading: Reading, *, columns: Columns, told: Told, source: str, listing_id: str, seen: dict[str, int]
) -> Review:
    own = _time_reader(told, "seen_at", reading.sighting(), reading.zone)(columns.cell(row, "seen_at"))
    seen_at = reading.sighting(own.at if own else None)
    title, text = words(columns.cell(row, "title"), "title"), _body(row, columns)
    has_words = bool(title or text)
    posted, edited, reply_at = (
        _read_cell(
            row, columns, name, _time_reader(told, name, seen_at, reading.zone), source=source, is_spare=has_words
        )
        for name in ("posted_at", "edited_at", "reply_at")
    )
    best, worst = _bound(row, columns, "rating_max", 5), _bound(row, columns, "rating_min", 1)
    read_rating = functools.partial(rating_of, best=best, worst=worst)
    rating = _read_cell(row, columns, "rating", read_rating, source=source, is_spare=has_words)
    if not has_words and rating is None:
        raise ValueError("neither text nor rating")
    author = reading.author(source, text_of(columns.cell(row, "author"), "author"))
    reply, is_flag = answer(columns.cell(row, "reply_text"))
    place, subject = (filled(columns.cell(row, name), name) for name in ("place", "subject"))
    return Review(
        source=source,
        listing_id=listing_id,
        review_id=_review_id(row, columns, listing_id, author, str(posted.at) if posted else "", title, text, seen),
        url=filled(columns.cell(row, "url"), "url"),
        author_key=author,
        subject_kind="place" if place else "product" if subject else None,
        subject_id=place or subject,
        rating=rating,
        title=title,
        text=text,
        language_hint=filled(columns.cell(row, "language"), "language"),
        posted_at=posted.at if posted else None,
        posted_at_precision=posted.precision if posted else None,
        edited_at=edited.at if edited else None,
        reply_state=reply_state_of(reply, known=columns.shows_replies and not is_flag),
        reply_text=reply,
        reply_at=reply_at.at if reply and reply_at else None,
        reply_at_kind="exact" if reply and reply_at and reply_at.precision == "exact" else None,
        processed_flag=True if is_flag else None,
        helpful_votes=count_of(columns.cell(row, "helpful_votes")),
        seen_at=seen_at,
    )


def _time_reader(told: Told, name: str, seen_at: datetime, zone: ZoneInfo | None) -> Callable[[object], Moment | None]:
    written = told.written.get(name, Written())
    return lambda cell: read_date(plainer(cell, written), seen_at=seen_at, zone=written.zone or zone)


def _read_cell(
    row: Row, columns: Columns, name: str, read: Callable[[object], Value | None], *, source: str, is_spare: bool
) -> Value | None:
    """Read a cell; one that is not understood does not cost the words of the review, where it has some."""
    cell = columns.cell(row, name)
    try:
        return read(cell)
    except ValueError:
        if not is_spare or not isinstance(cell, str | int | float):
            raise
        warn_unknown(source, columns.labels[name], cell)
        return None


def _bound(row: Row, columns: Columns, field: str, default: float) -> float:
    value = text_of(columns.cell(row, field), field)
    if value is None or not value.strip():
        return columns.constants.get(field, default)
    try:
        return float(value.strip().replace(",", "."))
    except ValueError as error:
        raise ValueError(f"{field} {value[:40]!r} is not a number") from error


def _body(row: Row, columns: Columns) -> str:
    parts = {name: part(columns.cell(row, name), name) for name in ("pros", "cons", "text")}
    if parts["pros"] is None and parts["cons"] is None:
        return words(columns.cell(row, "text"), "text") or ""
    return joined(*((columns.labels.get(name, ""), value) for name, value in parts.items()))


def _review_id(
    row: Row,
    columns: Columns,
    listing_id: str,
    author: str | None,
    posted: str,
    title: str | None,
    text: str,
    seen: dict[str, int],
) -> str:
    """Return the file's own id, else a hash of what makes a row itself; equal rows are numbered."""
    if "review_id" in columns.index and filled(columns.cell(row, "review_id"), "review_id"):
        return key_of(columns.cell(row, "review_id"), "review_id")
    made = digest(listing_id, author, posted, title, " ".join(text.split()))
    seen[made] = seen.get(made, 0) + 1
    return made if seen[made] == 1 else f"{made}-{seen[made]}"
