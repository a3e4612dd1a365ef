"""Dates in Russian, Ukrainian and English: absolute ones stay, relative ones count from the sighting and say so."""

import csv
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spiders.engine.dates import ZonelessTime, read_date

SEEN = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
KYIV = ZoneInfo("Europe/Kyiv")
SHARED = Path(os.environ.get("OTKLIK_SHARED") or Path(__file__).resolve().parents[2].parent / "shared")
CORPUS = SHARED / "fixtures" / "dates" / "dateparser_cyrillic_params.tsv"


@pytest.mark.parametrize(
    ("written", "expected", "precision"),
    [
        ("2025-02-01T12:00:00+05:00", "2025-02-01T07:00", "exact"),
        ("2025-02-01T12:00:00.123Z", "2025-02-01T12:00:00.123", "exact"),
        ("2025-02-01", "2025-01-31T22:00", "day"),
        ("1 лютого 2025 р.", "2025-01-31T22:00", "day"),
        ("14 мая 2020 в 09:18", "2020-05-14T06:18", "exact"),
        ("14 травня 2020 о 09:18", "2020-05-14T06:18", "exact"),
        ("May 14, 2020, 9:18 AM", "2020-05-14T06:18", "exact"),
        ("Reviewed May 14, 2020", "2020-05-13T21:00", "day"),
        ("Дата отзыва: 14.05.2020", "2020-05-13T21:00", "day"),
        ("14 мая 2020 · Отредактирован", "2020-05-13T21:00", "day"),
        ("Опубликовано 14 мая 2020 в 09:18", "2020-05-14T06:18", "exact"),
        ("Thu, 14 May 2020 09:18:00 +0300", "2020-05-14T06:18", "exact"),
        ("Thu May 14 2020 09:18:00 GMT+0300 (MSK)", "2020-05-14T06:18", "exact"),
        ("13/1/2021", "2021-01-12T22:00", "day"),
        ("1/13/2021", "2021-01-12T22:00", "day"),
        (1589437080, "2020-05-14T06:18", "exact"),
        ("1589437080000", "2020-05-14T06:18", "exact"),
        ("сегодня", "2026-11-21T22:00", "relative"),
        ("вчера", "2026-11-20T22:00", "relative"),
        ("Вчера, 14:05", "2026-11-21T12:05", "relative"),
        ("вчора о 14:05", "2026-11-21T12:05", "relative"),
        ("позавчера", "2026-11-19T22:00", "relative"),
        ("3 дня назад", "2026-11-18T22:00", "relative"),
        ("3 дні тому", "2026-11-18T22:00", "relative"),
        ("2 тижні тому", "2026-11-07T22:00", "relative"),
        ("тиждень тому", "2026-11-14T22:00", "relative"),
        ("рік тому", "2025-11-21T22:00", "relative"),
        ("a month ago", "2026-10-21T21:00", "relative"),
        ("5 годин тому", "2026-11-22T10:00", "relative"),
        ("только что", "2026-11-22T15:00", "relative"),
        ("щойно", "2026-11-22T15:00", "relative"),
        ("Edited 2 days ago", "2026-11-19T22:00", "relative"),
        ("больше года назад", "2025-11-21T22:00", "relative"),
        ("5 ноября", "2026-11-04T22:00", "relative"),
        ("22 ноября в 12:00", "2026-11-22T10:00", "relative"),
        ("сегодня, 12:30", "2026-11-22T10:30", "relative"),
        ("25 декабря", "2025-12-24T22:00", "relative"),
        ("29 февраля", "2024-02-28T22:00", "relative"),
        ("май 2021", "2021-04-30T21:00", "relative"),
    ],
)
def test_dates_as_sites_write_them(written: object, expected: str, precision: str) -> None:
    moment = read_date(written, seen_at=SEEN, zone=KYIV)
    assert moment is not None
    assert (moment.at, moment.precision) == (datetime.fromisoformat(expected).replace(tzinfo=UTC), precision)


@pytest.mark.parametrize("written", ["soon", "12", "foo 12", "31 февраля 2021", "через 2 дня", "01/02/2021", "5" * 40])
def test_what_is_no_date_or_may_be_two_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"date|day"):
        read_date(written, seen_at=SEEN)


def test_a_time_without_a_zone_is_a_day_and_says_so() -> None:
    with pytest.warns(ZonelessTime):
        moment = read_date("2021-05-03 23:30:00", seen_at=SEEN)
    assert moment == (datetime(2021, 5, 3, tzinfo=UTC), "day")
    assert read_date("2021-05-03 23:30:00", seen_at=SEEN, zone=KYIV) == (
        datetime(2021, 5, 3, 20, 30, tzinfo=UTC),
        "exact",
    )


@settings(deadline=None, max_examples=50)
@given(
    st.datetimes(SEEN.replace(tzinfo=None, year=1990), SEEN.replace(tzinfo=None, year=2099)),
    st.integers(-14 * 60, 14 * 60),
)
def test_iso_times_come_back(naive: datetime, minutes: int) -> None:
    moment = naive.replace(year=min(naive.year, 2200), day=1, tzinfo=UTC) + timedelta(minutes=minutes)
    assert read_date(moment.isoformat(), seen_at=SEEN) == (moment, "exact")


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=80))
def test_no_text_does_anything_but_be_a_date_or_raise(text: str) -> None:
    try:
        moment = read_date(text, seen_at=SEEN, zone=KYIV)
    except ValueError:
        return
    assert moment is None or moment.precision in ("exact", "day", "relative")


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 600), st.sampled_from(["{n} дней назад", "{n} днів тому", "{n} days ago"]))
def test_days_ago_are_the_same_day_on_every_later_night(days: int, wording: str) -> None:
    first = read_date(wording.format(n=days), seen_at=SEEN)
    later = read_date(wording.format(n=days + 9), seen_at=SEEN + timedelta(days=9))
    assert first == later


UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}


@pytest.mark.skipif(not CORPUS.is_file(), reason=f"the shared fixtures are not at {CORPUS}")
def test_relative_dates_of_dateparsers_own_corpus() -> None:
    asked = understood = 0
    for _, line in csv.reader(CORPUS.read_text(encoding="utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        found = re.fullmatch(r'\s*param\("(ru|uk)", "([^"]+)", "(\d+) (second|minute|hour|day|week) ago"\),?', line)
        if found is None:
            continue
        asked += 1
        expected = SEEN - timedelta(seconds=int(found[3]) * UNITS[found[4]])
        try:
            moment = read_date(found[2], seen_at=SEEN)
        except ValueError:
            continue
        assert moment is not None
        assert abs(moment.at - expected) < timedelta(days=1), found[2]
        understood += 1
    assert asked == understood == 15
