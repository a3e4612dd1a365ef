"""Publishing: each publication is a new file behind a symlink, so that readers never meet a lock or a half state.

Replacing the file itself would be a trap: whoever opened it read-write leaves a write-ahead log beside its name, which
DuckDB would replay into the next publication.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from core.errors import InputError
from warehouse.statements import folder as statements
from warehouse.store import Store

NAME = "otklik.duckdb"
PARQUET = "parquet"
TEMPORARY = ".unfinished-"
TABLES = (
    "alerts", "campaign_members", "case_acts", "case_events", "cases", "companies", "coverage", "deliveries",
    "listing_stats", "listings", "model_runs", "people", "places", "predictions", "review_events", "reviews", "runs",
)  # fmt: skip
COPY_BLOCK = 16 << 20


def publish(store: Store, folder: Path, run_id: str, keep: int, parquet: bool) -> Path:
    """Publish a copy of the warehouse and return its file.

    Args:
        store: the warehouse, outside a transaction.
        folder: where readers look; `otklik.duckdb` and `parquet` in it are symlinks to the newest publication.
        run_id: the run that publishes; it names the file.
        keep: publications that stay, the new one included; the newest always stays.
        parquet: write one Parquet file for each table and view beside it.

    Raises:
        InputError: inside a transaction, whose changes could not be in the copy.
    """
    if store.in_transaction:
        raise InputError("publish: close the transaction first; a copy holds only what is committed")
    folder.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    name = _free_name(store, folder, run_id)
    store.connection.execute("CHECKPOINT")
    unfinished = folder / f"{TEMPORARY}{name}.duckdb"
    _copy(store.path, unfinished)
    if parquet:
        half = folder / f"{TEMPORARY}parquet-{name}"
        half.mkdir()
        for table in (*TABLES, *view_names()):
            store.connection.table(table).write_parquet(str(half / f"{table}.parquet"), compression="zstd")
        half.rename(folder / f"parquet-{name}")
        _point(folder / PARQUET, f"parquet-{name}")
    published = folder / f"otklik-{name}.duckdb"
    unfinished.rename(published)
    _point(folder / NAME, published.name)
    _flush(folder)
    _forget_old(folder, keep)
    return published


def copy_to(store: Store, target: Path) -> None:
    """Write a copy of the whole warehouse to a file, outside a transaction.

    Raises:
        InputError: inside a transaction, whose changes could not be in the copy.
    """
    if store.in_transaction:
        raise InputError("copy: close the transaction first; a copy holds only what is committed")
    store.connection.execute("CHECKPOINT")
    _copy(store.path, target)


def view_names() -> list[str]:
    """Return the names of the views, without macros, which need a parameter."""
    return [step.name.partition("_")[2] for step in statements("views") if "CREATE OR REPLACE VIEW" in step.text]


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as reading, target.open("wb") as writing:
        shutil.copyfileobj(reading, writing, COPY_BLOCK)
        writing.flush()
        os.fsync(writing.fileno())


def _free_name(store: Store, folder: Path, run_id: str) -> str:
    (number,) = store.tuples("publish/count", {"run_id": run_id})[0]
    while True:
        number += 1
        name = run_id if number == 1 else f"{run_id}.{number}"
        if not ((folder / f"otklik-{name}.duckdb").exists() or (folder / f"parquet-{name}").exists()):
            store.run("publish/note", {"name": name, "run_id": run_id})
            return name


def _point(link: Path, target: str) -> None:
    fresh = link.with_name(f"{TEMPORARY}{link.name}.link")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(link)


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep(folder: Path) -> None:
    for path in folder.glob(f"{TEMPORARY}*"):
        _remove(path)


def _forget_old(folder: Path, keep: int) -> None:
    for pattern, link in (("otklik-*.duckdb", NAME), ("parquet-*", PARQUET)):
        newest = (folder / link).resolve().name
        old = sorted(_others(folder, pattern, newest), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        for path in old[max(keep, 1) - 1 :]:
            _remove(path)
            path.with_name(f"{path.name}.wal").unlink(missing_ok=True)


def _others(folder: Path, pattern: str, newest: str) -> Iterator[Path]:
    return (path for path in folder.glob(pattern) if path.name != newest and not path.is_symlink())


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
