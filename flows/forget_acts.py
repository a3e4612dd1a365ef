"""Erasing a person from what people wrote about cases: in the journal, and for the same words in the warehouse."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.home import Home
from core.journal import journal_file, locked
from spiders.engine.forgetting import Trail, rewrite

ERASED = "[erased]"
_WORDS = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")
_LONGEST_NAME = 3
_TEXTS = ("text", "remedy")


@dataclass(frozen=True)
class Mentions:
    """Tells whether a text mentions somebody who is erased: their words, ids, or a name of up to three words."""

    trail: Trail

    def __call__(self, text: str) -> bool:
        """Tell whether they are mentioned. A name is known in the form that the site showed, not inflected."""
        return self.trail.in_text(text) or any(self.trail.is_author(name) for name in _names(text))


def erase_journal(home: Home, trail: Trail) -> int:
    """Rewrite the journal without acts on erased reviews and without mentions elsewhere; return the changed lines.

    An act on another case stays, with its words erased: without it the case could not be built anew.
    """
    path = journal_file(home)
    if not path.exists():
        return 0
    mentions = Mentions(trail)
    with locked(home):
        lines = path.read_bytes().split(b"\n")
        kept = [_cleaned(line, trail, mentions) for line in lines]
        changed = sum(before != after for before, after in zip(lines, kept, strict=True))
        if changed:
            rewrite(path, b"\n".join(line for line in kept if line is not None))
    return changed


def _cleaned(line: bytes, trail: Trail, mentions: Mentions) -> bytes | None:
    if not line.strip():
        return line
    try:
        act = json.loads(line)
        source, review_id, args = str(act["source"]), str(act["review_id"]), dict(act.get("args") or {})
    except (ValueError, KeyError, TypeError):
        return None if mentions(line.decode("utf-8", "replace")) else line
    if trail.forgotten.covers(source, review_id, None):
        return None
    theirs = {name: ERASED for name in _TEXTS if isinstance(args.get(name), str) and mentions(args[name])}
    if not theirs:
        return line
    return json.dumps({**act, "args": args | theirs}, ensure_ascii=False, separators=(",", ":")).encode()


def _names(text: str) -> Iterator[str]:
    words = _WORDS.findall(text)
    for length in range(1, _LONGEST_NAME + 1):
        for start in range(len(words) - length + 1):
            yield " ".join(words[start : start + length])
