"""Rows of CSV files and Excel workbooks, whatever their encoding, delimiter and decoration."""

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from typing import NamedTuple

from core.errors import InputError
from spiders.engine.payload import Sample, guarded

Row = Sequence[object]

DELIMITERS = ",;\t|"
csv.field_size_limit(2**31 - 1)  # reviews may be long; the limit of the library is for other people's memory
HEADER_ROWS = 20
"""Exports often put a title above the headers: this many rows are looked through for them."""
HEADER_OBJECTS = 200
"""JSON objects that are looked through for their keys."""
_DEEPEST = 6
_WRAPPERS = {"$oid", "$date", "$numberLong", "$numberInt", "$numberDouble", "$numberDecimal"}
_TIMESTAMPS = ({"_seconds", "_nanoseconds"}, {"seconds", "nanoseconds"}, {"seconds", "nanos"})
_TSKV = re.compile(r"(?:tskv\t)?[\w.]+=[^\t\n]*(?:\t[\w.]+=[^\t\n]*)+(?:\r?\n|$)")
_ESCAPED = re.compile(r"\\([\\tnr=])")
_ESCAPES = {"\\": "\\", "t": "\t", "n": "\n", "r": "\r", "=": "="}
WORKBOOK_BYTES = 1024 * 1024 * 1024


class BadRow(NamedTuple):
    """A row that the CSV parser refuses."""

    reason: str


class Table(NamedTuple):
    """A header and an iterator over the numbered rows below it."""

    header: Row
    rows: Iterator[tuple[int, Row | BadRow]]


def any_header(row: Row) -> int:  # noqa: ARG001  the signature of what knows headers
    """Know no header: the delimiter that gives most columns wins, and the first row is the header."""
    return 0


def csv_table(sample: Sample, wanted: Callable[[Row], int] = any_header) -> Table:
    """Open a CSV file: encoding (UTF-8, UTF-16, windows-1251) and delimiter are found out.

    Args:
        sample: the opened file.
        wanted: how many wanted headers a row holds.

    Raises:
        InputError: neither text nor a table (also while walking the rows).
    """
    encoding = text_encoding(sample)
    if _TSKV.match(sample.head.decode(encoding, "ignore").lstrip("\ufeff")):
        return _tskv_table(sample, encoding)
    delimiter, skip = _layout(sample, encoding, wanted)
    rows = _csv_rows(sample, encoding, delimiter)
    header: Row = ()
    for number, row in rows:
        if number > skip and not isinstance(row, BadRow) and any(str(cell).strip() for cell in row):
            header = row
            break
    return Table(header, rows)


def _tskv_table(sample: Sample, encoding: str) -> Table:
    """Open a file whose lines are `name=value` between tabs; the names of the first 200 lines are the header."""
    names: dict[str, None] = {}
    for _, cells in islice(_tskv_rows(sample, encoding), HEADER_OBJECTS):
        names.update(dict.fromkeys(cells))
    rows = ((number, [cells.get(name) for name in names]) for number, cells in _tskv_rows(sample, encoding))
    return Table(list(names), rows)


def _tskv_rows(sample: Sample, encoding: str) -> Iterator[tuple[int, dict[str, str]]]:
    with guarded(sample.path), closing(sample.open()) as handle:
        for number, line in enumerate(io.TextIOWrapper(handle, encoding=encoding, newline="\n"), start=1):
            pairs = (cell.partition("=") for cell in line.rstrip("\r\n").split("\t") if "=" in cell)
            yield number, {name: _ESCAPED.sub(lambda found: _ESCAPES[found[1]], value) for name, _, value in pairs}


def text_encoding(sample: Sample) -> str:
    """Return the encoding of the whole file: UTF-8 unless a byte says otherwise, then what its letters look like.

    Single damaged bytes in UTF-8 are no other encoding.
    """
    if sample.encoding != "utf-8-sig":
        return sample.encoding
    problem = _first_undecodable(sample, "utf-8-sig")
    if problem is None:
        return "utf-8-sig"
    if sample.foreign == "utf-8":
        return "utf-8-sig"
    likeliest = sample.foreign or "cp1251"
    if _first_undecodable(sample, likeliest) is None:
        return likeliest
    in_cp1251 = _first_undecodable(sample, "cp1251")
    if in_cp1251 is not None:
        raise sample.error(f"byte {in_cp1251}: neither UTF-8 nor windows-1251 text")
    return "cp1251"


def _first_undecodable(sample: Sample, encoding: str) -> int | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    offset = 0
    with guarded(sample.path), closing(sample.open()) as handle:
        while chunk := handle.read(1 << 20):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                return offset + error.start
            offset += len(chunk)
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return offset
    return None


