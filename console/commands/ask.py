"""`otklik ask`: the named questions of the warehouse."""

from pathlib import Path
from typing import Annotated

import typer

from console.options import Format, FormatOption, HomeOption
from console.output import show
from console.words import redacted
from core.errors import InputError
from core.home import Home


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(ask)


def ask(
    question: Annotated[str | None, typer.Argument(help="Name of the question; `--list` shows them.")] = None,
    parameters: Annotated[list[str] | None, typer.Argument(metavar="[NAME=VALUE]...")] = None,
    home: HomeOption = Path(),
    style: FormatOption = Format.table,
    list_them: Annotated[bool, typer.Option("--list", help="Show all questions with their first sentences.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Show texts as they are, with names and numbers.")] = False,
) -> None:
    """Answer a named question from the published copy: who waits, how fast do we answer, what was not read.

    Personal data in texts is redacted, in files for programs, too; the published copy itself holds texts as they are.

    Examples: `otklik ask unanswered`, `otklik ask response_times --format csv`, `otklik ask --list`
    """
    from warehouse import ask as warehouse_ask

    known = {query.name: query for query in warehouse_ask.queries()}
    if list_them or question is None:
        rows = [
            {
                "question": query.name,
                "parameters": ", ".join(f"{parameter.name}={parameter.default or ''}" for parameter in query.described),
                "answer": query.first_sentence,
            }
            for query in known.values()
        ]
        show(rows, style)
        return
    if question not in known:
        raise InputError(f"no question {question!r}; known are: {', '.join(sorted(known))}")
    table = warehouse_ask.run(database(Home(home.resolve())), question, _pairs(parameters or []))
    rows = table.to_pylist() if full else [redacted(row) for row in table.to_pylist()]
    show(rows, style, title=known[question].first_sentence, columns=table.column_names)


def database(home: Home) -> Path:
    """Return the newest publication, or the warehouse itself where none was published yet."""
    published = home.published / "otklik.duckdb"
    path = published if published.exists() else home.warehouse
    if not path.exists():
        raise InputError(f"{path}: there is nothing to ask yet; run `otklik nightly` or `otklik import` first")
    return path


def _pairs(parameters: list[str]) -> dict[str, str]:
    pairs = {}
    for parameter in parameters:
        name, equals, value = parameter.partition("=")
        if not equals:
            raise InputError(f"{parameter!r}: expected NAME=VALUE")
        pairs[name] = value
    return pairs
