"""What became of a message: taken, refused, or unknown, and how long a channel asks to wait."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Final

LONGEST_WAIT: Final = 24 * 3600.0
"""Seconds: a channel that asks for more is asked again after a day, so that no number of its own loses a message."""

PERHAPS: Final = "perhaps sent; "
"""How the error begins where a reader may have got the message, or a part of it: the next try says so."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message to one person."""

    ok: bool
    """Every channel that was tried took it."""
    error: str | None = None
    """One line, without addresses or secrets; None where ok."""
    retry_after: float | None = None
    """Seconds that a channel asks to wait, where it says so."""
    failed: tuple[int, ...] = ()
    """Positions of the channels that did not take it: what `only` of a later try wants."""


@dataclass(frozen=True, slots=True)
class Result:
    """What one channel said to one request."""

    error: str | None = None
    """One line, without addresses or secrets; None where it took the message."""
    retry_after: float | None = None
    """Seconds."""
    is_unknown: bool = False
    """It failed, and may have been taken all the same."""

    @property
    def ok(self) -> bool:
        """Whether the channel took it."""
        return self.error is None


def seconds_of(value: str | float | None, now: datetime | None = None) -> float | None:
    """Return the seconds that a Retry-After asks for (a number or an HTTP date), at most a day; None otherwise."""
    if value is None or isinstance(value, bool):
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = parsedate_to_datetime(str(value))
        except ValueError:
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = (moment - (now or datetime.now(UTC))).total_seconds()
    return min(max(seconds, 0.0), LONGEST_WAIT) if isfinite(seconds) else None
