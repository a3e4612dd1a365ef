"""Dates as people, sites and programs write them: ISO, 31.12.2025 23:59, Unix, «12 января 2025», «3 дні тому».

ISO and fixed patterns come first, because they are a hundred times quicker; what is left is read by dateparser, in
Russian, Ukrainian and English, and remembered.
"""

import math
import re
import warnings
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from spiders.engine.values import Moment, from_unix, in_zone, shorten

_UTC = ZoneInfo("UTC")
_EMPTY = {
    "", "-", "–", "—", "n/a", "nan", "nat", "none", "null", "unknown", "неизвестно", "дата не указана",
    "дату не вказано",
}  # fmt: skip
_CLOCK = r"(?:,?\s+(?:в\s+|у\s+|о\s+|об\s+|at\s+)?(\d{1,2}):(\d{2})(?::(\d{2}))?)?"
_DOTTED = re.compile(rf"(\d{{1,2}})\.(\d{{1,2}})\.(\d{{4}}|\d{{2}})(?:\s*(?:г|р)\.?)?{_CLOCK}")
_YEAR_FIRST = re.compile(rf"(\d{{4}})[/.-](\d{{1,2}})[/.-](\d{{1,2}}){_CLOCK}")
_SLASHED = re.compile(rf"(\d{{1,2}})[/-](\d{{1,2}})[/-](\d{{4}}){_CLOCK}")
_NAMED = re.compile(rf"(\d{{1,2}})\s+([^\W\d]+)\.?,?\s+(\d{{4}})(?:\s*(?:г|р|года|року)\.?)?{_CLOCK}")
_NAMED_US = re.compile(rf"([^\W\d]+)\.?\s+(\d{{1,2}}),?\s+(\d{{4}}){_CLOCK}")
_UNIX = re.compile(r"\d{9,10}(?:\.\d+)?|\d{12,13}")
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
"""As programs write it; nothing else needs to be tried then."""
_OFFSET = re.compile(r"\s*(?:UTC|GMT|Z|([+-]\d{2}:?\d{2}))$")
_JS = re.compile(r"(?:\w{3} )?(\w{3} \d{2} \d{4} \d{2}:\d{2}:\d{2}) GMT([+-]\d{4})(?: \(.*\))?")
_MAIL = re.compile(r"(?:\w{3}, )?\d{1,2} \w{3} \d{4} \d{2}:\d{2}(?::\d{2})? (?:[+-]\d{4}|GMT|UTC)(?: \(.*\))?")
_WEEKDAY = re.compile(r"^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,? (?=.*\d)")
_HAS_CLOCK = re.compile(r"\d{1,2}:\d{2}")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_LONGEST = 60
_MONTHS = (
    ("jan", "янв", "січ"), ("feb", "фев", "лют"), ("mar", "мар", "бер"), ("apr", "апр", "кві"),
    ("may", "мая", "май", "тра"), ("jun", "июн", "чер"), ("jul", "июл", "лип"), ("aug", "авг", "сер"),
    ("sep", "сен", "вер"), ("oct", "окт", "жов"), ("nov", "ноя", "лис"), ("dec", "дек", "гру"),
)  # fmt: skip

