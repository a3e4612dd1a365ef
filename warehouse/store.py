"""The door to the DuckDB file: opened late, closed early, one writer at a time."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self

import duckdb
import pyarrow as pa

from core.errors import BusyError, ConfigurationError
from warehouse.connecting import connect
from warehouse.migrating import migrate
from warehouse.statements import sql

_STREAMED: Final = 10_000
"""Rows that are held in memory at once."""

FIRST_WAIT = 0.05
LONGEST_WAIT = 1.0


class Store:
    """A connection that only runs named statements. Times come back in UTC."""

    def __init__(self, path: Path, connection: Any) -> None:
        self.path = path
        self.connection = connection
        self._depth = 0

    @classmethod
    @contextmanager
    def open(cls, path: Path, wait: float = 0) -> Iterator[Self]:
        """Open (and make, and migrate) the warehouse at `path`; it is closed when the block ends.

        Args:
            path: the DuckDB file.
            wait: seconds to wait while another process holds the file.

        Raises:
            BusyError: another process still holds the file after `wait`.
            ConfigurationError: the file is no DuckDB database, or was written by a newer Otklik.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = _connect(path, wait)
        try:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("SET preserve_insertion_order = false")
            migrate(connection)
            yield cls(path, connection)
        finally:
            connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make what happens inside all or nothing. Inside another transaction it is a part of that one."""
        if self._depth == 0:
            self.connection.execute("BEGIN")
        self._depth += 1
        try:
            yield
        except BaseException:
            self._depth -= 1
            if self._depth == 0:
                self.connection.execute("ROLLBACK")
            raise
        self._depth -= 1
        if self._depth == 0:
            self.connection.execute("COMMIT")

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._depth > 0

    def run(self, name: str, parameters: Mapping[str, Any] | None = None) -> None:
        """Run the statement of that name."""
        self.connection.execute(sql(name), dict(parameters or {}))

    def rows(self, name: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Run the statement of that name and return its rows as dictionaries."""
        result = self.connection.execute(sql(name), dict(parameters or {}))
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def stream(self, name: str, parameters: Mapping[str, Any] | None = None) -> Iterator[dict[str, Any]]:
        """Run the statement of that name and yield its rows as dictionaries; nothing else may be run meanwhile."""
        result = self.connection.execute(sql(name), dict(parameters or {}))
        names = [column[0] for column in result.description]
        while some := result.fetchmany(_STREAMED):
            yield from (dict(zip(names, row, strict=True)) for row in some)

    def row(self, name: str, parameters: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
        """Run the statement of that name and return its first row, or None."""
        return next(iter(self.rows(name, parameters)), None)

    def tuples(self, name: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Run the statement of that name and return its rows as tuples."""
        rows: list[tuple[Any, ...]] = self.connection.execute(sql(name), dict(parameters or {})).fetchall()
        return rows

    def load(self, name: str, table: Any, parameters: Mapping[str, Any] | None = None) -> None:
        """Run the statement of that name, which reads the Arrow table as `batch`."""
        self.connection.register("batch", table)
        try:
            self.run(name, parameters)
        finally:
            self.connection.unregister("batch")

    def arrow(self, rows: Sequence[Mapping[str, Any]], *, like: str) -> Any:
        """Return rows as an Arrow table whose columns have the types of the table `like`."""
        schema = self.connection.table(like).limit(0).to_arrow_table().schema
        if rows:
            schema = pa.schema([schema.field(name) for name in rows[0]])
        return pa.Table.from_pylist(list(rows), schema=schema)


def _connect(path: Path, wait: float) -> Any:
    deadline = time.monotonic() + wait
    pause = FIRST_WAIT
    while True:
        try:
            return connect(path)
        except duckdb.IOException as error:
            if not is_locked(error):
                raise ConfigurationError(f"{path}: not a DuckDB database that can be read ({_line(error)})") from error
            if time.monotonic() + pause > deadline:
                raise BusyError(f"{path}: another process holds the warehouse; try again when it is done") from error
        time.sleep(pause)
        pause = min(pause * 2, LONGEST_WAIT)


def is_locked(error: Exception) -> bool:
    """Tell whether DuckDB refused a file because another process holds it."""
    return "Could not set lock" in str(error)


def _line(error: Exception) -> str:
    return str(error).partition("\n")[0][:200]
