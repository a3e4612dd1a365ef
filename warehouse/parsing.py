"""Many lines of JSON at once into columns, for the lines that are plainly reviews.

`core.records.Review` decides what a review is. This reader only knows a part of what the record accepts, the part
that our own pipeline writes; a line that it is not sure of goes through the record itself.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, get_args

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from core.records import ReplyState, Review

MOMENT = pa.timestamp("us", tz="UTC")
TIMES = ("posted_at", "edited_at", "reply_at", "seen_at")
KEYS = ("source", "listing_id", "review_id")
REQUIRED = (*KEYS, "text", "reply_state", "seen_at")
PLAIN_TIME = (
    r"^(19[7-9]\d|20\d\d)-((0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)"
    r"T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-](0\d|1[0-3]):[0-5]\d)$"
)
"""Times that every reader reads alike; others, such as the 29th of February, are left to the record."""
LONGEST_KEY = 512
BLOCK = 1 << 20


@cache
def columns() -> dict[str, Any]:
    """Return the Arrow type of each field of a review."""
    special = {"rating": pa.float64(), "helpful_votes": pa.int64()}
    special |= dict.fromkeys(("processed_flag", "has_photo", "is_verified"), pa.bool_())
    special |= dict.fromkeys(TIMES, MOMENT)
    return {name: special.get(name, pa.string()) for name in Review.model_fields}


def read_plain(lines: Sequence[bytes]) -> tuple[Any, list[int]]:
    """Return the plain reviews among the lines as a table, and the positions of its rows in `lines`.

    Lines without a line feed. The table has the columns of `columns()`; it is empty where the lines hold anything that
    the fast reader refuses as a whole.
    """
    positions = [place for place, line in enumerate(lines) if line[:1] == b"{" and line[-1:] == b"}"]
    chosen = lines if len(positions) == len(lines) else [lines[place] for place in positions]
    table = _parse(chosen)
    if table is None:
        return _schema().empty_table(), []
    sure = _is_plain(table)
    kept = pc.indices_nonzero(sure).to_pylist()
    table = table if len(kept) == len(chosen) else table.filter(sure)
    for name in TIMES:
        place = table.schema.get_field_index(name)
        table = table.set_column(place, name, table.column(name).cast(MOMENT))
    return table.cast(_schema()), [positions[row] for row in kept]


def _parse(lines: Sequence[bytes]) -> Any:
    if not lines:
        return None
    joined = b"\n".join(lines)
    block = max(BLOCK, 2 * max(map(len, lines)))
    options = pj.ParseOptions(explicit_schema=_text_schema(), unexpected_field_behavior="error")
    try:
        joined.decode()  # Arrow takes bytes that are no UTF-8
        table = pj.read_json(pa.BufferReader(joined), pj.ReadOptions(block_size=block), parse_options=options)
    except (UnicodeDecodeError, pa.ArrowInvalid):
        return None
    return table.select(list(columns())) if table.num_rows == len(lines) else None


def _is_plain(table: Any) -> Any:
    sure = pc.is_valid(table.column("seen_at"))
    for name in REQUIRED:
        sure = pc.and_(sure, pc.is_valid(table.column(name)))
    for name in KEYS:
        length = pc.utf8_length(table.column(name))
        sure = pc.and_(sure, _or_null(pc.and_(pc.greater(length, 0), pc.less_equal(length, LONGEST_KEY)), False))
    rating = table.column("rating")
    sure = pc.and_(sure, _or_null(pc.and_(pc.greater_equal(rating, 0), pc.less_equal(rating, 1)), True))
    for name, values in _choices().items():
        sure = pc.and_(sure, pc.or_(pc.is_null(table.column(name)), pc.is_in(table.column(name), values)))
    for name in TIMES:
        sure = pc.and_(sure, _or_null(pc.match_substring_regex(table.column(name), PLAIN_TIME), True))
    return sure


def _or_null(truth: Any, otherwise: bool) -> Any:
    return pc.fill_null(truth, otherwise)


@cache
def _choices() -> dict[str, Any]:
    found = {"reply_state": [state.value for state in ReplyState]}
    for name in ("posted_at_precision", "reply_at_kind"):
        literals = [part for part in get_args(Review.model_fields[name].annotation) if get_args(part)]
        found[name] = [value for part in literals for value in get_args(part)]
    return {name: pa.array(values, pa.string()) for name, values in found.items()}


@cache
def _schema() -> Any:
    return pa.schema(list(columns().items()))


@cache
def _text_schema() -> Any:
    return pa.schema([(name, pa.string() if name in TIMES else kind) for name, kind in columns().items()])
