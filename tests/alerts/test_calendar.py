from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.arithmetic import why_day
from alerts.calendar import BusinessTime, first_allowed, problems
from core.errors import ConfigurationError
from core.settings import Settings
from core.watchlist import Calendar, Person, Watchlist

YEAR = (datetime.combine(date(2026, 1, 1), time()), datetime.combine(date(2027, 1, 1), time()))
BERLIN, MOSCOW, KYIV = ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/Moscow"), ZoneInfo("Europe/Kyiv")


def at(text: str, zone: ZoneInfo = MOSCOW) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("start", "days", "end", "calendar", "zone"),
    [
        ("2026-11-16 15:00", 2, "2026-11-18 15:00", Calendar(), MOSCOW),
        ("2026-11-20 15:00", 1, "2026-11-23 15:00", Calendar(), MOSCOW),  # over a weekend
        ("2026-11-20 15:00", 0, "2026-11-20 15:00", Calendar(), MOSCOW),
        ("2026-11-21 15:00", 1, "2026-11-24 00:00", Calendar(), MOSCOW),  # a free day counts from Monday's first minute
        ("2026-11-21 15:00", 0.5, "2026-11-23 12:00", Calendar(), MOSCOW),
        ("2026-11-16 15:00", 0.5, "2026-11-17 03:00", Calendar(), MOSCOW),
        ("2026-11-20 18:00", 0.25, "2026-11-23 00:00", Calendar(), MOSCOW),
        ("2026-11-20 18:00", 1.5, "2026-11-24 06:00", Calendar(), MOSCOW),
        ("2026-11-16 10:00", 1, "2026-11-18 10:00", Calendar(free_days=(date(2026, 11, 17),)), MOSCOW),
        ("2026-11-20 10:00", 1, "2026-11-21 10:00", Calendar(working_days=(date(2026, 11, 21),)), MOSCOW),
        ("2026-11-19 10:00", 1, "2026-11-22 10:00", Calendar(weekend=("fri", "sat")), MOSCOW),
        ("2026-12-30 10:00", 1, "2027-01-11 10:00", Calendar(country="RU", free_days=(date(2026, 12, 31),)), MOSCOW),
        ("2026-03-27 02:30", 1, "2026-03-30 02:30", Calendar(), BERLIN),  # over the spring change
        ("2026-03-28 02:30", 1, "2026-03-29 03:30", Calendar(weekend=()), BERLIN),  # 02:30 does not exist
        ("2026-10-24 12:00", 1, "2026-10-25 12:00", Calendar(weekend=()), BERLIN),  # a day of 25 hours
    ],
)
def test_n_business_days_are_the_same_local_time_n_worked_days_later(start, days, end, calendar, zone):
    result = BusinessTime(calendar, zone).add(at(start, zone), days)
    assert result == at(end, zone).astimezone(UTC)
    assert result.tzinfo is UTC


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-11-16 15:00", "2026-11-18 15:00", 2),
        ("2026-11-20 12:00", "2026-11-23 12:00", 1),
        ("2026-11-20 12:00", "2026-11-22 12:00", 0.5),
        ("2026-11-21 12:00", "2026-11-22 12:00", 0),
        ("2026-11-18 15:00", "2026-11-16 15:00", 0),
    ],
)
def test_business_days_between_two_moments(start, end, days):
    assert BusinessTime(Calendar(), MOSCOW).between(at(start), at(end)) == pytest.approx(days)


@settings(deadline=None)
@given(
    start=st.datetimes(*YEAR),
    days=st.floats(0, 12),
    more=st.floats(0, 3),
    zone=st.sampled_from([BERLIN, MOSCOW, KYIV, ZoneInfo("America/New_York"), ZoneInfo("Asia/Almaty")]),
    weekend=st.sampled_from([(), ("sat", "sun"), ("fri", "sat"), ("mon", "tue", "wed", "thu", "fri", "sat")]),
)
def test_adding_never_goes_back_and_more_days_are_never_earlier(start, days, more, zone, weekend):
    business = BusinessTime(Calendar(weekend=weekend), zone)
    begin = start.replace(tzinfo=UTC)
    end = business.add(begin, days)
    assert end >= begin
    assert business.add(begin, days + more) >= end
    assert business.between(begin, end) == pytest.approx(days, abs=0.06)  # an hour that a clock change adds or takes


