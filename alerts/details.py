"""The rules of alerts, and what an alert about no single case carries (stored as JSON beside it).

Payloads name reviews instead of copying their words: what is shown is the state at the moment of sending, and what
was forgotten stays forgotten. `reviews` is the one key that the warehouse reads: it looks up their latest cases.
"""

from enum import StrEnum

from core.records import Record


class Rule(StrEnum):
    """Why somebody is told. The value is the stable name in the warehouse."""

    digest = "digest"
    backlog = "backlog"
    coverage = "coverage"
    surge = "surge"
    all_quiet = "all_quiet"
    discloses = "discloses"
    near_miss = "near_miss"
    severe = "severe"
    reply_removed = "reply_removed"
    reply_rejected = "reply_rejected"
    edited_after_reply = "edited_after_reply"
    unacknowledged = "unacknowledged"
    late = "late"
    escalation = "escalation"


LEVEL_OF: dict[Rule, int] = {
    Rule.digest: 0,
    Rule.backlog: 0,
    Rule.coverage: 0,
    Rule.surge: 0,
    Rule.all_quiet: 0,
    Rule.discloses: 1,
    Rule.near_miss: 1,
    Rule.severe: 1,
    Rule.reply_removed: 1,
    Rule.reply_rejected: 1,
    Rule.edited_after_reply: 1,
    Rule.unacknowledged: 2,
    Rule.late: 2,
    Rule.escalation: 3,
}
"""0 is told in the day's messages; from 1 on a case speaks for itself, and each level is one step up the ladder."""


class DigestDetails(Record):
    """What a day's digest tells: positions in `reviews` by section (the shown ones), and how many there are."""

    reviews: tuple[tuple[str, str], ...] = ()
    new: tuple[int, ...] = ()
    due_today: tuple[int, ...] = ()
    worst: tuple[int, ...] = ()
    check: tuple[int, ...] = ()
    not_visible: tuple[int, ...] = ()
    waiting_count: int = 0
    """Cases that are new, due today or overdue, each counted once."""
    new_count: int = 0
    due_today_count: int = 0
    overdue_count: int = 0
    check_count: int = 0
    not_visible_count: int = 0


class BacklogDetails(Record):
    """What the first reading of a listing found: all waiting cases of its history, and the recent ones shown."""

    listing_id: str
    reviews: tuple[tuple[str, str], ...] = ()
    recent_count: int = 0
    count: int = 0
    not_visible_count: int = 0


class CoverageDetails(Record):
    """A listing that was not wholly read this night."""

    listing_id: str
    status: str
    error: str | None = None


class SurgeDetails(Record):
    """Alerts that wait for the operator's release."""

    count: int
    limit: int


class QuietDetails(Record):
    """How many of a person's listings were really read in a week in which nothing waits."""

    read: int
    listings: int
