from datetime import UTC, datetime, timedelta

import pytest

from alerts.details import BacklogDetails, DigestDetails
from alerts.planning import plan
from core.records import CaseStatus, CoverageStatus, History, ReplyState, alert_key
from core.signals import ListingState, Signals

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def make_plan(watchlist, settings):
    def run(facts, now, history=None, coverage=(), settings=settings, watchlist=watchlist, **signals):
        return plan(
            list(facts),
            watchlist=watchlist,
            settings=settings,
            now=now,
            history=history or History(),
            signals=Signals(listings=coverage, **signals),
        )

    return run


@pytest.fixture
def waiting(make_facts, make_case, start):
    """An open case of its own, as facts; `facts_` changes the facts, everything else the case."""

    def make(review_id="r1", facts_=None, **case):
        facts_ = {
            "listing_id": "l1",
            "decided_hash": "h1",
            "decided_reason": "low_rating",
            "decided_at": start,
            **(facts_ or {}),
        }
        state = make_case(review_id=review_id, listing_id=facts_["listing_id"], **case)
        return make_facts(review_id=review_id, case=state, **facts_)

    return make


def steps(result):
    return {(alert.rule, alert.level, alert.destination) for alert in result.alerts if alert.level >= 1}


def after(result, history=None):
    """Return the history as it is once `result` is stored."""
    history = history or History()
    immediate = dict(history.immediate)
    digests = dict(history.last_digest)
    count = history.planned_today
    for alert in result.alerts:
        if alert.level >= 1 and not alert.folded and not alert.held:
            immediate[alert.destination] = (*immediate.get(alert.destination, ()), alert.not_before)
        if alert.rule == "digest":
            digests[alert.destination] = alert.planned_at
        count += alert.level >= 1 and not alert.held
    keys = history.planned_keys | {alert.alert_key for alert in result.alerts}
    return history.model_copy(
        update={"planned_keys": keys, "immediate": immediate, "last_digest": digests, "planned_today": count}
    )


@pytest.mark.parametrize(
    ("waits", "expected"),
    [
        (35 * HOUR, set()),
        (36 * HOUR, {("near_miss", 1, "anna")}),
        (47 * HOUR, {("near_miss", 1, "anna")}),
        (48 * HOUR, {("late", 2, "anna")}),
        (6 * DAY, {("late", 2, "anna")}),
        (7 * DAY, {("late", 2, "anna"), ("escalation", 3, "boss")}),
    ],
)
def test_the_ladder(make_plan, waiting, start, waits, expected):
    facts = waiting(facts_={"posted_at": start})
    assert steps(make_plan([facts], start + waits)) == expected


@pytest.fixture
def severe(waiting, start):
    def make(review_id="r1", facts_=None, **case):
        case = {"severity": "severe", "severe_at": start, "due_at": start + DAY, **case}
        return waiting(review_id, facts_={"posted_at": start, **(facts_ or {})}, **case)

    return make


@pytest.mark.parametrize(
    ("waits", "expected"),
    [
        (timedelta(0), {("severe", 1, "anna")}),
        (3.9 * HOUR, {("severe", 1, "anna")}),
        (4 * HOUR, {("severe", 1, "anna"), ("unacknowledged", 2, "boss")}),
        (18 * HOUR, {("severe", 1, "anna"), ("unacknowledged", 2, "boss"), ("near_miss", 1, "anna")}),
        (24 * HOUR, {("late", 2, "anna")}),
        (7 * DAY, {("late", 2, "anna"), ("escalation", 3, "boss")}),
    ],
)
def test_the_ladder_of_a_severe_case(make_plan, severe, start, waits, expected):
    assert steps(make_plan([severe()], start + waits)) == expected


@pytest.mark.parametrize(("acted", "told"), [(None, True), (-HOUR, True), (timedelta(0), False), (5 * HOUR, False)])
def test_whoever_took_a_severe_case_up_is_not_gone_over(make_plan, severe, start, acted, told):
    facts = severe(facts_={"acted_at": None if acted is None else start + acted})
    rules = {rule for rule, _, _ in steps(make_plan([facts], start + 6 * HOUR))}
    assert ("unacknowledged" in rules) is told
    assert "severe" in rules


