"""The life of a case, as pure functions over facts: when it opens, is answered, comes back and is closed.

Times of a case come from the facts (when a content, a reply or a removal was seen), not from the clock of the run,
so that a run that is killed and started again ends in the same state. Each content is decided about once; what a
person did is undone only by a fact that is newer than the act, and the event says so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from alerts.calendar import BusinessTime
from core.records import Case, CaseChange, CaseEvent, CaseFacts, CaseStatus, Prediction, ReplyState
from core.settings import Settings
from core.watchlist import Person, Watchlist

ACTIVE: Final = frozenset(
    {CaseStatus.open, CaseStatus.acknowledged, CaseStatus.waiting_for_branch, CaseStatus.disputed}
)
"""States in which somebody still owes the customer an answer."""

GONE: Final = "gone"
EDITED: Final = "edited_to_no_complaint"

_WAITING: Final = ACTIVE | {CaseStatus.reply_not_visible}
_WITHOUT_REPLY: Final = frozenset({ReplyState.none, ReplyState.pending, ReplyState.rejected, ReplyState.removed})
_MOST_STEPS: Final = 8

Severity = Literal["ordinary", "severe"]
Reason = Literal["low_rating", "text", "not_a_complaint", "history", "gone"]


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether one content is a complaint, and why."""

    is_complaint: bool
    reason: Reason
    needs_check: bool = False
    words: str = ""


def advance(facts: CaseFacts, *, watchlist: Watchlist, settings: Settings, now: datetime) -> CaseChange | None:
    """Return what the facts change, or None. Applied, the result changes nothing more (see `apply`).

    Args:
        facts: All that is known of one review.
        watchlist: Whose calendar and SLA count: those of the person responsible for the listing.
        settings: Thresholds and clocks.
        now: The clock of the run; it becomes `decided_at` and nothing else.
    """
    life = _Life(facts, watchlist, settings, _decide_anew(facts, settings))
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
    return facts.model_copy(update=updates)


def has_standing_reply(facts: CaseFacts) -> bool:
    """Tell whether a published reply answers the present content.

    A reply whose words were first seen in the same look as the customer's edit counts as an answer to it.
    """
    if facts.reply_state is not ReplyState.published or facts.reply_seen_at is None:
        return False
    edited = facts.edited_after_reply_at
    return edited is None or facts.reply_seen_at >= edited


def acknowledge_by(case: Case, person: Person, watchlist: Watchlist, settings: Settings) -> datetime:
    """Return until when somebody is to take up a severe case that `person` is told about."""
    business = BusinessTime.of(person, watchlist, settings)
    return business.attended(case.severe_at or case.opened_at, settings.cases.severe_acknowledge_hours, person)


def judge(facts: CaseFacts, settings: Settings) -> Decision | None:
    """Judge the present content by stars and prediction; None where neither can tell yet."""
    prediction = _prediction_of_present_content(facts)
    if facts.rating is not None and facts.rating <= settings.judging.low_rating:
        return Decision(True, "low_rating", words=f"rating {facts.rating:.2f} <= {settings.judging.low_rating:.2f}")
    if prediction is None:
        return None
    p, threshold = prediction.p_negative, settings.judging.threshold
    if p >= threshold:
        words = f"p_negative {p:.2f} >= {threshold:.2f} by {prediction.model}"
        return Decision(True, "text", needs_check=p < settings.judging.check_below, words=words)
    return Decision(False, "not_a_complaint", words=f"p_negative {p:.2f} < {threshold:.2f} by {prediction.model}")


def _prediction_of_present_content(facts: CaseFacts) -> Prediction | None:
    prediction = facts.prediction
    return prediction if prediction is not None and prediction.content_hash == facts.content_hash else None


def _decide_anew(facts: CaseFacts, settings: Settings) -> Decision | None:
    return None if facts.decided_hash == facts.content_hash else judge(facts, settings)


def _run(life: "_Life", case: Case, events: list[CaseEvent]) -> Case:
    rules: tuple[Callable[[Case], tuple[Case, CaseEvent] | None], ...] = (
        life.vanished,
        life.came_back,
        life.edited_to_praise,
        life.edited_to_complaint,
        life.answered,
        life.lost_its_reply,
        life.became_visible,
        life.woken,
    )
    for _ in range(_MOST_STEPS):
        step = next((found for rule in rules if (found := rule(case)) is not None), None)
        if step is None:
            return case
        case = step[0]
        events.append(step[1])
    raise RuntimeError(f"the case of {life.facts.source}/{life.facts.review_id} does not come to rest: {events}")


