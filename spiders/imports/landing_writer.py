"""Writing an imported file into the landing folder, as a crawl would have: reviews, quarantine, coverage.

All or nothing: the files get their names only when the whole import was read, so a file that turns out to be cut off,
or a killed process, leaves nothing that the warehouse would take in.
"""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from core.forgotten import load_forgotten
from core.home import Home
from core.records import Coverage, CoverageStatus
from spiders.engine.forget_gate import Gate
from spiders.engine.landing import Quarantined, landing_paths, one_line
from spiders.engine.parsing import plain
from spiders.imports.base import Imported, Shown
from spiders.imports.landing import SOURCE as NAMELESS

_BUFFER_BYTES = 1 << 20


@dataclass(slots=True)
class _Part:
    """What one listing gets from the file: lines waiting to be written, and the temporary file behind them."""

    path: Path
    source: str
    listing_id: str
    lines: list[bytes] = field(default_factory=list)
    waiting: int = 0
    collected: int = 0
    quarantine: list[bytes] = field(default_factory=list)

    def add(self, line: bytes) -> None:
        self.lines.append(line)
        self.waiting += len(line)
        self.collected += 1
        if self.waiting >= _BUFFER_BYTES:
            self.flush()

    def flush(self) -> None:
        """Append what waits. The file is opened for each megabyte: an import may hold thousands of listings."""
        with self.path.open("ab") as handle:
            handle.writelines(self.lines)
        self.lines.clear()
        self.waiting = 0


def write_landing(
    imported: Imported,
    *,
    home: Home,
    run_id: str,
    attempt: int = 1,
    now: datetime,
    clock: Callable[[], datetime] | None = None,
) -> list[Coverage]:
    """Stream the reviews into data/landing/<run_id>/<source>/<listing_id>.<attempt>.jsonl and its two siblings.

    Args:
        imported: an opened file; its reviews are walked here.
        home: the home folder; made where it does not exist.
        run_id: the run.
        attempt: the first attempt number to try; nothing is ever overwritten, the next free one is taken.
        now: when the import began.
        clock: tells when it ended; None takes `now`.

    Returns:
        The coverage of each (source, listing), in the order of their first reviews; `failed` where none was usable.

    Raises:
        InputError: the file is cut off or damaged further on; then nothing was written.
    """
    folder = landing_paths(home.root, run_id, "-", "-").reviews.parents[1]
    folder.mkdir(parents=True, exist_ok=True)
    _tidy(home.landing)
    token = f"{os.getpid()}-{secrets.token_hex(4)}"
    parts: dict[tuple[str, str], _Part] = {}
    gate = Gate(load_forgotten(home, imported.secret))

    def part(source: str, listing_id: str) -> _Part:
        key = (source, listing_id)
        if key not in parts:
            parts[key] = _Part(folder / f".{token}-{len(parts)}.part", source, listing_id)
        return parts[key]

    try:
        for review in imported.reviews:
            if not gate.lets_in(review):
                continue
            part(review.source, review.listing_id).add(review.model_dump_json().encode() + b"\n")
        for row in gate.quarantined(imported.quarantined):
            owned = _owned(row, imported, parts)
            part(owned.source, owned.listing_id).quarantine.append(owned.model_dump_json().encode() + b"\n")
        if not parts:
            part(imported.source, imported.listing_id)
        if gate.dropped:
            imported.notes.append(f"{gate.dropped} left out, of people who were erased on request")
        ended = clock() if clock else now
        coverages = [_publish(part, imported, home, run_id, attempt, now, ended) for part in parts.values()]
    finally:
        for leftover in parts.values():
            leftover.path.unlink(missing_ok=True)
    return coverages


def _tidy(landing: Path) -> None:
    """Remove what imports that were killed left behind: customers' words must not lie where nobody looks for them."""
    for leftover in landing.glob("*/.*.part"):
        owner = leftover.name[1:].partition("-")[0]
        if not owner.isdecimal():
            continue
        try:
            os.kill(int(owner), 0)
        except (ProcessLookupError, OverflowError):
            leftover.unlink(missing_ok=True)
        except PermissionError:
            continue  # it lives, under another user


def _owned(row: Quarantined, imported: Imported, parts: dict[tuple[str, str], _Part]) -> Quarantined:
    """Give a line that is too broken to name its listing to the first listing of the file."""
    if row.source != NAMELESS or (row.source, row.listing_id) in parts:
        return row
    return row.model_copy(update={"source": imported.source, "listing_id": imported.listing_id})


def _publish(
    part: _Part, imported: Imported, home: Home, run_id: str, attempt: int, began: datetime, ended: datetime
) -> Coverage:
    part.flush()
    _sync(part.path)
    while True:
        paths = landing_paths(home.root, run_id, part.source, part.listing_id, attempt)
        paths.reviews.parent.mkdir(exist_ok=True)
        coverage = _coverage(part, imported, run_id, attempt, began, ended)
        if not paths.reviews.exists() and _claim(paths.coverage, coverage.model_dump_json(indent=2).encode() + b"\n"):
            break
        attempt += 1
    if part.quarantine:
        _durable(paths.quarantine, b"".join(part.quarantine))
    paths.reviews.hardlink_to(part.path)  # last: readers look for this one, and it is whole
    _sync(paths.reviews.parent)
    return coverage


def _coverage(part: _Part, imported: Imported, run_id: str, attempt: int, began: datetime, ended: datetime) -> Coverage:
    error = None
    if not part.collected:
        first = imported.quarantined[0].reason if imported.quarantined else "it holds none"
        error = plain(one_line(f"{imported.path.name}: no usable review ({first})", 600))
    shown = imported.shown.get((part.source, part.listing_id), Shown())
    return Coverage(
        run_id=run_id,
        source=part.source,
        listing_id=part.listing_id,
        attempt=attempt,
        started_at=began,
        finished_at=max(began, ended),
        collected=part.collected,
        quarantined=len(part.quarantine),
        expected=shown.total,
        displayed_rating=shown.rating,
        displayed_count=shown.votes,
        bytes=imported.path.stat().st_size if imported.path.is_file() else 0,
        status=CoverageStatus.ok if part.collected else CoverageStatus.failed,
        error=error,
    )


def _claim(path: Path, content: bytes) -> bool:
    """Write a file whole under a name that nobody has; False where somebody has."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    _durable(fresh, content)
    try:
        path.hardlink_to(fresh)
    except FileExistsError:
        return False
    finally:
        fresh.unlink()
    return True


def _durable(path: Path, content: bytes) -> None:
    with path.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        with suppress(OSError):  # some file systems cannot sync a folder
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
