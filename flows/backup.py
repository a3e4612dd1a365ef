"""Backups: one archive of all that cannot be collected again, and bringing a home back from it.

A backup holds the warehouse, the landing files, the journal, the drop folders, the tombstones and both settings files;
no secrets, no raw responses and no publications. What was forgotten since it was made is erased before it is restored.
"""

import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import tomlkit

from core.base import Record
from core.errors import ConfigurationError, InputError
from core.home import Home
from core.journal import locked
from core.settings import load_settings
from flows.forget import forget_again
from flows.job import READY, RESTORING, Job
from flows.locks import exclusive
from flows.manifest import FORMAT, NAME, Manifest, hashes, secret_check, verified
from warehouse import Warehouse

SETTINGS = ("otklik.toml", "watchlist.toml")
LEFT_OUT = frozenset({"backups", "graphs", "locks", "prefect", "published", "raw", "secret"})
"""What of `data/` is in no backup: what can be made again, and the secret."""
_DATABASE = "otklik.duckdb"
_WAIT = 120.0


class Restored(Record):
    """What a restore did."""

    manifest: Manifest
    held: int = 0
    """Alerts that were planned when the backup was made: they may have been sent since, and wait for a release."""
    erased: int = 0
    """Rows about people who were forgotten since the backup was made."""


def backup(job: Job, target: Path | None = None) -> Path:
    """Write a backup of the home and return its file; an existing one of that name is only replaced by a whole one.

    Raises:
        InputError: there is nothing to back up, or the target is no place for a file.
        NotBegunError: while a crawl or a delivery runs on this home folder.
    """
    home = job.home
    if not home.data.is_dir():
        raise InputError(f"{home.data}: there is nothing here yet; is --home right?")
    path = target or home.data / "backups" / f"otklik-{job.clock():%Y%m%dT%H%M%S}.tar.gz"
    path = path.resolve()
    if path.is_dir():
        raise InputError(f"{path}: a folder; name a file, such as {path / 'otklik.tar.gz'}")
    path.parent.mkdir(parents=True, exist_ok=True)
    secret = home.secret(job.settings.secret)
    with (
        _alone(home, job.settings.run.lock_wait, "a backup"),
        tempfile.TemporaryDirectory(dir=path.parent, prefix=".backup-") as name,
    ):
        inside = Path(name) / "inside"
        _gather(job, inside)
        manifest = Manifest(
            format=FORMAT,
            version=version("otklik"),
            created_at=job.clock(),
            secret_check=secret_check(secret),
            files=hashes(inside),
        )
        (inside / NAME).write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
        made = Path(name) / "made"
        with made.open("wb") as file:
            with tarfile.open(fileobj=file, mode="w:gz") as archive:
                archive.add(inside / NAME, NAME)
                for entry in sorted(manifest.files):
                    archive.add(inside / entry, entry)
            file.flush()
            os.fsync(file.fileno())
        made.chmod(0o600)
        made.replace(path)
        _sync(path.parent)
    return path


def restore(source: Path, root: Path, *, force: bool = False) -> Restored:
    """Bring a home folder to what a backup holds.

    All is unpacked and proved beside the home first, and then renamed; killed anywhere and run again, it ends the same.

    Args:
        source: the backup.
        root: the home folder; it is made if it is not there.
        force: replace what the home has. What was forgotten there stays forgotten in any case.

    Raises:
        InputError: the backup is not whole, the home is not empty, or it lacks the secret of the backup.
        NotBegunError: while a crawl or a delivery runs on this home folder.
    """
    root = root.resolve()
    if not source.is_file():
        raise InputError(f"{source}: there is no such file")
    work = root / RESTORING
    if (work / READY).exists():
        restored = Restored.model_validate_json((work / READY).read_bytes())
        with _alone(Home(root), _WAIT, "a restore"):
            _rename(root)
        return restored
    if not force and (taken := _taken(root)):
        raise InputError(
            f"{root} is not empty: it has {', '.join(taken)}; --force replaces that, another --home does not"
        )
    if work.exists():
        shutil.rmtree(work)
    inside = work / "home"
    inside.mkdir(parents=True)
    try:
        _unpack(source, inside)
        manifest = verified(inside, source)
        (inside / NAME).unlink()
        restored = _prepare(root, inside, manifest, source)
        with _alone(Home(root), _WAIT, "a restore"):
            _mark_ready(work, restored)
            _rename(root)
    except BaseException:
        if not (work / READY).exists():
            shutil.rmtree(work, ignore_errors=True)
        raise
    return restored


def _mark_ready(work: Path, restored: Restored) -> None:
    os.sync()
    part = work / f"{READY}.part"
    part.write_text(restored.model_dump_json(), encoding="utf-8")
    part.replace(work / READY)
    _sync(work)


