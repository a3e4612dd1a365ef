"""Retention, a part of every night: words that were kept long enough are emptied, in the files first."""

import json
from datetime import datetime
from typing import Any

from core.clock import parse_time
from core.home import Home
from core.journal import EMPTIED, journal_file, locked
from core.records import ReviewKey
from flows.job import Job
from flows.ledger import Ledger
from spiders.engine.forget_texts import empty_lines
from spiders.engine.forgetting import rewrite
from warehouse import Warehouse, compact
from warehouse.retention import Due

_SAID = ("text", "remedy")


def keep_no_longer(job: Job, ledger: Ledger) -> None:
    """Empty what is past `privacy.text_days` and `privacy.gone_text_days`; a second time in a night does nothing.

    The landing files come first: what the warehouse has emptied is not looked for again. Whoever deletes something
    from the warehouse leaves it in free pages of the file, so that is written anew where anything was emptied.
    """
    now, wait, privacy = job.clock(), job.settings.run.lock_wait, job.settings.privacy
    with Warehouse.open(job.home.warehouse, wait=wait) as warehouse:
        due = warehouse.due_for_emptying(now, privacy.text_days, privacy.gone_text_days)
    changed = []
    for name in due.files:
        ledger.beat()
        path = job.home.landing / name
        if path.exists() and empty_lines(path, before=due.text_limit, sightings=due.sightings):
            changed.append(path)
    is_journal_changed = _empty_journal(job.home, due)
    if not (due.states or due.words or changed or is_journal_changed):
        return
    with Warehouse.open(job.home.warehouse, wait=wait) as warehouse:
        warehouse.note_rewritten(job.home.landing, changed)
        emptied = warehouse.empty_texts(due, now)
    compact(job.home.warehouse, wait)
    ledger.note("retention", emptied=emptied)


def _empty_journal(home: Home, due: Due) -> bool:
    """Empty the words of the acts that are due, and tell whether there were any.

    A torn line was never confirmed to anybody; it is emptied as a whole where the act behind it is old enough.
    """
    path = journal_file(home)
    if not path.exists():
        return False
    with locked(home):
        lines = path.read_bytes().split(b"\n")
        kept, is_old = [], False
        for line in reversed(lines):
            act = _act(line)
            if act is None:
                kept.append(b"" if is_old else line)
            else:
                is_old = act[1] < due.text_limit
                kept.append(_emptied(line, act[0]) if is_old or act[2] in due.gone else line)
        kept.reverse()
        if kept == lines:
            return False
        rewrite(path, b"\n".join(kept))
    return True


def _act(line: bytes) -> tuple[dict[str, Any], datetime, ReviewKey] | None:
    try:
        act = json.loads(line)
        return act, parse_time(act["at"]), ReviewKey(act["source"], act["review_id"])
    except (ValueError, KeyError, TypeError):
        return None


def _emptied(line: bytes, act: dict[str, Any]) -> bytes:
    args = dict(act.get("args") or {})
    said = {name: EMPTIED for name in _SAID if args.get(name) not in (None, EMPTIED)}
    if not said:
        return line
    return json.dumps({**act, "args": args | said}, ensure_ascii=False, separators=(",", ":")).encode()
