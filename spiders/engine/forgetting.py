"""Erasing a person from stored files: what is theirs in JSON and in plain text, and rewriting without it.

Whatever names the person's review or author goes as a whole: the element of a list that holds it, or the document.
"""

import contextlib
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import orjson

from core.forgotten import Forgotten, Tombstone
from spiders.engine.parsing import author_key

PHRASE = 24
"""Characters from which a line of somebody's text is told from what others write, too."""
_ID = re.compile(r"(?:^|_|[a-z])(?:id|ids|uuid|guid|key|slug|hash)$", re.IGNORECASE)
_TOKEN = re.compile(r"[\w@.+-]{6,200}")
_LONGEST = 200
_UNFINISHED = ".erasing"


@dataclass(frozen=True)
class Trail:
    """How the data of erased people are recognised in a file."""

    forgotten: Forgotten
    sources: frozenset[str]
    """Sources whose ids and names the file may hold."""
    phrases: tuple[str, ...] = ()
    """Lines of their own words, each long enough to be nobody else's; white space folded."""

    def is_review(self, review_id: str) -> bool:
        """Tell whether this is the id of an erased review."""
        return any(self.forgotten.has(Tombstone("review", source, review_id)) for source in self.sources)

    def is_author(self, name: str) -> bool:
        """Tell whether this is the name or id of an erased author, or their key."""
        names = {name, name.strip()}
        return any(
            self.forgotten.has(Tombstone("author", source, key))
            for source in self.sources
            for one in names
            for key in (one, author_key(self.forgotten.secret, source, one))
            if key is not None
        )

    def in_words(self, text: str) -> bool:
        """Tell whether a text holds one of the phrases."""
        if not self.phrases or len(text) < PHRASE:
            return False
        folded = fold(text)
        return any(phrase in folded for phrase in self.phrases)

    def in_text(self, text: str) -> bool:
        """Tell whether a text of unknown form mentions them: their words, their ids, their names."""
        if self.in_words(unescape(text)):
            return True
        parsed = _parsed(text.encode("utf-8", "replace"))
        if parsed is not None and not isinstance(parsed, str | int):
            return self.pruned(parsed)[1] > 0
        return any(self.is_review(token) or self.is_author(token) for token in set(_TOKEN.findall(text)))

    def pruned(self, document: Any) -> tuple[Any, int]:
        """Return a JSON document without what is theirs, and how many parts went; None where all of it is theirs."""
        counter = [0]
        kept = _prune(document, (), self, counter)
        return (None, counter[0] + 1) if kept is _GONE else (kept, counter[0])

    def names_in_url(self, url: str) -> bool:
        """Tell whether an address is that of an erased review or author."""
        path = url.partition("?")[0].partition("#")[0]
        parts = {part for segment in path.split("/")[3:] for part in (segment, segment.rpartition(".")[0]) if part}
        return any(self.is_review(part) or self.is_author(part) for part in parts)


_GONE: Any = object()


def _prune(node: Any, path: tuple[str, ...], trail: Trail, counter: list[int]) -> Any:
    if isinstance(node, dict):
        kept = {key: _prune(value, (*path[-1:], str(key)), trail, counter) for key, value in node.items()}
        return _GONE if any(value is _GONE for value in kept.values()) else kept
    if isinstance(node, list):
        parts = [_prune(part, path, trail, counter) for part in node]
        counter[0] += sum(part is _GONE for part in parts)
        return [part for part in parts if part is not _GONE]
    return _GONE if _is_theirs(node, path, trail) else node


def _is_theirs(leaf: Any, path: tuple[str, ...], trail: Trail) -> bool:
    if isinstance(leaf, bool) or not isinstance(leaf, str | int):
        return False
    is_id = any(_ID.search(name) for name in path)
    value = str(leaf)
    if isinstance(leaf, int) and not is_id:
        return False
    if len(value) <= _LONGEST and ((is_id and trail.is_review(value)) or trail.is_author(value)):
        return True
    if value.startswith(("http://", "https://")) and trail.names_in_url(value):
        return True
    return trail.in_words(unescape(value))


def fold(text: str) -> str:
    """Return a text with all white space as single spaces."""
    return " ".join(text.split())


def phrases(texts: Iterable[str | None]) -> tuple[str, ...]:
    """Return the lines of texts that are long enough to be searched for, the longest first."""
    found = {folded for text in texts if text for line in text.splitlines() if len(folded := fold(line)) >= PHRASE}
    return tuple(sorted(found, key=lambda line: (-len(line), line)))


