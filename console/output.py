"""Printing results: tables for people, JSON and CSV for programs. Texts of strangers are made inert first."""

import csv
import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from console.options import Format

_PIPE_WIDTH = 160
_ONE_LINE = frozenset({"hurts", "text"})
"""Words of a customer in a table: the start is enough, `cases show` has all of them."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def inert(text: str) -> str:
    """Return a text of strangers without what could act on a terminal: escapes, controls, bidi overrides."""
    kept = (
        " " if c in "\n\r\t" else c for c in text if c in "\n\r\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs")
    )
    return "".join(kept)


def show(
    rows: Sequence[Mapping[str, Any]],
    style: Format,
    *,
    title: str | None = None,
    empty: str = "nothing",
    columns: Sequence[str] = (),
) -> None:
    """Print rows to standard output in the wanted format. JSON keeps all types; tables shorten long texts.

    `columns` are the names that the header of a CSV without rows has.
    """
    if style is Format.json:
        sys.stdout.write(json.dumps([dict(row) for row in rows], ensure_ascii=False, default=_plain, indent=1) + "\n")
    elif style is Format.csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(rows[0] if rows else columns)
        writer.writerows([cell(value) for value in row.values()] for row in rows)
    else:
        _table(rows, title, empty)


def _table(rows: Sequence[Mapping[str, Any]], title: str | None, empty: str) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    # Into a file or a pipe nobody's window cuts the line.
    console = Console(width=None if sys.stdout.isatty() else _PIPE_WIDTH)
    if not rows:
        console.print(Text(f"{title}: {empty}" if title else empty))
        return
    table = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for name in rows[0]:
        numeric = all(isinstance(row[name], int | float) or row[name] is None for row in rows)
        table.add_column(
            name, justify="right" if numeric else "left", overflow="ellipsis", no_wrap=name in _ONE_LINE, max_width=60
        )
    for row in rows:
        table.add_row(*(Text(human(value)) for value in row.values()))
    console.print(table)


def human(value: Any) -> str:
    """Return a value as people read it in a table."""
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M}Z" if value.tzinfo else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, float):
        return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return inert(str(value))


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def cell(value: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula (OWASP, CSV injection) and no terminal for a command."""
    if isinstance(value, datetime):
        return value.isoformat()
    if not isinstance(value, str):
        return value
    safe = "".join(c for c in value if c in "\n\t" or unicodedata.category(c) != "Cc")
    return "'" + safe if safe.startswith(_FORMULA) else safe


def lines(items: Iterable[str]) -> None:
    """Print plain lines to standard output."""
    for item in items:
        sys.stdout.write(inert(item) + "\n")
