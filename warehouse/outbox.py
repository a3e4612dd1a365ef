"""The outbox: alerts are planned with the state that caused them, claimed before sending, recorded after it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal

from core.records import Alert, AlertView, Case, CaseView, History, Review
from warehouse.judging import prediction_of
from warehouse.store import Store

NOTHING: Final[Mapping[str, str]] = {}
OutcomeState = Literal["sent", "retry", "failed"]
Campaigns = Mapping[str | None, Mapping[str, int]]
"""By campaign, what a message tells of it: `alike` reviews that wait besides, over `alike_places`."""


def plan_alerts(
    store: Store,
    alerts: Iterable[Alert],
    details: Mapping[str, str],
    run_id: str,
    *,
    held: bool,
    covered: Mapping[str, str] = NOTHING,
) -> int:
    """Plan alerts whose key was never planned before, and return how many of these are to be sent.

    Args:
        store: the warehouse.
        alerts: what planning wants.
        details: payload by alert key, JSON.
        run_id: the run that plans.
        held: store them all, but send none before the operator releases them.
        covered: by alert key, the key of the alert whose message speaks for this one.
    """
    rows = []
    for alert in alerts:
        row = alert.model_dump(exclude={"held"})
        row["details"] = details.get(alert.alert_key)
        row["run_id"] = run_id
        row["covered_by"] = covered.get(alert.alert_key)
        row["state"] = "covered" if row["covered_by"] else "held" if held or alert.held else "planned"
        row["was_held"] = held or alert.held
        row["attempts"] = 0
        rows.append(row)
    if not rows:
        return 0
    with store.transaction():
        (before,) = store.tuples("outbox/count")[0]
        store.load("outbox/plan", store.arrow(rows, like="alerts"))
        store.run("outbox/settle_covers")
        (after,) = store.tuples("outbox/count")[0]
    return int(after - before)


def alert_history(store: Store, now: datetime) -> History:
    """Return what planning must know about earlier planning; keys are those of unfinished cases and of no case."""
    planned = frozenset(key for (key,) in store.tuples("outbox/planned_keys"))
    immediate: dict[str, list[datetime]] = {}
    for destination, not_before in store.tuples("outbox/immediate", {"now": now}):
        immediate.setdefault(destination, []).append(not_before)
    maximum, today = store.tuples("outbox/surge", {"now": now})[0]
    return History(
        planned_keys=planned,
        immediate={name: tuple(times) for name, times in immediate.items()},
        last_digest=dict(store.tuples("outbox/last_digests")),
        nightly_maximum=maximum,
        planned_today=today,
    )


def release_held(store: Store) -> int:
    """Let the alerts go that were held in a surge, and return how many these are."""
    with store.transaction():
        (count,) = store.tuples("outbox/count_held")[0]
        store.run("outbox/release_held")
    return int(count)


def revive_dead(store: Store) -> int:
    """Let the alerts be tried once more that were given up, and return how many these are."""
    with store.transaction():
        (count,) = store.tuples("outbox/count_dead")[0]
        store.run("outbox/revive_dead")
    return int(count)


def drop_dead(store: Store) -> int:
    """Cancel the alerts that were given up, and return how many these are."""
    with store.transaction():
        (count,) = store.tuples("outbox/count_dead")[0]
        store.run("outbox/drop_dead")
    return int(count)


def hold_planned(store: Store) -> int:
    """Hold all alerts that are planned or were being sent, and return how many these are."""
    with store.transaction():
        store.run("outbox/hold_planned")
        (count,) = store.tuples("outbox/count_held")[0]
    return int(count)


def claim_due(store: Store, now: datetime, owner: str, limit: int, asleep: Sequence[str] = ()) -> list[AlertView]:
    """Claim the alerts of at most `limit` messages that are due, and commit that before they are returned.

    One message is one single alert, or all due folded alerts of one destination. Alerts of cases that are answered,
    resolved or dismissed are cancelled and never returned; those of snoozed cases wait, and those to people who are
    `asleep`: a retry and the end of a snooze keep quiet hours, too. An alert that somebody claimed and never recorded
    comes again, as a possible repeat: the caller is the only one who delivers.
    """
    with store.transaction():
        store.run("outbox/cancel")
        if _makes(store, "outbox/find_heirs", {"now": now}):
            store.run("outbox/hand_over")
            store.run("outbox/point_to_heirs")
        if not _makes(store, "outbox/find_due", {"now": now, "limit": limit, "asleep": list(asleep)}):
            return []
        store.run("outbox/claim", {"owner": owner})
        store.run("outbox/begin_deliveries", {"now": now, "owner": owner})
        rows = store.rows("outbox/claimed")
        named = _named_rows(store, rows)
        campaigns = _campaigns(store, [*rows, *named])
    views = [_case_view(row, campaigns) for row in named]
    related: dict[tuple[str, str], CaseView] = {view.case.key: view for view in views}
    return [_view(row, related, campaigns) for row in rows]


def _makes(store: Store, name: str, parameters: Mapping[str, Any]) -> int:
    """Run the statement of that name, which makes a table, and return how many rows that has."""
    (made,) = store.tuples(name, parameters)[0]
    return int(made)


def hand_to_deputy(store: Store, person: str, deputy: str, not_before: datetime, now: datetime) -> None:
    """Let a deputy be told what is due for a person who is away, from their own first allowed minute on."""
    parameters = {"person": person, "deputy": deputy, "not_before": not_before, "now": now}
    store.run("outbox/to_deputy", parameters)


def record_delivery(
    store: Store,
    alert_keys: Sequence[str],
    outcome: OutcomeState,
    error: str | None,
    next_try_at: datetime | None,
    now: datetime,
) -> None:
    """Record what became of claimed alerts: sent, to be tried again at `next_try_at`, or given up."""
    keys = list(alert_keys)
    with store.transaction():
        parameters = {"keys": keys, "outcome": outcome, "error": error, "next_try_at": next_try_at, "now": now}
        store.run("outbox/record", parameters)
        store.run("outbox/end_deliveries", {"keys": keys, "outcome": outcome, "error": error, "now": now})


def _named_rows(store: Store, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    named = {key for row in rows for key in _named(row["details"])}
    if not named:
        return []
    wanted = [{"source": source, "review_id": review_id} for source, review_id in sorted(named)]
    store.load("outbox/note_wanted", store.arrow(wanted, like="cases"))
    return store.rows("outbox/related")


def _campaigns(store: Store, rows: Iterable[dict[str, Any]]) -> Campaigns:
    names = sorted({row["campaign_id"] for row in rows} - {None})
    if not names:
        return {}
    found = store.tuples("outbox/campaigns", {"campaigns": names})
    return {name: {"alike": others, "alike_places": places} for name, others, places in found}


def _case_view(row: dict[str, Any], campaigns: Campaigns) -> CaseView:
    return CaseView(
        case=Case(**row["known_case"]),
        review=_review(row["review"]),
        first_seen_at=row["first_seen_at"],
        prediction=prediction_of(row["prediction"]),
        **campaigns.get(row["campaign_id"], {}),
    )


def _review(row: Mapping[str, Any]) -> Review:
    return Review(**{name: row[name] for name in Review.model_fields})


def _named(details: str | None) -> list[tuple[str, str]]:
    if details is None:
        return []
    payload = json.loads(details)
    return [(source, review_id) for source, review_id in payload.get("reviews", [])]


def _view(row: dict[str, Any], related: Mapping[tuple[str, str], CaseView], campaigns: Campaigns) -> AlertView:
    alert = Alert(**{name: row[name] for name in Alert.model_fields if name != "held"})
    case, review = row["known_case"], row["review"]
    return AlertView(
        alert=alert,
        listing_id=None if review is None else review["listing_id"],
        attempt=row["attempts"],
        possible_repeat=row["possible_repeat"],
        case=None if case is None else Case(**case),
        review=None if review is None else _review(review),
        first_seen_at=row["first_seen_at"],
        prediction=prediction_of(row["prediction"]),
        details=row["details"],
        **campaigns.get(row["campaign_id"], {}),
        related=tuple(related[key] for key in _named(row["details"]) if key in related),
    )
