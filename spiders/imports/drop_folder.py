"""The drop folders data/inbox/<listing>/: files laid there are read once.

What became of each file stands beside the folder in `<listing>.imported.jsonl`, one line a try:
{"sha256", "name", "bytes", "mtime_ns", "at", "error"}. A file is known by its content, under whatever name.
"""

import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import file_digest
from pathlib import Path
from typing import Any

from core.clock import parse_time
from core.home import Home
from core.watchlist import Listing
from spiders.imports.base import ImportFile

SETTLED_SECONDS = 5.0
"""A file that changed more recently may still be in the middle of its copying."""
RETRY_AFTER = timedelta(hours=20)
"""A file that failed is tried, and reported, again in the next night: a setting may have been mended."""
_UNFINISHED = (".part", ".tmp", ".crdownload", ".partial", ".filepart")


@dataclass(frozen=True, slots=True)
class InboxFile(ImportFile):
    """A file of a drop folder that is to be read, with all that `read` needs to know of its listing."""

    sha256: str = ""
    tz: str | None = None
    columns: dict[str, str] | None = None
    problem: str | None = None
    """Why it cannot even be tried (nobody watches this folder); None where it is to be read."""


def inbox(home: Home, listings: Sequence[Listing], *, now: datetime) -> list[InboxFile]:
    """Find the files that lie in the drop folders and were not yet imported.

    Half-copied files (changed within the last five seconds by the system's clock, or named .part or .tmp) are left for
    later; files that failed within the last 20 hours too. Options of a listing that matter here: `format`, and
    `column_<field>` with the header of a column (as `column_text = "Отзыв"`).

    Args:
        home: the home folder.
        listings: the watchlist's listings; disabled ones are passed over.
        now: the clock of the run.

    Returns:
        The files by folder and name; those that nobody watches with their `problem`.
    """
    if not home.inbox.is_dir():
        return []
    known = {listing.id: listing for listing in listings}
    found: list[InboxFile] = []
    for entry in sorted(home.inbox.iterdir()):
        if entry.name.startswith(".") or entry.name.endswith(".imported.jsonl"):
            continue
        if not entry.is_dir():
            if _is_settled(entry):
                found.append(InboxFile(entry, problem="lies outside the folder of a listing: data/inbox/<listing>/"))
        elif entry.name not in known:
            problem = f"no listing {entry.name!r} in the watchlist"
            found.extend(InboxFile(path, problem=problem) for path in _files(entry))
        elif known[entry.name].enabled:
            found.extend(_news(home, known[entry.name], now))
    return found


def remember(home: Home, file: InboxFile, *, now: datetime, error: str | None = None) -> None:
    """Note that a file was imported, or why it could not be; on disk when this returns.

    Args:
        home: the home folder.
        file: a file that `inbox` returned.
        now: the clock of the run.
        error: one line, for a file that failed.
    """
    status = file.path.stat() if file.path.exists() else None  # its owner may have tidied up meanwhile
    line = {
        "sha256": file.sha256,
        "name": file.path.name,
        "bytes": status.st_size if status else 0,
        "mtime_ns": status.st_mtime_ns if status else 0,
        "at": now.isoformat(),
        "error": error,
    }
    with _ledger(home, str(file.listing_id)).open("ab") as handle:
        handle.write(b"\n" if handle.tell() and not _ends_whole(_ledger(home, str(file.listing_id))) else b"")
        handle.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        handle.flush()
        os.fsync(handle.fileno())


def _news(home: Home, listing: Listing, now: datetime) -> Iterator[InboxFile]:
    tries = _tries(_ledger(home, listing.id))
    by_stat = {(line["name"], line["bytes"], line["mtime_ns"]): line["sha256"] for line in tries.values()}
    columns = {
        key.removeprefix("column_"): str(value) for key, value in listing.options.items() if key.startswith("column_")
    }
    format_name = listing.options.get("format")
    for path in _files(home.inbox / listing.id):
        status = path.stat()
        content = by_stat.get((path.name, status.st_size, status.st_mtime_ns)) or _hash(path)
        last = tries.get(content)
        if last is not None and (last["error"] is None or now - parse_time(last["at"]) < RETRY_AFTER):
            continue
        yield InboxFile(
            path=path,
            format=str(format_name) if format_name is not None else None,
            listing_id=listing.id,
            source=listing.source,
            sha256=content,
            tz=listing.timezone,
            columns=columns or None,
        )


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if _is_settled(path)]


def _is_settled(path: Path) -> bool:
    name = path.name.lower()
    if name.startswith((".", "~$")) or name.endswith(_UNFINISHED) or not path.is_file():
        return False
    return abs(time.time() - path.stat().st_mtime) >= SETTLED_SECONDS  # the copying's clock is the system's


def _hash(path: Path) -> str:
    with path.open("rb") as handle:
        return file_digest(handle, "sha256").hexdigest()


def _ledger(home: Home, listing_id: str) -> Path:
    return home.inbox / f"{listing_id}.imported.jsonl"


def _tries(ledger: Path) -> dict[str, dict[str, Any]]:
    """Return the last try of each content; a torn last line (a crash while noting) counts as not noted."""
    if not ledger.exists():
        return {}
    tries: dict[str, dict[str, Any]] = {}
    for line in ledger.read_bytes().splitlines():
        try:
            noted = json.loads(line)
            tries[noted["sha256"]] = {key: noted[key] for key in ("sha256", "name", "bytes", "mtime_ns", "at", "error")}
        except (ValueError, KeyError, TypeError):
            continue
    return tries


def _ends_whole(ledger: Path) -> bool:
    with ledger.open("rb") as handle:
        handle.seek(-1, os.SEEK_END)
        return handle.read(1) == b"\n"