def test_a_calendar_that_cannot_be_used_is_named_before_the_night():
    calendars = {
        "never": Calendar(weekend=("mon", "tue", "wed", "thu", "fri", "sat", "sun")),
        "atlantis": Calendar(country="ZZ"),
        "good": Calendar(country="BY"),
    }
    lines = problems(Watchlist(calendars=calendars))
    assert [line.split(":")[1].strip() for line in lines] == ["calendars.never", "calendars.atlantis"]
    with pytest.raises(ConfigurationError, match="no worked day"):
        BusinessTime(calendars["never"], MOSCOW).add(at("2026-11-16 15:00"), 1)


def person(quiet_from: str, quiet_until: str, zone: str = "Europe/Moscow") -> Person:
    return Person(
        id="p",
        name="P",
        timezone=zone,
        quiet_from=time.fromisoformat(quiet_from),
        quiet_until=time.fromisoformat(quiet_until),
    )


@pytest.mark.parametrize(
    ("moment", "expected", "who", "zone"),
    [
        ("2026-11-16 23:30", "2026-11-17 09:00", person("22:00", "09:00"), MOSCOW),
        ("2026-11-17 03:30", "2026-11-17 09:00", person("22:00", "09:00"), MOSCOW),
        ("2026-11-17 09:00", "2026-11-17 09:00", person("22:00", "09:00"), MOSCOW),
        ("2026-11-17 12:00", "2026-11-17 12:00", person("22:00", "09:00"), MOSCOW),
        ("2026-11-17 13:10", "2026-11-17 14:00", person("13:00", "14:00"), MOSCOW),
        ("2026-11-17 14:00", "2026-11-17 14:00", person("13:00", "14:00"), MOSCOW),
        ("2026-11-17 05:00", "2026-11-17 05:00", person("09:00", "09:00"), MOSCOW),  # an empty span is no quiet
        ("2026-03-29 01:30", "2026-03-29 03:30", person("22:00", "02:30", "Europe/Berlin"), BERLIN),  # 02:30 is skipped
        ("2026-10-25 01:30", "2026-10-25 02:30", person("22:00", "02:30", "Europe/Berlin"), BERLIN),
    ],
)
def test_quiet_hours_delay_to_the_first_allowed_minute(moment, expected, who, zone):
    assert first_allowed(at(moment, zone), who, Settings()) == at(expected, zone).astimezone(UTC)


@settings(deadline=None)
@given(
    moment=st.datetimes(*YEAR),
    quiet_from=st.times(),
    quiet_until=st.times(),
    zone=st.sampled_from(["Europe/Berlin", "Europe/Kyiv", "America/New_York"]),
)
def test_quiet_hours_never_drop_and_never_wait_longer_than_a_day(moment, quiet_from, quiet_until, zone):
    who = Person(id="p", name="P", timezone=zone, quiet_from=quiet_from, quiet_until=quiet_until)
    begin = moment.replace(tzinfo=UTC)
    allowed = first_allowed(begin, who, Settings())
    assert begin <= allowed <= begin + timedelta(hours=25)


NIGHTS = Person(id="p", name="P", quiet_from=time(21), quiet_until=time(8))


@pytest.mark.parametrize(
    ("start", "end", "person"),
    [
        ("2026-11-16 10:00", "2026-11-16 14:00", NIGHTS),
        ("2026-11-16 03:30", "2026-11-16 12:00", NIGHTS),  # found at night: the hours begin when the person may be told
        ("2026-11-16 19:00", "2026-11-17 10:00", NIGHTS),
        ("2026-11-20 19:00", "2026-11-23 10:00", NIGHTS),  # over a weekend
        ("2026-11-21 12:00", "2026-11-23 12:00", NIGHTS),
        ("2026-11-21 12:00", "2026-11-23 04:00", Person(id="p", name="P")),
        ("2026-11-16 12:30", "2026-11-16 17:30", Person(id="p", name="P", quiet_from=time(13), quiet_until=time(14))),
    ],
)
def test_four_hours_of_attention_are_those_of_business_outside_quiet_hours(start, end, person):
    business = BusinessTime(Calendar(), MOSCOW)
    assert business.attended(at(start), 4, person) == at(end)


