"""A home folder with open cases beside the server on which they stand, for the tests of replying."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from core.journal import read_journal
from flows.job import Job
from flows.replying import Replied, reply
from spiders.engine.replying import Replier
from tests.spiders.apis.month import crawl_month
from tests.spiders.apis.nights import Nights
from tests.spiders.apis.platforms import PLATFORMS
from tests.spiders.apis.server import ApiServer
from tests.spiders.apis.server import opened as opened_server
from warehouse import Warehouse

TEXT = "Здравствуйте! Простите нас, разберёмся с курьером и напишем Вам."
LATER = timedelta(minutes=11)
PEOPLE = """
[[people]]
id = "ann"
name = "Ann"
[[people]]
id = "bob"
name = "Bob"
"""


@dataclass
class Desk:
    """A home folder with two open cases, and the server on which they stand."""

    home: Path
    server: Any
    source: str
    now: datetime

    def set(self, more: str) -> None:
        path = self.home / "watchlist.toml"
        path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")

    def reply(self, one: str = "anna", text: str | None = TEXT, by: str = "ann", says: bool = True) -> Replied:
        job = Job.open(self.home, now=self.now)
        return reply(job, f"{self.source}/{self.server.named(one)}", text, by, lambda _: says)

    def status(self, one: str = "anna") -> str:
        with Warehouse.open(self.home / "data/otklik.duckdb", wait=5) as warehouse:
            rows = warehouse.connection.execute(
                "SELECT status FROM latest_cases WHERE review_id = ?", [self.server.named(one)]
            ).fetchall()
        return str(rows[0][0])

    def acts(self) -> list[str]:
        return [one.act.value for one in read_journal(Job.open(self.home).home).acts]


@contextmanager
def opened(home: Path, source: str, story: str, *days: int, one_by_one: bool = False) -> Iterator[Desk]:
    """Read a story on some days, at once or each by flows of its own, and give the desk on which its cases lie."""
    kind, target = PLATFORMS[source]
    with pytest.MonkeyPatch.context() as patch, opened_server(patch, kind, story) as server:
        nights = Nights(home, server, source, target)
        nights.month(*days) if one_by_one else crawl_month(nights, days)
        text = (home / "watchlist.toml").read_text(encoding="utf-8")
        (home / "watchlist.toml").write_text(text.replace("[[listings]]", f"{PEOPLE}\n[[listings]]"), encoding="utf-8")
        yield Desk(home, server, source, server.now + timedelta(hours=7))


def copied(read: Desk, home: Path) -> Desk:
    """Copy a desk, with a server that has taken no reply yet and a listing whose replies are on."""
    shutil.copytree(read.home, home)
    server: ApiServer = read.server
    server.posted.clear()
    server.calls.clear()
    server.shows_posted = True
    server.now = read.now
    found = Desk(home, server, read.source, read.now)
    found.set("replies = true\n")
    return found


def killed(desk: Desk, after: int, *, from_the_start: bool = False) -> bool:
    """Reply in a child that dies by kill -9 at its `after`-th step: before or after a call of the posting itself.

    Args:
        desk: where the reply is given.
        after: number of the step; where there are fewer, the child comes to its end.
        from_the_start: count also the looks before the posting, and all writes to disk: these are the same for all
            platforms, so that those of one are enough.
    """
    child = os.fork()
    if child:
        return os.WIFSIGNALED(os.waitpid(child, 0)[1])
    steps, is_counting = 0, from_the_start

    def stepping(does: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **named: Any) -> Any:
            _step()
            result = does(*args, **named)
            _step()
            return result

        return step

    def counting(does: Callable[..., Any]) -> Callable[..., Any]:
        def count(*args: Any, **named: Any) -> Any:
            nonlocal is_counting
            is_counting = True
            return does(*args, **named)

        return count

    def _step() -> None:
        nonlocal steps
        steps += is_counting
        if steps == after:
            os.kill(os.getpid(), signal.SIGKILL)

    requests.request = stepping(requests.request)
    Replier.post = counting(Replier.post)  # type: ignore[method-assign]
    Replier.change = counting(Replier.change)  # type: ignore[method-assign]
    if from_the_start:
        os.fsync = stepping(os.fsync)
        Warehouse.apply_cases = stepping(Warehouse.apply_cases)  # type: ignore[method-assign]
        Warehouse.keep_acts = stepping(Warehouse.keep_acts)  # type: ignore[method-assign]
    try:
        desk.reply()
    finally:
        os._exit(0)
