"""Opening a file that claims to be something: compression, encoding, JSON, and what it is instead."""

import gzip
import json
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import BinaryIO, Literal

import orjson

from core.errors import InputError
from spiders.engine.encoding import decode
from spiders.engine.landing import one_line
from spiders.engine.parsing import plain

HEAD_BYTES = 256 * 1024
DOCUMENT_BYTES = 512 * 1024 * 1024
"""A JSON document is held in memory; a larger one (or a compression bomb) is refused."""
LINE_BYTES = 8 * 1024 * 1024

Kind = Literal["empty", "zip", "tar", "sqlite", "parquet", "mail", "html", "xml", "json", "jsonl", "text"]

_MAGIC = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"%PDF", "a PDF document"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file; save it as .xlsx"),
)
_UTF16 = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_BOM = b"\xef\xbb\xbf"
_CONTROL = bytes(byte for byte in range(32) if byte not in (9, 10, 12, 13, 27))
_MAIL = re.compile(
    rb"From [^\n]{3,200}\d{4}|(?:Return-Path|Delivered-To|Received|From|To|Subject|Date|Message-ID|MIME-Version|"
    rb"X-[\w-]{2,40}|DKIM-Signature): [^\n]*\n(?:[ \t][^\n]*\n|[A-Z][\w-]{1,40}: )",
    re.IGNORECASE,
)


