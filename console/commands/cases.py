"""`otklik cases`: who waits, and everything about one case."""

from pathlib import Path
from typing import Annotated

import typer

from console.options import Format, FormatOption, HomeOption
from console.output import human, show
from core.errors import InputError
from core.home import Home

app = typer.Typer(help="Complaints being handled: the queue, and one case in full.", no_args_is_help=True)

QUEUE = ("case", "standing", "stars", "posted_at", "due_at", "hurts")
"""Columns of the queue as people see it."""


@app.command("list")
def list_(
    home: HomeOption = Path(),
    all_: Annotated[bool, typer.Option("--all", help="Show answered and closed cases, too.")] = False,
    listing: Annotated[str | None, typer.Option(help="Only this listing.")] = None,
    style: FormatOption = Format.table,
) -> None:
    """List the cases that wait, the most urgent first.

    Example: `otklik cases list --listing my-app-on-steam`
    """
    from core.redaction import redact

    rows = _ask(home, "case_list")
    if not all_:
        rows = [row for row in rows if row["waiting"]]
    if listing is not None:
        rows = [row for row in rows if row["listing_id"] == listing]
    for row in rows:
        row["hurts"] = redact(str(row["hurts"] or ""))
    if style is Format.table:
        rows = [{name: row[name] for name in QUEUE} for row in rows]
    show(rows, style, title="Cases", empty="nobody waits")


@app.command("show")
def show_(
    case: Annotated[str, typer.Argument(metavar="SOURCE/REVIEW", help="The case, as `cases list` names it.")],
    home: HomeOption = Path(),
    style: FormatOption = Format.table,
) -> None:
    """Show one case: the review, why it is a case, its events and its alerts.

    Example: `otklik cases show steam/140000001`
    """
    from core.redaction import redact

    source, slash, review_id = case.partition("/")
    if not slash:
        raise InputError(f"{case!r}: expected SOURCE/REVIEW, as `otklik cases list` names it")
    found = [row for row in _ask(home, "case_list") if row["case"] == case]
    if not found:
        raise InputError(f"no case {case!r}; `otklik cases list --all` shows all")
    key = {"source": source, "review_id": review_id}
    parts = {name: _ask(home, name, **key) for name in ("case_review", "case_history", "case_alerts")}
    for row in parts["case_review"]:
        for name in ("title", "text", "reply_text", "reply_quotes"):
            row[name] = None if row[name] is None else redact(str(row[name]))
    if style is Format.json:
        show([{"case": found[0], **parts}], style)
        return
    for name, value in found[0].items():
        typer.echo(f"{name:>14}  {human(value)}")
    for name, value in (parts["case_review"][0] if parts["case_review"] else {}).items():
        typer.echo(f"{name:>14}  {human(value)}")
    show(parts["case_history"], Format.table, title="\nWhat happened")
    show(parts["case_alerts"], Format.table, title="\nAlerts")


def _ask(home: Path, question: str, **parameters: str) -> list[dict[str, object]]:
    from console.commands.ask import database
    from warehouse import ask

    rows: list[dict[str, object]] = ask.run(database(Home(home.resolve())), question, parameters).to_pylist()
    return rows
