"""The life of a case, as pure functions over facts: when it opens, is answered, comes back and is closed.

Times of a case come from the facts (when a content, a reply or a removal was seen, or until when one was awaited), not
from the clock of the run, so that a run that is killed and started again ends in the same state. Each content is
decided about once; what a person did is undone only by a fact that is newer than the act, and the event says so.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from alerts.calendar import BusinessTime
from alerts.life import Life
from alerts.states import ACTIVE as ACTIVE
from alerts.states import Decision, Reason, judge
from alerts.states import has_standing_reply as has_standing_reply
from core.acts import OURSELVES, PASSIVE, Act
from core.records import Case, CaseChange, CaseEvent, CaseFacts
from core.settings import Settings
from core.watchlist import Person, Watchlist

_MOST_STEPS: Final = 8


def advance(facts: CaseFacts, *, watchlist: Watchlist, settings: Settings, now: datetime) -> CaseChange | None:
    """Return what the facts change, or None. Applied, the result changes nothing more (see `apply`).

    Args:
        facts: All that is known of one review.
        watchlist: Whose calendar and SLA count: those of the person responsible for the listing.
        settings: Thresholds and clocks.
        now: The clock of the run: it becomes `decided_at`, and tells whether a stated time is over.
    """
    life = Life(facts, watchlist, settings, _decide_anew(facts, settings), now)
    decision = life.decision
    reason: Reason | None = decision.reason if decision else None
    case, events = facts.case, list[CaseEvent]()
    if case is None:
        reason = life.reason_for_no_case() or reason
        opening = life.opening() if reason not in {"history", "gone"} else None
        if opening is not None:
            case = opening[0]
            events.append(opening[1])
    elif decision is not None:
        case, event = life.judged_again(case, decision)
        events.append(event)
    if case is not None:
        case = _run(life, case, events)
    if decision is None and not events:
        return None
    return CaseChange(
        source=facts.source,
        review_id=facts.review_id,
        content_hash=facts.content_hash if decision else None,
        opened=(decision.is_complaint and case is not None) if decision else None,
        reason=reason if decision else None,
        decided_at=now if decision else None,
        case=case if case != facts.case else None,
        events=tuple(events),
    )


def apply(facts: CaseFacts, change: CaseChange | None) -> CaseFacts:
    """Return the facts as they are once `change` is stored."""
    if change is None:
        return facts
    updates: dict[str, object] = {}
    if change.content_hash is not None:
        updates = {
            "decided_hash": change.content_hash,
            "decided_at": change.decided_at,
            "decided_reason": change.reason,
        }
    if change.case is not None:
        updates["case"] = change.case
    acts = [event.at for event in change.events if event.actor != OURSELVES and event.event not in PASSIVE]
    if acts:
        updates["acted_at"] = max(acts) if facts.acted_at is None else max(*acts, facts.acted_at)
    return facts.model_copy(update=updates)


def acknowledge_by(case: Case, person: Person, watchlist: Watchlist, settings: Settings) -> datetime:
    """Return until when somebody is to take up a severe case that `person` is told about."""
    business = BusinessTime.of(person, watchlist, settings)
    return business.attended(case.severe_at or case.opened_at, settings.cases.severe_acknowledge_hours, person)


def reopened_by_person(facts: CaseFacts, case: Case, act: Act, watchlist: Watchlist, settings: Settings) -> Case:
    """Return the case as a person opens it again: with a clock of its own, and answered only by a newer reply."""
    life = Life(facts, watchlist, settings, None, act.at)
    fresh, _ = life.reopened(case, act.at, "")
    return fresh.model_copy(update={"reopened_by": act.by, "needs_check": False})


def _decide_anew(facts: CaseFacts, settings: Settings) -> Decision | None:
    return None if facts.decided_hash == facts.content_hash else judge(facts, settings)


def _run(life: Life, case: Case, events: list[CaseEvent]) -> Case:
    rules: tuple[Callable[[Case], tuple[Case, CaseEvent] | None], ...] = (
        life.vanished,
        life.came_back,
        life.edited_to_praise,
        life.edited_to_complaint,
        life.answered,
        life.lost_its_reply,
        life.rejected,
        life.became_visible,
        life.claim_ended,
        life.woken,
        life.became_quiet,
    )
    for _ in range(_MOST_STEPS):
        step = next((found for rule in rules if (found := rule(case)) is not None), None)
        if step is None:
            return case
        case = step[0]
        events.append(step[1])
    raise RuntimeError(f"the case of {life.facts.source}/{life.facts.review_id} does not come to rest: {events}")
