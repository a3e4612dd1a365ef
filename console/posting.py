"""`otklik reply`: a reply as the person sees it who is asked whether to post it, and what came of it."""

import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import typer

from alerts.replies.check import ReplyCheck, check
from alerts.replies.history import History
from console.options import Format
from console.output import inert, show
from core.errors import InputError
from flows.job import Job
from flows.replying import Reply, reply

_OUTCOMES = {
    "posted": "The reply was posted; the case waits until the site shows it.",
    "found": "An earlier attempt had posted it, as the site shows: nothing was posted now.",
    "proposed": "Nothing was posted: a second person approves it with the same command, or without --text-file.",
    "cancelled": "Nothing was posted.",
}


def post(
    home: Path,
    case: str,
    text_file: Path | None,
    *,
    by: str,
    now: datetime | None,
    style: Format,
    is_sure: bool,
    voice: Callable[[str], Mapping[str, Any]],
) -> None:
    """Show a reply, ask, post it and say what came of it.

    Args:
        home: The home folder.
        case: The case, by any of its names.
        text_file: The reply; None takes the one that waits.
        by: Who does it.
        now: A given clock.
        style: How the outcome is printed.
        is_sure: Do not ask.
        voice: Returns the review of a case and the firm's other replies.

    Raises:
        InputError: what is in the way; nothing was posted, unless the message says that nobody knows.
    """
    job = Job.open(home, now=now)
    try:
        text = text_file.read_text(encoding="utf-8-sig") if text_file is not None else None
    except UnicodeDecodeError as error:
        raise InputError(f"{text_file}: not UTF-8 text") from error

    def confirm(planned: Reply) -> bool:
        row = voice(planned.found.case)
        review = _words(planned.review.title, planned.review.text)
        company = job.watchlist.company_of(planned.listing.id)
        found = check(
            review,
            planned.text,
            history=History(row["replies"] or ()),
            rating=planned.review.rating,
            lang=row["language"],
            vertical=company.vertical if company else None,
        )
        _show(planned, review, found, is_news=review.split() != _words(row["title"], row["text"]).split())
        if is_sure and "discloses" in found.faults:
            raise InputError(
                "the reply discloses what is nobody's business; change it, or confirm it yourself (no --yes)"
            )
        question = "Post it" if planned.step == "post" else "Propose it to a second person"
        try:
            return is_sure or typer.confirm(f"{question}?", err=True)
        except typer.Abort:
            raise InputError("nobody said yes: nothing was posted") from None

    done = reply(job, case, text, by, confirm)
    if style is not Format.table:
        show([{"case": done.case, "id": done.id, "outcome": done.outcome, "status": done.status, "by": by}], style)
        return
    sys.stdout.write(inert(f"{done.id} {done.case}: {_OUTCOMES[done.outcome]} (now {done.status})") + "\n")


def _words(title: object, text: object) -> str:
    return "\n".join(str(part) for part in (title, text) if part)


def _show(planned: Reply, review: str, found: ReplyCheck, *, is_news: bool) -> None:
    proposed = f", proposed by {planned.proposed_by}" if planned.proposed_by is not None else ""
    lines = [
        f"{planned.found.case} on {planned.source.title}, listing {planned.listing.id}",
        *(["The customer has changed the review since it was read last; it now says:"] if is_news else []),
        *(f"  > {line}" for line in (review or "(stars only)").splitlines()),
        *(["In place of the reply that stands there:"] if planned.replaces is not None else []),
        *(f"  - {line}" for line in (planned.replaces or "").splitlines()),
        f"The reply ({len(planned.text)} characters{proposed}):",
        *(f"  | {line}" for line in planned.text.splitlines()),
        f"The reply check says: {found.reply_quality}",
        *(f"  {fault}: {' | '.join(found.quotes.get(fault, ()))}" for fault in found.faults),
        *(f"  {one}" for one in found.advice),
    ]
    for line in lines:
        typer.echo(inert(line), err=True)
