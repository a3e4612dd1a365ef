"""Measures of a classifier's probabilities, for rows that may count differently, with bootstrap intervals."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

NEGATIVE = 0
BINS = 10
DRAWS = 300


@dataclass(frozen=True, slots=True)
class Measures:
    """What is said of one model on one set of rows; nan where the set cannot tell (no complaint, no five stars).

    `recall_80` and `recall_90` are the highest recalls of complaints at which precision is at least .80 and .90;
    `cost` is the expected cost of 100 reviews at the threshold, a miss counting `negative_weight` false alarms, and
    `relative_cost` the same divided by that of the better of calling all or none a complaint; `ece` is the expected
    calibration error of p_negative; `opened` is the share of reviews that open a case, `opened_five` of five-star ones.
    """

    average_precision: float
    recall_80: float
    recall_90: float
    macro_f1: float
    cost: float
    relative_cost: float
    ece: float
    opened: float
    opened_five: float


@dataclass(frozen=True, slots=True)
class Judged:
    """Rows that a model judged and of which somebody knows the truth, all arrays of the same length n.

    `p` (n, 3) are the probabilities of negative, neutral and positive; `labels` (n,) the true classes, in that order;
    `opens` (n,) whether the row opens a case; `five` (n,) whether it has five stars; `weight` (n,) how many reviews
    each row stands for.
    """

    p: Floats
    labels: Ints
    opens: Bools
    five: Bools
    weight: Floats

    @property
    def score(self) -> Floats:
        """The p_negative (n,)."""
        negative: Floats = self.p[:, NEGATIVE]
        return negative

    @property
    def bad(self) -> Bools:
        """Which rows (n,) are complaints."""
        complaints: Bools = self.labels == NEGATIVE
        return complaints

    def at(self, rows: npt.NDArray[np.int64]) -> "Judged":
        """Return some of the rows, in the order of `rows`."""
        return Judged(self.p[rows], self.labels[rows], self.opens[rows], self.five[rows], self.weight[rows])

    def counting(self, weight: Floats) -> "Judged":
        """Return the same rows, each standing for so many reviews."""
        return Judged(self.p, self.labels, self.opens, self.five, weight)


def measure(judged: Judged, negative_weight: float = 10.0) -> Measures:
    """Measure judged rows; see `Measures`."""
    bad, score, weight = judged.bad, judged.score, judged.weight
    precision, recall = curve(bad, score, weight)
    cost = cost_of(bad, judged.opens, weight, negative_weight)
    share = float(weight[bad].sum() / weight.sum()) if weight.sum() else math.nan
    trivial = 100 * min(1 - share, negative_weight * share)
    return Measures(
        average_precision=average_precision(precision, recall),
        recall_80=recall_at(precision, recall, 0.8),
        recall_90=recall_at(precision, recall, 0.9),
        macro_f1=macro_f1(judged.labels, judged.p.argmax(axis=1), weight),
        cost=cost,
        relative_cost=cost / trivial if trivial > 0 else math.nan,
        ece=calibration_error(bad, score, weight),
        opened=_share(judged.opens, weight),
        opened_five=_share(judged.opens[judged.five], weight[judged.five]),
    )


def curve(bad: Bools, score: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Return precision and recall at each distinct score, from the highest down; both empty without a complaint."""
    if not weight[bad].sum():
        return np.zeros(0), np.zeros(0)
    order = np.argsort(-score, kind="stable")
    falling = score[order]
    last = np.append(np.flatnonzero(np.diff(falling)), len(falling) - 1)
    found = np.cumsum((weight * bad)[order])[last]
    called = np.cumsum(weight[order])[last]
    precision: Floats = np.divide(found, called, out=np.ones_like(found), where=called > 0)
    recall: Floats = found / found[-1]
    return precision, recall


def average_precision(precision: Floats, recall: Floats) -> float:
    """Return the area under the steps of a precision-recall curve; nan without one."""
    return float((np.diff(recall, prepend=0.0) * precision).sum()) if len(recall) else math.nan


def recall_at(precision: Floats, recall: Floats, least: float) -> float:
    """Return the highest recall at which precision is at least `least`, 0 where it never is; nan without a curve."""
    return float(recall[precision >= least].max(initial=0.0)) if len(recall) else math.nan


def macro_f1(labels: Ints, called: Ints, weight: Floats) -> float:
    """Return the mean F1 over the classes that occur among `labels`."""
    scores = []
    for one in np.unique(labels):
        is_it, is_called = labels == one, called == one
        both = weight[is_it & is_called].sum()
        whole = weight[is_it].sum() + weight[is_called].sum()
        scores.append(2 * float(both / whole) if whole else 0.0)
    return float(np.mean(scores)) if scores else math.nan


def cost_of(bad: Bools, opens: Bools, weight: Floats, negative_weight: float) -> float:
    """Return the cost of 100 reviews: false alarms, and misses times `negative_weight`."""
    if not weight.sum():
        return math.nan
    alarms, misses = weight[opens & ~bad].sum(), weight[~opens & bad].sum()
    return 100 * float((alarms + negative_weight * misses) / weight.sum())


def calibration_error(bad: Bools, score: Floats, weight: Floats) -> float:
    """Return the expected calibration error of p_negative over ten bins of equal width (Naeini et al. 2015)."""
    if not weight.sum():
        return math.nan
    gaps = np.bincount(bin_of(score), weights=weight * (score - bad), minlength=BINS)
    return float(np.abs(gaps).sum() / weight.sum())


def bin_of(score: Floats) -> Ints:
    """Return which of the ten bins of equal width each probability falls into."""
    return np.minimum((score * BINS).astype(np.int64), BINS - 1)


def intervals(
    judged: Judged, negative_weight: float = 10.0, *, draws: int = DRAWS, seed: int = 0, level: float = 0.95
) -> Mapping[str, tuple[float, float]]:
    """Return a percentile bootstrap interval for each of `Measures`, (nan, nan) where no draw could tell."""
    rng = np.random.default_rng(seed)
    # Sorted once, so that each draw's own sorting finds its work done.
    rows = judged.at(np.argsort(-judged.score, kind="stable"))
    n = len(rows.labels)
    values: dict[str, list[float]] = {}
    for _ in range(draws):
        times = rng.multinomial(n, np.full(n, 1 / n)).astype(np.float64)
        for name, value in asdict(measure(rows.counting(rows.weight * times), negative_weight)).items():
            values.setdefault(name, []).append(value)
    tail = 50 * (1 - level)
    return {name: _percentiles(np.array(many), tail) for name, many in values.items()}


def _percentiles(values: Floats, tail: float) -> tuple[float, float]:
    known = values[~np.isnan(values)]
    if not len(known):
        return math.nan, math.nan
    low, high = np.percentile(known, [tail, 100 - tail])
    return float(low), float(high)


def _share(which: Bools, weight: Floats) -> float:
    return float(weight[which].sum() / weight.sum()) if weight.sum() else math.nan
