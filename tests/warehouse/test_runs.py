"""The ledger of runs, the watchlist as tables, and where crawls may stop."""

from datetime import date, timedelta
from typing import Any

import pytest

from core.errors import InputError
from core.watchlist import Watchlist
from warehouse import Warehouse

NIGHT = date(2026, 11, 1)
WATCHLIST = Watchlist.model_validate(
    {
        "companies": [
            {"id": "acme", "name": "Acme", "places": [{"id": "centre", "name": "Centre", "city": "Kyiv"}]},
            {"id": "rival", "name": "Rival", "kind": "competitor"},
        ],
        "people": [{"id": "anna", "name": "Anna", "channels": ["json://secret.example.org"]}],
        "listings": [
            {"id": "shop", "source": "demo", "company": "acme", "place": "centre", "responsible": "anna"},
            {"id": "folder", "source": "files", "company": "acme"},
        ],
    }
)


def test_a_run_keeps_its_first_clock(warehouse: Warehouse, landing: Any) -> None:
    now = landing.night(0)
    first = warehouse.start_run("nightly", "nightly-20261101", NIGHT, now)
    assert (first.now, first.resumed, first.finished, first.stages_done) == (now, False, False, frozenset())
    warehouse.finish_stage("nightly-20261101", "ingest", {"lines": 3})
    warehouse.finish_stage("nightly-20261101", "ingest", {"lines": 4})
    warehouse.heartbeat("nightly-20261101", now + timedelta(minutes=5))
    again = warehouse.start_run("nightly", "nightly-20261101", NIGHT, now + timedelta(hours=1))
    assert (again.now, again.resumed, again.finished, again.stages_done) == (now, True, False, {"ingest"})
    warehouse.finish_run("nightly-20261101", "ok", '{"ok": true}')
    assert warehouse.run_report("nightly-20261101") == '{"ok": true}'
    assert warehouse.run_report("unknown") is None
    assert warehouse.start_run("nightly", "nightly-20261101", NIGHT, now).finished
    with pytest.raises(InputError, match="nightly run, not of a pulse"):
        warehouse.start_run("pulse", "nightly-20261101", None, now)


def statuses(warehouse: Warehouse) -> dict[str, str]:
    return dict(warehouse.connection.execute("SELECT run_id, status FROM runs").fetchall())


def test_a_run_past_its_lease_died_until_it_shows_life_or_one_of_its_kind_makes_it_good(
    warehouse: Warehouse, landing: Any
) -> None:
    now = landing.night(0)
    warehouse.start_run("import", "killed", None, now - timedelta(hours=2))
    warehouse.start_run("nightly", "slow", NIGHT, now - timedelta(hours=1))
    warehouse.start_run("pulse", "alive", None, now - timedelta(hours=1))
    warehouse.heartbeat("alive", now)
    warehouse.start_run("deliver", "next", None, now - timedelta(days=1))
    oldest = now - timedelta(minutes=5)
    assert [run.run_id for run in warehouse.dead_runs(oldest)] == ["next", "killed", "slow"]
    warehouse.mark_died("next", oldest)
    assert statuses(warehouse) == {"killed": "died", "slow": "died", "alive": "running", "next": "running"}
    warehouse.heartbeat("slow", now)
    warehouse.heartbeat("next", now)
    assert statuses(warehouse)["slow"] == "running"
    (dead,) = warehouse.dead_runs(oldest)
    assert (dead.run_id, dead.kind, dead.heartbeat_at) == ("killed", "import", now - timedelta(hours=2))
    warehouse.start_run("import", "again", None, now)
    warehouse.finish_run("again", "ok", "{}")
    assert warehouse.dead_runs(oldest) == []
    assert warehouse.start_run("import", "killed", None, now).resumed
    assert statuses(warehouse)["killed"] == "running"


def test_a_night_has_one_run_until_it_is_wanted_again(warehouse: Warehouse, landing: Any) -> None:
    assert warehouse.nightly_run_id(NIGHT) == "nightly-20261101"
    warehouse.start_run("nightly", "nightly-20261101", NIGHT, landing.night(0))
    assert warehouse.nightly_run_id(NIGHT, again=True) == "nightly-20261101"
    warehouse.finish_run("nightly-20261101", "ok", "{}")
    assert warehouse.nightly_run_id(NIGHT) == "nightly-20261101"
    assert warehouse.nightly_run_id(NIGHT, again=True) == "nightly-20261101-2"


def test_the_watchlist_becomes_tables_without_addresses(warehouse: Warehouse) -> None:
    warehouse.register(WATCHLIST)
    warehouse.register(WATCHLIST)
    places = warehouse.connection.execute("SELECT place_id, city, kind FROM places").fetchall()
    assert places == [("centre", "Kyiv", "own")]
    assert warehouse.connection.execute("SELECT count(*) FROM listings WHERE in_watchlist").fetchone() == (2,)
    people = warehouse.connection.execute("SELECT * FROM people").fetchall()
    assert "secret" not in repr(people)
    warehouse.register(Watchlist())
    assert warehouse.connection.execute("SELECT count(*) FROM listings WHERE in_watchlist").fetchone() == (0,)
    assert warehouse.connection.execute("SELECT count(*) FROM listings").fetchone() == (2,)
    assert warehouse.connection.execute("SELECT count(*) FROM places").fetchone() == (0,)


