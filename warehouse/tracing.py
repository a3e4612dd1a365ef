"""All that stands behind one review: its facts, alerts, campaign and coverage, and the landing lines it came from."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from core.campaigns import Member
from core.clock import parse_time, to_utc
from core.errors import InputError
from core.records import CaseFacts, ReviewKey
from warehouse.handling import facts_of
from warehouse.reading import read_only
from warehouse.store import Store


@dataclass(frozen=True, slots=True)
class LandingLine:
    """Where one look at a review stands as it was collected."""

    what: str
    """first look, present content, present reply, newest look."""
    seen_at: datetime
    run_id: str
    path: str | None
    """Under the landing folder; None where no file of that run is known or kept."""
    line: int | None
    """From 1."""
    sha256: str | None
    """Of the line without its line feed."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What the warehouse knows of one review."""

    facts: CaseFacts
    review: dict[str, Any]
    alerts: list[dict[str, Any]]
    members: tuple[Member, ...]
    """Of its campaign."""
    coverage: dict[str, Any] | None
    history: list[dict[str, Any]]
    activations: dict[str, datetime]
    landing: list[LandingLine]


class Tracer:
    """A warehouse or publication, open for reading."""

    def __init__(self, store: Store, landing: Path) -> None:
        self._store, self._landing = store, landing

    @classmethod
    @contextmanager
    def open(cls, path: Path, landing: Path) -> Iterator["Tracer"]:
        """Open a DuckDB file read-only for the length of the block.

        Raises:
            InputError: there is no such file, or it is no DuckDB database.
            BusyError: another process writes it.
        """
        with read_only(path) as connection:
            connection.execute("SET threads = 1")  # each question is about one review
            yield cls(Store(path, connection), landing)

    def find(self, wanted: str) -> ReviewKey:
        """Return the one review that goes by a name.

        Raises:
            InputError: none does, or several, which are listed.
        """
        rows = self._store.rows("why/find", {"wanted": wanted})
        if not rows:
            raise InputError(f"{wanted!r}: no review goes by this id or address")
        if len(rows) > 1 and rows[0]["distance"] > 0:
            names = ", ".join(f"{row['id']} {row['name']}" for row in rows[:8])
            raise InputError(f"{wanted!r} may mean several reviews: {names}")
        return ReviewKey(rows[0]["source"], rows[0]["review_id"])

    def facts(self, keys: Iterable[ReviewKey], now: datetime) -> dict[ReviewKey, CaseFacts]:
        """Return the facts of some reviews; those first seen after `now` are left out."""
        return {one.key: one for one in facts_of(self._store, keys, now)}

    def trace(self, facts: CaseFacts) -> Trace:
        """Return all that is known beside the facts of a review."""
        store, key = self._store, facts.key
        wanted = key._asdict()
        (review,) = store.rows("why/review", wanted)
        facts = facts.model_copy(update={"title": review["title"], "text": review["text"]})
        return Trace(
            facts=facts,
            review=review,
            alerts=store.rows("why/alerts", wanted),
            members=tuple(Member(**row) for row in store.rows("why/campaign", wanted)),
            coverage=store.row("why/coverage", {"source": key.source, "listing_id": facts.listing_id}),
            history=store.rows("ask/case_history", wanted),
            activations={name: to_utc(at) for name, at in store.tuples("rules/activations")},
            landing=[self._line(key, row) for row in store.rows("why/sightings", wanted)],
        )

    def _line(self, key: ReviewKey, row: dict[str, Any]) -> LandingLine:
        for name in row["paths"] or ():
            path = self._landing / name
            found = _search(path, key.review_id, row["seen_at"]) if path.exists() else None
            if found is not None:
                return LandingLine(row["what"], row["seen_at"], row["run_id"], name, *found)
        return LandingLine(row["what"], row["seen_at"], row["run_id"], None, None, None)


def _search(path: Path, review_id: str, seen_at: datetime) -> tuple[int, str] | None:
    spelt = tuple(json.dumps(review_id, ensure_ascii=ascii_only).encode() for ascii_only in (False, True))
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if any(name in line for name in spelt) and _is_look(line, review_id, seen_at):
                return number, sha256(line.rstrip(b"\n")).hexdigest()
    return None


def _is_look(line: bytes, review_id: str, seen_at: datetime) -> bool:
    try:
        row = json.loads(line)
        return isinstance(row, dict) and row.get("review_id") == review_id and parse_time(row["seen_at"]) == seen_at
    except (ValueError, KeyError, TypeError):
        return False  # a line that is no review: the quarantine has it with its reason
