"""Retention: words that were kept long enough are emptied; numbers, hashes and the kinds of events stay."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.clock import to_utc
from core.journal import EMPTIED
from core.records import ReviewKey
from warehouse.store import Store

RETELL = (
    "ingest/build_timeline",
    "ingest/find_absences",
    "ingest/find_events",
    "ingest/drop_events",
    "ingest/find_new_events",
    "ingest/add_events",
)
"""What tells the events of reviews again, as an ingest does: their values follow from the states alone."""


@dataclass(frozen=True, slots=True)
class Due:
    """Words that were kept long enough, and where else they lie."""

    states: tuple[tuple[str, str, str], ...]
    """Source, review and version of each state that is emptied."""
    sightings: frozenset[tuple[ReviewKey, datetime]]
    """When each of them was seen: the lines of landing files that hold the words."""
    files: tuple[str, ...]
    """Landing files that hold such words, under the landing folder."""
    text_limit: datetime
    """What was last seen, or written by people, before this is due."""
    gone: frozenset[ReviewKey] = frozenset()
    """Reviews deleted by their source long enough ago: what people wrote about their cases is due with them."""
    words: int = 0
    """In how many rows words of people are due."""


def due_for_emptying(store: Store, now: datetime, text_days: float, gone_days: float) -> Due:
    """Return the states not seen for `text_days`, and all states of reviews gone for `gone_days`, as of `now`."""
    limits = {"text_limit": now - timedelta(days=text_days), "gone_limit": now - timedelta(days=gone_days)}
    store.run("retention/find_due", limits)
    store.run("retention/find_due_words", {"gone_limit": limits["gone_limit"]})
    (words,) = store.tuples("retention/count_due_words", {"text_limit": limits["text_limit"], "emptied": EMPTIED})[0]
    return Due(
        states=tuple((source, review, version) for source, review, version in store.tuples("retention/due_states")),
        sightings=frozenset(
            (ReviewKey(source, review), to_utc(seen_at))
            for source, review, seen_at in store.tuples("retention/due_sightings")
        ),
        files=tuple(path for (path,) in store.tuples("retention/due_files", {"text_limit": limits["text_limit"]})),
        text_limit=limits["text_limit"],
        gone=frozenset(ReviewKey(*row) for row in store.tuples("retention/due_words")),
        words=words,
    )


def empty_texts(store: Store, due: Due, now: datetime) -> int:
    """Empty the words that are due, in one transaction, and return of how many states, events and acts these are."""
    rows = [dict(zip(("source", "review_id", "version"), state, strict=True)) for state in due.states]
    gone = [key._asdict() for key in due.gone]
    with store.transaction():
        store.run("retention/empty_quarantine", {"text_limit": due.text_limit})
        store.load("retention/load_due_words", store.arrow(gone, like="sightings"))
        for name in ("event", "act", "case"):
            store.run(f"retention/empty_{name}_words", {"text_limit": due.text_limit, "emptied": EMPTIED})
        if rows:
            store.load("retention/load_due", store.arrow(rows, like="sightings"))
            store.run("retention/empty_states", {"now": now})
            store.run("retention/empty_reviews")
            store.run("retention/empty_quotes")
            store.run("retention/note_affected")
            for name in RETELL:
                store.run(name)
    return len(rows) + due.words
