"""`otklik classify`: texts of a file in, a line a row out, in order."""

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from console.options import Format
from console.output import cell, show
from core.errors import InputError
from core.records import Prediction, ReplyState, Review
from flows.job import Job
from flows.judging import Judge

FIELDS = ("id", "label", "p_negative", "p_neutral", "p_positive")
BATCH = 2048


def classify_file(job: Job, path: Path, *, style: str, stars: str) -> None:
    """Judge each row of a file and write the results to standard output.

    Raises:
        InputError: naming the file and the line that cannot be read.
    """
    rows = list(_read(path))
    scale = _scale(path, rows, stars)
    judge = Judge(job)
    writer = csv.DictWriter(sys.stdout, FIELDS)
    if style == "csv":
        writer.writeheader()
    shown: list[dict[str, Any]] = []
    done = 0
    source = iter(rows)
    while batch := list(islice(source, BATCH)):
        reviews = [_review(path, row, number, scale, job) for number, row in enumerate(batch, start=done + 1)]
        for row, prediction, number in zip(
            batch, judge.classify(reviews), range(done + 1, done + 1 + len(batch)), strict=True
        ):
            result = _result(row.get("id"), number, prediction)
            if style == "jsonl":
                sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
            elif style == "csv":
                writer.writerow({name: cell(value) for name, value in result.items()})
            else:
                shown.append({**result, "text": str(row.get("text") or "")[:60]})
        done += len(batch)
        job.listener.progress("classify", done, len(rows))
    if style == "table":
        show(shown, Format.table)


def _read(path: Path) -> Iterator[Mapping[str, Any]]:
    if path.suffix.lower() in (".jsonl", ".ndjson", ".json"):
        yield from _json_lines(path)
        return
    from spiders.engine.payload import Sample
    from spiders.engine.rows import BadRow, csv_table, xlsx_table

    def wanted(row: Sequence[object]) -> int:
        return len({str(cell).strip().lower() for cell in row} & {"text", "id", "title", "rating"})

    sample = Sample(path)
    table = (xlsx_table if sample.kind == "zip" else csv_table)(sample, wanted)
    names = [str(cell).strip().lower() for cell in table.header]
    if "text" not in names:
        found = ", ".join(str(cell) for cell in table.header) or "nothing"
        raise InputError(f"{path}: expected a column `text`; found: {found}")
    for number, row in table.rows:
        if isinstance(row, BadRow):
            raise InputError(f"{path}:{number}: {row.reason}")
        yield dict(zip(names, row, strict=False))


def _json_lines(path: Path) -> Iterator[Mapping[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InputError(f"{path}:{number}: not JSON: {error}") from error
        if not isinstance(row, dict) or not isinstance(row.get("text"), str | None):
            raise InputError(f"{path}:{number}: expected an object with a string `text`")
        yield row


def _scale(path: Path, rows: Iterable[Mapping[str, Any]], stars: str) -> tuple[float, float]:
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


def _review(path: Path, row: Mapping[str, Any], number: int, scale: tuple[float, float], job: Job) -> Review:
    if "text" not in row:
        raise InputError(f"{path}: row {number}: there is no `text`; found: {', '.join(map(str, row)) or 'nothing'}")
    worst, best = scale
    value = _number(path, number, row)
    rating = None if value is None else (value - worst) / (best - worst)
    if rating is not None and not 0 <= rating <= 1:
        raise InputError(f"{path}: row {number}: rating {value:g} is outside {worst:g} to {best:g}")
    return Review(
        source="file",
        listing_id="file",
        review_id=str(number),
        title=None if row.get("title") in (None, "") else str(row["title"]),
        text="" if row["text"] is None else str(row["text"]),
        rating=rating,
        reply_state=ReplyState.unknown,
        seen_at=job.clock(),
    )


def _result(given: Any, number: int, prediction: Prediction) -> dict[str, Any]:
    return {
        "id": number if given in (None, "") else given,
        "label": prediction.label.value,
        "p_negative": round(prediction.p_negative, 6),
        "p_neutral": round(prediction.p_neutral, 6),
        "p_positive": round(prediction.p_positive, 6),
    }
