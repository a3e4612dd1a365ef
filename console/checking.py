"""`otklik check-reply`: replies of a file in, a line a row out, in order; the file is the firm's own history."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alerts.replies.check import ReplyCheck, check
from alerts.replies.history import History
from console.options import Format
from console.output import inert, show
from console.progress import PlainListener, TerminalListener
from console.rows import read_rows
from core.errors import InputError

COLUMNS = frozenset({"review", "reply", "id", "lang", "rating"})
_SHOWN = 60


def check_file(path: Path, *, style: str, vertical: str | None, listener: PlainListener | TerminalListener) -> None:
    """Check each reply of a file and write the results to standard output.

    Raises:
        InputError: naming the file and the row that cannot be read.
    """
    rows = list(read_rows(path, COLUMNS, texts=("reply", "review")))
    for number, row in enumerate(rows, start=1):
        if not isinstance(row.get("reply"), str) or not str(row["reply"]).strip():
            raise InputError(f"{path}: row {number}: expected a text in `reply`")
    highest = max((value for n, row in enumerate(rows, 1) if (value := _number(path, n, row)) is not None), default=5.0)
    history = History(str(row["reply"]) for row in rows)
    shown: list[dict[str, Any]] = []
    for number, row in enumerate(rows, start=1):
        found = check(
            _text(row.get("review")),
            str(row["reply"]),
            history=history,
            rating=_rating(path, number, row, highest),
            lang=_text(row.get("lang")),
            vertical=vertical,
        )
        result = _result(row.get("id"), number, found)
        if style == "jsonl":
            sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
        else:
            shown.append(_for_people(result, str(row["reply"])))
        listener.progress("check-reply", number, len(rows))
    if style == "table":
        show(shown, Format.table, empty="no replies")


def _result(given: Any, number: int, found: ReplyCheck) -> dict[str, Any]:
    return {
        "id": number if given in (None, "") else given,
        "reply_quality": found.reply_quality,
        "faults": list(found.faults),
        "steps": list(found.steps),
        "quotes": {name: list(words) for name, words in found.quotes.items()},
        "advice": list(found.advice),
        "language": found.language,
    }


def _for_people(result: Mapping[str, Any], reply: str) -> dict[str, Any]:
    fault = result["quotes"].get(result["reply_quality"], [])
    return {
        "id": result["id"],
        "reply_quality": result["reply_quality"],
        "steps": ", ".join(result["steps"]) or None,
        "words": " | ".join([*fault, *result["advice"]])[:200] or None,
        "text": inert(reply)[:_SHOWN],
    }


def _text(value: object) -> str | None:
    return None if value is None or value == "" else str(value)


def _number(path: Path, number: int, row: Mapping[str, Any]) -> float | None:
    value = row.get("rating")
    if value is None or value == "":
        return None
    try:
        return float(str(value).replace(",", "."))
    except ValueError as error:
        raise InputError(f"{path}: row {number}: rating {value!r:.40} is no number") from error


def _rating(path: Path, number: int, row: Mapping[str, Any], highest: float) -> float | None:
    """Return the rating as 0..1: a file whose highest rating is above 1 holds stars."""
    value = _number(path, number, row)
    if value is None:
        return None
    unit = value if highest <= 1 else (value - 1) / 4
    if not 0 <= unit <= 1:
        raise InputError(f"{path}: row {number}: rating {value:g} is outside 1 to 5")
    return unit
