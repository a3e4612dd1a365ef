"""What belongs into a person's digest of the day, and into the one message about the history of a new listing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from alerts.calendar import local_date
from alerts.cases import ACTIVE
from alerts.details import BacklogDetails, DigestDetails
from core.records import Case, CaseFacts, CaseStatus
from core.settings import Settings
from core.watchlist import Person

SHOWN = 5
"""Cases shown in one section; the rest is a number."""

REMINDER = timedelta(days=7)
"""A digest without news goes out after so long, if something is overdue."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case with its facts and the person who answers it."""

    facts: CaseFacts
    case: Case
    person: Person
    campaign: str | None = None

    @property
    def waiting_since(self) -> datetime:
        """When the customer began to wait: at posting, or at the edit or removal that (re)opened the case."""
        if self.case.opened_at > self.facts.first_seen_at:
            return self.case.opened_at
        return min(self.facts.posted_at or self.facts.first_seen_at, self.facts.first_seen_at)


def digest_of(
    cases: Sequence[Waiting], *, last: datetime | None, today: date, settings: Settings, now: datetime
) -> DigestDetails | None:
    """Return one person's digest, or None where nothing is new since the `last` one.

    New is a case decided or opened since, one due today, one that became late since; and a week without any digest
    while something is late. History of a first run is never new.
    """
    told = [one for one in cases if not one.case.snoozed_until or one.case.snoozed_until <= now]
    active = [one for one in told if one.case.status in ACTIVE]
    certain = [one for one in active if not one.case.needs_check]
    news = [one for one in told if not one.case.is_baseline and (last is None or _changed_at(one) > last)]
    overdue = [one for one in certain if one.case.due_at <= now]
    new = [one for one in news if one in certain]
    check = [one for one in news if one.case.needs_check and one.case.status in ACTIVE]
    not_visible = [one for one in news if one.case.status is CaseStatus.reply_not_visible]
    due_today = [
        one for one in certain if one.case.due_at > now and local_date(one.case.due_at, one.person, settings) == today
    ]
    newly_late = [one for one in overdue if not one.case.is_baseline and (last is None or one.case.due_at > last)]
    is_reminder = bool(overdue) and now - (last or min(one.case.due_at for one in overdue)) >= REMINDER
    if not (new or check or not_visible or due_today or newly_late or is_reminder):
        return None
    shown: dict[tuple[str, str], int] = {}

    def positions(section: list[Waiting]) -> tuple[int, ...]:
        worst = one_a_campaign(sorted(section, key=worst_first))[:SHOWN]
        return tuple(shown.setdefault((one.case.source, one.case.review_id), len(shown)) for one in worst)

    sections = {
        "new": positions(new),
        "due_today": positions(due_today),
        "worst": positions(overdue),
        "check": positions(check),
        "not_visible": positions(not_visible),
    }
    return DigestDetails(
        reviews=tuple(shown),
        waiting_count=len({one.facts.key for one in (*new, *due_today, *overdue)}),
        new_count=len(new),
        due_today_count=len(due_today),
        overdue_count=len(overdue),
        check_count=len(check),
        not_visible_count=len(not_visible),
        **sections,
    )


def backlog_of(listing_id: str, cases: Sequence[Waiting], settings: Settings) -> BacklogDetails | None:
    """Return what the first reading of a listing found unanswered, or None where nothing waits."""
    waiting = [one for one in cases if one.case.status in ACTIVE]
    not_visible = [one for one in cases if one.case.status is CaseStatus.reply_not_visible]
    limit = timedelta(days=settings.cases.backlog_alerted_days)
    recent = [one for one in waiting if one.facts.first_seen_at - one.waiting_since <= limit]
    if not (waiting or not_visible):
        return None
    return BacklogDetails(
        listing_id=listing_id,
        reviews=tuple((one.case.source, one.case.review_id) for one in sorted(recent, key=worst_first)[:SHOWN]),
        recent_count=len(recent),
        count=len(waiting),
        not_visible_count=len(not_visible),
    )


def one_a_campaign(cases: Sequence[Waiting]) -> list[Waiting]:
    """Return the cases without those whose campaign an earlier one shows already."""
    seen: dict[object, Waiting] = {}
    for one in cases:
        seen.setdefault(one.campaign or one.case.key, one)
    return list(seen.values())


def worst_first(one: Waiting) -> tuple[bool, bool, float, datetime, str, str]:
    """Order by news before history, severe before ordinary, then by risk and by how long it is due."""
    case = one.case
    return case.is_baseline, case.severity != "severe", -case.risk, case.due_at, case.source, case.review_id


def _changed_at(one: Waiting) -> datetime:
    decided = one.facts.decided_at or one.case.opened_at
    return max(decided, one.case.opened_at)
