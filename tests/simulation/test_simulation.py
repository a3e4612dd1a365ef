"""The simulation finds each planted bug, and finds nothing in the product as it is; the long way is `make simulate`."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import alerts.calendar
import alerts.cases
import alerts.life
import alerts.planning
import alerts.routing
import alerts.states
import alerts.wording
import flows.outbox
import warehouse.outbox
import warehouse.store
from benchmarks.simulation.play import Play, Result
from benchmarks.simulation.stage import replaced
from benchmarks.simulation.world import World
from core.settings import Settings

FAR = datetime(9999, 1, 1, tzinfo=UTC)


@contextmanager
def replaced_in_sql(name: str, old: str, new: str) -> Iterator[None]:
    """Change a named statement; it must hold the words."""
    read = warehouse.store.sql
    if old not in read(name):
        raise LookupError(f"the planted bug no longer applies: {name}.sql has no {old!r}")
    with replaced(
        warehouse.store, "sql", lambda wanted: read(wanted).replace(old, new) if wanted == name else read(wanted)
    ):
        yield


def _by_winter_time(moment: datetime, person: Any, settings: Any) -> datetime:
    """Quiet hours by the offset of January, all the year."""
    offset = alerts.calendar.zone_of(person, settings).utcoffset(datetime(moment.year, 1, 15)) or timedelta()  # noqa: DTZ001
    local = moment + offset
    if person.quiet_from is None or person.quiet_until <= local.time() < person.quiet_from:
        return moment
    day = local.date() + (timedelta(days=1) if local.time() >= person.quiet_from else timedelta(0))
    return datetime.combine(day, person.quiet_until, UTC) - offset


def _told_when_limited(job: Any, views: Any, outcome: Any, *, state: Callable[..., str] = flows.outbox._state) -> str:
    return "sent" if outcome.retry_after else state(job, views, outcome)


def _without_mark(row: Any, *others: Any, view: Callable[..., Any] = warehouse.outbox._view) -> Any:
    return view(row | {"possible_repeat": False}, *others)


@contextmanager
def forgets_the_near_miss() -> Iterator[None]:
    with replaced(alerts.planning._Planner, "_near_miss_at", lambda _self, _one: FAR):
        yield


@contextmanager
def ignores_quiet_hours() -> Iterator[None]:
    with replaced(alerts.routing.Routing, "allowed", lambda self, _person: self._now):
        yield


@contextmanager
def plans_again_each_day() -> Iterator[None]:
    key = alerts.planning.alert_key
    days = []

    def plan(*arguments: Any, plan: Any = alerts.planning.plan, **named: Any) -> Any:
        days[:] = [named["now"].date()]
        return plan(*arguments, **named)

    with ExitStack() as both:
        both.enter_context(replaced(alerts.planning, "plan", plan))
        both.enter_context(
            replaced(alerts.planning, "alert_key", lambda *parts: key(*parts[:-1], f"{parts[-1]}{days}"))
        )
        yield


@contextmanager
def repeats_without_saying_so() -> Iterator[None]:
    with replaced(warehouse.outbox, "_view", _without_mark):
        yield


@contextmanager
def sends_about_snoozed_cases() -> Iterator[None]:
    with replaced_in_sql(
        "outbox/find_due", "(known.snoozed_until IS NULL OR known.snoozed_until <= $now)", "$now IS NOT NULL"
    ):
        yield


@contextmanager
def loses_what_a_channel_limits() -> Iterator[None]:
    with replaced(flows.outbox, "_state", _told_when_limited):
        yield


@contextmanager
def believes_claims() -> Iterator[None]:
    with replaced(alerts.life.Life, "claim_ended", lambda _self, _case: None):
        yield


@contextmanager
def takes_unknown_for_unanswered() -> Iterator[None]:
    with replaced(alerts.life.Life, "waiting_status", lambda _self: alerts.states.CaseStatus.open):
        yield


@contextmanager
def takes_winter_time_for_all_the_year() -> Iterator[None]:
    with replaced(alerts.routing, "first_allowed", _by_winter_time):
        yield


@contextmanager
def drops_folded_cases() -> Iterator[None]:
    whole = alerts.wording._one_a_case
    with replaced(alerts.wording, "_one_a_case", lambda views: whole(views)[:1]):
        yield


@contextmanager
def opens_old_reviews_on_a_new_threshold() -> Iterator[None]:
    with ExitStack() as both:
        both.enter_context(replaced(alerts.cases, "_decide_anew", alerts.states.judge))
        old = "last_decision.content_hash IS DISTINCT FROM head.content_hash"
        both.enter_context(replaced_in_sql("cases/facts", old, f"({old} OR latest_case.status IS NULL)"))
        yield


@contextmanager
def lets_a_surge_go() -> Iterator[None]:
    knobs = Settings().alerts.model_copy(update={"surge_minimum": 10_000})
    plan = alerts.planning.plan

    def without_limit(*arguments: Any, settings: Any, **named: Any) -> Any:
        own = knobs.model_copy(update={"operator": settings.alerts.operator})
        return plan(*arguments, settings=settings.model_copy(update={"alerts": own}), **named)

    with replaced(alerts.planning, "plan", without_limit):
        yield


Found = tuple[Any, str, int, int]
"""Bug, promise that it breaks, and a seed and nights in which it shows."""

QUICK: tuple[Found, ...] = (
    (forgets_the_near_miss, "P2", 1, 5),
    (ignores_quiet_hours, "quiet", 1, 1),
    (plans_again_each_day, "P3", 44, 2),
    (repeats_without_saying_so, "P3", 44, 2),
    (loses_what_a_channel_limits, "P2", 12, 1),
    (takes_unknown_for_unanswered, "state", 44, 1),
    (takes_winter_time_for_all_the_year, "P2", 44, 2),
    (opens_old_reviews_on_a_new_threshold, "P9", 36, 3),
)
SLOW: tuple[Found, ...] = (
    (sends_about_snoozed_cases, "P4", 44, 5),
    (believes_claims, "state", 4, 8),
    (drops_folded_cases, "P2", 3, 9),
    (lets_a_surge_go, "P9", 3, 8),
)
BUGS = (*QUICK, *SLOW)


def play(seed: int, nights: int, folder: Path, *, stop_at: int = 1, is_file: bool = False) -> Result:
    return Play(seed, nights, folder / "home", stop_at=stop_at, is_file=is_file).run()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("bug", "promise", "seed", "nights"),
    [
        *(pytest.param(*found, id=found[0].__name__) for found in QUICK),
        *(pytest.param(*found, id=found[0].__name__, marks=pytest.mark.simulate) for found in SLOW),
    ],
)
def test_a_planted_bug_is_found(bug: Any, promise: str, seed: int, nights: int, tmp_path: Path) -> None:
    with bug():
        found = play(seed, nights, tmp_path).violations
    assert found, "the planted bug was not found"
    assert promise in {one.promise for one in found}, found


async def _no_longer_than_a_blink(seconds: float, *, sleep: Any = asyncio.sleep) -> None:
    assert seconds == 0 or seconds > 60, "the simulation waits"  # the heartbeat alone sleeps, beside the work
    await sleep(seconds)


def test_every_promise_holds_and_nobody_waits_for_it(tmp_path: Path) -> None:
    with replaced(asyncio, "sleep", _no_longer_than_a_blink):
        result = play(1, 2, tmp_path)
    assert result.violations == []
    assert result.counts["messages"] > 5


def test_every_promise_holds_where_processes_are_killed_for_real(tmp_path: Path) -> None:
    result = play(2, 1, tmp_path, is_file=True)
    assert result.violations == []
    assert result.counts["kills"] > 1


@pytest.mark.parametrize("bug", [bug for bug, *_ in BUGS], ids=lambda bug: bug.__name__)
def test_a_planted_bug_still_applies(bug: Any) -> None:
    with bug():
        pass


def test_a_planted_bug_that_no_longer_applies_is_loud() -> None:
    with pytest.raises(LookupError), replaced_in_sql("outbox/find_due", "words that are not there", ""):
        pass
    with pytest.raises(AttributeError), replaced(alerts.planning, "a_name_that_is_gone", None):
        pass


def test_the_same_seed_is_the_same_play(tmp_path: Path) -> None:
    one, other = (play(4, 1, tmp_path / name).counts for name in ("a", "b"))
    assert one == other


def test_a_crawl_that_fails_as_no_site_does_is_let_through(tmp_path: Path) -> None:
    def breaks(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    with replaced(World, "look", breaks), pytest.raises(ZeroDivisionError):
        play(1, 1, tmp_path)
