"""A connection is DuckDB's own, but that its parameters do not send Python searching for pandas."""

import sys
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Any

import duckdb
import pytest

from warehouse import connecting
from warehouse.connecting import connect

NOON = datetime(2026, 11, 17, 12, tzinfo=UTC)


class _Searches:
    """Counts how often Python searches for a module."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def find_spec(self, name: str, _path: Any = None, _target: Any = None) -> None:
        self.names.append(name)


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> _Searches:
    found = _Searches()
    monkeypatch.setattr(sys, "meta_path", [found, *sys.meta_path])
    return found


@pytest.mark.skipif(find_spec("pandas") is not None, reason="pandas is installed here")
def test_no_parameter_makes_python_search_for_pandas(searches: _Searches) -> None:
    connection = connect(":memory:")
    assert connection.execute("SELECT $a, $b", {"a": "x", "b": 1}).fetchall() == [("x", 1)]
    searches.names.clear()
    (row,) = connection.execute("SELECT $a, $b, $c", {"a": "x", "b": NOON, "c": [1, 2]}).fetchall()
    assert (row[0], row[1].astimezone(UTC), row[2]) == ("x", NOON, [1, 2])
    assert "pandas" not in searches.names
    assert "pandas" not in sys.modules
    with pytest.raises(ModuleNotFoundError):
        __import__("pandas")


@pytest.mark.skipif(find_spec("pandas") is not None, reason="pandas is installed here")
def test_a_statement_that_fails_leaves_nothing_behind() -> None:
    with pytest.raises(duckdb.Error):
        connect(":memory:").execute("SELECT nothing FROM nowhere WHERE $a", {"a": 1})
    assert "pandas" not in sys.modules


def test_where_there_is_pandas_it_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    class Spy:
        def execute(self, _query: str, _parameters: Any) -> None:
            seen.append(sys.modules.get("pandas", "free"))

    monkeypatch.delitem(sys.modules, "pandas", raising=False)
    monkeypatch.setattr(connecting, "_is_without_pandas", lambda: False)
    connecting.Connection(Spy()).execute("SELECT $a", {"a": 1})
    assert seen == ["free"]


def test_all_else_is_the_connection_of_duckdb() -> None:
    connection = connect(":memory:")
    connection.register("batch", connection.execute("SELECT 1 AS one").to_arrow_table())
    assert connection.table("batch").columns == ["one"]
    with pytest.raises(AttributeError):
        _ = connection.nothing
