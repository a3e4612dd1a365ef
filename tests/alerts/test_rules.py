"""Which cases a rule of the watchlist catches, from when on, and for whom."""

import time
from datetime import timedelta

import pytest

from alerts.digest import Waiting
from alerts.planning import plan
from alerts.rules import caught, matches
from core.aspects import Aspect
from core.records import CaseStatus, History, ReplyState
from core.rules import Builtin, WatchRule

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def rule(**fields):
    ladder = fields.pop("ladder", [{"level": 1}])
    return WatchRule.model_validate({"id": "mine", "ladder": ladder, **fields})


@pytest.fixture
def one(make_facts, make_case, make_prediction, watchlist):
    """A severe, open, poorly rated review about hygiene that speaks of a poisoning."""

    def make(facts_=None, **case):
        values = {
            "rating": 0.25,
            "title": "Ужас",
            "text": "Отравились всей семьёй, вызывали скорую. Жду ответа!",
            "prediction": make_prediction(
                0.95, aspects=[{"name": "safety_and_health", "p": 0.9}, {"name": "waiting", "p": 0.3}]
            ),
            "case": make_case(severity="severe", **case),
            **(facts_ or {}),
        }
        facts = make_facts(**values)
        return Waiting(facts, facts.case, watchlist.person("anna"))

    return make


@pytest.mark.parametrize(
    ("conditions", "is_caught"),
    [
        ({}, True),
        ({"source": "site", "listing": "l1", "place": "lenina", "language": "ru", "severity": "severe"}, True),
        ({"source": "other"}, False),
        ({"listing": ["l2", "l1"]}, True),
        ({"listing": ["l2"]}, False),
        ({"place": ["nevsky"]}, False),
        ({"language": ["uk", "en"]}, False),
        ({"aspect": ["safety_and_health"]}, True),
        ({"aspect": ["waiting"]}, False),
        ({"severity": "ordinary"}, False),
        ({"stars": [1, 2]}, True),
        ({"stars": [1, 1]}, False),
        ({"stars": [3, 5]}, False),
        ({"status": ["open"]}, True),
        ({"status": ["disputed"]}, False),
        ({"age_hours": [5, 10]}, True),
        ({"age_hours": [7, 10]}, False),
        ({"age_hours": [0, 5]}, False),
        ({"keyword": "отрав*"}, True),
        ({"keyword": ["ОТРАВИЛИСЬ"]}, True),
        ({"keyword": ["отрав"]}, False),
        ({"keyword": ["вызывали скор*"]}, True),
        ({"keyword": ["скор* вызывали"]}, False),
        ({"keyword": ["семьей"]}, True),
        ({"keyword": ["ужас"]}, True),
        ({"keyword": ["травились*"]}, False),
        ({"pattern": r"скор(ая|ую)"}, True),
        ({"pattern": r"^УЖАС\s"}, True),
        ({"pattern": r"\d"}, False),
        ({"pattern": r"семь[\w]{2}\W"}, True),
        ({"keyword": ["отрав*"], "pattern": "полици"}, False),
        ({"keyword": ["отрав*"], "stars": [4, 5]}, False),
    ],
)
def test_all_conditions_must_hold(one, watchlist, start, conditions, is_caught):
    found = matches(rule(**conditions), one(), watchlist=watchlist, now=start + HOUR)
    assert found is is_caught


@pytest.mark.parametrize(
    ("conditions", "unknown"),
    [
        ({"stars": [1, 5]}, {"rating": None}),
        ({"language": ["ru"]}, {"prediction": None}),
        ({"aspect": [str(aspect) for aspect in Aspect]}, {"prediction": None}),
        ({"place": ["lenina"]}, {"listing_id": "unknown"}),
    ],
)
def test_what_is_not_known_fulfils_no_condition(one, watchlist, start, conditions, unknown):
    assert not matches(rule(**conditions), one(unknown), watchlist=watchlist, now=start)


def test_no_text_makes_a_pattern_slow(one, watchlist, start):
    hostile = one({"text": "а" * 200_000 + "!"})
    began = time.perf_counter()
    assert not matches(rule(pattern=r"(а+)+$"), hostile, watchlist=watchlist, now=start)
    assert time.perf_counter() - began < 2


@pytest.fixture
def told(watchlist, settings):
    def run(waiting, now, own, activations=None, history=None, **changes):
        known = watchlist.model_copy(update={"rules": (own,), **changes})
        history = history or History(activations=activations or {})
        result = plan([waiting.facts], watchlist=known, settings=settings, now=now, history=history)
        return [alert for alert in result.alerts if alert.rule.startswith("rule:")], result

    return run


