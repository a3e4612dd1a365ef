"""Dates as people and programs write them in exports: ISO, 31.12.2025 23:59, «12 января 2025», Unix, today."""

import math
import re
from calendar import isleap
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from spiders.imports.base import NaiveTimeError
from spiders.imports.fields import Moment, from_unix, in_zone, shorten

_UTC = ZoneInfo("UTC")
_EMPTY = {"", "-", "–", "—", "n/a", "nan", "nat", "none", "null", "дата не указана", "дату не вказано"}
_CLOCK = r"(?:,?\s+(?:в\s+|о\s+|об\s+|at\s+)?(\d{1,2}):(\d{2})(?::(\d{2}))?)?"
_DOTTED = re.compile(rf"(\d{{1,2}})\.(\d{{1,2}})\.(\d{{4}}|\d{{2}})(?:\s*(?:г|р)\.?)?{_CLOCK}")
_YEAR_FIRST = re.compile(rf"(\d{{4}})[/.](\d{{1,2}})[/.](\d{{1,2}}){_CLOCK}")
_NAMED = re.compile(rf"(\d{{1,2}})\s+([^\W\d]+)\.?,?\s+(\d{{4}})(?:\s*(?:г|р|года|року)\.?)?{_CLOCK}")
_NAMED_US = re.compile(rf"([^\W\d]+)\.?\s+(\d{{1,2}}),?\s+(\d{{4}}){_CLOCK}")
_OFFSET = re.compile(r"\s+(?:UTC|GMT|Z|([+-]\d{2}:?\d{2}))$")
_NEAR = re.compile(rf"(сегодня|вчера|сьогодні|вчора|today|yesterday){_CLOCK}")
_NO_YEAR = re.compile(rf"(\d{{1,2}})\s+([^\W\d]+){_CLOCK}")
_BACK = {"сегодня": 0, "сьогодні": 0, "today": 0, "вчера": 1, "вчора": 1, "yesterday": 1}
_MONTHS = (
    ("jan", "янв", "січ"),
    ("feb", "фев", "лют"),
    ("mar", "мар", "бер"),
    ("apr", "апр", "кві"),
    ("may", "мая", "май", "тра"),
    ("jun", "июн", "чер"),
    ("jul", "июл", "лип"),
    ("aug", "авг", "сер"),
    ("sep", "сен", "вер"),
    ("oct", "окт", "жов"),
    ("nov", "ноя", "лис"),
    ("dec", "дек", "гру"),
)


def time_of(value: object, zone: ZoneInfo | None, seen_at: datetime | None = None) -> Moment | None:
    """Return the time that a value gives, None where it gives none.

    A day without a time of day is the midnight that begins it in `zone` (UTC if there is none) with precision `day`.
    "Today" and "yesterday" count from `seen_at` and have precision `relative`.

    Raises:
        NaiveTimeError: a time of day without a zone, and `zone` is None.
        ValueError: a value that is no date, or a day that does not exist.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, datetime):
        return _aware(value, zone, is_day=value.time() == time(0) and value.tzinfo is None)
    if isinstance(value, date):
        return _day(value, zone)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Moment(from_unix(float(value) if abs(value) < 1e15 else math.inf), "exact")
    if not isinstance(value, str):
        raise ValueError(f"a date cannot be {type(value).__name__}")
    text = value.strip()
    if text.casefold() in _EMPTY:
        return None
    if text.isdecimal() and len(text) in (9, 10, 12, 13):
        return Moment(from_unix(float(text)), "exact")
    return _from_text(text, zone, seen_at)


def naive_or_aware(value: object) -> datetime | None:
    """Return a program's own time (ISO, or the milliseconds that pandas makes of a naive one) as it stands."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        moment = time_of(value, None)
        return moment.at.replace(tzinfo=None) if moment else None
    if value is None or isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise ValueError(f"a date cannot be {type(value).__name__}")
    if value.strip().casefold() in _EMPTY:
        return None
    try:
        return datetime.fromisoformat(value.strip())
    except ValueError as error:
        raise ValueError(f"the date {shorten(value, 40)!r} is not understood; expected ISO 8601") from error


