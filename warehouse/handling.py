"""Cases: the facts on which they depend, and keeping what was decided about them. The warehouse only stores."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from core.acts import PASSIVE, UNMOVED
from core.records import Case, CaseChange, CaseFacts, CaseView, Review, ReviewKey
from warehouse.judging import prediction_of
from warehouse.store import Store


def case_facts(store: Store, now: datetime, answered_before: datetime | None = None) -> Iterator[CaseFacts]:
    """Yield the facts of every review where something can change; nothing else may be asked meanwhile.

    These are contents that are judged or poorly rated and not yet decided, cases that are not final, and final ones
    with a newer fact, or answered before a given time. What is first seen after `now` is left out, so that a run at a
    given time can be repeated.
    """
    parameters = {"now": now, "answered_before": answered_before, "passive": [*PASSIVE], "unmoved": [*UNMOVED]}
    return (_facts(row) for row in store.stream("cases/facts", parameters))


def facts_of(store: Store, keys: Iterable[ReviewKey], now: datetime) -> list[CaseFacts]:
    """Return the facts of some reviews, whether or not something can change; those first seen later are left out."""
    wanted = [{"source": key.source, "review_id": key.review_id} for key in keys]
    if not wanted:
        return []
    store.load("cases/note_wanted", store.arrow(wanted, like="cases"))
    return [_facts(row) for row in store.rows("cases/facts_of", {"now": now, "passive": [*PASSIVE]})]


def apply_cases(store: Store, changes: Iterable[CaseChange]) -> None:
    """Keep decisions, new states of cases and their events. Applying the same changes twice is applying them once.

    Raises:
        ValueError: for a change that decides without saying what and why.
    """
    decisions: list[dict[str, Any]] = []
    cases: dict[tuple[str, str, int], dict[str, Any]] = {}
    events: list[dict[str, Any]] = []
    for change in changes:
        if change.content_hash is not None:
            decisions.append(_decision(change))
        if change.case is not None:
            row = change.case.model_dump()
            row["status"] = change.case.status.value
            row["steps"] = [step.model_dump() for step in change.case.steps]
            row["reply_quotes"] = None if change.case.reply_quotes is None else list(change.case.reply_quotes)
            cases[(*change.key, change.case.reopen_no)] = row
        for event in change.events:
            row = event.model_dump(exclude={"at"})
            events.append({**row, "happened_at": event.at})
    with store.transaction():
        if decisions:
            store.load("cases/merge_decisions", store.arrow(decisions, like="case_decisions"))
        if cases:
            store.load("cases/merge_cases", store.arrow(list(cases.values()), like="cases"))
        if events:
            store.load("cases/add_events", store.arrow(events, like="case_events"))


def replies_to_check(store: Store) -> list[CaseView]:
    """Return the answered cases whose published reply was not judged yet, or not in its present words."""
    return [
        CaseView(case=Case(**row["known_case"]), review=Review(**row["review"]), first_seen_at=row["first_seen_at"])
        for row in store.rows("cases/replies_to_check")
    ]


def listing_replies(store: Store, source: str, listing_id: str, limit: int) -> list[str]:
    """Return at most `limit` published replies of one listing, the newest first."""
    parameters = {"source": source, "listing_id": listing_id, "limit": limit}
    return [text for (text,) in store.tuples("cases/listing_replies", parameters)]


def _decision(change: CaseChange) -> dict[str, Any]:
    if change.opened is None or change.reason is None or change.decided_at is None:
        raise ValueError(f"{change.source}/{change.review_id}: a decision needs opened, reason and decided_at")
    return {
        "source": change.source,
        "review_id": change.review_id,
        "content_hash": change.content_hash,
        "opened": change.opened,
        "reason": change.reason,
        "decided_at": change.decided_at,
    }


def _facts(row: dict[str, Any]) -> CaseFacts:
    case = row.pop("known_case")
    prediction = prediction_of(row.pop("prediction"))
    return CaseFacts(**row, case=None if case is None else Case(**case), prediction=prediction)
