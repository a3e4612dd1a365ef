"""A sighting that was parsed again counts in place of the first parsing, at its time, whichever comes in first."""

from itertools import permutations
from typing import Any

import pytest

from warehouse import Warehouse

NIGHTS = {
    "nightly-20261101": [{"text": "Cut of", "seen_at": 0}],
    "nightly-20261102": [{"text": "Cut off no more", "reply_state": "published", "reply_text": "Sorry", "seen_at": 1}],
    "reparse-nightly-20261101-001": [{"text": "Cut off no more", "seen_at": 0}, {"review_id": "b", "seen_at": 0}],
}


def events(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    query = "SELECT review_id, event, seen_at FROM review_events ORDER BY ALL"
    return warehouse.connection.execute(query).fetchall()


def texts(warehouse: Warehouse) -> dict[str, str]:
    return dict(warehouse.connection.execute("SELECT review_id, text FROM reviews").fetchall())


@pytest.mark.parametrize("order", tuple(permutations(NIGHTS)))
def test_a_mended_night_has_the_events_of_a_night_that_was_read_rightly(
    order: tuple[str, ...], warehouse: Warehouse, landing: Any
) -> None:
    for run_id in order:
        rows = [{**row, "seen_at": landing.night(row["seen_at"])} for row in NIGHTS[run_id]]
        landing.write(run_id, rows)
        report = landing.ingest(warehouse, run_id)
        assert report.lines == report.stored + report.unchanged + report.quarantined
    assert events(warehouse) == [
        ("a", "reply_seen", landing.night(1)),
        ("a", "seen", landing.night(0)),
        ("b", "seen", landing.night(0)),
    ]
    assert texts(warehouse) == {"a": "Cut off no more", "b": "Words"}
    again = landing.ingest(warehouse)
    assert again.lines == 0


def test_what_a_reparse_mended_wrongly_the_next_one_mends_back(warehouse: Warehouse, landing: Any) -> None:
    for run_id, text in (("nightly-20261101", "Right"), ("reparse-nightly-20261101-001", "Wrong"),
                         ("reparse-nightly-20261101-002", "Right")):  # fmt: skip
        landing.write(run_id, [{"text": text, "seen_at": landing.night(0)}])
        landing.ingest(warehouse, run_id)
    assert texts(warehouse) == {"a": "Right"}
    assert [event for _, event, _ in events(warehouse)] == ["seen"]
