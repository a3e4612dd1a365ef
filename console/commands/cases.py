"""`otklik cases`: who waits, and everything about one case."""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from console.options import Format, FormatOption, HomeOption, NowOption
from console.output import human, show
from console.words import redacted
from core.errors import BusyError, InputError
from core.home import Home
from core.records import CaseStatus

app = typer.Typer(
    help="Complaints being handled: the queue, one case in full, and what to do with it.", no_args_is_help=True
)

CaseArgument = Annotated[
    str, typer.Argument(metavar="CASE", help="Short id, SOURCE/REVIEW, the review's own id, or its address.")
]
QUEUE = ("id", "case", "alike", "standing", "person", "stars", "posted_at", "due_at", "hurts")
"""Columns of the queue as people see it."""


@app.command("list")
def list_(
    home: HomeOption = Path(),
    all_: Annotated[bool, typer.Option("--all", help="Show answered and closed cases, too.")] = False,
    status: Annotated[CaseStatus | None, typer.Option(help="Only cases in this state.")] = None,
    place: Annotated[str | None, typer.Option(help="Only this place, by its id or name.")] = None,
    listing: Annotated[str | None, typer.Option(help="Only this listing.")] = None,
    person: Annotated[str | None, typer.Option(help="Only what this person answers.")] = None,
    severity: Annotated[Literal["ordinary", "severe"] | None, typer.Option(help="Only cases this grave.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what is past its deadline.")] = False,
    waiting_for_branch: Annotated[
        bool, typer.Option("--waiting-for-branch", help="Only where a branch owes an answer; overdue ones first.")
    ] = False,
    now: NowOption = None,
    style: FormatOption = Format.table,
) -> None:
    """List the cases that wait, the most urgent first; of a campaign the first, with how many alike wait.

    Every single one stands in `--format json`, and in the table with --all.

    Example: `otklik cases list --place lenina --overdue`
    """
    rows = ask_now(home, "case_list", now)
    if not (all_ or status or waiting_for_branch):
        rows = [row for row in rows if row["waiting"]]
    wanted = {"status": status, "listing_id": listing, "person": person, "severity": severity}
    for name, value in wanted.items():
        rows = [row for row in rows if value is None or row[name] == value]
    rows = [row for row in rows if place is None or place in (row["place_id"], row["place"])]
    rows = [row for row in rows if not overdue or row["overdue"]]
    if waiting_for_branch:
        rows = sorted((row for row in rows if row["waits_for_branch"]), key=lambda row: row["branch_due_at"])
    rows = [redacted(row) for row in rows]
    columns = (*QUEUE[:5], "branch_person", "branch_due_at", *QUEUE[5:]) if waiting_for_branch else QUEUE
    if style is Format.table:
        first: dict[Any, dict[str, Any]] = {}
        for row in rows:
            first.setdefault(row["case"] if all_ or waiting_for_branch else row["campaign_id"] or row["case"], row)
        rows = [{name: row[name] for name in columns} for row in first.values()]
    show(rows, style, title="Cases", empty="nobody waits")


@app.command("show")
def show_(
    case: CaseArgument,
    home: HomeOption = Path(),
    now: NowOption = None,
    full: Annotated[
        bool,
        typer.Option("--full", help="The words as they were written, with names, on your screen alone."),
    ] = False,
    style: FormatOption = Format.table,
) -> None:
    """Show one case: the review, its clocks, the checklist, the branch, its whole history and its alerts.

    Personal data is redacted, names of the staff, too; `--full` shows whom a complaint names.

    Example: `otklik cases show 3fa94c21`
    """
    key = key_of(home, case)
    (found,) = [row for row in ask_now(home, "case_list", now) if all(row[name] == key[name] for name in key)]
    names = ("case_review", "case_clocks", "case_work", "case_history", "case_alerts")
    told = (lambda row: row) if full else redacted
    parts = {name: [told(row) for row in ask_now(home, name, None, **key)] for name in names}
    parts["waiting_acts"] = _waiting(home, **key)
    found = told(found)
    if style is Format.json:
        show([{"case": found, **parts}], style)
        return
    if style is Format.csv:
        raise InputError("--format csv: one case is no table; json has all of it")
    known: dict[str, Any] = {}
    for part in ([found], parts["case_review"], parts["case_clocks"], parts["case_work"]):
        known |= {name: value for name, value in (part[0] if part else {}).items() if value is not None}
    for name, value in known.items():
        if name not in {"steps", "hurts", "seen_from"}:
            typer.echo(f"{name:>21}  {human(value)}")
    steps = [row["steps"] for row in parts["case_work"]]
    show(steps[0] if steps else [], Format.table, title="\nChecklist", empty="nothing is done yet")
    show(parts["case_history"], Format.table, title="\nWhat happened")
    if parts["waiting_acts"]:
        show(parts["waiting_acts"], Format.table, title="\nIn the journal, and not yet in the warehouse")
    show(parts["case_alerts"], Format.table, title="\nAlerts")


def key_of(home: Path, wanted: str) -> dict[str, str]:
    """Return source and review_id of the one case that goes by a name.

    Raises:
        InputError: no case goes by it, or several, which are listed.
    """
    from flows.acts import only

    found = only(_read(home, lambda path: _find(path, wanted)), wanted)
    return {"source": found.source, "review_id": found.review_id}


def _find(path: Path, wanted: str) -> list[Any]:
    from warehouse.acts import find_cases
    from warehouse.reading import read_only

    with read_only(path) as connection:
        return list(find_cases(connection, wanted))


def ask_now(home: Path, question: str, now: datetime | None, **parameters: str) -> list[dict[str, Any]]:
    """Answer a named question as of the latest acts, or of the last publication while somebody writes."""
    from warehouse import ask

    if now is not None:
        parameters["now"] = now.isoformat()
    rows: list[dict[str, Any]] = _read(home, lambda path: ask.run(path, question, parameters).to_pylist())
    return rows


def _read(home: Path, question: Any) -> Any:
    """Ask the warehouse, which knows the latest acts, or the last publication while somebody writes."""
    from console.commands.ask import database

    place = Home(home.resolve())
    if place.warehouse.exists():
        try:
            return question(place.warehouse)
        except BusyError:
            _tell_busy()
    return question(database(place))


@cache
def _tell_busy() -> None:
    typer.echo("otklik: somebody writes the warehouse; this is as of the last publication", err=True)


def _waiting(home: Path, source: str, review_id: str) -> list[dict[str, Any]]:
    from core.journal import read_journal
    from core.redaction import redact

    known = {row["act_id"] for row in ask_now(home, "case_acts", None, source=source, review_id=review_id)}
    acts = [one for one in read_journal(Home(home.resolve()), known=known).acts if one.key == (source, review_id)]
    return [
        {
            "at": one.at,
            "by": one.by,
            "act": one.act.value,
            "with": redact(one.args.model_dump_json(exclude_none=True, exclude_defaults=True)),
        }
        for one in acts
    ]
