"""Every rule of `review_events`, with sightings written by hand."""

import random
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from warehouse import Warehouse

Sighting = dict[str, Any]
START = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)


def tell(warehouse: Warehouse, landing: Any, sightings: list[Sighting]) -> list[tuple[str, float]]:
    """Ingest one sighting a night and return the events as (event, number of its night)."""
    for number, fields in enumerate(sightings):
        landing.write(f"n{number}", [{"seen_at": landing.night(number), **fields}])
    landing.ingest(warehouse)
    return events(warehouse)


def events(warehouse: Warehouse, review_id: str = "a") -> list[tuple[str, float]]:
    query = "SELECT event, seen_at FROM review_events WHERE review_id = $review_id ORDER BY seen_at, event"
    rows = warehouse.connection.execute(query, {"review_id": review_id}).fetchall()
    return [(event, (seen_at - START) / timedelta(days=1)) for event, seen_at in rows]


NONE: Sighting = {"reply_state": "none"}
UNKNOWN: Sighting = {"reply_state": "unknown"}


def replied(reply: str = "Thanks", **fields: Any) -> Sighting:
    return {"reply_state": "published", "reply_text": reply, **fields}


CASES: dict[str, tuple[list[Sighting], list[tuple[str, float]]]] = {
    "seen once": ([{}, {}], [("seen", 0)]),
    "text": ([{}, {"text": "Other"}], [("seen", 0), ("edited", 1)]),
    "title": ([{"title": "A"}, {"title": "B"}], [("seen", 0), ("edited", 1)]),
    "an empty title is no title": ([{"title": ""}, {"title": None}], [("seen", 0)]),
    "rating": ([{"rating": 0}, {"rating": 0.25}], [("seen", 0), ("rating_changed", 1)]),
    "both": (
        [{"rating": 0}, {"rating": 1, "text": "Other"}],
        [("seen", 0), ("edited", 1), ("rating_changed", 1)],
    ),
    "there and back is two edits": ([{}, {"text": "B"}, {}], [("seen", 0), ("edited", 1), ("edited", 2)]),
    "no events": (
        [
            {"helpful_votes": 1, "author_key": "x"},
            {"helpful_votes": 2, "has_photo": True, "posted_at": "2026-10-29T00:00:00Z"},
        ],
        [("seen", 0)],
    ),
    "a reply appears": ([NONE, replied()], [("seen", 0), ("reply_seen", 1)]),
    "a reply at the first look": ([replied()], [("reply_seen", 0), ("seen", 0)]),
    "the reply is edited": ([replied("A"), replied("B")], [("reply_seen", 0), ("seen", 0), ("reply_edited", 1)]),
    "a new time of the reply is no edit": (
        [replied(reply_at="2026-10-31T00:00:00Z"), replied(reply_at="2026-11-01T00:00:00Z")],
        [("reply_seen", 0), ("seen", 0)],
    ),
    "missing once": ([replied(), NONE], [("reply_seen", 0), ("seen", 0)]),
    "missing once and there again": ([replied(), NONE, replied()], [("reply_seen", 0), ("seen", 0)]),
    "there again with other words": (
        [replied("A"), NONE, replied("B")],
        [("reply_seen", 0), ("seen", 0), ("reply_edited", 2)],
    ),
    "missing twice": ([replied(), NONE, NONE, NONE], [("reply_seen", 0), ("seen", 0), ("reply_removed", 2)]),
    "waiting for moderation is not published": (
        [{"reply_state": "pending"}, replied()],
        [("seen", 0), ("reply_seen", 1)],
    ),
    "rejected at once": (
        [replied(), {"reply_state": "rejected"}],
        [("reply_seen", 0), ("seen", 0), ("reply_removed", 1)],
    ),
    "removed at once": (
        [replied(), {"reply_state": "removed"}, NONE],
        [("reply_seen", 0), ("seen", 0), ("reply_removed", 1)],
    ),
    "missing, then rejected": (
        [replied(), NONE, {"reply_state": "rejected"}],
        [("reply_seen", 0), ("seen", 0), ("reply_removed", 2)],
    ),
    "never published, then rejected": ([{"reply_state": "pending"}, {"reply_state": "rejected"}], [("seen", 0)]),
    "published again after removal": (
        [replied(), NONE, NONE, replied()],
        [("reply_seen", 0), ("seen", 0), ("reply_removed", 2), ("reply_seen", 3)],
    ),
    "unknown is not without": ([replied(), UNKNOWN, UNKNOWN, replied()], [("reply_seen", 0), ("seen", 0)]),
    "unknown between two misses": (
        [replied(), NONE, UNKNOWN, NONE],
        [("reply_seen", 0), ("seen", 0), ("reply_removed", 3)],
    ),
    "unknown first": ([UNKNOWN, replied()], [("seen", 0), ("reply_seen", 1)]),
    "edited after the reply": (
        [replied(), replied(text="Other")],
        [("reply_seen", 0), ("seen", 0), ("edited", 1), ("edited_after_reply", 1)],
    ),
    "rated after the reply": (
        [replied(rating=1), replied(rating=0)],
        [("reply_seen", 0), ("seen", 0), ("edited_after_reply", 1), ("rating_changed", 1)],
    ),
    "edited with the reply": ([NONE, replied(text="Other")], [("seen", 0), ("edited", 1), ("reply_seen", 1)]),
    "edited while the reply is missing once": (
        [replied(), {**NONE, "text": "Other"}],
        [("reply_seen", 0), ("seen", 0), ("edited", 1), ("edited_after_reply", 1)],
    ),
    "edited after the removal": (
        [replied(), NONE, NONE, {"text": "Other"}],
        [("reply_seen", 0), ("seen", 0), ("reply_removed", 2), ("edited", 3)],
    ),
    "edited where replies are not shown now": (
        [replied(), {**UNKNOWN, "text": "Other"}],
        [("reply_seen", 0), ("seen", 0), ("edited", 1), ("edited_after_reply", 1)],
    ),
}


