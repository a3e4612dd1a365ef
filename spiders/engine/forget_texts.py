"""Retention in the landing folder: lines that were kept long enough lose their words and stay sightings."""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path

import orjson

from core.clock import parse_time
from core.records import ReviewKey
from spiders.engine.forgetting import rewrite

_NOTHING = b"{}\n"


def empty_lines(path: Path, *, before: datetime, sightings: Collection[tuple[ReviewKey, datetime]]) -> int:
    """Empty title, text and reply of the lines of a landing file that are due, and return how many these were.

    A line that is neither a sighting nor a quarantined fragment is emptied as a whole where all others of the file are
    older than `before`.

    Args:
        path: a file of reviews or of quarantined lines.
        before: quarantined fragments that were seen earlier are due.
        sightings: the sightings that are due.
    """
    lines = path.read_bytes().splitlines(keepends=True)
    rows = [_row(line) for line in lines]
    is_old = all(seen_at < before for row in rows if row is not None for seen_at in (row[1],))
    kept = [_emptied(line, row, before, sightings, is_old) for line, row in zip(lines, rows, strict=True)]
    changed = sum(one != line for one, line in zip(kept, lines, strict=True))
    if changed:
        rewrite(path, b"".join(kept))
    return changed


def _row(line: bytes) -> tuple[dict[str, object], datetime] | None:
    try:
        row = orjson.loads(line)
        return (row, parse_time(row["seen_at"])) if "source" in row else None
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return None


def _emptied(
    line: bytes,
    row: tuple[dict[str, object], datetime] | None,
    before: datetime,
    sightings: Collection[tuple[ReviewKey, datetime]],
    is_old: bool,
) -> bytes:
    if row is None:
        return _NOTHING if is_old and line.endswith(b"\n") else line
    content, seen_at = row
    if "review_id" in content:
        words = {"title": None, "text": "", "reply_text": None}
        is_due = (ReviewKey(str(content["source"]), str(content["review_id"])), seen_at) in sightings
    else:
        words, is_due = {"fragment": ""}, seen_at < before
    present = {name: empty for name, empty in words.items() if content.get(name)} if is_due else {}
    return orjson.dumps(content | present) + b"\n" if present else line
