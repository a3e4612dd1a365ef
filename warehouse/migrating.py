"""Bringing a database to the tables and views of this code."""

from datetime import UTC, datetime
from typing import Any

from core.errors import ConfigurationError
from warehouse.statements import fingerprint, folder, sql

VIEWS = "views"


def migrate(connection: Any) -> list[str]:
    """Apply what is missing, in order, in one transaction, and return the names that were applied.

    Raises:
        ConfigurationError: the database has migrations that this code does not know: it was written by a newer one.
    """
    connection.execute(sql("migrate/create_migrations"))
    applied = dict(connection.execute(sql("migrate/applied")).fetchall())
    known = folder("migrations")
    unknown = sorted(set(applied) - {step.name for step in known} - {VIEWS})
    if unknown:
        raise ConfigurationError(
            f"the warehouse was written by a newer Otklik (it has {', '.join(unknown)}); install it to open this file"
        )
    missing = [step for step in known if step.name not in applied]
    views = fingerprint(folder(VIEWS))
    if not missing and applied.get(VIEWS) == views:
        return []
    connection.execute("BEGIN")
    try:
        for step in missing:
            connection.execute(step.text)
            _remember(connection, step.name, fingerprint((step,)))
        for view in folder(VIEWS):
            connection.execute(view.text)
        connection.execute(sql("migrate/forget"), {"name": VIEWS})
        _remember(connection, VIEWS, views)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return [step.name for step in missing]


def _remember(connection: Any, name: str, content: str) -> None:
    connection.execute(sql("migrate/remember"), {"name": name, "fingerprint": content, "applied_at": datetime.now(UTC)})