def _layout(sample: Sample, encoding: str, wanted: Callable[[Row], int]) -> tuple[str, int]:
    """Return the delimiter under which the first rows hold most headers, and the line before the header's."""
    text = sample.head.decode(encoding, "ignore").replace("\0", "")
    best = (0, 0, ",", 0)
    for delimiter in DELIMITERS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        before = 0
        try:
            for _ in range(HEADER_ROWS):
                row = next(reader)
                best = max(best, (wanted(row), min(len(row), 50), delimiter, before), key=lambda seen: seen[:2])
                before = reader.line_num
        except (csv.Error, StopIteration):
            continue
    hits, _, delimiter, skip = best
    return delimiter, skip if hits else 0


def _csv_rows(sample: Sample, encoding: str, delimiter: str) -> Iterator[tuple[int, Row | BadRow]]:
    with guarded(sample.path), closing(sample.open()) as handle:
        errors = "replace" if encoding == "utf-8-sig" else "strict"
        text = io.TextIOWrapper(handle, encoding=encoding, errors=errors, newline="")
        reader = csv.reader((line.replace("\0", "") for line in text), delimiter=delimiter, strict=True)
        while True:
            began = reader.line_num + 1
            try:
                row: Row | BadRow = next(reader)
            except StopIteration:
                return
            except UnicodeDecodeError as error:
                raise sample.error(f"line {began}: not {encoding} text; the file may be cut off") from error
            except csv.Error as error:
                if "unexpected end" in str(error):
                    raise sample.error(f"line {began}: a quoted cell is opened and never closed") from error
                row = BadRow(str(error))
            yield began, row


def xlsx_table(sample: Sample, wanted: Callable[[Row], int] = any_header) -> Table:
    """Open the first sheet of a workbook that holds wanted headers, else its first one.

    Raises:
        InputError: no workbook, or a damaged one (also while walking the rows).
    """
    rows = _xlsx_rows(sample, wanted)
    return Table(next(rows, (0, ()))[1], rows)


def _xlsx_rows(sample: Sample, wanted: Callable[[Row], int]) -> Iterator[tuple[int, Row | BadRow]]:
    import openpyxl  # slow to import

    try:
        with closing(sample.open()) as handle, zipfile.ZipFile(handle) as archive:
            if sum(part.file_size for part in archive.infolist()) > WORKBOOK_BYTES:
                raise sample.error(f"the workbook is larger than {WORKBOOK_BYTES >> 20} MiB unpacked; split it")
        with (
            closing(sample.open()) as handle,
            closing(openpyxl.load_workbook(handle, read_only=True, data_only=True)) as book,
        ):
            best = (0, "", 0)
            for sheet in book.worksheets:
                for number, row in enumerate(sheet.iter_rows(max_row=HEADER_ROWS, values_only=True)):
                    best = max(best, (wanted(row), sheet.title, number), key=lambda seen: seen[0])
            if not book.worksheets:
                raise sample.error("a workbook without sheets")
            sheet = book[best[1]] if best[0] else book.worksheets[0]
            for number, row in enumerate(sheet.iter_rows(values_only=True)):
                if number >= best[2] and any(cell is not None and str(cell).strip() for cell in row):
                    yield number + 1, row
    except InputError:
        raise
    except Exception as error:
        raise sample.error(f"not an Excel workbook, or a damaged one: {error}") from error


def parquet_table(sample: Sample) -> Table:
    """Open a Parquet file, read in batches of a thousand rows.

    Raises:
        InputError: no Parquet file, or a damaged one (also while walking the rows).
    """
    rows = _parquet_rows(sample)
    return Table(next(rows, (0, ()))[1], rows)


def _parquet_rows(sample: Sample) -> Iterator[tuple[int, Row | BadRow]]:
    import pyarrow as arrow  # slow to import
    from pyarrow import parquet

    try:
        with guarded(sample.path), closing(sample.open()) as handle, parquet.ParquetFile(handle) as file:
            yield 0, file.schema_arrow.names
            number = 0
            for batch in file.iter_batches(batch_size=1000):
                for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    number += 1
                    yield number, row
    except (arrow.ArrowException, ValueError) as error:
        raise sample.error(f"not a Parquet file, or a damaged one: {error}") from error


