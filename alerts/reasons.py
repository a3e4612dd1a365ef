"""Why something is told of a case or is not: every condition with its numbers, so that it can be worked out again.

What is due is asked of planning itself; the conditions beside it are stated apart from it, and a test works the
decision out from them alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts import planning, reminders, rules
from alerts.arithmetic import Clock, attended_clock, business_clock, calendar_clock, moment_text
from alerts.calendar import BusinessTime
from alerts.campaigns import NO_CAMPAIGNS, Campaigns
from alerts.cases import acknowledge_by
from alerts.details import LEVEL_OF, OWN_PREFIX, Rule
from alerts.digest import Waiting
from alerts.routing import Routing
from alerts.states import ACTIVE, has_standing_reply, judge, prediction_of_present_content
from core.base import Key, Probability, Record, UtcTime
from core.records import AspectScore, Case, CaseFacts, History
from core.settings import Settings
from core.watchlist import Person, Watchlist


class Judgement(Record):
    """Whether the present content is a complaint: the stars alone, else the probability against the threshold."""

    rating: Probability | None
    low_rating: float
    """Up to this the stars alone decide."""
    p_negative: Probability | None = None
    """Of text, title and stars together, calibrated; None where no model judged the present content."""
    p_neutral: Probability | None = None
    p_positive: Probability | None = None
    label: str | None = None
    language: str | None = None
    model: str | None = None
    scored_at: UtcTime | None = None
    aspects: tuple[AspectScore, ...] = ()
    threshold: float
    negative_weight: float
    check_below: float
    """A complaint by its text that is less likely than this is doubtful: it goes to the digest alone."""
    evidence_threshold: float
    is_complaint: bool | None
    """None: neither the stars nor a model can tell yet."""
    needs_check: bool
    reason: str
    decided_reason: str | None = None
    """What was decided when this content was new; it stands, whatever a later model or threshold would say."""
    decided_at: UtcTime | None = None


class RuleReason(Record):
    """One rule or step of a ladder at this moment."""

    rule: str
    level: int
    due_at: UtcTime | None
    """From when on; None where no clock is in it, or what it waits for did not happen."""
    is_due: bool
    """As planning itself says."""
    to: tuple[str, ...] = ()
    """Whom it tells now."""
    why: str


class Reasons(Record):
    """All that decides about the alerts of one case at one moment."""

    source: Key
    review_id: Key
    listing_id: Key
    now: UtcTime
    judgement: Judgement
    is_baseline: bool
    first_seen_at: UtcTime
    posted_at: UtcTime | None
    gone_at: UtcTime | None
    reply_state: str
    reply_seen_at: UtcTime | None
    reply_at: UtcTime | None
    reply_removed_at: UtcTime | None
    edited_after_reply_at: UtcTime | None
    has_standing_reply: bool
    acted_at: UtcTime | None
    case: Case | None
    waiting_since: UtcTime | None = None
    person: str | None = None
    """Who answers."""
    listing_enabled: bool = True
    voices: int = 0
    """Of its campaign; 0 where it is in none."""
    near_miss: float
    escalate_after_days: float
    wave_least: int
    switched_off: tuple[str, ...] = ()
    """Built-in rules that the watchlist switched off."""
    may_be_told: bool
    silences: tuple[str, ...] = ()
    """Why nothing is told at once; empty where it may be."""
    clocks: tuple[Clock, ...] = ()
    rules: tuple[RuleReason, ...] = ()


def reasons(
    facts: CaseFacts,
    *,
    watchlist: Watchlist,
    settings: Settings,
    now: datetime,
    campaigns: Campaigns = NO_CAMPAIGNS,
    activations: Mapping[str, datetime] | None = None,
) -> Reasons:
    """Return why something is told of a review at `now`, or is not.

    Args:
        facts: All that is known of it.
        watchlist: Who is told, by which calendar, by which rules.
        settings: Thresholds and clocks.
        now: The moment that is explained.
        campaigns: What belongs together.
        activations: Since when each rule of the watchlist holds.
    """
    return _Reasons(facts, watchlist, settings, now, campaigns, activations or {}).all()


@dataclass
class _Reasons:
    _facts: CaseFacts
    _watchlist: Watchlist
    _settings: Settings
    _now: datetime
    _campaigns: Campaigns
    _activations: Mapping[str, datetime]

    def __post_init__(self) -> None:
        self._routing = Routing(self._watchlist, self._settings, self._now)
        self._person = self._routing.answering(self._facts)
        self._listing = self._routing.listing(self._facts.listing_id)

    def all(self) -> Reasons:
        """Put it together."""
        facts, case, settings = self._facts, self._facts.case, self._settings
        waiting = Waiting(facts, case, self._person) if case is not None and self._person is not None else None
        silences = self._silences()
        clocks = self._clocks(waiting)
        return Reasons(
            source=facts.source,
            review_id=facts.review_id,
            listing_id=facts.listing_id,
            now=self._now,
            judgement=self._judgement(),
            is_baseline=facts.is_baseline,
            first_seen_at=facts.first_seen_at,
            posted_at=facts.posted_at,
            gone_at=facts.gone_at,
            reply_state=facts.reply_state,
            reply_seen_at=facts.reply_seen_at,
            reply_at=facts.reply_at,
            reply_removed_at=facts.reply_removed_at,
            edited_after_reply_at=facts.edited_after_reply_at,
            has_standing_reply=has_standing_reply(facts),
            acted_at=facts.acted_at,
            case=case,
            waiting_since=waiting.waiting_since if waiting else None,
            person=self._person.id if self._person else None,
            listing_enabled=self._listing.enabled if self._listing else True,
            voices=self._campaigns.voices(self._campaigns.alike(facts.key)),
            near_miss=settings.cases.near_miss,
            escalate_after_days=settings.cases.escalate_after_days,
            wave_least=settings.campaigns.wave_least,
            switched_off=tuple(sorted(name for name, one in self._watchlist.builtin.items() if not one.enabled)),
            may_be_told=not silences,
            silences=tuple(silences),
            clocks=tuple(clocks.values()),
            rules=tuple(self._rules(waiting, clocks)),
        )

    def _judgement(self) -> Judgement:
        facts, judging = self._facts, self._settings.judging
        said, decision = prediction_of_present_content(facts), judge(facts, self._settings)
        return Judgement(
            rating=facts.rating,
            low_rating=judging.low_rating,
            threshold=judging.threshold,
            negative_weight=judging.negative_weight,
            check_below=judging.check_below,
            evidence_threshold=judging.evidence_threshold,
            is_complaint=decision.is_complaint if decision else None,
            needs_check=decision.needs_check if decision else False,
            reason=decision.words if decision else "no model judged it yet, and its stars alone do not tell",
            decided_reason=facts.decided_reason,
            decided_at=facts.decided_at,
            **(
                {
                    name: getattr(said, name)
                    for name in ("p_negative", "p_neutral", "p_positive", "language", "model", "scored_at", "aspects")
                }
                if said
                else {}
            ),
            label=said.label.value if said else None,
        )

    def _silences(self) -> list[str]:
        facts, case, now = self._facts, self._facts.case, self._now
        if case is None:
            return [self._why_no_case()]
        doubt = f"it is doubtful (below {self._settings.judging.check_below:g}): the digest alone tells of it"
        limit = "history of the listing's first reading is listed, never told one by one"
        snoozed = case.snoozed_until if case.snoozed_until and case.snoozed_until > now else None
        found = [
            (case.status not in ACTIVE, f"the case is {case.status}"),
            (facts.gone_at is not None, "the source deleted the review"),
            (has_standing_reply(facts), "a published reply answers the present content"),
            (case.needs_check, doubt),
            (case.is_baseline, limit),
            (snoozed is not None, f"it is snoozed until {moment_text(snoozed)}" if snoozed else ""),
            (self._listing is not None and not self._listing.enabled, "the listing is switched off"),
            (self._person is None, "the watchlist names nobody who answers"),
        ]
        return [words for holds, words in found if holds]

    def _why_no_case(self) -> str:
        decision = judge(self._facts, self._settings)
        match self._facts.decided_reason:
            case "history":
                days = self._settings.cases.backlog_listed_days
                return f"a complaint older than {days:g} days at the listing's first reading opens no case"
            case "gone":
                return "the source had deleted it when it was decided about"
            case "not_a_complaint":
                return f"it is no complaint: {decision.words if decision else 'decided then'}"
            case _:
                return "it was not decided about yet" if decision else "no model judged it yet"

    def _clocks(self, waiting: Waiting | None) -> dict[str, Clock]:
        if waiting is None:
            return {}
        case, now, cases = waiting.case, self._now, self._settings.cases
        found = [self._reply_clock(case), self._near_miss_clock(waiting)]
        if case.severity == "severe":
            start = case.severe_at or case.opened_at
            hours = cases.severe_acknowledge_hours
            until = acknowledge_by(case, waiting.person, self._watchlist, self._settings)
            business = BusinessTime.of(waiting.person, self._watchlist, self._settings)
            found.append(
                attended_clock("acknowledge", hours, start, until, now, business=business, person=waiting.person)
            )
        since = waiting.waiting_since
        escalation = since + timedelta(days=cases.escalate_after_days)
        found.append(calendar_clock("customer_wait", since, escalation, now))
        return {one.name: one for one in found}

    def _reply_clock(self, case: Case) -> Clock:
        """Return the SLA: the ordinary one of whoever answers for the listing, or the hours of a severe case."""
        owner = self._owner()
        business = BusinessTime.of(owner, self._watchlist, self._settings)
        days = (owner.sla.ordinary_days if owner else None) or self._settings.cases.ordinary_days
        if business.add(case.opened_at, days) == case.due_at:
            name = owner.id if owner else None
            return business_clock("reply", days, case.opened_at, case.due_at, self._now, business=business, person=name)
        return calendar_clock("reply", case.severe_at or case.opened_at, case.due_at, self._now)

    def _near_miss_clock(self, waiting: Waiting) -> Clock:
        case, now, share = waiting.case, self._now, self._settings.cases.near_miss
        if case.severity == "severe":
            start = case.severe_at or case.opened_at
            return calendar_clock("near_miss", start, start + share * max(timedelta(0), case.due_at - start), now)
        business, start = BusinessTime.of(waiting.person, self._watchlist, self._settings), case.opened_at
        days = business.between(start, case.due_at) * share
        until = business.add(start, days)
        return business_clock("near_miss", days, start, until, now, business=business, person=waiting.person.id)

    def _owner(self) -> Person | None:
        return (
            self._watchlist.person(self._listing.responsible) if self._listing and self._listing.responsible else None
        )

    def _rules(self, waiting: Waiting | None, clocks: Mapping[str, Clock]) -> list[RuleReason]:
        if waiting is None:
            return []
        due = self._due()
        facts, case = self._facts, waiting.case
        removed = facts.reply_removed_at
        ends = {name: clock.until_at for name, clock in clocks.items()}
        severe = case.severity == "severe"
        start = case.severe_at or case.opened_at
        told: list[tuple[Rule, datetime | None, str]] = [
            (Rule.wave, None, f"{self._campaigns.voices(self._campaigns.alike(facts.key))} voices of one campaign"),
            (Rule.severe, start if severe else None, f"the case is {case.severity}"),
            (Rule.unacknowledged, ends.get("acknowledge"), "nobody took up a severe case in the attended hours"),
            (Rule.near_miss, ends["near_miss"], f"{self._settings.cases.near_miss:.0%} of the SLA, until it is over"),
            (Rule.late, ends["reply"], "the SLA is over"),
            (Rule.escalation, max(ends["customer_wait"], ends["reply"]), "the customer's wait, and the SLA is over"),
            (Rule.reply_removed, removed if removed == case.opened_at else None, "the reply disappeared"),
            (Rule.reply_rejected, None, f"the reply is {facts.reply_state}"),
            (Rule.edited_after_reply, facts.edited_after_reply_at, "the customer edited after the reply"),
        ]
        found = [
            RuleReason(
                rule=rule, level=LEVEL_OF[rule], due_at=at, why=why, is_due=(str(rule), LEVEL_OF[rule]) in due,
                to=due.get((str(rule), LEVEL_OF[rule]), ()),
            )
            for rule, at, why in told
        ]  # fmt: skip
        for reminder in reminders.due(facts, self._settings, self._now):
            level = LEVEL_OF[reminder.rule]
            key = (str(reminder.rule), level)
            words = f"because of what a person did at {reminder.mark}"
            found.append(
                RuleReason(
                    rule=reminder.rule, level=level, due_at=None, is_due=key in due, to=due.get(key, ()), why=words
                )
            )
        return found + self._own_rules(waiting, due)

    def _own_rules(self, waiting: Waiting, due: Mapping[tuple[str, int], tuple[str, ...]]) -> list[RuleReason]:
        found = []
        for rule in self._watchlist.rules:
            since = self._activations.get(rule.id, self._now)
            fits = rules.matches(rule, waiting, watchlist=self._watchlist, now=self._now)
            may = rules.may_fire(rule, waiting.facts, active_since=since, now=self._now)
            why = "all its conditions hold" if fits else "a condition does not hold"
            if not may:
                why += f"; it tells of no such case (it holds since {moment_text(since)})"
            for step in rule.ladder:
                name = f"{OWN_PREFIX}{rule.id}"
                at = rules.due_at(step, waiting.case.opened_at, waiting.person, self._watchlist, self._settings)
                key = (name, step.level)
                found.append(
                    RuleReason(rule=name, level=step.level, due_at=at, is_due=key in due, to=due.get(key, ()), why=why)
                )
        return found

    def _due(self) -> dict[tuple[str, int], tuple[str, ...]]:
        """Ask planning, as if nothing had been told before, what it would tell now of this case alone."""
        planned = planning.plan(
            [self._facts],
            watchlist=self._watchlist,
            settings=self._settings,
            now=self._now,
            history=History(activations=dict(self._activations)),
            campaigns=self._campaigns,
        )
        found: dict[tuple[str, int], list[str]] = {}
        for alert in planned.alerts:
            if (alert.source, alert.review_id) == self._facts.key and alert.level >= 1:
                found.setdefault((alert.rule, alert.level), []).append(alert.destination)
        return {key: tuple(names) for key, names in found.items()}


def in_words(found: Reasons, told: Sequence[Mapping[str, object]]) -> str:
    """Return the verdict in one sentence: what was told of the case, is due now, or why nothing is."""
    due = [f"{one.rule} to {', '.join(one.to)}" for one in found.rules if one.is_due]
    planned = [f"{row['rule']} to {row['destination']} ({row['state']})" for row in told if row["level"]]
    parts = [
        f"planned so far: {', '.join(planned)}" if planned else "nothing was told of it alone",
        f"due now: {'; '.join(due)}" if due else "nothing is due now",
        *(found.silences if not due else ()),
    ]
    return "; ".join(parts)
