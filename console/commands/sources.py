"""Writing sources and their recordings, and parsing past nights again with mended ones."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from console.options import Format, FormatOption, HomeOption, NowOption
from console.output import inert, show
from console.progress import listening
from core.clock import system_clock
from core.errors import InputError

RootOption = Annotated[Path, typer.Option(help="The checkout.", file_okay=False)]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command("new-source")(new_source)
    app.command()(record)
    app.command()(reparse)


def new_source(
    name: Annotated[str, typer.Argument(help="Name of the source: small letters, digits and _.")],
    url: Annotated[
        str | None, typer.Argument(help="Address of a page with reviews, fetched if robots.txt allows.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="A page or answer that was saved, instead.", dir_okay=False, exists=True)
    ] = None,
    title: Annotated[str | None, typer.Option(help="Name for people; else the same.")] = None,
    root: RootOption = Path(),
    home: HomeOption = Path(),
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Also ask a host of one's own network.")
    ] = False,
) -> None:
    """Write a source from one page: a file that guesses every field, and a recording of the page with invented people.

    Example: `otklik new-source reviews_example https://reviews.example/shop/42`
    or `otklik new-source reviews_example --file saved-page.html`
    """
    from spiders.engine.new_source import new_source as write

    if (url is None) is (file is None):
        raise InputError("new-source: name either the address of a page with reviews, or a saved one with --file")
    if file is not None:
        payload, file_name, address = file.read_bytes(), file.name, None
    else:
        from core.settings import load_settings
        from spiders.engine.fetching import fetch

        contact = load_settings(home).crawl.contact
        page = fetch(str(url), contact=contact, allow_private=allow_private)
        payload, address = page.body, page.url
        file_name = "answer.json" if "json" in page.content_type else "page.html"
    now = system_clock()
    for path in write(name, title=title or name, payload=payload, file_name=file_name, url=address, root=root, now=now):
        typer.echo(f"wrote {path}")
    typer.echo(f"Next: compare output.json with the page, mend spiders/{name}.py, then `otklik record {name}`.")


def record(
    name: Annotated[str, typer.Argument(help="A source.")],
    case: Annotated[str | None, typer.Argument(help="One of its recordings; else all.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Write without asking.")] = False,
    root: RootOption = Path(),
) -> None:
    """Show what a source makes of its recordings now and did not before, and write it down.

    Example: `otklik record steam` or `otklik record steam two_pages_and_the_end --yes`
    """
    from spiders.engine.recording import renewals

    changed = [renewal for renewal in renewals(name, root.resolve(), case) if renewal.diff]
    for renewal in changed:
        typer.echo("\n".join(inert(line) for line in renewal.diff.splitlines()))
    if not changed:
        typer.echo("nothing changed")
        return
    if not yes:
        typer.confirm(f"Write {len(changed)} changed?", abort=True)
    for renewal in changed:
        renewal.write()
        typer.echo(f"wrote {renewal.output}")


def reparse(
    run: Annotated[str, typer.Argument(help="A run that crawled, such as nightly-20261121.")],
    home: HomeOption = Path(),
    publish_after: Annotated[bool, typer.Option("--publish/--no-publish", help="Publish a copy afterwards.")] = True,
    now: NowOption = None,
    style: FormatOption = Format.table,
) -> None:
    """Read the raw responses of a past run again with today's parsers: what they got wrong is mended where it stands.

    Sightings keep their times, so events come out as they would have that night. Nothing is judged, nobody is alerted:
    the next run does that. Raw responses are kept for `crawl.raw_days`. Example: `otklik reparse nightly-20261121`
    """
    from flows.job import Job
    from flows.reparsing import reparse_run

    with listening() as listener:
        report = reparse_run(Job.open(home, now=now, listener=listener), run, publish_after=publish_after)
    rows = [asdict(row) for row in report.files]
    if style is Format.table:
        show(rows, style, title=report.run_id)
        done = report.ingested
        typer.echo(
            f"{done.lines} mended sightings: {done.stored} new states; {done.new} new reviews, {done.edited} edited."
        )
    else:
        show([{"run_id": report.run_id, "files": rows, **asdict(report.ingested)}], style)
    for row in report.files:
        if row.problem:
            typer.echo(f"otklik: {row.listing_id}: {inert(row.problem)}", err=True)
    if any(row.problem for row in report.files):
        raise typer.Exit(1)
