"""Running the flows: nightly, pulse, deliver, crawl and serve-flows."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from console.options import Format, FormatOption, HomeOption, NowOption
from console.output import show
from console.progress import listening
from core.errors import InputError

if TYPE_CHECKING:
    from flows.job import Job, Listener
    from flows.report import RunReport

NOT_COVERED = 3
"""Exit status of a run that went well but did not read every listing wholly, or was warned by a listing's history."""
NoPrefect = Annotated[bool, typer.Option("--no-prefect", help="Run the same steps in this process, without a server.")]
Only = Annotated[list[str] | None, typer.Option("--only", metavar="LISTING", help="Only this listing (repeatable).")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(nightly)
    app.command()(pulse)
    app.command()(deliver)
    app.command()(crawl)
    app.command("serve-flows")(serve_flows)


def nightly(
    home: HomeOption = Path(),
    now: NowOption = None,
    only: Only = None,
    again: Annotated[bool, typer.Option("--again", help="Read again also what was read well this night.")] = False,
    no_prefect: NoPrefect = False,
    style: FormatOption = Format.table,
) -> None:
    """Read every listing, judge what is new, open and close cases, send what is due, publish.

    Run again on the same night it does what is missing and nothing twice. Exits with 1 if a source failed or refused,
    with 3 if a listing was not wholly read or its history warns.

    Example: `otklik nightly --home /srv/otklik`
    """
    only_these = tuple(only or ())

    async def story(job: "Job", runner: Any) -> "RunReport":
        from flows import nightly as flow

        return await flow.nightly(job, runner, only=only_these, again=again)

    _run("nightly", story, {"only": only_these, "again": again}, home, now, no_prefect, style)


def pulse(
    home: HomeOption = Path(),
    now: NowOption = None,
    only: Only = None,
    no_prefect: NoPrefect = False,
    style: FormatOption = Format.table,
) -> None:
    """Look again at first pages and open cases, so that an answer closes its case within the hour.

    Example: `otklik pulse --home /srv/otklik --no-prefect`
    """
    only_these = tuple(only or ())

    async def story(job: "Job", runner: Any) -> "RunReport":
        from flows import pulse as flow

        return await flow.pulse(job, runner, only=only_these)

    _run("pulse", story, {"only": only_these}, home, now, no_prefect, style)


def deliver(
    home: HomeOption = Path(),
    now: NowOption = None,
    release_held: Annotated[
        bool, typer.Option("--release-held", help="First release the alerts that were held because of their number.")
    ] = False,
    dead: Annotated[bool, typer.Option("--dead", help="Try the alerts once more that no channel took.")] = False,
    drop_dead: Annotated[bool, typer.Option("--drop-dead", help="Give up the alerts that no channel took.")] = False,
    no_prefect: NoPrefect = False,
    style: FormatOption = Format.table,
) -> None:
    """Send what is due. Crawls nothing and loads no model. Exits with 1 if an alert was given up in this run.

    An alert that no channel takes is tried `alerts.max_attempts` times, then it is dead: reported by every run and by
    `otklik doctor`, until `--dead` tries it once more or `--drop-dead` gives it up.

    Example: `otklik deliver --home /srv/otklik --no-prefect`
    """
    if dead and drop_dead:
        raise InputError("--dead and --drop-dead exclude each other")
    wish: Literal["resend", "drop"] | None = "resend" if dead else "drop" if drop_dead else None

    async def story(job: "Job", runner: Any) -> "RunReport":
        from flows import deliver as flow

        return await flow.deliver(job, runner, release_held=release_held, dead=wish)

    _run("deliver", story, {"release_held": release_held, "dead": wish}, home, now, no_prefect, style)


def crawl(
    listings: Annotated[list[str], typer.Argument(help="Listings of the watchlist.")],
    home: HomeOption = Path(),
    now: NowOption = None,
    style: FormatOption = Format.table,
) -> None:
    """Read some listings now and bring them into the warehouse, without judging and without alerts.

    Example: `otklik crawl my-app-on-steam`
    """
    from flows import crawling
    from flows.job import Job
    from flows.runner import Direct

    with listening() as listener:
        job = Job.open(home, now=now, listener=listener)
        report = asyncio.run(crawling.crawl_listings(job, Direct(), listings))
    _show(report, style)


def serve_flows(
    home: HomeOption = Path(),
    port: Annotated[int, typer.Option(help="Port of the local Prefect server and its page.")] = 4200,
) -> None:
    """Run all three flows on their schedules until interrupted, with a local Prefect server and its page.

    An existing server is used where PREFECT_API_URL is set. Example: `otklik serve-flows --home /srv/otklik`
    """
    from flows.job import Job
    from flows.schedule import serve_flows as serve

    with listening() as listener:
        serve(Job.open(home, listener=listener), port=port)


def _run(
    name: str,
    story: "Callable[[Job, Any], Coroutine[Any, Any, RunReport]]",
    parameters: dict[str, Any],
    home: Path,
    now: datetime | None,
    no_prefect: bool,
    style: Format,
) -> None:
    from flows.job import Job

    if not home.is_dir():
        raise InputError(f"{home}: there is no such folder; `otklik init --home {home}` makes one")
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    with listening() as listener:
        job = Job.open(home, now=now, listener=listener)
        report = asyncio.run(_direct(story, job)) if no_prefect else _with_prefect(name, parameters, job, now, listener)
    _show(report, style)


async def _direct(story: "Callable[[Job, Any], Coroutine[Any, Any, RunReport]]", job: "Job") -> "RunReport":
    from flows.runner import Direct

    return await story(job, Direct())


def _with_prefect(
    name: str, parameters: dict[str, Any], job: "Job", now: datetime | None, listener: "Listener"
) -> "RunReport":
    from flows.prefect_runner import run_flow

    listener.stage("prefect", "starting (its own short-lived server, unless PREFECT_API_URL names one)")
    return run_flow(name, job, now=now, **parameters)


def _show(report: "RunReport", style: Format) -> None:
    if style is Format.table:
        show_report(report)
    else:
        show([report.model_dump(mode="json")], style)
    if not report.ok:
        raise typer.Exit(1)
    if not report.is_covered:
        raise typer.Exit(NOT_COVERED)


def show_report(report: "RunReport") -> None:
    """Print a report for people."""
    columns = ("listing_id", "source", "status", "expected", "collected", "news", "edited", "stopped", "pages")
    rows = [{name: getattr(row, name) for name in columns} for row in report.listings]
    if rows:
        show(rows, Format.table, title=report.run_id)
    typer.echo(
        f"Judged {report.judged}. Cases: {report.opened} opened, {report.answered} answered,"
        f" {report.reopened} reopened; {report.waiting} wait, {report.overdue} of them overdue."
    )
    held = f", {report.held} held (`otklik deliver --release-held` sends them)" if report.held else ""
    typer.echo(
        f"Alerts: {report.planned} planned, {report.sent} sent, {report.retried} to be tried again,"
        f" {report.failed} failed{held}{report.given_up}{report.retries}. {report.seconds:.1f} s."
    )
    for row in report.listings:
        for said in row.problems or ([row.error] if row.error else []):
            typer.secho(f"{row.listing_id}: {said}", fg="yellow", err=True)
    for problem in report.problems:
        typer.secho(f"Problem: {problem}", fg="red", err=True)
