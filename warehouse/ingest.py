"""Bringing landing files into the warehouse. What comes out depends on the set of sightings, not on their order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
from pydantic import ValidationError

from core.clock import parse_time
from core.errors import InputError
from core.forgotten import Forgotten
from core.records import Coverage
from warehouse import forget_gate
from warehouse.landing import FRAGMENT, Batch, LandingFile, Lines, fragment_of, read_block, reason_of
from warehouse.ledger import heartbeat
from warehouse.store import Store

MOMENT = pa.timestamp("us", tz="UTC")
NOBODY = Forgotten()
STAGED_AT_ONCE = 100_000
"""Reviews held in memory before they go into the database's own temporary table."""


@dataclass(frozen=True, slots=True)
class ListingIngest:
    """What one listing brought in one ingest. Every line is stored, unchanged or quarantined."""

    source: str
    listing_id: str
    lines: int = 0
    stored: int = 0
    """Lines that were the first to show a state of a review."""
    unchanged: int = 0
    """Lines that showed a known state."""
    quarantined: int = 0
    new: int = 0
    """Reviews that were never seen before."""
    edited: int = 0
    """Known reviews whose text or rating changed."""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What one ingest brought, in sum and for each listing."""

    files: int = 0
    lines: int = 0
    stored: int = 0
    unchanged: int = 0
    quarantined: int = 0
    new: int = 0
    edited: int = 0
    events: dict[str, int] = field(default_factory=dict)
    """How many new events of each kind."""
    listings: tuple[ListingIngest, ...] = ()


@dataclass
class _Progress:
    file: LandingFile
    bytes: int = 0
    torn_bytes: int = 0
    lines: int = 0
    stored: int = 0
    unchanged: int = 0
    quarantined: int = 0
    before: tuple[int, int, int, int] = (0, 0, 0, 0)


@dataclass
class _Coverage:
    """What the coverage files of one ingest say, and the reviews that they call gone."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    gone: list[dict[str, Any]] = field(default_factory=list)


STEPS = (
    "ingest/find_fresh",
    "ingest/find_refilled",
    "ingest/refill_versions",
    "ingest/find_new_versions",
    "ingest/add_versions",
    "ingest/settle_dates",
    "ingest/add_coverage",
    "ingest/add_gone_marks",
    "ingest/add_listings",
    "ingest/note_first_runs",
    "ingest/find_affected",
    "ingest/find_steady",
    "ingest/add_sightings",
    "ingest/build_timeline",
    "ingest/find_absences",
    "ingest/find_events",
    "ingest/drop_events",
    "ingest/find_new_events",
    "ingest/add_events",
    "ingest/build_heads",
    "ingest/drop_heads",
    "ingest/add_heads",
    "ingest/merge_reviews",
    "ingest/touch_reviews",
    "ingest/touch_heads",
    "ingest/count_news",
    "ingest/add_listing_stats",
)


def pending_files(store: Store, landing: Path) -> list[Path]:
    """Return the files under `landing` that are not, or not wholly, ingested, in the order of their names.

    Files that are named otherwise, such as those still being written under a temporary name, are passed over.
    """
    known = {row["path"]: row for row in store.rows("ingest/known_files")}
    pending = []
    for path in sorted(landing.glob("*/*/*.json*")):
        file = LandingFile.find(path)
        if file is None:
            continue
        row = known.get(file.key)
        if row is None or path.stat().st_size > row["bytes"] + row["torn_bytes"]:
            pending.append(path)
    return pending


