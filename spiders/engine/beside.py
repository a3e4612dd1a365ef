"""What stands beside a list of reviews: the place's id, its rating and how many reviews it has."""

import re
from typing import Any

from spiders.engine.document import Batch
from spiders.engine.parsing import Raw
from spiders.engine.values import rating_of

_STEP = re.compile(r"[^.\[\]]+")


def beside(batch: Batch, value: Any) -> Raw:
    """Return the innermost object above a batch's reviews in the value that was walked for it; {} where none is."""
    above: Raw = {}
    for step in _STEP.findall(batch.where):
        if isinstance(value, dict):
            above, value = value, value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            break
    return above


def shown_rating(value: object, best: float = 5, worst: float = 1) -> float | None:
    """Return a listing's displayed rating in [0, 1]; None where there is none or it is not on that scale."""
    try:
        return rating_of(value, best, worst)
    except ValueError:
        return None
