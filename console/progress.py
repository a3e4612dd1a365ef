"""How the command line tells what goes on: to standard error, a moving bar on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from console.output import inert

_EVERY_SECONDS = 10


class PlainListener:
    """A line a stage, and at most one progress line in ten seconds: for logs."""

    def __init__(self) -> None:
        self._last = 0.0
        self._began: dict[str, float] = {}

    def stage(self, name: str, message: str) -> None:
        """Write one line."""
        sys.stderr.write(f"{name}: {inert(message)}\n")
        sys.stderr.flush()

    def progress(self, name: str, done: int, total: int | None) -> None:
        """Write one line, but not too often."""
        now = time.monotonic()
        began = self._began.setdefault(name, now)
        if now - self._last >= _EVERY_SECONDS:
            self._last = now
            rate = f", {done / (now - began):.3g} a second" if now - began > 1 else ""
            self.stage(name, (f"{done} of {total}" if total is not None else str(done)) + rate)


class TerminalListener:
    """Bars for what is long, lines for what is done."""

    def __init__(self, bars: Any) -> None:
        self._bars = bars
        self._tasks: dict[str, Any] = {}

    def stage(self, name: str, message: str) -> None:
        """Write one line above the bars."""
        from rich.text import Text

        self._bars.console.print(Text(f"{name:>9}  ", style="cyan") + Text(inert(message)))

    def progress(self, name: str, done: int, total: int | None) -> None:
        """Move the bar of that name."""
        if name not in self._tasks:
            self._tasks[name] = self._bars.add_task(inert(name), total=total)
        self._bars.update(self._tasks[name], completed=done, total=total)


@contextmanager
def listening() -> Iterator[PlainListener | TerminalListener]:
    """Give a listener that fits where standard error goes."""
    if not sys.stderr.isatty():
        yield PlainListener()
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        SpinnerColumn,
        Task,
        TextColumn,
        TimeElapsedColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        """How many are done in a second."""

        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed
            return Text(f"{speed:.3g}/s" if speed else "")

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield TerminalListener(bars)