# What stands around a date on a page, and forms that dateparser does not know.
_AROUND = re.compile(
    r"^(?:дата(?: отзыва| публикации| відгуку)?|опубликован\w*|опубліковано|отзыв оставлен\w*|оставлен\w*|добавлен\w*|"
    r"додано|(?:отзыв|відгук)\s+(?:написан|оставлен|опубликован|добавлен|залишен|опублікован|додан)\w*|"
    r"(?:оставил|написал|опубликовал|добавил|залишив|залишил|написав|додав|додал)\w*\s+(?:отзыв|відгук)|"
    r"reviewed in [\w ]+? on|wrote a review(?: on)?|left a review(?: on)?|"
    r"изменен\w*|изменён\w*|змінено|оновлено|обновлен\w*|отредактирован\w*|відредаговано|ответ\w*|відпов\w*|"
    r"posted|published|reviewed|review(?:ed)? on|edited|updated|written|dined|date|on|about|around|около|примерно|"
    r"близько|от|від)\s*[:·•]?\s+|\s*[·•(].*$|[.,;]+$|\s+(?:отредактирован\w*|ред\.?|змінено|edited)$",
    re.IGNORECASE,
)
_SINGLE = re.compile(r"^(рік|місяць|тиждень|день|добу|годину|хвилину|секунду)(?=\s+тому$)")
_NOW = re.compile(r"^(?:только что|прямо сейчас|щойно|just now|right now|now|moments? ago|a moment ago)$")
_MORE_THAN = re.compile(r"^(?:больше|более|понад|більше|over|more than|almost|nearly|почти|майже)\s+")
_OF_ONE = re.compile(r"^(?:года|месяца|недели|дня|часа|року|місяця|тижня|дня|години)(?=\s+(?:назад|тому)$)")
_NOMINATIVE = {
    "года": "год", "месяца": "месяц", "недели": "неделю", "дня": "день", "часа": "час",
    "року": "1 рік", "місяця": "1 місяць", "тижня": "1 тиждень", "години": "1 годину",
}  # fmt: skip


ZONELESS = "times name no zone and were kept as days; --tz ZONE (as Europe/Moscow) keeps the hours"


class NaiveTimeError(ValueError):
    """A time of the payload names no zone, and none was given for the file."""


class ZonelessTime(UserWarning):
    """A time of day was kept as a day, because its zone is not known."""


def read_date(value: object, *, seen_at: datetime, zone: ZoneInfo | None = None) -> Moment | None:
    """Return the time that a value of a payload gives, None where it gives none.

    A day is the midnight that begins it in `zone` (UTC if there is none) with precision `day`; so is a time of day
    that names no zone where `zone` is None. What counts from now ("yesterday", "2 тижні тому", «5 ноября» without a
    year) counts from `seen_at` and has precision `relative`.

    Raises:
        ValueError: a value that is no date, or a day that does not exist.
    """
    try:
        return time_of(value, zone, seen_at)
    except NaiveTimeError:
        warnings.warn(ZONELESS, ZonelessTime, stacklevel=2)
        moment = time_of(value, _UTC, seen_at)
        return None if moment is None else _day(moment.at.date(), None)