def test_an_acknowledgement_from_before_it_was_severe_does_not_count(make_plan, severe, start):
    facts = severe(
        status=CaseStatus.acknowledged,
        severe_at=start + DAY,
        due_at=start + 2 * DAY,
        facts_={"acted_at": start + HOUR},
    )
    assert steps(make_plan([facts], start + DAY + 4 * HOUR)) == {("severe", 1, "anna"), ("unacknowledged", 2, "boss")}


def test_a_severe_case_found_at_night_waits_for_the_morning(make_plan, severe):
    night = datetime(2026, 11, 18, 0, 30, tzinfo=UTC)  # 03:30 in Moscow; Sova is quiet from 22 to 9
    facts = severe(opened_at=night, severe_at=night, due_at=night + DAY, facts_={"listing_id": "l3", "seen": night})
    morning = datetime(2026, 11, 18, 6, 0, tzinfo=UTC)
    first = make_plan([facts], night)
    assert {(one.rule, one.not_before) for one in first.alerts if one.level} == {("severe", morning)}
    assert steps(make_plan([facts], morning + 4 * HOUR - timedelta(minutes=1), after(first))) == set()
    later = make_plan([facts], morning + 4 * HOUR, after(first))
    assert steps(later) == {("unacknowledged", 2, "sova")}  # the listing names nobody behind her


@pytest.mark.parametrize("silent", [{"is_baseline": True}, {"needs_check": True}, {"status": CaseStatus.answered}])
def test_a_severe_case_that_is_history_doubtful_or_answered_is_not_told_at_once(make_plan, severe, start, silent):
    assert steps(make_plan([severe(**silent)], start + 6 * HOUR)) == set()


def test_severe_cases_speak_before_ordinary_ones_that_are_late(make_plan, severe, waiting, start):
    late = [waiting(f"r{n}", due_at=start, facts_={"posted_at": start}) for n in range(6)]
    result = make_plan([*late, severe("grave", risk=0.01)], start + HOUR)
    speaking = [one.review_id for one in result.alerts if one.level >= 1 and not one.folded]
    assert speaking[0] == "grave"
    assert len(speaking) == 5


def test_a_step_is_planned_once(make_plan, waiting, start):
    facts, now = waiting(), start + 9 * DAY
    first = make_plan([facts], now)
    second = make_plan([facts], now + HOUR, after(first))
    assert first.alerts
    assert second.alerts == ()
    assert first.alerts[0].alert_key == alert_key("site", "r1", 0, "escalation", 3, "boss")


@pytest.mark.parametrize(
    "facts_and_case",
    [
        {"status": CaseStatus.answered},
        {"status": CaseStatus.resolved},
        {"status": CaseStatus.dismissed},
        {"status": CaseStatus.reply_not_visible},
        {"needs_check": True},
        {"is_baseline": True},
        {"snoozed_until": datetime(2026, 12, 24, tzinfo=UTC)},
        {"facts_": {"gone_at": datetime(2026, 11, 18, tzinfo=UTC)}},
        {"facts_": {"reply_state": ReplyState.published, "reply_seen_at": datetime(2026, 11, 18, tzinfo=UTC)}},
        {"facts_": {"listing_id": "unknown"}},
    ],
)
def test_what_waits_for_nobody_is_not_told(make_plan, waiting, start, facts_and_case):
    assert steps(make_plan([waiting(**facts_and_case)], start + 9 * DAY)) == set()


@pytest.mark.parametrize("status", [CaseStatus.acknowledged, CaseStatus.waiting_for_branch, CaseStatus.disputed])
def test_the_clock_runs_on_while_somebody_works_on_it(make_plan, waiting, start, status):
    assert ("late", 2, "anna") in steps(make_plan([waiting(status=status)], start + 3 * DAY))


def test_a_snooze_that_is_over_is_told_again(make_plan, waiting, start):
    assert ("late", 2, "anna") in steps(make_plan([waiting(snoozed_until=start + DAY)], start + 3 * DAY))


