"""Building the warehouse anew: what follows from the landing files is derived again, all else is carried over."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from warehouse.reading import read_only
from warehouse.statements import sql
from warehouse.store import Store

DERIVED: Final = frozenset(
    {
        "campaign_members", "landing_files", "migrations", "quarantine", "review_events", "review_heads",
        "review_sketches", "review_versions", "reviews", "sightings",
    }
)  # fmt: skip
"""What follows from the landing files, or from the code. All else was decided, judged, sent or done once."""

STATES: Final = ("sightings", "review_versions", "review_heads", "review_events", "reviews")
"""What is known of one review, in tables."""
_ROWS = 100_000


def carry_over(store: Store, old: Path) -> dict[str, int]:
    """Copy what does not follow from the landing files out of another warehouse, and return the rows by table.

    Args:
        store: the new warehouse, without rows.
        old: a warehouse with the tables of this code, not opened by anybody.
    """
    counts = {}
    with read_only(old) as connection, store.transaction():
        for table in sorted(_tables(connection) - DERIVED):
            _copy(store, connection, table)
            counts[table] = int(store.connection.table(table).count("*").fetchone()[0])
    return counts


def keep_decided(store: Store, old: Path) -> int:
    """Take over what was decided once about reviews, and those of which the landing files do not tell all.

    A text that was emptied, and a file that is lost, cannot tell a review's history again: such reviews are taken as
    they were. Files that have something newer about them wait to be ingested again. Returns how many reviews.
    """
    with read_only(old) as connection, store.transaction():
        store.load("rebuild/note_taken_over", connection.table("sightings").to_arrow_table())
        for name in ("note_read_again", "forget_files", "forget_quarantine"):
            store.run(f"rebuild/{name}")
        for table in STATES:
            store.run(f"rebuild/drop_{table}")
            store.load(f"rebuild/add_{table}", connection.table(table).to_arrow_table())
        store.load("rebuild/keep_baselines", connection.table("review_heads").to_arrow_table())
        (count,) = store.tuples("rebuild/count_taken_over")[0]
    return int(count)


def take_as_history(store: Store) -> None:
    """Count all reviews as history that was there at the beginning: nothing tells any more what was told of them."""
    store.run("rebuild/take_as_history")


def missing_files(old: Path, landing: Path) -> list[str]:
    """Return the landing files that a warehouse has read and that are not there any more, as paths under landing."""
    with read_only(old) as connection:
        known = [path for (path,) in connection.execute(sql("rebuild/files")).fetchall()]
    return [path for path in known if not (landing / path).exists()]


def state_counts(path: Path) -> Mapping[str, int]:
    """Return how many reviews, events, predictions, cases and alerts a warehouse has."""
    with read_only(path) as connection:
        return dict(connection.execute(sql("rebuild/counts")).fetchall())


def _copy(store: Store, connection: Any, table: str) -> None:
    # By name: columns stand in the order in which migrations came, and they may have come in another one.
    columns = store.connection.table(table).columns
    rows = connection.table(table).select(*columns)
    store.connection.from_arrow(rows.to_arrow_reader(_ROWS)).insert_into(table)


def _tables(connection: Any) -> set[str]:
    return {name for (name,) in connection.execute(sql("forget/tables")).fetchall()}