def test_a_ladder_goes_up_with_time_to_people_roles_and_departments(one, told, start):
    own = rule(
        ladder=[
            {"level": 1},
            {"level": 2, "after": "6h", "clock": "calendar", "to": ["escalation", "olena"]},
            {"level": 3, "after": "1d", "to": ["operator"]},
        ]
    )
    active = {"mine": start - DAY}
    for hours, expected in (
        (0, {(1, "anna")}),
        (6, {(1, "anna"), (2, "boss"), (2, "olena")}),
        (24, {(1, "anna"), (2, "boss"), (2, "olena"), (3, "boss")}),
    ):
        alerts, _ = told(one(), start + hours * HOUR, own, active)
        assert {(alert.level, alert.destination) for alert in alerts} == expected
    keys = frozenset(alert.alert_key for alert in alerts)
    again, _ = told(one(), start + 2 * DAY, own, history=History(planned_keys=keys, activations=active))
    assert again == []


def test_a_business_delay_waits_for_a_worked_day_and_hour(one, told, start):
    own = rule(ladder=[{"level": 1, "after": "2h"}])
    friday = start + 4 * DAY + 11 * HOUR  # 2026-11-20 20:00 UTC, 23:00 in Moscow
    late = one(opened_at=friday, due_at=friday + 3 * DAY)
    monday = friday + 2 * DAY + 2 * HOUR  # Monday 01:00 in Moscow: an hour of Friday's and an hour of Monday's
    assert told(late, monday - timedelta(minutes=1), own, {"mine": start})[0] == []
    assert len(told(late, monday, own, {"mine": start})[0]) == 1


@pytest.mark.parametrize(
    ("activations", "active_from", "is_told"),
    [
        ({}, None, False),
        ({"mine": "-1h"}, None, True),
        ({"mine": "1h"}, None, False),
        ({"mine": "-1h"}, "1h", False),
        ({"mine": "1h"}, "-9h", False),
    ],
)
def test_a_rule_tells_nothing_that_is_older_than_itself(one, told, start, activations, active_from, is_told):
    hours = {"-9h": -9, "-1h": -1, "1h": 1}
    own = rule(active_from=None if active_from is None else start + hours[active_from] * HOUR)
    active = {name: start + hours[at] * HOUR for name, at in activations.items()}
    alerts, _ = told(one(), start + 3 * HOUR, own, active)
    assert bool(alerts) is is_told


@pytest.mark.parametrize(
    ("facts_", "case"),
    [
        ({}, {"status": CaseStatus.answered}),
        ({}, {"status": CaseStatus.dismissed}),
        ({}, {"needs_check": True}),
        ({}, {"is_baseline": True}),
        ({}, {"snoozed_until": "later"}),
        ({"gone_at": "now"}, {}),
        ({"reply_state": ReplyState.published, "reply_seen_at": "now"}, {}),
    ],
)
def test_what_waits_for_nobody_is_told_by_no_rule(one, told, start, facts_, case):
    times = {"now": start, "later": start + 9 * DAY}
    facts_ = {key: times.get(value, value) for key, value in facts_.items()}
    case = {key: times.get(value, value) for key, value in case.items()}
    alerts, _ = told(one(facts_, **case), start + HOUR, rule(), {"mine": start - DAY})
    assert alerts == []


def test_a_rule_may_ask_for_doubtful_cases_and_be_switched_off(one, told, start):
    active = {"mine": start - DAY}
    assert len(told(one(needs_check=True), start, rule(doubtful=True), active)[0]) == 1
    assert told(one(), start, rule(enabled=False), active)[0] == []


def test_a_built_in_rule_can_be_switched_off_or_sent_elsewhere(one, told, start):
    off = {"builtin": {"late": Builtin(enabled=False), "escalation": Builtin(to=("olena", "anna"))}}
    _, result = told(one({"posted_at": start}), start + 9 * DAY, rule(enabled=False), **off)
    steps = {(alert.rule, alert.destination) for alert in result.alerts if alert.level >= 1}
    assert steps == {("escalation", "olena"), ("escalation", "anna")}


def test_a_check_up_sees_what_a_rule_would_catch_now_whatever_its_age(one, watchlist, settings, start):
    facts = [one().facts, one({"review_id": "r2"}, review_id="r2", status=CaseStatus.answered).facts]
    found = caught(rule(keyword="отрав*"), facts, watchlist=watchlist, settings=settings, now=start + HOUR)
    assert [fact.review_id for fact in found] == ["r1"]


def test_every_built_in_rule_can_be_named_in_the_watchlist_but_that_of_a_surge():
    from typing import get_args

    from alerts.details import Rule
    from core.rules import RuleName

    assert set(get_args(RuleName)) == {str(one) for one in Rule} - {"surge", "own"}