@pytest.mark.parametrize(
    ("facts_", "rule"),
    [
        (
            {"reply_removed_at": datetime(2026, 11, 16, 9, tzinfo=UTC), "reply_state": ReplyState.removed},
            "reply_removed",
        ),
        (
            {"reply_removed_at": datetime(2026, 11, 16, 9, tzinfo=UTC), "reply_state": ReplyState.rejected},
            "reply_rejected",
        ),
        ({"reply_state": ReplyState.rejected}, "reply_rejected"),
        (
            {
                "reply_state": ReplyState.published,
                "reply_seen_at": datetime(2026, 11, 10, tzinfo=UTC),
                "edited_after_reply_at": datetime(2026, 11, 16, 9, tzinfo=UTC),
            },
            "edited_after_reply",
        ),
    ],
)
def test_what_undid_an_answer_is_told_at_once(make_plan, waiting, start, facts_, rule):
    result = make_plan([waiting(facts_=facts_, reopen_no=1)], start + HOUR)
    assert steps(result) == {(rule, 1, "anna")}


def test_a_person_who_took_the_case_is_told_instead(make_plan, waiting, start):
    assert steps(make_plan([waiting(assignee="olena")], start + 3 * DAY)) == {("late", 2, "olena")}


def test_a_listing_that_was_switched_off_is_silent(make_plan, waiting, watchlist, settings, start):
    off = watchlist.model_copy(
        update={"listings": tuple(one.model_copy(update={"enabled": False}) for one in watchlist.listings)}
    )
    result = plan([waiting()], watchlist=off, settings=settings, now=start + 9 * DAY, history=History())
    assert result.alerts == ()


def test_quiet_hours_delay(make_plan, waiting, start):
    night = datetime(2026, 11, 18, 21, 0, tzinfo=UTC)  # midnight in Moscow
    result = make_plan([waiting(facts_={"listing_id": "l3"})], night)
    assert {alert.not_before for alert in result.alerts} == {datetime(2026, 11, 19, 6, 0, tzinfo=UTC)}
    assert {alert.planned_at for alert in result.alerts} == {night}


def test_only_the_gravest_speak_for_themselves_and_the_rest_is_folded(make_plan, waiting, start):
    facts = [waiting(f"r{n}", risk=n / 10) for n in range(8)] + [waiting("grave", risk=0.01, severity="severe")]
    first = make_plan(facts, start + 3 * DAY)
    speaking = [alert.review_id for alert in first.alerts if alert.level >= 1 and not alert.folded]
    assert speaking == ["grave", "r7", "r6", "r5", "r4"]
    assert sum(alert.folded for alert in first.alerts if alert.level >= 1) == 4
    later = make_plan([*facts, waiting("new")], start + 3 * DAY + HOUR, after(first))
    assert [alert.folded for alert in later.alerts if alert.level >= 1] == [True]
    next_day = make_plan([*facts, waiting("new")], start + 4 * DAY, after(first))
    assert [alert.folded for alert in next_day.alerts if alert.level >= 1] == [False]


def test_the_measure_of_a_day_counts_the_day_of_sending(make_plan, waiting, start):
    facts = [waiting(f"r{n}", facts_={"listing_id": "l3"}) for n in range(6)]
    night = datetime(2026, 11, 18, 20, 0, tzinfo=UTC)  # 23:00 in Moscow: all of it is sent the next morning
    first = make_plan(facts[:5], night)
    second = make_plan(facts, night + 10 * HOUR, after(first))
    assert [alert.folded for alert in second.alerts if alert.level >= 1] == [True]


def test_two_steps_of_one_case_take_one_place_of_the_day(make_plan, waiting, start):
    facts = waiting(facts_={"posted_at": start, "listing_id": "l2"}, due_at=start + DAY)
    result = make_plan([facts], start + 8 * DAY)
    by_rule = {alert.rule: alert.folded for alert in result.alerts if alert.level >= 1}
    assert by_rule == {"escalation": False, "late": True}


