"""What a person does with a case: each command is one act, in the journal first."""

import functools
import getpass
import inspect
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, NamedTuple

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


class Wish(NamedTuple):
    """What a person wants done, and what they say with it; `until` as it was written."""

    act: ActName
    arguments: dict[str, Any]


def _said(
    case: CaseArgument,
    home: HomeOption = Path(),
    by: ByOption = None,
    now: NowOption = None,
    style: FormatOption = Format.table,
) -> tuple[str, Path, str | None, datetime | None, Format]:
    return case, home, by, now, style


def _command(name: str | None = None) -> Callable[[Callable[..., Wish]], Callable[..., Wish]]:
    """Make a command of what one act asks for: the case comes before its own options, and what all take after them."""

    def register_one(words: Callable[..., Wish]) -> Callable[..., Wish]:
        case, *shared = inspect.signature(_said).parameters.values()
        own = inspect.signature(words).parameters

        @functools.wraps(words)
        def run(**given: Any) -> None:
            wish = words(**{key: given.pop(key) for key in own})
            _act(*_said(**given), wish)

        parameters = [case, *own.values(), *shared]
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {one.name: one.annotation for one in parameters}
        app.command(name)(run)
        return words

    return register_one


@_command()
def acknowledge(text: TextOption = None) -> Wish:
    """Take a case up: the clock of a severe one that nobody took stops, and a doubtful one counts as a case.

    Example: `otklik cases acknowledge 3fa94c21 --by anna`
    """
    return Wish(ActName.acknowledge, {"text": text})


@_command()
def assign(
    person: Annotated[str, typer.Argument(help="Person of the watchlist who answers it from now on.")],
    text: TextOption = None,
) -> Wish:
    """Give a case to somebody else: alerts about it go to them.

    Example: `otklik cases assign 3fa94c21 boris`
    """
    return Wish(ActName.assign, {"person": person, "text": text})


@_command("ask-branch")
def ask_branch(
    question: Annotated[str | None, typer.Option("--question", "-q", help="What the branch is asked.")] = None,
    person: Annotated[str | None, typer.Option(help="Person of the watchlist who is asked, or who answers.")] = None,
    until: Annotated[str | None, typer.Option(help=f"Deadline; a business day of theirs if absent. {UNTIL}")] = None,
    answer: Annotated[str | None, typer.Option("--answer", "-a", help="What the branch said.")] = None,
) -> Wish:
    """Ask the branch what happened, or note what it said: `cases draft` makes use of the answer.

    Example: `otklik cases ask-branch 3fa94c21 --person olena --question "Кто был на смене?"`, then
    `otklik cases ask-branch 3fa94c21 --answer "Касса стояла полчаса"`
    """
    if (question is None) == (answer is None):
        raise InputError("say either --question (with --person) or --answer")
    if answer is not None:
        if until is not None:
            raise InputError("--until belongs to --question")
        return Wish(ActName.answer_branch, {"text": answer, "person": person})
    return Wish(ActName.ask_branch, {"text": question, "person": person, "until": until})


@_command()
def snooze(
    until: Annotated[str | None, typer.Argument(help=UNTIL)] = None,
    wake: Annotated[bool, typer.Option("--wake", help="End the snooze now.")] = False,
    text: TextOption = None,
) -> Wish:
    """Say nothing about a case until then; it comes back by itself, and at once if the customer edits the review.

    Example: `otklik cases snooze 3fa94c21 2d`
    """
    if wake == (until is not None):
        raise InputError("say until when (for example 2d), or --wake")
    return Wish(ActName.wake if wake else ActName.snooze, {"text": text, "until": until})


@_command()
def dispute(text: TextOption = None) -> Wish:
    """Note that the review is disputed with its site; the clock keeps running, and you are reminded.

    Example: `otklik cases dispute 3fa94c21 -m "пишут о другой фирме"`
    """
    return Wish(ActName.dispute, {"text": text})


@_command()
def dismiss(
    reason: Annotated[
        DismissReason | None,
        typer.Option(help="wrong_place, spam, duplicate, abuse, not_a_complaint, or other (with --text)."),
    ] = None,
    text: TextOption = None,
) -> Wish:
    """Close a case that needs no answer, with a reason.

    Example: `otklik cases dismiss 3fa94c21 --reason wrong_place`
    """
    return Wish(ActName.dismiss, {"reason": reason, "text": text})


@_command()
def claim(text: TextOption = None) -> Wish:
    """Say that you answered on the site: it is quiet until the site shows the reply, and comes back if it does not.

    Example: `otklik cases claim 3fa94c21`
    """
    return Wish(ActName.claim, {"text": text})


@_command()
def resolve(
    text: TextOption = None,
    root_cause: RootCauseOption = None,
) -> Wish:
    """Close a case because the client is content.

    Example: `otklik cases resolve 3fa94c21 --root-cause process -m "перезвонили, всё хорошо"`
    """
    return Wish(ActName.resolve, {"text": text, "root_cause": root_cause})


@_command()
def note(text: Annotated[str, typer.Argument(help="The note.")]) -> Wish:
    """Add a note to the history of a case.

    Example: `otklik cases note 3fa94c21 "клиент просит звонить после шести"`
    """
    return Wish(ActName.note, {"text": text})


@_command()
def reopen(text: TextOption = None) -> Wish:
    """Bring a case back that is answered, resolved, dismissed or claimed; only a newer reply answers it then.

    Example: `otklik cases reopen 3fa94c21 -m "ответ не по делу"`
    """
    return Wish(ActName.reopen, {"text": text})


@_command()
def step(
    name: Annotated[StepName, typer.Argument(metavar="STEP", help=f"{', '.join(STEPS)}.")],
    undo: Annotated[bool, typer.Option("--undo", help="It is not done after all.")] = False,
    text: TextOption = None,
    remedy: Annotated[str | None, typer.Option(help="What the customer gets (solve, courtesy).")] = None,
    amount: Annotated[float | None, typer.Option(help="What that is worth, within your limits.")] = None,
    root_cause: RootCauseOption = None,
) -> Wish:
    """Tick a step of the checklist: what is done away from the site so that the client is content.

    What may be offered stands in watchlist.toml under `people.<id>.remedies`; nothing is ever offered for the review.

    Example: `otklik cases step 3fa94c21 solve --remedy "вернули деньги" --amount 400 --by anna`
    """
    given = {"text": text, "remedy": remedy, "amount": amount, "root_cause": root_cause}
    return Wish(ActName.step, {"step": name, "is_done": not undo, **given})


def _act(case: str, home: Path, by: str | None, now: datetime | None, style: Format, wish: Wish) -> None:
    from pydantic import ValidationError

    from console.moments import moment_of
    from flows.acts import act
    from flows.job import Job

    job = Job.open(home, now=now)
    arguments = dict(wish.arguments)
    if arguments.get("until") is not None:
        arguments["until"] = moment_of(arguments["until"], job.clock(), job.settings.timezone)
    try:
        given = ActArguments(**{key: _clean(value) for key, value in arguments.items()})
    except ValidationError as error:
        raise InputError(describe_validation(error, f"cases {wish.act.replace('_', '-')}")) from error
    done = act(job, case, wish.act, given, who(by))
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
