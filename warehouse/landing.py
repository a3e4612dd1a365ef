"""Landing files: their names, their whole lines, and which of these are reviews."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
from pydantic import TypeAdapter, ValidationError

from core.errors import InputError
from core.records import Review

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
    def of(cls, path: Path) -> "LandingFile":
        """Read the names in the path.

        Raises:
            InputError: for a file that no crawl or import names so.
        """
        for kind, suffix in SUFFIXES.items():
            if path.name.endswith(suffix):
                listing_id, _, attempt = path.name.removesuffix(suffix).rpartition(".")
                if listing_id and attempt.isdigit() and len(path.parts) >= 3:
                    run_id, source = path.parts[-3], path.parts[-2]
                    return cls(path, run_id, source, listing_id, int(attempt), kind)
        raise InputError(f"{path}: expected <run_id>/<source>/<listing_id>.<attempt>.jsonl")

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


@dataclass
class Batch:
    """Reviews of many files on their way into the warehouse, with the run, file and line that each came from."""

    reviews: list[dict[str, Any]] = field(default_factory=list)
    run_ids: list[str] = field(default_factory=list)
    file_nos: list[int] = field(default_factory=list)
    line_nos: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        """Count the reviews held."""
        return len(self.reviews)

    def add(self, review: Review, run_id: str, file_no: int, line_no: int) -> None:
        """Add one review."""
        self.reviews.append(review.__dict__)
        self.run_ids.append(run_id)
        self.file_nos.append(file_no)
        self.line_nos.append(line_no)

    def take(self) -> Any:
        """Return the reviews as an Arrow table with `run_id`, `file_no` and `line_no`, and start anew."""
        columns = {
            name: pa.array([review[name] for review in self.reviews], type=kind) for name, kind in columns_of().items()
        }
        columns["run_id"] = pa.array(self.run_ids, type=pa.string())
        columns["file_no"] = pa.array(self.file_nos, type=pa.int32())
        columns["line_no"] = pa.array(self.line_nos, type=pa.int64())
        for held in (self.reviews, self.run_ids, self.file_nos, self.line_nos):
            held.clear()
        return pa.table(columns)


@cache
def columns_of() -> dict[str, Any]:
    """Return the Arrow type of each field of a review."""
    moment = pa.timestamp("us", tz="UTC")
    special = {"rating": pa.float64(), "helpful_votes": pa.int64()}
    special |= dict.fromkeys(("processed_flag", "has_photo", "is_verified"), pa.bool_())
    special |= dict.fromkeys(("posted_at", "edited_at", "reply_at", "seen_at"), moment)
    return {name: special.get(name, pa.string()) for name in Review.model_fields}


@cache
def _reader() -> TypeAdapter[Review]:
    return TypeAdapter(Review)


def read_line(line: bytes) -> Review | str:
    """Return the review that a line holds, or the reason why it is none: `core.records.Review` alone decides."""
    try:
        review = _reader().validate_json(line)
    except ValidationError as error:
        return _reason(error)
    except OverflowError:
        return "a time lies outside the years 1 to 9999 in UTC"
    if abs(review.helpful_votes or 0) > LARGEST:
        return "helpful_votes: too large to be a count"
    return review


def fragment_of(line: bytes) -> str:
    """Return the beginning of a line as text that can be stored."""
    return line[: 4 * FRAGMENT].decode("utf-8", errors="replace")[:FRAGMENT]


def _reason(error: ValidationError) -> str:
    problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in problem["loc"])
    return f"{place}: {problem['msg']}"[:FRAGMENT] if place else str(problem["msg"])[:FRAGMENT]
