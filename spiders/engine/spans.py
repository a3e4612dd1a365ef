"""Reading a list by spans of posting time: for an API that shows some months a request, in an order not told."""

from datetime import datetime, time, timedelta
from typing import NamedTuple

_MARGIN = timedelta(seconds=1)
"""What two spans have in common: their ends are told as exclusive."""
_NEWEST = timedelta(days=30)


class Span(NamedTuple):
    """Reviews posted after `since` and before `until`; None leaves an end to the platform."""

    since: datetime | None = None
    until: datetime | None = None

    @classmethod
    def after(cls, back_to: datetime | None, now: datetime, longest: timedelta) -> "Span":
        """Return the first span of a reading: what the platform shows by itself, or what is newer than `back_to`."""
        return cls() if back_to is None else _forward(back_to, now, longest)

    def next(self, now: datetime, longest: timedelta) -> "Span | None":
        """Return the following span of a reading of news, which goes on until now."""
        return None if self.until is None else _forward(self.until, now, longest)

    def older(self, oldest: datetime | None, longest: timedelta) -> "Span | None":
        """Return the following span of a first reading, which goes back until a span brings nothing.

        Args:
            oldest: posting time of the oldest review of this span; None where there was none.
            longest: days that a request may span.
        """
        if oldest is None and (self.since is None or self.until is not None):
            return None
        edge = self.since + _MARGIN if self.since is not None else oldest
        return None if edge is None else Span(edge - longest, edge)


def newest(now: datetime) -> Span:
    """Return the span with which a first reading begins where the oldest reviews come first."""
    return Span(datetime.combine(now.date(), time(), now.tzinfo) - _NEWEST)


def _forward(since: datetime, now: datetime, longest: timedelta) -> Span:
    since -= _MARGIN
    return Span(since, since + longest if now - since > longest else None)