def _parsed(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(content)  # integers beyond 64 bits, NaN
    except ValueError:
        return None


def prune_json(content: bytes, trail: Trail) -> bytes | None:
    """Return a JSON document without what is theirs, the same object if nothing is; None where all of it is theirs.

    What is no JSON is theirs as a whole if it mentions them.
    """
    document = _parsed(content)
    if document is None or isinstance(document, str | int | float):
        return None if trail.in_text(content.decode("utf-8", "replace")) else content
    kept, gone = trail.pruned(document)
    if not gone:
        return content
    return None if kept is None else json.dumps(kept, ensure_ascii=False).encode("utf-8", "surrogatepass")


def rewrite(path: Path, content: bytes) -> None:
    """Put new content under an old name, atomically, with the file's old times and mode."""
    status = path.stat()
    unfinished = path.with_name(f".{path.name}{_UNFINISHED}")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.chmod(status.st_mode & 0o777)
    os.utime(unfinished, ns=(status.st_atime_ns, status.st_mtime_ns))
    unfinished.replace(path)


def sweep_unfinished(folder: Path) -> None:
    """Remove what a killed erasure left half-written."""
    for leftover in folder.rglob(f".*{_UNFINISHED}"):
        leftover.unlink(missing_ok=True)


def keep_lines(path: Path, is_theirs: Callable[[bytes], bool]) -> int:
    """Rewrite a file without the lines that are theirs, and return how many these were."""
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    kept = [line for line in lines if not is_theirs(line)]
    if len(kept) < len(lines):
        rewrite(path, b"".join(kept))
    return len(lines) - len(kept)


def erase_landing(landing: Path, trail: Trail) -> Iterator[tuple[Path, int]]:
    """Rewrite the landing files without the erased people; yield each changed file with the lines that went.

    What a killed reparse left half-written goes as a whole: none may be running.
    """
    for leftover in landing.glob("reparse-*/.*.part"):
        leftover.unlink(missing_ok=True)
    for path in sorted(landing.glob("*/*/*")):
        if not path.is_file() or path.name.startswith("."):
            continue
        gone = _erase_landing_file(path, trail)
        if gone:
            yield path, gone


def _erase_landing_file(path: Path, trail: Trail) -> int:
    if path.name.endswith(".coverage.json"):
        content = path.read_bytes()
        kept = _without_gone_ids(content, trail, path.parent.name)
        if kept != content:
            rewrite(path, kept)
            return 1
        return 0
    if path.name.endswith(".jsonl") and not path.name.endswith(".quarantine.jsonl"):
        return keep_lines(path, lambda line: is_their_line(line, trail))
    return keep_lines(path, lambda line: _is_set_aside_theirs(line, trail))


def is_their_line(line: bytes, trail: Trail) -> bool:
    """Tell whether a landing line is a sighting of an erased review, or a damaged line that mentions one."""
    try:
        review = orjson.loads(line)
        source, review_id, author = review["source"], review["review_id"], review.get("author_key")
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return trail.in_text(line.decode("utf-8", "replace"))
    return trail.forgotten.covers(str(source), str(review_id), author if isinstance(author, str) else None)


def _is_set_aside_theirs(line: bytes, trail: Trail) -> bool:
    with contextlib.suppress(orjson.JSONDecodeError, KeyError, TypeError):
        return trail.in_text(str(orjson.loads(line)["fragment"]))
    return trail.in_text(line.decode("utf-8", "replace"))


def _without_gone_ids(content: bytes, trail: Trail, source: str) -> bytes:
    coverage = _parsed(content)
    if not isinstance(coverage, dict):
        return content
    kept = [one for one in coverage.get("gone_ids") or () if not trail.forgotten.covers(source, str(one), None)]
    error = coverage.get("error")
    cleaned = erase_ids(error, trail) if isinstance(error, str) else error
    if len(kept) == len(coverage.get("gone_ids") or ()) and cleaned == error:
        return content
    return json.dumps({**coverage, "gone_ids": kept, "error": cleaned}, ensure_ascii=False, indent=2).encode() + b"\n"


def erase_ids(text: str, trail: Trail) -> str:
    """Return a line of ours («review 42: not answered») without the ids of erased reviews."""
    return re.sub(
        r"(?<=review )\S+?(?=[:,;\s]|$)", lambda hit: "[erased]" if trail.is_review(hit.group()) else hit.group(), text
    )
