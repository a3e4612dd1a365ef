"""Replies: `check-reply` judges what was or will be posted, `cases draft` writes one, `reply` posts one."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from console.commands import cases
from console.commands.case_acts import ByOption, who
from console.options import Format, FormatOption, HomeOption, NowOption
from console.output import inert
from console.progress import listening
from core.errors import InputError
from core.home import Home

if TYPE_CHECKING:
    from alerts.replies.drafts import Draft
    from core.settings import Settings

_STYLES = ("table", "jsonl", "json")
_VERTICALS = ("clinic", "bank", "other")


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command("check-reply")(check_reply)
    cases.app.command("draft")(draft_)
    app.command("reply")(reply_)


def check_reply(
    file: Annotated[
        Path, typer.Argument(help="CSV, XLSX or JSON Lines with review, reply; id, lang, rating if known.")
    ],
    style: Annotated[
        str, typer.Option("--format", "-f", help="table for people, jsonl (or json) for programs.")
    ] = "table",
    vertical: Annotated[
        str | None,
        typer.Option(help="clinic or bank, where every confirmed visit or account is a secret; other where none is."),
    ] = None,
) -> None:
    """Check replies to reviews, posted or still drafts: ok, or the gravest fault, with the words that show it.

    The replies of the file are taken for one firm's own, so that copies of each other are found as boilerplate.

    Example: `otklik check-reply replies.csv --format jsonl`
    """
    if style not in _STYLES:
        raise InputError(f"--format {style}: expected {' or '.join(_STYLES)}")
    if vertical not in (None, *_VERTICALS):
        raise InputError(f"--vertical {vertical}: expected {', '.join(_VERTICALS)}")
    from console.checking import check_file

    with listening() as listener:
        check_file(file, style="table" if style == "table" else "jsonl", vertical=vertical, listener=listener)


def draft_(
    case: cases.CaseArgument,
    home: HomeOption = Path(),
    name: Annotated[str | None, typer.Option(help="First name of the customer, where you know it.")] = None,
    plain: Annotated[bool, typer.Option("--plain", help="Our own wording, without the language model.")] = False,
) -> None:
    """Print a draft of a reply in the firm's voice; it is never posted, and what is left open stands in braces.

    Signature, contact, form of address and allowed promises stand under `[companies.voice]` in watchlist.toml. Where
    `llm.base_url` is set, a language model writes the middle part; if that breaks a limit, our own stands in its place.

    Example: `otklik cases draft steam/140000001 --name Оксана`
    """
    from alerts.replies.drafts import NoCleanDraftError
    from alerts.replies.language import UNKNOWN, detect
    from core.settings import load_settings
    from core.watchlist import load_watchlist

    row = _voice(home, case)
    company = load_watchlist(home.resolve()).company_of(str(row["listing_id"]))
    review = "\n".join(str(part) for part in (row["title"], row["text"]) if part)
    known = (detect(review), str(row["language"] or UNKNOWN), str(row["usual_language"] or UNKNOWN))
    settings = load_settings(home.resolve())
    write = _writer(home, settings, plain=plain)
    try:
        written = write(
            review,
            language=next((language for language in known if language != UNKNOWN), settings.language),
            severity=str(row["severity"]),
            aspects=row["aspects"] or (),
            hurts=row["hurts"],
            name=name,
            voice=company.voice if company else None,
            vertical=company.vertical if company else None,
            replies=row["replies"] or (),
            rating=row["rating"],
            branch=row["branch_answer"],
        )
    except NoCleanDraftError as error:
        raise InputError(f"{case}: {error}; this one has to be written by hand") from error
    for line in written.marked.split("\n"):
        sys.stdout.write(inert(line) + "\n")


def reply_(
    case: cases.CaseArgument,
    text_file: Annotated[
        Path | None,
        typer.Option(help="The reply, as UTF-8 text; else the one that waits.", dir_okay=False, exists=True),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Post it without asking; a reply that discloses is refused.")
    ] = False,
    home: HomeOption = Path(),
    by: ByOption = None,
    now: NowOption = None,
    style: FormatOption = Format.table,
) -> None:
    """Post one reply with the owner's key, after showing it with what the reply check says of it. Off by default.

    `replies = true` of a company or listing in watchlist.toml switches it on; with `approval = true` a second
    person must give the same command. The case then waits until the site shows the reply.
    Example: `otklik reply 3fa94c21 --text-file reply.txt --by anna`
    """
    from console.posting import post

    post(home, case, text_file, by=who(by), now=now, style=style, is_sure=yes, voice=lambda name: _voice(home, name))


def _writer(home: Path, settings: "Settings", *, plain: bool) -> "Callable[..., Draft]":
    """Return what writes drafts: the language model where one is set, else our own sentences."""
    from alerts.replies.drafts import draft

    if plain or not settings.llm.base_url:
        return draft
    from flows.drafting import assisted_draft, endpoint_of

    endpoint = endpoint_of(settings.llm, home.resolve())
    return draft if endpoint is None else partial(assisted_draft, endpoint=endpoint, home=Home(home.resolve()))


def _voice(home: Path, case: str) -> dict[str, Any]:
    source, slash, review_id = case.partition("/")
    rows = cases.ask_now(home, "case_voice", None, source=source, review_id=review_id) if slash else []
    return (rows or cases.ask_now(home, "case_voice", None, **cases.key_of(home, case)))[0]
