"""The manifest of a backup: what is in it, by whose code, and the hashes that tell whether it is whole."""

import hashlib
import hmac
from pathlib import Path

from pydantic import ValidationError

from core.base import Record, UtcTime
from core.errors import InputError

NAME = "manifest.json"
FORMAT = 1
_BLOCK = 1 << 20


class Manifest(Record):
    """What stands in `manifest.json` of a backup."""

    format: int
    version: str
    """Of Otklik."""
    created_at: UtcTime
    secret_check: str
    """Tells whether a home has the secret of this one: without it no tombstone of a forgotten person holds."""
    files: dict[str, str]
    """By path: sha256."""


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file, 64 hex digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def secret_check(secret: bytes) -> str:
    """Return what tells two secrets apart and tells nothing of them."""
    return hmac.new(secret, b"otklik backup", hashlib.sha256).hexdigest()[:16]


def hashes(folder: Path) -> dict[str, str]:
    """Return the sha256 of all files in a folder but for the manifest, by their paths in it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {name: sha256_of(path) for path in files if (name := path.relative_to(folder).as_posix()) != NAME}


def refresh(folder: Path) -> None:
    """Bring the manifest of an unpacked backup, if it has one, to what its files are now."""
    path = folder / NAME
    if path.exists():
        known = Manifest.model_validate_json(path.read_bytes())
        path.write_text(known.model_copy(update={"files": hashes(folder)}).model_dump_json(indent=1), encoding="utf-8")


def verified(folder: Path, source: Path) -> Manifest:
    """Return the manifest of an unpacked backup after holding every file against it.

    Raises:
        InputError: `source` is no backup, is of a newer form, or a file in it is missing, changed or unknown.
    """
    path = folder / NAME
    if not path.exists():
        raise InputError(f"{source}: no backup of otklik: it has no {NAME}")
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise InputError(f"{source}: {NAME} cannot be read, or is of a newer Otklik") from error
    if manifest.format > FORMAT:
        raise InputError(f"{source}: written by Otklik {manifest.version} in a newer form; install that to restore it")
    found = hashes(folder)
    wrong = sorted(name for name in manifest.files.keys() | found.keys() if manifest.files.get(name) != found.get(name))
    if wrong:
        name = wrong[0]
        what = (
            "is missing" if name not in found else "does not belong to it" if name not in manifest.files else "differs"
        )
        raise InputError(
            f"{source}: {name} {what} ({len(wrong)} files are not as the manifest says); nothing was restored"
        )
    return manifest
