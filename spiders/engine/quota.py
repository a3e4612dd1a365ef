"""A key's quota: so many calls in so many seconds, kept over processes, because all listings of a key share it."""

import fcntl
import hashlib
import json
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple


class Quota(NamedTuple):
    """What a platform allows one key."""

    calls: int
    seconds: float
    burst: int
    """Calls that may follow each other at once; the rest is spread over the time."""

    @classmethod
    def of(cls, declared: tuple[float, ...]) -> "Quota":
        """Return the quota of `SourceInfo.quota`: calls, seconds and perhaps a burst, else a quarter of the calls."""
        calls, seconds = int(declared[0]), float(declared[1])
        return cls(calls, seconds, int(declared[2]) if len(declared) > 2 else max(1, calls // 4))

    @property
    def interval(self) -> float:
        """Seconds between two calls of a steady flow, so that no span of `seconds` ever holds more than `calls`."""
        return self.seconds / max(1, self.calls - self.burst)


class TokenBucket:
    """A bucket that holds `burst` tokens and gets one each `interval` (as a virtual schedule: one number to keep).

    Args:
        quota: what the key may do.
        path: file that remembers the bucket between processes; None remembers it in this object alone.
        clock: seconds of the wall clock, which all processes share.
    """

    def __init__(self, quota: Quota, path: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        self.quota = quota
        self._path = path
        self._clock = clock
        self._due = 0.0

    def take(self, longest: float = math.inf) -> float:
        """Take a token and return how many seconds to wait before using it; above `longest` none is taken."""
        with self._state() as state:
            now = self._clock()
            # A clock that was put back must not hold calls up for longer than a full window.
            due = min(max(state.due, now), now + self.quota.seconds)
            wait = max(0.0, due - now - self.quota.interval * (self.quota.burst - 1))
            if wait <= longest:
                state.due = due + self.quota.interval
        return wait

    def pause(self, seconds: float) -> None:
        """Have nobody use the key for so long: the platform has asked for it."""
        with self._state() as state:
            held = self._clock() + seconds + self.quota.interval * (self.quota.burst - 1)
            state.due = max(state.due, held)

    @contextmanager
    def _state(self) -> Iterator["_State"]:
        if self._path is None:
            memory = _State(self._due)
            yield memory
            self._due = memory.due
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            state = _State(_read(file))
            yield state
            file.seek(0)
            file.truncate()
            file.write(json.dumps({"due": state.due}))
            file.flush()


class _State:
    def __init__(self, due: float) -> None:
        self.due = due


def _read(file: IO[str]) -> float:
    file.seek(0)
    try:
        due = json.loads(file.read())["due"]
    except (ValueError, KeyError, TypeError):
        return 0.0  # a new file, or one torn by a kill: the platform's own answer still guards the quota
    return float(due) if isinstance(due, int | float) else 0.0


def bucket_path(data: Path, source: str, identity: str) -> Path:
    """Return where the bucket of one key lies: named by a hash of the key's public name, never by the key."""
    digest = hashlib.sha256(f"{source}\x1f{identity}".encode()).hexdigest()[:16]
    return data / "quota" / f"{source}-{digest}.json"
