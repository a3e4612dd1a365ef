"""What happens next to a case that stays without a reply: a reminder, or somebody else hears of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.cases import ACTIVE
from core.records import Case
from core.settings import Settings
from core.watchlist import Person, Watchlist


@dataclass(frozen=True, slots=True)
class NextStep:
    """When the next word about a case is due, and to whom; None is whoever answers it."""

    at: datetime
    person: Person | None = None


def next_step(
    case: Case, waiting_since: datetime, watchlist: Watchlist, settings: Settings, now: datetime
) -> NextStep | None:
    """Return the next built-in step of a waiting case, or None where all of them are behind it."""
    if case.status not in ACTIVE or case.needs_check:
        return None
    listing = watchlist.listing(case.listing_id)
    changed = watchlist.builtin_rule("escalation")
    name = changed.to[0] if changed.to else listing.escalation if listing else None
    person = watchlist.person(name) if name and changed.enabled else None
    at = max(case.due_at, waiting_since + timedelta(days=settings.cases.escalate_after_days))
    if person is not None and at > now:
        return NextStep(at, person)
    return NextStep(case.due_at) if now < case.due_at else None
