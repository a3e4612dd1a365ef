"""Erasing people from the warehouse: every row about their reviews, and the pages of the file that held them."""

import json
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from core.errors import BusyError, ConfigurationError
from core.forgotten import Forgotten
from core.records import ReviewKey
from warehouse.forget_acts import erase_words
from warehouse.migrating import migrate
from warehouse.reading import read_only
from warehouse.statements import sql
from warehouse.store import FIRST_WAIT, LONGEST_WAIT, Store

TABLES = (
    "alerts", "campaign_members", "case_acts", "case_decisions", "case_events", "cases", "gone_marks", "predictions",
    "review_events", "review_heads", "review_sketches", "review_versions", "reviews", "sightings",
)  # fmt: skip
"""Tables whose rows belong to one review each. A test holds them against the schema."""
ROWS_AT_ONCE = 100_000
_PIECE = ".compacted"


@dataclass(frozen=True, slots=True)
class Found:
    """A review that would be erased, and how much hangs on it. Without its words."""

    source: str
    review_id: str
    listing_id: str
    url: str | None
    posted_at: datetime | None
    rating: float | None
    characters: int
    author_keys: tuple[str, ...]
    sightings: int
    events: int
    cases: int
    alerts: int

    @property
    def key(self) -> ReviewKey:
        """The identity: (source, review_id)."""
        return ReviewKey(self.source, self.review_id)


def find_by_url(store: Store, url: str) -> list[Found]:
    """Return the reviews that ever had an address."""
    return describe(store, _keys(store, "forget/by_url", url=url))


def find_by_author(store: Store, source: str, author_key: str) -> list[Found]:
    """Return the reviews that ever had an author, by the author's keyed hash."""
    return describe(store, _keys(store, "forget/by_author", source=source, author_key=author_key))


def find_forgotten(store: Store, forgotten: Forgotten) -> list[Found]:
    """Return the reviews that the tombstones cover and that are here all the same."""
    if not forgotten:
        return []
    keys = [
        ReviewKey(row["source"], row["review_id"])
        for row in store.rows("forget/authors")
        if any(forgotten.covers(row["source"], row["review_id"], key) for key in (None, *(row["author_keys"] or ())))
    ]
    return describe(store, keys)


def describe(store: Store, keys: Iterable[ReviewKey]) -> list[Found]:
    """Return what is known of some reviews; those that are not here are left out."""
    _note(store, keys)
    rows = store.rows("forget/found")
    return [Found(**{**row, "author_keys": tuple(row["author_keys"] or ())}) for row in rows]


def words_of(store: Store, keys: Iterable[ReviewKey]) -> list[str]:
    """Return all titles and texts of some reviews, but for those that others wrote, too."""
    _note(store, keys)
    return [words for (words,) in store.tuples("forget/words")]


def copies_of(store: Store, keys: Iterable[ReviewKey]) -> list[ReviewKey]:
    """Return reviews of others that have the very text of one of these: the same person on another site, perhaps."""
    _note(store, keys)
    return [ReviewKey(source, review_id) for source, review_id, _ in store.tuples("forget/copies")]


def erase(store: Store, keys: Sequence[ReviewKey], is_theirs: Callable[[str], bool]) -> dict[str, int]:
    """Erase some reviews with all that hangs on them, in one transaction, and return the rows that went by table.

    Args:
        store: the warehouse.
        keys: the reviews.
        is_theirs: tells of a quarantined fragment, or of what somebody wrote into a case, whether it mentions the
            people who are erased.
    """
    with store.transaction():
        _note(store, keys)
        for name in ("forget/find_heirs", "outbox/hand_over", "outbox/point_to_heirs"):
            store.run(name)
        counts = {}
        for table in (*TABLES, "deliveries"):
            before = store.connection.table(table).count("*").fetchone()[0]
            store.run(f"forget/delete_{table}")
            counts[table] = before - store.connection.table(table).count("*").fetchone()[0]
        gone = set(keys)
        payloads = [
            {"alert_key": row["alert_key"], "details": kept}
            for row in store.rows("forget/details")
            if (kept := _without(row["details"], gone)) != row["details"]
        ]
        if payloads:
            store.load("forget/set_details", store.arrow(payloads, like="alerts"))
        aside = [
            {"path": row["path"], "line_no": row["line_no"]}
            for row in store.rows("forget/fragments")
            if is_theirs(row["fragment"])
        ]
        if aside:
            store.load("forget/clean_fragments", store.arrow(aside, like="quarantine"))
        counts["quarantine"] = len(aside)
        counts["words"] = erase_words(store, is_theirs)
        for key in keys:
            store.run("forget/clean_errors", {"source": key.source, "review_id": key.review_id})
            store.run("forget/clean_reports", {"review_id": key.review_id})
    return counts


