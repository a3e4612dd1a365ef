"""Who is told: departments by place and aspect, deputies, quiet days, and nobody's case."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from alerts.planning import plan
from alerts.routing import Routing
from core.records import History, alert_key
from core.watchlist import Away, Company, Department, Listing, Person, Place

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def waiting(make_facts, make_case, make_prediction):
    def make(review_id="r1", listing_id="l1", aspects=(), **case):
        about = [{"name": name, "p": p} for name, p in aspects]
        return make_facts(
            review_id=review_id,
            listing_id=listing_id,
            decided_hash="h1",
            decided_reason="text",
            prediction=make_prediction(0.9, aspects=about, review_id=review_id),
            case=make_case(review_id=review_id, listing_id=listing_id, **case),
        )

    return make


@pytest.fixture
def departments(watchlist):
    return watchlist.model_copy(
        update={
            "departments": (
                Department(id="anywhere", name="Deliveries", person="sova", aspects=("delivery",)),
                Department(id="kitchen", name="Kitchen", person="olena", aspects=("product_or_result",)),
                Department(id="here", name="Our deliveries", person="boss", aspects=("delivery",), places=("lenina",)),
            )
        }
    )


@pytest.mark.parametrize(
    ("listing_id", "aspects", "person"),
    [
        ("l1", [], "anna"),
        ("l1", [("waiting", 0.9)], "anna"),
        ("l1", [("product_or_result", 0.8)], "olena"),
        ("l1", [("product_or_result", 0.4)], "anna"),
        ("l3", [("delivery", 0.8)], "sova"),
        ("l1", [("delivery", 0.6), ("product_or_result", 0.9)], "boss"),
        ("l3", [("delivery", 0.6), ("product_or_result", 0.9)], "olena"),
    ],
)
def test_a_case_goes_to_the_department_that_fits_best(
    departments, settings, start, waiting, listing_id, aspects, person
):
    found = Routing(departments, settings, start).answering(waiting(listing_id=listing_id, aspects=aspects))
    assert found is not None
    assert found.id == person


def test_who_took_a_case_keeps_it_whatever_it_is_about(departments, settings, start, waiting):
    facts = waiting(aspects=[("product_or_result", 0.8)], assignee="sova")
    assert Routing(departments, settings, start).answering(facts).id == "sova"


def steps(result):
    return {(alert.rule, alert.destination) for alert in result.alerts if alert.level >= 1}


def late(watchlist, settings, facts, now, history=None):
    return plan(facts, watchlist=watchlist, settings=settings, now=now, history=history or History())


def test_a_case_of_which_nobody_is_named_is_the_operators_and_counted(watchlist, settings, start, waiting):
    facts = [waiting("r1", "l4"), waiting("r2", "l4"), waiting("r3", "unknown"), waiting("r4", "l1")]
    result = late(watchlist, settings, facts, start + 3 * DAY)
    told = {(alert.review_id, alert.destination) for alert in result.alerts if alert.rule == "late"}
    assert told == {("r1", "boss"), ("r2", "boss"), ("r4", "anna")}
    assert result.unrouted == 2
    nobody = settings.model_copy(update={"alerts": settings.alerts.model_copy(update={"operator": None})})
    without = late(watchlist, nobody, facts, start + 3 * DAY)
    assert {alert.review_id for alert in without.alerts if alert.rule == "late"} == {"r4"}
    assert without.unrouted == 2


def test_the_place_answers_where_the_listing_names_nobody_and_rivals_answer_for_themselves(
    watchlist, settings, start, waiting
):
    places = (Place(id="lenina", name="На Ленина", responsible="sova"),)
    companies = (
        Company(id="cafe", name="Кофейня", places=places),
        Company(id="apteka", name="Аптека"),
        Company(id="rival", name="Rival", kind="competitor"),
    )
    listings = (
        Listing(id="l1", source="site", company="cafe", place="lenina"),
        Listing(id="l2", source="site", company="rival"),
    )
    known = watchlist.model_copy(update={"companies": companies, "listings": listings})
    result = late(known, settings, [waiting("r1", "l1"), waiting("r2", "l2")], start + 3 * DAY)
    assert {(alert.review_id, alert.destination) for alert in result.alerts if alert.level} == {("r1", "sova")}
    assert result.unrouted == 0


def people(watchlist, **changes):
    known = tuple(
        person.model_copy(update=changes[person.id]) if person.id in changes else person for person in watchlist.people
    )
    return watchlist.model_copy(update={"people": known})


def test_a_deputy_is_told_in_time_and_nobody_twice_on_coming_back(watchlist, settings, start, waiting):
    today = date(2026, 11, 19)
    away = people(watchlist, anna={"deputy": "sova", "away": (Away(first=today, last=today),)})
    now = datetime(2026, 11, 19, 9, 30, tzinfo=UTC)
    first = late(away, settings, [waiting()], now)
    (alert,) = [one for one in first.alerts if one.rule == "late"]
    assert alert.destination == "sova"
    assert alert.alert_key == alert_key("site", "r1", 0, "late", 2, "anna")
    assert {one.destination for one in first.alerts if one.rule == "digest"} == {"sova"}
    history = History(planned_keys=frozenset(one.alert_key for one in first.alerts))
    assert steps(late(away, settings, [waiting()], now + DAY, history)) == set()


def test_the_deputys_own_quiet_hours_count_and_the_day_of_sending(watchlist, settings, start, waiting):
    tomorrow = date(2026, 11, 20)
    away = people(
        watchlist,
        anna={
            "deputy": "sova",
            "away": (Away(first=tomorrow, last=tomorrow),),
            "quiet_from": time(20),
            "quiet_until": time(8),
        },
    )
    evening = datetime(2026, 11, 19, 20, 0, tzinfo=UTC)  # 23:00 in Moscow: Anna would be told tomorrow at eight
    (alert,) = [one for one in late(away, settings, [waiting()], evening).alerts if one.rule == "late"]
    assert (alert.destination, alert.not_before) == ("sova", datetime(2026, 11, 20, 6, 0, tzinfo=UTC))


def test_where_all_deputies_are_away_the_person_is_told_all_the_same(watchlist, settings, start, waiting):
    absence = (Away(first=date(2026, 11, 1), last=date(2026, 11, 30)),)
    circle = people(watchlist, anna={"deputy": "olena", "away": absence}, olena={"deputy": "anna", "away": absence})
    assert steps(late(circle, settings, [waiting()], start + 3 * DAY)) == {("late", "anna")}


def test_a_quiet_free_day_delays_to_the_next_worked_one(watchlist, settings, start, waiting):
    resting = people(watchlist, anna={"quiet_free_days": True, "quiet_from": time(22), "quiet_until": time(9)})
    saturday = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
    (alert,) = [one for one in late(resting, settings, [waiting()], saturday).alerts if one.rule == "late"]
    assert alert.not_before == datetime(2026, 11, 23, 6, 0, tzinfo=UTC)  # Monday, nine in Moscow


def test_a_person_has_a_measure_of_their_own(watchlist, settings, start, waiting):
    facts = [waiting(f"r{n}") for n in range(4)]
    for most, single in ((0, 0), (1, 1), (None, 4)):
        known = people(watchlist, anna={"max_immediate": most})
        result = late(known, settings, facts, start + 3 * DAY)
        alerts = [alert for alert in result.alerts if alert.level >= 1]
        assert (len(alerts), sum(not alert.folded for alert in alerts)) == (4, single)


def test_a_shared_channel_is_told_like_a_person(watchlist, settings, start, waiting):
    known = watchlist.model_copy(
        update={
            "channels": (Person(id="chat", name="The shift's chat"),),
            "listings": (Listing(id="l1", source="site", company="cafe", responsible="chat"),),
        }
    )
    assert steps(late(known, settings, [waiting()], start + 3 * DAY)) == {("late", "chat")}
