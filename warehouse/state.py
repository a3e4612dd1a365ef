"""One hash over what a run leaves behind, to compare a killed and repeated run with an undisturbed one."""

from pathlib import Path

from warehouse.reading import read_only
from warehouse.statements import sql


def state_hash(path: Path) -> str:
    """Return the hash of `queries/state.sql`, 64 hex digits, over the warehouse or publication at `path`.

    Raises:
        InputError: there is no such file.
        BusyError: another process writes it.
    """
    with read_only(path) as connection:
        (found,) = connection.execute(sql("state")).fetchone()
    return str(found)