def parse_json(data: bytes) -> object:
    """Parse JSON; lone surrogates (halves of cut emoji) become question marks.

    Raises:
        ValueError: with line and column, where it is not JSON.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        pass  # stricter than many writers; the standard library decides, and says where
    try:
        text = data.decode("utf-8-sig" if data[:2] not in _UTF16 else "utf-16")
        document = json.loads(text)
        return json.loads(json.dumps(document, ensure_ascii=False).encode("utf-8", "replace"))
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno} column {error.colno}: {error.msg}") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start}: not UTF-8") from error
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


@contextmanager
def guarded(path: Path) -> Iterator[None]:
    """Turn the errors of reading a damaged or unreadable file into one InputError that names it."""
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"{path}: the gzip data is damaged or cut off: {error}") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error


class Sample:
    """A file that was opened far enough to see what it is. All errors are InputError and name the file.

    Args:
        path: the file; with `data`, a name for messages.
        data: the content of what is no file of its own: a response, or a member of an archive.
    """

    def __init__(self, path: Path, data: bytes | None = None) -> None:
        self.path = path
        self._data = data
        if data is None and not path.is_file():
            raise InputError(f"{path}: not a file" if path.exists() else f"{path}: no such file")
        self.is_gzip = False
        with guarded(path), self.open() as handle:
            self.is_gzip = handle.read(2) == b"\x1f\x8b"
        self.head = self._read(HEAD_BYTES)
        self.is_whole = len(self.head) < HEAD_BYTES
        self.encoding = self._encoding()
        self.kind: Kind = self._kind()

    def open(self) -> BinaryIO:
        """Open the content, decompressed. Read it under `guarded`: gzip data may end early."""
        source: BinaryIO = self.path.open("rb") if self._data is None else BytesIO(self._data)
        return gzip.open(source, "rb") if self.is_gzip else source  # type: ignore[return-value]  # GzipFile is one

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Yield (number from 1, line), of UTF-16 in UTF-8; a line over 8 MiB comes as its first 8 MiB."""
        if self.encoding != "utf-8-sig":
            yield from self._lines_of_utf16()
            return
        with guarded(self.path), self.open() as handle:
            number = 0
            while line := handle.readline(LINE_BYTES):
                number += 1
                rest = line
                while len(rest) >= LINE_BYTES and not rest.endswith(b"\n"):
                    rest = handle.readline(LINE_BYTES)
                yield number, line.removeprefix(_BOM) if number == 1 else line

    def _lines_of_utf16(self) -> Iterator[tuple[int, bytes]]:
        with guarded(self.path), TextIOWrapper(self.open(), self.encoding, errors="replace", newline="\n") as handle:
            number = 0
            while line := handle.readline(LINE_BYTES):
                number += 1
                rest = line
                while len(rest) >= LINE_BYTES and not rest.endswith("\n"):
                    rest = handle.readline(LINE_BYTES)
                yield number, line.removeprefix("\ufeff").encode("utf-8", "replace")

    def parse(self, data: bytes) -> object:
        """Parse JSON of this file: a line or all of it, in UTF-8 as JSON has to be, else in what its bytes are.

        Raises:
            ValueError: with line and column, where it is not JSON.
        """
        try:
            return parse_json(data)
        except ValueError as error:
            if not isinstance(error.__cause__, UnicodeDecodeError):
                raise
        return parse_json(self._in_utf8(data))

    def _in_utf8(self, data: bytes) -> bytes:
        """Return it in UTF-8: a damaged byte becomes U+FFFD, a line in another encoding is read like the others."""
        found = decode(data)
        if found.encoding != "utf-8" and self.foreign not in ("", "utf-8"):
            return data.decode(self.foreign, "replace").encode()
        return found.text.encode("utf-8", "replace")

    @cached_property
    def foreign(self) -> str:
        """The encoding of those lines at the beginning that are not UTF-8; the more of them, the surer it is."""
        lines = self.head.split(b"\n")
        foreign = [line for line in (lines if self.is_whole else lines[:-1]) if not _is_utf8(line)]
        return decode(b"\n".join(foreign)).encoding if foreign else ""

    def error(self, what: str) -> InputError:
        """Return the error that ends the reading of this file; its message begins with the file's path."""
        return InputError(plain(one_line(f"{self.path}: {what}", 800)))

    def content(self) -> bytes:
        """Return the whole content, decompressed, up to 512 MiB."""
        data = self._read(DOCUMENT_BYTES + 1)
        if len(data) > DOCUMENT_BYTES:
            raise self.error(f"larger than {DOCUMENT_BYTES >> 20} MiB; split it")
        return data

    @cached_property
    def document(self) -> object:
        """The whole content as JSON, or for JSON Lines the list of the lines' objects."""
        if self.kind == "jsonl":
            return [self._parsed(line, f"line {number}: ") for number, line in self.lines() if line.strip()]
        return self._parsed(self.content(), "")

    @property
    def is_json(self) -> bool:
        """Whether `document` can be looked at: the file begins as JSON. A broken one raises InputError there."""
        return self.kind in ("json", "jsonl")

    @cached_property
    def outline(self) -> object:
        """What a format may look at to recognise JSON: the document, of JSON Lines the first ones that are JSON."""
        if self.kind != "jsonl":
            return self.document
        head = self.head.removeprefix(_BOM)
        if self.encoding != "utf-8-sig":
            head = head.decode(self.encoding, "ignore").encode()
        lines = head.split(b"\n")
        if not self.is_whole:
            lines = lines[:-1]
        return [value for line in lines if line.strip() if (value := self._json_or_none(line)) is not None]

    def describe(self) -> str:
        """Say in a few words what the file is, for an error."""
        match self.kind:
            case "empty":
                return "the file is empty"
            case "html":
                return "an HTML page without reviews that are known"
            case "zip":
                return "a zip archive, but no Excel workbook"
            case "tar":
                return "a tar archive without reviews that are known"
            case "sqlite":
                return "a SQLite database without reviews that are known"
            case "xml":
                return "XML, but no feed that is known"
            case "json" | "jsonl":
                return "JSON, but not of a known shape"
            case "parquet":
                return "a Parquet file, but no table with known headers"
            case "mail":
                return "e-mail, but no notifications of reviews that are known"
            case "text":
                return "text, but no table with known headers"

    def _parsed(self, data: bytes, where: str) -> object:
        try:
            return self.parse(data)
        except ValueError as error:
            raise self.error(f"{where}not valid JSON: {error}; the file may be cut off") from error

    def _read(self, size: int) -> bytes:
        with guarded(self.path), self.open() as handle:
            return handle.read(size)

    def _encoding(self) -> str:
        if self.head[:2] in _UTF16:
            return "utf-16"
        even, odd = self.head[0:2000:2], self.head[1:2000:2]
        if len(odd) > 8 and odd.count(0) > len(odd) * 0.4 and even.count(0) < len(even) * 0.1:
            return "utf-16-le"
        if len(even) > 8 and even.count(0) > len(even) * 0.4 and odd.count(0) < len(odd) * 0.1:
            return "utf-16-be"
        return "utf-8-sig"

    def _kind(self) -> Kind:
        head = self.head
        if not head.removeprefix(_BOM).strip():
            return "empty"
        for magic, what in _MAGIC:
            if head.startswith(magic):
                raise self.error(f"{what}, not reviews")
        if head.startswith(b"SQLite format 3\0"):
            return "sqlite"
        if head.startswith(b"PAR1"):
            return "parquet"
        if head.startswith(b"PK\x03\x04"):
            return "zip"
        if head[257:262] == b"ustar":
            return "tar"
        if self.encoding == "utf-8-sig" and _control_share(head) > 0.1:
            raise self.error("binary data, not reviews")
        text = head.removeprefix(_BOM).lstrip()[:4096] if self.encoding == "utf-8-sig" else self._decoded_start()
        lowered = text.lower()
        if lowered.startswith(b"<"):
            is_xml = lowered.startswith((b"<?xml", b"<rss", b"<feed")) and b"<html" not in lowered
            return "xml" if is_xml else "html"
        if _MAIL.match(text):
            return "mail"
        if self._is_jsonl(text):
            return "jsonl"
        return "json" if text.startswith((b"{", b"[")) else "text"

    def _decoded_start(self) -> bytes:
        return self.head[:8192].decode(self.encoding, "ignore").lstrip("\ufeff \t\r\n").encode()

    def _is_jsonl(self, text: bytes) -> bool:
        names = self.path.name.lower().removesuffix(".gz")
        if names.endswith((".jsonl", ".ndjson")):
            return True
        first, newline, rest = self.head.removeprefix(_BOM).lstrip().partition(b"\n")
        return bool(text.startswith(b"{") and newline and rest.strip()) and isinstance(self._json_or_none(first), dict)

    def _json_or_none(self, line: bytes) -> object:
        try:
            return self.parse(line)
        except ValueError:
            return None


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _control_share(head: bytes) -> float:
    start = head[:8192]
    return (len(start) - len(start.translate(None, _CONTROL))) / len(start)