def ingest(
    store: Store, files: Iterable[Path], run_id: str, now: datetime, forgotten: Forgotten = NOBODY
) -> IngestReport:
    """Ingest landing files with their quarantine and coverage siblings in one transaction.

    A file that was ingested before is read on from where it ended then; its unfinished last line is left for later.

    Args:
        store: the warehouse.
        files: paths that end in `<run_id>/<source>/<listing_id>.<attempt>` and the suffix of any of the siblings.
        run_id: the run that ingests; it is shown to be alive. Sightings belong to the run that their path names.
        now: the clock of the run, kept as the time of quarantine of what tells no time.
        forgotten: who was erased on request; their lines are refused, and nothing of them is kept.

    Raises:
        InputError: for a file that is missing or named otherwise.
    """
    chosen: dict[str, LandingFile] = {}
    for path in files:
        siblings = LandingFile.of(path).siblings()
        if not siblings:
            raise InputError(f"{path}: there is no such file")
        chosen.update((file.key, file) for file in siblings)
    with store.transaction():
        known = {row["path"]: row for row in store.rows("ingest/known_files")}
        for name in ("create_stage", "create_coverage_stage", "create_gone_stage"):
            store.run(f"ingest/{name}")
        done = []
        batch, coverage = Batch(), _Coverage()
        for number, key in enumerate(sorted(chosen)):
            file = chosen[key]
            progress = _begin(file, known.get(key))
            if file.kind == "coverage":
                _read_coverage(store, progress, coverage, now, forgotten)
            elif file.kind == "quarantine":
                _read_quarantine(store, progress, now)
            else:
                _read_reviews(store, progress, number, batch, now, forgotten)
            done.append(progress)
        _stage(store, batch)
        _stage_coverage(store, coverage)
        for name in STEPS:
            store.run(name)
        stored = dict(store.tuples("ingest/count_stored"))
        for number, progress in enumerate(done):
            if progress.file.kind == "reviews":
                new = stored.get(number, 0)
                read = progress.lines - progress.before[0]
                refused = progress.quarantined - progress.before[3]
                progress.stored += new
                progress.unchanged += read - refused - new
        _remember(store, done)
        heartbeat(store, run_id, now)
        return _report(store, done)


def _begin(file: LandingFile, row: dict[str, Any] | None) -> _Progress:
    if row is None:
        return _Progress(file)
    counts = (row["lines"], row["stored"], row["unchanged"], row["quarantined"])
    return _Progress(file, row["bytes"], row["torn_bytes"], *counts, before=counts)


def _read_reviews(
    store: Store, progress: _Progress, number: int, batch: Batch, now: datetime, forgotten: Forgotten
) -> None:
    file = progress.file
    lines = Lines(file.path, progress.bytes)
    for block in lines.blocks():
        reviews, line_nos, refused = read_block(block, progress.lines + 1)
        reviews, line_nos, erased = forget_gate.split(reviews, line_nos, forgotten)
        _quarantine(store, file, [(line_no, forget_gate.REASON, "", now) for line_no in erased])
        if line_nos:
            batch.add(reviews, line_nos, file.run_id, number)
        _quarantine(store, file, [(aside.line_no, aside.reason, aside.fragment, now) for aside in refused])
        progress.lines += len(block)
        progress.quarantined += len(refused) + len(erased)
        if batch.rows >= STAGED_AT_ONCE:
            _stage(store, batch)
    progress.bytes += lines.read_bytes
    progress.torn_bytes = lines.torn_bytes


def _stage(store: Store, batch: Batch) -> None:
    if batch.rows:
        store.load("ingest/add_to_stage", batch.take())


def _read_quarantine(store: Store, progress: _Progress, now: datetime) -> None:
    lines = Lines(progress.file.path, progress.bytes)
    for block in lines.blocks():
        rows = []
        for line_no, line in enumerate(block, start=progress.lines + 1):
            rows.append((line_no, *_set_aside(line, now)))
        _quarantine(store, progress.file, rows)
        progress.lines += len(block)
        progress.quarantined += len(block)
    progress.bytes += lines.read_bytes
    progress.torn_bytes = lines.torn_bytes


def _set_aside(line: bytes, now: datetime) -> tuple[str, str, datetime]:
    try:
        entry = orjson.loads(line)
        seen_at = parse_time(entry["seen_at"])
        return str(entry["reason"])[:FRAGMENT], str(entry.get("fragment", ""))[:FRAGMENT], seen_at
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        return f"a quarantine entry that cannot be read: {error}"[:FRAGMENT], fragment_of(line), now


def _quarantine(store: Store, file: LandingFile, rows: Sequence[tuple[int, str, str, datetime]]) -> None:
    if not rows:
        return
    count = len(rows)
    line_nos, reasons, fragments, seen = zip(*rows, strict=True)
    table = pa.table(
        {
            **_names(file, count),
            "path": pa.array([file.key] * count, pa.string()),
            "line_no": pa.array(line_nos, pa.int64()),
            "reason": pa.array(reasons, pa.string()),
            "fragment": pa.array(fragments, pa.string()),
            "seen_at": pa.array(seen, MOMENT),
        }
    )
    store.load("ingest/add_quarantine", table)


