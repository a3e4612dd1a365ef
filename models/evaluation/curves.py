"""Curves that people decide by: is 70 % really 70 %, and what does each threshold find and cost."""

import math
from dataclasses import dataclass

import numpy as np

from models.evaluation.measures import BINS, Bools, Floats, bin_of

MOST_POINTS = 200


@dataclass(frozen=True, slots=True)
class Bin:
    """One bin of a reliability plot: of its rows, `share` were complaints (Wilson interval `low` to `high`)."""

    p: float
    share: float
    low: float
    high: float
    rows: int


@dataclass(frozen=True, slots=True)
class Point:
    """What a threshold does: the share of reviews that it opens, and recall, precision and cost of 100 reviews."""

    threshold: float
    opened: float
    recall: float
    precision: float
    cost: float


def reliability(bad: Bools, score: Floats, weight: Floats) -> list[Bin]:
    """Return the bins of p_negative that have rows, from low to high."""
    which = bin_of(score)
    bins = []
    for one in range(BINS):
        here = which == one
        total = float(weight[here].sum())
        if total:
            share = float(weight[here & bad].sum()) / total
            # Kish's effective size: rows of unequal weight tell less than they are.
            size = total**2 / float((weight[here] ** 2).sum())
            low, high = wilson(share, size)
            bins.append(Bin(float((weight * score)[here].sum()) / total, share, low, high, int(here.sum())))
    return bins


def wilson(share: float, size: float, z: float = 1.96) -> tuple[float, float]:
    """Return Wilson's score interval of a share seen in `size` rows (Wilson 1927)."""
    middle = (share + z * z / (2 * size)) / (1 + z * z / size)
    half = z * math.sqrt(share * (1 - share) / size + z * z / (4 * size * size)) / (1 + z * z / size)
    return max(0.0, middle - half), min(1.0, middle + half)


def thresholds(bad: Bools, score: Floats, weight: Floats, negative_weight: float) -> list[Point]:
    """Return what thresholds from low to high do: at most 200 of the distinct scores, the first opening every row."""
    values = np.unique(score)
    if len(values) > MOST_POINTS:
        values = values[np.linspace(0, len(values) - 1, MOST_POINTS).round().astype(int)]
    return [at_threshold(bad, score, weight, float(value), negative_weight) for value in values]


def at_threshold(bad: Bools, score: Floats, weight: Floats, threshold: float, negative_weight: float) -> Point:
    """Return what one threshold does; recall is nan without a complaint, precision where nothing is opened."""
    opens = score >= threshold
    total, complaints = float(weight.sum()), float(weight[bad].sum())
    opened, found = float(weight[opens].sum()), float(weight[opens & bad].sum())
    return Point(
        threshold=threshold,
        opened=opened / total,
        recall=found / complaints if complaints else math.nan,
        precision=found / opened if opened else math.nan,
        cost=100 * (opened - found + negative_weight * (complaints - found)) / total,
    )


def within(score: Floats, most: float) -> float:
    """Return the lowest threshold that opens at most `most` rows.

    It is 0 where all rows are few enough, and just above the highest score where even its ties are too many.
    """
    if len(score) <= most:
        return 0.0
    values, counts = np.unique(score, return_counts=True)
    opened = np.cumsum(counts[::-1])[::-1]
    fitting = values[opened <= most]
    return float(fitting[0]) if len(fitting) else math.nextafter(float(values[-1]), math.inf)
