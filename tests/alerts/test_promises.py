"""P2, P3 and P4 over random lives of reviews: whatever happens in whatever order, the promises hold."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.acts import RefusedError, apply_act
from alerts.cases import ACTIVE, advance, apply, has_standing_reply
from alerts.planning import plan
from core.acts import Act, ActArguments, ActName
from core.records import CaseFacts, CaseStatus, History, Prediction, ReplyState, alert_key
from core.settings import Settings
from core.watchlist import Company, Listing, Person, Watchlist

START = datetime(2026, 11, 13, 12, 0, tzinfo=UTC)
KNOBS = Settings(alerts={"surge_minimum": 10_000})
WATCHLIST = Watchlist(
    companies=(Company(id="c", name="C"),),
    people=(Person(id="anna", name="A", quiet_from="22:00", quiet_until="09:00"), Person(id="boss", name="B")),
    listings=(Listing(id="l", source="s", company="c", responsible="anna", escalation="boss"),),
)
ACTS = (
    "reply", "pending", "reject", "remove", "hide", "edit_bad", "edit_severe", "edit_doubtful", "edit_good",
    "unjudged", "judge",
    "gone", "back", "edit_reply", "nothing", *ActName,
)  # fmt: skip
ARGUMENTS: dict[str, dict[str, Any]] = {
    "assign": {"person": "boss"}, "ask_branch": {"person": "boss", "text": "?"}, "answer_branch": {"text": "!"},
    "dismiss": {"reason": "spam"}, "note": {"text": "n"}, "step": {"step": "solve"},
}  # fmt: skip
REMINDERS = {"woken", "dispute_reminder", "branch_question", "branch_overdue", "claim_not_seen"}
SETTLED = {"dismiss": CaseStatus.dismissed, "resolve": CaseStatus.resolved, "claim": CaseStatus.claimed}
STEP = st.tuples(st.integers(0, 2), st.sampled_from(ACTS), st.integers(0, 60))


def judged(content: str, p_negative: float, severity: Literal["ordinary", "severe"] = "ordinary") -> Prediction:
    rest = (1 - p_negative) / 2
    return Prediction(
        source="s", review_id="r", content_hash=content, p_negative=p_negative, p_neutral=rest, p_positive=rest,
        label="negative", language="ru", risk=p_negative, model="m@1", scored_at=START,
        severity=severity,
    )  # fmt: skip


@dataclass
class Town:
    """Three reviews of one listing, and the outbox."""

    now: datetime = START
    facts: dict[str, CaseFacts] = field(default_factory=dict)
    planned: list[str] = field(default_factory=list)
    immediate: dict[str, tuple[datetime, ...]] = field(default_factory=dict)
    last_digest: dict[str, datetime] = field(default_factory=dict)
    settled: dict[str, tuple[CaseStatus, int, datetime]] = field(default_factory=dict)
    """By review: the state that a person set, in which life of the case, and when."""
    newest: dict[str, datetime] = field(default_factory=dict)
    """By review: when the last fact was seen."""

    def meet(self, review_id: str, *, is_baseline: bool, age: int) -> None:
        self.facts[review_id] = CaseFacts(
            source="s", review_id=review_id, listing_id="l", rating=None, posted_at=self.now - timedelta(days=age),
            first_seen_at=self.now, last_seen_at=self.now, content_hash="h0", content_seen_at=self.now,
            is_baseline=is_baseline, reply_state=ReplyState.none, prediction=judged("h0", 0.9),
        )  # fmt: skip

    def act(self, review_id: str, act: str) -> None:
        facts, now = self.facts[review_id], self.now
        change: dict[str, Any] = {"last_seen_at": now}
        had_reply = facts.reply_state is ReplyState.published
        if act == "reply":
            change |= {"reply_state": ReplyState.published, "reply_removed_at": None}
            change |= {} if had_reply else {"reply_seen_at": now}
        elif act == "edit_reply" and had_reply:
            change |= {"reply_seen_at": now}
        elif act in {"pending", "reject", "remove", "hide"}:
            state = {"pending": "pending", "reject": "rejected", "remove": "removed", "hide": "unknown"}[act]
            change |= {"reply_state": ReplyState(state), "reply_seen_at": None}
            change |= {"reply_removed_at": now} if had_reply and act != "hide" else {}
        elif act.startswith("edit_") or act == "unjudged":
            content = f"h{int(facts.content_hash[1:]) + 1}"
            p = {"edit_bad": 0.9, "edit_severe": 0.9, "edit_doubtful": 0.2, "edit_good": 0.01}.get(act)
            change |= {"content_hash": content, "content_seen_at": now}
            severity = "severe" if act == "edit_severe" else "ordinary"
            change |= {"prediction": None if p is None else judged(content, p, severity)}
            change |= {"edited_after_reply_at": now} if had_reply else {}
        elif act == "judge":
            change |= {"prediction": judged(facts.content_hash, 0.9)}
        elif act in {"gone", "back"}:
            change |= {"gone_at": now if act == "gone" else None}
        elif act in set(ActName):
            self.human(review_id, ActName(act))
            return
        if act != "nothing":
            self.newest[review_id] = now
        self.facts[review_id] = facts.model_copy(update=change)

    def human(self, review_id: str, name: ActName) -> None:
        """Do what a person does, if the table allows it."""
        facts = self.facts[review_id]
        if facts.case is None:
            return
        more = {"until": self.now + timedelta(days=3)} if name is ActName.snooze else {}
        asked = Act(
            act_id=uuid4().hex, at=self.now, by="anna", source="s", review_id=review_id,
            reopen_no=facts.case.reopen_no, act=name, args=ActArguments(**ARGUMENTS.get(name, {}), **more),
        )  # fmt: skip
        try:
            change = apply_act(facts, asked, watchlist=WATCHLIST, settings=KNOBS)
        except RefusedError:
            return
        self.facts[review_id] = after = apply(facts, change)
        assert len(change.events) == 1
        assert after.case is not None
        if SETTLED.get(name) is after.case.status:
            self.settled[review_id] = after.case.status, after.case.reopen_no, self.now
        elif name in {*SETTLED, ActName.reopen}:
            self.settled.pop(review_id, None)

    def night(self) -> None:
        for review_id, facts in self.facts.items():
            change = advance(facts, watchlist=WATCHLIST, settings=KNOBS, now=self.now)
            after = apply(facts, change)
            assert advance(after, watchlist=WATCHLIST, settings=KNOBS, now=self.now) is None
            self.facts[review_id] = after
            self.check_acts(review_id)
        history = History(planned_keys=frozenset(self.planned), immediate=self.immediate, last_digest=self.last_digest)
        result = plan(list(self.facts.values()), watchlist=WATCHLIST, settings=KNOBS, now=self.now, history=history)
        self.check(result.alerts)
        for alert in result.alerts:
            self.planned.append(alert.alert_key)
            if alert.rule == "digest":
                self.last_digest[alert.destination] = alert.planned_at
            if alert.level >= 1 and not alert.folded:
                self.immediate[alert.destination] = (*self.immediate.get(alert.destination, ()), alert.not_before)

    def check_acts(self, review_id: str) -> None:
        """Nothing but a newer fact, or the end of the stated time of a claim, undoes what a person set."""
        case = self.facts[review_id].case
        if case is None or review_id not in self.settled:
            return
        status, reopen_no, at = self.settled[review_id]
        is_over = status is CaseStatus.claimed and self.now >= at + timedelta(days=KNOBS.cases.claim_days)
        if self.newest.get(review_id, START) < at and not is_over:
            assert (case.status, case.reopen_no) == (status, reopen_no), "a human act was undone by nothing"
        elif is_over:
            assert case.status is not CaseStatus.claimed or case.reopen_no > reopen_no or case.claimed_at != at

    def check(self, alerts: Any) -> None:
        keys = [alert.alert_key for alert in alerts]
        assert len(keys) == len(set(keys))
        assert not set(keys) & set(self.planned), "P3: planned twice"
        for alert in alerts:
            assert alert.not_before >= alert.planned_at == self.now
            if alert.level >= 1:
                facts = self.facts[alert.review_id]
                assert facts.case is not None
                told_of = ACTIVE | ({CaseStatus.reply_not_visible} if alert.rule in REMINDERS else set())
                assert facts.case.status in told_of, "P4: told about what waits for nobody"
                assert not has_standing_reply(facts)
                assert facts.gone_at is None
                assert facts.case.snoozed_until is None or facts.case.snoozed_until <= self.now
        told = set(self.planned) | set(keys)
        for facts in self.facts.values():
            case = facts.case
            if case is None or case.status not in ACTIVE or case.is_baseline or case.needs_check:
                continue
            if case.snoozed_until is None or case.snoozed_until <= self.now:
                rule, level = ("late", 2) if case.due_at <= self.now else ("severe", 1)
                until, since = case.snoozed_until, case.snoozed_at
                if rule == "late" and until is not None and since is not None and case.due_at <= since:
                    rule = f"late:{until.isoformat()}"  # it was told before the snooze, and is told again after it
                key = alert_key("s", facts.review_id, case.reopen_no, rule, level, case.assignee or "anna")
                assert key in told or (rule == "severe" != case.severity), f"P2: {rule} and nobody was told"
            if case.severe_at is not None:
                assert case.due_at <= case.severe_at + timedelta(hours=24)


@settings(max_examples=250, deadline=None)
@given(
    reviews=st.lists(st.tuples(st.booleans(), st.integers(0, 40)), min_size=3, max_size=3),
    steps=st.lists(STEP, max_size=25),
)
def test_the_promises_hold_whatever_happens(reviews, steps):
    town = Town()
    for number, (is_baseline, age) in enumerate(reviews):
        town.meet(f"r{number}", is_baseline=is_baseline, age=age)
    town.night()
    for number, act, hours in steps:
        town.now += timedelta(hours=hours)
        town.act(f"r{number}", act)
        town.night()
    town.now += timedelta(days=30)
    town.night()


@settings(max_examples=100, deadline=None)
@given(steps=st.lists(STEP, max_size=25))
def test_a_published_reply_ends_every_life_in_silence(steps):
    town = Town()
    for number in range(3):
        town.meet(f"r{number}", is_baseline=False, age=0)
    town.night()
    for number, act, hours in steps:
        town.now += timedelta(hours=hours)
        town.act(f"r{number}", act)
        town.night()
    town.now += timedelta(hours=1)
    for number in range(3):
        town.act(f"r{number}", "remove")
        town.now += timedelta(minutes=1)
        town.act(f"r{number}", "reply")
    town.night()
    before = len(town.planned)
    town.now += timedelta(days=30)
    town.night()
    assert all(facts.case is None or facts.case.status not in ACTIVE for facts in town.facts.values())
    assert len(town.planned) == before