def _read_coverage(store: Store, progress: _Progress, found: _Coverage, now: datetime, forgotten: Forgotten) -> None:
    file = progress.file
    if progress.lines:
        return
    content = file.path.read_bytes()
    progress.bytes = len(content)
    progress.lines = 1
    try:
        coverage = Coverage.model_validate_json(content)
    except (ValidationError, OverflowError) as error:
        progress.quarantined = 1
        _quarantine(store, file, [(1, f"coverage that cannot be read: {reason_of(error)}", fragment_of(content), now)])
        return
    row = {name: value for name, value in coverage.model_dump().items() if name != "gone_ids"}
    row |= {name: value and value.value for name, value in row.items() if name in ("status", "stopped", "fault")}
    row["counts"] = orjson.dumps(coverage.counts, option=orjson.OPT_SORT_KEYS).decode()
    found.rows.append(row)
    attempt = {name: row[name] for name in ("run_id", "source", "listing_id", "attempt")}
    found.gone += [
        {**attempt, "review_id": review_id, "reported_at": coverage.finished_at}
        for review_id in sorted(set(coverage.gone_ids))
        if not forgotten.covers(coverage.source, review_id, None)
    ]


def _stage_coverage(store: Store, found: _Coverage) -> None:
    if found.rows:
        store.load("ingest/stage_coverage", store.arrow(found.rows, like="coverage"))
    if found.gone:
        store.load("ingest/stage_gone_marks", store.arrow(found.gone, like="gone_marks"))


def _names(file: LandingFile, count: int) -> dict[str, Any]:
    return {
        "run_id": pa.array([file.run_id] * count, pa.string()),
        "source": pa.array([file.source] * count, pa.string()),
        "listing_id": pa.array([file.listing_id] * count, pa.string()),
        "attempt": pa.array([file.attempt] * count, pa.int32()),
    }


def _remember(store: Store, done: Sequence[_Progress]) -> None:
    if not done:
        return
    rows = [
        {
            "path": progress.file.key,
            "run_id": progress.file.run_id,
            "source": progress.file.source,
            "listing_id": progress.file.listing_id,
            "attempt": progress.file.attempt,
            "kind": progress.file.kind,
            "bytes": progress.bytes,
            "torn_bytes": progress.torn_bytes,
            "lines": progress.lines,
            "stored": progress.stored,
            "unchanged": progress.unchanged,
            "quarantined": progress.quarantined,
        }
        for progress in done
    ]
    table = store.arrow(rows, like="landing_files")
    store.load("ingest/drop_files", table)
    store.load("ingest/add_files", table)


def _report(store: Store, done: Sequence[_Progress]) -> IngestReport:
    news = {(row["source"], row["listing_id"]): row for row in store.rows("ingest/count_listings")}
    sums: dict[tuple[str, str], tuple[int, ...]] = {}
    for progress in done:
        if progress.file.kind == "coverage":
            continue
        counts = (progress.lines, progress.stored, progress.unchanged, progress.quarantined)
        name = (progress.file.source, progress.file.listing_id)
        news_of_file = (now - before for now, before in zip(counts, progress.before, strict=True))
        sums[name] = tuple(map(sum, zip(sums.get(name, (0, 0, 0, 0)), news_of_file, strict=True)))
    nothing = {"new": 0, "edited": 0}
    listings = tuple(
        ListingIngest(source, listing_id, counts[0], counts[1], counts[2], counts[3], row["new"], row["edited"])
        for (source, listing_id), counts in sorted(sums.items())
        for row in (news.get((source, listing_id), nothing),)
    )
    return IngestReport(
        files=len(done),
        lines=sum(row.lines for row in listings),
        stored=sum(row.stored for row in listings),
        unchanged=sum(row.unchanged for row in listings),
        quarantined=sum(row.quarantined for row in listings),
        new=sum(row["new"] for row in news.values()),
        edited=sum(row["edited"] for row in news.values()),
        events=dict(store.tuples("ingest/count_events")),
        listings=listings,
    )
