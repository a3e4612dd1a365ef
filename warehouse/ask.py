"""Named questions: each is one SQL file in `queries/ask/` with its parameters and their defaults in the head.

A head reads: the sentence, then one line `-- name = default: what it means` for each parameter. An empty default
is NULL. Every value goes in as text and is cast by the query, so no value can act as SQL.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from core.errors import InputError
from warehouse.reading import read_only
from warehouse.statements import Statement, folder

PARAMETER = re.compile(r"^-- (?P<name>[a-z_]+) = (?P<default>[^:]*): (?P<meaning>.+)$")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a question, its default as text (None is NULL) and what it means."""

    name: str
    default: str | None
    meaning: str


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """A question that can be asked by name."""

    name: str
    first_sentence: str
    parameters: tuple[str, ...]
    """Their names, in the order of the head."""
    described: tuple[Parameter, ...]
    text: str


def queries() -> list[NamedQuery]:
    """Return all named questions, ordered by name."""
    return [_question(statement) for statement in folder("queries/ask")]


def run(path: Path, name: str, parameters: Mapping[str, str] | None = None) -> Any:
    """Ask a named question and return the answer as an Arrow table.

    Args:
        path: the published copy, or the warehouse file; where the copy is absent, the warehouse beside it is asked.
        name: name of the question.
        parameters: values as text, by name; the others take their defaults.

    Raises:
        InputError: an unknown question or parameter, a value that does not fit, or no database.
        BusyError: only the warehouse file is there, and another process writes it.
    """
    question = next((entry for entry in queries() if entry.name == name), None)
    if question is None:
        raise InputError(f"no question {name!r}; known are: {', '.join(entry.name for entry in queries())}")
    values: dict[str, str | None] = {parameter.name: parameter.default for parameter in question.described}
    for key, value in (parameters or {}).items():
        if key not in values:
            raise InputError(f"{name}: no parameter {key!r}; known are: {', '.join(values) or 'none'}")
        values[key] = value
    return _answer(_existing(path), question, values)


def _answer(path: Path, question: NamedQuery, values: dict[str, str | None]) -> Any:
    with read_only(path) as connection:
        try:
            return connection.sql(question.text, params=values).to_arrow_table()
        except duckdb.ConversionException as error:
            raise InputError(f"{question.name}: {str(error).partition(chr(10))[0]}") from error
        except (duckdb.BinderException, duckdb.CatalogException) as error:
            older = f"{path}: written by an older Otklik; `otklik publish` brings it up to date"
            raise InputError(f"{older} ({str(error).partition(chr(10))[0]})") from error


def _existing(path: Path) -> Path:
    behind = path.parent.parent / path.name
    return behind if not path.exists() and behind.exists() else path


def _question(statement: Statement) -> NamedQuery:
    parameters = []
    for line in statement.text.splitlines()[1:]:
        found = PARAMETER.match(line)
        if found is None:
            break
        parameters.append(Parameter(found["name"], found["default"].strip() or None, found["meaning"]))
    names = tuple(parameter.name for parameter in parameters)
    return NamedQuery(statement.name, statement.sentence, names, tuple(parameters), statement.text)
