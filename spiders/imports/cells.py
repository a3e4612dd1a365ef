"""What the cells of a table mean: words, flags in place of answers, and what only many cells together tell."""

import re
from collections.abc import Iterator
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

_LOOKED_AT = 1000
_TAG = re.compile(r"</?(?:br|p|div|span|b|i|strong|em|ul|li|a)\b[^<>]*>", re.IGNORECASE)
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(.*)", re.DOTALL)
_ANSWERED = {"да", "есть", "есть ответ", "так", "yes", "true", "1", "+"}
_UNANSWERED = {
    "нет", "нет ответа", "без ответа", "ні", "немає", "no", "none", "null", "nan", "n/a", "false", "0", "-", "–", "—",
}  # fmt: skip
_NOTHING_SAID = {"no positive", "no negative", "nothing"}
_DATES = ("posted_at", "edited_at", "reply_at")


class Told(NamedTuple):
    """What the first rows of a table tell together."""

    scale: Scale | None = None
    """Of the ratings, where it is another than 1..5."""
    is_month_first: bool = False
    """Dates as 8/13/2026 put the month first."""


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


def look_ahead(table: Table, columns: Columns) -> tuple[Table, Told]:
    """Return the table, whole again, and what its first rows tell."""
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
    is_open = "rating" in columns.index and "rating_max" not in columns.index and not columns.constants
    scale = scale_of(columns.cell(row, "rating") for row in rows) if is_open else None
    dates = (str(columns.cell(row, name) or "").strip() for row in rows for name in _DATES)
    slashed = [(int(found[1]), int(found[2])) for text in dates if (found := _SLASHED.fullmatch(text))]
    is_month_first = any(two > 12 for _, two in slashed) and all(one <= 12 for one, _ in slashed)
    return Table(table.header, chain(ahead, rest)), Told(scale, is_month_first)


def dated(cell: object, told: Told) -> object:
    """Return a date with the year first, where the other dates of its table tell month from day."""
    found = _SLASHED.fullmatch(cell.strip()) if told.is_month_first and isinstance(cell, str) else None
    return f"{found[3]}-{found[1]:0>2}-{found[2]:0>2}{found[4]}" if found else cell


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
