"""Business time and quiet hours, by the calendar and the time zone of one person.

A business day is a whole local day that is worked. "n business days later" is the same local time n worked days
later; a fraction is that share of a local day of 24 hours on the wall clock. A start on a free day counts from the
first minute of the next worked day. A result that the wall clock skips (spring) lies as long after the gap.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from core.errors import ConfigurationError
from core.settings import Settings
from core.watchlist import Calendar, Person, Watchlist

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)
_LONGEST_BREAK = 400


@dataclass(frozen=True, slots=True)
class BusinessTime:
    """The business time of one person."""

    calendar: Calendar
    zone: ZoneInfo

    @classmethod
    def of(cls, person: Person | None, watchlist: Watchlist, settings: Settings) -> "BusinessTime":
        """Return the business time of `person`; None works Monday to Friday in the zone of the settings."""
        return cls(watchlist.calendar_of(person), zone_of(person, settings))

    def is_worked(self, day: date) -> bool:
        """Tell whether `day` is a business day: own lists first, then moved working days, the weekend, holidays."""
        if day in self.calendar.working_days:
            return True
        if day in self.calendar.free_days:
            return False
        if is_moved_working_day(day, self.calendar):
            return True
        if _WEEKDAYS[day.weekday()] in self.calendar.weekend:
            return False
        return self.calendar.country is None or day not in _holidays(self.calendar.country, day.year)[0]

    def add(self, start: datetime, days: float) -> datetime:
        """Return the moment `days` (not negative) business days after `start`, in UTC.

        Raises:
            ConfigurationError: where the calendar has no worked day within 400 days.
        """
        day, wall = self._position(start)
        whole, share = divmod(days, 1)
        wall += share * _DAY
        if wall >= _DAY:
            whole, wall = whole + 1, wall - _DAY
        for _ in range(int(whole)):
            day = self._worked_from(day + _DAY)
        return max(start.astimezone(UTC), _moment(day, wall, self.zone))

    def between(self, start: datetime, end: datetime) -> float:
        """Return the business days from `start` to `end`; 0 where `end` is not later."""
        if end <= start:
            return 0.0
        (first, wall), (last, end_wall) = self._position(start), self._position(end)
        whole = sum(self.is_worked(first + n * _DAY) for n in range((last - first).days))
        return max(0.0, whole + (end_wall - wall) / _DAY)

    def attended(self, start: datetime, hours: float, person: Person) -> datetime:
        """Return the moment when `hours` of business time outside the person's quiet hours have passed, in UTC.

        Raises:
            ConfigurationError: where 400 days are not enough.
        """
        left, first = timedelta(hours=hours), start.astimezone(self.zone).date()
        for day in (first + n * _DAY for n in range(_LONGEST_BREAK)):
            for opens, closes in _awake(person) if self.is_worked(day) else ():
                begin = max(start.astimezone(UTC), _moment(day, opens, self.zone))
                end = max(begin, _moment(day, closes, self.zone))
                if end - begin >= left:
                    return begin + left
                left -= end - begin
        raise ConfigurationError(f"watchlist.toml: people.{person.id}: quiet hours and calendar leave no time to work")

    def _position(self, moment: datetime) -> tuple[date, timedelta]:
        local = moment.astimezone(self.zone)
        day = self._worked_from(local.date())
        if day != local.date():
            return day, timedelta(0)
        return day, local.replace(tzinfo=None) - datetime.combine(day, time.min)

    def _worked_from(self, day: date) -> date:
        for _ in range(_LONGEST_BREAK):
            if self.is_worked(day):
                return day
            day += _DAY
        raise ConfigurationError(f"watchlist.toml: a calendar has no worked day in the {_LONGEST_BREAK} before {day}")


def zone_of(person: Person | None, settings: Settings) -> ZoneInfo:
    """Return the time zone of `person`, which is the one of the settings unless named."""
    return ZoneInfo((person.timezone if person else None) or settings.timezone)


def local_date(moment: datetime, person: Person, settings: Settings) -> date:
    """Return the date that `moment` has where the person is."""
    return moment.astimezone(zone_of(person, settings)).date()


def first_allowed(moment: datetime, person: Person, settings: Settings) -> datetime:
    """Return the first moment from `moment` on that is outside the person's quiet hours, in UTC."""
    start, end = person.quiet_from, person.quiet_until
    if start is None or end is None or start == end:
        return moment.astimezone(UTC)
    zone = zone_of(person, settings)
    local = moment.astimezone(zone)
    clock = local.time()
    if start < end:
        is_quiet, day = start <= clock < end, local.date()
    else:
        is_quiet, day = clock >= start or clock < end, local.date() + (_DAY if clock >= start else timedelta(0))
    if not is_quiet:
        return moment.astimezone(UTC)
    wakes = (datetime.combine(day, end, zone).replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return next((wake for wake in wakes if wake > moment), moment.astimezone(UTC))


def problems(watchlist: Watchlist) -> list[str]:
    """Return one line for each calendar that cannot be used: an unknown country, or no worked day at all."""
    lines = []
    for name, calendar in watchlist.calendars.items():
        try:
            BusinessTime(calendar, ZoneInfo("UTC")).add(datetime(2026, 1, 1, tzinfo=UTC), 1)
        except ConfigurationError as error:
            lines.append(f"watchlist.toml: calendars.{name}: {error}")
    return lines


def _awake(person: Person) -> tuple[tuple[timedelta, timedelta], ...]:
    """Return the parts of a local day outside quiet hours, as wall clock from midnight."""
    start, end = person.quiet_from, person.quiet_until
    if start is None or end is None or start == end:
        return ((timedelta(0), _DAY),)
    midnight = datetime.combine(date.min, time.min)
    since, until = (datetime.combine(date.min, one) - midnight for one in (start, end))
    return ((timedelta(0), since), (until, _DAY)) if since < until else ((until, since),)


def _moment(day: date, wall: timedelta, zone: ZoneInfo) -> datetime:
    return (datetime.combine(day, time.min) + wall).replace(tzinfo=zone).astimezone(UTC)


def is_moved_working_day(day: date, calendar: Calendar) -> bool:
    """Tell whether the country works on a day of the weekend, as Russia on Saturdays in exchange for a bridge day."""
    return calendar.country is not None and day in _holidays(calendar.country, day.year)[1]


@lru_cache(maxsize=256)
def _holidays(country: str, year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Return the public holidays of a year, and the days of its weekends that are worked."""
    import holidays  # here, because commands without cases need not pay its 0.2 s

    try:
        book = holidays.country_holidays(country.upper(), years=year)
    except NotImplementedError as error:
        raise ConfigurationError(f"no public holidays are known of country {country!r}; list free_days") from error
    return frozenset(book), frozenset(book.weekend_workdays or ())
