"""The promises, held against the truth after each run: what was planned, what was sent, and what was not."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from benchmarks.simulation.post import FIRST_WAIT, LONGEST_WAIT, MOST_TRIES, Told
from benchmarks.simulation.town import DAY, Town
from benchmarks.simulation.truth import WAITING, Standing
from flows.report import RunReport

SURGE_MINIMUM, SURGE_FACTOR, SURGE_NIGHTS = 20, 3, 30
SHOWN = 10
"""Cases that one message of folded alerts shows one by one."""
OF_REPLIES = frozenset({"discloses"})
"""Rules that tell of answered cases."""
OF_ACTS = frozenset({"woken", "dispute_reminder", "claim_not_seen", "branch_question", "branch_overdue"})
"""Rules that follow from what a person did, also with a case that is never chased."""
ONCE = frozenset({"near_miss", "severe", "unacknowledged", "escalation"})
DAILY = frozenset({"digest"})
ACTIVE = frozenset({"open", "acknowledged", "waiting_for_branch", "disputed"})


@dataclass(frozen=True)
class Violation:
    """A promise that did not hold."""

    promise: str
    at: datetime
    what: str


@dataclass
class Row:
    """An alert as the outbox holds it."""

    key: str
    source: str
    review: str
    reopen_no: int
    rule: str
    level: int
    person: str
    planned_at: datetime
    folded: bool
    state: str
    covered_by: str | None
    was_held: bool = False
    """It was held in a surge, and the operator has not released it."""


@dataclass
class Checks:
    """All that is remembered from one run to the next."""

    town: Town
    rows: dict[str, Row] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    by_key: dict[str, list[Told]] = field(default_factory=dict)
    spoken_for: dict[str, bool] = field(default_factory=dict)
    """Whether another message spoke for an alert when it was planned; by the end of that run it may speak itself."""
    kills: int = 0
    repeats: int = 0
    """Messages that arrived a second time although no channel had left it open whether they had arrived."""

    def take_rows(self, found: Iterable[Row], now: datetime) -> Iterator[Violation]:
        """Take in the outbox: what is new in it, and what became of the rest. P3 and the surge of P9."""
        news = []
        for row in found:
            known = self.rows.get(row.key)
            if known is None:
                news.append(row)
            elif known.planned_at != row.planned_at or known.rule != row.rule:
                yield Violation("P3", now, f"{row.rule} about {row.review} was planned twice under one key")
            row.was_held = row.state == "held" or (known is not None and known.was_held)
            if row.was_held and row.state in {"planned", "sending", "sent"}:
                yield Violation("P9", now, f"{row.rule} about {row.review} was held, and nobody let it go")
            self.rows[row.key] = row
        yield from self._surge(news, now)

    def release(self) -> None:
        """Take in that the operator let go what was held: from now on it counts as what is usual."""
        for row in self.rows.values():
            row.was_held = row.was_held and row.state != "held"

    def _surge(self, news: list[Row], now: datetime) -> Iterator[Violation]:
        fresh = [row for row in news if row.level >= 1 and row.covered_by is None]
        if not fresh:
            return
        names = {row.key for row in news}
        days: Counter[date] = Counter(
            row.planned_at.astimezone(UTC).date()
            for row in self.rows.values()
            if row.level >= 1 and row.key not in names and row.covered_by is None and not row.was_held
        )
        today = now.astimezone(UTC).date()
        most = max((days[today - n * DAY] for n in range(1, SURGE_NIGHTS + 1)), default=0)
        limit = max(SURGE_MINIMUM, int(SURGE_FACTOR * most))
        count = sum(not self.spoken_for.get(row.key) for row in fresh)
        is_surge = count > 0 and days[today] + count > limit
        loose = [row for row in fresh if not row.was_held and row.state != "cancelled"]
        if is_surge and loose:
            what = f"{count} alerts beside {days[today]} exceed {limit}, and {len(loose)} are not held"
            yield Violation("P9", now, what)
        if is_surge and not any(
            row.rule == "surge" and today - row.planned_at.date() <= DAY for row in self.rows.values()
        ):
            yield Violation("P9", now, "a surge is held and the operator is not told")

    def count(self, standings: Mapping[str, Standing], now: datetime) -> Iterator[Violation]:
        """P3: in one life of a case each step is planned once for one person, and so is each notice."""
        counts = Counter((row.review, row.rule, row.person) for row in self.rows.values())
        for (review, rule, person), times in counts.items():
            standing = standings.get(review)
            if standing is None:
                most = 1  # a notice: its name stands in the place of a review's
            elif rule in ONCE:
                most = standing.openings
            elif rule == "late":
                most = standing.openings + standing.snoozes
            else:
                continue
            if times > most:
                story = _tell(standing) if standing else ""
                yield Violation("P3", now, f"{rule} about {review} is planned {times} times for {person}: {story}")
        days = Counter(
            (row.person, self.town.person(row.person).local(row.planned_at).date())
            for row in self.rows.values()
            if row.rule in DAILY
        )
        for (person, day), times in days.items():
            if times > 1:
                yield Violation("P3", now, f"{times} digests for {person} on {day}")

    def take_told(
        self, some: Iterable[Told], standings: Mapping[str, Standing], *, settled: bool
    ) -> Iterator[Violation]:
        """P3, P4 and quiet hours: take in what the channels were given."""
        for told in some:
            if self.town.person(told.person).sleeps(told.at):
                local = self.town.person(told.person).local(told.at)
                what = ", ".join(sorted({rule for _, rule, *_ in told.alerts}))
                yield Violation("quiet", told.at, f"{told.person} was written to at {local:%H:%M} of {what}")
            yield from self._repeats(told)
            if settled:
                yield from self._silence(told, standings)
            yield from self._shown(told)
            self.told.append(told)
            for key, *_ in told.alerts:
                self.by_key.setdefault(key, []).append(told)

    def _repeats(self, told: Told) -> Iterator[Violation]:
        before = [one for key, *_ in told.alerts for one in self.by_key.get(key, ())]
        arrived = [one for one in before if one.has_arrived]
        if not arrived:
            return
        if not told.is_marked:
            yield Violation("P3", told.at, f"a repeat to {told.person} does not say so: {told.alerts[0][1:]}")
        if told.has_arrived and any(one.fate == "taken" for one in arrived):
            self.repeats += 1
            if self.repeats > self.kills:
                yield Violation("P3", told.at, f"{self.repeats} repeats by {self.kills} kills: {told.alerts[0][1:]}")

    def _silence(self, told: Told, standings: Mapping[str, Standing]) -> Iterator[Violation]:
        steps = {review: (rule, level) for _, rule, level, _, review in told.alerts if level >= 1}
        for review in {*steps, *told.cases}:
            standing = standings.get(review)
            rule, level = steps.get(review, ("digest", 0))
            why = standing.silence(told.at, 0 if rule in OF_ACTS else level) if standing else "it was never seen"
            is_moot = review not in told.cases and why and why.startswith("it is ")
            if why and rule not in OF_REPLIES and not is_moot:
                story = _tell(standing) if standing else ""
                yield Violation("P4", told.at, f"{rule} about {review} was sent to {told.person}, but {why}: {story}")

    def _shown(self, told: Told) -> Iterator[Violation]:
        steps = {review for _, rule, level, _, review in told.alerts if level >= 1 and rule not in OF_REPLIES}
        missing = steps - set(told.cases)
        if missing and len(steps - missing) < SHOWN:
            yield Violation("P2", told.at, f"a message to {told.person} leaves out {sorted(missing)}")

    def duties(
        self, standings: Mapping[str, Standing], now: datetime, report: RunReport, tried: Iterable[str]
    ) -> Iterator[Violation]:
        """P2: what is due is planned, and sent or visibly failing once its reader is awake."""
        by_review: dict[tuple[str, str], list[Row]] = {}
        for row in self.rows.values():
            by_review.setdefault((row.review, row.rule), []).append(row)
        now_tried = set(tried)
        for standing in standings.values():
            for duty in standing.duties(now):
                own = [
                    row
                    for row in by_review.get((standing.id, duty.rule), ())
                    if row.planned_at >= duty.since and row.person == duty.person
                ]
                if not own:
                    what = f"{duty.rule} about {standing.id} for {duty.person} is not planned"
                    yield Violation("P2", now, f"{what}; due {standing.due:%m-%d %H:%M}: {_tell(standing)}")
                else:
                    yield from self._sent(own[-1], standing, now, report, now_tried)
        yield from self._left(standings, now)

    def _left(self, standings: Mapping[str, Standing], now: datetime) -> Iterator[Violation]:
        """Whatever else is planned for somebody who is awake, and that nothing keeps, was tried at least once."""
        for row in self.rows.values():
            if row.state == "sent" and not any(one.has_arrived for one in self.by_key.get(row.key, ())):
                yield Violation(
                    "P2", now, f"{row.rule} to {row.person} is called sent, and never arrived: {row.review}"
                )
            if row.state != "planned" or row.key in self.by_key or self.town.person(row.person).sleeps(now):
                continue
            standing = standings.get(row.review)
            level = 0 if row.rule in OF_ACTS or row.level == 0 else row.level
            if standing is None or not standing.silence(now, level):
                what = f"{row.rule} to {row.person}, planned {row.planned_at:%m-%d %H:%M}, was not sent"
                yield Violation("P2", now, f"{what}: {_tell(standing) if standing else row.review}")

    def _sent(
        self, row: Row, standing: Standing, now: datetime, report: RunReport, now_tried: set[str]
    ) -> Iterator[Violation]:
        while row.covered_by is not None and row.covered_by in self.rows:
            row = self.rows[row.covered_by]
        person = self.town.person(row.person)
        if person.sleeps(now) or row.state == "held":
            return
        tries = self.by_key.get(row.key, [])
        if any(one.has_arrived for one in tries):
            return
        what = f"{row.rule} about {standing.id} to {row.person}, planned {row.planned_at:%m-%d %H:%M}"
        if not tries:
            yield Violation("P2", now, f"{what} was not sent ({row.state}): {_tell(standing)}")
            return
        pause = min(LONGEST_WAIT, max(FIRST_WAIT * 2 ** (len(tries) - 1), timedelta(seconds=tries[-1].wait)))
        if len(tries) < MOST_TRIES and now >= tries[-1].at + pause and row.key not in now_tried:
            yield Violation("P2", now, f"{what} failed and is not tried again ({row.state}): {_tell(standing)}")
        if not (report.retrying or report.dead or report.failed or report.retried):
            yield Violation("P2", now, f"{what} failed, and the report says nothing of it")

    def cases(
        self, found: Iterable[tuple[str, int, str]], standings: Mapping[str, Standing], now: datetime
    ) -> Iterator[Violation]:
        """P9, and that cases stand as the truth says: nothing opens or closes of itself."""
        for review, reopen_no, status in found:
            standing = standings.get(review)
            if standing is None:
                continue
            if reopen_no + 1 > standing.openings:
                what = f"a case of {review} opened ({reopen_no + 1} times, {status}) and nothing new was found of it"
                yield Violation("P9", now, f"{what}: {_tell(standing)}")
            elif (
                (status in ACTIVE) != (standing.status == "open")
                or (status == "claimed") != (standing.status == "claimed")
                or reopen_no + 1 != standing.openings
            ):
                what = f"{review} is {status} ({reopen_no + 1} times open), and should be {standing.status}"
                yield Violation("state", now, f"{what} ({standing.openings}): {_tell(standing)}")
        known = {review for review, _, _ in found}
        for standing in standings.values():
            if standing.status in WAITING and standing.id not in known:
                yield Violation("state", now, f"{standing.id} has no case: {_tell(standing)}")


def _tell(standing: Standing) -> str:
    head = (
        f"{standing.source}/{standing.id} ({standing.kind}, {standing.status}, seen {standing.first_seen:%m-%d %H:%M})"
    )
    return f"{head} {'; '.join(standing.story[-6:])}"
