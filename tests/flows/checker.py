"""An independent small checker: it works out from the JSON of `otklik why` alone whom what was told, and why not.

It imports nothing of this project.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

OPEN = {"open", "acknowledged", "waiting_for_branch", "disputed"}
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def at(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text.replace("Z", "+00:00"))


def is_complaint(said: dict[str, Any]) -> bool | None:
    if said["rating"] is not None and said["rating"] <= said["low_rating"]:
        return True
    return None if said["p_negative"] is None else said["p_negative"] >= 1 / (1 + said["negative_weight"])


def is_doubtful(said: dict[str, Any]) -> bool:
    by_stars = said["rating"] is not None and said["rating"] <= said["low_rating"]
    return not by_stars and said["p_negative"] < said["check_below"]


def is_answered(why: dict[str, Any]) -> bool:
    if why["reply_state"] != "published" or why["reply_seen_at"] is None:
        return False
    edited = at(why["edited_after_reply_at"])
    return edited is None or at(why["reply_seen_at"]) >= edited


def may_be_told(why: dict[str, Any]) -> bool:
    case = why["case"]
    if case is None:
        return False
    snoozed = at(case["snoozed_until"])
    return (
        case["status"] in OPEN
        and not case["needs_check"]
        and not case["is_baseline"]
        and why["gone_at"] is None
        and not is_answered(why)
        and (snoozed is None or snoozed <= at(why["now"]))
        and why["listing_enabled"]
        and why["person"] is not None
    )


def ends_of(clock: dict[str, Any]) -> datetime:
    """Run one clock again over its own list of days."""
    start = at(clock["from_at"])
    assert start is not None
    if clock["unit"] == "calendar hours":
        return start + timedelta(hours=clock["amount"])
    zone = ZoneInfo(clock["zone"])
    worked = {date.fromisoformat(day["day"]): _is_worked(day, clock) for day in clock["days"]}
    left = clock["amount"] * (1440 if clock["unit"] == "business days" else 60)
    moment = start.astimezone(zone).replace(tzinfo=None)
    while left > 1e-6 or (clock["unit"] == "business days" and not worked[moment.date()]):
        part = (_next_change(moment, clock) - moment) / timedelta(minutes=1)
        if worked[moment.date()] and not _is_quiet(moment.time(), clock):
            part = min(part, left)
            left -= part
        moment += timedelta(minutes=part)
    return moment.replace(tzinfo=zone).astimezone(UTC)


def _next_change(moment: datetime, clock: dict[str, Any]) -> datetime:
    """Return when the day, or the quiet part of it, ends."""
    midnight = datetime.combine(moment.date(), time())
    ends = [midnight + timedelta(days=1)]
    if clock["unit"] == "attended hours" and clock["quiet_from"] is not None:
        ends += [
            datetime.combine(moment.date(), time.fromisoformat(clock[end])) for end in ("quiet_from", "quiet_until")
        ]
    return min(end for end in ends if end > moment)


def _is_worked(day: dict[str, Any], clock: dict[str, Any]) -> bool:
    if day["why"] in {"own working day", "moved working day"}:
        return True
    return not (
        day["why"] == "own free day"
        or WEEK[date.fromisoformat(day["day"]).weekday()] in clock["weekend"]
        or day["why"].startswith("public holiday")
    )


def _is_quiet(clock_time: time, clock: dict[str, Any]) -> bool:
    if clock["unit"] != "attended hours" or clock["quiet_from"] is None:
        return False
    since, until = time.fromisoformat(clock["quiet_from"]), time.fromisoformat(clock["quiet_until"])
    return since <= clock_time < until if since < until else clock_time >= since or clock_time < until


def due(why: dict[str, Any]) -> set[tuple[str, int]]:
    """Return rule and level of all that is to be told of the case at this moment."""
    if not may_be_told(why):
        return set()
    case, now = why["case"], at(why["now"])
    ends = {clock["name"]: ends_of(clock) for clock in why["clocks"]}
    assert now is not None
    found: set[tuple[str, int]] = set()
    opened = at(case["opened_at"])
    assert opened is not None
    if why["voices"] >= why["wave_least"] and now - opened <= timedelta(days=2):
        found.add(("wave", 1))
    if why["reply_state"] == "rejected":
        found.add(("reply_rejected", 1))
    elif why["reply_state"] == "published" and case["reopened_by"] is None:
        found.add(("edited_after_reply", 1))
    elif why["reply_removed_at"] is not None and why["reply_removed_at"] == case["opened_at"]:
        found.add(("reply_removed", 1))
    if now >= ends["reply"]:
        found.add(("late", 2))
        if now >= ends["customer_wait"]:
            found.add(("escalation", 3))
    else:
        if case["severity"] == "severe":
            found.add(("severe", 1))
            since, acted = at(case["severe_at"]) or opened, at(why["acted_at"])
            if (acted is None or acted < since) and now >= ends["acknowledge"]:
                found.add(("unacknowledged", 2))
        if now >= ends["near_miss"]:
            found.add(("near_miss", 1))
    return {(rule, level) for rule, level in found if rule not in why["switched_off"]}