def lines_of(number: int, moment: str) -> list[Sighting]:
    """Return what all cases show in one night: each case is a review of its own."""
    given = {name: sightings[number] for name, (sightings, _) in CASES.items() if number < len(sightings)}
    return [{"review_id": name, "seen_at": moment, **fields} for name, fields in given.items()]


@pytest.mark.parametrize("nights_at_once", [1, 2, 9])
def test_each_rule(nights_at_once: int, warehouse: Warehouse, landing: Any) -> None:
    """What is told is the same when each night is ingested on its own, skipping steady reviews, or all at once."""
    longest = max(len(sightings) for sightings, _ in CASES.values())
    for number in range(longest):
        landing.write(f"n{number}", lines_of(number, landing.night(number)))
        if number % nights_at_once == nights_at_once - 1:
            landing.ingest(warehouse)
    landing.ingest(warehouse)
    found = {name: events(warehouse, name) for name in CASES}
    expected = {name: sorted(told, key=lambda event: event[::-1]) for name, (_, told) in CASES.items()}
    assert found == expected
    assert warehouse.check() == []


def one(warehouse: Warehouse, event: str) -> tuple[Any, ...]:
    query = "SELECT previous_seen_at, old_value, new_value FROM review_events WHERE event = $event"
    (row,) = warehouse.connection.execute(query, {"event": event}).fetchall()
    return tuple(row)


def test_values_are_the_words_and_bounds_are_sightings(warehouse: Warehouse, landing: Any) -> None:
    tell(
        warehouse,
        landing,
        [NONE, UNKNOWN, replied("A"), replied("A", text="New", rating=0.25), replied("B", text="New", rating=0.25)],
    )
    assert one(warehouse, "seen") == (None, None, None)
    assert one(warehouse, "reply_seen") == (landing.night(0), None, "A")
    assert one(warehouse, "edited") == (landing.night(2), "Words", "New")
    assert one(warehouse, "rating_changed") == (landing.night(2), None, "0.25")
    assert one(warehouse, "edited_after_reply") == (landing.night(2), "Words", "New")
    assert one(warehouse, "reply_edited") == (landing.night(3), "A", "B")


def test_a_removal_lies_between_the_last_look_with_and_the_second_without(warehouse: Warehouse, landing: Any) -> None:
    tell(warehouse, landing, [replied("A"), NONE, NONE])
    assert one(warehouse, "reply_removed") == (landing.night(0), "A", "none")


def full(landing: Any, number: int, review_ids: Iterable[str], **fields: Any) -> None:
    begin = landing.night(number)
    landing.write(f"n{number}", [{"review_id": name, "seen_at": begin} for name in review_ids])
    landing.cover(f"n{number}", started_at=begin, finished_at=begin + timedelta(hours=1), is_full=True, **fields)


HOUR = 1 / 24


def test_gone_after_two_full_readings_and_back(warehouse: Warehouse, landing: Any) -> None:
    for number, names in enumerate(["ab", "b", "b", "b", "ab"]):
        full(landing, number, names)
        landing.ingest(warehouse)
    assert events(warehouse) == [("seen", 0), ("gone", pytest.approx(2 + HOUR)), ("back", 4)]
    assert events(warehouse, "b") == [("seen", 0)]
    assert one(warehouse, "gone")[0] == landing.night(0)


def test_missing_from_one_full_reading_or_from_windows_is_not_gone(warehouse: Warehouse, landing: Any) -> None:
    full(landing, 0, "ab")
    full(landing, 1, "b")
    full(landing, 2, "ab")
    full(landing, 3, "b")
    for number in (4, 5, 6):
        landing.write(f"n{number}", [{"review_id": "b", "seen_at": landing.night(number)}])
        landing.cover(f"n{number}", started_at=landing.night(number), finished_at=landing.night(number))
    landing.ingest(warehouse)
    assert events(warehouse) == [("seen", 0)]


