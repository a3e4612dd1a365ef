"""Opening: migrations, one writer at a time, transactions, and SQL that lives in named files."""

import re
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from core.errors import BusyError, ConfigurationError
from warehouse import Warehouse
from warehouse.state import state_hash
from warehouse.statements import ROOM, folder, read_statement

HOLDS = """
import sys, time
import duckdb
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
time.sleep(float(sys.argv[2]))
"""


def test_migrations_run_once_and_views_follow_the_code(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "otklik.duckdb"
    with Warehouse.open(path) as first:
        first.connection.execute("DROP VIEW unanswered")
        first.connection.execute("UPDATE migrations SET fingerprint = 'old' WHERE name = 'views'")
        (count,) = first.connection.execute("SELECT count(*) FROM migrations").fetchone()
    with Warehouse.open(path) as again:
        assert again.connection.execute("SELECT count(*) FROM unanswered").fetchone() == (0,)
        assert again.connection.execute("SELECT count(*) FROM migrations").fetchone() == (count,)
    assert count == len(folder("migrations")) + 1


def test_a_database_of_a_newer_code_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "otklik.duckdb"
    with Warehouse.open(path) as warehouse:
        warehouse.connection.execute("INSERT INTO migrations VALUES ('9999_future', 'x', now())")
    with pytest.raises(ConfigurationError, match=r"newer Otklik .*9999_future"), Warehouse.open(path):
        pass


def test_a_migration_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "otklik.duckdb"
    good = folder("migrations")
    broken = type(good[0])("0009_broken", "Break.", "-- Break.\nCREATE TABLE half (a INTEGER);\nSELECT * FROM nowhere;")
    monkeypatch.setattr("warehouse.migrating.folder", lambda name: (*good, broken) if name == "migrations" else ())
    with pytest.raises(duckdb.CatalogException), Warehouse.open(path):
        pass
    with duckdb.connect(str(path)) as connection:
        assert connection.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [("migrations",)]


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "otklik.duckdb"
    path.write_text("words " * 5000)
    with pytest.raises(ConfigurationError, match=r"otklik\.duckdb: not a DuckDB database"), Warehouse.open(path):
        pass


def test_it_waits_for_another_writer_and_gives_up_with_one_line(tmp_path: Path) -> None:
    path = tmp_path / "otklik.duckdb"
    with Warehouse.open(path):
        pass
    holder = subprocess.Popen([sys.executable, "-c", HOLDS, str(path), "3"], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        began = time.monotonic()
        with pytest.raises(BusyError, match="another process holds"), Warehouse.open(path, wait=0.3):
            pass
        assert time.monotonic() - began < 2
        with Warehouse.open(path, wait=60) as warehouse:
            assert warehouse.check() == []
    finally:
        holder.wait()


def test_a_transaction_is_all_or_nothing_also_inside_another(warehouse: Warehouse) -> None:
    def count() -> int:
        return int(warehouse.connection.execute("SELECT count(*) FROM companies").fetchone()[0])

    insert = "INSERT INTO companies VALUES ('a', 'A', 'own')"

    def fail() -> None:
        with warehouse.transaction():
            warehouse.connection.execute(insert)
            with warehouse.transaction():
                warehouse.connection.execute(insert)
            assert count() == 2
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert count() == 0


def test_every_statement_is_a_named_file_that_opens_with_a_sentence() -> None:
    files = sorted(ROOM.rglob("*.sql"))
    assert len(files) > 80
    for path in files:
        text = read_statement(path).text
        assert len(text.splitlines()) < 200, path.name
        for forbidden in ("PRIMARY KEY", "SEQUENCE", "ON CONFLICT", "ENUM", "RETURNING"):
            assert forbidden not in text, f"{path.name}: {forbidden}"
    for path in sorted((ROOM / "queries").rglob("*.sql")):
        lines = [line.rstrip() for line in path.read_text().splitlines() if not line.startswith("--")]
        assert sum(line.endswith(";") for line in lines) == 1 or path.stem == "create_migrations", path.name


def test_python_holds_no_sql() -> None:
    words = re.compile(r"\b(SELECT .* FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM|CREATE (TABLE|VIEW))\b")
    for path in ROOM.glob("*.py"):
        assert not words.search(path.read_text()), path.name


def test_the_process_that_writes_cannot_read_beside_itself(warehouse: Warehouse) -> None:
    with pytest.raises(BusyError, match="this process is writing"):
        state_hash(warehouse.path)
