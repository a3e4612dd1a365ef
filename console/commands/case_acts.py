"""What a person does with a case: each command is one act, in the journal first."""

import getpass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from console.commands.cases import CaseArgument, app
from console.options import Format, FormatOption, HomeOption, NowOption
from console.output import inert, show
from core.acts import STEPS, ActArguments, ActName, DismissReason, RootCause, StepName
from core.errors import InputError, describe_validation

ByOption = Annotated[
    str | None, typer.Option("--by", envvar="OTKLIK_USER", help="Who acts; by default the user of this machine.")
]
TextOption = Annotated[str | None, typer.Option("--text", "-m", help="What to remember about it.")]
RootCauseOption = Annotated[
    RootCause | None, typer.Option("--root-cause", help="Why it happened: promise, process, team or resources.")
]
UNTIL = "A span (3h, 2d, 1w), a day (its morning), or a time."


def register(main: typer.Typer) -> None:
    """Add the commands to the application."""
    main.add_typer(app, name="cases")


@app.command()
def acknowledge(
    case: CaseArgument,
    text: TextOption = None,
    home: HomeOption = Path(),
    by: ByOption = None,
    now: NowOption = None,
    style: FormatOption = Format.table,
) -> None:
    """Take a case up: the clock of a severe one that nobody took stops, and a doubtful one counts as a case.

    Example: `otklik cases acknowledge 3fa94c21 --by anna`
    """
    _act(home, case, ActName.acknowledge, by, now, style, text=text)


@app.command()
def assign(
    case: CaseArgument,
    person: Annotated[str, typer.Argument(help="Person of the watchlist who answers it from now on.")],
    text: TextOption = None,
    home: HomeOption = Path(),
    by: ByOption = None,
    now: NowOption = None,
    style: FormatOption = Format.table,
) -> None:
    """Give a case to somebody else: alerts about it go to them.

    Example: `otklik cases assign 3fa94c21 boris`
    """
    _act(home, case, ActName.assign, by, now, style, person=person, text=text)


@app.command("ask-branch")
def ask_branch(
    case: CaseArgument,
    question: Annotated[str | None, typer.Option("--question", "-q", help="What the branch is asked.")] = None,
    person: Annotated[str | None, typer.Option(help="Person of the watchlist who is asked, or who answers.")] = None,
    until: Annotated[str | None, typer.Option(help=f"Deadline; a business day of theirs if absent. {UNTIL}")] = None,
    answer: Annotated[str | None, typer.Option("--answer", "-a", help="What the branch said.")] = None,
    home: HomeOption = Path(),
    by: ByOption = None,
    now: NowOption = None,
    style: FormatOption = Format.table,
) -> None:
    """Ask the branch what happened, or note what it said: `cases draft` makes use of the answer.

    Example: `otklik cases ask-branch 3fa94c21 --person olena --question "Кто был на смене?"`, then
    `otklik cases ask-branch 3fa94c21 --answer "Касса стояла полчаса"`
    """
    if (question is None) == (answer is None):
        raise InputError("say either --question (with --person) or --answer")
    if answer is not None:
        if until is not None:
            raise InputError("--until belongs to --question")
        _act(home, case, ActName.answer_branch, by, now, style, text=answer, person=person)
        return
    _act(home, case, ActName.ask_branch, by, now, style, text=question, person=person, until=until)


@app.command()
def snooze(
    case: CaseArgument,
    until: Annotated[str | None, typer.Argument(help=UNTIL)] = None,
    wake: Annotated[bool, typer.Option("--wake", help="End the snooze now.")] = False,
    text: TextOption = None,
    home: HomeOption = Path(),
    by: ByOption = None,
    now: NowOption = None,
    style: FormatOption = Format.table,
) -> None:
    """Say nothing about a case until then; it comes back by itself, and at once if the customer edits the review.

    Example: `otklik cases snooze 3fa94c21 2d`
    """
    if wake == (until is not None):
        raise InputError("say until when (for example 2d), or --wake")
    _act(home, case, ActName.wake if wake else ActName.snooze, by, now, style, text=text, until=until)


@app.command()
def dispute(
    case: CaseArgument,
    text: TextOption = None,
    home: HomeOption = Path(),
    by: ByOption = None,
    now: NowOption = None,
    style: FormatOption = Format.table,
) -> None:
    """Note that the review is disputed with its site; the clock keeps running, and you are reminded.

    Example: `otklik cases dispute 3fa94c21 -m "пишут о другой фирме"`
    """
    _act(home, case, ActName.dispute, by, now, style, text=text)


@app.command()
def dismiss(
    case: CaseArgument,
    reason: Annotated[
        DismissReason | None,
        typer.Option(help="wrong_place, spam, duplicate, abuse, not_a_complaint, or other (with --text)."),
    ] = None,
    text: TextOption = None,
    home: HomeOption = Path(),
    by: ByOption = None,
    now: NowOption = None,
    style: FormatOption = Format.table,
) -> None:
    """Close a case that needs no answer, with a reason.

    Example: `otklik cases dismiss 3fa94c21 --reason wrong_place`
    """
    _act(home, case, ActName.dismiss, by, now, style, reason=reason, text=text)


