"""Erasing people from the warehouse: nothing of them is left in any table or in any page of the file."""

import duckdb
import pytest

from core.forgotten import Tombstone, add_tombstones
from core.home import Home
from core.records import ReviewKey
from warehouse import Warehouse, compact, forgetting
from warehouse.state import state_hash

SECRET = b"the key of this home"
WORDS = "Мне обещали вернуть деньги за палатку, и никто не вернул"


def lines(night, text=WORDS):
    return [
        {
            "review_id": "a",
            "author_key": "anna",
            "text": text,
            "url": "https://shop/1/",
            "seen_at": night,
            "rating": 0.0,
        },
        {"review_id": "b", "author_key": "boris", "text": "Всё хорошо", "seen_at": night, "rating": 1.0},
    ]


@pytest.fixture
def filled(landing, warehouse):
    for number, text in enumerate((WORDS, WORDS + ". Исправлено", WORDS)):
        run = f"n{number}"
        landing.write(
            run, [*lines(landing.night(number), text), '{"review_id": "a", "author_key": "anna", "broken": 1}']
        )
        landing.cover(run, started_at=landing.night(number), finished_at=landing.night(number), gone_ids=("a",))
        landing.ingest(warehouse, run)
    return warehouse


def test_every_table_about_reviews_is_known(warehouse):
    columns = warehouse.connection.execute(
        "SELECT table_name FROM duckdb_columns() WHERE NOT internal AND column_name = 'review_id' AND table_name IN"
        " (SELECT table_name FROM duckdb_tables() WHERE NOT temporary)"
    ).fetchall()
    assert {name for (name,) in columns} == set(forgetting.TABLES)


def test_a_person_is_found_by_address_and_by_author(filled):
    assert [found.key for found in filled.find_by_url("https://shop/1")] == [ReviewKey("demo", "a")]
    (found,) = filled.find_by_author("demo", "anna")
    assert (found.sightings, found.author_keys, found.characters) == (3, ("anna",), len(WORDS))
    assert filled.find_by_author("demo", "nobody") == []


def test_nothing_is_left_in_any_table(filled):
    told = filled.erase_reviews([ReviewKey("demo", "a")], lambda fragment: '"a"' in fragment)
    assert told["reviews"] == 1
    assert told["sightings"] == 3
    assert told["quarantine"] == 3
    for (name,) in filled.connection.execute("SELECT table_name FROM duckdb_tables() WHERE NOT temporary").fetchall():
        rows = str(filled.connection.table(name).fetchall())
        assert "палатку" not in rows, name
        assert "anna" not in rows, name
    assert filled.check() == []
    assert [row["review_id"] for row in filled.rows("forget/authors")] == ["b"]


def test_the_others_are_what_they_would_be_without_the_person(landing, filled, tmp_path):
    filled.erase_reviews([ReviewKey("demo", "a")], lambda fragment: True)
    path = tmp_path / "other" / "otklik.duckdb"
    with Warehouse.open(path) as other:
        for number in range(3):
            landing.root = tmp_path / "other" / "landing"
            landing.write(f"n{number}", lines(landing.night(number))[1:])
            landing.cover(f"n{number}", started_at=landing.night(number), finished_at=landing.night(number))
            landing.ingest(other)
    filled.connection.execute("CHECKPOINT")
    filled.connection.close()
    assert state_hash(filled.path) == state_hash(path)


def test_the_file_is_written_anew_without_the_deleted_pages(tmp_path, landing):
    path = tmp_path / "data" / "otklik.duckdb"
    secrets = [f"Секретное слово номер {number} {'жалоба' * number}" for number in range(300)]
    with Warehouse.open(path) as warehouse:
        rows = [{"review_id": str(n), "text": text, "seen_at": landing.night(0)} for n, text in enumerate(secrets)]
        landing.write("n0", rows)
        landing.ingest(warehouse)
        warehouse.erase_reviews([ReviewKey("demo", str(n)) for n in range(299)], lambda fragment: False)
        before = warehouse.tuples("forget/authors")
    old = path.read_bytes()
    path.chmod(0o600)
    compact(path, wait=1)
    assert path.read_bytes() != old
    assert "Секретное слово номер".encode() not in path.read_bytes().replace(secrets[299].encode(), b"")
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir() if entry.name.startswith(".")] == []
    with Warehouse.open(path) as warehouse:
        assert warehouse.tuples("forget/authors") == before
        assert warehouse.check() == []
    with duckdb.connect(str(path), read_only=True) as reader:
        assert reader.execute("SELECT comment FROM duckdb_tables() WHERE table_name = 'reviews'").fetchone()[0]
        assert reader.table("unanswered").fetchall() is not None


def test_a_line_of_an_erased_person_is_refused_and_counted(tmp_path, landing, warehouse):
    forgotten = add_tombstones(
        Home(tmp_path),
        SECRET,
        [Tombstone("review", "demo", "a"), Tombstone("author", "demo", "carl")],
        landing.night(0),
    )
    rows = [
        *lines(landing.night(0)),
        {"review_id": "c", "author_key": "carl", "text": WORDS, "seen_at": landing.night(0)},
    ]
    landing.write("n0", rows)
    landing.cover("n0", started_at=landing.night(0), finished_at=landing.night(0), gone_ids=("a",))
    files = warehouse.pending_files(landing.root)
    report = warehouse.ingest(files, run_id="n0", now=landing.night(0), forgotten=forgotten)
    assert (report.lines, report.stored, report.quarantined) == (3, 1, 2)
    assert [
        row[3] for row in warehouse.connection.execute("SELECT * EXCLUDE (path, seen_at) FROM quarantine").fetchall()
    ]
    assert {
        (reason, fragment)
        for reason, fragment in warehouse.connection.execute("SELECT reason, fragment FROM quarantine").fetchall()
    } == {("erased on request", "")}
    assert warehouse.connection.table("gone_marks").fetchall() == []
    assert warehouse.check() == []


def test_a_landing_file_that_became_shorter_is_not_read_again(landing, filled):
    path = landing.root / "n0" / "demo" / "shop.1.jsonl"
    path.write_bytes(path.read_bytes().split(b"\n")[1] + b"\n")
    filled.note_rewritten(landing.root, [path])
    assert filled.pending_files(landing.root) == []
    with path.open("a") as file:
        file.write("x\n")
    assert filled.pending_files(landing.root) == [path]


def test_payloads_of_messages_name_the_person_no_more(filled):
    filled.connection.execute(
        "INSERT INTO alerts (alert_key, source, review_id, reopen_no, rule, level, destination, planned_at, not_before,"
        " folded, details, run_id, state, attempts) VALUES ('k', 'otklik', 'backlog', 0, 'backlog', 0, 'anna', now(),"
        """ now(), false, '{"reviews": [["demo", "a"], ["demo", "b"]], "count": 2}', 'n0', 'planned', 0)"""
    )
    filled.erase_reviews([ReviewKey("demo", "a")], lambda fragment: False)
    assert filled.connection.execute("SELECT details FROM alerts").fetchone() == (
        '{"reviews": [["demo", "b"]], "count": 2}',
    )