def test_a_full_reading_that_failed_proves_nothing(warehouse: Warehouse, landing: Any) -> None:
    full(landing, 0, "ab")
    full(landing, 1, "b")
    full(landing, 2, "b", status="short")
    landing.ingest(warehouse)
    assert events(warehouse) == [("seen", 0)]


def test_gone_where_the_source_says_so(warehouse: Warehouse, landing: Any) -> None:
    landing.write("n0", [{"seen_at": landing.night(0)}])
    landing.ingest(warehouse)
    landing.cover("n1", started_at=landing.night(1), finished_at=landing.night(1), gone_ids=("a", "never-seen"))
    landing.ingest(warehouse)
    assert events(warehouse) == [("seen", 0), ("gone", 1)]
    landing.cover("n2", started_at=landing.night(2), finished_at=landing.night(2), gone_ids=("a",))
    landing.write("n3", [{"seen_at": landing.night(3)}])
    landing.ingest(warehouse)
    assert events(warehouse) == [("seen", 0), ("gone", 1), ("back", 3)]


def test_an_earlier_sighting_found_later_moves_events(warehouse: Warehouse, landing: Any) -> None:
    landing.write("n2", [{"seen_at": landing.night(2), **replied()}])
    landing.ingest(warehouse)
    assert events(warehouse) == [("reply_seen", 2), ("seen", 2)]
    landing.write("n0", [{"seen_at": landing.night(0), **NONE, "text": "Before"}])
    landing.ingest(warehouse)
    assert events(warehouse) == [("seen", 0), ("edited", 2), ("reply_seen", 2)]


def test_two_states_at_the_same_moment_are_settled_the_same_way(warehouse: Warehouse, landing: Any) -> None:
    landing.write("n0", [{"seen_at": landing.night(0), "text": text} for text in ("A", "B")])
    landing.write("n1", [{"seen_at": landing.night(0), "text": text} for text in ("B", "A")])
    report = landing.ingest(warehouse)
    assert (report.stored, report.unchanged, report.lines) == (2, 2, 4)
    assert events(warehouse) == [("seen", 0)]


STATES = st.fixed_dictionaries(
    {
        "text": st.sampled_from(["A", "B"]),
        "rating": st.sampled_from([None, 0.0, 1.0]),
        "reply_state": st.sampled_from(["unknown", "none", "published", "published", "removed"]),
        "reply_text": st.sampled_from(["R", "S"]),
        "helpful_votes": st.integers(0, 1),
    }
)
NIGHTS = st.lists(
    st.tuples(st.dictionaries(st.sampled_from("abc"), STATES), st.booleans(), st.sets(st.sampled_from("abc"))),
    min_size=1,
    max_size=7,
)


def tables(warehouse: Warehouse) -> list[list[tuple[Any, ...]]]:
    queries = (
        "SELECT * EXCLUDE (run_id) FROM review_events ORDER BY ALL",
        "SELECT * FROM reviews ORDER BY ALL",
        "SELECT * EXCLUDE (is_baseline) FROM review_heads ORDER BY ALL",
        "SELECT * EXCLUDE (run_id) FROM sightings ORDER BY ALL",
        "SELECT * FROM review_versions ORDER BY ALL",
    )
    return [warehouse.connection.execute(query).fetchall() for query in queries]


@pytest.mark.slow
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nights=NIGHTS, seed=st.integers(0, 2**32))
def test_order_and_batches_do_not_matter(
    nights: list[Any], seed: int, tmp_path_factory: pytest.TempPathFactory, empty: Path, landing: Any
) -> None:
    folder = tmp_path_factory.mktemp("nights")
    landing = type(landing)(folder / "landing")
    for name in ("once", "many"):
        shutil.copyfile(empty, folder / f"{name}.duckdb")
    files = []
    for number, (reviews, is_full, gone) in enumerate(nights):
        lines = [{"review_id": name, "seen_at": landing.night(number), **state} for name, state in reviews.items()]
        if lines:
            files.append(landing.write(f"n{number}", lines))
            files.append(landing.write(f"again{number}", lines[:1]))
        begin = landing.night(number)
        end = begin + timedelta(hours=1)
        files.append(
            landing.cover(
                f"n{number}", started_at=begin, finished_at=end, is_full=is_full, gone_ids=tuple(sorted(gone))
            )
        )
    with Warehouse.open(folder / "once.duckdb") as at_once:
        at_once.ingest(files, run_id="run", now=START)
        expected = tables(at_once)
        assert at_once.check() == []
    order = random.Random(seed)
    order.shuffle(files)
    with Warehouse.open(folder / "many.duckdb") as in_parts:
        while files:
            size = order.randint(1, 3)
            in_parts.ingest(files[:size], run_id="run", now=START)
            files = files[size:]
        assert tables(in_parts) == expected