def test_a_surge_is_held_and_the_operator_is_told(make_plan, waiting, start):
    facts, now = [waiting(f"r{n}") for n in range(21)], start + 3 * DAY
    result = make_plan(facts, now)
    assert result.held
    assert "21" in result.held_reason
    assert all(alert.held for alert in result.alerts if alert.level >= 1)
    assert [alert.folded for alert in result.alerts if alert.held].count(False) == 5, "a release floods nobody"
    surge = [alert for alert in result.alerts if alert.rule == "surge"]
    assert [(alert.destination, alert.level, alert.held) for alert in surge] == [("boss", 0, False)]
    assert not make_plan(facts[:20], now).held
    assert not make_plan(facts, now, History(nightly_maximum=7)).held
    assert make_plan(facts, now, History(nightly_maximum=7, planned_today=1)).held


def digest(result):
    found = [alert for alert in result.alerts if alert.rule == "digest"]
    return [(alert, DigestDetails.model_validate_json(result.details[alert.alert_key])) for alert in found]


def test_the_digest_tells_news_once_and_never_the_whole_list_again(make_plan, waiting, start):
    facts = [waiting("r1", due_at=start + 9 * DAY)]
    first = make_plan(facts, start)
    ((alert, details),) = digest(first)
    assert (alert.review_id, alert.level, alert.destination) == ("digest:2026-11-16", 0, "anna")
    assert alert.folded  # level 0 goes into one message with the person's other ones
    assert (details.reviews, details.new, details.waiting_count) == ((("site", "r1"),), (0,), 1)
    history = after(first)
    assert digest(make_plan(facts, start + HOUR, history)) == []
    assert digest(make_plan(facts, start + DAY, history)) == []
    news = [*facts, waiting("r2", due_at=start + 9 * DAY, facts_={"decided_at": start + DAY})]
    assert digest(make_plan(news, start + HOUR, history)) == []  # one a day
    ((_, details),) = digest(make_plan(news, start + DAY, history))
    assert details.reviews == (("site", "r2"),)


def test_the_digest_shows_what_is_due_today_and_the_five_worst(make_plan, waiting, start):
    late = [waiting(f"late{n}", risk=n / 10, due_at=start - DAY, is_baseline=n == 9) for n in range(10)]
    today = waiting("today", due_at=start + 3 * HOUR)
    ((_, details),) = digest(make_plan([*late, today], start))
    shown = [details.reviews[n][1] for n in details.worst]
    assert shown == ["late8", "late7", "late6", "late5", "late4"]  # news before history
    assert details.overdue_count == 10
    assert [details.reviews[n][1] for n in details.due_today] == ["today"]


def test_the_digest_keeps_doubtful_and_unseen_apart(make_plan, waiting, start):
    facts = [waiting("doubt", needs_check=True), waiting("unseen", status=CaseStatus.reply_not_visible)]
    first = make_plan(facts, start)
    ((_, details),) = digest(first)
    assert [details.reviews[n][1] for n in details.check] == ["doubt"]
    assert [details.reviews[n][1] for n in details.not_visible] == ["unseen"]
    assert (details.new_count, details.overdue_count, details.waiting_count) == (0, 0, 0)
    assert digest(make_plan(facts, start + 30 * DAY, after(first))) == []  # told once, never chased


def test_a_week_with_something_late_and_no_digest_is_reminded(make_plan, waiting, start):
    facts, history = [waiting(due_at=start - DAY)], History(last_digest={"anna": start})
    assert digest(make_plan(facts, start + 6 * DAY, history)) == []
    assert len(digest(make_plan(facts, start + 7 * DAY, history))) == 1


def test_snoozed_cases_are_in_no_digest(make_plan, waiting, start):
    assert digest(make_plan([waiting(snoozed_until=start + 9 * DAY)], start)) == []


