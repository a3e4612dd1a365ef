"""The rules of alerts, and what an alert about no single case carries (stored as JSON beside it).

Payloads name reviews instead of copying their words: what is shown is the state at the moment of sending, and what
was forgotten stays forgotten. `reviews` is the one key that the warehouse reads: it looks up their latest cases.
"""

from datetime import date
from enum import StrEnum

from core.base import Record, UtcTime


class Rule(StrEnum):
    """Why somebody is told. The value is the stable name in the warehouse."""

    digest = "digest"
    backlog = "backlog"
    coverage = "coverage"
    surge = "surge"
    all_quiet = "all_quiet"
    missed_run = "missed_run"
    weekly_summary = "weekly_summary"
    fade = "fade"
    spike = "spike"
    own = "own"
    """Any rule of the watchlist: stored as `rule:` and its id, at the level of its step."""
    praise_wave = "praise_wave"
    discloses = "discloses"
    near_miss = "near_miss"
    wave = "wave"
    severe = "severe"
    reply_removed = "reply_removed"
    reply_rejected = "reply_rejected"
    edited_after_reply = "edited_after_reply"
    woken = "woken"
    """A snooze is over, and the case is not late."""
    dispute_reminder = "dispute_reminder"
    branch_question = "branch_question"
    branch_overdue = "branch_overdue"
    claim_not_seen = "claim_not_seen"
    """The source did not show the reply that a person claimed."""
    unacknowledged = "unacknowledged"
    late = "late"
    escalation = "escalation"


LEVEL_OF: dict[Rule, int] = {
    Rule.digest: 0,
    Rule.backlog: 0,
    Rule.coverage: 0,
    Rule.surge: 0,
    Rule.all_quiet: 0,
    Rule.missed_run: 0,
    Rule.weekly_summary: 0,
    Rule.fade: 0,
    Rule.spike: 0,
    Rule.own: 1,
    Rule.praise_wave: 0,
    Rule.discloses: 1,
    Rule.near_miss: 1,
    Rule.wave: 1,
    Rule.severe: 1,
    Rule.reply_removed: 1,
    Rule.reply_rejected: 1,
    Rule.edited_after_reply: 1,
    Rule.woken: 1,
    Rule.dispute_reminder: 1,
    Rule.branch_question: 1,
    Rule.branch_overdue: 2,
    Rule.claim_not_seen: 1,
    Rule.unacknowledged: 2,
    Rule.late: 2,
    Rule.escalation: 3,
}
"""0 is told in the day's messages; from 1 on a case speaks for itself, and each level is one step up the ladder."""


OWN_PREFIX = "rule:"
"""What the stored name of a rule of the watchlist begins with."""


def rule_of(name: str) -> Rule:
    """Return the rule behind a stored name."""
    return Rule.own if name.startswith(OWN_PREFIX) else Rule(name)


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
    """A listing that could not be wholly read, and since when."""

    listing_id: str
    status: str
    error: str | None = None
    read_at: UtcTime | None = None
    """When it was last read well; None where that never was."""


class SurgeDetails(Record):
    """Alerts that wait for the operator's release."""

    count: int
    limit: int


class QuietDetails(Record):
    """That nothing waits for a person, with how many of their listings were really read, and the age of that news."""

    read: int
    listings: int
    read_at: UtcTime | None = None
    """Of the listing that was read longest ago."""


class MissedRunDetails(Record):
    """That no nightly run ended for too long."""

    last_night_at: UtcTime | None
    hours: int


class SpikeDetails(Record):
    """Far more complaints of one listing than its own history lets expect."""

    listing_id: str
    days: int
    count: int
    expected: float
    reviews: tuple[tuple[str, str], ...] = ()


class FadeDetails(Record):
    """A programme whose places are complained of more than in its first three months."""

    programme: str
    months: int
    share: float
    first_share: float
    reviews_count: int


class WeekDetails(Record):
    """One week of a person's listings."""

    starts_on: date
    reviews_count: int = 0
    satisfied: int = 0
    complaints: int = 0
    answered: int = 0
    formal: int = 0
    recovered: int = 0
    reviews: tuple[tuple[str, str], ...] = ()
    """Some of those who came round."""
    praised: tuple[tuple[str, int], ...] = ()
    steady_share: float | None = None
    """Satisfied share of 90 days over all places with enough reviews."""
    worst_place: str | None = None
    worst_share: float | None = None
    places: int = 0


class PraiseDetails(Record):
    """Many alike or textless five-star reviews: they are flagged, and stay."""

    listing_id: str
    """The listing of the first of them."""
    count: int
    listings: int
    """How many listings got some."""
    has_text: bool
    reviews: tuple[tuple[str, str], ...] = ()
