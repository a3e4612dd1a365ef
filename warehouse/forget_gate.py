"""The gate in front of the warehouse: a line about an erased person is counted as refused and not kept."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from core.forgotten import Forgotten

REASON = "erased on request"


def split(reviews: Any, line_nos: Sequence[int], forgotten: Forgotten) -> tuple[Any, list[int], list[int]]:
    """Return the reviews that may be kept, their line numbers, and the numbers of the other lines.

    Args:
        reviews: a table with the columns of `parsing.columns()`.
        line_nos: the line of each row.
        forgotten: who was erased.
    """
    if not forgotten:
        return reviews, list(line_nos), []
    columns = (reviews.column(name).to_pylist() for name in ("source", "review_id", "author_key"))
    keep = [not forgotten.covers(*row) for row in zip(*columns, strict=True)]
    if all(keep):
        return reviews, list(line_nos), []
    kept = [number for number, kept in zip(line_nos, keep, strict=True) if kept]
    return reviews.filter(pa.array(keep)), kept, [n for n, kept in zip(line_nos, keep, strict=True) if not kept]
