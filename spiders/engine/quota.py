"""A key's quota: so many calls in so many seconds, kept over processes, because all listings of a key share it."""

import fcntl
import hashlib
import json
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple


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
        self._memory = {"due": 0.0, "at": 0.0}

    def take(self, longest: float = math.inf) -> float:
        """Take a token and return how many seconds to wait before using it; above `longest` none is taken."""
        with self._state() as state:
            due = max(state.due, state.now)
            wait = max(0.0, due - state.now - self._burst)
            if wait <= longest:
                state.due = due + self.quota.interval
        return wait

    def pause(self, seconds: float) -> None:
        """Have nobody use the key for so long: the platform has asked for it."""
        with self._state() as state:
            state.due = max(state.due, state.now + seconds + self._burst)

    @property
    def _burst(self) -> float:
        return self.quota.interval * (self.quota.burst - 1)

    @contextmanager
    def _state(self) -> Iterator["_State"]:
        if self._path is None:
            memory = _State(self._memory, self._clock())
            yield memory
            self._memory = memory.kept()
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            state = _State(_read(file.read()), self._clock())
            yield state
            file.seek(0)
            file.truncate()
            file.write(json.dumps(state.kept()))
            file.flush()


class _State:
    """When the bucket is full again, and when that was noted: a clock that was put back takes both with it."""

    def __init__(self, kept: dict[str, float], now: float) -> None:
        self.now = now
        self.due = kept["due"] - max(0.0, kept["at"] - now)

    def kept(self) -> dict[str, float]:
        return {"due": self.due, "at": self.now}


def _read(text: str) -> dict[str, float]:
    try:
        kept = json.loads(text)
        return {"due": float(kept["due"]), "at": float(kept["at"])}
    except (ValueError, KeyError, TypeError):
        return {"due": 0.0, "at": 0.0}  # new, or torn by a kill: the platform's own answer still guards the quota


def bucket_path(data: Path, source: str, identity: str) -> Path:
    """Return where the bucket of one key lies: named by a hash of the key's public name, never by the key."""
    digest = hashlib.sha256(f"{source}\x1f{identity}".encode()).hexdigest()[:16]
    return data / "quota" / f"{source}-{digest}.json"
