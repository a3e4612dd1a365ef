"""Files of reviews that a person hands over: CSV, JSON Lines or XLSX, a row a review, order and ids kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from console.rows import read_rows
from core.errors import InputError
from core.records import Label, ReplyState, Review

COLUMNS = ("text", "id", "title", "rating", "label", "source", "language", "posted_at")
DATES = ("posted_at", "date")
SOURCE = "file"
"""The source of rows that name none."""


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file, and what (worst, best) its ratings run between."""

    path: Path
    rows: Sequence[Mapping[str, Any]]
    scale: tuple[float, float]

    def has(self, column: str) -> bool:
        """Tell whether any row has a value in that column."""
        return any(row.get(column) not in (None, "") for row in self.rows)

    def ids(self) -> list[Any]:
        """Return each row's own id, else its number, counted from 1."""
        return [number if row.get("id") in (None, "") else row["id"] for number, row in enumerate(self.rows, 1)]

    def column(self, name: str) -> list[str]:
        """Return the values of a column as text, empty where a row has none."""
        return ["" if row.get(name) is None else str(row[name]).strip() for row in self.rows]

    def reviews(self, seen_at: datetime, *, with_rating: bool = True) -> list[Review]:
        """Return a review for each row; its review_id is the row's number.

        Raises:
            InputError: a rating is no number, or outside the scale.
        """
        return [self._review(number, row, seen_at, with_rating) for number, row in enumerate(self.rows, 1)]

    def ratings(self) -> list[float | None]:
        """Return each row's rating in 0..1, None where it has none."""
        return [self._rating(number, row) for number, row in enumerate(self.rows, 1)]

    def labels(self) -> list[Label | None]:
        """Return each row's label, None where it has none.

        Raises:
            InputError: a label is neither negative, neutral nor positive.
        """
        labels: list[Label | None] = []
        for number, value in enumerate(self.column("label"), 1):
            if value and value.lower() not in Label.__members__:
                raise InputError(
                    f"{self.path}: row {number}: label {value!r:.40}; expected negative, neutral or positive"
                )
            labels.append(Label(value.lower()) if value else None)
        return labels

    def days(self) -> float | None:
        """Return how many days the rows' dates span, None where the file has no dates.

        Raises:
            InputError: a date is not ISO 8601.
        """
        name = next((one for one in DATES if self.has(one)), None)
        if name is None:
            return None
        found = [
            _day(self.path, number, row[name])
            for number, row in enumerate(self.rows, 1)
            if row.get(name) not in (None, "")
        ]
        return float((max(found) - min(found)).days + 1)

    def _review(self, number: int, row: Mapping[str, Any], seen_at: datetime, with_rating: bool) -> Review:
        if "text" not in row:
            found = ", ".join(map(str, row)) or "nothing"
            raise InputError(f"{self.path}: row {number}: there is no `text`; found: {found}")
        return Review(
            source=str(row.get("source") or SOURCE)[:512],
            listing_id=SOURCE,
            review_id=str(number),
            title=None if row.get("title") in (None, "") else str(row["title"]),
            text="" if row["text"] is None else str(row["text"]),
            rating=self._rating(number, row) if with_rating else None,
            reply_state=ReplyState.unknown,
            seen_at=seen_at,
        )

    def _rating(self, number: int, row: Mapping[str, Any]) -> float | None:
        worst, best = self.scale
        value = _number(self.path, number, row)
        rating = None if value is None else (value - worst) / (best - worst)
        if rating is not None and not 0 <= rating <= 1:
            raise InputError(f"{self.path}: row {number}: rating {value:g} is outside {worst:g} to {best:g}")
        return rating


def read_table(path: Path, stars: str) -> Table:
    """Read a file by its suffix; `stars` is the scale of `rating`: stars, unit or auto.

    Raises:
        InputError: naming the file and the line that cannot be read.
    """
    rows = list(read_rows(path, COLUMNS, texts=("text",)))
    return Table(path, rows, _scale(path, rows, stars))


def label_of_stars(rating: float) -> Label:
    """Return what stars mean as a label: up to two of five negative, three neutral, four and five positive."""
    stars = 1 + round(rating * 4)
    return Label.negative if stars <= 2 else Label.neutral if stars == 3 else Label.positive


def _scale(path: Path, rows: Sequence[Mapping[str, Any]], stars: str) -> tuple[float, float]:
    """Return (worst, best) of the file's ratings. Stars and 0..1 are told apart by the values themselves."""
    if stars == "stars":
        return 1, 5
    if stars == "unit":
        return 0, 1
    if stars != "auto":
        raise InputError(f"--stars {stars}: expected stars, unit or auto")
    values = [value for number, row in enumerate(rows, 1) if (value := _number(path, number, row)) is not None]
    return (0, 1) if values and max(values) <= 1 and min(values) < 1 else (1, 5)


def _number(path: Path, number: int, row: Mapping[str, Any]) -> float | None:
    value = row.get("rating")
    if value is None or value == "":
        return None
    try:
        return float(str(value).replace(",", "."))
    except ValueError as error:
        raise InputError(f"{path}: row {number}: rating {value!r:.40} is no number") from error


def _day(path: Path, number: int, value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    try:
        found = datetime.fromisoformat(str(value).strip())
    except ValueError as error:
        raise InputError(f"{path}: row {number}: date {value!r:.40}; expected 2026-11-21 or ISO 8601") from error
    return (found.astimezone(UTC) if found.tzinfo else found).date()
