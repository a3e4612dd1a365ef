"""Options that many commands share."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from core.clock import parse_time

HomeOption = Annotated[
    Path,
    typer.Option(
        "--home", envvar="OTKLIK_HOME", help="Folder with otklik.toml, watchlist.toml and data/.", file_okay=False
    ),
]


def moment(text: str) -> datetime:
    """Parse a time on the command line: ISO 8601 with an offset."""
    try:
        return parse_time(text)
    except ValueError as error:
        raise typer.BadParameter(f"{error} (expected for example 2026-11-22T03:30:00+03:00)") from error


NowOption = Annotated[
    datetime | None,
    typer.Option("--now", parser=moment, metavar="TIME", help="Work as if it were this time (ISO 8601 with offset)."),
]


class Format(StrEnum):
    """How results are printed."""

    table = "table"
    json = "json"
    csv = "csv"


FormatOption = Annotated[Format, typer.Option("--format", "-f", help="A table for people, JSON or CSV for programs.")]
