"""Landing files: their names, their whole lines, and which of these are reviews."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
from pydantic import TypeAdapter, ValidationError

from core.errors import InputError
from core.records import Review
from warehouse.parsing import columns, read_plain

BLOCK = 8 << 20
"""Bytes read at once; a longer line is still read whole."""
FRAGMENT = 200
"""Characters of a refused line that are kept beside the reason."""
LARGEST = 2**63 - 1

Kind = Literal["reviews", "quarantine", "coverage"]
SUFFIXES: dict[Kind, str] = {"quarantine": ".quarantine.jsonl", "coverage": ".coverage.json", "reviews": ".jsonl"}


@dataclass(frozen=True, slots=True)
class LandingFile:
    """One file of the landing folder: `<run_id>/<source>/<listing_id>.<attempt>` and what it holds."""

    path: Path
    run_id: str
    source: str
    listing_id: str
    attempt: int
    kind: Kind

    @property
    def key(self) -> str:
        """The path under the landing folder, by which the ledger knows the file."""
        return f"{self.run_id}/{self.source}/{self.path.name}"

    @classmethod
    def find(cls, path: Path) -> "LandingFile | None":
        """Read the names in the path, or return None for a file that no crawl or import leaves behind."""
        for kind, suffix in SUFFIXES.items():
            if path.name.endswith(suffix):
                listing_id, _, attempt = path.name.removesuffix(suffix).rpartition(".")
                if listing_id and attempt.isdigit() and len(path.parts) >= 3:
                    return cls(path, path.parts[-3], path.parts[-2], listing_id, int(attempt), kind)
        return None

    @classmethod
    def of(cls, path: Path) -> "LandingFile":
        """Read the names in the path.

        Raises:
            InputError: for a file that no crawl or import names so.
        """
        found = cls.find(path)
        if found is None:
            raise InputError(f"{path}: expected <run_id>/<source>/<listing_id>.<attempt>.jsonl")
        return found

    def siblings(self) -> "list[LandingFile]":
        """Return the files of the same attempt that exist: reviews, quarantine, coverage."""
        stem = f"{self.listing_id}.{self.attempt}"
        paths = {kind: self.path.with_name(stem + SUFFIXES[kind]) for kind in ("reviews", "quarantine", "coverage")}
        return [LandingFile.of(path) for path in paths.values() if path.exists()]


@dataclass
class Lines:
    """Whole lines from `offset` to the end of a file, and how many bytes an unfinished last one has."""

    path: Path
    offset: int
    read_bytes: int = 0
    torn_bytes: int = 0

    def blocks(self) -> Iterator[list[bytes]]:
        """Yield the lines in blocks of a few megabytes, each without its line feed."""
        with self.path.open("rb") as file:
            file.seek(self.offset)
            parts: list[bytes] = []
            while block := file.read(BLOCK):
                head, feed, tail = block.rpartition(b"\n")
                if not feed:
                    parts.append(block)
                    continue
                whole = b"".join((*parts, head))
                self.read_bytes += len(whole) + 1
                parts = [tail] if tail else []
                yield whole.split(b"\n")
            self.torn_bytes = sum(map(len, parts))


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that is no review, why, and its beginning."""

    line_no: int
    reason: str
    fragment: str


@dataclass
class Batch:
    """Reviews of many files on their way into the warehouse, with the run, file and line that each came from."""

    tables: list[Any] = field(default_factory=list)
    rows: int = 0

    def add(self, reviews: Any, line_nos: Sequence[int], run_id: str, file_no: int) -> None:
        """Add a table of reviews with the columns of `parsing.columns()`."""
        count = len(line_nos)
        origin = {
            "run_id": pa.array([run_id] * count, pa.string()),
            "file_no": pa.array([file_no] * count, pa.int32()),
            "line_no": pa.array(line_nos, pa.int64()),
        }
        for name, column in origin.items():
            reviews = reviews.append_column(name, column)
        self.tables.append(reviews)
        self.rows += count

    def take(self) -> Any:
        """Return all reviews as one table, and start anew."""
        table = pa.concat_tables(self.tables)
        self.tables, self.rows = [], 0
        return table


def read_block(lines: Sequence[bytes], first_line_no: int) -> tuple[Any, list[int], list[Refused]]:
    """Tell reviews from other lines.

    Args:
        lines: whole lines, without their line feeds.
        first_line_no: number of the first of them in its file, from 1.

    Returns:
        The reviews as a table with the columns of `parsing.columns()`, their line numbers, and the other lines.
    """
    table, places = read_plain(lines)
    reviews, numbers, refused = [], [], []
    plain = set(places)
    for place, line in enumerate(lines):
        if place in plain:
            continue
        found = read_line(line)
        if isinstance(found, str):
            refused.append(Refused(first_line_no + place, found, fragment_of(line)))
        else:
            reviews.append(found.__dict__)
            numbers.append(first_line_no + place)
    if reviews:
        rest = {name: pa.array([review[name] for review in reviews], kind) for name, kind in columns().items()}
        table = pa.concat_tables([table, pa.table(rest)])
    return table, [first_line_no + place for place in places] + numbers, refused


@cache
def _reader() -> TypeAdapter[Review]:
    return TypeAdapter(Review)


def read_line(line: bytes) -> Review | str:
    """Return the review that a line holds, or the reason why it is none: `core.records.Review` alone decides."""
    try:
        review = _reader().validate_json(line)
    except (ValidationError, OverflowError) as error:
        return reason_of(error)
    if abs(review.helpful_votes or 0) > LARGEST:
        return "helpful_votes: too large to be a count"
    return review


def reason_of(error: ValidationError | OverflowError) -> str:
    """Return in a line what a record refuses, without the words that it refused."""
    if isinstance(error, OverflowError):
        return "a time lies outside the years 1 to 9999 in UTC"
    problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in problem["loc"])
    return (f"{place}: {problem['msg']}" if place else str(problem["msg"]))[:FRAGMENT]


def fragment_of(line: bytes) -> str:
    """Return the beginning of a line as text that can be stored."""
    return line[: 4 * FRAGMENT].decode("utf-8", errors="replace")[:FRAGMENT]
