"""What every channel is handed, and the sending of several messages that belong together."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from alerts.channels.outcome import Result
from alerts.wording.message import Message
from core.channel import Channel

_TRIES_OF_A_PART: Final = 3
_LONGEST_PAUSE: Final = 20.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one channel."""

    message: Message
    channel: Channel
    """Its secrets are filled in."""
    key: str
    """The alert key: the same at each try."""
    pause: Callable[[float], None] = time.sleep
    """Waits some seconds between messages that belong together."""

    def key_of(self, number: int) -> str:
        """Return the key of one of the messages that this one is sent as, from 1."""
        return self.key if number == 1 else f"{self.key}-{number}"


def in_turn(parts: Iterable[Callable[[], Result]], *, gap: float, pause: Callable[[float], None]) -> Result:
    """Send parts one after the other, `gap` seconds apart, and say what became of the whole.

    A part that fails when an earlier one has arrived is tried again at once, since the next try of the whole
    repeats what has arrived.
    """
    for arrived, part in enumerate(parts):
        if arrived:
            pause(gap)
        result = part()
        for _ in range(_TRIES_OF_A_PART - 1 if arrived else 0):
            if result.ok or result.is_unknown:
                break
            pause(min(max(result.retry_after or 0, gap), _LONGEST_PAUSE))
            result = part()
        if result.error is not None:
            if arrived:
                return replace(result, error=f"{result.error} (part {arrived + 1})", is_unknown=True)
            return result
    return Result()
