"""Readers of the published copy never see an error, a half state, or time running backwards."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from core.errors import InputError
from warehouse import Warehouse

READS = """
import sys, time
import duckdb
path, seconds = sys.argv[1], float(sys.argv[2])
end, last, reads = time.monotonic() + seconds, 0, 0
print("ready", flush=True)
while time.monotonic() < end:
    with duckdb.connect(path, read_only=True) as connection:
        (count,) = connection.execute("SELECT count(*) FROM reviews").fetchone()
        (heads,) = connection.execute("SELECT count(*) FROM review_heads").fetchone()
    assert count == heads, (count, heads)
    assert count >= last, (count, last)
    last, reads = count, reads + 1
print(reads, last)
"""

SPOILS = """
import os, sys
import duckdb
connection = duckdb.connect(sys.argv[1])
connection.execute("DELETE FROM reviews")
os._exit(9)
"""


def grow(warehouse: Warehouse, landing: Any, number: int) -> None:
    landing.write(f"n{number}", [{"review_id": f"r{number}", "seen_at": landing.night(number)}])
    landing.ingest(warehouse)


def count(path: Path) -> int:
    with duckdb.connect(str(path), read_only=True) as connection:
        return int(connection.execute("SELECT count(*) FROM reviews").fetchone()[0])


def test_each_publication_is_a_new_file_behind_a_symlink(warehouse: Warehouse, landing: Any, tmp_path: Path) -> None:
    folder = tmp_path / "published"
    names = []
    for number in range(4):
        grow(warehouse, landing, number)
        names.append(warehouse.publish(folder, "run", keep=2, parquet=True).name)
        assert count(folder / "otklik.duckdb") == number + 1
        assert duckdb.read_parquet(str(folder / "parquet" / "reviews.parquet")).shape[0] == number + 1
    assert len(set(names)) == 4
    assert (folder / "otklik.duckdb").readlink() == Path(names[-1])
    assert sorted(path.name for path in folder.glob("otklik-*")) == sorted(names[-2:])
    assert len(list(folder.glob("parquet-*"))) == 2
    unanswered = duckdb.read_parquet(str(folder / "parquet" / "unanswered.parquet"))
    assert unanswered.shape[0] == 4


@pytest.mark.slow
def test_readers_that_loop_see_no_error(warehouse: Warehouse, landing: Any, tmp_path: Path) -> None:
    folder = tmp_path / "published"
    grow(warehouse, landing, 0)
    warehouse.publish(folder, "run0", keep=2, parquet=False)
    arguments = [sys.executable, "-c", READS, str(folder / "otklik.duckdb"), "6"]
    readers = [subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert all(reader.stdout is not None and reader.stdout.readline() == "ready\n" for reader in readers)
    for number in range(1, 8):
        grow(warehouse, landing, number)
        warehouse.publish(folder, f"run{number}", keep=2, parquet=False)
    for reader in readers:
        output, _ = reader.communicate(timeout=60)
        assert reader.returncode == 0
        assert int(output.split()[0]) > 5


def test_what_a_reader_deletes_is_in_no_later_publication(warehouse: Warehouse, landing: Any, tmp_path: Path) -> None:
    folder = tmp_path / "published"
    for number in range(2):
        grow(warehouse, landing, number)
        warehouse.publish(folder, "run", keep=3, parquet=False)
        assert count(folder / "otklik.duckdb") == number + 1
        subprocess.run([sys.executable, "-c", SPOILS, str(folder / "otklik.duckdb")], check=False)
    grow(warehouse, landing, 2)
    for _ in range(2):
        warehouse.publish(folder, "run", keep=1, parquet=False)
        assert count(folder / "otklik.duckdb") == 3
    assert [path.name for path in folder.glob("*.wal")] == []
    assert warehouse.check() == []


@pytest.mark.parametrize("call", ["rename", "replace", "symlink_to"])
def test_a_crash_leaves_the_last_publication(
    call: str, warehouse: Warehouse, landing: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "published"
    grow(warehouse, landing, 0)
    warehouse.publish(folder, "one", keep=1, parquet=True)
    grow(warehouse, landing, 1)

    def crash(*_: Any, **__: Any) -> None:
        raise OSError("no more")

    with monkeypatch.context() as patch:
        patch.setattr(Path, call, crash)
        with pytest.raises(OSError, match="no more"):
            warehouse.publish(folder, "two", keep=1, parquet=True)
    assert count(folder / "otklik.duckdb") == 1
    warehouse.publish(folder, "two", keep=1, parquet=True)
    assert count(folder / "otklik.duckdb") == 2
    names = [path.name for path in folder.iterdir()]
    assert [name for name in names if name.startswith(".")] == []
    assert len(names) == 4


def test_nothing_is_published_from_inside_a_transaction(warehouse: Warehouse, tmp_path: Path) -> None:
    with warehouse.transaction(), pytest.raises(InputError, match="transaction"):
        warehouse.publish(tmp_path / "published", "run", keep=1, parquet=False)
