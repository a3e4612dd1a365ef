"""The views about service over time, against numbers worked out by hand."""

from datetime import date, timedelta
from typing import Any

import pytest

from core.records import Case, CaseChange, CaseStatus, Prediction
from core.watchlist import Company, Listing, Place, Programme, Watchlist

WATCHLIST = Watchlist(
    companies=(Company(id="firm", name="Firm", places=(Place(id="a", name="A"), Place(id="b", name="B"))),),
    listings=(
        Listing(id="la", source="demo", company="firm", place="a"),
        Listing(id="lb", source="demo", company="firm", place="b"),
    ),
    programmes=(Programme(id="smile", name="Smile", start=date(2026, 1, 1), places=("a",)),),
)


@pytest.fixture
def say(warehouse: Any, landing: Any) -> Any:
    """Bring reviews of a listing into the warehouse: (how many, rating, aspects, night of posting)."""
    warehouse.register(WATCHLIST)

    def bring(listing_id: str, *groups: tuple[int, float, tuple[str, ...], float]) -> None:
        lines, said, number = [], {}, 0
        for count, rating, aspects, night in groups:
            for _ in range(count):
                name = f"{listing_id}-{number}"
                number += 1
                said[name] = (rating, aspects)
                posted = landing.night(night)
                lines.append(
                    {
                        "review_id": name,
                        "text": name,
                        "rating": rating,
                        "posted_at": posted,
                        "seen_at": landing.night(0),
                    }
                )
        landing.write(f"r-{listing_id}", lines, listing_id=listing_id)
        landing.ingest(warehouse)
        hashes = dict(warehouse.connection.execute("SELECT review_id, content_hash FROM review_heads").fetchall())
        warehouse.store_predictions(
            [
                Prediction(
                    source="demo", review_id=name, content_hash=hashes[name], language="ru", model="m@1",
                    p_negative=1 - rating, p_neutral=0.0, p_positive=rating, scored_at=landing.night(0),
                    label="negative" if rating < 0.5 else "positive",
                    aspects=[{"name": aspect, "p": 0.9} for aspect in aspects],
                )
                for name, (rating, aspects) in said.items()
            ],
            now=landing.night(0),
        )  # fmt: skip

    return bring


def rows(warehouse: Any, statement: str) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = warehouse.connection.execute(statement).fetchall()
    return found


@pytest.fixture
def two_places(say: Any, warehouse: Any) -> Any:
    """A: 30 reviews, 6 complaints of waiting, one of these of the product, too. B: 10 satisfied ones."""
    say(
        "la",
        (5, 0.0, ("waiting",), -10),
        (1, 0.0, ("waiting", "product_or_result"), -10),
        (24, 1.0, ("staff_attitude",), -10),
        (50, 0.0, ("waiting",), -120),
    )
    say("lb", (10, 1.0, (), -10))
    return warehouse


def test_the_traffic_light_of_places_is_shrunk_to_the_network_and_grey_for_few(two_places: Any) -> None:
    found = rows(
        two_places,
        "SELECT place, reviews, complaints, share, shrunk_share, mean_share, light FROM traffic_light"
        " WHERE scope = 'place' AND aspect = 'waiting' ORDER BY place",
    )
    # the network: 6 of 40 = .15; A: (6 + 20 * .15) / 50; B: (0 + 20 * .15) / 30
    assert found == [("a", 30, 6, 0.2, 0.18, 0.15, "red"), ("b", 10, 0, 0.0, 0.1, 0.15, "grey")]
    (product,) = rows(
        two_places,
        "SELECT complaints, shrunk_share, light FROM traffic_light"
        " WHERE scope = 'place' AND aspect = 'product_or_result' AND place = 'a'",
    )
    assert product == (1, 0.03, "green")  # (1 + 20 / 40) / 50


def test_the_traffic_light_of_the_network_goes_by_month_with_its_worst_place(two_places: Any) -> None:
    found = rows(
        two_places,
        "SELECT period_from::DATE, reviews, complaints, share, light, worst_place, worst_share FROM traffic_light"
        " WHERE scope = 'network' AND aspect = 'waiting' ORDER BY period_from",
    )
    assert found == [
        (date(2026, 7, 1), 50, 50, 1.0, "red", "a", 1.0),
        (date(2026, 10, 1), 40, 6, 0.15, "red", "a", 0.18),
    ]