@dataclass(frozen=True, slots=True)
class _Life:
    """The rules for one review. Each returns the new state and its event, or None where it does not apply."""

    facts: CaseFacts
    watchlist: Watchlist
    settings: Settings
    decision: Decision | None

    @property
    def is_complaint(self) -> bool | None:
        """Whether the present content is a complaint, by the new or the stored decision; None if undecided."""
        if self.decision is not None:
            return self.decision.is_complaint
        if self.facts.decided_hash != self.facts.content_hash:
            return None
        if self.facts.decided_reason is None:
            return None
        return self.facts.decided_reason != "not_a_complaint"

    def reason_for_no_case(self) -> Reason | None:
        """Return why a complaint without a case stays without one: it is deleted, or old history."""
        if self.is_complaint is not True:
            return None
        if self.facts.gone_at is not None:
            return "gone"
        return "history" if self._is_old_history() else None

    def opening(self) -> tuple[Case, CaseEvent] | None:
        """Open the case of a complaint that has none."""
        facts, removed = self.facts, self.facts.reply_removed_at
        if not self.is_complaint:
            return None
        if self.decision is None and not (
            facts.decided_reason == "gone" or (facts.decided_reason == "history" and removed)
        ):
            return None
        start, why = max(facts.first_seen_at, facts.content_seen_at), "found in"
        if self.decision is None:  # old history or a deleted review, of which something new was found
            start, why = (removed, "reply removed from") if removed else (facts.last_seen_at, "seen again:")
        elif removed is not None and self._is_old_content():
            start, why = removed, "reply removed from"
        decision = self.decision or judge(facts, self.settings)
        severity = self._severity()
        case = Case(
            source=facts.source,
            review_id=facts.review_id,
            listing_id=facts.listing_id,
            opened_at=start,
            is_baseline=facts.is_baseline and start == facts.first_seen_at,
            needs_check=decision.needs_check if decision else False,
            severity=severity,
            severe_at=start if severity == "severe" else None,
            risk=self._risk(),
            due_at=self._due(start, severity),
            status=self._waiting_status(),
        )
        return case, self._event(case, "opened", start, f"{why} a review: {decision.words if decision else 'decided'}")

    def judged_again(self, case: Case, decision: Decision) -> tuple[Case, CaseEvent]:
        """Note that the customer edited a review that has a case; an open one is only ever made more urgent.

        One that becomes severe gets the shorter clock from the moment of the edit.
        """
        words = f"the customer edited the review: {decision.words}"
        if decision.is_complaint and case.status in _WAITING:
            edited = self.facts.content_seen_at
            if self._severity() == "severe" and case.severity != "severe":
                due_at = min(case.due_at, self._due(edited, "severe"))
                case = case.model_copy(update={"severity": "severe", "severe_at": edited, "due_at": due_at})
                words += "; now severe"
            case = case.model_copy(
                update={
                    "needs_check": case.needs_check and decision.needs_check,
                    "risk": max(case.risk, self._risk()),
                }
            )
        return case, self._event(case, "edited", self.facts.content_seen_at, words)

    def vanished(self, case: Case) -> tuple[Case, CaseEvent] | None:
        """Close what waits when the source says that the review is deleted."""
        gone = self.facts.gone_at
        if gone is None or case.status not in _WAITING:
            return None
        return self._closed(case, gone, GONE, "gone", "the source deleted the review")

    def came_back(self, case: Case) -> tuple[Case, CaseEvent] | None:
        """Reopen when a deleted review is shown again."""
        if case.close_reason != GONE or case.status is not CaseStatus.resolved or self.facts.gone_at is not None:
            return None
        if self.is_complaint is False:
            return None
        return self._reopened(case, self.facts.last_seen_at, "the review is shown again")

    def edited_to_praise(self, case: Case) -> tuple[Case, CaseEvent] | None:
        """Close what waits when the new content is no complaint."""
        if self.decision is None or self.decision.is_complaint or case.status not in _WAITING:
            return None
        at = self.facts.content_seen_at
        return self._closed(case, at, EDITED, "resolved", "the customer's edit is no complaint any more")

    def edited_to_complaint(self, case: Case) -> tuple[Case, CaseEvent] | None:
        """Reopen when the new content is a complaint that no reply answers."""
        if self.decision is None or not self.decision.is_complaint or self.facts.gone_at is not None:
            return None
        edited = self.facts.content_seen_at
        if has_standing_reply(self.facts):
            return None
        if case.status is CaseStatus.answered:
            return self._reopened(case, edited, "the customer edited the review after the reply")
        if case.status not in {CaseStatus.resolved, CaseStatus.dismissed}:
            return None
        if case.close_reason in {GONE, EDITED}:
            return self._reopened(case, edited, "the customer's edit is a complaint again")
        act = self.facts.acted_at or case.resolved_at
        if act is None or edited <= act:
            return None
        return self._reopened(case, edited, f"the customer edited the review after a person had set it {case.status}")

    def answered(self, case: Case) -> tuple[Case, CaseEvent] | None:
        """Close what waits when a published reply answers the present content."""
        facts = self.facts
        if case.status not in _WAITING or not has_standing_reply(facts) or facts.reply_seen_at is None:
            return None
        is_first = case.reopen_no == 0 and case.opened_at <= facts.first_seen_at
        told = facts.reply_at if facts.reply_at and (is_first or facts.reply_at >= case.opened_at) else None
        at = told or facts.reply_seen_at
        evidence = f"published at {told:%Y-%m-%d %H:%M} UTC" if told else "with no usable time of its own"
        case = case.model_copy(
            update={"status": CaseStatus.answered, "answered_at": at, "snoozed_until": None, "close_reason": None}
        )
        words = f"a reply {evidence}, first seen at {facts.reply_seen_at:%Y-%m-%d %H:%M} UTC"
        return case, self._event(case, "answered", at, words)

    def lost_its_reply(self, case: Case) -> tuple[Case, CaseEvent] | None:
        """Reopen when the reply disappeared or was rejected after it had closed the case."""
        removed = self.facts.reply_removed_at
        if removed is None or self.facts.reply_state not in _WITHOUT_REPLY or self.facts.gone_at is not None:
            return None
        if self.is_complaint is False or case.close_reason in {GONE, EDITED}:
            return None
        closed = {CaseStatus.answered: case.answered_at, CaseStatus.resolved: self.facts.acted_at or case.resolved_at}
        since = closed.get(case.status)
        if since is None or removed <= since:
            return None
        act = "" if case.status is CaseStatus.answered else " after a person had set it resolved"
        what = "was rejected by the source" if self.facts.reply_state is ReplyState.rejected else "disappeared"
        return self._reopened(case, removed, f"the reply {what}{act}")

    def became_visible(self, case: Case) -> tuple[Case, CaseEvent] | None:
        """Start to chase a case once its source shows whether there is a reply."""
        if case.status is not CaseStatus.reply_not_visible or self.facts.reply_state not in _WITHOUT_REPLY:
            return None
        case = case.model_copy(update={"status": CaseStatus.open})
        return case, self._event(
            case, "reply_visible", self.facts.last_seen_at, "the source shows that no reply stands"
        )

    def woken(self, case: Case) -> tuple[Case, CaseEvent] | None:
        """End a snooze when the customer edits the review after it."""
        if case.snoozed_until is None or case.status not in _WAITING:
            return None
        act, edited = self.facts.acted_at, self.facts.content_seen_at
        if self.decision is None or not self.decision.is_complaint or act is None or edited <= act:
            return None
        case = case.model_copy(update={"snoozed_until": None})
        return case, self._event(case, "snooze_ended", edited, "the customer edited the review after it was snoozed")

    def _is_old_content(self) -> bool:
        facts = self.facts
        since = facts.posted_at or facts.first_seen_at
        too_old = facts.first_seen_at - since > timedelta(days=self.settings.cases.backlog_listed_days)
        return facts.is_baseline and too_old and facts.content_seen_at <= facts.first_seen_at

    def _is_old_history(self) -> bool:
        return self._is_old_content() and self.facts.reply_removed_at is None

    def _waiting_status(self) -> CaseStatus:
        return CaseStatus.reply_not_visible if self.facts.reply_state is ReplyState.unknown else CaseStatus.open

    def _risk(self) -> float:
        prediction = _prediction_of_present_content(self.facts)
        return prediction.risk if prediction else 1.0  # low stars are as certain as it gets

    def _severity(self) -> Severity:
        prediction = _prediction_of_present_content(self.facts)
        return prediction.severity if prediction else "ordinary"

    def _due(self, start: datetime, severity: Severity) -> datetime:
        listing = self.watchlist.listing(self.facts.listing_id)
        person = self.watchlist.person(listing.responsible) if listing and listing.responsible else None
        days = (person.sla.ordinary_days if person else None) or self.settings.cases.ordinary_days
        ordinary = BusinessTime.of(person, self.watchlist, self.settings).add(start, days)
        if severity == "ordinary":
            return ordinary
        return min(ordinary, start + timedelta(hours=self.settings.cases.severe_hours))

    def _closed(self, case: Case, at: datetime, close_reason: str, event: str, words: str) -> tuple[Case, CaseEvent]:
        case = case.model_copy(
            update={
                "status": CaseStatus.resolved,
                "resolved_at": at,
                "close_reason": close_reason,
                "snoozed_until": None,
            }
        )
        return case, self._event(case, event, at, words)

    def _reopened(self, case: Case, at: datetime, words: str) -> tuple[Case, CaseEvent]:
        severity = self._severity()
        fresh = Case(
            source=case.source,
            review_id=case.review_id,
            reopen_no=case.reopen_no + 1,
            listing_id=case.listing_id,
            opened_at=at,
            needs_check=self.decision.needs_check if self.decision else case.needs_check,
            severity=severity,
            severe_at=at if severity == "severe" else None,
            risk=self._risk(),
            due_at=self._due(at, severity),
            status=self._waiting_status(),
            assignee=case.assignee,
            root_cause=case.root_cause,
        )
        return fresh, self._event(fresh, "reopened", at, words)

    def _event(self, case: Case, event: str, at: datetime, reason: str) -> CaseEvent:
        return CaseEvent(
            source=case.source,
            review_id=case.review_id,
            reopen_no=case.reopen_no,
            event=event,
            at=at,
            actor="otklik",
            reason=reason,
        )
