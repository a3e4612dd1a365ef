"""`otklik doctor --send`: a test message over every channel of every person, and what became of each."""

from collections.abc import Callable, Iterator
from uuid import uuid4

from alerts import channels
from alerts.wording.probe import probe
from console.checkup import Finding
from core.clock import system_clock
from core.home import Home
from core.settings import load_settings
from core.watchlist import load_watchlist


def try_channels(home: Home, *, tell: Callable[[str], None]) -> Iterator[Finding]:
    """Send a test message over each channel, and yield what the channel said.

    Args:
        home: Whose people are written to.
        tell: Gets what is tried now, since a channel that does not answer takes its time.
    """
    settings, watchlist = load_settings(home.root), load_watchlist(home.root)
    for person in watchlist.people:
        message = probe(person, settings, system_clock())
        for position, channel in enumerate(person.channels):
            kind = channel.url.partition("://")[0]
            name = f"{person.id}, channel {position + 1} ({kind if kind.isalnum() else '?'})"
            tell(f"sending to {name}")
            outcome = channels.send(person, message, key=f"test-{uuid4().hex}", only={position})
            error = (outcome.error or "").replace(f"channel {position + 1} ({kind}): ", "")
            yield Finding(name, "fine" if outcome.ok else "mend", error or "taken: see whether it arrived")
