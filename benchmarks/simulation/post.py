"""The channels: they take a message, refuse it, ask to wait, or say nothing, and remember what arrived.

What happens in a process that is killed must be known afterwards, so every event is a line of a file before it is told.
"""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from alerts.channels import PERHAPS, Outcome
from benchmarks.simulation.town import DAY, HOUR

LONGEST_WAIT = DAY
FIRST_WAIT = HOUR / 6
MOST_TRIES = 12


@dataclass(frozen=True)
class Told:
    """One try to bring one message to one person."""

    at: datetime
    person: str
    alerts: tuple[tuple[str, str, int, str, str], ...]
    """Key, rule, level, source and review of each alert in it."""
    cases: tuple[str, ...]
    """Reviews that the message shows."""
    is_marked: bool
    """It says that it may be a repeat."""
    fate: str
    """taken, refused, limited, lost (no answer, not taken) or mute (no answer, taken)."""
    wait: float
    """Seconds that the channel asks for."""

    @property
    def has_arrived(self) -> bool:
        """Whether the reader has it."""
        return self.fate in {"taken", "mute"}


class Post:
    """All channels of the town."""

    def __init__(self, seed: int, file: Path, clock: Callable[[], datetime]) -> None:
        self._seed, self._file, self._clock = seed, file, clock
        self._read = 0
        self.views: tuple[Any, ...] = ()
        """What the message that is being composed tells of."""
        self.kill: Callable[[str], None] = lambda _name: None

    def send(self, person: Any, message: Any, *, possible_repeat: bool = False, **_: Any) -> Outcome:
        """Take the place of `alerts.channels.send`."""
        made = message(None, False) if callable(message) else message
        told = Told(
            at=self._clock(),
            person=person.id,
            alerts=tuple(
                (one.alert.alert_key, one.alert.rule, one.alert.level, one.alert.source, one.alert.review_id)
                for one in self.views
            ),
            cases=tuple(str(case["review_id"]) for case in made.payload["cases"]),
            is_marked=bool(possible_repeat and made.payload["possible_repeat"]),
            fate=self._fate(person.id),
            wait=0.0,
        )
        self.kill("before the channel")
        self.note("told", told.__dict__ | {"at": told.at.isoformat(), "wait": self._wait(told)})
        self.kill("after the channel")
        return self._outcome(told)

    def note(self, kind: str, content: dict[str, Any]) -> None:
        """Write down an event; it stays whatever becomes of this process."""
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps([kind, content]) + "\n")

    def news(self) -> list[tuple[str, dict[str, Any]]]:
        """Return the events since the last call."""
        if not self._file.exists():
            return []
        with self._file.open(encoding="utf-8") as file:
            file.seek(self._read)
            lines = file.readlines()
            self._read = file.tell()
        return [(kind, content) for kind, content in map(json.loads, lines)]

    def _fate(self, person: str) -> str:
        now = self._clock()
        today = random.Random(f"{self._seed}/channel/{person}/{now.date()}")
        if today.random() < 0.05:
            return today.choice(("refused", "limited"))
        chance = random.Random(f"{self._seed}/channel/{person}/{now}/{len(self.views)}/{self.views[0].alert.alert_key}")
        return chance.choices(("taken", "refused", "limited", "lost", "mute"), (85, 3, 4, 3, 5))[0]

    def _wait(self, told: Told) -> float:
        return 2700.0 if told.fate == "limited" else 0.0

    def _outcome(self, told: Told) -> Outcome:
        match told.fate:
            case "taken":
                return Outcome(ok=True)
            case "limited":
                return Outcome(ok=False, error="channel 1 (json): HTTP 429", retry_after=2700.0, failed=(0,))
            case "refused":
                return Outcome(ok=False, error="channel 1 (json): HTTP 500", failed=(0,))
            case _:
                return Outcome(ok=False, error=f"{PERHAPS}channel 1 (json): no answer within 15 s", failed=(0,))


def told_of(content: dict[str, Any]) -> Told:
    """Return the event as it was."""
    return Told(
        at=datetime.fromisoformat(content["at"]),
        person=content["person"],
        alerts=tuple(tuple(alert) for alert in content["alerts"]),
        cases=tuple(content["cases"]),
        is_marked=content["is_marked"],
        fate=content["fate"],
        wait=content["wait"],
    )
