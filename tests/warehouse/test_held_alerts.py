"""A surge is held until somebody lets it go: it sends nothing in the meantime, and raises no limit."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from core.records import Alert, Case, CaseChange, alert_key
from warehouse import Warehouse
from warehouse.statements import folder


def alert(name: str, landing: Any, number: float = 0, **fields: Any) -> Alert:
    at = landing.night(number)
    key = alert_key("demo", name, 0, "late", 2, "anna")
    given = {"rule": "late", "level": 2, "destination": "anna", "planned_at": at, "not_before": at, **fields}
    return Alert(alert_key=key, source="demo", review_id=name, **given)


def stand(warehouse: Warehouse, landing: Any, name: str, **fields: Any) -> None:
    at = landing.night(0)
    case = Case(source="demo", review_id=name, listing_id="shop", opened_at=at, due_at=at, **fields)
    warehouse.apply_cases([CaseChange(source="demo", review_id=name, case=case)])


def states(warehouse: Warehouse) -> dict[str, tuple[str, bool]]:
    rows = warehouse.connection.execute("SELECT review_id, state, was_held FROM alerts").fetchall()
    return {name: (state, was_held) for name, state, was_held in rows}


@pytest.fixture
def outbox(warehouse: Warehouse, landing: Any) -> Warehouse:
    """Return a warehouse with open cases of the reviews a to d."""
    for name in "abcd":
        stand(warehouse, landing, name)
    return warehouse


def test_a_surge_that_was_held_and_then_cancelled_counts_for_nothing(outbox: Warehouse, landing: Any) -> None:
    outbox.plan_alerts([alert(name, landing) for name in "abc"], {}, "n0", held=True)
    outbox.plan_alerts([alert("d", landing)], {}, "n0")
    for name in "abcd":
        stand(outbox, landing, name, status="dismissed")
    assert outbox.claim_due(landing.night(0), "pid 1", 10) == []
    assert {state for state, _ in states(outbox).values()} == {"cancelled"}
    assert outbox.alert_history(landing.night(0)).planned_today == 1
    assert outbox.alert_history(landing.night(1)).nightly_maximum == 1
    assert outbox.alert_history(landing.night(1)).immediate == {"anna": (landing.night(0),)}


def test_a_surge_that_the_operator_released_counts_whatever_becomes_of_it(outbox: Warehouse, landing: Any) -> None:
    outbox.plan_alerts([alert(name, landing) for name in "ab"], {}, "n0", held=True)
    assert outbox.release_held() == 2
    stand(outbox, landing, "b", status="answered", answered_at=landing.night(0))
    assert [view.alert.review_id for view in outbox.claim_due(landing.night(0), "pid 1", 10)] == ["a"]
    assert outbox.alert_history(landing.night(1)).nightly_maximum == 2


def test_what_a_message_spoke_for_counts_for_nothing_even_where_it_is_cancelled(
    outbox: Warehouse, landing: Any
) -> None:
    carrier, other = alert("a", landing), alert("b", landing)
    outbox.plan_alerts([carrier, other], {}, "n0", covered={other.alert_key: carrier.alert_key})
    stand(outbox, landing, "b", status="dismissed")
    outbox.claim_due(landing.night(0), "pid 1", 10)
    assert states(outbox)["b"] == ("cancelled", False)
    assert outbox.alert_history(landing.night(1)).nightly_maximum == 1


@pytest.mark.parametrize("fields", [{"status": "dismissed"}, {"snoozed_until": 9}], ids=["closed", "snoozed"])
def test_what_a_held_alert_spoke_for_stays_held(outbox: Warehouse, landing: Any, fields: dict[str, Any]) -> None:
    carrier, heir = alert("a", landing, held=True), alert("b", landing, held=True)
    outbox.plan_alerts([carrier, heir], {}, "n0", covered={heir.alert_key: carrier.alert_key})
    stand(
        outbox,
        landing,
        "a",
        **{name: landing.night(value) if isinstance(value, int) else value for name, value in fields.items()},
    )
    assert outbox.claim_due(landing.night(0), "pid 1", 10) == []
    assert states(outbox)["b"] == ("held", True)
    outbox.release_held()
    assert [view.alert.review_id for view in outbox.claim_due(landing.night(0), "pid 1", 10)] == ["b"]


def test_the_heir_that_was_planned_in_a_surge_is_held_and_an_older_one_speaks_first(
    outbox: Warehouse, landing: Any
) -> None:
    carrier, older = alert("a", landing), alert("b", landing)
    outbox.plan_alerts([carrier, older], {}, "n0", covered={older.alert_key: carrier.alert_key})
    newer = alert("c", landing, held=True)
    outbox.plan_alerts([newer], {}, "n1", covered={newer.alert_key: carrier.alert_key})
    stand(outbox, landing, "a", status="dismissed")
    assert [view.alert.review_id for view in outbox.claim_due(landing.night(0), "dies", 10)] == ["b"]
    stand(outbox, landing, "b", status="dismissed")
    assert outbox.claim_due(landing.night(0), "pid 1", 10) == []
    assert states(outbox) == {"a": ("cancelled", False), "b": ("cancelled", False), "c": ("held", True)}


def test_a_release_lets_go_what_a_sent_message_spoke_for_in_the_surge(outbox: Warehouse, landing: Any) -> None:
    carrier, other = alert("a", landing), alert("b", landing, held=True)
    outbox.plan_alerts([carrier], {}, "n0")
    outbox.plan_alerts([other], {}, "n0", covered={other.alert_key: carrier.alert_key})
    outbox.release_held()
    assert states(outbox)["b"] == ("covered", False)


def test_an_older_warehouse_knows_which_of_its_alerts_are_held(tmp_path: Path) -> None:
    path = tmp_path / "otklik.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE alerts (alert_key VARCHAR, state VARCHAR)")
        connection.execute("INSERT INTO alerts VALUES ('a', 'held'), ('b', 'sent')")
        (step,) = [one for one in folder("migrations") if one.name == "0019_held_alerts"]
        connection.execute(step.text)
        assert connection.execute("SELECT was_held FROM alerts ORDER BY alert_key").fetchall() == [(True,), (False,)]
