"""Rows of a file that a person hands over: CSV, XLSX or JSON Lines, as mappings from column to value."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from core.errors import InputError


def read_rows(path: Path, columns: Collection[str], *, texts: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of a file by its suffix, the header's names in lower case.

    Args:
        path: the file.
        columns: names by which a header row is known.
        texts: columns that a table must have, and that hold a string or nothing in JSON Lines.

    Raises:
        InputError: naming the file and the line that cannot be read.
    """
    if not path.is_file():
        raise InputError(f"{path}: there is no such file")
    if path.suffix.lower() in (".jsonl", ".ndjson", ".json"):
        yield from _json_lines(path, texts)
        return
    from spiders.engine.payload import Sample
    from spiders.engine.rows import BadRow, csv_table, xlsx_table

    def wanted(row: Sequence[object]) -> int:
        return len({str(cell).strip().lower() for cell in row} & set(columns))

    sample = Sample(path)
    table = (xlsx_table if sample.kind == "zip" else csv_table)(sample, wanted)
    names = [str(cell).strip().lower() for cell in table.header]
    if missing := [name for name in texts if name not in names]:
        found = ", ".join(str(cell) for cell in table.header) or "nothing"
        raise InputError(f"{path}: expected a column `{missing[0]}`; found: {found}")
    for number, row in table.rows:
        if isinstance(row, BadRow):
            raise InputError(f"{path}:{number}: {row.reason}")
        yield dict(zip(names, row, strict=False))


def _json_lines(path: Path, texts: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InputError(f"{path}:{number}: not JSON: {error}") from error
        wrong = [name for name in texts if not isinstance(row, dict) or not isinstance(row.get(name), str | None)]
        if wrong:
            raise InputError(f"{path}:{number}: expected an object with a string `{wrong[0]}`")
        yield row
