"""What is told because of what people did: a snooze is over, a dispute drags on, a branch is asked, a claim is unseen.

Each is told once: its key carries the time of the act, so that the same act of a later day is told again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from alerts.details import Rule
from alerts.states import ACTIVE, WAITING, has_standing_reply
from core.records import Case, CaseFacts, CaseStatus
from core.settings import Settings

RESPONSIBLE: Final = ("responsible",)


@dataclass(frozen=True, slots=True)
class Reminder:
    """One thing to tell about a case."""

    rule: Rule
    to: tuple[str, ...]
    """People of the watchlist, or the role `responsible`; who is named twice is told once."""
    mark: str
    """What tells this act from a later one of the same kind."""


def due(facts: CaseFacts, settings: Settings, now: datetime) -> list[Reminder]:
    """Return the reminders that are due about the case of `facts`: none while it is snoozed, answered or closed."""
    case = facts.case
    if case is None or not may_be_reminded(facts, now):
        return []
    found = []
    if case.status in ACTIVE and case.claimed_at is not None:
        found.append(Reminder(Rule.claim_not_seen, RESPONSIBLE, _mark(case.claimed_at)))
    is_quiet = case.is_baseline or case.needs_check  # no step of its own says that it is back
    if case.snoozed_until is not None and (is_quiet or case.due_at > case.snoozed_until):
        found.append(Reminder(Rule.woken, RESPONSIBLE, _mark(case.snoozed_until)))
    disputed = case.disputed_at if case.status in {CaseStatus.disputed, CaseStatus.reply_not_visible} else None
    if disputed is not None and now >= disputed + timedelta(days=settings.cases.dispute_days):
        found.append(Reminder(Rule.dispute_reminder, RESPONSIBLE, _mark(disputed)))
    if case.branch_asked_at is not None and case.branch_person is not None and case.branch_answered_at is None:
        asked = _mark(case.branch_asked_at)
        found.append(Reminder(Rule.branch_question, (case.branch_person,), asked))
        if case.branch_due_at is not None and now >= case.branch_due_at:
            found.append(Reminder(Rule.branch_overdue, (case.branch_person, *RESPONSIBLE), asked))
    return found


def may_be_reminded(facts: CaseFacts, now: datetime) -> bool:
    """Tell whether the case of `facts` waits and is not snoozed; also where its replies cannot be seen."""
    case = facts.case
    return (
        case is not None
        and case.status in WAITING
        and facts.gone_at is None
        and not has_standing_reply(facts)
        and not (case.snoozed_until is not None and case.snoozed_until > now)
    )


def mark_of(rule: str, facts: CaseFacts, case: Case) -> str | None:
    """Return what tells an alert from an earlier one by the same rule in the same life of a case.

    A case that was late already is told again after a snooze; each rejection of a reply is told.
    """
    if rule == Rule.reply_rejected and facts.reply_rejected_at is not None:
        return _mark(facts.reply_rejected_at)
    if rule != Rule.late or case.snoozed_until is None or case.snoozed_at is None or case.due_at > case.snoozed_at:
        return None
    return _mark(case.snoozed_until)


def _mark(at: datetime) -> str:
    return at.isoformat()
