"""From a payload's values to a review's fields. Each function raises ValueError with a reason for the quarantine."""

import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from core.records import ReplyState

Precision = Literal["exact", "day", "relative"]

_SUFFIXES = {".gz", ".tar", ".tgz", ".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xml"}
_PLAIN_NAME = re.compile(r"[\w-][\w.-]{0,199}")
_NUMBER = re.compile(r"[+-]?\d{1,12}(?:[.,]\d{0,12})?")
_OF_BEST = re.compile(r"([\d.,]+)\s*(?:/|из|з|із|of|out of)\s*([\d.,]+)(?:\s*(?:stars?|зв[её]зд\w*|зір\w*|балл?\w*))?")
_UNIT = re.compile(r"\s*[-–]?\s*(?:★|⭐|\*|stars?(?: rating)?|зв[её]зд\w*|зір\w*|балл?\w*)$")
_SAID = re.compile(r"^(?:rated|rating|оценка|рейтинг|оцінка)\s*:?\s+")
_STARS = re.compile(r"([★⭐🌟]*)([☆✩✰]*)")


MADE = "h-"
"""Beginning of an id that was made."""


class Moment(NamedTuple):
    """A time in UTC and how exactly the source gives it."""

    at: datetime
    precision: Precision


def shorten(text: str, length: int) -> str:
    """Cut a text to `length` characters, with an ellipsis where something is missing."""
    return text if len(text) <= length else text[: length - 1] + "…"


def slug(name: str) -> str:
    """Return a name in lower case with hyphens, 1 to 100 characters, usable as a listing's id."""
    return re.sub(r"[^\w]+", "-", name.casefold()).strip("-_")[:100] or "import"


def file_slug(path: Path) -> str:
    """Return the slug of a file's name without its (known) endings."""
    name = Path(path.name)
    while name.suffix.lower() in _SUFFIXES:
        name = name.with_suffix("")
    return slug(name.name)


def listing_name(named: object) -> str | None:
    """Return the listing that a payload names: an app id or package as it is, any other name as a slug."""
    if isinstance(named, bool) or not isinstance(named, str | int):
        return None
    text = str(named).strip()
    if not text:
        return None
    return text if _PLAIN_NAME.fullmatch(text) else slug(text)


def digest(*parts: str | None) -> str:
    """Return a stable review id (32 hex digits) for a source that has none."""
    return sha256("\x1f".join(part or "" for part in parts).encode("utf-8", "replace")).hexdigest()[:32]


def made_id(*parts: str | None) -> str:
    """Return an id for a review whose source gives none: `h-` and a hash; equal ones in one file get numbers."""
    return f"{MADE}{digest(*parts)[:30]}"


def text_of(value: object, name: str) -> str | None:
    """Return a text as it stands, a number as text, None for null."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    raise ValueError(f"{name} is not a text but {type(value).__name__}")


def filled(value: object, name: str) -> str | None:
    """Return a text, or None where it is null or blank."""
    if value is None:
        return None
    text = text_of(value, name)
    return text if text is not None and text.strip() else None


def key_of(value: object, name: str) -> str:
    """Return an id that must be there."""
    key = (filled(value, name) or "").strip()
    if not key:
        raise ValueError(f"{name} is missing")
    return key


def count_of(value: object) -> int | None:
    """Return a count of votes, None where the source gives none or gives nonsense (votes decide nothing)."""
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 12:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _number(text: str) -> float | None:
    return float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


def rating_of(value: object, best: float = 5, worst: float = 1) -> float | None:
    """Return (value - worst) / (best - worst); None where there is no rating.

    Texts may be numbers ("4", "4,5"), shares of the best ("4/5", "4 из 5") or stars ("★★★★☆").

    Raises:
        ValueError: a rating outside its scale, or one that is no number.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    number: float | None = None
    if isinstance(value, str):
        text = value.strip()
        number = _number(text)
        if number is None:
            text = _SAID.sub("", text.casefold().replace("\ufe0f", ""))
            if text in {"", "-", "–", "—", "n/a", "nan", "none", "null", "нет", "без оценки", "немає"}:
                return None
            number = _number(_UNIT.sub("", text))
        if number is None and text.endswith("%"):
            number, best, worst = _number(text[:-1].rstrip()), 100, 0
        if number is None and (share := _OF_BEST.fullmatch(text)):
            number, best = _number(share[1]), _number(share[2]) or best
        if number is None and (stars := _STARS.fullmatch(text)):
            number, best = len(stars[1]), len(text) if stars[2] else best
    elif isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12:
        number = float(value)
    if number is None:
        raise ValueError(f"rating {shorten(str(value), 40)!r} is not a number")
    if not best > worst:
        raise ValueError(f"the rating's scale {worst:g}..{best:g} is empty")
    if not worst <= number <= best:
        raise ValueError(f"rating {number:g} is outside {worst:g}..{best:g}")
    return (number - worst) / (best - worst)


class Scale(NamedTuple):
    """The best and the worst of a table's ratings."""

    best: float
    worst: float


_BUBBLES = {10.0, 20.0, 30.0, 40.0, 50.0}
_FEW = 0.2
"""Share of ratings over 5 up to which they are slips, not another scale."""


def scale_of(cells: Iterable[object]) -> Scale | None:
    """Return the scale that a column of ratings speaks of where it is not 1..5: of 10, 100, 10..50 or -1..1."""
    texts = (str(cell).strip() for cell in cells if isinstance(cell, str | int | float) and not isinstance(cell, bool))
    numbers = [number for text in texts if (number := _number(text)) is not None]
    if set(numbers) == {-1.0, 1.0}:
        return Scale(1, -1)
    told = [number for number in numbers if number >= 0]
    if sum(number > 5 for number in told) <= _FEW * len(told):
        return None
    if set(told) <= _BUBBLES and max(told) > 10:
        return Scale(50, 10)
    for top in (10, 100):
        if sum(number > top for number in told) <= _FEW * len(told):
            return Scale(top, 0 if top == 100 or min(told) < 1 else 1)
    return None


def rating_told(value: str | None, best: str | None, worst: str | None) -> float | None:
    """Return a rating on the scale that is told beside it; without one on 0..100 if it is over 5, else on 1..5.

    Raises:
        ValueError: a rating outside its scale, or one that is no number.
    """
    top, bottom = (float(end) if end else None for end in (best, worst))
    if top is None and value is not None:
        top, bottom = (100, 0) if (_number(value.strip()) or 0) > 5 else (5, 1)
    return rating_of(value, top or 5, bottom if bottom is not None else 1)


def from_unix(seconds: float) -> datetime:
    """Return the time of seconds (or, from 10^11 on, milliseconds) since 1970, in UTC."""
    if not math.isfinite(seconds):
        raise ValueError("the time is not a finite number")
    if abs(seconds) >= 1e11:
        seconds /= 1000
    if not -6e10 < seconds < 2.5e11:
        raise ValueError(f"the time {seconds:g} is no Unix time")
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)


def in_zone(moment: datetime, zone: ZoneInfo) -> datetime:
    """Read a naive time in a zone and return it in UTC, or raise ValueError at the ends of the calendar."""
    try:
        return moment.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"the time {moment.isoformat()} is out of range") from error


def reply_state_of(reply: str | None, *, known: bool) -> ReplyState:
    """Return published or none where the source shows replies (`known`), else unknown."""
    if not known:
        return ReplyState.unknown
    return ReplyState.published if reply else ReplyState.none
