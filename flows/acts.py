"""Acts of people: the journal first, then the warehouse, each act exactly once.

An act is confirmed when it stands in the journal. Who writes the warehouse at that moment, or the next flow or act,
puts it into effect; where something happened in between that makes it impossible, that is kept and told instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from alerts import cases
from alerts.acts import RefusedError, apply_act, refusal
from core.acts import Act, ActArguments, ActName
from core.errors import BusyError, InputError
from core.journal import append_act, read_journal
from core.records import CaseChange, CaseFacts, ReviewKey
from flows.job import Job
from warehouse import Warehouse
from warehouse.acts import ActOutcome, FoundCase, find_cases, published_facts
from warehouse.reading import read_only

PATIENCE = 3.0
"""Seconds for which somebody at a terminal waits for the warehouse before the journal alone has to do."""
_SHOWN = 8
_TICK = timedelta(microseconds=1)
"""Two acts on one case never have the same time."""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of an act that was asked for."""

    act: Act
    case: str
    """SOURCE/REVIEW."""
    id: str
    is_applied: bool
    """False where another process holds the warehouse: the act is on disk, and takes effect with the next flow."""
    words: str
    """The event as the history of the case shows it."""
    status: str
    notes: tuple[str, ...] = ()
    """What else a person should know: torn lines, earlier acts that could not take effect any more."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of the acts that waited in the journal."""

    applied: int = 0
    refused: tuple[str, ...] = ()
    unknown: int = 0
    """Acts on reviews that the warehouse does not know (yet)."""
    problems: tuple[str, ...] = ()
    """Lines of the journal that cannot be read."""


def act(job: Job, wanted: str, name: ActName, arguments: ActArguments, by: str) -> Done:
    """Do one act on one case.

    Args:
        job: The home folder and its clock.
        wanted: The case: its short id or the start of it, SOURCE/REVIEW, the review's own id or its address.
        name: What is done.
        arguments: What is said with it.
        by: Who does it.

    Raises:
        InputError: no case goes by that name, or several; or the act is refused, and why. Nothing was done.
    """
    if not job.home.warehouse.exists():
        raise InputError(f"{job.home.warehouse}: there is no warehouse yet; run `otklik nightly` or `otklik import`")
    try:
        with Warehouse.open(job.home.warehouse, wait=PATIENCE) as warehouse:
            return _act(job, warehouse, wanted, name, arguments, by)
    except BusyError:
        return _only_journal(job, wanted, name, arguments, by)


def apply_acts(job: Job, warehouse: Warehouse) -> Applied:
    """Put into effect the acts of the journal that did not reach the warehouse, up to the clock of the job.

    Part of the transaction that the caller has open. Acts take effect in the order in which they were done.
    """
    journal = read_journal(job.home, known=warehouse.known_acts())
    waiting = [one for one in journal.acts if one.at <= job.clock()]
    if not waiting:
        return Applied(problems=journal.problems)
    with warehouse.transaction():
        known = {facts.key: facts for facts in warehouse.facts_of({one.key for one in waiting}, job.clock())}
        outcomes, changes = [], []
        for one in waiting:
            facts = known.get(one.key)
            if facts is None or facts.case is None:
                continue
            change, reason = _attempt(job, facts, one)
            known[one.key] = cases.apply(facts, change)
            changes.append(change)
            outcomes.append(ActOutcome(one, "refused" if reason else "applied", reason))
        warehouse.apply_cases(changes)
        warehouse.keep_acts(outcomes)
    refused = [one for one in outcomes if one.outcome == "refused"]
    return Applied(
        applied=len(outcomes) - len(refused),
        refused=tuple(f"{one.act.by}: {one.act.act} {_name(one.act.key)}: {one.reason}" for one in refused),
        unknown=len(waiting) - len(outcomes),
        problems=journal.problems,
    )


