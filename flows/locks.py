"""Locks between processes of one machine. The kernel frees them when a process dies, also by kill -9."""

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from core.errors import BusyError
from core.home import Home


@contextmanager
def exclusive(home: Home, what: str, *, wait: float) -> Iterator[None]:
    """Hold the lock `what` of this home folder, after waiting at most `wait` seconds.

    Raises:
        BusyError: when another process holds it for longer.
    """
    folder = home.data / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / f"{what}.lock", timeout=wait)
    try:
        lock.acquire()
    except Timeout as error:
        raise BusyError(
            f"another otklik process is busy with '{what}' in {home.root}; try again when it is done"
        ) from error
    try:
        yield
    finally:
        lock.release()
