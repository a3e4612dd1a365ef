"""Reading a warehouse or a publication without writing a byte."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from core.errors import BusyError, InputError
from warehouse.connecting import connect
from warehouse.store import is_locked


@contextmanager
def read_only(path: Path) -> Iterator[Any]:
    """Open a DuckDB file read-only, with times in UTC, for the length of the block.

    Raises:
        InputError: there is no such file, or it is no DuckDB database.
        BusyError: another process writes it. The published copy never is busy.
    """
    if not path.exists():
        raise InputError(f"{path}: there is no warehouse yet; run `otklik nightly` or `otklik import` first")
    try:
        connection = connect(path, read_only=True)
    except duckdb.IOException as error:
        if is_locked(error):
            raise BusyError(f"{path}: another process is writing; ask the published copy instead") from error
        raise InputError(f"{path}: not a DuckDB database that can be read") from error
    except duckdb.ConnectionException as error:
        raise BusyError(f"{path}: this process is writing it; close it first") from error
    try:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()
