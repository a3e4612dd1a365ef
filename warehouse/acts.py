"""Acts of people: which of them reached the warehouse, and what they found there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from core.acts import PASSIVE, Act
from core.clock import to_utc
from core.errors import InputError
from core.records import Case, CaseFacts, ReviewKey, content_hash
from warehouse.statements import sql
from warehouse.store import Store


@dataclass(frozen=True, slots=True)
class ActOutcome:
    """What became of one act."""

    act: Act
    outcome: Literal["applied", "refused"]
    reason: str | None = None
    """Why it was refused."""


@dataclass(frozen=True, slots=True)
class FoundCase:
    """A case that a name may mean."""

    source: str
    review_id: str
    reopen_no: int
    status: str
    id: str
    """The short name."""

    @property
    def key(self) -> ReviewKey:
        """The identity of its review."""
        return ReviewKey(self.source, self.review_id)

    @property
    def case(self) -> str:
        """The long name: SOURCE/REVIEW."""
        return f"{self.source}/{self.review_id}"


def known_acts(store: Store) -> frozenset[str]:
    """Return the ids of the acts that reached the warehouse, in force or refused."""
    return frozenset(act_id for (act_id,) in store.tuples("cases/known_acts"))


def keep_acts(store: Store, outcomes: Iterable[ActOutcome]) -> None:
    """Keep what became of acts; one that is known already is passed over."""
    rows = []
    for outcome in outcomes:
        row = outcome.act.model_dump(mode="json", exclude={"at", "by", "args"})
        row["acted_at"], row["actor"] = outcome.act.at, outcome.act.by
        row["args"] = outcome.act.args.model_dump_json(exclude_none=True)
        row["outcome"], row["reason"] = outcome.outcome, outcome.reason
        rows.append(row)
    if rows:
        store.load("cases/add_acts", store.arrow(rows, like="case_acts"))


def last_act_at(store: Store, key: ReviewKey) -> datetime | None:
    """Return when somebody last acted on one case, or None."""
    (found,) = store.tuples("cases/last_act", key._asdict())[0]
    return None if found is None else to_utc(found)


def reply_of(store: Store, key: ReviewKey) -> str | None:
    """Return the words of the published reply that stood below one review at the last look, or None."""
    rows = store.tuples("cases/reply_of", key._asdict())
    return rows[0][0] if rows else None


def find_cases(connection: Any, wanted: str) -> list[FoundCase]:
    """Return the cases that a name may mean: one, where the name is exact.

    Args:
        connection: of the warehouse or of a publication (see `warehouse.reading.read_only`).
        wanted: a short id or the start of it, SOURCE/REVIEW, a review's own id, or its address.
    """
    result = connection.execute(sql("ask/case_find"), {"wanted": wanted})
    names: Sequence[str] = [column[0] for column in result.description]
    rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    exact = [row for row in rows if row["distance"] < 2]
    return [
        FoundCase(row["source"], row["review_id"], row["reopen_no"], row["status"], row["id"])
        for row in (exact[:1] if exact and exact[0]["distance"] == 0 else exact or rows)
    ]


def published_facts(connection: Any, key: ReviewKey) -> tuple[CaseFacts, frozenset[str], datetime | None]:
    """Return the facts of one case as far as a publication tells them, the acts it knows, and the time of the last.

    They are enough to say whether an act may be done; what follows from it is worked out in the warehouse.

    Raises:
        InputError: the publication does not have the review of the case.
    """
    parameters = {**key._asdict(), "passive": [*PASSIVE]}
    result = connection.execute(sql("cases/published_facts"), parameters)
    names: Sequence[str] = [column[0] for column in result.description]
    rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    if not rows:
        raise InputError(f"{key.source}/{key.review_id}: the publication has no review of this case")
    row = rows[0]
    content = content_hash(row.pop("title"), row.pop("text") or "", row["rating"])
    case, last = Case(**row.pop("known_case")), row.pop("last_act_at")
    facts = CaseFacts(
        **row, case=case, content_hash=content, content_seen_at=row["first_seen_at"], is_baseline=case.is_baseline
    )
    known = frozenset(act_id for (act_id,) in connection.execute(sql("cases/known_acts")).fetchall())
    return facts, known, None if last is None else to_utc(last)