def test_history_of_a_listing_is_told_in_one_message(make_plan, waiting, start):
    old = waiting("old", is_baseline=True, facts_={"posted_at": start - 20 * DAY, "is_baseline": True})
    recent = waiting("recent", is_baseline=True, facts_={"posted_at": start - 3 * DAY, "is_baseline": True})
    first = make_plan([old, recent], start + HOUR)
    (alert,) = first.alerts
    assert (alert.rule, alert.review_id, alert.destination) == ("backlog", "backlog:l1", "anna")
    details = BacklogDetails.model_validate_json(first.details[alert.alert_key])
    assert (details.count, details.recent_count, details.reviews) == (2, 1, (("site", "recent"),))
    assert make_plan([old, recent], start + DAY, after(first)).alerts == ()


def coverage(listing, status, start):
    is_ok = status is CoverageStatus.ok
    return ListingState(
        listing_id=listing,
        status=status,
        tried_at=start,
        read_at=start if is_ok else start - DAY,
        error=None if is_ok else "HTTP 503",
    )


def test_a_listing_that_went_unread_is_told_to_its_technical_owner_once_and_weekly(make_plan, watchlist, start):
    night = [coverage("l1", CoverageStatus.failed, start), coverage("l2", CoverageStatus.ok, start)]
    first = make_plan([], start, coverage=night)
    broken = [(alert.rule, alert.review_id, alert.destination) for alert in first.alerts if alert.rule == "coverage"]
    assert broken == [("coverage", "coverage:l1:failed:2026-11-15:0", "boss")]
    again = make_plan([], start + 5 * DAY, after(first), coverage=night)
    assert [alert for alert in again.alerts if alert.rule == "coverage"] == []
    reminded = make_plan([], start + 6 * DAY, after(first), coverage=night)
    assert [alert.review_id for alert in reminded.alerts if alert.rule == "coverage"] == [
        "coverage:l1:failed:2026-11-15:1"
    ]
    listings = tuple(one.model_copy(update={"technical": "sova"}) for one in watchlist.listings)
    owned = make_plan([], start, coverage=night, watchlist=watchlist.model_copy(update={"listings": listings}))
    assert [alert.destination for alert in owned.alerts if alert.rule == "coverage"] == ["sova"]


def quiet(result):
    return {alert.destination: result.details[alert.alert_key] for alert in result.alerts if alert.rule == "all_quiet"}


def test_a_week_in_which_nothing_waits_is_told_only_where_everything_was_read(make_plan, waiting, start):
    night = [coverage("l1", CoverageStatus.ok, start), coverage("l2", CoverageStatus.ok, start)]
    result = make_plan([waiting()], start, coverage=night)
    assert quiet(result) == {"olena": '{"read":1,"listings":1,"read_at":"2026-11-16T09:00:00Z"}'}  # not anna, not sova
    again = make_plan([waiting()], start + DAY, after(result), coverage=night)
    assert quiet(again) == {}
    next_week = make_plan([waiting()], start + 7 * DAY, after(result), coverage=night)
    assert set(quiet(next_week)) == {"olena"}
    blocked = [coverage("l2", CoverageStatus.blocked, start)]
    assert quiet(make_plan([], start, coverage=blocked)) == {}


@pytest.mark.parametrize(("how_often", "days"), [("daily", [True, True]), ("never", [False, False])])
def test_the_all_clear_comes_as_often_as_it_is_wanted(make_plan, settings, start, how_often, days):
    knobs = settings.model_copy(update={"alerts": settings.alerts.model_copy(update={"all_clear": how_often})})
    night, history, told = [coverage("l2", CoverageStatus.ok, start)], History(), []
    for day in range(2):
        result = make_plan([], start + day * DAY, history, coverage=night, settings=knobs)
        told.append("olena" in quiet(result))
        history = after(result, history)
    assert told == days


def test_without_an_operator_nobody_is_told_but_a_surge_is_held(make_plan, waiting, settings, start):
    nobody = settings.model_copy(update={"alerts": settings.alerts.model_copy(update={"operator": None})})
    result = make_plan([waiting(f"r{n}") for n in range(21)], start + 3 * DAY, settings=nobody)
    assert result.held
    assert {alert.rule for alert in result.alerts} == {"late", "digest"}