@app.command()
def claim(
    case: CaseArgument,
    text: TextOption = None,
    home: HomeOption = Path(),
    by: ByOption = None,
    now: NowOption = None,
    style: FormatOption = Format.table,
) -> None:
    """Say that you answered on the site: it is quiet until the site shows the reply, and comes back if it does not.

    Example: `otklik cases claim 3fa94c21`
    """
    _act(home, case, ActName.claim, by, now, style, text=text)


@app.command()
def resolve(
    case: CaseArgument,
    text: TextOption = None,
    root_cause: RootCauseOption = None,
    home: HomeOption = Path(),
    by: ByOption = None,
    now: NowOption = None,
    style: FormatOption = Format.table,
) -> None:
    """Close a case because the client is content.

    Example: `otklik cases resolve 3fa94c21 --root-cause process -m "перезвонили, всё хорошо"`
    """
    _act(home, case, ActName.resolve, by, now, style, text=text, root_cause=root_cause)


@app.command()
def note(
    case: CaseArgument,
    text: Annotated[str, typer.Argument(help="The note.")],
    home: HomeOption = Path(),
    by: ByOption = None,
    now: NowOption = None,
    style: FormatOption = Format.table,
) -> None:
    """Add a note to the history of a case.

    Example: `otklik cases note 3fa94c21 "клиент просит звонить после шести"`
    """
    _act(home, case, ActName.note, by, now, style, text=text)


@app.command()
def reopen(
    case: CaseArgument,
    text: TextOption = None,
    home: HomeOption = Path(),
    by: ByOption = None,
    now: NowOption = None,
    style: FormatOption = Format.table,
) -> None:
    """Bring a case back that is answered, resolved, dismissed or claimed; only a newer reply answers it then.

    Example: `otklik cases reopen 3fa94c21 -m "ответ не по делу"`
    """
    _act(home, case, ActName.reopen, by, now, style, text=text)


@app.command()
def step(
    case: CaseArgument,
    name: Annotated[StepName, typer.Argument(metavar="STEP", help=f"{', '.join(STEPS)}.")],
    undo: Annotated[bool, typer.Option("--undo", help="It is not done after all.")] = False,
    text: TextOption = None,
    remedy: Annotated[str | None, typer.Option(help="What the customer gets (solve, courtesy).")] = None,
    amount: Annotated[float | None, typer.Option(help="What that is worth, within your limits.")] = None,
    root_cause: RootCauseOption = None,
    home: HomeOption = Path(),
    by: ByOption = None,
    now: NowOption = None,
    style: FormatOption = Format.table,
) -> None:
    """Tick a step of the checklist: what is done away from the site so that the client is content.

    What may be offered stands in watchlist.toml under `people.<id>.remedies`; nothing is ever offered for the review.

    Example: `otklik cases step 3fa94c21 solve --remedy "вернули деньги" --amount 400 --by anna`
    """
    _act(
        home, case, ActName.step, by, now, style,
        step=name, is_done=not undo, text=text, remedy=remedy, amount=amount, root_cause=root_cause,
    )  # fmt: skip


def _act(
    home: Path, case: str, name: ActName, by: str | None, now: datetime | None, style: Format, **arguments: Any
) -> None:
    from pydantic import ValidationError

    from console.moments import moment_of
    from flows.acts import act
    from flows.job import Job

    job = Job.open(home, now=now)
    if arguments.get("until") is not None:
        arguments["until"] = moment_of(arguments["until"], job.clock(), job.settings.timezone)
    try:
        given = ActArguments(**{key: _clean(value) for key, value in arguments.items()})
    except ValidationError as error:
        raise InputError(describe_validation(error, f"cases {name.replace('_', '-')}")) from error
    done = act(job, case, name, given, who(by))
    for line in done.notes:
        typer.echo(f"otklik: {inert(line)}", err=True)
    if style is not Format.table:
        row = {
            "act_id": done.act.act_id, "case": done.case, "id": done.id, "event": done.words.partition(":")[0],
            "words": done.words.partition(": ")[2], "by": done.act.by, "at": done.act.at, "status": done.status,
            "is_applied": done.is_applied,
        }  # fmt: skip
        show([row], style)
        return
    typer.echo(inert(f"{done.id} {done.case}: {done.words} (by {done.act.by}; now {done.status.replace('_', ' ')})"))
    if not done.is_applied:
        typer.echo("The warehouse is busy: this stands in the journal, and the run under way puts it into effect.")


def who(by: str | None) -> str:
    """Return who acts: what --by says, else the user of this machine."""
    name = _clean(by if by is not None else getpass.getuser()).strip()
    if not name or not name.isprintable():
        raise InputError("--by: expected a name")
    return str(name)


def _clean(value: Any) -> Any:
    """Refuse what is no text at all: bytes of the command line that are not UTF-8."""
    if isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
        raise InputError("the command line holds bytes that are not UTF-8")
    return value
