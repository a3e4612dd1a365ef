"""The data dictionary, from the comments in the database: `python -m warehouse.dictionary > docs/warehouse.md`."""

import sys
from typing import Any

import duckdb

from warehouse.ask import queries
from warehouse.migrating import migrate
from warehouse.statements import folder, sql

HEAD = """# The warehouse

One DuckDB file, `data/otklik.duckdb`, that only flows write. Read `data/published/otklik.duckdb` instead: a copy that
is never locked and is replaced as a whole after each run. Parquet files of the same tables lie in
`data/published/parquet/`.

    duckdb -readonly data/published/otklik.duckdb "FROM unanswered LIMIT 10"
    otklik ask unanswered

All times are UTC. This page is generated from the comments in the database by `python -m warehouse.dictionary`.

## How it fits together

- `sightings` and `review_versions` hold every look at a review and every state that was seen, once. `reviews` is the
  present state and `review_events` what happened in between: both follow from the set of sightings and of coverage, so
  that nights can be imported in any order, twice, or in parts.
- An event lies after `previous_seen_at` and not after `seen_at`. A reply that is missing once is not removed; missing
  twice in a row it is, dated at the second time; a sighting that does not show replies (`unknown`) counts neither way.
- Every line of a landing file is stored, unchanged or in `quarantine` with its reason; `landing_files` keeps the sums.
- `review_heads.is_baseline` marks history: what the first run of a listing found, and older reviews that come in before
  the listing was read well once. It is decided once for each review.
- `otklik-<run>.duckdb` and `parquet-<run>/` in `data/published/` are whole copies; the names without a run are symlinks
  to the newest. A copy may be opened read-write without harm: the next one is a new file.
- `queries/state.sql` hashes what must be equal after an undisturbed and after a killed and repeated run.
"""


def dictionary() -> str:
    """Return the page: tables and views with their columns, macros, named questions and checks."""
    connection = duckdb.connect()
    try:
        migrate(connection)
        tables = connection.execute(sql("dictionary/relations")).fetchall()
        columns = connection.execute(sql("dictionary/columns")).fetchall()
    finally:
        connection.close()
    parts = [HEAD]
    for title, kind in (("Tables", "table"), ("Views", "view")):
        parts.append(f"## {title}\n")
        parts += [_relation(name, comment, columns) for name, found, comment in tables if found == kind]
    parts.append("## Macros\n")
    parts += [f"- `{step.name.partition('_')[2]}`: {step.sentence}" for step in folder("views") if "MACRO" in step.text]
    parts.append("\n## Questions\n")
    for question in queries():
        parts.append(f"- `otklik ask {question.name}`: {question.first_sentence}")
        for parameter in question.described:
            default = "" if parameter.default is None else f" (default `{parameter.default}`)"
            parts.append(f"  - `{parameter.name}`{default}: {parameter.meaning}")
    parts.append("\n## Checks\n\nEach returns the rows that break it; a sound warehouse has none.\n")
    parts += [f"- `{step.name}`: {step.sentence}" for step in folder("checks")]
    return "\n".join(parts) + "\n"


def _relation(name: str, comment: str | None, columns: list[tuple[Any, ...]]) -> str:
    rows = [
        f"| `{column}` | {kind} | {(text or '').replace('|', '/')} |"
        for relation, column, kind, text in columns
        if relation == name
    ]
    return "\n".join([f"### {name}\n", f"{comment or ''}\n", "| column | type | meaning |", "|---|---|---|", *rows, ""])


if __name__ == "__main__":
    sys.stdout.write(dictionary())
