"""What would have been sent over a recorded history: the pure functions of this room, run look by look.

Nothing is stored and no channel is called: alerts are counted as sent at the first minute that their reader's quiet
hours allow, if the case still waits then. Not replayed are messages about the reading of listings, summaries of
a week, programmes, and what a reply discloses: none of them follows from single cases.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final, cast

from alerts import cases, planning
from alerts.acts import RefusedError, apply_act
from alerts.campaigns import Campaigns
from alerts.details import Rule
from alerts.routing import Routing
from alerts.states import ACTIVE
from core.acts import Act
from core.campaigns import Found, Member
from core.records import Alert, Case, CaseFacts, CaseStatus, History, Prediction, ReviewKey
from core.settings import Settings
from core.signals import DailyComplaints, Signals
from core.watchlist import Watchlist

EVERY: Final = timedelta(hours=4)
"""Alerts are planned after each look; so often in between, from 30 nights before the span that is asked for."""

_LIVE: Final = frozenset(CaseStatus) - {CaseStatus.resolved, CaseStatus.dismissed}
_SPIKE_DAYS: Final = 98
_RECENT: Final = timedelta(days=2)
_NIGHTS: Final = 30

State = tuple[datetime, CaseFacts]
Predictions = Mapping[tuple[str, str, str], Prediction]


@dataclass(frozen=True, slots=True)
class Told:
    """One alert that would have been planned, and what would have become of it."""

    alert: Alert
    rating: float | None
    """Of its review; None where it is about none, or a review without stars."""
    sent_at: datetime | None = None
    cancelled: str | None = None
    """Why it would not have been sent after all."""
    covered: bool = False
    """Another message speaks for it."""
    late: bool = False
    """Its case was past its SLA when it was sent."""


@dataclass(frozen=True, slots=True)
class Overdue:
    """A case whose SLA ended without a reply."""

    source: str
    review_id: str
    reopen_no: int
    due_at: datetime
    person: str | None
    """Who answers; None where the watchlist names nobody."""


@dataclass
class Replayed:
    """What one replay found, of the span that was asked for."""

    told: list[Told] = field(default_factory=list)
    overdue: list[Overdue] = field(default_factory=list)
    opened: dict[tuple[str, str, int], float | None] = field(default_factory=dict)
    """Cases that opened or came back, with their rating; without history of a first reading."""
    reviews: int = 0
    """First seen in the span."""
    unjudged: int = 0
    """Contents of these that no model judged: their stars alone decide."""
    held_days: dict[date, int] = field(default_factory=dict)
    """By UTC date, how many alerts would have been held as a surge."""
    refused_acts: int = 0
    """Acts of people that find no such case in this replay."""


def replay(
    states: Sequence[State],
    predictions: Predictions,
    acts: Sequence[Act],
    *,
    watchlist: Watchlist,
    settings: Settings,
    looks: Sequence[datetime],
    since: datetime,
    until: datetime,
    members: Sequence[Member] = (),
) -> Replayed:
    """Replay a history from its beginning and return what falls between `since` and `until`.

    Args:
        states: What was known of each review from a time on, ordered by that time.
        predictions: What is said of each content, by source, review and hash; as known from its first sighting on.
        acts: What people did, ordered by time.
        watchlist: Who is told; its own rules count as active from `since` on.
        settings: Thresholds, clocks and limits.
        looks: When something was read; planning follows each, and every four hours in between.
        since: What is returned begins here; before it, all is replayed so that the cases stand as they would.
        until: Where the replay ends.
        members: Campaigns, as far as they are known.
    """
    run = _Replay(predictions, watchlist, settings, since, members)
    for now, fresh, done in _ticks(states, acts, looks, since, until):
        run.tick(now, fresh, done)
    run.send(until)
    return run.found


def _ticks(
    states: Sequence[State], acts: Sequence[Act], looks: Sequence[datetime], since: datetime, until: datetime
) -> Iterator[tuple[datetime, list[CaseFacts], list[Act]]]:
    if not states:
        return
    first = states[0][0]
    start = max(first, since - timedelta(days=_NIGHTS)).replace(minute=0, second=0, microsecond=0)
    count = max(0, int((until - start) / EVERY)) + 1
    steps = {start + n * EVERY for n in range(1, count + 1)}
    times = sorted(at for at in {*steps, *looks, *(act.at for act in acts)} if at <= until)
    number = place = 0
    for now in times:
        fresh, done = [], []
        while number < len(states) and states[number][0] <= now:
            fresh.append(states[number][1])
            number += 1
        while place < len(acts) and acts[place].at <= now:
            done.append(acts[place])
            place += 1
        yield now, fresh, done


class _Replay:
    def __init__(
        self,
        predictions: Predictions,
        watchlist: Watchlist,
        settings: Settings,
        since: datetime,
        members: Sequence[Member],
    ) -> None:
        self._predictions, self._watchlist, self._settings, self._since = predictions, watchlist, settings, since
        self._members: dict[ReviewKey, Member] = {one.key: one for one in members}
        self._rules = {rule.id: since for rule in watchlist.rules}
        self._facts: dict[ReviewKey, CaseFacts] = {}
        self._live: set[ReviewKey] = set()
        self._keys: set[str] = set()
        self._pending: list[Told] = []
        self._immediate: dict[str, list[datetime]] = defaultdict(list)
        self._digests: dict[str, datetime] = {}
        self._planned: Counter[date] = Counter()
        self._campaigns = Campaigns()
        self._late: set[tuple[str, str, int]] = set()
        self._complaints = _Complaints(watchlist)
        self.found = Replayed()

    def tick(self, now: datetime, fresh: Iterable[CaseFacts], acts: Iterable[Act]) -> None:
        """Send what was due before, take in what is new, decide, and plan."""
        self.send(now - timedelta(microseconds=1))
        changed = {one.key for one in map(self._see, fresh)}
        for act in acts:
            self._do(act)
        for key in sorted(self._live | changed):
            self._advance(key, now)
        if self._members and changed & self._members.keys():
            known = tuple(one for key, one in self._members.items() if key in self._facts)
            self._campaigns = Campaigns(Found(members=known))
        self._note_overdue(now)
        self._plan(now)
        self.send(now)

    def send(self, now: datetime) -> None:
        """Let go what may be sent by `now`, unless its case needs no more words."""
        left = []
        for told in self._pending:
            alert = told.alert
            facts = self._facts.get(ReviewKey(alert.source, alert.review_id))
            case = facts.case if facts else None
            why = None if case is None else _cancelled(alert, case)
            if why is not None:
                self._note(replace(told, cancelled=why))
            elif alert.not_before > now or (case and case.snoozed_until and case.snoozed_until > now):
                left.append(told)
            else:
                at = max(alert.not_before, (case and case.snoozed_until) or alert.not_before)
                self._note(replace(told, sent_at=at, late=case is not None and case.due_at < at))
        self._pending = left

    def _see(self, facts: CaseFacts) -> CaseFacts:
        before = self._facts.get(facts.key)
        said = self._predictions.get((facts.source, facts.review_id, facts.content_hash))
        updates: dict[str, object] = {"prediction": said}
        if before is not None:
            names = ("decided_hash", "decided_at", "decided_reason", "acted_at", "case")
            updates |= {name: getattr(before, name) for name in names}
        if before is None and facts.first_seen_at >= self._since:
            self.found.reviews += 1
            self.found.unjudged += said is None
        fresh = facts.model_copy(update=updates)
        self._facts[facts.key] = fresh
        self._complaints.see(fresh, before)
        return fresh

    def _do(self, act: Act) -> None:
        facts = self._facts.get(act.key)
        try:
            if facts is None:
                raise RefusedError(f"{act.source}/{act.review_id}: the review is not known yet")
            change = apply_act(facts, act, watchlist=self._watchlist, settings=self._settings)
        except RefusedError:
            self.found.refused_acts += act.at >= self._since
            return
        self._facts[act.key] = cases.apply(facts, change)
        self._live.add(act.key)

    def _advance(self, key: ReviewKey, now: datetime) -> None:
        facts = self._facts[key]
        before = facts.case
        change = cases.advance(facts, watchlist=self._watchlist, settings=self._settings, now=now)
        facts = self._facts[key] = cases.apply(facts, change)
        case = facts.case
        is_live = case is not None and case.status in _LIVE
        (self._live.add if is_live else self._live.discard)(key)
        if case is None or (before is not None and before.reopen_no == case.reopen_no):
            return
        if case.opened_at >= self._since and not case.is_baseline:
            self.found.opened[(*key, case.reopen_no)] = facts.rating

    def _note_overdue(self, now: datetime) -> None:
        for key in self._live:
            case = self._facts[key].case
            if case is None or case.status not in ACTIVE or case.is_baseline or case.due_at > now:
                continue
            name = (*key, case.reopen_no)
            if name not in self._late:
                self._late.add(name)
                if case.due_at >= self._since:
                    person = Routing(self._watchlist, self._settings, now).answering(self._facts[key])
                    self.found.overdue.append(Overdue(*name, case.due_at, person.id if person else None))

    def _plan(self, now: datetime) -> None:
        today = now.astimezone(UTC).date()
        nights = [self._planned[today - timedelta(days=n)] for n in range(1, _NIGHTS + 1)]
        recent = {name: tuple(at for at in times if at >= now - _RECENT) for name, times in self._immediate.items()}
        history = History.model_construct(  # its sets are ours: copying them at each step would cost more than planning
            planned_keys=cast("frozenset[str]", self._keys),
            immediate=recent,
            last_digest=self._digests,
            nightly_maximum=max(nights),
            planned_today=self._planned[today],
            activations=self._rules,
        )
        live = [self._facts[key] for key in sorted(self._live)]
        result = planning.plan(
            live,
            watchlist=self._watchlist,
            settings=self._settings,
            now=now,
            history=history,
            signals=Signals(complaints=self._complaints.until(now)),
            campaigns=self._campaigns,
        )
        for alert in result.alerts:
            self._keys.add(alert.alert_key)
            facts = self._facts.get(ReviewKey(alert.source, alert.review_id))
            told = Told(alert, facts.rating if facts else None, covered=alert.alert_key in result.covered)
            if alert.rule == Rule.digest:
                self._digests[alert.destination] = alert.planned_at
            if told.covered:
                self._note(told)
            elif alert.held:
                self.found.held_days[today] = self.found.held_days.get(today, 0) + (now >= self._since)
                self._note(told)
            else:
                if alert.level >= 1:
                    self._planned[today] += 1
                    if not alert.folded:
                        self._immediate[alert.destination].append(alert.not_before)
                self._pending.append(told)

    def _note(self, told: Told) -> None:
        if told.alert.planned_at >= self._since:
            self.found.told.append(told)


def _cancelled(alert: Alert, case: Case) -> str | None:
    """Return why a planned alert needs no sending any more: as the outbox decides it before a delivery."""
    if case.reopen_no > alert.reopen_no:
        return "the case was opened again"
    if alert.rule in {Rule.branch_question, Rule.branch_overdue} and case.branch_answered_at is not None:
        return "the branch answered"
    if case.status in {CaseStatus.resolved, CaseStatus.dismissed, CaseStatus.claimed, CaseStatus.answered}:
        return f"the case is {case.status}"
    taken = case.acknowledged_at
    if alert.rule == Rule.unacknowledged and taken is not None and taken >= (case.severe_at or case.opened_at):
        return "somebody took the case up"
    return None


class _Complaints:
    """Complaints by listing and day of posting, for spikes: stars or the model say so."""

    def __init__(self, watchlist: Watchlist) -> None:
        self._days: dict[str, Counter[date]] = {one.id: Counter() for one in watchlist.listings if one.enabled}
        self._first: dict[str, date] = {}
        self._counted: tuple[date, int] | None = None
        self._told: tuple[DailyComplaints, ...] = ()
        self._changes = 0

    def see(self, facts: CaseFacts, before: CaseFacts | None) -> None:
        """Take in what is now known of a review in place of what was known before."""
        days = self._days.get(facts.listing_id)
        if days is None:
            return
        self._changes += 1
        if before is not None and _is_negative(before) and before.listing_id == facts.listing_id:
            days[_posted_on(before)] -= 1
        day = _posted_on(facts)
        days[day] += _is_negative(facts)
        self._first[facts.listing_id] = min(day, self._first.get(facts.listing_id, day))

    def until(self, now: datetime) -> tuple[DailyComplaints, ...]:
        """Return the counts of the last 98 days, the last of which is today (UTC)."""
        today = now.astimezone(UTC).date()
        if self._counted != (today, self._changes):
            self._counted = (today, self._changes)
            self._told = tuple(self._daily(name, today) for name in sorted(self._days))
        return self._told

    def _daily(self, name: str, today: date) -> DailyComplaints:
        first = self._first.get(name)
        if first is None or first > today:
            return DailyComplaints(listing_id=name, days=())
        span = min((today - first).days + 1, _SPIKE_DAYS)
        days = self._days[name]
        return DailyComplaints(
            listing_id=name, days=tuple(days[today - timedelta(days=n)] for n in reversed(range(span)))
        )


def _is_negative(facts: CaseFacts) -> bool:
    by_text = facts.prediction is not None and facts.prediction.label == "negative"
    return by_text or (facts.rating is not None and facts.rating <= 0.25)


def _posted_on(facts: CaseFacts) -> date:
    return (facts.posted_at or facts.first_seen_at).astimezone(UTC).date()
