"""What the history of a listing says about a reading, how rarely it cries wolf, and that the ledger keeps it."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.records import Coverage, CoverageRule, CoverageStatus, StopReason
from core.watchlist import Watchlist
from warehouse import Warehouse, Window
from warehouse.watching import Arrivals, Facts, drifts, judge

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
DAY = timedelta(days=1)


def look(nights_ago: float = 0, **fields: Any) -> Coverage:
    at = NOW - nights_ago * DAY
    given: dict[str, Any] = {
        "run_id": f"n{nights_ago:g}",
        "source": "demo",
        "listing_id": "shop",
        "started_at": at,
        "finished_at": at,
        "status": CoverageStatus.ok,
        "stopped": StopReason.watermark,
        "seen": 40,
        "collected": 40,
        "watermark": at - DAY / 2,
    }
    return Coverage(**given | fields)


def rules(now: datetime = NOW, **facts: Any) -> list[CoverageRule]:
    return [rule for rule, _ in judge(Facts(**{"look": look(), "past": [look(1), look(2), look(3)], **facts}), now)]


def test_an_ordinary_night_has_nothing_against_it() -> None:
    came = Arrivals(count=180, newest=NOW - DAY / 3, longest_gap=2 * DAY)
    assert rules(arrivals=came, vanished=2, window=Window(days=30, reviews=500)) == []


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"status": "blocked", "error": "captcha"}, CoverageRule.blocked),
        ({"status": "failed", "error": "500"}, CoverageRule.failed),
        ({"status": "short", "error": "x"}, CoverageRule.short),
        ({"status": "stale", "error": "x"}, CoverageRule.stale),
        ({"status": "short", "error": "x", "fault": "repeated_cursor"}, CoverageRule.repeated_cursor),
        ({"status": "short", "error": "x", "fault": "duplicate_pages"}, CoverageRule.duplicate_pages),
        ({"status": "short", "error": "x", "fault": "nothing"}, CoverageRule.nothing),
        ({"seen": 0, "collected": 0, "expected": 0}, CoverageRule.nothing),
    ],
)
def test_what_a_reading_says_of_itself_becomes_a_problem(fields: dict[str, Any], rule: CoverageRule) -> None:
    assert rules(look=look(**fields)) == [rule]


def test_a_pulse_that_finds_its_page_unchanged_is_no_silence() -> None:
    unchanged = look(seen=0, collected=0, stopped="unchanged")
    assert rules(look=unchanged, is_pulse=True) == []


@pytest.mark.parametrize(("expected", "found"), [(500, []), (450, []), (399, [CoverageRule.short])])
def test_a_source_that_says_it_has_far_fewer_than_before_is_short(expected: int, found: list[CoverageRule]) -> None:
    past = [look(night, expected=500) for night in (1, 2, 3)]
    assert rules(look=look(expected=expected), past=past) == found


@pytest.mark.parametrize(("vanished", "seen", "found"), [(4, 2, []), (9, 40, []), (11, 40, [CoverageRule.short])])
def test_reviews_that_vanish_together_are_a_shortfall_and_single_ones_are_not(
    vanished: int, seen: int, found: list[CoverageRule]
) -> None:
    assert rules(look=look(seen=seen, collected=seen), vanished=vanished) == found


@pytest.mark.parametrize(
    ("silence", "count", "gap", "stale"),
    [(20, 90, 3, True), (8, 90, 3, False), (20, 90, 14, False), (30, 9, 3, False), (40, 12, 10, False)],
)
def test_silence_is_stale_where_the_listing_never_was_so_silent(
    silence: float, count: int, gap: float, stale: bool
) -> None:
    came = Arrivals(count=count, newest=NOW - silence * DAY, longest_gap=gap * DAY)
    assert rules(arrivals=came) == ([CoverageRule.stale] if stale else [])


@pytest.mark.parametrize(
    ("last", "status", "window", "rate", "found"),
    [
        (1, "ok", Window(days=7), 1, []),
        (4, "ok", Window(days=7), 1, ["windowed"]),
        (1, "failed", Window(days=7), 1, ["failed"]),
        (3, "failed", Window(days=7), 1, ["failed", "windowed"]),
        (1, "ok", Window(reviews=500), 200, []),
        (1, "ok", Window(reviews=500), 300, ["windowed"]),
        (2, "blocked", Window(reviews=500), 100, ["blocked", "windowed"]),
        (9, "failed", Window(), 300, ["failed"]),
    ],
)
def test_a_window_warns_before_reviews_are_lost(
    last: float, status: str, window: Window, rate: int, found: list[str]
) -> None:
    came = Arrivals(count=90 * rate, newest=NOW, longest_gap=DAY)
    now = look(status=status, error=None if status == "ok" else "why")
    assert rules(look=now, past=[look(last)], window=window, arrivals=came) == found


def test_a_window_in_which_all_is_new_may_have_lost_reviews_already() -> None:
    now = look(stopped="end", oldest_at=NOW - DAY / 4)
    (finding,) = judge(Facts(look=now, past=[look(1)], window=Window(reviews=500)), NOW)
    assert finding[0] is CoverageRule.windowed
    assert "may be lost" in finding[1]


def mix(rng: random.Random, size: int, stars: list[float], ukrainian: float, dated: float = 1.0) -> dict[str, int]:
    counts: Counter[str] = Counter(reviews=size)
    counts["field/text"] = size
    counts["field/posted_at"] = sum(rng.random() < dated for _ in range(size))
    for star in rng.choices(range(5), stars, k=size):
        counts[f"rating/{star}"] += 1
    for _ in range(size):
        counts["language/uk" if rng.random() < ukrainian else "language/ru"] += 1
    return dict(counts)


STARS = [0.25, 0.05, 0.1, 0.2, 0.4]


def test_monitors_are_silent_while_customers_behave_as_ever() -> None:
    rng = random.Random(7)
    alarms = nights = 0
    for _ in range(60):  # listings, half a year each, small and large, mixed in their own way
        size, stars = rng.choice([15, 40, 150]), [rng.gammavariate(20 * share, 1) for share in STARS]
        ukrainian, dated = rng.random(), rng.choice([1.0, 0.9])
        history = [mix(rng, size, stars, ukrainian, dated) for _ in range(180)]
        for number in range(10, len(history)):
            nights += 1
            alarms += len(list(drifts(history[number], history[number - 10 : number][::-1])))
    assert nights > 10_000
    assert alarms / nights < 1 / 3000, f"{alarms} false alarms in {nights} nights"


@pytest.mark.parametrize(
    ("rule", "changed"),
    [
        (CoverageRule.ratings, {"stars": [0.6, 0.15, 0.1, 0.05, 0.1], "ukrainian": 0.4}),
        (CoverageRule.languages, {"stars": STARS, "ukrainian": 1.0}),
        (CoverageRule.fields, {"stars": STARS, "ukrainian": 0.4, "dated": 0.0}),
    ],
)
def test_monitors_notice_a_scale_turned_over_a_translation_and_a_lost_field(
    rule: CoverageRule, changed: dict[str, Any]
) -> None:
    rng = random.Random(11)
    noticed = 0
    for _ in range(50):
        before = [mix(rng, 60, [0.1, 0.05, 0.1, 0.15, 0.6], 0.4) for _ in range(10)]
        noticed += [found for found, _ in drifts(mix(rng, 60, **changed), before)] == [rule]
    assert noticed >= 45


def nightly(warehouse: Warehouse, landing: Any, number: int, ids: list[str], **fields: Any) -> list[str]:
    """One night of a listing that is read to its end; return the rules that its history raises."""
    run_id, now = f"nightly-{number}", landing.night(number)
    warehouse.start_run("nightly", run_id, now.date(), now)
    lines = [
        {
            "review_id": one,
            "seen_at": now,
            "posted_at": landing.night(-100 - int(one[1:])),
            "posted_at_precision": "exact",
        }
        for one in ids
    ]
    if lines:
        landing.write(run_id, lines)
    given = {"stopped": "end", "is_full": True, "seen": len(ids), "collected": len(ids)} | fields
    landing.cover(run_id, started_at=now, finished_at=now, watermark=landing.night(-1), **given)
    landing.ingest(warehouse, run_id)
    return [problem.rule.value for problem in warehouse.watch_coverage(run_id, now, {})]


def test_the_ledger_judges_a_night_by_the_nights_before(warehouse: Warehouse, landing: Any) -> None:
    listings = [{"id": "shop", "source": "demo", "company": "firm"}]
    warehouse.register(Watchlist.model_validate({"companies": [{"id": "firm", "name": "Firm"}], "listings": listings}))
    every = [f"r{number}" for number in range(30)]
    assert nightly(warehouse, landing, 0, every) == []
    assert nightly(warehouse, landing, 1, every[:-1]) == []
    assert nightly(warehouse, landing, 2, every[:10]) == ["short"]
    (row,) = warehouse.judged_coverage("nightly-2")
    assert (row.coverage.status, row.unchanged) == (CoverageStatus.short, 10)
    assert "19 reviews that the last reading met are missing" in (row.coverage.error or "")
    assert [problem.rule for problem in row.problems] == [CoverageRule.short]
    assert warehouse.crawl_state(["shop"], "x")["shop"].watermark == landing.night(-1)
    gaps = warehouse.connection.execute("SELECT listing_id, last_status, last_error FROM coverage_gaps").fetchall()
    assert gaps == [("shop", "short", row.coverage.error)]
    assert nightly(warehouse, landing, 3, every[:10]) == ["short"]
    gone = warehouse.connection.execute("SELECT count(*) FROM review_events WHERE event = 'gone'").fetchone()
    assert gone == (0,)  # a window that may have shrunk proves nothing
    assert nightly(warehouse, landing, 10, every[:10]) == []  # after a week that is how it is
    assert [problem.message for problem in warehouse.coverage_problems("nightly-3")] != []
    assert warehouse.coverage_problems("nightly-10") == []


def test_what_a_listing_displays_is_kept_with_what_it_says_it_has(warehouse: Warehouse, landing: Any) -> None:
    now = landing.night(0)
    landing.cover("n0", started_at=now, finished_at=now, expected=120, displayed_rating=0.75, displayed_count=90)
    landing.ingest(warehouse)
    stats = "SELECT expected, displayed_rating, displayed_count FROM listing_stats"
    assert warehouse.connection.execute(stats).fetchall() == [(120, 0.75, 90)]
