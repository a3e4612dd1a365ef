"""A date that counts from the night it was seen in ("3 days ago") never moves, in whatever order nights come in."""

import itertools
from datetime import timedelta
from typing import Any

import pytest

from warehouse import Warehouse


def night(landing: Any, number: int, posted: float | None, precision: str | None, **fields: Any) -> None:
    """Write a night that saw one review, posted so many nights before or after the first one."""
    at = landing.night(posted).isoformat() if posted is not None else None
    row = {
        "text": "Ждали час",
        "posted_at": at, "posted_at_precision": precision, "seen_at": landing.night(number).isoformat(), **fields,
    }  # fmt: skip
    landing.write(f"run-{number}", [row])


def dated(warehouse: Warehouse) -> tuple[Any, ...]:
    [(posted_at, precision)] = warehouse.connection.execute(
        "SELECT posted_at, posted_at_precision FROM reviews"
    ).fetchall()
    return posted_at, precision


NIGHTS: list[tuple[int, float | None, str | None, dict[str, Any]]] = [
    (2, 1, "relative", {}),  # yesterday
    (3, 1.4, "relative", {"helpful_votes": 3}),
    (20, 6, "relative", {}),  # two weeks ago
    (40, 10, "relative", {"text": "Ждали час, потом ещё час"}),
]


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_a_relative_date_stays_that_of_the_first_night(
    order: tuple[int, ...], warehouse: Warehouse, landing: Any
) -> None:
    for place in order:
        number, posted, precision, fields = NIGHTS[place]
        night(landing, number, posted, precision, **fields)
        landing.ingest(warehouse, f"run-{number}")
    assert dated(warehouse) == (landing.night(1), "relative")


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_certain_date_beats_a_relative_one(order: tuple[int, ...], warehouse: Warehouse, landing: Any) -> None:
    nights: list[tuple[int, float | None, str | None]] = [(2, 1, "relative"), (3, 0.5, "exact"), (9, 3, "relative")]
    for place in order:
        night(landing, *nights[place])
        landing.ingest(warehouse, f"run-{nights[place][0]}")
    assert dated(warehouse) == (landing.night(0.5), "exact")


def test_all_nights_at_once_end_as_one_by_one(warehouse: Warehouse, landing: Any) -> None:
    for number, posted, precision, fields in NIGHTS:
        night(landing, number, posted, precision, **fields)
    landing.ingest(warehouse, "all")
    assert dated(warehouse) == (landing.night(1), "relative")


def test_nights_that_differ_in_a_relative_date_alone_make_no_new_state(warehouse: Warehouse, landing: Any) -> None:
    for number in range(2, 9):
        night(
            landing,
            number,
            number - 1,
            "relative",
            reply_state="published",
            reply_text="Простите",
            reply_at=(landing.night(number) - timedelta(days=1)).isoformat(),
        )
        landing.ingest(warehouse, f"run-{number}")
    found = warehouse.connection.execute("SELECT count(*), any_value(reply_at) FROM review_versions").fetchall()
    assert found == [(1, landing.night(1))]
    assert dated(warehouse) == (landing.night(1), "relative")


def test_a_source_that_moves_its_own_date_is_believed(warehouse: Warehouse, landing: Any) -> None:
    night(landing, 2, 1, "exact")
    night(landing, 5, 4, "exact", text="Исправлено")
    landing.ingest(warehouse, "both")
    assert dated(warehouse) == (landing.night(4), "exact")