def test_the_trend_of_an_aspect_compares_with_the_month_before(two_places: Any) -> None:
    found = rows(
        two_places,
        "SELECT place, month::DATE, share, shrunk_share, change, is_grey FROM aspect_trend"
        " WHERE aspect = 'waiting' ORDER BY place, month",
    )
    assert found == [
        ("a", date(2026, 7, 1), 1.0, 1.0, None, False),
        ("a", date(2026, 10, 1), 0.2, 0.18, -0.82, False),
        ("b", date(2026, 10, 1), 0.0, 0.1, None, True),
    ]


def test_result_and_process_are_told_apart(two_places: Any) -> None:
    found = rows(
        two_places,
        "SELECT place, reviews, complaints, process_only, result_only, result_and_process, unnamed, process_share,"
        " is_grey FROM result_vs_process WHERE month::DATE = DATE '2026-10-01' ORDER BY place",
    )
    # A: (5 + 20 * 5 / 6) / 26; B has none: all of it is the network's
    assert found == [("a", 30, 6, 5, 0, 1, 0, 0.833, True), ("b", 10, 0, 0, 0, 0, 0, 0.833, True)]


def test_consistency_is_the_share_of_satisfied_and_the_spread_between_places(two_places: Any, say: Any) -> None:
    found = rows(two_places, "SELECT place, reviews, satisfied, satisfied_share, shrunk_share, spread FROM consistency")
    # the network: 34 of 40 = .85; A: (24 + 17) / 50; B: (10 + 17) / 30 is grey, so that no places lie apart
    assert found == [(None, 40, 34, 0.85, 0.85, 0.0), ("a", 30, 24, 0.8, 0.82, None), ("b", 10, 10, 1.0, 0.9, None)]


def test_places_with_enough_reviews_have_a_spread(say: Any, warehouse: Any) -> None:
    say("la", (10, 0.0, (), -5), (10, 1.0, (), -5))
    say("lb", (20, 1.0, (), -5))
    (network,) = rows(
        warehouse,
        "SELECT places, spread, worst_place, best_place, is_grey FROM consistency WHERE scope = 'network'",
    )
    # .75 in the network; A: (10 + 15) / 40 = .625; B: (20 + 15) / 40 = .875
    assert network == (2, 0.25, "a", "b", False)


def case(review_id: str, listing_id: str, opened: Any, **fields: Any) -> CaseChange:
    given = {"opened_at": opened, "due_at": opened + timedelta(days=1), **fields}
    known = Case(source="demo", review_id=review_id, listing_id=listing_id, **given)
    return CaseChange(source="demo", review_id=review_id, case=known)


def test_no_advertising_for_places_that_are_red_or_owe_severe_answers(two_places: Any, landing: Any) -> None:
    two_places.start_run("nightly", "n1", None, landing.night(0))
    early = landing.night(-3)
    two_places.apply_cases(
        [
            case("lb-0", "lb", early, severity="severe"),
            case("lb-1", "lb", early),
            case("lb-2", "lb", early, severity="severe", status=CaseStatus.answered),
            case("lb-3", "lb", landing.night(-0.5), severity="severe"),
        ]
    )
    found = rows(two_places, "SELECT place, place_name, red_aspects, overdue_severe FROM promotion_hold")
    assert found == [("b", "B", [], 1), ("a", "A", ["waiting"], 0)]


@pytest.fixture
def answered(warehouse: Any, landing: Any) -> Any:
    """Three low reviews get a reply after 10, 20 and 60 hours: one rises, one falls; of two others one rises."""
    warehouse.register(WATCHLIST)
    posted = landing.night(1)
    low = {"r1": 0.0, "r2": 0.25, "r3": 0.0, "u1": 0.0, "u2": 0.25}
    replied = {name: landing.night(1) + timedelta(hours=hours) for name, hours in (("r1", 10), ("r2", 20), ("r3", 60))}
    later = {"r1": 0.75, "r2": 0.0, "r3": 0.0, "u1": 0.5, "u2": 0.25}
    for night, ratings in ((1.5, low), (4, low), (5, later)):
        lines = []
        for name, rating in ratings.items():
            has_reply = name in replied and night >= 4
            reply = {"reply_state": "published", "reply_text": "!", "reply_at_kind": "exact"}
            reply |= {"reply_at": replied.get(name)}
            base = {"review_id": name, "rating": rating, "posted_at": posted, "seen_at": landing.night(night)}
            lines.append(base | (reply if has_reply else {}))
        landing.write(f"n{night}", lines, listing_id="la")
        landing.ingest(warehouse)
    return warehouse


