"""`otklik redact` and `otklik forget`: what of a person leaves, and how a person is erased."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from console.options import HomeOption, NowOption
from core.errors import InputError


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(redact)
    app.command()(forget)


def redact(
    file: Annotated[
        str, typer.Argument(metavar="FILE|-", help="Text, or JSON Lines with `text`; - is standard input.")
    ],
) -> None:
    """Show a text as alerts carry it: without phones, e-mails, cards, passports, tax numbers and names.

    JSON Lines come out line by line with `text` redacted and all else as it was; any other text comes out as text.
    Order numbers, prices, dates and times stay.

    Example: `echo "Перезвоните на +7 900 000-00-00, заказ 123456" | otklik redact -`
    """
    content = _read(file)
    lines = [line for line in content.split("\n") if line.strip()]
    if lines and _is_row(lines[0]):
        out: Iterator[str] = _redacted_rows(file, content)
    else:
        from core.redaction import redact as redacted

        out = iter((redacted(content),))
    for piece in out:
        sys.stdout.write(piece)


def _read(file: str) -> str:
    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{file}: byte {error.start}: not UTF-8 text") from error
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror or error}") from error


def _is_row(line: str) -> bool:
    try:
        row = json.loads(line)
    except ValueError:
        return False
    return isinstance(row, dict) and "text" in row


def _redacted_rows(file: str, content: str) -> Iterator[str]:
    from core.redaction import redact as redacted

    for number, line in enumerate(content.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InputError(f"{file}:{number}: not JSON: {error}") from error
        if not isinstance(row, dict) or not isinstance(row.get("text"), str | None):
            raise InputError(f"{file}:{number}: expected an object with a string `text`")
        if isinstance(row.get("text"), str):
            row["text"] = redacted(row["text"])
        yield json.dumps(row, ensure_ascii=False) + "\n"


def forget(
    url: Annotated[str | None, typer.Option(help="Address of one of their reviews.")] = None,
    source: Annotated[str | None, typer.Option(help="Source, with --author or --review.")] = None,
    author: Annotated[str | None, typer.Option(help="Their name or id, as the source shows it.")] = None,
    review: Annotated[str | None, typer.Option(help="Id of one of their reviews at the source.")] = None,
    only_review: Annotated[
        bool, typer.Option("--only-review", help="Erase the named review alone, not all that its author wrote there.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    home: HomeOption = Path(),
    now: NowOption = None,
) -> None:
    """Erase a person everywhere under the home folder, and keep the next crawl from bringing them back.

    Shows what would go, and asks. Copies outside the home folder and messages that were sent are not reached.

    Example: `otklik forget --url https://example.com/reviews/42` or `otklik forget --source amo --author "Name"`
    """
    from console.output import human, inert
    from console.progress import listening
    from flows.forget import find_person
    from flows.forget import forget as erase
    from flows.job import Job

    with listening() as listener:
        job = Job.open(home, now=now, listener=listener)
        if not job.home.warehouse.exists():
            raise InputError(f"{job.home.warehouse}: there is no warehouse here; is --home right?")
        person = find_person(job, url=url, source=source, author=author, review=review, only_review=only_review)
        for found in person.reviews:
            typer.echo(
                f"{inert('/'.join(found.key))}  {human(found.posted_at)}  {found.characters} characters,"
                f" {found.sightings} sightings, {found.events} events, {found.cases} cases, {found.alerts} alerts"
            )
        for key in person.copies:
            typer.echo(f"not erased: {inert('/'.join(key))} has the very same text; name it, too, if it is theirs")
        typer.echo(
            f"{len(person.reviews)} reviews go, with all that is stored about them; what is seen of this person later"
            " is refused. This cannot be undone."
        )
        if not yes and not typer.confirm("Erase?"):
            raise typer.Exit(1)
        report = erase(job, person)
    rows = sum(report.rows.values())
    typer.echo(f"erased: {rows} rows of the warehouse, {len(report.files)} files rewritten, a fresh copy published")
    for line in report.left:
        typer.echo(f"otklik: look into it yourself: {inert(line)}", err=True)
    if report.left:
        raise typer.Exit(1)