def objects_table(sample: Sample, wanted: Callable[[Row], int] = any_header) -> Table:
    """Open JSON Lines, or a JSON document that holds lists of objects, as a table of their keys.

    Keys of nested objects are joined by dots. The header holds the keys of the first 200 objects. Of several lists
    those count whose objects hold most wanted headers; of these the outermost.

    Args:
        sample: the opened file.
        wanted: how many wanted headers a row holds.

    Raises:
        InputError: JSON that is cut off (also while walking the rows).
    """
    listed = [] if sample.kind == "jsonl" else _listed(sample.document, wanted)
    header = _header(row for _, row in _objects(sample, listed))

    def rows() -> Iterator[tuple[int, Row | BadRow]]:
        for number, row in _objects(sample, listed):
            if isinstance(row, BadRow):
                yield number, row
            elif not isinstance(row, dict):
                yield number, BadRow("not an object")
            else:
                flat = _flat(row)
                yield number, [flat.get(name) for name in header]

    return Table(header, rows())


def _header(objects: Iterable[object]) -> list[str]:
    names: dict[str, bool] = {}
    for row in islice(objects, HEADER_OBJECTS):
        if isinstance(row, dict):
            for name, value in _flat(row).items():
                names[name] = names.get(name, False) or value is not None
    # An object that is null in some rows is no column of its own beside those of its parts.
    parents = {name[:place] for name in names for place, char in enumerate(name) if char == "."}
    return [name for name, is_filled in names.items() if is_filled or name not in parents]


def _objects(sample: Sample, listed: list[list[object]]) -> Iterator[tuple[int, object]]:
    if sample.kind != "jsonl":
        yield from enumerate((row for rows in listed for row in rows), start=1)
        return
    for number, line in sample.lines():
        if line.strip():
            try:
                yield number, sample.parse(line)
            except ValueError as error:
                yield number, BadRow(f"not valid JSON: {error}")


def _listed(value: object, wanted: Callable[[Row], int]) -> list[list[object]]:
    """Return the lists of a document that look most like what is wanted: one, or all that lie alike."""
    found = [(wanted(_header(rows)), -depth, key, rows) for depth, key, rows in _lists(value, 0, "")]
    best = max((rank[:2] for rank in found), default=None)
    alike = [(key, rows) for *rank, key, rows in found if tuple(rank) == best]
    return [rows for key, rows in alike if key == alike[0][0]]


def _lists(value: object, depth: int, key: str) -> Iterator[tuple[int, str, list[object]]]:
    """Yield the lists of objects in a value, how deep each lies, and under which key.

    Objects of one kind under keys of their own are a list, too; lists under keys of their own have none.
    """
    parts: Iterable[tuple[str, object]] = ()
    if isinstance(value, list):
        parts = ((key, part) for part in value)
        if any(isinstance(row, dict) for row in value):
            yield depth, key, value
    elif isinstance(value, dict):
        parts = value.items()
        if len(value) > 1 and all(isinstance(row, dict) for row in value.values()):
            yield depth, key, _transposed(value) or list(value.values())
        if all(isinstance(part, list) for part in value.values()):
            parts = (("", part) for part in value.values())
    if depth < _DEEPEST:
        for name, part in parts:
            if isinstance(part, dict | list):
                yield from _lists(part, depth + 1, name)


def _transposed(columns: dict[str, dict[str, object]]) -> list[object]:
    """Return the rows of a table that was written column by column, as pandas does; nothing for other objects."""
    numbers = list(next(iter(columns.values())))
    if not numbers or not all(number.isdecimal() for number in numbers):
        return []
    if any(list(column) != numbers for column in columns.values()):
        return []
    return [{name: column[number] for name, column in columns.items()} for number in numbers]


def _unwrapped(value: object) -> object:
    """Return what MongoDB and Firestore wrap, as `{"$oid": "5f"}` or `{"_seconds": 1767261600, "_nanoseconds": 0}`."""
    while isinstance(value, dict) and len(value) == 1 and (key := next(iter(value))) in _WRAPPERS:
        inner = value[key]
        value = int(inner) if key == "$numberLong" and isinstance(inner, str) and inner.isdecimal() else inner
    if isinstance(value, dict) and value.keys() in _TIMESTAMPS:
        return next(iter(value.values()))
    return value


def _flat(row: dict[str, object], depth: int = 3) -> dict[str, object]:
    flat: dict[str, object] = {}
    for key, wrapped in row.items():
        value = _unwrapped(wrapped)
        if isinstance(value, dict) and depth:
            flat.update({f"{key}.{inner}": part for inner, part in _flat(value, depth - 1).items()})
        elif isinstance(value, list):
            if value and not any(isinstance(part, dict | list) for part in value):
                flat[key] = value[0] if len(value) == 1 else "\n".join(str(part) for part in value if part is not None)
        else:
            flat[key] = value
    return flat