def note_rewritten(store: Store, landing: Path, files: Iterable[Path]) -> None:
    """Note the new lengths of landing files that became shorter: what is left of them was ingested before."""
    rows = []
    for path in files:
        content = path.read_bytes()
        whole = len(content) if path.name.endswith(".json") else content.rfind(b"\n") + 1
        key = path.relative_to(landing).as_posix()
        rows.append({"path": key, "bytes": whole, "torn_bytes": len(content) - whole})
    if rows:
        with store.transaction():
            store.load("forget/resize_files", store.arrow(rows, like="landing_files"))


def compact(path: Path, wait: float) -> None:
    """Write the database file anew, so that nothing of what was deleted is left in its free pages.

    The new file takes the old one's place while that is held for reading, so that nobody can write between.

    Raises:
        BusyError: another process writes the warehouse for longer than `wait` seconds.
        ConfigurationError: the file has tables that this code does not know.
    """
    fresh = path.with_name(f".{path.name}{_PIECE}")
    deadline = time.monotonic() + wait
    pause = FIRST_WAIT
    while True:
        try:
            with Store.open(path, max(0.0, deadline - time.monotonic())) as store:
                store.connection.execute("CHECKPOINT")
            with read_only(path) as old:
                if path.with_name(f"{path.name}.wal").exists():
                    raise BusyError(f"{path}: another process died while writing it; try again")
                _copy_tables(old, fresh)
                fresh.chmod(path.stat().st_mode & 0o777)
                fresh.replace(path)
                _sync(path.parent)
                return
        except BusyError:
            if time.monotonic() + pause > deadline:
                raise
        finally:
            fresh.unlink(missing_ok=True)
            fresh.with_name(f"{fresh.name}.wal").unlink(missing_ok=True)
        time.sleep(pause)
        pause = min(pause * 2, LONGEST_WAIT)


def _copy_tables(old: Any, fresh: Path) -> None:
    fresh.unlink(missing_ok=True)
    new = duckdb.connect(str(fresh))
    try:
        new.execute("SET TimeZone = 'UTC'")
        migrate(new)
        names = _tables(old)
        if names != _tables(new):
            unknown = ", ".join(sorted(set(names) ^ set(_tables(new))))
            raise ConfigurationError(f"the warehouse cannot be written anew: it differs in the tables {unknown}")
        for name in names:
            if _count(new, name):
                continue  # the migrations note themselves
            new.from_arrow(old.table(name).to_arrow_reader(ROWS_AT_ONCE)).insert_into(name)
        wrong = [name for name in names if _count(old, name) != _count(new, name)]
        if wrong:
            raise ConfigurationError(f"the warehouse could not be written anew: rows of {', '.join(wrong)} are missing")
        new.execute("CHECKPOINT")
    finally:
        new.close()
    _sync(fresh)


def _tables(connection: Any) -> list[str]:
    rows = connection.execute(sql("forget/tables")).fetchall()
    return sorted(name for (name,) in rows)


def _count(connection: Any, table: str) -> int:
    return int(connection.table(table).count("*").fetchone()[0])


def _keys(store: Store, name: str, **parameters: str) -> list[ReviewKey]:
    return [ReviewKey(*row) for row in store.tuples(name, parameters)]


def _note(store: Store, keys: Iterable[ReviewKey]) -> None:
    rows = [{"source": key.source, "review_id": key.review_id} for key in keys]
    store.load("forget/create_keys", store.arrow(rows or [], like="reviews").select(["source", "review_id"]))


def _without(details: str, gone: set[ReviewKey]) -> str:
    payload = json.loads(details)
    named = payload.get("reviews")
    if not isinstance(named, list):
        return details
    kept = [pair for pair in named if not (isinstance(pair, list) and len(pair) == 2 and ReviewKey(*pair) in gone)]
    return details if len(kept) == len(named) else json.dumps({**payload, "reviews": kept}, ensure_ascii=False)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