def aware_or_none(value: object) -> datetime | None:
    """Return a payload's own time of sighting where it is one with a zone, else None."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        return moment.astimezone(UTC) if moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _from_text(text: str, zone: ZoneInfo | None, seen_at: datetime | None) -> Moment:
    try:
        moment = datetime.fromisoformat(_OFFSET.sub(lambda found: found[1] if found[1] else "Z", text))
    except ValueError:
        pass
    else:
        return _aware(moment, zone, is_day=":" not in text and "T" not in text)
    lowered = text.casefold()
    day: date | None = None
    if found := _DOTTED.fullmatch(lowered):
        year = int(found[3]) + (2000 if len(found[3]) == 2 else 0)
        day, clock = _date(text, year, int(found[2]), int(found[1])), found.groups()[3:]
    elif found := _YEAR_FIRST.fullmatch(lowered):
        day, clock = _date(text, int(found[1]), int(found[2]), int(found[3])), found.groups()[3:]
    elif (found := _NAMED.fullmatch(lowered)) and (month := _month(found[2])):
        day, clock = _date(text, int(found[3]), month, int(found[1])), found.groups()[3:]
    elif (found := _NAMED_US.fullmatch(lowered)) and (month := _month(found[1])):
        day, clock = _date(text, int(found[3]), month, int(found[2])), found.groups()[3:]
    elif (found := _NEAR.fullmatch(lowered)) and seen_at is not None:
        local = seen_at.astimezone(zone or _UTC).date() - timedelta(days=_BACK[found[1]])
        return Moment(_day(local, zone).at, "relative")
    elif (found := _NO_YEAR.fullmatch(lowered)) and (month := _month(found[2])) and seen_at is not None:
        return _last_such_day(text, month, int(found[1]), seen_at, zone)
    if day is None:
        raise ValueError(f"the date {shorten(text, 40)!r} is not understood; expected ISO 8601 or dd.mm.yyyy [hh:mm]")
    if clock[0] is None:
        return _day(day, zone)
    try:
        at = time(int(clock[0]), int(clock[1]), int(clock[2] or 0))
    except ValueError as error:
        raise ValueError(f"the time of {shorten(text, 40)!r} does not exist") from error
    return _aware(datetime.combine(day, at), zone, is_day=False)


def _last_such_day(text: str, month: int, day: int, seen_at: datetime, zone: ZoneInfo | None) -> Moment:
    """Read a day without its year as the last one before the sighting."""
    today = seen_at.astimezone(zone or _UTC).date()
    leap = (month, day) == (2, 29)
    for year in range(today.year, today.year - (9 if leap else 2), -1):
        if leap and not isleap(year):
            continue
        candidate = _date(text, year, month, day)
        if candidate <= today:
            return Moment(_day(candidate, zone).at, "relative")
    raise ValueError(f"the day {shorten(text, 40)!r} does not exist")


def _month(name: str) -> int | None:
    return next((number for number, starts in enumerate(_MONTHS, 1) if name.startswith(starts)), None)


def _date(text: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise ValueError(f"the day {shorten(text, 40)!r} does not exist") from error


def _day(day: date, zone: ZoneInfo | None) -> Moment:
    return Moment(in_zone(datetime.combine(day, time(0)), zone or _UTC), "day")


def _aware(moment: datetime, zone: ZoneInfo | None, *, is_day: bool) -> Moment:
    if is_day and moment.tzinfo is None:
        return _day(moment.date(), zone)
    if moment.tzinfo is None:
        if zone is None:
            raise NaiveTimeError(f"the time {moment.isoformat(sep=' ')} names no zone")
        return Moment(in_zone(moment, zone), "exact")
    try:
        return Moment(moment.astimezone(UTC), "exact")
    except OverflowError as error:
        raise ValueError(f"the time {moment.isoformat()} is out of range") from error
