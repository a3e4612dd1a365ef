"""Random rules, people and lives: every due step is planned (P2), none twice (P3), folds and delays lose nothing."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.planning import plan
from alerts.rules import due_at
from core.records import Alert, Case, CaseFacts, History, Prediction, ReplyState, alert_key
from core.rules import WatchRule
from core.settings import Settings
from core.watchlist import Away, Company, Department, Listing, Person, Watchlist

START = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
KNOBS = Settings(alerts={"surge_minimum": 10_000, "operator": "boss", "max_immediate": 2})
NAMES = ("anna", "boris", "boss", "responsible", "escalation", "operator", "department", "kitchen")

LADDERS = st.lists(
    st.tuples(
        st.sampled_from(("0h", "1h", "5h", "1d", "2.5d")),
        st.sampled_from(("business", "calendar")),
        st.lists(st.sampled_from(NAMES), max_size=3),
    ),
    min_size=1,
    max_size=4,
)
RULES = st.lists(
    st.tuples(LADDERS, st.sampled_from((None, "ordinary", "severe")), st.sampled_from(((), ("waiting",)))), max_size=3
)
QUIET = st.one_of(st.none(), st.tuples(st.integers(0, 23), st.integers(0, 23)))
PEOPLE = st.tuples(QUIET, st.integers(-2, 6), st.integers(0, 4), st.booleans())
CASES = st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 60)), min_size=1, max_size=6)


def rule_of(number: int, drawn: Any) -> WatchRule:
    ladder, severity, aspect = drawn
    steps = [
        {"level": level, "after": after, "clock": clock, "to": to}
        for level, (after, clock, to) in enumerate(ladder, start=1)
    ]
    return WatchRule.model_validate({"id": f"r{number}", "severity": severity, "aspect": aspect, "ladder": steps})


def person_of(name: str, drawn: Any, deputy: str) -> Person:
    quiet, away_from, away_days, rests = drawn
    first = START.date() + timedelta(days=away_from)
    return Person(
        id=name, name=name, timezone="Europe/Moscow", deputy=deputy, quiet_free_days=rests,
        quiet_from=time(quiet[0]) if quiet else None, quiet_until=time(quiet[1]) if quiet else None,
        away=(Away(first=first, last=first + timedelta(days=away_days - 1)),) if away_days else (),
    )  # fmt: skip


def facts_of(number: int, drawn: Any) -> CaseFacts:
    is_severe, waits, hours = drawn
    opened, name = START + hours * HOUR, f"c{number}"
    severity = "severe" if is_severe else "ordinary"
    aspects = [{"name": "waiting", "p": 0.9}] if waits else []
    return CaseFacts(
        source="s", review_id=name, listing_id="l", rating=0.0, posted_at=opened, first_seen_at=opened,
        last_seen_at=opened, content_hash="h", content_seen_at=opened, is_baseline=False, reply_state=ReplyState.none,
        decided_hash="h", decided_reason="text", decided_at=opened,
        prediction=Prediction(
            source="s", review_id=name, content_hash="h", p_negative=0.9, p_neutral=0.1, p_positive=0.0,
            label="negative", language="ru", model="m@1", scored_at=opened, aspects=aspects, severity=severity,
        ),
        case=Case(
            source="s", review_id=name, listing_id="l", opened_at=opened, due_at=opened + timedelta(days=2),
            severity=severity, severe_at=opened if is_severe else None, risk=0.9,
        ),
    )  # fmt: skip


def world(rules: Any, anna: Any, boris: Any) -> Watchlist:
    return Watchlist(
        companies=(Company(id="c", name="C"),),
        people=(person_of("anna", anna, "boris"), person_of("boris", boris, "anna"), Person(id="boss", name="Boss")),
        listings=(Listing(id="l", source="s", company="c", responsible="anna", escalation="boris"),),
        departments=(Department(id="kitchen", name="Kitchen", person="boris", aspects=("delivery",)),),
        rules=tuple(rule_of(number, drawn) for number, drawn in enumerate(rules)),
    )


def runs(watchlist: Watchlist, facts: list[CaseFacts], hours: list[int]) -> list[tuple[datetime, list[Alert]]]:
    """Plan at each moment, with the history of the moments before."""
    active = {rule.id: START for rule in watchlist.rules}
    history, now, result = History(activations=active), START, []
    for pause in hours:
        now += pause * HOUR
        known = [one for one in facts if one.first_seen_at <= now]
        planned = plan(known, watchlist=watchlist, settings=KNOBS, now=now, history=history).alerts
        immediate = dict(history.immediate)
        for alert in planned:
            if alert.level >= 1 and not alert.folded:
                immediate[alert.destination] = (*immediate.get(alert.destination, ()), alert.not_before)
        keys = history.planned_keys | {alert.alert_key for alert in planned}
        history = history.model_copy(update={"planned_keys": keys, "immediate": immediate})
        result.append((now, list(planned)))
    return result


def wanted(watchlist: Watchlist, fact: CaseFacts, now: datetime) -> set[str]:
    """Keys of all steps of rules that are due for one case: worked out anew, without the planner."""
    people = {
        "responsible": "anna",
        "escalation": "boris",
        "operator": "boss",
        "department": "anna",
        "kitchen": "boris",
    }
    case, anna = fact.case, watchlist.person("anna")
    assert case is not None
    assert anna is not None
    assert fact.prediction is not None
    keys = set()
    for rule in watchlist.rules:
        about = {one.name for one in fact.prediction.aspects}
        if rule.severity not in {None, case.severity} or not set(rule.aspect) <= about:
            continue
        for step in rule.ladder:
            if due_at(step, case.opened_at, anna, watchlist, KNOBS) <= now:
                names = {people.get(name, name) for name in step.to or ("responsible",)}
                keys |= {alert_key("s", fact.review_id, 0, f"rule:{rule.id}", step.level, name) for name in names}
    return keys


@settings(max_examples=120, deadline=None)
@given(rules=RULES, anna=PEOPLE, boris=PEOPLE, cases=CASES, hours=st.lists(st.integers(0, 40), min_size=1, max_size=5))
def test_every_due_step_of_every_rule_is_planned_once_and_sent_in_an_allowed_hour(rules, anna, boris, cases, hours):
    watchlist = world(rules, anna, boris)
    facts = [facts_of(number, drawn) for number, drawn in enumerate(cases)]
    told: list[str] = []
    for now, planned in runs(watchlist, facts, hours):
        told += [alert.alert_key for alert in planned]
        for fact in facts:
            if fact.first_seen_at <= now:
                assert wanted(watchlist, fact, now) <= set(told), "P2: a step is due and nobody was told"
        for alert in planned:
            assert_allowed(watchlist, alert, now)
    assert len(told) == len(set(told)), "P3: planned twice"


def assert_allowed(watchlist: Watchlist, alert: Alert, now: datetime) -> None:
    """Quiet hours, quiet days and absences delay or hand over; they never drop and never let through."""
    person = watchlist.person(alert.destination)
    assert person is not None
    assert alert.not_before >= now
    assert alert.not_before - now < timedelta(days=4)
    local = alert.not_before.astimezone(tz_of(person))
    start, end, clock = person.quiet_from, person.quiet_until, local.time()
    if start is not None and end is not None and start != end:
        is_quiet = start <= clock < end if start < end else clock >= start or clock < end
        assert not is_quiet
    if person.quiet_free_days:
        assert local.weekday() < 5
    if is_away(person, local.date()):
        other = watchlist.person("boris" if person.id == "anna" else "anna")
        assert other is not None
        assert other.away, "only where the deputy is away, too"


def tz_of(person: Person) -> Any:
    from zoneinfo import ZoneInfo

    return ZoneInfo(person.timezone or KNOBS.timezone)


def is_away(person: Person, day: date) -> bool:
    return any(one.first <= day <= one.last for one in person.away)


@settings(max_examples=80, deadline=None)
@given(rules=RULES, anna=PEOPLE, cases=CASES, hours=st.lists(st.integers(0, 12), min_size=1, max_size=6))
def test_single_messages_stay_within_the_measure_of_a_day_and_the_rest_is_folded_not_lost(rules, anna, cases, hours):
    watchlist = world(rules, anna, (None, 0, 0, False))
    facts = [facts_of(number, drawn) for number, drawn in enumerate(cases)]
    single: dict[tuple[str, date], int] = {}
    for _, planned in runs(watchlist, facts, hours):
        for alert in planned:
            person = watchlist.person(alert.destination)
            assert person is not None
            assert not alert.held
            if alert.level >= 1 and not alert.folded:
                day = person.id, alert.not_before.astimezone(tz_of(person)).date()
                single[day] = single.get(day, 0) + 1
    assert all(count <= KNOBS.alerts.max_immediate for count in single.values())
