"""Connections to DuckDB whose statements do not search for pandas.

DuckDB asks of each parameter twice whether it is a value of pandas, by importing that. Where it is not installed,
Python searches its whole path each time: more than half of the time of a small statement with parameters.
"""

import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import duckdb


def connect(path: Path | str, **options: Any) -> Any:
    """Return what `duckdb.connect` returns, with the same options, as a connection that is quick with parameters."""
    return Connection(duckdb.connect(str(path), **options))


class Connection:
    """A DuckDB connection; all but `execute` is DuckDB's own."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        """Return what the connection has under that name."""
        return getattr(self._connection, name)

    def execute(self, query: str, parameters: Any = None) -> Any:
        """Run a statement as DuckDB does. Meanwhile Python knows without a search that there is no pandas."""
        if not parameters or "pandas" in sys.modules or not _is_without_pandas():
            return self._connection.execute(query, parameters)
        # None is how Python itself notes that a module is not there; others must not find that note for good.
        modules = cast("dict[str, Any]", sys.modules)
        modules["pandas"] = None
        try:
            return self._connection.execute(query, parameters)
        finally:
            if modules.get("pandas") is None:
                modules.pop("pandas", None)


@cache
def _is_without_pandas() -> bool:
    return find_spec("pandas") is None
