"""Bringing files in, publishing a copy for readers."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from console.options import Format, FormatOption, HomeOption, NowOption, moment
from console.output import inert, show
from console.progress import listening
from core.errors import InputError


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command("import")(import_)
    app.command()(publish)


def import_(
    files: Annotated[list[str], typer.Argument(metavar="[FORMAT] FILE...", help="Files, after the format if wanted.")],
    home: HomeOption = Path(),
    listing: Annotated[
        str | None, typer.Option(help="Listing of reviews that name none; else the file's name.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="Name of the site of a table's reviews; else the format's.")
    ] = None,
    seen_at: Annotated[
        datetime | None,
        typer.Option(parser=moment, metavar="TIME", help="When the reviews were seen, where rows do not say so."),
    ] = None,
    tz: Annotated[str | None, typer.Option("--tz", help="Time zone of times without one, e.g. Europe/Kyiv.")] = None,
    column: Annotated[
        list[str] | None, typer.Option(metavar="FIELD=HEADER", help="Which column of a table is what (repeatable).")
    ] = None,
    publish_after: Annotated[bool, typer.Option("--publish/--no-publish", help="Publish a copy afterwards.")] = True,
    now: NowOption = None,
    style: FormatOption = Format.table,
) -> None:
    """Bring reviews from files into the warehouse: only that, nothing is judged and nobody is alerted.

    Without FORMAT the format is recognised and named. Files may come in any order: each sighting has its time.
    A saved page, a payload, a table, a mailbox or an archive of them: `otklik sources` lists what is known.

    Examples: `otklik import landing night-1.jsonl night-2.jsonl` or
    `otklik import reviews.csv --listing my-shop --tz Europe/Kyiv --column text=Отзыв --column rating=Оценка`
    """
    from flows.imports import import_files
    from flows.job import Job
    from spiders.imports import FORMATS

    names = list(files)
    format_name = names.pop(0) if names[0] in FORMATS and not (len(names) == 1 and Path(names[0]).exists()) else None
    if not names:
        raise InputError(f"import {format_name}: name at least one file")
    with listening() as listener:
        report = import_files(
            Job.open(home, now=now, listener=listener),
            [Path(name) for name in names],
            format_name=format_name,
            listing_id=listing,
            seen_at=seen_at,
            tz=tz,
            columns=_column_map(column or []),
            source=source,
            publish_after=publish_after,
        )
    if style is Format.table:
        for line in report.read:
            typer.echo(inert(line))
        done = report.ingested
        typer.echo(
            f"{done.lines} sightings: {done.stored} stored, {done.unchanged} unchanged, {done.quarantined} quarantined;"
            f" {done.new} new reviews, {done.edited} edited."
        )
    else:
        show([{"read": report.read, "failed": report.failed, **asdict(report.ingested)}], style)
    for line in report.failed:
        typer.echo(f"otklik: {inert(line)}", err=True)
    if report.failed:
        raise typer.Exit(1)


def _column_map(pairs: list[str]) -> dict[str, str] | None:
    columns = {}
    for pair in pairs:
        field, equals, header = pair.partition("=")
        if not equals or not field or not header:
            raise InputError(f"--column {pair}: expected FIELD=HEADER, for example text=Отзыв")
        columns[field] = header
    return columns or None


def publish(home: HomeOption = Path(), now: NowOption = None) -> None:
    """Publish a fresh copy of the warehouse for readers: data/published/otklik.duckdb and Parquet beside it.

    Example: `otklik publish && duckdb data/published/otklik.duckdb`
    """
    from flows.job import Job
    from flows.publishing import publish_now

    with listening() as listener:
        job = Job.open(home, now=now, listener=listener)
        typer.echo(str(publish_now(job)))