def time_of(value: object, zone: ZoneInfo | None, seen_at: datetime | None = None) -> Moment | None:
    """Return what `read_date` returns, but refuse a time of day without a zone, and what is relative to no sighting.

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
    if _ISO.fullmatch(text):
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            pass
        else:
            return _aware(moment, zone, is_day=False)
    if text.casefold() in _EMPTY:
        return None
    if _UNIX.fullmatch(text):
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
    if _MAIL.fullmatch(text):
        return _aware(parsedate_to_datetime(text), zone, is_day=False)
    if found := _JS.fullmatch(text):
        return _aware(datetime.strptime(f"{found[1]} {found[2]}", "%b %d %Y %H:%M:%S %z"), zone, is_day=False)
    lowered = " ".join(text.casefold().split())
    fixed = _by_pattern(text, lowered)
    if fixed is not None:
        day, clock = fixed
        if clock[0] is None:
            return _day(day, zone)
        try:
            at = time(int(clock[0]), int(clock[1] or 0), int(clock[2] or 0))
        except ValueError as error:
            raise ValueError(f"the time of {shorten(text, 40)!r} does not exist") from error
        return _aware(datetime.combine(day, at), zone, is_day=False)
    return _by_dateparser(text, lowered, zone, seen_at)


def _by_pattern(text: str, lowered: str) -> tuple[date, tuple[str | None, ...]] | None:
    if found := _DOTTED.fullmatch(lowered):
        year = int(found[3]) + (2000 if len(found[3]) == 2 else 0)
        return _date(text, year, int(found[2]), int(found[1])), found.groups()[3:]
    if found := _YEAR_FIRST.fullmatch(lowered):
        return _date(text, int(found[1]), int(found[2]), int(found[3])), found.groups()[3:]
    if found := _SLASHED.fullmatch(lowered):
        one, two = int(found[1]), int(found[2])
        if max(one, two) <= 12 and one != two:
            raise ValueError(f"the date {shorten(text, 40)!r} may be day/month or month/day")
        return _date(text, int(found[3]), min(one, two), max(one, two)), found.groups()[3:]
    if (found := _NAMED.fullmatch(lowered)) and (month := _month(found[2])):
        return _date(text, int(found[3]), month, int(found[1])), found.groups()[3:]
    if (found := _NAMED_US.fullmatch(lowered)) and (month := _month(found[1])):
        return _date(text, int(found[3]), month, int(found[2])), found.groups()[3:]
    return None


def _by_dateparser(text: str, lowered: str, zone: ZoneInfo | None, seen_at: datetime | None) -> Moment:
    said = _plainer(lowered)
    is_fixed = bool(_YEAR.search(said))
    not_understood = f"the date {shorten(text, 40)!r} is not understood; expected ISO 8601 or dd.mm.yyyy [hh:mm]"
    if said != lowered and (_by_pattern(text, said) or re.match(r"\d{4}-\d\d-\d\d", said)):
        return _from_text(said, zone, seen_at)
    if len(said) > _LONGEST or not re.search(r"[^\W\d_]{2}|\d\s?[dwmy]\b", said) or (seen_at is None and not is_fixed):
        raise ValueError(not_understood)
    now = (seen_at or datetime.now(UTC)).astimezone(zone or _UTC).replace(tzinfo=None)
    today = datetime.combine(now.date(), time(23, 59))
    found, period = _parsed(said, today)
    if found is None:
        raise ValueError(not_understood)
    has_clock = bool(_HAS_CLOCK.search(said))
    if is_fixed:
        if period == "time" and has_clock:
            return _aware(found, zone, is_day=False)
        is_month = period in ("month", "year")
        moment = _day(found.date().replace(day=1) if is_month else found.date(), zone)
        return Moment(moment.at, "relative") if is_month else moment
    if period == "time" and not has_clock:
        found = now - (today - found)
    elif period != "time" or zone is None:
        found = datetime.combine(found.date(), time(0))
    if found > now + timedelta(days=1):
        raise ValueError(f"the date {shorten(text, 40)!r} lies in the future")
    return Moment(in_zone(found, zone or _UTC), "relative")


def _plainer(lowered: str) -> str:
    """Take away what stands around a date, and put forms that dateparser does not know in those that it knows."""
    said = _AROUND.sub("", lowered).strip()
    said = _MORE_THAN.sub("", _AROUND.sub("", said).strip())
    if _NOW.match(said):
        return "сейчас"
    said = _OF_ONE.sub(lambda found: _NOMINATIVE[found[0]], said)
    said = _WEEKDAY.sub("", said)
    return _SINGLE.sub(r"1 \1", said)


@lru_cache(maxsize=8)
def _parser(today: datetime) -> Any:
    """Return a parser for one day: dateparser takes a tenth of a second, and memory, for each new set of settings."""
    from dateparser.date import DateDataParser

    return DateDataParser(
        languages=["ru", "uk", "en"],
        settings={
            "RELATIVE_BASE": today, "PREFER_DATES_FROM": "past", "DATE_ORDER": "DMY", "RETURN_TIME_AS_PERIOD": True,
            "PARSERS": ["relative-time", "absolute-time"], "TIMEZONE": "UTC", "TO_TIMEZONE": "UTC",
        },
    )  # fmt: skip


@lru_cache(maxsize=20_000)
def _parsed(said: str, today: datetime) -> tuple[datetime | None, str]:
    try:
        data = _parser(today).get_date_data(said)
    except (OverflowError, ValueError):
        return None, ""
    return (None if data.date_obj is None else data.date_obj.replace(tzinfo=None)), data.period


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