def _gather(job: Job, inside: Path) -> None:
    """Copy what belongs into a backup. What the warehouse refers to comes after it, so that it is all there."""
    home = job.home
    (inside / "data").mkdir(parents=True)
    if home.warehouse.exists():
        with Warehouse.open(home.warehouse, wait=job.settings.run.lock_wait) as warehouse:
            warehouse.copy_to(inside / "data" / _DATABASE)
    with locked(home):
        for path in _kept(home):
            _copy(path, inside / path.relative_to(home.root))
    if (home.root / SETTINGS[0]).is_file():
        settings = tomlkit.parse((home.root / SETTINGS[0]).read_text(encoding="utf-8"))
        settings.pop("secret", None)
        (inside / SETTINGS[0]).write_text(tomlkit.dumps(settings), encoding="utf-8")
    if (home.root / SETTINGS[1]).is_file():
        _copy(home.root / SETTINGS[1], inside / SETTINGS[1])


def _kept(home: Home) -> Iterator[Path]:
    for path in sorted(home.data.rglob("*")):
        parts = path.relative_to(home.data).parts
        is_hidden = any(part.startswith(".") for part in parts)
        is_database = len(parts) == 1 and _DATABASE in path.name
        if parts[0] not in LEFT_OUT and not is_hidden and not is_database and path.is_file() and not path.is_symlink():
            yield path


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _unpack(source: Path, inside: Path) -> None:
    try:
        with tarfile.open(source, "r:gz") as archive:
            archive.extractall(inside, filter="data")
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        raise InputError(f"{source}: not a backup that can be opened ({error}); nothing was restored") from error


def _taken(root: Path) -> list[str]:
    names = [name for name in SETTINGS if (root / name).exists()]
    data = root / "data"
    found = sorted(path.name for path in data.iterdir() if path.name not in LEFT_OUT) if data.is_dir() else []
    return [*names, *(f"data/{name}" for name in found)]


def _prepare(root: Path, inside: Path, manifest: Manifest, source: Path) -> Restored:
    """Bring what was unpacked to what this home may have: its secret, its tombstones, no message twice."""
    home, fresh = Home(root), Home(inside)
    fresh.data.mkdir(exist_ok=True)
    configured = load_settings(root).secret
    if configured:
        (fresh.data / "secret").write_text(configured, encoding="utf-8")
        (fresh.data / "secret").chmod(0o600)
    elif (home.data / "secret").exists():
        shutil.copy2(home.data / "secret", fresh.data / "secret")
    job = Job.open(inside)
    if secret_check(fresh.secret(job.settings.secret)) != manifest.secret_check:
        raise InputError(
            f"{source}: made with another secret than {root} has: nobody who was forgotten would be known again;"
            f" put that home's data/secret to {home.data / 'secret'} (or set OTKLIK_SECRET), and restore again"
        )
    _join_tombstones(home, fresh)
    held = erased = 0
    if fresh.warehouse.exists():
        try:
            with Warehouse.open(fresh.warehouse) as warehouse:
                held = warehouse.hold_planned()
        except ConfigurationError as error:
            raise InputError(f"{source}: {error}") from error
        if job.forgotten:
            erased = sum(forget_again(job).rows.values())
    return Restored(manifest=manifest, held=held, erased=erased)


def _join_tombstones(home: Home, fresh: Home) -> None:
    lines = dict.fromkeys(
        line for one in (fresh, home) if one.forgotten.exists() for line in one.forgotten.read_bytes().splitlines()
    )
    if lines:
        fresh.forgotten.write_bytes(b"".join(line + b"\n" for line in lines if line.strip()))
        fresh.forgotten.chmod(0o600)


def _rename(root: Path) -> None:
    """Put what is ready in its place. Each step can be repeated; the marker goes last."""
    work = root / RESTORING
    inside, old = work / "home", work / "old"
    for name in SETTINGS:
        if (inside / name).exists():
            (inside / name).replace(root / name)
    data = root / "data"
    if (inside / "data").exists():
        if data.exists() and old.exists():
            shutil.rmtree(data)  # made since, by another command
        elif data.exists():
            data.rename(old)
        (inside / "data").rename(data)
    for name in ("backups", "secret"):
        if (old / name).exists() and not (data / name).exists():
            (old / name).rename(data / name)
    _sync(root)
    (work / READY).unlink(missing_ok=True)
    shutil.rmtree(work)


@contextmanager
def _alone(home: Home, wait: float, holder: str) -> Iterator[None]:
    with exclusive(home, "crawl", wait=wait, holder=holder), exclusive(home, "deliver", wait=wait, holder=holder):
        yield


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
