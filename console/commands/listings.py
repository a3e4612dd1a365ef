"""Listings: what a key opens, written into the watchlist for approval."""

from pathlib import Path
from typing import Annotated

import typer

from console.options import Format, FormatOption, HomeOption
from console.output import show
from core.clock import system_clock
from core.errors import InputError

app = typer.Typer(help="Places and apps behind the owner's keys.", no_args_is_help=True)


def register(application: typer.Typer) -> None:
    """Add the group of commands to the application."""
    application.add_typer(app, name="listings")


@app.callback()
def _listings() -> None:
    pass


@app.command()
def discover(
    source: Annotated[str, typer.Argument(help="Source whose key is asked, such as google_business.")],
    home: HomeOption = Path(),
    company: Annotated[str | None, typer.Option(help="Company of the new listings; else the only own one.")] = None,
    account: Annotated[str, typer.Option(help="Which key, where there are several: the variables' ending.")] = "",
    base_url: Annotated[str | None, typer.Option(help="Address of the API where it is not the usual one.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be written, and write nothing.")] = False,
    style: FormatOption = Format.table,
) -> None:
    """List the places or apps that a key opens, and append those that are new to watchlist.toml, switched off.

    Nothing that stands there is changed; set `enabled = true` for what is to be watched.
    Example: `otklik listings discover google_business --company my-company`
    """
    from console.watchlist_entries import append, company_for, proposals
    from flows.credentials import client_for
    from spiders.engine.discovery import discover as listed
    from spiders.engine.source import sources

    known = sources()
    if source not in known or not known[source].secret:
        having = ", ".join(name for name, info in known.items() if info.secret)
        raise InputError(f"{source!r} is no source with keys of one's own; these are: {having}")
    watchlist, owner = company_for(home, company)
    found = listed(client_for(known[source], home.resolve(), account=account, base_url=base_url))
    proposed = proposals(found, watchlist, source=source, company=owner, account=account)
    titles = {one.target: one.title for one in found}
    if proposed and not dry_run:
        append(home, proposed, titles, f"{system_clock():%Y-%m-%d}")
    names = {entry.target: entry.id for entry in watchlist.listings if entry.source == source}
    new = {entry.target: entry.id for entry in proposed}
    rows = [
        {"target": one.target, "title": one.title, "listing": names.get(one.target) or new[one.target],
         "state": "known" if one.target in names else "would be new" if dry_run else "new, switched off"}
        for one in found
    ]  # fmt: skip
    show(rows, style, title=known[source].title, empty="the key opens nothing", columns=("target", "title"))
