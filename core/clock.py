"""The clock, passed in as an argument so that a run can be repeated at a given time."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the time now, aware, in UTC."""
    return datetime.now(UTC)


def frozen_clock(moment: datetime) -> Clock:
    """Return a clock that always shows `moment` (aware; converted to UTC)."""
    fixed = to_utc(moment)
    return lambda: fixed


def to_utc(moment: datetime) -> datetime:
    """Convert an aware time to UTC. A naive time raises ValueError: its zone would be a guess."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone; write an offset such as +03:00 or Z")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{moment.isoformat()} lies outside the years 1 to 9999 in UTC") from error


def parse_time(text: str) -> datetime:
    """Parse an ISO 8601 time with an offset and return it in UTC, or raise ValueError."""
    return to_utc(datetime.fromisoformat(text))
