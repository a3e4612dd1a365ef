"""Tombstones: who was erased on request, kept as keyed hashes so that no crawl or import brings them back.

`data/forgotten.jsonl` holds one line each: {"kind": "review" | "author", "key": hash, "at": date}. Only with the home's
secret can it be asked, and only "is it this one?". It belongs into every backup, and outlives the warehouse.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from core.errors import ConfigurationError
from core.home import Home

TombstoneKind = Literal["review", "author"]
KEY_LENGTH = 32


class Tombstone(NamedTuple):
    """One thing that may not come back."""

    kind: TombstoneKind
    source: str
    value: str
    """The review's id at its source, or the author's key (never the name)."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Everything that was erased on request, as a question that can be asked. False where nothing was."""

    keys: frozenset[str] = frozenset()
    secret: bytes = field(default=b"", repr=False)

    def __bool__(self) -> bool:
        """Whether anything was ever erased."""
        return bool(self.keys)

    def has(self, tombstone: Tombstone) -> bool:
        """Tell whether this very review or author was erased."""
        return bool(self.keys) and _key(self.secret, tombstone) in self.keys

    def covers(self, source: str, review_id: str | None, author_key: str | None) -> bool:
        """Tell whether a review belongs to somebody who was erased."""
        return (review_id is not None and self.has(Tombstone("review", source, review_id))) or (
            author_key is not None and self.has(Tombstone("author", source, author_key))
        )

    def joined(self, tombstones: Iterable[Tombstone]) -> "Forgotten":
        """Return the same with some more."""
        return Forgotten(self.keys | {_key(self.secret, one) for one in tombstones}, self.secret)


def load_forgotten(home: Home, secret: bytes) -> Forgotten:
    """Read the tombstones of a home folder; none where there is no file.

    Args:
        home: the home folder.
        secret: key of the authors' hashes, as `Home.secret` returns it.

    Raises:
        ConfigurationError: a line cannot be read: passing over it could bring somebody back.
    """
    path = home.forgotten
    if not path.exists():
        return Forgotten(secret=secret)
    keys = set()
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        try:
            key = json.loads(line)["key"] if line.strip() else None
        except (ValueError, KeyError, TypeError) as error:
            raise ConfigurationError(
                f"{path}:{number}: expected a tombstone such as {{'kind', 'key', 'at'}}"
            ) from error
        if key is not None:
            keys.add(str(key))
    return Forgotten(frozenset(keys), secret)


def add_tombstones(home: Home, secret: bytes, tombstones: Iterable[Tombstone], now: datetime) -> Forgotten:
    """Put tombstones on disk, each once, and return all of them. They are there for good when this returns."""
    known = load_forgotten(home, secret)
    fresh = {_key(secret, one): one for one in tombstones}
    lines = [
        json.dumps({"kind": one.kind, "key": key, "at": now.date().isoformat()}) + "\n"
        for key, one in sorted(fresh.items())
        if key not in known.keys
    ]
    home.data.mkdir(parents=True, exist_ok=True)
    if lines:
        whole = home.forgotten.read_bytes() if home.forgotten.exists() else b""
        unfinished = home.forgotten.with_name(f".{home.forgotten.name}.part")
        with unfinished.open("wb") as file:
            file.write(whole + b"\n" * bool(whole and not whole.endswith(b"\n")) + "".join(lines).encode())
            file.flush()
            os.fsync(file.fileno())
        unfinished.chmod(0o600)
        unfinished.replace(home.forgotten)
    return known.joined(fresh.values())


def _key(secret: bytes, tombstone: Tombstone) -> str:
    said = "\x1f".join(("forgotten", *tombstone)).encode("utf-8", "replace")
    return hmac.new(secret, said, hashlib.sha256).hexdigest()[:KEY_LENGTH]
