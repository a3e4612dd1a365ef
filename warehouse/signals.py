"""What is counted beside single cases, for the rules that judge it; and since when each rule of the watchlist holds."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core.clock import to_utc
from core.signals import DailyComplaints, FadeCheck, ListingState, ListingWeek, PlaceShare, Signals
from warehouse.store import Store


def signals(store: Store, now: datetime, zone: str, *, whole: bool) -> Signals:
    """Count what the rules about a network judge.

    Args:
        store: the warehouse.
        now: the clock of the run.
        zone: IANA name of the time zone in which weeks begin.
        whole: count reviews, too; else only how listings and nights were read, which is quick.
    """
    nights = store.row("signals/nights") or {}
    read = {
        "listings": tuple(ListingState(**row) for row in store.rows("signals/listings")),
        "last_night_at": nights.get("last_night_at"),
        "first_run_at": nights.get("first_run_at"),
    }
    if not whole:
        return Signals(**read)
    starts_on = last_week(now, zone)
    return Signals(
        **read,
        complaints=tuple(_daily(row) for row in store.rows("signals/complaints", {"now": now})),
        fades=tuple(FadeCheck(**row) for row in store.rows("signals/fades", {"now": now})),
        week=tuple(_week(row) for row in store.rows("signals/week", _bounds(starts_on, zone))),
        week_starts_on=starts_on,
        places=tuple(PlaceShare(**row) for row in store.rows("signals/places")),
    )


def activate_rules(store: Store, conditions: Mapping[str, str], now: datetime) -> dict[str, datetime]:
    """Note the rules of the watchlist by id and hash of their conditions, and return since when each is active."""
    rows = [{"rule_id": rule_id, "conditions_hash": said, "activated_at": now} for rule_id, said in conditions.items()]
    with store.transaction():
        batch = store.arrow(rows, like="rule_activations")
        store.load("rules/deactivate", batch)
        store.load("rules/activate", batch, {"now": now})
    return {rule_id: to_utc(at) for rule_id, at in store.tuples("rules/activations")}


def last_week(now: datetime, zone: str) -> date:
    """Return the Monday of the last whole week."""
    today = now.astimezone(ZoneInfo(zone)).date()
    return today - timedelta(days=today.weekday() + 7)


def _bounds(starts_on: date, zone: str) -> dict[str, datetime]:
    days = {"week_from": starts_on, "week_to": starts_on + timedelta(days=7)}
    return {name: datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC) for name, day in days.items()}


def _daily(row: Mapping[str, Any]) -> DailyComplaints:
    if row["first_day"] is None:
        return DailyComplaints(listing_id=row["listing_id"], days=())
    days = [0] * ((row["today"] - row["first_day"]).days + 1)
    for day, complaints in zip(row["days"], row["complaints"], strict=True):
        days[(day - row["first_day"]).days] = complaints
    return DailyComplaints(listing_id=row["listing_id"], days=tuple(days))


def _week(row: Mapping[str, Any]) -> ListingWeek:
    return ListingWeek(
        **{name: row[name] for name in ("listing_id", "reviews", "satisfied", "complaints", "answered", "formal")},
        recovered=tuple((one["source"], one["review_id"]) for one in row["recovered"]),
        praised=tuple((one["aspect"], one["times"]) for one in row["praised"]),
    )
