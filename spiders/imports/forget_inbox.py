"""Erasing a person from the drop folders; a file that was imported stays known as imported."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from core.home import Home
from spiders.engine.forgetting import Trail
from spiders.engine.forgetting_files import CannotEraseError, erase_file
from spiders.imports.drop_folder import InboxFile, _hash, _ledger, _tries, remember


def erase_inbox(
    home: Home, trail: Trail, sources: Mapping[str, str], now: datetime
) -> Iterator[tuple[Path, int, str | None]]:
    """Rewrite the files of the drop folders; yield each changed one with what went, or why it cannot be looked into.

    Args:
        home: the home folder.
        trail: the people.
        sources: source of each listing, by its id.
        now: the clock, for the folders' ledgers.
    """
    if not home.inbox.is_dir():
        return
    for path in sorted(path for path in home.inbox.glob("*/*") if path.is_file() and not path.name.startswith(".")):
        listing_id = path.parent.name
        known = replace(trail, sources=trail.sources | {sources.get(listing_id, listing_id)})
        before = _hash(path)
        try:
            gone = erase_file(path, known)
        except CannotEraseError as error:
            yield path, 0, str(error)
            continue
        if not gone:
            continue
        last = _tries(_ledger(home, listing_id)).get(before)
        if path.exists() and last is not None and last["error"] is None:
            remember(home, InboxFile(path, listing_id=listing_id, sha256=_hash(path)), now=now)
        yield path, gone, None
