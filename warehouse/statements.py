"""SQL statements as named files: `queries/ingest/add_sightings.sql` is `sql("ingest/add_sightings")`."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

ROOM = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Statement:
    """One SQL file: its name, its opening sentence and its text."""

    name: str
    sentence: str
    text: str


def read_statement(path: Path) -> Statement:
    """Read one SQL file. Its first line is a comment that says in a sentence what it does.

    Raises:
        ValueError: where that sentence is missing.
    """
    text = path.read_text(encoding="utf-8")
    first = text.partition("\n")[0]
    if not first.startswith("-- ") or not first.endswith("."):
        raise ValueError(f"{path.name}: the first line must be a comment with one sentence")
    return Statement(path.stem, first.removeprefix("-- "), text)


@cache
def sql(name: str) -> str:
    """Return the statement of `queries/<name>.sql`."""
    return read_statement(ROOM / "queries" / f"{name}.sql").text


@cache
def folder(name: str) -> tuple[Statement, ...]:
    """Return all statements of one folder of this room, ordered by name."""
    return tuple(read_statement(path) for path in sorted((ROOM / name).glob("*.sql")))


def fingerprint(statements: tuple[Statement, ...]) -> str:
    """Return a short hash over names and texts: whether anything in a folder changed."""
    content = "\x1f".join(f"{statement.name}\x1f{statement.text}" for statement in statements)
    return sha256(content.encode()).hexdigest()[:16]
