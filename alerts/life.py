"""The rules by which the life of one case goes on, each from the facts of its review alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from alerts.calendar import BusinessTime
from alerts.states import (
    CLAIMED,
    EDITED,
    GONE,
    QUIET,
    UNCONFIRMED,
    WAITING,
    WITHOUT_REPLY,
    Decision,
    Reason,
    Severity,
    has_standing_reply,
    judge,
    prediction_of_present_content,
)
from core.records import Case, CaseEvent, CaseFacts, CaseStatus, ReplyState
from core.settings import Settings
from core.watchlist import Watchlist


@dataclass(frozen=True, slots=True)
class Life:
    """The rules for one review. Each returns the new state and its event, or None where it does not apply."""

    facts: CaseFacts
    watchlist: Watchlist
    settings: Settings
    decision: Decision | None
    now: datetime
    """The clock of the run: it only tells whether a stated time is over."""

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
        severity = self.severity()
        case = Case(
            source=facts.source,
            review_id=facts.review_id,
            listing_id=facts.listing_id,
            opened_at=start,
            is_baseline=facts.is_baseline and start == facts.first_seen_at,
            needs_check=decision.needs_check if decision else False,
            severity=severity,
            severe_at=start if severity == "severe" else None,
            risk=self.risk(),
            due_at=self.due(start, severity),
            status=self.waiting_status(),
        )
        return case, self._event(case, "opened", start, f"{why} a review: {decision.words if decision else 'decided'}")

    def judged_again(self, case: Case, decision: Decision) -> tuple[Case, CaseEvent]:
        """Note that the customer edited a review that has a case; an open one is only ever made more urgent.

        One that becomes severe gets the shorter clock from the moment of the edit.
        """
        words = f"the customer edited the review: {decision.words}"
        if decision.is_complaint and case.status in WAITING:
            edited = self.facts.content_seen_at
            if self.severity() == "severe" and case.severity != "severe":
                due_at = min(case.due_at, self.due(edited, "severe"))
                case = case.model_copy(update={"severity": "severe", "severe_at": edited, "due_at": due_at})
                words += "; now severe"
            case = case.model_copy(
                update={
                    "needs_check": case.needs_check and decision.needs_check,
                    "risk": max(case.risk, self.risk()),
                }
            )
        return case, self._event(case, "edited", self.facts.content_seen_at, words)

    def vanished(self, case: Case) -> tuple[Case, CaseEvent] | None:
        """Close what waits when the source says that the review is deleted."""
        gone = self.facts.gone_at
        if gone is None or case.status not in UNCONFIRMED:
            return None
        return self._closed(case, gone, GONE, "gone", "the source deleted the review")

    def came_back(self, case: Case) -> tuple[Case, CaseEvent] | None:
        """Reopen when a deleted review is shown again."""
        if case.close_reason != GONE or case.status is not CaseStatus.resolved or self.facts.gone_at is not None:
            return None
        if self.is_complaint is False:
            return None
        return self.reopened(case, self.facts.last_seen_at, "the review is shown again")

    def edited_to_praise(self, case: Case) -> tuple[Case, CaseEvent] | None:
        """Close what waits when the new content is no complaint."""
        if self.decision is None or self.decision.is_complaint or case.status not in UNCONFIRMED:
            return None
        at = self.facts.content_seen_at
        return self._closed(case, at, EDITED, "resolved", "the customer's edit is no complaint any more")

    def edited_to_complaint(self, case: Case) -> tuple[Case, CaseEvent] | None:
        """Reopen when the new content is a complaint that no reply answers."""
        if self.decision is None or not self.decision.is_complaint or self.facts.gone_at is not None:
            return None
        edited = self.facts.content_seen_at
        if case.status in WAITING or has_standing_reply(self.facts, case):
            return None
        if case.status is CaseStatus.answered and case.close_reason != CLAIMED:
            return self.reopened(case, edited, "the customer edited the review after the reply")
        if case.close_reason in {GONE, EDITED}:
            return self.reopened(case, edited, "the customer's edit is a complaint again")
        since = self._settled_at(case)
        if since is None or edited <= since:
            return None
        if case.close_reason == QUIET:
            return self.reopened(case, edited, "the customer edited the review after the reply")
        return self.reopened(case, edited, f"the customer edited the review after a person had set it {case.status}")

    def answered(self, case: Case) -> tuple[Case, CaseEvent] | None:
        """Close what waits when a published reply answers the present content."""
        facts = self.facts
        if case.status not in UNCONFIRMED and not _is_taken_on_trust(case):
            return None
        if not has_standing_reply(facts, case) or facts.reply_seen_at is None:
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
        if removed is None or self.facts.reply_state not in WITHOUT_REPLY or self.facts.gone_at is not None:
            return None
        if self.is_complaint is False or case.close_reason in {GONE, EDITED}:
            return None
        if case.status not in {CaseStatus.answered, CaseStatus.resolved, CaseStatus.claimed}:
            return None
        since = self._settled_at(case)
        if since is None or removed <= since:
            return None
        by_reply = case.status is CaseStatus.answered or case.close_reason == QUIET
        act = "" if by_reply else f" after a person had set it {case.status}"
        what = "was rejected by the source" if self.facts.reply_state is ReplyState.rejected else "disappeared"
        return self.reopened(case, removed, f"the reply {what}{act}")

    def rejected(self, case: Case) -> tuple[Case, CaseEvent] | None:
        """Reopen as soon as the source says that it rejected the reply that a person claimed."""
        at, claimed_at = self.facts.reply_rejected_at, case.claimed_at
        is_claimed = case.status is CaseStatus.claimed or _is_taken_on_trust(case)
        if not is_claimed or at is None or claimed_at is None or at <= claimed_at:
            return None
        if self.facts.reply_state is not ReplyState.rejected or self.facts.gone_at is not None:
            return None
        return self.reopened(case, at, "the source rejected the claimed reply")

    def became_visible(self, case: Case) -> tuple[Case, CaseEvent] | None:
        """Start to chase a case, or to await a claimed reply, once its source shows that no reply stands."""
        if self.facts.reply_state not in WITHOUT_REPLY:
            return None
        at, words = self.facts.last_seen_at, "the source shows that no reply stands"
        if case.status is CaseStatus.reply_not_visible:
            case = case.model_copy(update={"status": CaseStatus.open})
        elif _is_taken_on_trust(case):
            update = {"status": CaseStatus.claimed, "claimed_at": at, "answered_at": None, "close_reason": None}
            case = case.model_copy(update=update)
            words += ": the claimed one is awaited"
        else:
            return None
        return case, self._event(case, "reply_visible", at, words)

    def claim_ended(self, case: Case) -> tuple[Case, CaseEvent] | None:
        """Reopen when the source did not show the reply that a person claimed within the stated time."""
        if case.status is not CaseStatus.claimed or case.claimed_at is None:
            return None
        days = self.settings.cases.claim_days
        ends = case.claimed_at + timedelta(days=days)
        if self.now < ends:
            return None
        fresh, event = self.reopened(case, ends, f"the source did not show the claimed reply within {days:g} days")
        return fresh.model_copy(update={"claimed_at": case.claimed_at}), event

    def became_quiet(self, case: Case) -> tuple[Case, CaseEvent] | None:
        """Resolve an answered case of which nothing more was heard for the stated time."""
        facts = self.facts
        is_seen = facts.reply_state is ReplyState.unknown or has_standing_reply(facts, case)
        if case.status is not CaseStatus.answered or not is_seen or case.answered_at is None:
            return None
        if self.decision is None and facts.decided_hash != facts.content_hash:
            return None  # what the customer wrote last is not judged yet
        last = (case.answered_at, facts.content_seen_at, facts.reply_seen_at, *(step.done_at for step in case.steps))
        days = self.settings.cases.quiet_days
        ends = max(at for at in last if at is not None) + timedelta(days=days)
        if self.now < ends:
            return None
        return self._closed(case, ends, QUIET, "resolved", f"answered, and nothing more was heard for {days:g} days")

    def woken(self, case: Case) -> tuple[Case, CaseEvent] | None:
        """End a snooze when the customer edits the review after it, or its reply disappears or is rejected."""
        facts, act = self.facts, case.snoozed_at or self.facts.acted_at
        if case.snoozed_until is None or case.status not in WAITING or act is None:
            return None
        is_complaint = self.decision is not None and self.decision.is_complaint
        found = [
            (facts.content_seen_at if is_complaint else None, "the customer edited the review"),
            (facts.reply_removed_at, "the reply disappeared or was rejected"),
            (facts.reply_rejected_at, "the source rejected the reply"),
        ]
        for at, words in found:
            if at is not None and act < at < case.snoozed_until:
                case = case.model_copy(update={"snoozed_at": None, "snoozed_until": None})
                return case, self._event(case, "snooze_ended", at, f"{words} after it was snoozed")
        return None

    def _settled_at(self, case: Case) -> datetime | None:
        """Return since when it counts as settled: by a reply that was seen, else by the act of a person."""
        if case.status is CaseStatus.claimed or case.close_reason == CLAIMED:
            return case.claimed_at
        if case.status is CaseStatus.answered or case.close_reason == QUIET:
            return case.answered_at
        return self.facts.acted_at or case.resolved_at

    def _is_old_content(self) -> bool:
        facts = self.facts
        since = facts.posted_at or facts.first_seen_at
        too_old = facts.first_seen_at - since > timedelta(days=self.settings.cases.backlog_listed_days)
        return facts.is_baseline and too_old and facts.content_seen_at <= facts.first_seen_at

    def _is_old_history(self) -> bool:
        return self._is_old_content() and self.facts.reply_removed_at is None

    def waiting_status(self) -> CaseStatus:
        """Return the state of a case that nobody has taken up: it can be told only where replies are seen."""
        return CaseStatus.reply_not_visible if self.facts.reply_state is ReplyState.unknown else CaseStatus.open

    def risk(self) -> float:
        """Return what sorts the present content inside one severity."""
        prediction = prediction_of_present_content(self.facts)
        return prediction.risk if prediction else 1.0  # low stars are as certain as it gets

    def severity(self) -> Severity:
        """Return how severe the present content is."""
        prediction = prediction_of_present_content(self.facts)
        return prediction.severity if prediction else "ordinary"

    def due(self, start: datetime, severity: Severity) -> datetime:
        """Return the end of the SLA of a case that opened at `start`, in UTC."""
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

    def reopened(self, case: Case, at: datetime, words: str) -> tuple[Case, CaseEvent]:
        """Return the case as it comes back at `at`, with a clock of its own."""
        severity = self.severity()
        fresh = Case(
            source=case.source,
            review_id=case.review_id,
            reopen_no=case.reopen_no + 1,
            listing_id=case.listing_id,
            opened_at=at,
            needs_check=self.decision.needs_check if self.decision else case.needs_check,
            severity=severity,
            severe_at=at if severity == "severe" else None,
            risk=self.risk(),
            due_at=self.due(at, severity),
            status=self.waiting_status(),
            reopened_by=case.reopened_by if case.close_reason == GONE else None,
            **carried(case),
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


def _is_taken_on_trust(case: Case) -> bool:
    """Tell whether a person's word alone closed it, where the source showed no replies."""
    return case.status is CaseStatus.answered and case.close_reason == CLAIMED


def carried(case: Case) -> dict[str, Any]:
    """Return what a case that comes back keeps of its earlier life: who works on it, what is known and was promised."""
    kept = {"assignee", "root_cause", "remedy", "remedy_amount"}
    if case.branch_answer is not None:
        kept |= {"branch_person", "branch_question", "branch_asked_at", "branch_due_at"}
        kept |= {"branch_answer", "branch_answered_at"}
    return {name: getattr(case, name) for name in kept}
