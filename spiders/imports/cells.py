"""What the cells of a table mean: words, flags in place of answers, and what only many cells together tell."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, islice
from typing import NamedTuple

from core.errors import InputError
from spiders.engine.dates import aware_or_none
from spiders.engine.encoding import clean_text
from spiders.engine.parsing import html_to_text, plain
from spiders.engine.payload import Sample
from spiders.engine.rows import BadRow, Row, Table
from spiders.engine.values import Scale, filled, scale_of
from spiders.imports.columns import HEADERS, Columns, usual
from spiders.imports.fitting import TIMES, Written, written_as

_LOOKED_AT = 1000
_TAG = re.compile(r"</?(?:br|p|div|span|b|i|strong|em|ul|li|a)\b[^<>]*>", re.IGNORECASE)
_ANSWERED = {"да", "есть", "есть ответ", "так", "yes", "true", "1", "+"}
_UNANSWERED = {
    "нет", "нет ответа", "без ответа", "ні", "немає", "no", "none", "null", "nan", "n/a", "false", "0", "-", "–", "—",
}  # fmt: skip
_NOTHING_SAID = {"no positive", "no negative", "nothing"}


class Told(NamedTuple):
    """What the first rows of a table tell together."""

    scale: Scale | None = None
    """Of the ratings, where it is another than 1..5."""
    written: Mapping[str, Written] = {}
    """How the times of each column are written."""


def words(value: object, name: str) -> str | None:
    """Return what a person wrote as it was meant, without the markup of a page; None where there is nothing."""
    text = filled(value, name)
    if text is None:
        return None
    text = clean_text(html_to_text(text) if _TAG.search(text) else plain(text))
    return text if text.strip() else None


def part(value: object, name: str) -> str | None:
    """Return what a person praised or blamed; None also where a site writes that it was nothing."""
    text = words(value, name)
    return None if text is None or text.strip().casefold() in _NOTHING_SAID else text


def answer(value: object) -> tuple[str | None, bool]:
    """Return the words of an answer, and whether the cell only says that there is one."""
    text = words(value, "reply_text")
    said = (text or "").strip().casefold()
    return (None if said in _ANSWERED | _UNANSWERED else text), said in _ANSWERED


def look_ahead(table: Table) -> tuple[Table, list[Row]]:
    """Return the table, whole again, and its first rows."""
    ahead: list[tuple[int, Row | BadRow]] = []
    rest = table.rows

    def failing(error: InputError) -> Iterator[tuple[int, Row | BadRow]]:
        raise error
        yield

    try:
        ahead.extend(islice(rest, _LOOKED_AT))
    except InputError as error:
        rest = failing(error)
    rows = [row for _, row in ahead if not isinstance(row, BadRow)]
    return Table(table.header, chain(ahead, rest)), rows


def told_by(rows: Sequence[Row], columns: Columns, *, is_mapped: bool) -> Told:
    """Return what the first rows of a table tell together; a map that was given says itself of which scale it is."""
    is_open = "rating" in columns.index and "rating_max" not in columns.index and not columns.constants
    scale = scale_of(columns.cell(row, "rating") for row in rows) if is_open and not is_mapped else None
    written = {
        name: written_as(columns.labels[name], [columns.cell(row, name) for row in rows])
        for name in (*TIMES, "seen_at")
        if name in columns.index
    }
    return Told(scale, written)


def time_of_all(sample: Sample) -> datetime | None:
    """Return when the reviews of a JSON document were collected, where it says so beside their list."""
    value = sample.document if sample.kind == "json" else None
    told = (aware_or_none(part) for key, part in _beside(value) if usual(key) in HEADERS["seen_at"])
    return next((moment for moment in told if moment is not None), None)


def _beside(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        yield from value.items()
        for part in value.values():
            if isinstance(part, dict):
                yield from part.items()
