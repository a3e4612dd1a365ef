"""The play: nights, pulses, deliveries and people over days, drawn from one seed, with the checks after each run."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.simulation.checks import Checks, Row, Violation
from benchmarks.simulation.post import told_of
from benchmarks.simulation.stage import MOST_POINTS, Stage, dice
from benchmarks.simulation.town import DAY, PLACES, Town, listing_of, source_of
from benchmarks.simulation.truth import WAITING, Standing
from benchmarks.simulation.world import Look, World
from core.acts import ActArguments, ActName
from core.errors import InputError
from flows.report import RunReport

ALERTS = (
    "SELECT alert_key, source, review_id, reopen_no, rule, level, destination, planned_at, folded, state, covered_by"
    " FROM alerts WHERE planned_at >= $1 ORDER BY planned_at, alert_key"
)
CASES = "SELECT review_id, reopen_no, status FROM latest_cases"
REMEMBERED = 45 * DAY
KILLED = 0.15
FORESTALLED = 0.6
"""How often somebody acts on a case of which an alert is planned and not sent yet: the moment that matters most."""
READ_AT_NOON = 6
"""Listings that a pulse reads: all of them would cost more and show little more."""


class _Reading(NamedTuple):
    """One look of one run."""

    run: str
    is_pulse: bool
    look: Look


@dataclass
class Result:
    """What one seed came to."""

    seed: int
    nights: int
    violations: list[Violation] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, number: int = 1) -> None:
        """Count."""
        self.counts[name] = self.counts.get(name, 0) + number


class Play:
    """One seed, day by day."""

    def __init__(
        self,
        seed: int,
        nights: int,
        folder: Path,
        *,
        is_file: bool = False,
        stop_at: int = 5,
        tell: Callable[[Violation], None] = lambda _found: None,
    ) -> None:
        self.seed, self.nights, self.stop_at, self._tell = seed, nights, stop_at, tell
        self.town = Town.of(seed)
        self.world = World(seed, self.town)
        self.stage = Stage(seed, self.town, self.world, folder, is_file)
        self.checks = Checks(self.town)
        self.standings: dict[str, Standing] = {}
        self.result = Result(seed, nights)
        # A run that is killed leaves its looks at one of these stations, and the next one begins from there.
        self._landed: list[_Reading] = []
        self._ingested: list[_Reading] = []
        self._judged: list[_Reading] = []
        self._first_runs: dict[int, tuple[str, datetime]] = {}
        self._read_well: dict[int, list[tuple[str, datetime]]] = {}
        self._acted: set[str] = set()
        self._change = self.town.first_day + dice(seed, "change").randint(2, 16) * DAY
        self._held = False

    def run(self) -> Result:
        """Play all days, or until `stop_at` violations are found."""
        with self.stage.set_up():
            for number in range(self.nights):
                self._day(self.town.first_day + number * DAY)
                if self._is_over:
                    break
                self.result.add("nights")
        return self.result

    @property
    def _is_over(self) -> bool:
        return len(self.result.violations) >= self.stop_at

    def _day(self, day: date) -> None:
        chance, at = dice(self.seed, "plan", day), self.town.at
        if day == self._change:
            self._change_mind()
        self.world.live(day)
        self._flow("nightly", at(day, 3), chance)
        for number in range(chance.randint(0, 4)):
            self._manage(at(day, 8, 30) + timedelta(seconds=number), chance)
        if chance.random() < 0.3 or day.weekday() == 6:
            self._flow("deliver", at(day, 8, 40), chance)
        self._flow("deliver", at(day, 9, chance.randint(0, 9)), chance, release=self._held and chance.random() < 0.7)
        noon = at(day, chance.randint(10, 19), chance.randint(0, 59))
        self._manage(noon - timedelta(minutes=1), chance)
        self._flow(
            "pulse", noon, chance, only=sorted(chance.sample([listing_of(n) for n in range(PLACES)], READ_AT_NOON))
        )
        if chance.random() < 0.4:
            self._flow("deliver", at(day, chance.choice((20, 21, 23)), 50), chance)
        self.stage.sweep()

    def _change_mind(self) -> None:
        """Lower the threshold, or take another model that sees complaints where the first saw none."""
        mind = self.stage.mind
        match self.seed % 3:
            case 0:
                mind.negative_weight = 30.0
            case 1:
                mind.model, mind.faint = "sim@2", 0.9

    def _flow(self, kind: str, moment: datetime, chance: Any, *, release: bool = False, **options: Any) -> None:
        if self._is_over:
            return
        kill = chance.randint(0, MOST_POINTS) if chance.random() < KILLED else None
        self.stage.now = moment
        if release:
            options["release_held"] = True
        report = self.stage.run(kind, kill=kill, **options)
        self.result.add(kind)
        self._after(kind, report)
        if report is None:
            self.result.add("kills")
            if chance.random() < 0.6:
                self.stage.now = moment + timedelta(minutes=1)
                self.result.add("again")
                self._after(kind, self.stage.run(kind, **options))

    def _after(self, kind: str, report: RunReport | None) -> None:
        """Take in what happened, and check what has to hold now."""
        now, told = self.stage.now, []
        for name, content in self.stage.post.news():
            if name == "told":
                told.append(told_of(content))
            elif name == "released":
                self.checks.release()
            elif name == "planned":
                self.checks.spoken_for.update(content)
            elif name == "looked":
                self._landed.append(_Reading(content["run"], content["pulse"], self._look_again(content)))
            elif name == "ingested":
                self._ingested, self._landed = self._ingested + self._landed, []
            elif name == "judged":
                self._judged, self._ingested = self._judged + self._ingested, []
            elif name == "handled":
                self._take_in()
                for standing in self.standings.values():
                    standing.settle(now)
        self.checks.kills += report is None
        is_settled = not self._is_behind
        self._note(self.checks.take_told(told, self.standings, settled=is_settled))
        self._note(self.checks.take_rows(self._rows(now), now))
        self.result.add("messages", sum(one.has_arrived for one in told))
        self._held = any(row.state == "held" for row in self.checks.rows.values())
        if is_settled and report is not None:
            tried = [key for one in told for key, *_ in one.alerts]
            self._note(self.checks.duties(self.standings, now, report, tried))
            self._note(self.checks.count(self.standings, now))
            if kind == "nightly":
                found = [(str(review), int(number), str(status)) for review, number, status in self.stage.rows(CASES)]
                self._note(self.checks.cases(found, self.standings, now))

    @property
    def _is_behind(self) -> bool:
        """Whether there are looks that no run has handled yet."""
        return bool(self._landed or self._ingested or self._judged)

    def _look_again(self, content: dict[str, Any]) -> Look:
        at, place = datetime.fromisoformat(content["at"]), content["place"]
        fault = self.world.fault(place, at)
        return self.world.look(place, at, fault, frozenset(content["wanted"]), pulse=content["pulse"])

    def _take_in(self) -> None:
        """Take in what was judged, and of what is only ingested all that needs no judgement."""
        readings = [(one, True) for one in self._judged] + [(one, False) for one in self._ingested]
        self._judged, self._ingested = [], []
        left: set[str] = set()
        for (run, is_pulse, look), is_judged in sorted(readings, key=lambda one: one[0].look.at):
            rest = []
            for one in look.sightings:
                standing = self.standings.get(one.id)
                is_news = standing is None or (one.kind, one.text) != (standing.kind, standing.text)
                first = self._first_runs.setdefault(look.place, (run, look.at))
                if one.id in left or (is_news and not is_judged and one.kind != "stars"):
                    left.add(one.id)
                    rest.append(one)
                    continue
                if standing is None:
                    is_old = one.posted_at < first[1] and not any(
                        other != run and at <= look.at for other, at in self._read_well.get(look.place, ())
                    )
                    standing = self.standings[one.id] = Standing(
                        self.town, self.town.responsible(look.place), one.id, source_of(look.place).name,
                        one.posted_at, look.at, look.at, is_baseline=run == first[0] or is_old,
                    )  # fmt: skip
                standing.see(one, self.stage.mind.decide)
            for name in look.gone:
                if name in self.standings:
                    self.standings[name].vanish()
            if look.status == "ok" and not is_pulse:
                self._read_well.setdefault(look.place, []).append((run, look.at))
            if rest:
                self._ingested.append(_Reading(run, is_pulse, replace(look, sightings=tuple(rest), gone=())))

    def _manage(self, moment: datetime, chance: Any) -> None:
        """Let somebody do something about a case that waits, as far as they know."""
        waiting = [one for one in self.standings.values() if one.status in WAITING and one.first_seen < moment]
        if not waiting or self._is_behind or self._is_over:
            return
        waiting.sort(key=lambda one: one.id)
        planned = {row.review for row in self.checks.rows.values() if row.state == "planned" and row.level >= 1}
        likely = [one for one in waiting if one.id in planned]
        standing = chance.choice(likely if likely and chance.random() < FORESTALLED else waiting)
        deed = chance.choices(
            ("ignore", "answer", "snooze", "claim", "dismiss", "acknowledge", "resolve", "dispute"),
            (15, 40, 10, 12, 5, 10, 3, 3),
        )[0]
        review = self.world.reviews[standing.id]
        if deed == "answer" or (deed == "claim" and chance.random() < 0.5):
            self.world.reply(review, moment, chance)
        if deed in {"ignore", "answer"}:
            return
        until = moment + timedelta(hours=chance.randint(3, 120)) if deed == "snooze" else None
        reason: Any = "spam" if deed == "dismiss" else None
        arguments = (f"{standing.source}/{standing.id}", ActName(deed), ActArguments(until=until, reason=reason))
        self.stage.now = moment
        kill = chance.randint(0, 3) if chance.random() < KILLED else None
        try:
            self.stage.act(*arguments, standing.person.id, kill=kill)
        except InputError as error:
            story = "; ".join(standing.story[-4:])
            self._note([Violation("acts", moment, f"{deed} of {standing.id} is refused: {error}: {story}")])
        if any(name == "acted" for name, _ in self.stage.post.news()):
            standing.act(deed, moment, until)
            self.result.add("acts")

    def _rows(self, now: datetime) -> Iterator[Row]:
        for row in self.stage.rows(ALERTS, now - REMEMBERED):
            yield Row(*row)

    def _note(self, found: Iterable[Violation]) -> None:
        """Keep each violation once, however many runs show it, and tell of it at once."""
        seen = {(one.promise, one.what.partition(":")[0]) for one in self.result.violations}
        for one in found:
            if (one.promise, one.what.partition(":")[0]) not in seen:
                self.result.violations.append(one)
                self._tell(one)
