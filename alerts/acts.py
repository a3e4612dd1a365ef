"""What people do with a case, as a pure function: an act on the facts gives a change, or a refusal that says why.

`ALLOWED` is the table of transitions. An act changes the state of the case and adds one event; alerts follow from the
state. What a person set is undone only by a newer fact (see `alerts.cases`).
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from alerts.calendar import BusinessTime
from alerts.cases import reopened_by_person
from alerts.remedies import refuse_beyond_limit, refuse_exchange
from alerts.states import ACTIVE, CLAIMED, CONTENT, GONE, UNCONFIRMED, WAITING
from core.acts import OURSELVES, STEPS, Act, ActName, ChecklistStep
from core.errors import InputError
from core.records import Case, CaseChange, CaseEvent, CaseFacts, CaseStatus, ReplyState
from core.settings import Settings
from core.watchlist import Person, Watchlist

_ALL: Final = frozenset(CaseStatus)
_CLOSED: Final = frozenset({CaseStatus.answered, CaseStatus.resolved, CaseStatus.dismissed})

ALLOWED: Final[Mapping[ActName, frozenset[CaseStatus]]] = {
    ActName.acknowledge: WAITING,
    ActName.assign: UNCONFIRMED | {CaseStatus.answered},
    ActName.ask_branch: WAITING,
    ActName.answer_branch: _ALL,
    ActName.snooze: WAITING,
    ActName.wake: WAITING,
    ActName.dispute: WAITING,
    ActName.dismiss: UNCONFIRMED,
    ActName.claim: WAITING,
    ActName.resolve: UNCONFIRMED | {CaseStatus.answered, CaseStatus.resolved},
    ActName.note: _ALL,
    ActName.reopen: _CLOSED | {CaseStatus.claimed},
    ActName.step: _ALL - {CaseStatus.dismissed},
    ActName.propose_reply: WAITING,
    ActName.post_reply: WAITING,
    ActName.fail_reply: _ALL,
}
"""In which states an act may be done."""

LONGEST_SNOOZE: Final = timedelta(days=366)

_INSTEAD: Final = {
    CaseStatus.answered: "it is answered; `reopen` brings it back",
    CaseStatus.resolved: "it is resolved; `reopen` brings it back",
    CaseStatus.dismissed: "it is dismissed; `reopen` brings it back",
    CaseStatus.claimed: "it is claimed to be answered; `reopen` takes that back",
}


class RefusedError(InputError):
    """An act that may not be done; the message says why, and what may."""


Effect = tuple[dict[str, Any], str, str]
"""What an act changes of the case, its event and the words of the event."""


def apply_act(facts: CaseFacts, act: Act, *, watchlist: Watchlist, settings: Settings) -> CaseChange:
    """Return what one act changes.

    Args:
        facts: All that is known of the review, with its present case.
        act: Who does what, and when.
        watchlist: People, calendars and limits.
        settings: Clocks.

    Raises:
        RefusedError: the act may not be done in this state, or lacks something that it needs.
    """
    case = facts.case
    if case is None:
        raise RefusedError(f"{facts.source}/{facts.review_id}: the review is no case")
    doing = _Doing(facts, case, act, watchlist, settings)
    try:
        doing.refuse_illegal()
        updates, event, words = doing.effect()
    except RefusedError:
        raise
    except InputError as error:
        raise RefusedError(str(error)) from error
    after = updates["case"] if "case" in updates else case.model_copy(update=updates)
    noted = CaseEvent(
        source=case.source,
        review_id=case.review_id,
        reopen_no=after.reopen_no,
        event=event,
        at=act.at,
        actor=act.by,
        reason=words,
    )
    return CaseChange(
        source=case.source, review_id=case.review_id, case=after if after != case else None, events=(noted,)
    )


def refusal(act: Act, reason: str, reopen_no: int) -> CaseChange:
    """Return the change by which it is kept that an act, confirmed before, could not take effect any more."""
    noted = CaseEvent(
        source=act.source,
        review_id=act.review_id,
        reopen_no=reopen_no,
        event="refused",
        at=act.at,
        actor=act.by,
        reason=f"{act.act}: {reason}",
    )
    return CaseChange(source=act.source, review_id=act.review_id, events=(noted,))


class _Doing:
    def __init__(self, facts: CaseFacts, case: Case, act: Act, watchlist: Watchlist, settings: Settings) -> None:
        self._facts, self._case, self._act = facts, case, act
        self._watchlist, self._settings = watchlist, settings
        self._at, self._args = act.at, act.args

    def refuse_illegal(self) -> None:
        """Refuse what the table does not allow, and what was meant for an earlier life of the case."""
        case, act = self._case, self._act
        if act.by == OURSELVES:
            raise RefusedError(f"{OURSELVES!r} is what our own events go by; say who you are with --by")
        if case.reopen_no > act.reopen_no and case.opened_at > act.at:
            raise RefusedError(f"the case came back at {case.opened_at:%Y-%m-%d %H:%M} UTC, after this was done")
        if case.status not in ALLOWED[act.act]:
            why = _INSTEAD.get(case.status, f"it is {case.status}")
            raise RefusedError(f"{act.act} is not possible: {why}")

    def effect(self) -> Effect:
        """Return what the act does."""
        does: Mapping[ActName, Callable[[], Effect]] = {
            ActName.acknowledge: self._acknowledge,
            ActName.assign: self._assign,
            ActName.ask_branch: self._ask_branch,
            ActName.answer_branch: self._answer_branch,
            ActName.snooze: self._snooze,
            ActName.wake: self._wake,
            ActName.dispute: self._dispute,
            ActName.dismiss: self._dismiss,
            ActName.claim: self._claim,
            ActName.resolve: self._resolve,
            ActName.note: self._note,
            ActName.reopen: self._reopen,
            ActName.step: self._step,
            ActName.propose_reply: lambda: ({}, "reply_proposed", self._text("a text")),
            ActName.post_reply: lambda: ({}, "reply_intended", self._text("a text")),
            ActName.fail_reply: lambda: ({}, "reply_failed", self._text("a reason")),
        }
        return does[self._act.act]()

    def _acknowledge(self) -> Effect:
        state = {"status": CaseStatus.acknowledged} if self._case.status is CaseStatus.open else {}
        taken = {"acknowledged_at": self._at, "needs_check": False}
        return taken | state, "acknowledged", self._args.text or "taken up"

    def _taken(self) -> dict[str, Any]:
        """Return that somebody took the case up by this act, unless somebody did before."""
        before, since = self._case.acknowledged_at, self._case.severe_at or self._case.opened_at
        return {} if before is not None and before >= since else {"acknowledged_at": self._at}

    def _assign(self) -> Effect:
        person = self._person()
        return {"assignee": person.id} | self._taken(), "assigned", self._said(f"to {person.id}")

    def _ask_branch(self) -> Effect:
        person, question = self._person(), self._text("a question")
        business = BusinessTime.of(person, self._watchlist, self._settings)
        until = self._args.until or business.add(self._at, self._settings.cases.branch_days)
        if until <= self._at:
            raise RefusedError(f"the deadline {until:%Y-%m-%d %H:%M} UTC is over already")
        asked: dict[str, Any] = {
            "branch_person": person.id,
            "branch_question": question,
            "branch_asked_at": self._at,
            "branch_due_at": until,
            "branch_answer": None,
            "branch_answered_at": None,
        }
        if self._case.status in ACTIVE:
            asked["status"] = CaseStatus.waiting_for_branch
        return asked | self._taken(), "branch_asked", f"{person.id}, until {until:%Y-%m-%d %H:%M} UTC: {question}"

    def _answer_branch(self) -> Effect:
        case, answer = self._case, self._text("the answer")
        if case.branch_question is None:
            raise RefusedError("nobody was asked; `ask-branch` with --question and --person asks")
        update: dict[str, Any] = {"branch_answer": answer, "branch_answered_at": self._at}
        if case.status is CaseStatus.waiting_for_branch:
            update["status"] = CaseStatus.acknowledged
        return update, "branch_answered", answer

    def _snooze(self) -> Effect:
        until = self._args.until
        if until is None:
            raise RefusedError("snooze needs a time: --until")
        if until <= self._at:
            raise RefusedError(f"{until:%Y-%m-%d %H:%M} UTC is over already")
        if until - self._at > LONGEST_SNOOZE:
            raise RefusedError(f"{until:%Y-%m-%d} is more than a year away; dismiss the case, or snooze it for less")
        words = self._said(f"until {until:%Y-%m-%d %H:%M} UTC")
        return {"snoozed_at": self._at, "snoozed_until": until} | self._taken(), "snoozed", words

    def _wake(self) -> Effect:
        if self._case.snoozed_until is None or self._case.snoozed_until <= self._at:
            raise RefusedError("it is not snoozed")
        return {"snoozed_at": None, "snoozed_until": None}, "snooze_ended", self._said("ended early")

    def _dispute(self) -> Effect:
        update: dict[str, Any] = {"disputed_at": self._at}
        if self._case.status in ACTIVE:
            update["status"] = CaseStatus.disputed
        return update | self._taken(), "disputed", self._said("with the site; the clock keeps running")

    def _dismiss(self) -> Effect:
        reason = self._args.reason
        if reason is None:
            raise RefusedError("dismiss needs a reason: --reason")
        if reason == "other":
            self._text("what the other reason is")
        closed = {"status": CaseStatus.dismissed, "dismiss_reason": reason} | _NO_SNOOZE
        return closed, "dismissed", self._said(reason)

    def _claim(self) -> Effect:
        claimed: dict[str, Any] = {"claimed_at": self._at} | _NO_SNOOZE
        if self._facts.reply_state is ReplyState.unknown:
            claimed |= {"status": CaseStatus.answered, "answered_at": self._at, "close_reason": CLAIMED}
            return claimed, "claimed", self._said("answered on a site that shows no replies: closed by this word alone")
        days = self._settings.cases.claim_days
        claimed["status"] = CaseStatus.claimed
        return claimed, "claimed", self._said(f"answered on the site; comes back if that is not seen in {days:g} days")

    def _resolve(self) -> Effect:
        case = self._case
        if case.status is CaseStatus.resolved and (case.verified_at is not None or case.close_reason == GONE):
            raise RefusedError("it is resolved already")
        resolved: dict[str, Any] = {"status": CaseStatus.resolved, "verified_at": self._at} | _NO_SNOOZE
        if case.status is not CaseStatus.resolved:
            resolved["resolved_at"] = self._at
        resolved["close_reason"] = CONTENT
        return resolved | self._root_cause(), "resolved", self._said("the client is content")

    def _note(self) -> Effect:
        return {}, "noted", self._text("a text")

    def _reopen(self) -> Effect:
        if self._facts.gone_at is not None:
            raise RefusedError("the source deleted the review: there is nothing to answer")
        fresh = reopened_by_person(self._facts, self._case, self._act, self._watchlist, self._settings)
        return {"case": fresh}, "reopened", self._said("by a person")

    def _step(self) -> Effect:
        case, args = self._case, self._args
        if args.step is None:
            raise RefusedError(f"which step? {', '.join(STEPS)}")
        others = [one for one in case.steps if one.step != args.step]
        was_done = len(others) < len(case.steps)
        if args.is_done is False:
            if not was_done:
                raise RefusedError(f"{args.step} is not done")
            undone: dict[str, Any] = {"steps": tuple(others)}
            if args.step == "verify" and case.close_reason != CONTENT:
                undone["verified_at"] = None
            return undone, "step_undone", self._said(args.step)
        if was_done:
            raise RefusedError(f"{args.step} is done already; --undo takes it back")
        for text in (args.text, args.remedy):
            refuse_exchange(text or "")
        if (args.remedy is not None or args.amount is not None) and args.step not in ("solve", "courtesy"):
            raise RefusedError(f"{args.step} takes no remedy; solve and courtesy do")
        refuse_beyond_limit(case, self._act.by, args.remedy, args.amount, self._watchlist)
        done = ChecklistStep(step=args.step, done_at=self._at, done_by=self._act.by, words=args.text)
        update: dict[str, Any] = {"steps": tuple(sorted([*others, done], key=lambda one: STEPS.index(one.step)))}
        if args.step == "verify":
            update["verified_at"] = self._at
        if args.remedy is not None:
            update["remedy"] = f"{case.remedy}; {args.remedy}" if case.remedy else args.remedy
        if args.amount is not None:
            update["remedy_amount"] = (case.remedy_amount or 0.0) + args.amount
        parts = [args.step, args.remedy, f"{args.amount:g}" if args.amount is not None else None, args.text]
        return update | self._root_cause(), "step_done", ": ".join(part for part in parts if part)

    def _root_cause(self) -> dict[str, Any]:
        return {"root_cause": self._args.root_cause} if self._args.root_cause else {}

    def _said(self, words: str) -> str:
        return f"{words}: {self._args.text}" if self._args.text else words

    def _text(self, what: str) -> str:
        if self._args.text is None or not self._args.text.strip():
            raise RefusedError(f"{self._act.act} needs {what}")
        return self._args.text

    def _person(self) -> Person:
        name = self._args.person
        person = next((one for one in self._watchlist.people if one.id == name), None)
        if person is None:
            names = ", ".join(sorted(one.id for one in self._watchlist.people)) or "none"
            said = f"no person {name!r} in watchlist.toml" if name else f"{self._act.act} needs a person"
            raise RefusedError(f"{said}; known are: {names}")
        return person


_NO_SNOOZE: Final[dict[str, Any]] = {"snoozed_at": None, "snoozed_until": None}
