"""Why something was told of a review or was not: the whole reason, with all that it rests on. Reads only."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from typing import Any

from alerts.campaigns import Campaigns
from alerts.reasons import in_words, reasons
from core.campaigns import Found
from core.errors import BusyError, InputError
from core.records import ReviewKey
from core.redaction import redact
from flows.backtest import database
from flows.job import Job
from warehouse.tracing import Trace, Tracer


def why(job: Job, wanted: str) -> dict[str, Any]:
    """Return the reason as a JSON object.

    Args:
        job: The home folder; its clock is the moment that is explained.
        wanted: A case or a review: its short id or the start of it, SOURCE/REVIEW, its own id or its address.

    Raises:
        InputError: no review goes by that name, or several do.
    """
    with reading(job) as tracer:
        return next(explain(job, tracer, [tracer.find(wanted)]))


@contextmanager
def reading(job: Job) -> Iterator[Tracer]:
    """Open the warehouse, which knows the latest acts, or the publication while somebody writes."""
    path = job.home.warehouse if job.home.warehouse.exists() else database(job.home)
    with ExitStack() as stack:
        try:
            tracer = stack.enter_context(Tracer.open(path, job.home.landing))
        except BusyError:
            tracer = stack.enter_context(Tracer.open(database(job.home), job.home.landing))
        yield tracer


def explain(job: Job, tracer: Tracer, keys: Sequence[ReviewKey]) -> Iterator[dict[str, Any]]:
    """Yield the reason for each of some reviews of an open warehouse, in order; words of customers are redacted.

    Raises:
        InputError: a review was first seen after the clock of the job.
    """
    now = job.clock()
    known = tracer.facts(keys, now)
    for key in keys:
        if key not in known:
            raise InputError(f"{key.source}/{key.review_id}: the review was first seen after {now:%Y-%m-%d %H:%M} UTC")
        yield _explained(job, tracer.trace(known[key]))


def _explained(job: Job, trace: Trace) -> dict[str, Any]:
    found = reasons(
        trace.facts,
        watchlist=job.watchlist,
        settings=job.settings,
        now=job.clock(),
        campaigns=Campaigns(Found(members=trace.members)),
        activations=trace.activations,
    )
    return {
        "why": in_words(found, trace.alerts),
        "url": trace.review["url"],
        "title": None if trace.review["title"] is None else redact(trace.review["title"]),
        "text": redact(trace.review["text"]),
        "reply_text": None if trace.review["reply_text"] is None else redact(trace.review["reply_text"]),
        "reasons": _clean(found.model_dump(mode="json")),
        "evidence": _evidence(job, trace),
        "alerts": trace.alerts,
        "people": _people(job, {found.person, *(str(row["destination"]) for row in trace.alerts)}),
        "campaign": [one.model_dump() for one in trace.members],
        "coverage": trace.coverage,
        "history": [{**row, "how": redact(row["how"])} for row in trace.history],
        "landing": [asdict(one) for one in trace.landing],
    }


def _people(job: Job, names: set[str | None]) -> list[dict[str, Any]]:
    """Return by which quiet hours and limits the people concerned are told."""
    everyone = (job.watchlist.person(name) for name in sorted(name for name in names if name is not None))
    return [
        {
            "id": person.id,
            "zone": person.timezone or job.settings.timezone,
            "quiet_from": person.quiet_from,
            "quiet_until": person.quiet_until,
            "quiet_free_days": person.quiet_free_days,
            "max_immediate": job.settings.alerts.max_immediate
            if person.max_immediate is None
            else person.max_immediate,
        }
        for person in everyone
        if person is not None
    ]


def _evidence(job: Job, trace: Trace) -> list[dict[str, Any]]:
    said = trace.facts.prediction
    if said is None or said.content_hash != trace.facts.content_hash:
        return []
    least = job.settings.judging.evidence_threshold
    return [
        {
            "quote": redact(trace.facts.text[part.start : part.end]),
            "start": part.start,
            "end": part.end,
            "p_negative": part.p_negative,
            "reaches_threshold": part.p_negative >= least,
        }
        for part in said.evidence
    ]


def _clean(found: dict[str, Any]) -> dict[str, Any]:
    """Redact what people wrote into the case."""
    case = found["case"]
    if case is not None:
        for name in ("branch_question", "branch_answer", "remedy"):
            case[name] = None if case[name] is None else redact(case[name])
        case["reply_quotes"] = None if case["reply_quotes"] is None else [redact(one) for one in case["reply_quotes"]]
        for step in case["steps"]:
            step["words"] = None if step["words"] is None else redact(step["words"])
    return found