def test_what_replies_changed_stands_beside_what_changed_without_them(answered: Any) -> None:
    (found,) = rows(
        answered,
        "SELECT answered, raised, lowered, raised_share, mean_change, unanswered, raised_unanswered,"
        " raised_share_unanswered, is_grey FROM reply_effect",
    )
    # raised are 1 and 20 thirds of 23; the changes .75, -.25 and 0
    assert found == (3, 1, 1, 0.333, 0.167, 2, 1, 0.5, True)


def test_the_scorecard_shows_speed_with_form_and_effect(answered: Any, landing: Any) -> None:
    opened = landing.night(1)
    answered.apply_cases(
        [
            case("r1", "la", opened, reply_quality="boilerplate"),
            case("r2", "la", opened, reply_quality="ok", reopen_no=1),
            case("r3", "la", opened),
            case("u1", "la", opened),
        ]
    )
    (found,) = rows(
        answered,
        "SELECT month::DATE, replies, median_hours, slow_hours, cases, boilerplate_share, reopened_share,"
        " rating_change, is_grey FROM response_scorecard",
    )
    assert found == (date(2026, 11, 1), 3, 20.0, 52.0, 4, 0.5, 0.25, 0.167, True)  # nine of ten: 20 + .8 * 40


def test_a_programme_fades_where_complaints_come_back(say: Any, warehouse: Any, landing: Any) -> None:
    def night(day: date) -> float:
        return float((day - landing.night(0).date()).days)

    say(
        "la",
        (12, 0.0, (), night(date(2025, 11, 5))),
        (18, 1.0, (), night(date(2025, 11, 5))),
        (4, 0.0, (), night(date(2026, 2, 1))),
        (36, 1.0, (), night(date(2026, 2, 1))),
        (12, 0.0, (), night(date(2026, 5, 1))),
        (28, 1.0, (), night(date(2026, 5, 1))),
        (10, 0.0, (), night(date(2026, 8, 1))),
    )
    say("lb", (30, 0.0, (), night(date(2026, 5, 1))))  # the programme does not run there
    found = rows(
        warehouse,
        "SELECT months, reviews, complaint_share, change, z, is_grey, is_over, is_fading"
        " FROM service_fade ORDER BY months",
    )
    # months 4 to 6: .3 against .1, pooled .2, so that z = .2 / sqrt(.16 * 2 / 40)
    assert found == [
        (0, 30, 0.4, None, None, False, True, False),
        (3, 40, 0.1, None, None, False, True, False),
        (6, 40, 0.3, 0.2, 2.24, False, True, True),
        (9, 10, 1.0, 0.9, 5.67, True, True, False),
        (12, 0, None, None, None, True, False, False),
    ]
    signals = warehouse.signals(landing.night(-100), "UTC", whole=True)  # 2026-07-24: month 6 was over on the 1st
    (check,) = signals.fades
    assert (check.months, check.reviews, check.complaints, check.first_complaints) == (6, 40, 12, 4)


def test_the_families_of_the_views_are_those_of_the_code(warehouse: Any) -> None:
    from core.aspects import FAMILY_OF

    assert dict(rows(warehouse, "FROM aspect_families")) == {str(key): str(value) for key, value in FAMILY_OF.items()}


def test_a_month_without_programmes_or_reviews_is_no_error(warehouse: Any, landing: Any) -> None:
    warehouse.register(Watchlist())
    signals = warehouse.signals(landing.night(0), "Europe/Kyiv", whole=True)
    assert (signals.fades, signals.week, signals.places, signals.complaints) == ((), (), (), ())
    assert signals.week_starts_on == date(2026, 10, 19)
