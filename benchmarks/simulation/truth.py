"""What a person who saw the same looks and did the same acts would know of each review: the simulation's own model.

It follows DESIGN.md, not the code: one small automaton a review, fed with sightings and acts. From it follow who has to
be told what by now, and of what nobody may hear.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from benchmarks.simulation.town import DAY, HOUR, Person, Town
from benchmarks.simulation.world import Kind, Sighting

Status = Literal[
    "none", "history", "open", "dark", "answered", "dark_answer", "claimed", "dismissed", "resolved", "praise", "gone",
    "quiet",
]  # fmt: skip
"""`dark`: its source shows no replies. `history`: too old at the first reading to become a case."""

WAITING = frozenset({"open", "dark"})
CLAIM_DAYS, QUIET_DAYS, ORDINARY_DAYS, NEAR_MISS, BACKLOG_DAYS = 3, 14, 2, 0.75, 30
SEVERE = 24 * HOUR
ACKNOWLEDGE_HOURS = 4
ESCALATE = 7 * DAY

Verdict = tuple[bool, bool]
"""Whether words are a complaint, and whether that is doubtful."""


@dataclass(frozen=True)
class Duty:
    """Something that has to be told by now."""

    rule: str
    since: datetime
    """The alert is one of this life of the case: planned then or later."""
    person: str


@dataclass
class Standing:
    """What is known of one review."""

    town: Town
    person: Person
    """Who answers."""
    id: str
    source: str
    posted_at: datetime
    first_seen: datetime
    last_seen: datetime
    is_baseline: bool
    kind: Kind | None = None
    text: str = ""
    content_at: datetime | None = None
    is_complaint: bool = False
    was_doubtful: bool = False
    """What the present words are; `is_doubtful` is the case's."""
    is_doubtful: bool = False
    status: Status = "none"
    openings: int = 0
    opened_at: datetime | None = None
    is_old_news: bool = False
    """This life of the case is history of the first reading."""
    severe_at: datetime | None = None
    due: datetime | None = None
    state: str = "none"
    has_reply: bool = False
    missed: int = 0
    reply: str = ""
    reply_at: datetime | None = None
    edited_after_at: datetime | None = None
    removed_at: datetime | None = None
    rejected_at: datetime | None = None
    last_known: str = "none"
    """The last state of the reply but `unknown`."""
    settled_at: datetime | None = None
    acted_at: datetime | None = None
    snoozed_at: datetime | None = None
    snoozed_until: datetime | None = None
    snoozes: int = 0
    claimed_at: datetime | None = None
    is_gone: bool = False
    news: set[str] = field(default_factory=set)
    story: list[str] = field(default_factory=list)
    attended: dict[datetime, datetime] = field(default_factory=dict)
    """Until when somebody is to take up what became severe at a moment."""

    def see(self, one: Sighting, decide: Callable[[Kind], Verdict]) -> None:
        """Take in one sighting."""
        had_reply = self.has_reply
        if self.is_gone:
            self.is_gone = False
            self.news.add("back")
        if (one.kind, one.text) != (self.kind, self.text):
            if self.kind is not None:
                self.news.add("edited")
            self.kind, self.text, self.content_at = one.kind, one.text, one.at
            self.is_complaint, self.was_doubtful = decide(one.kind)
            self.news.add("decided")
        self._see_reply(one)
        if "edited" in self.news and had_reply and self.has_reply and self.content_at == one.at:
            self.edited_after_at = one.at
        self.last_seen = one.at

    def _see_reply(self, one: Sighting) -> None:
        self.state = one.state
        if one.state == "rejected" and self.last_known != "rejected":
            self.rejected_at = one.at
            self.news.add("rejected")
        self.last_known = one.state if one.state != "unknown" else self.last_known
        if one.state == "published":
            if not self.has_reply or one.reply != self.reply:
                self.reply_at = one.at
            self.has_reply, self.missed, self.reply = True, 0, one.reply
        elif one.state in {"none", "pending", "rejected", "removed"} and self.has_reply:
            self.missed += 1
            if self.missed == 2 or one.state in {"rejected", "removed"}:
                self.has_reply, self.missed, self.removed_at = False, 0, one.at
                self.news.add("removed")

    def vanish(self) -> None:
        """Take in that the source says that it is deleted."""
        self.is_gone = True

    @property
    def is_answered(self) -> bool:
        """Whether a published reply answers what stands there now."""
        if self.state != "published" or self.reply_at is None:
            return False
        return self.edited_after_at is None or self.reply_at >= self.edited_after_at

    def settle(self, now: datetime) -> None:
        """Let what was taken in, and the time, have their effect. Done at the end of each run."""
        self._open()
        self._vanished(now)
        self._came_back()
        self._edited(now)
        self._answered(now)
        self._lost()
        self._rejected()
        self._seen_through(now)
        self._claim_ended(now)
        self._woken()
        self._quiet(now)
        self.news.clear()

    def _open(self) -> None:
        if self.status == "history" and "removed" in self.news and self.removed_at:
            self._reopen(self.removed_at, "history whose reply was removed")
        if self.status not in {"none", "history"} or "decided" not in self.news or not self.is_complaint:
            return
        if self.is_gone or self.content_at is None:
            return
        age = self.first_seen - self.posted_at
        if self.is_baseline and age > BACKLOG_DAYS * DAY and self.content_at <= self.first_seen:
            self.status = "history"
            return
        self._reopen(max(self.first_seen, self.content_at), "opened")
        self.is_old_news = self.is_baseline and self.opened_at == self.first_seen
        self.is_doubtful = self.was_doubtful

    def _vanished(self, now: datetime) -> None:
        if self.is_gone and (self.status in WAITING or self.status == "claimed"):
            self._become("gone", now)

    def _came_back(self) -> None:
        if self.status == "gone" and "back" in self.news and self.is_complaint:
            self._reopen(self.last_seen, "is shown again")

    def _edited(self, now: datetime) -> None:
        if "decided" not in self.news or self.content_at is None or self.opened_at == self.content_at or self.is_gone:
            return
        waits = self.status in WAITING
        if not self.is_complaint:
            if waits or self.status == "claimed":
                self._become("praise", now)
            return
        if waits:
            if self.kind == "severe" and self.severe_at is None:
                self.severe_at = self.content_at
                self.due = min(self.due or now, self.content_at + SEVERE)
            self.is_doubtful = self.is_doubtful and self.was_doubtful
            return
        if self.is_answered or self.status in {"none", "history"}:
            return
        since = self.claimed_at if self.status in {"claimed", "dark_answer"} else self.acted_at
        by_word = self.status in {"dismissed", "resolved", "claimed", "dark_answer"}
        if by_word and (since is None or self.content_at <= since):
            return
        self._reopen(self.content_at, "edited")
        self.is_doubtful = self.was_doubtful

    def _answered(self, now: datetime) -> None:
        if (self.status in WAITING or self.status in {"claimed", "dark_answer"}) and self.is_answered:
            self._become("answered", now)

    def _lost(self) -> None:
        removed = self.removed_at
        if removed is None or self.has_reply or self.state in {"unknown", "published"} or self.is_gone:
            return
        if self.status not in {"answered", "resolved", "claimed", "quiet"} or not self.is_complaint:
            return
        if "removed" not in self.news and self.status != "answered":
            return
        since = {"resolved": self.acted_at, "claimed": self.claimed_at}.get(self.status)
        if since is None or removed > since:
            self._reopen(removed, "lost its reply")

    def _rejected(self) -> None:
        at, since = self.rejected_at, self.claimed_at
        if self.status not in {"claimed", "dark_answer"} or self.state != "rejected" or self.is_gone:
            return
        if at and since and at > since:
            self._reopen(at, "the claimed reply is rejected")

    def _seen_through(self, now: datetime) -> None:
        if self.state in {"unknown", "published"}:
            return
        if self.status == "dark":
            self._become("open", now)
        elif self.status == "dark_answer":
            self.claimed_at = self.last_seen
            self._become("claimed", now)

    def _claim_ended(self, now: datetime) -> None:
        if self.status == "claimed" and self.claimed_at and now >= self.claimed_at + CLAIM_DAYS * DAY:
            self._reopen(self.claimed_at + CLAIM_DAYS * DAY, "the claim was not seen")

    def _woken(self) -> None:
        if self.snoozed_until is None or self.snoozed_at is None or self.status not in WAITING:
            return
        edited = self.content_at if "decided" in self.news and self.is_complaint else None
        removed = self.removed_at if "removed" in self.news else None
        rejected = self.rejected_at if "rejected" in self.news and self.state == "rejected" else None
        if any(at and self.snoozed_at < at < self.snoozed_until for at in (edited, removed, rejected)):
            self.snoozed_at = self.snoozed_until = None

    def _quiet(self, now: datetime) -> None:
        last = [at for at in (self.reply_at, self.content_at, self.settled_at) if at]
        if self.status == "answered" and self.is_answered and now >= max(last) + (QUIET_DAYS + 1) * DAY:
            self.status = "quiet"

    def _become(self, status: Status, now: datetime) -> None:
        self.story.append(f"{now:%m-%d %H:%M} {self.status} -> {status}")
        self.status, self.settled_at = status, now
        if status not in WAITING:
            self.snoozed_at = self.snoozed_until = None

    def _reopen(self, at: datetime, why: str) -> None:
        self.story.append(f"{at:%m-%d %H:%M} {self.status} -> waiting: {why}")
        self.status = "dark" if self.state == "unknown" else "open"
        self.openings += 1
        self.opened_at, self.is_old_news = at, False
        self.snoozed_at = self.snoozed_until = None
        self.severe_at = at if self.kind == "severe" else None
        self.due = self.town.later(at, ORDINARY_DAYS, self.person)
        if self.severe_at:
            self.due = min(self.due, at + SEVERE)

    def act(self, name: str, at: datetime, until: datetime | None = None) -> None:
        """Take in what a person did."""
        self.story.append(f"{at:%m-%d %H:%M} {name} until {until}")
        self.acted_at = at
        if name == "acknowledge":
            self.is_doubtful = False
        elif name == "snooze":
            self.snoozed_at, self.snoozed_until = at, until
            self.snoozes += 1
        elif name == "dismiss":
            self._become("dismissed", at)
        elif name == "resolve":
            self._become("resolved", at)
        elif name == "claim":
            self.claimed_at = at
            self._become("dark_answer" if self.state == "unknown" else "claimed", at)

    def is_snoozed(self, now: datetime) -> bool:
        """Tell whether it sleeps."""
        return self.status in WAITING and self.snoozed_until is not None and self.snoozed_until > now

    def silence(self, now: datetime, level: int) -> str | None:
        """Return why nothing may be sent about it, or None. Level 0 is a line of a digest."""
        if self.status not in WAITING:
            return f"it is {self.status}"
        if self.is_snoozed(now):
            return f"it is snoozed until {self.snoozed_until}"
        if self.is_gone:
            return "it is deleted"
        if level == 0:
            return None
        if self.status == "dark":
            return "its source shows no replies"
        if self.is_old_news:
            return "it is history of the first reading"
        return "it is doubtful" if self.is_doubtful else None

    def duties(self, now: datetime) -> list[Duty]:
        """Return what has to be told about it by now."""
        if self.silence(now, 1) or self.opened_at is None or self.due is None or self.is_answered:
            return []
        start, me = self.opened_at, self.person.id
        since = start
        if self.snoozed_until is not None and self.snoozed_at is not None and self.due <= self.snoozed_at:
            since = self.snoozed_until
        if now >= self.due:
            duties = [Duty("late", since, me)]
            waits_since = start if start > self.first_seen else min(self.posted_at, start)
            return [*duties, Duty("escalation", start, "boss")] if now - waits_since >= ESCALATE else duties
        duties = []
        if self.severe_at is not None:
            duties.append(Duty("severe", start, me))
            is_taken = self.acted_at is not None and self.acted_at >= self.severe_at
            if not is_taken and now >= self._acknowledge_by(self.severe_at):
                duties.append(Duty("unacknowledged", start, "boss"))
            near = self.severe_at + NEAR_MISS * max(timedelta(), self.due - self.severe_at)
        else:
            near = self.town.near(start, ORDINARY_DAYS, NEAR_MISS, self.person)
        if now >= near:
            duties.append(Duty("near_miss", start, me))
        return duties

    def _acknowledge_by(self, severe_at: datetime) -> datetime:
        if severe_at not in self.attended:  # counting minutes takes its time
            self.attended[severe_at] = self.town.attended(severe_at, ACKNOWLEDGE_HOURS, self.person)
        return self.attended[severe_at]
