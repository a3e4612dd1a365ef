"""The journal of human acts: `data/journal/case_events.jsonl`, append-only, one JSON object a line, fsynced.

A line is an `Act`, with the arguments that were given:

    {"act_id": "<32 hex digits>", "at": "2026-11-22T10:00:00.000000Z", "by": "anna", "source": "steam",
     "review_id": "140000001", "reopen_no": 0, "act": "snooze", "args": {"until": "2026-11-23T06:00:00Z"}}

Every act stands here before it reaches the warehouse (`case_acts`, `case_events`, `cases`), so that it can be
built anew: in the order of `at`, an act is applied after what was ingested and handled up to then and before what came
later. A line that is not a whole act was never confirmed to anybody: it is passed over and reported. Only `forget`
and the retention of words rewrite the file, while they hold the journal's lock.
"""

import fcntl
import json
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from core.acts import Act
from core.errors import describe_validation
from core.home import Home

EMPTIED = "[emptied]"
"""Stands for words that were kept long enough: an act that needs words stays valid."""


@dataclass(frozen=True, slots=True)
class Journal:
    """What stands in the journal, in the order of the acts' times."""

    acts: tuple[Act, ...]
    problems: tuple[str, ...] = ()
    """A line each, naming the file and the line that is passed over."""


def journal_file(home: Home) -> Path:
    """Return the path of the journal of a home folder."""
    return home.journal / "case_events.jsonl"


def append_act(home: Home, act: Act) -> str | None:
    """Put one act on disk, for good when this returns. Returns a line about a torn last line that was found, or None.

    The torn line stays as it is: the act gets a line of its own.
    """
    path = journal_file(home)
    is_new = not path.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    with locked(home):
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            size = os.fstat(handle).st_size
            is_torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
            _write(handle, (b"\n" if is_torn else b"") + line_of(act))
            os.fsync(handle)
        finally:
            os.close(handle)
        if is_new:
            _sync(path.parent)
            _sync(path.parent.parent)
    return f"{path}: the last line is torn: an act that was never confirmed is passed over" if is_torn else None


def read_journal(home: Home, *, known: Collection[str] = ()) -> Journal:
    """Return the acts of the journal, but for those whose `act_id` is known already; none where there is no file."""
    path = journal_file(home)
    if not path.exists():
        return Journal(())
    acts: dict[str, Act] = {}
    problems = []
    for number, line in enumerate(path.read_bytes().split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if row["act_id"] not in known:
                act = Act.model_validate(row)
                acts.setdefault(act.act_id, act)
        except ValidationError as error:
            problems.append(f"{describe_validation(error, f'{path}:{number}').splitlines()[0]}; passed over")
        except (ValueError, KeyError, TypeError):
            problems.append(f"{path}:{number}: not a whole act: it was never confirmed, and is passed over")
    return Journal(tuple(sorted(acts.values(), key=lambda act: act.at)), tuple(problems))


def line_of(act: Act) -> bytes:
    """Return the line of an act, with its end."""
    row = act.model_dump(mode="json", exclude_none=True)
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


@contextmanager
def locked(home: Home) -> Iterator[None]:
    """Keep others from appending to the journal or rewriting it; the kernel ends this when the process dies."""
    folder = home.data / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / "journal.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write(handle: int, content: bytes) -> None:
    while content:
        content = content[os.write(handle, content) :]


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
