"""What the first rows of a table tell of its columns: which of several is meant, and how its dates are written."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from spiders.engine.dates import time_of
from spiders.engine.values import rating_of

Order = Literal["day first", "month first"]

TIMES = ("posted_at", "edited_at", "reply_at")
_CHECKED = 50
"""Cells of a column that are tried before it is taken for what its header says."""
_SLASHED = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)(.*)", re.DOTALL)
_HALF_DAY = re.compile(r"\s*(\d{1,2})(:\d{2}(?::\d{2})?)\s*([ap])\.?m\.?", re.IGNORECASE)
_CYRILLIC = re.compile("[а-яёіїєґ]", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d*)?")
_NO_WORDS = {"true", "false", "yes", "no", "да", "нет", "так", "ні"}
_SERIAL_DAYS = (20_000, 80_000)
"""Days since 1899-12-30, as Excel keeps them: from 1954 to 2119."""
_EXCEL_BEGAN = datetime(1899, 12, 30, tzinfo=UTC)
_ZONES = {"utc": "UTC", "gmt": "UTC", "msk": "Europe/Moscow", "мск": "Europe/Moscow"}
_TOTALS = {"итого", "всего", "итог", "разом", "всього", "total", "totals", "grand total"}


class Written(NamedTuple):
    """How the times of a column are written."""

    order: Order | None = None
    is_serial: bool = False
    zone: ZoneInfo | None = None


def is_words(cells: Sequence[object]) -> bool:
    """Whether the cells of a column are words and not all numbers or flags; an empty column may hold words."""
    filled = _filled(cells)
    return not filled or any(not _NUMBER.fullmatch(cell) and cell.casefold() not in _NO_WORDS for cell in filled)


def is_times(cells: Sequence[object]) -> bool:
    """Whether at least half of the cells of a column can be read as times."""
    written = written_as("", cells)
    return _mostly(lambda cell: time_of(plainer(cell, written), ZoneInfo("UTC"), datetime.now(UTC)), cells)


def is_ratings(cells: Sequence[object]) -> bool:
    """Whether at least half of the cells of a column are numbers or stars."""
    return _mostly(lambda cell: rating_of(cell, 100, -1), cells)


def _mostly(read: Callable[[object], object], cells: Sequence[object]) -> bool:
    tried = [cell for cell in cells if cell is not None and str(cell).strip()][:_CHECKED]
    good = 0
    for cell in tried:
        try:
            good += read(cell) is not None
        except ValueError:
            continue
    return not tried or good * 2 >= len(tried)


def _filled(cells: Iterable[object]) -> list[str]:
    return _all_filled(cells)[:_CHECKED]


def _all_filled(cells: Iterable[object]) -> list[str]:
    return [text for cell in cells if cell is not None and (text := str(cell).strip())]


def are_own_ids(ids: Sequence[object], texts: Sequence[object]) -> bool:
    """Whether a column of ids is the reviews' own: no id stands beside different words in several rows."""
    words: dict[str, set[str]] = {}
    for cell, text in zip(ids, texts, strict=True):
        if cell is not None and (key := str(cell).strip()):
            words.setdefault(key, set()).add(str(text or "").strip())
    repeated = sum(len(said) > 1 for said in words.values())
    return repeated * 10 <= len(words)


def written_as(label: str, cells: Sequence[object]) -> Written:
    """Return how the times of a column are written.

    One day over 12 tells the order of all 03/04/2026 of a column; where none does, a Russian or Ukrainian header does.

    Args:
        label: the column's header.
        cells: its first cells.
    """
    texts = [text for cell in cells if isinstance(cell, str) and (text := cell.strip())]
    found = [match for text in texts if (match := _SLASHED.match(text)) and match[2] != "."]
    day_first, month_first = any(int(one[1]) > 12 for one in found), any(int(one[3]) > 12 for one in found)
    order: Order | None = None
    if day_first != month_first:
        order = "day first" if day_first else "month first"
    elif not day_first and _CYRILLIC.search(label):
        order = "day first"
    numbers = [_serial(cell) for cell in cells if cell is not None and str(cell).strip()]
    zone = next((_ZONES[word] for word in re.findall(r"\w+", label.casefold()) if word in _ZONES), None)
    return Written(order, bool(numbers) and all(numbers), ZoneInfo(zone) if zone else None)


def plainer(cell: object, written: Written) -> object:
    """Return a time as `read_date` knows it: 3/14/2026 1:05 PM as 14.03.2026 13:05, Excel's 46095.5 as a date."""
    if written.is_serial and (days := _serial(cell)):
        moment = (_EXCEL_BEGAN + timedelta(days=days)).replace(microsecond=0, tzinfo=None)
        return moment.date() if days == int(days) else moment
    if isinstance(cell, int) and 19_000_000 < cell < 21_000_000:  # 20260314; as seconds it were August 1970
        return str(cell)
    if not isinstance(cell, str) or not (found := _SLASHED.match(cell.strip())):
        return cell
    clock = _HALF_DAY.sub(_whole_day, found[5])
    if found[2] == "." or written.order is None:
        return f"{found[1]}{found[2]}{found[3]}{found[2]}{found[4]}{clock}"
    day, month = (found[1], found[3]) if written.order == "day first" else (found[3], found[1])
    return f"{day}.{month}.{found[4]}{clock}"


def _whole_day(found: re.Match[str]) -> str:
    return f" {int(found[1]) % 12 + (12 if found[3] in 'pP' else 0)}{found[2]}"


def _serial(cell: object) -> float | None:
    if isinstance(cell, str) and re.fullmatch(r"\s*\d{5}(?:[.,]\d+)?\s*", cell):
        cell = float(cell.replace(",", "."))
    if isinstance(cell, int | float) and not isinstance(cell, bool) and _SERIAL_DAYS[0] < cell < _SERIAL_DAYS[1]:
        return float(cell)
    return None


def are_flags(cells: Iterable[object]) -> bool:
    """Whether a column of ratings holds nothing but 0 and 1, both of them: thumbs or labels, and no stars."""
    return {_flag(cell) for cell in _all_filled(cells)} == {"0", "1"}


def _flag(cell: str) -> str:
    return cell.removesuffix(".0")


def is_total(row: Sequence[object]) -> bool:
    """Whether a row sums up those above it: it begins with «Итого», and there are but numbers beside."""
    first, *rest = _filled(row) or [""]
    return first.casefold().rstrip(": ") in _TOTALS and all(_NUMBER.fullmatch(cell) for cell in rest)
