"""Erasing a person from files that others wrote: tables, JSON and plain text, in the inbox and beside it."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path

from spiders.engine.forgetting import Trail, prune_json, rewrite

_TEXT = (".jsonl", ".ndjson", ".csv", ".tsv", ".txt", ".log", ".md", ".html", ".eml", ".json", ".xlsx")
_SHORTEST_ID = 4
"""A shorter cell of a table may be a rating or a count as well as an id."""


class CannotEraseError(Exception):
    """A file of a form that cannot be written again without what is theirs."""


def erase_file(path: Path, trail: Trail) -> int:
    """Rewrite one file without what is theirs and return how many rows, lines or parts went.

    A file of which nothing is left is removed.

    Raises:
        CannotEraseError: the form of the file is none that can be rewritten here.
    """
    content = path.read_bytes()
    name = path.name.lower()
    if name.endswith(".gz"):
        try:
            kept, gone = _cleaned(name.removesuffix(".gz"), gzip.decompress(content), trail)
        except (OSError, EOFError, zlib.error) as error:
            raise CannotEraseError(f"{path}: not gzip that can be read ({error})") from error
        kept = gzip.compress(kept, mtime=0) if kept and gone else kept
    else:
        kept, gone = _cleaned(name, content, trail)
    if gone and kept:
        rewrite(path, kept)
    elif gone:
        path.unlink()
    return gone


def _cleaned(name: str, content: bytes, trail: Trail) -> tuple[bytes, int]:
    if name.endswith(".xlsx"):
        return _workbook(content, trail)
    if not name.endswith(_TEXT):
        raise CannotEraseError(f"{name}: a file of this form cannot be written again without a person")
    if name.endswith(".json"):
        kept = prune_json(content, trail)
        return (kept or b"", int(kept is not content))
    if name.endswith((".csv", ".tsv")) or (name.endswith(".txt") and b"\t" in content[:4096]):
        return _table(content, trail)
    lines = content.splitlines(keepends=True)
    rest = [kept for line in lines if (kept := prune_json(line, trail)) is not None or not line.strip()]
    return b"".join(line if line.endswith(b"\n") else line + b"\n" for line in rest if line), sum(
        prune_json(line, trail) is not line for line in lines if line.strip()
    )


def _table(content: bytes, trail: Trail) -> tuple[bytes, int]:
    encoding = next(name for name in _encodings(content) if _decodes(content, name))
    text = content.decode(encoding)
    delimiter = max(",;\t|", key=text[:4096].partition("\n")[0].count)
    taken: list[str] = []

    def tee() -> Iterator[str]:
        for line in io.StringIO(text, newline=""):
            taken.append(line)
            yield line

    rest, gone = [], 0
    for row in csv.reader(tee(), delimiter=delimiter):
        raw = "".join(taken)
        taken.clear()
        if any(_is_their_cell(cell, trail) for cell in row):
            gone += 1
        else:
            rest.append(raw)
    return ("".join(rest).encode(encoding), gone)


def _encodings(content: bytes) -> Iterator[str]:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        yield "utf-16"
    yield from ("utf-8", "cp1251", "latin-1")


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _is_their_cell(cell: object, trail: Trail) -> bool:
    value = "" if cell is None else str(cell).strip()
    if not value:
        return False
    if len(value) >= _SHORTEST_ID and trail.is_review(value):
        return True
    return trail.is_author(value) or trail.in_words(value) or (value.startswith("http") and trail.names_in_url(value))


def _workbook(content: bytes, trail: Trail) -> tuple[bytes, int]:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(io.BytesIO(content))
    except (InvalidFileException, OSError, KeyError, ValueError) as error:
        raise CannotEraseError(f"a workbook that cannot be read ({error})") from error
    gone = 0
    for sheet in book.worksheets:
        theirs = [
            number
            for number, row in enumerate(sheet.iter_rows(values_only=True), start=1)
            if any(_is_their_cell(cell, trail) for cell in row)
        ]
        for number in reversed(theirs):
            sheet.delete_rows(number)
        gone += len(theirs)
    target = io.BytesIO()
    if gone:
        book.save(target)
    return (target.getvalue() if gone else content, gone)


def still_there(path: Path, trail: Trail) -> bool:
    """Tell whether a stored file still holds their words, also compressed or escaped as JSON: the last look."""
    content = path.read_bytes()
    if content[:2] == b"\x1f\x8b":
        content = b"".join(_members(content))
    text = content.decode("utf-8", "ignore")
    if "\\u" in text:
        text += content.decode("unicode_escape", "ignore")
    return trail.in_words(text)


def _members(content: bytes) -> Iterator[bytes]:
    while content:
        stream = zlib.decompressobj(wbits=31)
        try:
            yield stream.decompress(content) + stream.flush()
        except zlib.error:
            return
        content = stream.unused_data
