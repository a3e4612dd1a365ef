"""The arithmetic of one clock, spelt out: from when to when, and day by day what counted and why the rest did not."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal

from alerts.calendar import BusinessTime, is_moved_working_day
from core.base import Record, UtcTime
from core.watchlist import Calendar, Person

_DAY = timedelta(days=1)
_MIDNIGHT = timedelta(0)
_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class CountedDay(Record):
    """One local day under a clock."""

    day: date
    is_worked: bool
    why: str
    """business day, weekend, public holiday NAME, moved working day, own free day, own working day."""
    minutes: float
    """Minutes by the wall clock that counted."""


class Clock(Record):
    """One clock of a case. A business day is a whole worked local day of 1,440 minutes by the wall clock."""

    name: str
    unit: Literal["business days", "attended hours", "calendar hours"]
    """Attended: hours of worked days outside quiet hours."""
    amount: float
    from_at: UtcTime
    until_at: UtcTime
    is_over: bool
    person: str | None = None
    """By whose calendar; None is Monday to Friday in the zone of the settings."""
    zone: str | None = None
    weekend: tuple[str, ...] = ()
    country: str | None = None
    """Whose public holidays are free."""
    quiet_from: time | None = None
    quiet_until: time | None = None
    days: tuple[CountedDay, ...] = ()
    minutes: float
    """All that counted."""


def calendar_clock(name: str, start: datetime, until: datetime, now: datetime) -> Clock:
    """Return a clock of plain time."""
    hours = (until - start) / timedelta(hours=1)
    return Clock(
        name=name, unit="calendar hours", amount=hours, from_at=start, until_at=until, is_over=now >= until,
        minutes=hours * 60,
    )  # fmt: skip


def business_clock(
    name: str,
    days: float,
    start: datetime,
    until: datetime,
    now: datetime,
    *,
    business: BusinessTime,
    person: str | None,
) -> Clock:
    """Return a clock of business days, as `BusinessTime.add` runs it."""
    counted = _days(business, start, until, ((_MIDNIGHT, _DAY),))
    return Clock(
        name=name, unit="business days", amount=days, from_at=start, until_at=until, is_over=now >= until,
        person=person, zone=business.zone.key, weekend=business.calendar.weekend, country=business.calendar.country,
        days=counted, minutes=sum(one.minutes for one in counted),
    )  # fmt: skip


def attended_clock(
    name: str, hours: float, start: datetime, until: datetime, now: datetime, *, business: BusinessTime, person: Person
) -> Clock:
    """Return a clock of business hours outside quiet hours, as `BusinessTime.attended` runs it."""
    counted = _days(business, start, until, _awake(person), by_wall=False)
    return Clock(
        name=name, unit="attended hours", amount=hours, from_at=start, until_at=until, is_over=now >= until,
        person=person.id, zone=business.zone.key, weekend=business.calendar.weekend, country=business.calendar.country,
        quiet_from=person.quiet_from, quiet_until=person.quiet_until, days=counted,
        minutes=sum(one.minutes for one in counted),
    )  # fmt: skip


def why_day(day: date, calendar: Calendar) -> str:
    """Return in words why a day is worked or free."""
    if day in calendar.working_days:
        return "own working day"
    if day in calendar.free_days:
        return "own free day"
    if is_moved_working_day(day, calendar):
        return "moved working day"
    if _NAMES[day.weekday()] in calendar.weekend:
        return "weekend"
    name = _holiday(calendar.country, day) if calendar.country else None
    return f"public holiday {name}" if name else "business day"


def _days(
    business: BusinessTime,
    start: datetime,
    until: datetime,
    parts: tuple[tuple[timedelta, timedelta], ...],
    *,
    by_wall: bool = True,
) -> tuple[CountedDay, ...]:
    first, last = start.astimezone(business.zone), until.astimezone(business.zone)
    found = []
    for number in range((last.date() - first.date()).days + 1):
        day = first.date() + number * _DAY
        midnight = datetime.combine(day, time.min)
        spans = [(midnight + opens, midnight + closes) for opens, closes in parts] if business.is_worked(day) else []
        if by_wall:
            begin, end = first.replace(tzinfo=None), last.replace(tzinfo=None)
        else:  # hours that pass, whatever the wall clock does in the night of a change
            begin, end = start.astimezone(UTC), until.astimezone(UTC)
            spans = [(_utc(opens, business), _utc(closes, business)) for opens, closes in spans]
        counted = sum((max(_MIDNIGHT, min(end, closes) - max(begin, opens)) for opens, closes in spans), _MIDNIGHT)
        found.append(
            CountedDay(
                day=day,
                is_worked=business.is_worked(day),
                why=why_day(day, business.calendar),
                minutes=counted / timedelta(minutes=1),
            )
        )
    return tuple(found)


def _utc(wall: datetime, business: BusinessTime) -> datetime:
    return wall.replace(tzinfo=business.zone).astimezone(UTC)


def _awake(person: Person) -> tuple[tuple[timedelta, timedelta], ...]:
    start, end = person.quiet_from, person.quiet_until
    if start is None or end is None or start == end:
        return ((_MIDNIGHT, _DAY),)
    zero = datetime.combine(date.min, time.min)
    since, until = (datetime.combine(date.min, one) - zero for one in (start, end))
    return ((_MIDNIGHT, since), (until, _DAY)) if since < until else ((until, since),)


@lru_cache(maxsize=256)
def _named(country: str, year: int) -> dict[date, str]:
    import holidays  # here, because commands without cases need not pay its 0.2 s

    return dict(holidays.country_holidays(country.upper(), years=year).items())


def _holiday(country: str, day: date) -> str | None:
    return _named(country, day.year).get(day)


def moment_text(at: datetime) -> str:
    """Return a time as an explanation writes it."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
