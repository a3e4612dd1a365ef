"""The files of one crawl or import: reviews, quarantine, coverage, log and raw responses.

A landing file is only ever appended to, a line a review, and is flushed at least once a page; a file that exists is
never written over. Readers ignore a last line without its line feed: that is where the writer was killed.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterable
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import TracebackType
from typing import Any, NamedTuple, Self, TextIO

from pydantic import ValidationError

from core.home import Home
from core.records import Coverage, Record, Review, UtcTime
from spiders.engine.parsing import plain
from spiders.engine.secrecy import scrub_known

_FRAGMENT = 20_000
_PERSONAL = re.compile(r"author|user|name|nick|reviewer", re.IGNORECASE)
_LONGEST_NAME = 120


class Quarantined(Record):
    """One review that could not be read: what came, and why it was refused."""

    source: str
    listing_id: str
    reason: str
    """One line, without the values that came."""
    fragment: str
    """What came, as JSON, cut to 20,000 characters."""
    seen_at: UtcTime

    @classmethod
    def of(cls, raw: object, error: Exception, *, source: str, listing_id: str, seen_at: Any) -> Self:
        """Return the line for `raw`, which `error` refused, without the fields that name a person."""
        whole = json.dumps(without_names(raw), ensure_ascii=True, default=str)
        fragment = scrub_known(whole.encode()).decode()[:_FRAGMENT]
        return cls(source=source, listing_id=listing_id, reason=reason_of(error), fragment=fragment, seen_at=seen_at)


def without_names(raw: object) -> object:
    """Return a bad record as it may be kept: without the fields that name a person, however deep they lie."""
    if isinstance(raw, list):
        return [without_names(part) for part in raw]
    if not isinstance(raw, dict):
        return raw
    return {key: without_names(part) for key, part in raw.items() if not _PERSONAL.search(str(key))}


def reason_of(error: BaseException) -> str:
    """Say in one line of at most 300 safe characters why `error` was raised, without personal data."""
    if isinstance(error, ValidationError):
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        said = "; ".join(f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in problems)
    elif isinstance(error, KeyError):
        said = f"{error.args[0]} is missing" if error.args else "a key is missing"
    else:
        from core.redaction import redact  # half a second that a crawl without errors need not spend

        said = redact(str(error)) or "no message"
    return one_line(f"{type(error).__name__}: {said}")


def one_line(text: str, limit: int = 300) -> str:
    """Return `text` as one line that is safe in a log or a terminal: control characters become spaces."""
    line = re.sub(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+", " ", plain(text)).strip()
    return line if len(line) <= limit else line[: limit - 1] + "…"


class LandingPaths(NamedTuple):
    """Where the files of one attempt lie."""

    reviews: Path
    quarantine: Path
    coverage: Path
    log: Path
    raw: Path


def landing_paths(home_root: Path, run_id: str, source: str, listing_id: str, attempt: int = 1) -> LandingPaths:
    """Return the paths of one attempt; characters that a file name cannot hold are replaced, and nothing is created."""
    home = Home(home_root)
    folder = Path(_file_name(run_id)) / _file_name(source)
    stem = f"{_file_name(listing_id)}.{attempt}"
    landing = home.landing / folder
    return LandingPaths(
        landing / f"{stem}.jsonl",
        landing / f"{stem}.quarantine.jsonl",
        landing / f"{stem}.coverage.json",
        landing / f"{stem}.log",
        home.raw / folder / f"{stem}.warc.gz",
    )


def _file_name(name: str) -> str:
    safe = re.sub(r"[^\w@+=-]", "_", name)
    if safe == name and len(safe.encode()) <= _LONGEST_NAME:
        return safe
    cut = safe.encode()[: _LONGEST_NAME - 9].decode("utf-8", "ignore")
    return f"{cut}-{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:8]}"


class LandingFile:
    """Writes the reviews and the quarantine of one attempt. Use as a context manager; leaving it syncs to disk."""

    def __init__(self, paths: LandingPaths) -> None:
        """Create the landing file.

        Raises:
            FileExistsError: that attempt was made already.
        """
        paths.reviews.parent.mkdir(parents=True, exist_ok=True)
        self.paths = paths
        self._reviews: TextIO = paths.reviews.open("x", encoding="utf-8", newline="\n")
        self._quarantine: TextIO | None = None

    def write(self, reviews: Iterable[Review], quarantined: Iterable[Quarantined] = ()) -> None:
        """Append a page: one line each, handed to the operating system before this returns."""
        self._reviews.write(_lines(reviews))
        self._reviews.flush()
        refused = _lines(quarantined)
        if refused and self._quarantine is None:
            self._quarantine = self.paths.quarantine.open("x", encoding="utf-8", newline="\n")
        if self._quarantine is not None:
            self._quarantine.write(refused)
            self._quarantine.flush()

    def close(self) -> None:
        """Write everything through to the disk and close; a second call does nothing."""
        for file in (self._reviews, self._quarantine):
            if file is not None and not file.closed:
                file.flush()
                os.fsync(file.fileno())
                file.close()

    def __enter__(self) -> Self:
        """Return the file."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Sync and close."""
        self.close()


def _lines(records: Iterable[Record]) -> str:
    text = "".join(record.model_dump_json() + "\n" for record in records)
    return scrub_known(text.encode()).decode()


def write_coverage(path: Path, coverage: Coverage) -> None:
    """Write the coverage file atomically: readers see all of it or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        file.write(coverage.model_dump_json(indent=2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).chmod(0o644)
    Path(file.name).replace(path)
