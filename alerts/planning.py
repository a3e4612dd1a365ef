"""Who is told what, and from when on: pure functions from the state of all cases to new alerts for the outbox.

Planning is repeated by every flow. An alert has a key made of review, reopening, rule, level and destination, so
planning again plans nothing twice; what matters is only that nothing due is left out.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from alerts import reminders, rules
from alerts.calendar import BusinessTime, local_date
from alerts.campaigns import NO_CAMPAIGNS, Campaigns, praise_name, praise_names, told_once
from alerts.cases import ACTIVE, acknowledge_by, has_standing_reply
from alerts.details import LEVEL_OF, OWN_PREFIX, PraiseDetails, Rule, SurgeDetails
from alerts.digest import Waiting, backlog_of, digest_of
from alerts.notices import Notices
from alerts.routing import Routing
from core.records import Alert, Case, CaseFacts, History, Record, ReplyState, alert_key
from core.settings import Settings
from core.signals import Signals
from core.watchlist import Person, Watchlist

OWN_SOURCE = "otklik"
"""`source` of alerts about no single review."""

_UP = frozenset({Rule.unacknowledged, Rule.escalation})
"""Rules that tell the person behind the responsible one."""

NOTHING_COUNTED = Signals()


@dataclass(frozen=True, slots=True)
class Plan:
    """New alerts, the JSON payloads of those that have one, and whether those with level >= 1 are held."""

    alerts: tuple[Alert, ...]
    details: Mapping[str, str]
    held: bool = False
    held_reason: str | None = None
    covered: Mapping[str, str] = field(default_factory=dict)
    """By alert key, the key of the alert whose message speaks for this one."""
    unrouted: int = 0
    """Waiting cases of one's own listings for which the watchlist names nobody: the operator's, if there is one."""


def plan(
    open_cases: Sequence[CaseFacts],
    *,
    watchlist: Watchlist,
    settings: Settings,
    now: datetime,
    history: History,
    signals: Signals = NOTHING_COUNTED,
    disclosing: Sequence[Case] = (),
    campaigns: Campaigns = NO_CAMPAIGNS,
) -> Plan:
    """Plan what is due and not planned yet.

    Args:
        open_cases: Facts with their present cases; those that wait for nothing are passed over.
        watchlist: Who is responsible, in which language, zone and calendar.
        settings: Clocks and limits.
        now: The clock of the run.
        history: What was planned before.
        signals: What was counted beside the cases: coverage, complaints by day, the week.
        disclosing: Answered cases whose reply was just found to disclose what is secret.
        campaigns: What belongs together, so that one message speaks for it.
    """
    planner = _Planner(watchlist, settings, now, history, campaigns)
    waiting = planner.waiting(open_cases)
    planner.plan_steps(waiting)
    planner.plan_reminders(waiting)
    planner.plan_rules(waiting)
    planner.plan_disclosures(disclosing)
    planner.plan_days(waiting)
    planner.plan_notices(waiting, signals)
    planner.plan_praise()
    return planner.finish()


def may_be_told(facts: CaseFacts, now: datetime) -> bool:
    """Tell whether alerts of level >= 1 about this case may be planned: it waits, is certain, news and not snoozed."""
    case = facts.case
    return (
        case is not None
        and case.status in ACTIVE
        and not case.needs_check
        and not case.is_baseline
        and facts.gone_at is None
        and not has_standing_reply(facts)
        and not (case.snoozed_until is not None and case.snoozed_until > now)
    )


class _Planner:
    def __init__(
        self, watchlist: Watchlist, settings: Settings, now: datetime, history: History, campaigns: Campaigns
    ) -> None:
        self._watchlist, self._settings, self._now, self._history = watchlist, settings, now, history
        self._campaigns = campaigns
        self._waiting: list[Case] = []
        self._routing = Routing(watchlist, settings, now)
        self._people = {person.id: person for person in (*watchlist.people, *watchlist.channels)}
        self._unrouted = 0
        self._steps: list[tuple[Case, Alert, Person]] = []
        self._others: list[Alert] = []
        self._details: dict[str, str] = {}

    def waiting(self, facts: Sequence[CaseFacts]) -> list[Waiting]:
        """Return the cases that have somebody to be told, each with the person; none of listings switched off."""
        found = []
        for fact in facts:
            listing = self._routing.listing(fact.listing_id)
            if fact.case is None or (listing is not None and not listing.enabled):
                continue
            self._unrouted += fact.case.status in ACTIVE and self._routing.is_unrouted(fact)
            person = self._routing.answering(fact)
            if person is not None:
                found.append(Waiting(fact, fact.case, person, self._campaigns.name(fact.key)))
        self._waiting = [one.case for one in found]
        return found

    def plan_steps(self, waiting: Sequence[Waiting]) -> None:
        """Plan the steps of single cases, level >= 1."""
        for one in waiting:
            if not may_be_told(one.facts, self._now):
                continue
            for rule in self._due_rules(one):
                usual = "escalation" if rule in _UP else "responsible"
                people = self._told(rule, (usual,), one.facts, one.person)
                self._step(one.case, rule, LEVEL_OF[rule], people, mark=reminders.mark_of(rule, one.facts, one.case))

    def plan_reminders(self, waiting: Sequence[Waiting]) -> None:
        """Plan what is told because of what people did with a case."""
        for one in waiting:
            for reminder in reminders.due(one.facts, self._settings, self._now):
                people = self._told(reminder.rule, reminder.to, one.facts, one.person)
                self._step(one.case, reminder.rule, LEVEL_OF[reminder.rule], people, mark=reminder.mark)

    def plan_rules(self, waiting: Sequence[Waiting]) -> None:
        """Plan the steps of the watchlist's own rules; none of a case that is older than its rule."""
        for rule in self._watchlist.rules:
            since = self._history.activations.get(rule.id, self._now)
            for one in waiting:
                if not rules.may_fire(rule, one.facts, active_since=since, now=self._now):
                    continue
                if not rules.matches(rule, one, watchlist=self._watchlist, now=self._now):
                    continue
                for step in rule.ladder:
                    due = rules.due_at(step, one.case.opened_at, one.person, self._watchlist, self._settings)
                    if due <= self._now:
                        listing = self._routing.listing(one.facts.listing_id)
                        people = self._routing.resolve(
                            rule.recipients(step), listing=listing, facts=one.facts, person=one.person
                        )
                        self._step(one.case, f"{OWN_PREFIX}{rule.id}", step.level, people)

    def plan_disclosures(self, disclosing: Sequence[Case]) -> None:
        """Tell all people of the listing at once of a reply that discloses, once for each wording of it."""
        changed = self._watchlist.builtin_rule(Rule.discloses)
        for case in disclosing if changed.enabled else ():
            listing = self._routing.listing(case.listing_id)
            if listing is not None and not listing.enabled:
                continue
            responsible = self._routing.responsible(listing) if listing else None
            usual = (self._routing.person(case.assignee), responsible)
            people = self._routing.resolve(
                changed.to or [*(one.id for one in usual if one), "escalation"], listing=listing, person=responsible
            )
            self._step(case, Rule.discloses, LEVEL_OF[Rule.discloses], people, mark=case.reply_hash)

    def plan_days(self, waiting: Sequence[Waiting]) -> None:
        """Plan each person's digest of the day and the messages about the history of new listings."""
        by_person: dict[str, list[Waiting]] = defaultdict(list)
        by_listing: dict[tuple[str, str], list[Waiting]] = defaultdict(list)
        for one in waiting:
            for person in self._told(Rule.digest, ("responsible",), one.facts, one.person):
                reader = self._routing.stand_in(person)
                by_person[reader.id].append(replace(one, person=reader))
            if one.case.is_baseline:
                for person in self._told(Rule.backlog, ("responsible",), one.facts, one.person):
                    by_listing[person.id, one.facts.listing_id].append(replace(one, person=person))
        for name, own in by_person.items():
            person = own[0].person
            today = local_date(self._now, person, self._settings)
            digest = digest_of(
                own, last=self._history.last_digest.get(name), today=today, settings=self._settings, now=self._now
            )
            if digest is not None:
                self._about_none(f"digest:{today}", Rule.digest, person, digest)
        for (_, listing_id), own in by_listing.items():
            backlog = backlog_of(listing_id, own, self._settings)
            if backlog is not None:
                self._about_none(f"backlog:{listing_id}", Rule.backlog, own[0].person, backlog)

    def plan_notices(self, waiting: Sequence[Waiting], signals: Signals) -> None:
        """Plan what is told about no single case."""
        notices = Notices(
            signals,
            waiting,
            routing=self._routing,
            watchlist=self._watchlist,
            settings=self._settings,
            history=self._history,
            now=self._now,
        )
        for notice in notices.due():
            level, person = LEVEL_OF[notice.rule], notice.person.id
            before = {alert_key(OWN_SOURCE, name, 0, notice.rule, level, person) for name in notice.unless}
            if before.isdisjoint(self._history.planned_keys):
                self._about_none(notice.name, notice.rule, notice.person, notice.details)

    def plan_praise(self) -> None:
        """Tell the operator (else the people of the listing) once of each wave of alike or textless five stars."""
        for wave in self._campaigns.praise:
            listing = self._routing.listing(wave.listing_id)
            names = (listing.escalation, listing.responsible) if listing else ()
            person = self._operator() or next((self._people[name] for name in names if name in self._people), None)
            if person is None or not wave.is_news:
                continue
            known = {alert_key(OWN_SOURCE, name, 0, Rule.praise_wave, 0, person.id) for name in praise_names(wave)}
            if known.isdisjoint(self._history.planned_keys):
                details = PraiseDetails(**wave.model_dump(exclude={"campaign_id", "first_at", "is_news"}))
                self._about_none(praise_name(wave), Rule.praise_wave, person, details)

    def finish(self) -> Plan:
        """Let campaigns speak once, fold what is too much for one person and day, and hold everything in a surge."""
        told = told_once(
            self._steps, self._campaigns, self._waiting, self._history.planned_keys, self._settings.campaigns
        )
        self._steps = [(case, *self._handed_over(alert, person)) for case, alert, person in told.steps]
        covered = [self._handed_over(alert, self._people[alert.destination])[0] for alert in told.covered]
        limit = max(
            self._settings.alerts.surge_minimum,
            int(self._settings.alerts.surge_factor * self._history.nightly_maximum),
        )
        count = len(self._steps)
        held = count > 0 and self._history.planned_today + count > limit
        reason = None
        steps = self._folded()
        if held:
            reason = f"{count} new alerts today beside {self._history.planned_today}, more than the limit of {limit}"
            details = SurgeDetails(count=count, limit=limit)
            self._about_none(f"surge:{self._night()}", Rule.surge, self._operator(), details)
            steps, covered = ([one.model_copy(update={"held": True}) for one in some] for some in (steps, covered))
        return Plan((*steps, *covered, *self._others), self._details, held, reason, told.by, self._unrouted)

    def _due_rules(self, one: Waiting) -> list[Rule]:
        facts, case, now = one.facts, one.case, self._now
        rules = [Rule.wave] if self._campaigns.is_wave(case, self._settings.campaigns, now) else []
        if facts.reply_state is ReplyState.rejected:
            rules.append(Rule.reply_rejected)
        elif facts.reply_state is ReplyState.published and case.reopened_by is None:
            rules.append(Rule.edited_after_reply)
        elif facts.reply_removed_at is not None and facts.reply_removed_at == case.opened_at:
            rules.append(Rule.reply_removed)
        if now >= case.due_at:
            rules.append(Rule.late)
            if now - one.waiting_since >= timedelta(days=self._settings.cases.escalate_after_days):
                rules.append(Rule.escalation)
            return rules
        if case.severity == "severe":
            rules.append(Rule.severe)
            if not self._is_acknowledged(one) and now >= self._acknowledge_by(one):
                rules.append(Rule.unacknowledged)
        if now >= self._near_miss_at(one):
            rules.append(Rule.near_miss)
        return rules

    def _is_acknowledged(self, one: Waiting) -> bool:
        """Tell whether a person acted on a severe case since it became severe."""
        acted = one.facts.acted_at
        return acted is not None and acted >= (one.case.severe_at or one.case.opened_at)

    def _acknowledge_by(self, one: Waiting) -> datetime:
        return acknowledge_by(one.case, one.person, self._watchlist, self._settings)

    def _near_miss_at(self, one: Waiting) -> datetime:
        share, due = self._settings.cases.near_miss, one.case.due_at
        if one.case.severity == "severe":  # its hours are those of the calendar
            start = one.case.severe_at or one.case.opened_at
            return start + share * max(timedelta(0), due - start)
        business, start = BusinessTime.of(one.person, self._watchlist, self._settings), one.case.opened_at
        return business.add(start, business.between(start, due) * share)

    def _folded(self) -> list[Alert]:
        """Let the gravest speak for themselves, at most `max_immediate` a person and day, and fold the rest."""
        count: dict[tuple[str, date], int] = defaultdict(int)
        for name, moments in self._history.immediate.items():
            person = self._people.get(name)
            if person is not None:
                for moment in moments:
                    count[name, local_date(moment, person, self._settings)] += 1
        speaks: set[tuple[str, str, str]] = set()
        result = []
        for _, alert, person in sorted(self._steps, key=_gravest_first):
            day = alert.destination, local_date(alert.not_before, person, self._settings)
            about = alert.destination, alert.source, alert.review_id
            most = self._settings.alerts.max_immediate if person.max_immediate is None else person.max_immediate
            is_folded = about in speaks or count[day] >= most
            if not is_folded:
                speaks.add(about)
                count[day] += 1
            result.append(alert.model_copy(update={"folded": is_folded}))
        return result

    def _told(self, rule: Rule, usual: tuple[str, ...], facts: CaseFacts, person: Person) -> list[Person]:
        """Return who is told of a built-in rule: the usual ones, or whom the watchlist names instead; nobody if off."""
        changed = self._watchlist.builtin_rule(rule)
        if not changed.enabled:
            return []
        listing = self._routing.listing(facts.listing_id)
        return self._routing.resolve(changed.to or usual, listing=listing, facts=facts, person=person)

    def _operator(self) -> Person | None:
        return self._routing.operator

    def _night(self) -> date:
        return self._now.astimezone(ZoneInfo(self._settings.timezone)).date()

    def _about_none(self, name: str, rule: Rule, person: Person | None, details: Record) -> None:
        alert = self._alert(OWN_SOURCE, name, 0, rule, LEVEL_OF[rule], person) if person else None
        if alert is not None and person is not None:
            self._others.append(self._handed_over(alert, person)[0])
            self._details[alert.alert_key] = details.model_dump_json()

    def _step(self, case: Case, rule: str, level: int, people: Sequence[Person], *, mark: str | None = None) -> None:
        for person in people:
            alert = self._alert(case.source, case.review_id, case.reopen_no, rule, level, person, mark=mark)
            if alert is not None:
                self._steps.append((case, alert, person))

    def _alert(
        self,
        source: str,
        review_id: str,
        reopen_no: int,
        rule: str,
        level: int,
        person: Person,
        mark: str | None = None,
    ) -> Alert | None:
        """Return the alert unless it was planned; `mark` tells apart what one rule says of several things in a case."""
        key = alert_key(source, review_id, reopen_no, f"{rule}:{mark}" if mark else rule, level, person.id)
        if key in self._history.planned_keys:
            return None
        return Alert(
            alert_key=key,
            source=source,
            review_id=review_id,
            reopen_no=reopen_no,
            rule=rule,
            level=level,
            destination=person.id,
            planned_at=self._now,
            not_before=self._now,
            folded=level == 0,
        )

    def _handed_over(self, alert: Alert, person: Person) -> tuple[Alert, Person]:
        """Return the alert as it goes to whoever stands in for `person`, and them.

        The key stays that of `person`: who is away is not told a second time on coming back.
        """
        reader = self._routing.stand_in(person)
        allowed = self._routing.allowed(reader)
        return alert.model_copy(update={"destination": reader.id, "not_before": allowed}), reader


def _gravest_first(step: tuple[Case, Alert, Person]) -> tuple[bool, int, float, datetime, str]:
    case, alert, _ = step
    return case.severity != "severe", -alert.level, -case.risk, case.due_at, alert.alert_key