@settings(deadline=None)
@given(
    start=st.datetimes(*YEAR),
    hours=st.integers(1, 30),
    quiet=st.tuples(st.integers(0, 23), st.integers(0, 23)),
    zone=st.sampled_from([BERLIN, MOSCOW, KYIV]),
)
def test_hours_of_attention_equal_those_counted_one_by_one(start, hours, quiet, zone):
    person = Person(id="p", name="P", quiet_from=time(quiet[0]), quiet_until=time(quiet[1]))
    business, moment = BusinessTime(Calendar(), zone), start.replace(minute=0, second=0, microsecond=0, tzinfo=zone)
    moment = moment.astimezone(UTC)
    end, counted = business.attended(moment, hours, person), 0
    while moment < end:
        local = moment.astimezone(zone)
        is_quiet = (
            quiet[0] <= local.hour < quiet[1]
            if quiet[0] < quiet[1]
            else quiet[0] != quiet[1] and (local.hour >= quiet[0] or local.hour < quiet[1])
        )
        counted += business.is_worked(local.date()) and not is_quiet
        moment += timedelta(hours=1)
    assert counted == hours


def test_a_person_who_never_works_is_an_error_that_names_them():
    every_day = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    with pytest.raises(ConfigurationError, match=r"people\.p"):
        BusinessTime(Calendar(weekend=every_day), MOSCOW).attended(at("2026-11-16 10:00"), 4, NIGHTS)


@pytest.mark.parametrize("day", [(2024, 4, 27), (2024, 11, 2), (2024, 12, 28), (2025, 11, 1), (2027, 2, 20)])
def test_a_saturday_that_russia_works_is_worked(day: tuple[int, int, int]) -> None:
    saturday = date(*day)
    assert BusinessTime(Calendar(country="RU"), MOSCOW).is_worked(saturday)
    assert why_day(saturday, Calendar(country="RU")) == "moved working day"
    assert not BusinessTime(Calendar(country="RU", free_days=(saturday,)), MOSCOW).is_worked(saturday)
    assert not BusinessTime(Calendar(), MOSCOW).is_worked(saturday)
    assert not BusinessTime(Calendar(country="RU"), MOSCOW).is_worked(saturday + 7 * timedelta(days=1))


ZONES = (BERLIN, MOSCOW, KYIV, ZoneInfo("America/New_York"))
CALENDARS = (
    Calendar(),
    Calendar(country="RU"),
    Calendar(weekend=("fri", "sat")),
    Calendar(weekend=(), free_days=(date(2027, 3, 28), date(2027, 10, 31))),
    Calendar(country="DE", working_days=(date(2027, 2, 20), date(2027, 3, 28)), free_days=(date(2027, 11, 1),)),
)
# Both changes of the clock in Europe and America, a Saturday that Russia works, and its longest holidays.
MOMENTS = st.sampled_from([(1, 1), (2, 18), (3, 12), (3, 25), (4, 30), (10, 28), (11, 5), (12, 29)]).flatmap(
    lambda start: st.integers(0, 3 * 24 * 60 - 1).map(
        lambda minute: datetime(2027, *start, tzinfo=UTC) + timedelta(minutes=minute)
    )
)


def wall_minutes(business: BusinessTime, start: datetime) -> Iterator[tuple[datetime, bool]]:
    """Yield every minute that the wall clock names from `start` on, and whether it belongs to a worked day."""
    minute = start.astimezone(business.zone).replace(tzinfo=None)
    while True:
        yield minute, business.is_worked(minute.date())
        minute += timedelta(minutes=1)


@given(
    start=MOMENTS, count=st.integers(0, 6 * 24 * 60), zone=st.sampled_from(ZONES), calendar=st.sampled_from(CALENDARS)
)
@settings(max_examples=150, deadline=None)
def test_business_days_are_those_of_a_counter_of_minutes(
    start: datetime, count: int, zone: ZoneInfo, calendar: Calendar
) -> None:
    business = BusinessTime(calendar, zone)
    worked = (minute for minute, is_worked in wall_minutes(business, start) if is_worked)
    reached = next(islice(worked, count, None))
    expected = max(start, reached.replace(tzinfo=zone).astimezone(UTC))
    found = business.add(start, count / (24 * 60))
    assert abs(found - expected) < timedelta(milliseconds=1)


@given(
    start=MOMENTS, span=st.integers(0, 10 * 24 * 60), zone=st.sampled_from(ZONES), calendar=st.sampled_from(CALENDARS)
)
@settings(max_examples=150, deadline=None)
def test_business_time_between_is_what_a_counter_of_minutes_counts(
    start: datetime, span: int, zone: ZoneInfo, calendar: Calendar
) -> None:
    business, end = BusinessTime(calendar, zone), start + timedelta(minutes=span)
    last, count = end.astimezone(zone).replace(tzinfo=None), 0
    for minute, is_worked in wall_minutes(business, start):
        if minute >= last:
            break
        count += is_worked
    assert business.between(start, end) == pytest.approx(count / (24 * 60), abs=1e-9)
