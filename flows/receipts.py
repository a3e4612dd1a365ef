"""Receipts: what became of a message, on disk the moment it is known, until the warehouse has it.

The warehouse may be busy or the process die between sending and recording; a message that was sent is then recorded by
the next delivery, instead of being sent again. A receipt holds keys of alerts and no words.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from core.base import Record, UtcTime
from core.errors import InputError
from core.home import Home
from warehouse import Warehouse


class Receipt(Record):
    """The outcome of one try to deliver one message."""

    alert_keys: tuple[str, ...]
    attempt: int
    state: Literal["sent", "failed", "retry"]
    error: str | None = None
    next_try_at: UtcTime | None = None
    at: UtcTime


def write(home: Home, receipt: Receipt) -> Path:
    """Keep a receipt, safe against a kill and a power cut, and return its file."""
    folder = _folder(home)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{receipt.alert_keys[0]}-{receipt.attempt}.json"
    unfinished = path.with_suffix(".part")
    with unfinished.open("w", encoding="utf-8") as file:
        file.write(receipt.model_dump_json())
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    return path


def pending(home: Home) -> Iterator[tuple[Path, Receipt]]:
    """Yield the receipts that the warehouse does not have yet, oldest first.

    Raises:
        InputError: names a file that is no receipt.
    """
    for path in sorted(_folder(home).glob("*.json"), key=lambda path: (path.stat().st_mtime_ns, path.name)):
        try:
            yield path, Receipt.model_validate_json(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise InputError(f"{path}: no receipt of a delivery; move it away, then deliver again") from error


def settle(home: Home, warehouse: Warehouse) -> int:
    """Record all receipts in the warehouse, then drop them, and return how many there were. Doing it twice is safe."""
    count = 0
    for path, receipt in pending(home):
        warehouse.record_delivery(
            list(receipt.alert_keys), receipt.state, receipt.error, receipt.next_try_at, now=receipt.at
        )
        path.unlink()
        count += 1
    return count


def _folder(home: Home) -> Path:
    return home.data / "outbox"
