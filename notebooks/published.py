"""The published copy of the warehouse, read-only, and the named statements that the notebooks ask it."""

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from core.home import Home

QUERIES = Path(__file__).parent / "queries"


def published_copy(home: Path) -> Path:
    """Return where the newest publication of a home folder is, or would be."""
    return Home(home).published / "otklik.duckdb"


def sql(name: str) -> str:
    """Return a statement of notebooks/queries."""
    return (QUERIES / f"{name}.sql").read_text(encoding="utf-8")


class Published:
    """One publication. All times are in UTC."""

    def __init__(self, path: Path) -> None:
        # By its real name: the link moves to the next publication, this connection stays with the one it began with.
        self._connection = duckdb.connect(str(path.resolve()), read_only=True)
        self._connection.execute("SET TimeZone = 'UTC'")

    def ask(self, name: str, **given: Any) -> pa.Table:
        """Return the answer to a named statement.

        Args:
            name: the file in notebooks/queries.
            given: answers to other statements, which stand under these names in the SQL, and values, which are $name.
        """
        tables = {key: value for key, value in given.items() if isinstance(value, pa.Table)}
        for key, value in tables.items():
            self._connection.register(key, value)
        values = {key: given[key] for key in given.keys() - tables.keys()}
        return self._connection.execute(sql(name), values).to_arrow_table()
