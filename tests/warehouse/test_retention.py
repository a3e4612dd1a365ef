"""Words go, numbers stay: emptied texts change no event, no hash and no later night."""

import random
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from warehouse import Warehouse

DAYS = 730
GONE = 30


def rows(warehouse: Warehouse, query: str) -> list[tuple[Any, ...]]:
    return list(warehouse.connection.execute(query).fetchall())


def clear(warehouse: Warehouse, landing: Any, day: float) -> int:
    now = landing.night(day)
    return warehouse.empty_texts(warehouse.due_for_emptying(now, DAYS, GONE), now)


STORY = (
    {"text": "Плохо", "title": "Раз"},
    {"text": "Очень плохо", "title": "Раз", "rating": 0.0},
    {"text": "Очень плохо", "title": "Раз", "rating": 0.0, "reply_state": "published", "reply_text": "Простите"},
    {"text": "Очень плохо!", "title": "Раз", "rating": 0.5, "reply_state": "published", "reply_text": "Простите"},
    {"text": "Очень плохо!", "title": "Раз", "rating": 0.5, "reply_state": "published", "reply_text": "Простите нас"},
    {"text": "Очень плохо!", "title": "Раз", "rating": 0.5, "reply_state": "removed"},
)
EVENTS = "SELECT review_id, event, seen_at, previous_seen_at, run_id FROM review_events ORDER BY ALL"


@pytest.fixture
def told(landing: Any, warehouse: Warehouse) -> Warehouse:
    for number, state in enumerate(STORY):
        fresh = {"review_id": "b", "text": "Слова соседа", "seen_at": landing.night(number)}
        landing.write(f"n{number}", [{"seen_at": landing.night(number), **state}, fresh, "не строка"])
        landing.cover(f"n{number}", started_at=landing.night(number), finished_at=landing.night(number))
        landing.ingest(warehouse, f"n{number}")
    return warehouse


def test_words_go_and_everything_else_stays(told: Warehouse, landing: Any) -> None:
    landing.write("late", [{"review_id": "b", "text": "Слова соседа", "seen_at": landing.night(700)}])
    landing.ingest(told, "late")
    numbers = "SELECT review_id, rating, posted_at, reply_state, first_seen_at, last_seen_at FROM reviews ORDER BY ALL"
    hashes = "SELECT version, content_hash, words_hash, reply_hash FROM review_versions ORDER BY ALL"
    before = [
        rows(told, query)
        for query in (EVENTS, numbers, hashes, "FROM sightings ORDER BY ALL", "FROM review_heads ORDER BY ALL")
    ]
    assert clear(told, landing, DAYS - 1) == 0
    assert clear(told, landing, DAYS + 6) == len({str(state) for state in STORY})
    after = [
        rows(told, query)
        for query in (EVENTS, numbers, hashes, "FROM sightings ORDER BY ALL", "FROM review_heads ORDER BY ALL")
    ]
    assert after == before
    assert rows(told, "SELECT review_id, title, text, reply_text FROM reviews ORDER BY ALL") == [
        ("a", None, "", None), ("b", None, "Слова соседа", None),
    ]  # fmt: skip
    kept = str([rows(told, f"FROM {table}") for table in ("review_versions", "review_events", "quarantine")])
    for word in ("Плохо", "плохо", "Раз", "Простите", "не строка"):
        assert word not in kept
    values = rows(
        told, "SELECT old_value, new_value FROM review_events WHERE event = 'rating_changed' ORDER BY seen_at"
    )
    assert values == [(None, "0.0"), ("0.0", "0.5")]
    assert told.check() == []
    assert clear(told, landing, DAYS + 6) == 0, "a second time does nothing"


def test_a_deleted_review_loses_its_words_after_a_month(told: Warehouse, landing: Any) -> None:
    landing.cover("gone", started_at=landing.night(9), finished_at=landing.night(9), gone_ids=("a",))
    landing.ingest(told, "gone")
    assert clear(told, landing, 9 + GONE) == 0
    assert clear(told, landing, 9 + GONE + 1) == len(STORY)
    assert rows(told, "SELECT text FROM reviews ORDER BY review_id") == [("",), ("Слова соседа",)]
    landing.write("back", [{"seen_at": landing.night(60), **STORY[-1]}])
    landing.ingest(told, "back")
    assert rows(told, "SELECT text, title FROM reviews WHERE review_id = 'a'") == [("Очень плохо!", "Раз")]
    since = [event for event, at in rows(told, "SELECT event, seen_at FROM review_events") if at >= landing.night(9)]
    assert sorted(since) == ["back", "gone"]
    assert told.check() == []


def test_an_old_landing_file_brings_nothing_back(told: Warehouse, landing: Any) -> None:
    clear(told, landing, DAYS + 9)
    events = rows(told, EVENTS)
    path = landing.write("copy", [{"seen_at": landing.night(1), **STORY[1]}])
    told.ingest([path], run_id="copy", now=landing.night(DAYS + 9))
    assert rows(told, EVENTS) == events
    assert rows(told, "SELECT text FROM reviews WHERE review_id = 'a'") == [("",)]


def test_nothing_emptied_is_judged_again(told: Warehouse, landing: Any) -> None:
    assert len(told.to_judge("model@1", 10)) == 2
    clear(told, landing, DAYS + 9)
    assert told.to_judge("model@1", 10) == []


@pytest.mark.parametrize("seed", range(8))
def test_events_do_not_depend_on_when_words_were_emptied(seed: int, tmp_path: Path, landing: Any, empty: Path) -> None:
    order = random.Random(seed)
    days = sorted(order.sample(range(0, 900, 30), 12))
    states = [order.choice(STORY) | {"helpful_votes": order.randint(0, 1)} for _ in days]
    found = []
    for with_retention in (False, True):
        path = tmp_path / f"{with_retention}.duckdb"
        shutil.copyfile(empty, path)
        with Warehouse.open(path) as warehouse:
            for number, (day, state) in enumerate(zip(days, states, strict=True)):
                if not with_retention:
                    landing.write(f"n{number}", [{"seen_at": landing.night(day), **state}])
                file = landing.root / f"n{number}" / "demo" / "shop.1.jsonl"
                warehouse.ingest([file], run_id=f"n{number}", now=landing.night(day))
                if with_retention:
                    now = landing.night(day) + timedelta(hours=1)
                    warehouse.empty_texts(warehouse.due_for_emptying(now, 100, 5), now)
            assert warehouse.check() == []
            found.append(rows(warehouse, EVENTS))
    assert found[0] == found[1]
