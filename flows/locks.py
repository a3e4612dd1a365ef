"""Locks between processes of one machine. The kernel frees them when a process dies, also by kill -9."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from core.errors import NotBegunError
from core.home import Home


@contextmanager
def exclusive(home: Home, what: str, *, wait: float, holder: str) -> Iterator[None]:
    """Hold the lock `what` of this home folder as `holder` ("a night"), after waiting at most `wait` seconds.

    Raises:
        NotBegunError: when another process holds it for longer; the message names that one.
    """
    folder = home.data / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / f"{what}.lock", timeout=wait)
    # Not in the lock file itself: whoever tries the lock empties that.
    name = folder / f"{what}.holder"
    try:
        lock.acquire()
    except Timeout as error:
        raise NotBegunError(f"{_read(name)} is running in {home.root}; try again when it is done") from error
    try:
        name.write_text(holder, encoding="utf-8")
        yield
    finally:
        lock.release()


def _read(name: Path) -> str:
    return name.read_text(encoding="utf-8") if name.exists() else "another otklik process"
