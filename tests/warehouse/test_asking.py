"""Questions, views, the dictionary and the state hash."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.errors import InputError
from core.records import Prediction
from warehouse import Warehouse, ask
from warehouse.dictionary import dictionary
from warehouse.state import state_hash
from warehouse.statements import folder

ROOT = Path(__file__).resolve().parents[2]


def rows(warehouse: Warehouse, query: str) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = warehouse.connection.execute(query).fetchall()
    return found


def test_every_question_has_an_answer_and_a_head(warehouse: Warehouse, landing: Any, tmp_path: Path) -> None:
    landing.write("n0", [{"seen_at": landing.night(0), "rating": 0}])
    landing.ingest(warehouse)
    warehouse.publish(tmp_path / "published", "run", keep=1, parquet=False)
    names = {question.name for question in ask.queries()}
    assert names >= {
        "unanswered", "response_times", "reply_rate", "coverage_gaps", "alert_log", "reputation", "events", "cases",
    }  # fmt: skip
    for question in ask.queries():
        assert question.first_sentence.endswith(".")
        table = ask.run(tmp_path / "published" / "otklik.duckdb", question.name)
        assert table.num_columns > 1
        assert all(f"${name}" in question.text for name in question.parameters)


def test_values_are_values(warehouse: Warehouse, landing: Any, tmp_path: Path) -> None:
    landing.write("n0", [{"seen_at": landing.night(0), "rating": 0}])
    landing.ingest(warehouse)
    path = warehouse.publish(tmp_path / "published", "run", keep=1, parquet=False)
    assert ask.run(path, "unanswered", {"listing": "shop"}).num_rows == 1
    assert ask.run(path, "unanswered", {"listing": "x'; DROP TABLE reviews; --"}).num_rows == 0
    for name, values, message in (
        ("nothing", {}, "no question 'nothing'; known are: alert_log"),
        ("unanswered", {"who": "x"}, "unanswered: no parameter 'who'; known are: listing"),
        ("unanswered", {"limit": "many"}, "unanswered: .*many"),
    ):
        with pytest.raises(InputError, match=message):
            ask.run(path, name, values)
    with pytest.raises(InputError, match="there is no warehouse yet"):
        ask.run(tmp_path / "nowhere" / "otklik.duckdb", "unanswered")


def test_without_a_publication_the_warehouse_is_asked(tmp_path: Path) -> None:
    with Warehouse.open(tmp_path / "otklik.duckdb"):
        pass
    assert ask.run(tmp_path / "published" / "otklik.duckdb", "runs").num_rows == 0


def test_who_was_unanswered_then_and_who_is_now(warehouse: Warehouse, landing: Any) -> None:
    night = landing.night
    reply = {"reply_state": "published", "reply_text": "Thanks"}
    for number in range(4):
        lines = [
            {"review_id": "never", "rating": 0},
            {"review_id": "answered", "rating": 0, **(reply if number >= 2 else {})},
            {"review_id": "lost", "rating": 1, **(reply if number < 2 else {})},
            {"review_id": "hidden", "rating": 0, "reply_state": "unknown"},
        ]
        landing.write(f"n{number}", [{**fields, "seen_at": night(number)} for fields in lines])
    landing.cover("n4", started_at=night(4), finished_at=night(4), gone_ids=("never",))
    landing.ingest(warehouse)

    def then(number: float) -> list[str]:
        query = f"SELECT review_id FROM as_of_unanswered('{night(number).isoformat()}') ORDER BY 1"  # noqa: S608
        return [name for (name,) in rows(warehouse, query)]

    assert then(-1) == []
    assert then(1) == ["answered", "never"]
    assert then(2) == ["never"]
    assert then(3) == ["lost", "never"]
    assert then(4) == ["lost"]
    assert rows(warehouse, "SELECT review_id, is_complaint FROM unanswered") == [("lost", False)]


def test_response_times_have_bounds_and_are_never_negative(warehouse: Warehouse, landing: Any) -> None:
    night = landing.night
    reply = {"reply_state": "published", "reply_text": "Thanks"}
    first = [
        {"review_id": "exact", "posted_at": night(-1)},
        {"review_id": "between", "posted_at": night(-1)},
        {"review_id": "older", "posted_at": night(-1)},
        {"review_id": "at most", "posted_at": night(-2), **reply},
        {"review_id": "undated", **reply},
    ]
    second = [
        {"review_id": "exact", "posted_at": night(-1), "reply_at": night(0.5), "reply_at_kind": "exact", **reply},
        {"review_id": "between", "posted_at": night(-1), "reply_at": night(1), "reply_at_kind": "first_seen", **reply},
        {"review_id": "older", "posted_at": night(0.9), "reply_at": night(0.1), **reply},
    ]
    landing.write("n0", [{"seen_at": night(0), **fields} for fields in first])
    landing.write("n1", [{"seen_at": night(1), **fields} for fields in second])
    landing.ingest(warehouse)
    found = {
        row[0]: row[1:] for row in rows(warehouse, "SELECT review_id, basis, hours_from, hours_to FROM response_times")
    }
    assert found == {
        "exact": ("exact", 36, 36),
        "between": ("between", 24, 48),
        "at most": ("at most", 0, 48),
        "older": ("reply older than review", None, None),
        "undated": ("review has no date", None, None),
    }
    (rate,) = rows(warehouse, "SELECT sum(reviews), sum(answered) FROM reply_rate")
    assert rate == (5, 5)


def test_reputation_weighs_complaints_and_recency(warehouse: Warehouse, landing: Any) -> None:
    night = landing.night
    good = [{"review_id": f"g{number}", "rating": 1, "posted_at": night(0)} for number in range(10)]
    landing.write("n0", [{"seen_at": night(0), **fields} for fields in good])
    landing.write("n0", [{"seen_at": night(0), "review_id": "bad", "rating": 0, "posted_at": night(0)}])
    landing.write(
        "n0", [{"seen_at": night(0), "review_id": "old", "rating": 0, "posted_at": night(-90)}], listing_id="b"
    )
    landing.write("n0", [{"seen_at": night(0), "review_id": "new", "rating": 1, "posted_at": night(0)}], listing_id="b")
    landing.ingest(warehouse)
    found = rows(warehouse, "SELECT listing_id, reputation, low, high, is_grey FROM reputation ORDER BY 1")
    assert [row[:2] for row in found] == [("b", pytest.approx(1 / 6, abs=1e-3)), ("shop", 0.5)]
    assert all(0 <= low <= reputation <= high <= 1 and is_grey for _, reputation, low, high, is_grey in found)


def test_stars_and_words_that_disagree_come_by_review_or_by_sentence(
    warehouse: Warehouse, landing: Any, tmp_path: Path
) -> None:
    said = {"loud": (0.95, 0.6), "sharp": (0.7, 0.9), "mute": (0.8, None)}
    lines = [{"review_id": name, "text": f"Ї! Bad {name}", "rating": 1} for name in said]
    landing.write("n0", [{"seen_at": landing.night(0), **fields} for fields in lines])
    landing.ingest(warehouse)
    predictions = []
    for review in warehouse.to_judge("m@1", 9):
        p_review, p_sentence = said[review.review_id]
        evidence = [] if p_sentence is None else [{"start": 3, "end": len(review.text), "p_negative": p_sentence}]
        fields = {
            "content_hash": review.content_hash,
            "p_negative": p_review,
            "p_neutral": 0,
            "p_positive": 1 - p_review,
        }
        fields |= {"label": "negative", "language": "en", "evidence": evidence, "model": "m@1"}
        key = {"source": review.source, "review_id": review.review_id, "scored_at": landing.night(0)}
        predictions.append(Prediction.model_validate(key | fields))
    warehouse.store_predictions(predictions, landing.night(0))
    path = warehouse.publish(tmp_path / "published", "run", keep=1, parquet=False)

    def names(**values: str) -> list[str]:
        return [row["review_id"] for row in ask.run(path, "mismatches", values).to_pylist()]

    assert names() == names(order="review") == ["loud", "mute", "sharp"]
    assert names(order="sentence") == ["sharp", "loud", "mute"]
    sentences = {row["review_id"]: row["worst_sentence"] for row in ask.run(path, "mismatches").to_pylist()}
    assert sentences == {"loud": "Bad loud", "sharp": "Bad sharp", "mute": None}
    with pytest.raises(InputError, match=r"mismatches: .*'stars'"):
        ask.run(path, "mismatches", {"order": "stars"})


def test_replies_given_again_and_again(warehouse: Warehouse, landing: Any) -> None:
    texts = ["Thank you!", "thank  you!", "THANK YOU!", "Sorry"]
    lines = [
        {"review_id": f"r{number}", "reply_state": "published", "reply_text": text, "seen_at": landing.night(0)}
        for number, text in enumerate(texts)
    ]
    landing.write("n0", lines)
    landing.ingest(warehouse)
    assert rows(warehouse, "SELECT words, times, share FROM duplicate_replies") == [("thank you!", 3, 0.75)]


def test_checks_find_what_is_broken(warehouse: Warehouse, landing: Any) -> None:
    landing.write("n0", [{"seen_at": landing.night(0)}])
    landing.ingest(warehouse)
    assert warehouse.check() == []
    for table in ("reviews", "review_heads", "review_events", "sightings", "review_versions", "landing_files"):
        warehouse.connection.execute(f"INSERT INTO {table} FROM {table}")
    warehouse.connection.execute("UPDATE landing_files SET lines = lines + 1")
    warehouse.connection.execute("INSERT INTO deliveries VALUES ('x', 1, 'anna', now(), 'p', false, NULL, NULL, NULL)")
    broken = {found.name for found in warehouse.check()}
    assert broken == {
        "one_row_per_review", "sightings_are_unique", "versions_are_unique", "events_are_unique",
        "events_have_reviews", "lines_are_accounted_for", "deliveries_have_alerts",
    }  # fmt: skip


def test_the_state_hash_sees_content_and_not_runs(tmp_path: Path, landing: Any) -> None:
    hashes = []
    for name, run_id, text in (("a", "n0", "Words"), ("b", "n1", "Words"), ("c", "n2", "Others")):
        path = tmp_path / f"{name}.duckdb"
        with Warehouse.open(path) as warehouse:
            file = landing.write(run_id, [{"seen_at": landing.night(0), "text": text}])
            warehouse.start_run("nightly", run_id, None, landing.night(5))
            warehouse.ingest([file], run_id=run_id, now=landing.night(0))
        hashes.append(state_hash(path))
    assert hashes[0] == hashes[1] != hashes[2]


def test_the_dictionary_is_current() -> None:
    page = ROOT / "docs" / "warehouse.md"
    command = [sys.executable, "-m", "warehouse.dictionary"]
    printed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert printed == dictionary()
    assert page.read_text() == printed, "run: python -m warehouse.dictionary > docs/warehouse.md"


def test_everything_in_the_database_has_a_comment(warehouse: Warehouse) -> None:
    query = """
        SELECT table_name FROM duckdb_tables() WHERE comment IS NULL
        UNION ALL SELECT view_name FROM duckdb_views() WHERE NOT internal AND comment IS NULL
        UNION ALL SELECT table_name || '.' || column_name FROM duckdb_columns() WHERE NOT internal AND comment IS NULL
    """
    temporary = {"stage", "fresh"}
    assert {name for (name,) in rows(warehouse, query)} - temporary == set()


def test_the_order_of_views_is_that_of_their_needs() -> None:
    names = [step.name for step in folder("views")]
    assert names == sorted(names)
