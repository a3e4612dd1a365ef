"""What a run needs to know before it starts: home, settings, watchlist, clock and somebody to tell."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from alerts.rules import check as check_rules
from core.clock import Clock, frozen_clock, system_clock
from core.errors import ConfigurationError
from core.forgotten import Forgotten, load_forgotten
from core.home import Home
from core.settings import Settings, load_settings
from core.watchlist import Watchlist, load_watchlist


class Listener(Protocol):
    """Somebody who is told how the work goes: a terminal, a log, or nobody."""

    def stage(self, name: str, message: str) -> None:
        """Hear that a stage begins, or what came of it."""

    def progress(self, name: str, done: int, total: int | None) -> None:
        """Hear how far a long piece of work is; `total` is None where nobody knows it."""


class Silent:
    """A listener that says nothing."""

    def stage(self, name: str, message: str) -> None:
        """Say nothing."""

    def progress(self, name: str, done: int, total: int | None) -> None:
        """Say nothing."""


RESTORING = ".restoring"
"""Folder in the home in which a restore works; with `READY` in it, only the renaming is left."""
READY = "ready"
REBUILDING = ".rebuilding"
"""Folder in data/ in which a rebuild works."""


@dataclass(frozen=True)
class Job:
    """One piece of work on one home folder."""

    home: Home
    settings: Settings
    watchlist: Watchlist
    clock: Clock
    frozen: datetime | None = None
    """The given time of the run (`--now`), or None where the clock of the machine counts."""
    listener: Listener = field(default_factory=Silent)

    @classmethod
    def open(cls, root: Path, *, now: datetime | None = None, listener: Listener | None = None) -> "Job":
        """Read the settings and the watchlist of a home folder.

        Raises:
            ConfigurationError: with file, key and what was expected.
        """
        if (root / RESTORING / READY).exists():
            raise ConfigurationError(f"{root}: a restore was interrupted; run the same `otklik restore` again")
        watchlist = load_watchlist(root)
        check_rules(watchlist, str(root / "watchlist.toml"))
        return cls(
            home=Home(root.resolve()),
            settings=load_settings(root),
            watchlist=watchlist,
            clock=frozen_clock(now) if now else system_clock,
            frozen=now,
            listener=listener or Silent(),
        )

    @property
    def forgotten(self) -> Forgotten:
        """Who was erased on request, as it stands on disk now."""
        return load_forgotten(self.home, self.home.secret(self.settings.secret))

    @property
    def lease(self) -> timedelta:
        """How long a run may show no sign of life before it counts as dead."""
        return timedelta(minutes=self.settings.run.lease_minutes)

    @property
    def night(self) -> date:
        """The date of the night, in the time zone of the settings."""
        return self.clock().astimezone(ZoneInfo(self.settings.timezone)).date()
