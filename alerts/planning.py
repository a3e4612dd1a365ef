"""Who is told what, and from when on: pure functions from the state of all cases to new alerts for the outbox.

Planning is repeated by every flow. An alert has a key made of review, reopening, rule, level and destination, so
planning again plans nothing twice; what matters is only that nothing due is left out.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from alerts.calendar import BusinessTime, first_allowed, local_date
from alerts.cases import ACTIVE, acknowledge_by, has_standing_reply
from alerts.details import LEVEL_OF, CoverageDetails, QuietDetails, Rule, SurgeDetails
from alerts.digest import Waiting, backlog_of, digest_of
from core.records import Alert, Case, CaseFacts, Coverage, CoverageStatus, History, Record, ReplyState, alert_key
from core.settings import Settings
from core.watchlist import Person, Watchlist

OWN_SOURCE = "otklik"
"""`source` of alerts about no single review."""

_UP = frozenset({Rule.unacknowledged, Rule.escalation})
"""Rules that tell the person behind the responsible one."""


@dataclass(frozen=True, slots=True)
class Plan:
    """New alerts, the JSON payloads of those that have one, and whether those with level >= 1 are held."""

    alerts: tuple[Alert, ...]
    details: Mapping[str, str]
    held: bool = False
    held_reason: str | None = None


def plan(
    open_cases: Sequence[CaseFacts],
    *,
    watchlist: Watchlist,
    settings: Settings,
    now: datetime,
    history: History,
    coverage: Sequence[Coverage] = (),
    disclosing: Sequence[Case] = (),
) -> Plan:
    """Plan what is due and not planned yet.

    Args:
        open_cases: Facts with their present cases; those that wait for nothing are passed over.
        watchlist: Who is responsible, in which language, zone and calendar.
        settings: Clocks and limits.
        now: The clock of the run.
        history: What was planned before.
        coverage: The night's last coverage of each listing; empty in flows that do not crawl.
        disclosing: Answered cases whose reply was just found to disclose what is secret.
    """
    planner = _Planner(watchlist, settings, now, history)
    waiting = planner.waiting(open_cases)
    planner.plan_steps(waiting)
    planner.plan_disclosures(disclosing)
    planner.plan_days(waiting)
    planner.plan_coverage(coverage)
    planner.plan_quiet_weeks(waiting, coverage)
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
    def __init__(self, watchlist: Watchlist, settings: Settings, now: datetime, history: History) -> None:
        self._watchlist, self._settings, self._now, self._history = watchlist, settings, now, history
        self._listings = {listing.id: listing for listing in watchlist.listings}
        self._people = {person.id: person for person in watchlist.people}
        self._steps: list[tuple[Case, Alert, Person]] = []
        self._others: list[Alert] = []
        self._details: dict[str, str] = {}

    def waiting(self, facts: Sequence[CaseFacts]) -> list[Waiting]:
        """Return the cases that have somebody to be told, each with the person; none of listings switched off."""
        found = []
        for fact in facts:
            listing = self._listings.get(fact.listing_id)
            if fact.case is None or (listing is not None and not listing.enabled):
                continue
            name = fact.case.assignee or (listing.responsible if listing else None)
            person = self._people.get(name) if name else None
            if person is not None:
                found.append(Waiting(fact, fact.case, person))
        return found

    def plan_steps(self, waiting: Sequence[Waiting]) -> None:
        """Plan the steps of single cases, level >= 1."""
        for one in waiting:
            if not may_be_told(one.facts, self._now):
                continue
            for rule in self._due_rules(one):
                person = self._escalation_person(one) if rule in _UP else one.person
                case = one.case
                alert = self._alert(case.source, case.review_id, case.reopen_no, rule, person)
                if alert is not None:
                    self._steps.append((case, alert, person))

    def plan_disclosures(self, disclosing: Sequence[Case]) -> None:
        """Tell all people of the listing at once of a reply that discloses, once for each wording of it."""
        for case in disclosing:
            listing = self._listings.get(case.listing_id)
            if listing is not None and not listing.enabled:
                continue
            names = (case.assignee, listing.responsible, listing.escalation) if listing else (case.assignee,)
            for person in (self._people[name] for name in dict.fromkeys(names) if name in self._people):
                alert = self._alert(
                    case.source, case.review_id, case.reopen_no, Rule.discloses, person, mark=case.reply_hash
                )
                if alert is not None:
                    self._steps.append((case, alert, person))

    def plan_days(self, waiting: Sequence[Waiting]) -> None:
        """Plan each person's digest of the day and the messages about the history of new listings."""
        by_person: dict[str, list[Waiting]] = defaultdict(list)
        by_listing: dict[tuple[str, str], list[Waiting]] = defaultdict(list)
        for one in waiting:
            by_person[one.person.id].append(one)
            if one.case.is_baseline:
                by_listing[one.person.id, one.facts.listing_id].append(one)
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

    def plan_coverage(self, coverage: Sequence[Coverage]) -> None:
        """Plan one alert to the operator for each listing that was not wholly read, one a night."""
        for listing in coverage:
            if listing.status is not CoverageStatus.ok:
                details = CoverageDetails(listing_id=listing.listing_id, status=listing.status, error=listing.error)
                name = f"coverage:{listing.listing_id}:{self._night()}"
                self._about_none(name, Rule.coverage, self._operator(), details)

    def plan_quiet_weeks(self, waiting: Sequence[Waiting], coverage: Sequence[Coverage]) -> None:
        """Tell once a week that nothing waits, with how many listings were really read."""
        busy = {one.person.id for one in waiting if one.case.status in ACTIVE}
        read = {one.listing_id for one in coverage if one.status is CoverageStatus.ok}
        for person in self._watchlist.people:
            own = {one.id for one in self._watchlist.listings if one.enabled and one.responsible == person.id}
            last = self._history.last_digest.get(person.id)
            if not coverage or not own or person.id in busy or (last and self._now - last < timedelta(days=7)):
                continue
            year, week, _ = local_date(self._now, person, self._settings).isocalendar()
            details = QuietDetails(read=len(own & read), listings=len(own))
            self._about_none(f"quiet:{year}-W{week:02}", Rule.all_quiet, person, details)

    def finish(self) -> Plan:
        """Fold what is too much for one person and day, and hold everything in a surge."""
        limit = max(
            self._settings.alerts.surge_minimum,
            int(self._settings.alerts.surge_factor * self._history.nightly_maximum),
        )
        count = len(self._steps)
        held = count > 0 and self._history.planned_today + count > limit
        reason = None
        if held:
            reason = f"{count} new alerts today beside {self._history.planned_today}, more than the limit of {limit}"
            details = SurgeDetails(count=count, limit=limit)
            self._about_none(f"surge:{self._night()}", Rule.surge, self._operator(), details)
            steps = [alert.model_copy(update={"held": True}) for _, alert, _ in self._steps]
        else:
            steps = self._folded()
        return Plan((*steps, *self._others), self._details, held, reason)

    def _due_rules(self, one: Waiting) -> list[Rule]:
        facts, case, now = one.facts, one.case, self._now
        rules = []
        if facts.reply_state is ReplyState.rejected:
            rules.append(Rule.reply_rejected)
        elif facts.reply_state is ReplyState.published:
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
            is_folded = about in speaks or count[day] >= self._settings.alerts.max_immediate
            if not is_folded:
                speaks.add(about)
                count[day] += 1
            result.append(alert.model_copy(update={"folded": is_folded}))
        return result

    def _escalation_person(self, one: Waiting) -> Person:
        listing = self._listings.get(one.facts.listing_id)
        person = self._people.get(listing.escalation) if listing and listing.escalation else None
        return person or one.person

    def _operator(self) -> Person | None:
        name = self._settings.alerts.operator
        return self._people.get(name) if name else None

    def _night(self) -> date:
        return self._now.astimezone(ZoneInfo(self._settings.timezone)).date()

    def _about_none(self, name: str, rule: Rule, person: Person | None, details: Record) -> None:
        alert = self._alert(OWN_SOURCE, name, 0, rule, person) if person else None
        if alert is not None:
            self._others.append(alert)
            self._details[alert.alert_key] = details.model_dump_json()

    def _alert(
        self, source: str, review_id: str, reopen_no: int, rule: Rule, person: Person, *, mark: str | None = None
    ) -> Alert | None:
        """Return the alert unless it was planned; `mark` tells apart what one rule says of several things in a case."""
        level = LEVEL_OF[rule]
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
            not_before=first_allowed(self._now, person, self._settings),
            folded=level == 0,
        )


def _gravest_first(step: tuple[Case, Alert, Person]) -> tuple[bool, int, float, datetime, str]:
    case, alert, _ = step
    return case.severity != "severe", -alert.level, -case.risk, case.due_at, alert.alert_key
