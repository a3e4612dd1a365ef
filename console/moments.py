"""Times as people write them on the command line: a moment, a day, or a span from now."""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.clock import to_utc
from core.errors import InputError

MORNING = time(9)
"""When a day begins that is named without a time."""
_SPAN = re.compile(r"(\d{1,4})\s*([hdw])", re.IGNORECASE)
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def moment_of(text: str, now: datetime, zone: str) -> datetime:
    """Return the time that is meant, in UTC.

    Args:
        text: `3h`, `2d`, `1w`; a day such as 2026-11-25 (its morning); or a time, with an offset or in `zone`.
        now: what a span counts from.
        zone: IANA name of the zone of times without an offset.

    Raises:
        InputError: it is none of these.
    """
    span = _SPAN.fullmatch(text.strip())
    if span is not None:
        return now + int(span[1]) * _UNITS[span[2].lower()]
    try:
        moment = datetime.fromisoformat(text.strip())
        if re.fullmatch(r"\d{4}-?\d\d-?\d\d", text.strip()):
            moment = datetime.combine(moment.date(), MORNING)
        return to_utc(moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone)))
    except ValueError as error:
        raise InputError(
            f"{text!r}: expected a span (3h, 2d, 1w), a day (2026-11-25) or a time (2026-11-25T15:00+03:00)"
        ) from error


def since_of(text: str, until: datetime, zone: str) -> datetime:
    """Return the time that is meant, in UTC: a span such as 90d counts back from `until`.

    Raises:
        InputError: as in `moment_of`.
    """
    span = _SPAN.fullmatch(text.strip())
    if span is not None:
        return until - int(span[1]) * _UNITS[span[2].lower()]
    return moment_of(text, until, zone)