def test_a_crawl_may_stop_where_the_last_complete_one_ended(warehouse: Warehouse, landing: Any) -> None:
    warehouse.register(WATCHLIST)
    now = landing.night(0)
    empty = warehouse.crawl_state(["shop", "nobody"], "n0")["nobody"]
    assert (empty.watermark, empty.open_reviews, empty.done_in_run) == (None, (), False)
    landing.write("n0", [{"seen_at": now, "reply_state": "published", "reply_text": "Thanks", "posted_at": now}])
    landing.cover("n0", started_at=now, finished_at=now, watermark=now)
    landing.write("n1", [{"seen_at": landing.night(1), "posted_at": now, "url": "https://example.org/a"}])
    landing.cover("n1", started_at=now, finished_at=now, status="short", watermark=landing.night(1))
    landing.ingest(warehouse)
    state = warehouse.crawl_state(["shop"], "n0")["shop"]
    assert (state.watermark, state.done_in_run) == (now, True)
    assert [tuple(review) for review in state.open_reviews] == [("a", now, "https://example.org/a")]
    assert not warehouse.crawl_state(["shop"], "n1")["shop"].done_in_run


def gaps(warehouse: Warehouse) -> dict[str, str | None]:
    return dict(warehouse.connection.execute("SELECT listing_id, last_status FROM coverage_gaps").fetchall())


@pytest.mark.parametrize(
    ("tries", "status"),
    [
        (("failed", "ok"), None),
        (("ok", "short"), "short"),
        (("failed", "blocked", "ok"), None),
        (("ok", "failed"), "failed"),
    ],
)
@pytest.mark.parametrize("minutes", [5, 0, -5], ids=["later", "same clock", "clock went back"])
def test_of_a_run_the_last_try_says_whether_there_is_a_gap(
    tries: tuple[str, ...], status: str | None, minutes: int, warehouse: Warehouse, landing: Any
) -> None:
    warehouse.register(WATCHLIST)
    for number, given in enumerate(tries):
        ended = landing.night(0) + number * timedelta(minutes=minutes)
        landing.cover("n0", attempt=number + 1, status=given, started_at=landing.night(0), finished_at=ended)
    landing.ingest(warehouse)
    assert gaps(warehouse).get("shop") == status


def test_of_several_runs_the_latest_says_whether_there_is_a_gap(warehouse: Warehouse, landing: Any) -> None:
    warehouse.register(WATCHLIST)
    for number, (run_id, tries) in enumerate([("z-first", ("ok", "ok", "short")), ("a-then", ("failed", "ok"))]):
        warehouse.start_run("crawl", run_id, None, landing.night(0) + timedelta(minutes=number))
        for attempt, given in enumerate(tries, start=1):
            now = landing.night(0)
            landing.cover(run_id, attempt=attempt, status=given, started_at=now, finished_at=now)
    landing.ingest(warehouse)
    assert "shop" not in gaps(warehouse)
    landing.cover("b-last", status="short", started_at=landing.night(1), finished_at=landing.night(1))
    landing.ingest(warehouse)
    assert gaps(warehouse)["shop"] == "short"


def test_a_drop_folder_is_stale_once_a_run(warehouse: Warehouse, landing: Any) -> None:
    warehouse.register(WATCHLIST)
    for _ in range(2):
        warehouse.record_stale(["folder"], run_id="n9", now=landing.night(9), after=timedelta(days=2))
    (row,) = warehouse.coverage_of_run("n9")
    assert (row.coverage.status, row.coverage.error) == ("stale", "nothing came since the beginning")
    gaps = warehouse.connection.execute("SELECT listing_id, last_status FROM coverage_gaps ORDER BY 1").fetchall()
    assert gaps == [("folder", "stale"), ("shop", None)]


@pytest.mark.parametrize(
    ("looks", "status"),
    [
        ([("nightly", "failed"), ("pulse", "ok")], "failed"),
        ([("nightly", "failed"), ("pulse", "ok"), ("nightly", "ok")], None),
        ([("nightly", "ok"), ("pulse", "blocked")], "blocked"),
        ([("nightly", "ok"), ("pulse", "blocked"), ("pulse", "ok")], None),
        ([("nightly", "failed"), ("pulse", "blocked"), ("pulse", "ok")], "failed"),
        ([("nightly", "stale"), ("pulse", "ok")], None),
        ([("nightly", "blocked"), ("crawl", "ok")], None),
    ],
)
def test_a_pulse_that_went_well_closes_no_gap_of_a_night(
    looks: list[tuple[Any, str]], status: str | None, warehouse: Warehouse, landing: Any
) -> None:
    warehouse.register(WATCHLIST)
    for number, (kind, given) in enumerate(looks):
        moment = landing.night(0) + timedelta(hours=number)
        warehouse.start_run(kind, f"{kind}-{number}", None, moment)
        landing.cover(f"{kind}-{number}", status=given, started_at=moment, finished_at=moment)
    landing.ingest(warehouse)
    assert gaps(warehouse).get("shop", "no gap") == (status or "no gap")
    (state,) = [
        one for one in warehouse.signals(landing.night(1), "UTC", whole=False).listings if one.listing_id == "shop"
    ]
    assert str(state.status) == (status or "ok")


def test_a_rule_is_active_since_a_run_first_saw_its_conditions(warehouse: Warehouse, landing: Any) -> None:
    first, later = landing.night(0), landing.night(1)
    assert warehouse.activate_rules({"a": "1"}, first) == {"a": first}
    assert warehouse.activate_rules({"a": "1", "b": "1"}, later) == {"a": first, "b": later}
    assert warehouse.activate_rules({"a": "2"}, later) == {"a": later}
    assert warehouse.activate_rules({}, later) == {}
    assert warehouse.activate_rules({"b": "1"}, landing.night(2)) == {"b": landing.night(2)}
