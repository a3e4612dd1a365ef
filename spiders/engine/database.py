"""Tables of a SQLite file as JSON Lines. The file is read into memory: nothing is locked, written or run."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing

from spiders.engine.payload import Sample

_OWN = "sqlite_"


def tables(sample: Sample) -> Iterator[tuple[str, bytes]]:
    """Yield (`<table>.jsonl`, its rows) of each table that has rows; pictures and other bytes are left out.

    Views and triggers are not looked at.

    Raises:
        InputError: the file is damaged.
    """
    data = bytearray(sample.content())
    size = int.from_bytes(data[16:18], "big")
    if int.from_bytes(data[28:32], "big") * (65536 if size == 1 else size) > len(data):
        raise sample.error("a SQLite file that is cut off")
    data[18:20] = b"\1\1"  # without a write-ahead log, which a copy in memory cannot have
    try:
        with closing(sqlite3.connect(":memory:")) as database:
            database.deserialize(bytes(data))
            database.execute("PRAGMA trusted_schema = OFF")
            database.row_factory = sqlite3.Row
            names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for name in names:
                if not name.startswith(_OWN):
                    quoted = name.replace('"', '""')
                    rows = database.execute(f'SELECT * FROM "{quoted}"')  # noqa: S608  a name cannot be a parameter
                    lines = [json.dumps(_plain(row), ensure_ascii=False) for row in rows]
                    yield f"{name}.jsonl", "\n".join(lines).encode("utf-8", "replace")
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise sample.error(f"a SQLite file that is damaged: {error}") from error


def _plain(row: sqlite3.Row) -> dict[str, str | int | float | None]:
    return {key: None if isinstance(value, bytes) else value for key, value in zip(row.keys(), row, strict=True)}
