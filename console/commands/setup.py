"""Setting up: init, doctor, settings and sources."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel

from console.options import Format, FormatOption, HomeOption
from console.output import show
from core.errors import InputError
from core.home import Home
from core.settings import load_settings


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(init)
    app.command()(doctor)
    app.command()(settings)
    app.command()(sources)


def init(
    home: HomeOption = Path(),
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")] = False,
) -> None:
    """Write a commented watchlist.toml and otklik.toml to begin with.

    Example: `otklik init --home /srv/otklik`
    """
    templates = Path(__file__).parents[1] / "templates"
    home.mkdir(parents=True, exist_ok=True)
    for template in sorted(templates.glob("*.toml")):
        target = home / template.name
        if target.exists() and not force:
            raise InputError(f"{target}: is there already; --force overwrites it")
    for template in sorted(templates.glob("*.toml")):
        (home / template.name).write_text(template.read_text(encoding="utf-8"), encoding="utf-8")
        typer.echo(f"wrote {home / template.name}")
    typer.echo("Next: name your company, people and listings in watchlist.toml, then `otklik doctor`.")


def doctor(
    home: HomeOption = Path(),
    send: Annotated[
        bool, typer.Option("--send", help="Also send a test message over every channel of every person.")
    ] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no API whether its key works.")] = False,
    style: FormatOption = Format.table,
) -> None:
    """Check everything that the settings and the watchlist name, and say what to mend.

    Asks each API whose keys are yours for one page and says what its answer means; no other site is asked for
    anything, and nothing is sent without --send. Exits with 1 if something must be mended.

    Examples: `otklik doctor`, `otklik doctor --send`
    """
    from console.checkup import examine

    findings = examine(Home(home.resolve()), offline=offline)
    if send and not any(
        finding.what in ("otklik.toml", "watchlist.toml") for finding in findings if finding.verdict == "mend"
    ):
        from console.sending import try_channels

        findings += try_channels(Home(home.resolve()), tell=lambda words: typer.echo(words, err=True))
    show([finding._asdict() for finding in findings], style, title="Check-up")
    if any(finding.verdict == "mend" for finding in findings):
        raise typer.Exit(1)


def settings(home: HomeOption = Path(), style: FormatOption = Format.table) -> None:
    """Show every knob, its value here, its default and what it does.

    Example: `otklik settings --format json`
    """
    values = load_settings(home)
    rows = [*_knobs(values, "")]
    show(rows, style, title="otklik.toml, or OTKLIK_<SECTION>__<KNOB> in the environment")


def _knobs(section: BaseModel, prefix: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        if isinstance(value, BaseModel):
            rows.extend(_knobs(value, f"{prefix}{name}."))
            continue
        shown = "(set)" if field.repr is False and value else value
        rows.append(
            {
                "knob": f"{prefix}{name}",
                "value": _short(shown),
                "default": _short(field.get_default(call_default_factory=True)),
                "what it does": field.description,
            }
        )
    return rows


def _short(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, default=str).strip('"')


def sources(
    name: Annotated[
        str | None, typer.Argument(help="One source, with all that it declares; else a list of all.")
    ] = None,
    style: FormatOption = Format.table,
) -> None:
    """List the sources with what they show, limits and terms, and the formats of files to import.

    A source is `verified` where its parser was proved on real payloads. Example: `otklik sources steam`
    """
    from spiders.engine.crawl import sources as known
    from spiders.imports import FORMATS

    if name is not None:
        if name not in known():
            raise InputError(f"no source {name!r}; known are: {', '.join(known())}")
        told = known()[name].model_dump(mode="json")
        rows = [{"what": key, "declared": value} for key, value in told.items() if key not in ("marks", "rank")]
        show(rows if style is Format.table else [told], style, title=known()[name].title)
        return
    rows = [
        {
            "source": name,
            "title": info.title,
            "tier": info.tier,
            "reading": info.reading,
            "replies": info.replies,
            "shows": info.shown,
            "news": info.incremental,
            "limits": info.limits,
            "needs": ", ".join(info.secret),
            "terms": info.terms_url,
            "read on": str(info.terms_checked_on or ""),
        }
        for name, info in sorted(known().items())
    ]
    formats = [{"format": name, "file": description} for name, description in sorted(FORMATS.items())]
    if style is Format.table:
        shown = ("source", "title", "tier", "reading", "replies", "shows", "needs")
        show(
            [{key: row[key] for key in shown} for row in rows], style, title="Sources (`otklik sources NAME` tells all)"
        )
        show(formats, style, title="\nFormats of `otklik import` and of drop folders")
    else:
        full = [{**row, "legal_basis": known()[row["source"]].legal_basis} for row in rows]
        show([{"sources": full, "formats": formats}], style)
