"""`otklik demo`: three simulated nights against a small local review site, with everything else real."""

import asyncio
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from console.options import Format
from console.output import inert, lines, show
from console.progress import PlainListener, TerminalListener, listening
from core.errors import InputError

_MARK = ".otklik-demo"
_MORNING = timedelta(hours=6)
"""From the night's run to the first minute after everybody's quiet hours."""


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(demo)


def demo(
    home: Annotated[Path, typer.Option("--home", help="Folder of the demo; emptied at each start.")] = Path("demo"),
    no_prefect: Annotated[bool, typer.Option("--no-prefect", help="Run the flows without a Prefect server.")] = False,
) -> None:
    """Show the whole road in three simulated nights: needs no network and no configuration.

    A small local site with four sources plays two invented firms. The real spiders, model, warehouse and alerts work
    on it. Afterwards the folder is an ordinary home to look around in.

    Example: `otklik demo`, then `otklik cases list --home demo`
    """
    from console.demo.site import DemoSite
    from console.demo.watchlist import write_home

    _empty(home)
    with DemoSite() as site, listening() as listener:
        write_home(home, site.base_urls, year=site.night_one.year)
        (home / _MARK).write_text("made by `otklik demo`, which empties this folder at its start\n", encoding="utf-8")
        for number, moment in enumerate(site.nights, start=1):
            site.set_night(number)
            _say(f"Night {number} of {len(site.nights)}: {moment:%A, %d %B %Y, %H:%M} UTC")
            _night(home, moment, no_prefect, listener)
    _say("The morning after")
    _queue(home)
    _what_next(home)


def _night(home: Path, moment: datetime, no_prefect: bool, listener: PlainListener | TerminalListener) -> None:
    from console.commands.run import show_report
    from flows import deliver, nightly
    from flows.job import Job
    from flows.runner import Direct

    job = Job.open(home, now=moment, listener=listener)
    if no_prefect:
        report = asyncio.run(nightly.nightly(job, Direct()))
    else:
        from flows.prefect_runner import run_flow

        report = run_flow("nightly", job, now=moment)
    show_report(report)
    morning = moment + _MORNING
    typer.secho(f"\n  {morning:%H:%M} UTC: the alerts whose quiet hours are over", bold=True)
    done = asyncio.run(deliver.deliver(Job.open(home, now=morning, listener=listener), Direct()))
    typer.echo(f"  {report.sent + done.sent} messages were sent this night.")


def _queue(home: Path) -> None:
    from console.commands.ask import database
    from console.commands.cases import QUEUE
    from core.home import Home
    from core.redaction import redact
    from flows.job import Job
    from flows.publishing import publish_now
    from warehouse import ask

    publish_now(Job.open(home))
    path = database(Home(home.resolve()))
    cases = [row for row in ask.run(path, "case_list").to_pylist() if row["waiting"]]
    for row in cases:
        row["hurts"] = redact(row["hurts"] or "")
    show([{name: row[name] for name in QUEUE} for row in cases], Format.table, title="Who waits", empty="nobody")
    columns = ("sent_at", "rule", "destination", "state", "source", "review_id")
    log = ask.run(path, "alert_log", {"limit": "100"}).to_pylist()
    alerts = [{name: row[name] for name in columns} for row in reversed(log)]
    show(alerts, Format.table, title="\nAlerts", empty="none")
    nights = ask.run(path, "coverage", {"limit": "1000"}).to_pylist()
    read = ("finished_at", "listing_id", "status", "error")
    gaps = [{name: row[name] for name in read} for row in nights if row["status"] != "ok"]
    show(gaps, Format.table, title="\nWhat could not be read", empty="nothing: every source was read every night")


def _what_next(home: Path) -> None:
    where = inert(str(home))
    _say("What to try next")
    lines(
        [
            f"  otklik cases list --home {where}          who waits, the most urgent first",
            f"  otklik cases show SOURCE/ID --home {where}   one case in full: words, events, alerts",
            "  otklik ask --list                        the questions that the warehouse answers",
            f"  otklik ask response_times --home {where}",
            f"  OTKLIK_HOME={where} .venv/bin/marimo run notebooks/01_morning.py",
            "  otklik init --home my-firm               watch your own company",
        ]
    )


def _empty(home: Path) -> None:
    if home.exists() and any(home.iterdir()) and not (home / _MARK).exists():
        raise InputError(f"{home}: is not empty and not a demo's folder; name another one with --home")
    if home.exists():
        shutil.rmtree(home)


def _say(text: str) -> None:
    typer.secho(f"\n== {text} ".ljust(100, "="), bold=True)
