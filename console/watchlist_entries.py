"""New listings in watchlist.toml: appended for approval, never in place of anything that stands there."""

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile

from core.errors import InputError, OtklikError
from core.watchlist import Listing, Watchlist, load_watchlist, parse_watchlist
from spiders.engine.discovery import Found


def proposals(
    found: Iterable[Found], watchlist: Watchlist, *, source: str, company: str, account: str
) -> list[Listing]:
    """Return a switched-off listing for each target that the watchlist does not name for this source yet."""
    known = {entry.target for entry in watchlist.listings if entry.source == source}
    taken = {entry.id for entry in watchlist.listings}
    proposed = []
    for one in found:
        if one.target in known:
            continue
        known.add(one.target)
        base = re.sub(r"[^a-z0-9_-]+", "-", f"{source}-{one.target.rpartition('/')[2]}".lower()).strip("-")[:60]
        name = next(name for name in (base, *(f"{base}-{n}" for n in range(2, 1000))) if name not in taken)
        taken.add(name)
        options = {"account": account} if account else {}
        proposed.append(
            Listing(id=name, source=source, company=company, target=one.target, options=options, enabled=False)
        )
    return proposed


def append(home: Path, proposed: Sequence[Listing], titles: dict[str, str], day: str) -> None:
    """Append listings to watchlist.toml; what stands there stays byte for byte, and a crash leaves the old file.

    Raises:
        InputError: the file with them would not be valid, or has changed meanwhile: nothing is written.
    """
    path = home / "watchlist.toml"
    before = path.read_bytes() if path.exists() else b""
    text = before + _entries(proposed, titles, day).encode()
    try:
        parse_watchlist(text.decode(), str(path))
    except (OtklikError, UnicodeDecodeError) as error:
        said = f"{path}: listings cannot be appended ({error}); lay them in yourself:"
        raise InputError(said + "\n" + _entries(proposed, titles, day)) from error
    with NamedTemporaryFile("wb", dir=home, prefix=".watchlist.toml.", delete=False) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh = Path(file.name)
    fresh.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
    if (path.read_bytes() if path.exists() else b"") != before:
        fresh.unlink()
        raise InputError(f"{path} was changed meanwhile: try again")
    fresh.replace(path)


def company_for(home: Path, wanted: str | None) -> tuple[Watchlist, str]:
    """Return the watchlist, and the company for new listings: the wanted one, else the only one of one's own.

    Raises:
        InputError: there is no such company, or there are several.
    """
    watchlist = load_watchlist(home)
    own = [company.id for company in watchlist.companies if company.kind == "own"]
    known = [company.id for company in watchlist.companies]
    if wanted is not None and wanted not in known:
        raise InputError(f"no company {wanted!r} in watchlist.toml; known are: {', '.join(known) or 'none'}")
    if wanted is None and len(own) != 1:
        raise InputError(f"--company: say whose these are; watchlist.toml knows: {', '.join(known) or 'none'}")
    return watchlist, wanted or own[0]


def _entries(proposed: Iterable[Listing], titles: dict[str, str], day: str) -> str:
    parts = [f"\n\n# Found behind the key on {day}. Set enabled = true for what is to be watched.\n"]
    for entry in proposed:
        lines = [f"id = {_toml(entry.id)}", f"source = {_toml(entry.source)}", f"company = {_toml(entry.company)}"]
        lines.append(f"target = {_toml(entry.target)}")
        if entry.options:
            lines.append(f"options = {{ account = {_toml(str(entry.options['account']))} }}")
        title = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", titles.get(entry.target, "")).strip()[:100]
        parts.append(
            "\n[[listings]]" + (f"  # {title}" if title else "") + "\n" + "\n".join(lines) + "\nenabled = false\n"
        )
    return "".join(parts)


def _toml(text: str) -> str:
    import tomlkit

    return tomlkit.item(text).as_string()