def _act(job: Job, warehouse: Warehouse, wanted: str, name: ActName, arguments: ActArguments, by: str) -> Done:
    earlier = apply_acts(job, warehouse)
    found = only(warehouse.find_cases(wanted), wanted)
    seen = warehouse.facts_of([found.key], job.clock())
    if not seen:
        raise InputError(f"{found.case}: the review was first seen after {job.clock():%Y-%m-%d %H:%M} UTC")
    facts = seen[0]
    last = warehouse.last_act_at(found.key)
    asked = _new_act(job, facts, name, arguments, by, last)
    change = apply_act(facts, asked, watchlist=job.watchlist, settings=job.settings)
    torn = append_act(job.home, asked)
    with warehouse.transaction():
        warehouse.apply_cases([change])
        warehouse.keep_acts([ActOutcome(asked, "applied")])
    notes = (*([torn] if torn else earlier.problems), *earlier.refused)
    return _done(found, asked, change, facts, is_applied=True, notes=notes)


def _only_journal(job: Job, wanted: str, name: ActName, arguments: ActArguments, by: str) -> Done:
    """Judge by the last publication and the acts that wait, and write the journal alone."""
    published = job.home.published / "otklik.duckdb"
    if not published.exists():
        raise BusyError(f"{job.home.warehouse}: another process holds the warehouse, and nothing is published yet")
    with read_only(published) as connection:
        candidates = find_cases(connection, wanted)
        if not candidates:
            raise BusyError(
                f"no case {wanted!r} in the last publication, and another process writes the warehouse;"
                " try again when it is done"
            )
        found = only(candidates, wanted)
        facts, known, last = published_facts(connection, found.key)
    for one in read_journal(job.home, known=known).acts:
        if one.key == found.key:
            facts = cases.apply(facts, _attempt(job, facts, one)[0])
            last = one.at if last is None else max(last, one.at)
    asked = _new_act(job, facts, name, arguments, by, last)
    change = apply_act(facts, asked, watchlist=job.watchlist, settings=job.settings)
    torn = append_act(job.home, asked)
    return _done(found, asked, change, facts, is_applied=False, notes=(torn,) if torn else ())


def _attempt(job: Job, facts: CaseFacts, one: Act) -> tuple[CaseChange, str | None]:
    try:
        return apply_act(facts, one, watchlist=job.watchlist, settings=job.settings), None
    except RefusedError as error:
        reopen_no = facts.case.reopen_no if facts.case else one.reopen_no
        return refusal(one, str(error), reopen_no), str(error)


def _new_act(job: Job, facts: CaseFacts, name: ActName, arguments: ActArguments, by: str, last: datetime | None) -> Act:
    now = job.clock()
    return Act(
        act_id=uuid4().hex,
        at=now if last is None or last < now else last + _TICK,
        by=by,
        source=facts.source,
        review_id=facts.review_id,
        reopen_no=facts.case.reopen_no if facts.case else 0,
        act=name,
        args=arguments,
    )


def _done(
    found: FoundCase, act: Act, change: CaseChange, facts: CaseFacts, *, is_applied: bool, notes: Sequence[str]
) -> Done:
    after = change.case or facts.case
    event = change.events[0]
    return Done(
        act=act,
        case=found.case,
        id=found.id,
        is_applied=is_applied,
        words=f"{event.event}: {event.reason}",
        status=after.status.value if after else found.status,
        notes=tuple(notes),
    )


def only(found: Sequence[FoundCase], wanted: str) -> FoundCase:
    """Return the one case that was found.

    Raises:
        InputError: there is none, or there are several, which are listed.
    """
    if len(found) == 1:
        return found[0]
    if not found:
        raise InputError(f"no case {wanted!r}; `otklik cases list --all` shows all")
    shown = [f"  {one.id}  {one.case}  ({one.status})" for one in found[:_SHOWN]]
    more = [f"  and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
    raise InputError("\n".join([f"{wanted!r} may mean {len(found)} cases; say which by its short id:", *shown, *more]))


def _name(key: ReviewKey) -> str:
    return f"{key.source}/{key.review_id}"
