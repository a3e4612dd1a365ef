"""The stored history as it became known, look by look: for `otklik backtest`. Reads only; temporary tables aside."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from core.acts import Act, ActArguments
from core.campaigns import Member
from core.errors import InputError
from core.records import CaseFacts, Prediction
from warehouse.judging import prediction_of
from warehouse.reading import read_only
from warehouse.store import Store


@dataclass(frozen=True, slots=True)
class Recorded:
    """All that was seen, said and done."""

    states: tuple[tuple[datetime, CaseFacts], ...]
    """What was known of a review from a time on, ordered by that time; without decisions, cases and predictions."""
    predictions: Mapping[tuple[str, str, str], Prediction]
    """By source, review and hash of the content."""
    acts: tuple[Act, ...]
    members: tuple[Member, ...]
    """Campaigns as the last run found them."""
    looks: tuple[datetime, ...]
    """When something was read: the ends of those hours, in order."""


def recorded(path: Path, model: str | None = None) -> Recorded:
    """Read the history of a warehouse or of a publication.

    Args:
        path: the DuckDB file, opened read-only.
        model: name, or name@revision, of the model whose word counts; the latest word of any if None.

    Raises:
        InputError: no database, or nobody of that name judged anything.
        BusyError: another process writes the file; a publication never is busy.
    """
    with read_only(path) as connection:
        store = Store(path, connection)
        store.run("backtest/choose_all")
        store.run("ingest/build_timeline")
        store.run("ingest/find_absences")
        states = [known for row in store.rows("backtest/states") for known in _states(row)]
        said = [prediction_of(row) for row in store.rows("backtest/predictions", {"model": model})]
        predictions = {(one.source, one.review_id, one.content_hash): one for one in said if one is not None}
        if model is not None and not predictions:
            names = ", ".join(name for (name,) in store.tuples("backtest/models")) or "none"
            raise InputError(f"--model {model}: it judged nothing here; known are: {names}")
        acts = tuple(
            Act(**{**row, "args": ActArguments.model_validate_json(row["args"])}) for row in store.rows("backtest/acts")
        )
        members = tuple(Member(**row) for row in store.rows("campaigns/members"))
        looks = tuple(at for (at,) in store.tuples("backtest/looks"))
    states.sort(key=lambda one: (one[0], one[1].key))
    return Recorded(tuple(states), predictions, acts, members, looks)


def _states(row: dict[str, Any]) -> list[tuple[datetime, CaseFacts]]:
    gone_at = row.pop("gone_at")
    facts = CaseFacts(**row)
    found = [(facts.last_seen_at, facts)]
    if gone_at is not None:
        gone = CaseFacts(**row, gone_at=gone_at)
        found.append((max(gone_at, facts.last_seen_at + timedelta(microseconds=1)), gone))
    return found
