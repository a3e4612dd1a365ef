"""Measures of a classifier's probabilities. Pure functions of arrays."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score, f1_score, precision_recall_curve

from models.checkpoint import NEGATIVE

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
PRECISION = 0.8


@dataclass(frozen=True, slots=True)
class Measures:
    """What is reported of one model on one set of rows; nan where the set has no negatives.

    `cost` is the expected cost of 100 reviews, a miss counting `weight` false alarms, at the threshold 1/(1+weight);
    `trivial` is the cost of the better of calling all or none a complaint, `opened` the share that is called one.
    """

    rows: int
    negatives: int
    average_precision: float
    recall: float
    macro_f1: float
    cost: float
    trivial: float
    ece: float
    recall_at_90: float
    opened: float


def measure(p: Floats, labels: Ints, weight: float = 10.0) -> Measures:
    """Measure probabilities (n, 3) against label indices (n,)."""
    bad, score = labels == NEGATIVE, p[:, NEGATIVE]
    return Measures(
        rows=len(labels),
        negatives=int(bad.sum()),
        average_precision=float(average_precision_score(bad, score)) if bad.any() else float("nan"),
        recall=recall_at_precision(bad, score),
        macro_f1=float(f1_score(labels, p.argmax(axis=1), average="macro", labels=sorted(set(labels.tolist())))),
        cost=cost_of(bad, score >= 1 / (1 + weight), weight),
        trivial=100 * min(float((~bad).mean()), weight * float(bad.mean())),
        ece=calibration_error(bad, score),
        recall_at_90=recall_at_precision(bad, score, 0.9),
        opened=float((score >= 1 / (1 + weight)).mean()),
    )


def cost_of(bad: npt.NDArray[np.bool_], called: npt.NDArray[np.bool_], weight: float) -> float:
    """Return the cost of 100 reviews: false alarms, and misses times `weight`."""
    return 100 * float((called & ~bad).mean() + weight * (~called & bad).mean())


def recall_at_precision(bad: npt.NDArray[np.bool_], score: Floats, least: float = PRECISION) -> float:
    """Return the highest recall at which precision is at least `least`; 0 where it never is."""
    if not bad.any():
        return float("nan")
    precision, recall, _ = precision_recall_curve(bad, score)
    return float(recall[precision >= least].max(initial=0.0))


def calibration_error(bad: npt.NDArray[np.bool_], score: Floats, bins: int = 10) -> float:
    """Return the expected calibration error of p_negative over bins of equal width (Naeini et al. 2015)."""
    which = np.minimum((score * bins).astype(int), bins - 1)
    gaps = [abs(float((score[which == b] - bad[which == b]).sum())) for b in range(bins)]
    return sum(gaps) / max(1, len(score))
