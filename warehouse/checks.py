"""Invariants as SQL files: each returns the rows that break it, so none in a sound warehouse."""

from dataclasses import dataclass
from typing import Any

from warehouse.statements import folder
from warehouse.store import Store


@dataclass(frozen=True, slots=True)
class Broken:
    """An invariant that does not hold."""

    name: str
    sentence: str
    rows: tuple[tuple[Any, ...], ...]
    """The first ten rows that break it."""


def check(store: Store) -> list[Broken]:
    """Run every check and return those that do not hold."""
    broken = []
    for statement in folder("checks"):
        rows = store.connection.execute(statement.text).fetchall()
        if rows:
            broken.append(Broken(statement.name, statement.sentence, tuple(rows[:10])))
    return broken
