"""Erasing a person from backups: databases, files and archives under data/backups."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from core.forgotten import Forgotten
from flows.manifest import refresh
from spiders.engine.forgetting import Trail
from spiders.engine.forgetting_files import CannotEraseError, erase_file
from spiders.engine.forgetting_raw import erase_warc
from warehouse import Warehouse, compact

_ARCHIVES = {suffix: name for name, suffixes, _ in shutil.get_unpack_formats() for suffix in suffixes}


def erase_backups(folder: Path, trail: Trail, forgotten: Forgotten) -> Iterator[tuple[Path, int, str | None]]:
    """Rewrite what lies in a folder of backups; yield each changed file with what went, or why it cannot be."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")):
        try:
            gone = _erase_archive(path, trail, forgotten) if _format(path) else _erase(path, trail, forgotten)
        except CannotEraseError as error:
            yield path, 0, str(error)
            continue
        if gone:
            yield path, gone, None


def _erase(path: Path, trail: Trail, forgotten: Forgotten) -> int:
    if path.name.endswith(".duckdb"):
        return _erase_database(path, trail, forgotten)
    if path.name.endswith(".warc.gz"):
        return erase_warc(path, trail)
    return erase_file(path, trail)


def _erase_database(path: Path, trail: Trail, forgotten: Forgotten) -> int:
    with Warehouse.open(path) as warehouse:
        found = warehouse.find_forgotten(forgotten)
        if not found:
            return 0
        rows = warehouse.erase_reviews([one.key for one in found], trail.in_text)
    compact(path, wait=0)
    return sum(rows.values())


def _erase_archive(path: Path, trail: Trail, forgotten: Forgotten) -> int:
    gone = 0
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".erasing-") as name:
        inside = Path(name) / "inside"
        try:
            shutil.unpack_archive(path, inside, filter="data" if "tar" in _format(path) else None)
        except (shutil.ReadError, OSError, EOFError, ValueError) as error:
            raise CannotEraseError(f"an archive that cannot be opened ({error})") from error
        for file in sorted(file for file in inside.rglob("*") if file.is_file()):
            try:
                gone += _erase(file, trail, forgotten)
            except CannotEraseError:
                if trail.in_text(file.read_bytes().decode("utf-8", "ignore")):
                    raise
        if gone:
            refresh(inside)
            made = Path(shutil.make_archive(str(Path(name) / "made"), _format(path), inside))
            made.chmod(path.stat().st_mode & 0o777)
            made.replace(path)
    return gone


def _format(path: Path) -> str:
    return next((name for suffix, name in _ARCHIVES.items() if path.name.endswith(suffix)), "")
