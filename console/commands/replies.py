"""Replies: `check-reply` judges what was or will be posted."""

from pathlib import Path
from typing import Annotated

import typer

from console.progress import listening
from core.errors import InputError

_STYLES = ("table", "jsonl")
_VERTICALS = ("clinic", "bank", "other")


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command("check-reply")(check_reply)


def check_reply(
    file: Annotated[
        Path, typer.Argument(help="CSV, XLSX or JSON Lines with review, reply; id, lang, rating if known.")
    ],
    style: Annotated[str, typer.Option("--format", "-f", help="table for people, jsonl for programs.")] = "table",
    vertical: Annotated[
        str | None,
        typer.Option(help="clinic or bank, where every confirmed visit or account is a secret; other where none is."),
    ] = None,
) -> None:
    """Check replies to reviews, posted or still drafts: ok, or the gravest fault, with the words that show it.

    The replies of the file are taken for one firm's own, so that copies of each other are found as boilerplate.

    Example: `otklik check-reply replies.csv --format jsonl`
    """
    if style not in _STYLES:
        raise InputError(f"--format {style}: expected {' or '.join(_STYLES)}")
    if vertical not in (None, *_VERTICALS):
        raise InputError(f"--vertical {vertical}: expected {', '.join(_VERTICALS)}")
    from console.checking import check_file

    with listening() as listener:
        check_file(file, style=style, vertical=vertical, listener=listener)
