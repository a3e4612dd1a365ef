"""A threshold below which hardly any complaint lies, with a proof: risk control from a few hundred labels.

The risk of a threshold t is the share of all complaints whose p_negative is below t. It only grows with t, so the
highest t whose upper confidence bound stays within the promise, and that of every lower one too, keeps the promise
(Bates et al. 2021, arXiv:2101.02703; Angelopoulos et al. 2022, arXiv:2208.02814). Two promises can be asked for:

- `surely`: with probability 1 - delta over the draw of the labels, the risk is at most alpha. Among labelled
  complaints one below t comes up with probability rho = r alpha / (r alpha + 1 - alpha) if the risk is alpha and what
  is below t is labelled r times as densely as what is above; the bound is that of the binomial distribution.
- `on_average`: the risk, averaged over draws, is at most alpha: conformal risk control itself. Cheaper in work, but a
  single draw may well be above alpha.

Both hold whatever the model is worth and however wrong its probabilities are; those decide only what it costs. They
speak of reviews like those from which the labelled ones were drawn.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.evaluation.measures import Bools, Floats

ALL = 0.0
"""The threshold that opens every review: what remains where nothing can be proved."""


@dataclass(frozen=True, slots=True)
class Labels:
    """Labelled reviews, arrays of the same length n, and how they were drawn.

    `score` (n,) is p_negative; `is_complaint` (n,) is 1, 0, or nan where the person could not say; scores below `cut`
    were drawn `ratio` >= 1 times as densely as those from it on; `chance` (n,) are uniform random numbers in [0, 1),
    drawn with the sample, by which dense labels are thinned out where they must count like sparse ones.
    """

    score: Floats
    is_complaint: Floats
    cut: float
    ratio: float
    chance: Floats

    @classmethod
    def evenly(cls, score: Floats, is_complaint: Bools) -> "Labels":
        """Return labels that were drawn evenly, such as all rows of a file."""
        return cls(score, is_complaint.astype(np.float64), math.inf, 1.0, np.zeros(len(score)))

    @property
    def weight(self) -> Floats:
        """How many reviews each stands for (n,), in units of the densely labelled ones."""
        return np.where(self.score < self.cut, 1.0, self.ratio)


@dataclass(frozen=True, slots=True)
class Control:
    """A threshold and what is known of it.

    `missed` is the weighted share of labelled complaints below it, `bound` the upper bound on the share of all of them
    (at confidence 1 - delta; of the average for `on_average`); `complaints` were labelled, and `needed` without one
    below the threshold are the fewest that could prove anything.
    """

    threshold: float
    missed: float
    bound: float
    complaints: int
    needed: int

    @property
    def is_proved(self) -> bool:
        """Whether anything may be left unread at all."""
        return self.threshold > ALL


def surely(labels: Labels, alpha: float, delta: float = 0.05) -> Control:
    """Return the highest threshold that misses at most `alpha` of complaints with probability at least 1 - `delta`.

    A label that the person skipped counts against it: as a miss below the threshold, as nothing above.

    Args:
        labels: what was labelled; the number of labels must not have been chosen by looking at what came out.
        alpha: share of complaints that may be missed, in (0, 1).
        delta: probability with which the draw of the labels may mislead, in (0, 1).
    """
    rho = _odds(alpha, labels.ratio)
    threshold, misses, trials = ALL, 0, 0
    for value in _candidates(labels):
        below, above = _counted(labels, value)
        if binomial_cdf(below, below + above, rho) > delta:
            break
        threshold, misses, trials = value, below, below + above
    bound = _upper(misses, trials, labels.ratio, delta) if threshold > ALL else 0.0
    return _control(labels, threshold, bound, math.ceil(math.log(delta) / math.log1p(-rho)))


def on_average(labels: Labels, alpha: float) -> Control:
    """Return the highest threshold that misses at most `alpha` of complaints in the average over draws of labels.

    Conformal risk control for the share of missed complaints, weighted as in Tibshirani et al. 2019 (arXiv:1904.06019)
    by how densely was labelled. Only a complaint below the cut can be missed, so the one to come weighs 1, as they do.
    """
    complaint = labels.is_complaint == 1
    possible = labels.is_complaint != 0
    whole = float(labels.weight[complaint].sum()) + 1
    threshold, bound = ALL, 0.0
    for value in _candidates(labels):
        below = labels.score < value
        unsure = float(labels.weight[below & possible & ~complaint].sum())
        risk = (float(labels.weight[below & possible].sum()) + 1) / (whole + unsure)
        if risk > alpha:
            break
        threshold, bound = value, risk
    return _control(labels, threshold, bound, math.ceil(1 / alpha - 1))


def binomial_cdf(successes: int, trials: int, p: float) -> float:
    """Return P(X <= successes) for X binomial; 0 < p < 1."""
    if successes >= trials:
        return 1.0
    k = np.arange(successes + 1)
    log_choose = math.lgamma(trials + 1) - _log_factorial(k) - _log_factorial(trials - k)
    logs = log_choose + k * math.log(p) + (trials - k) * math.log1p(-p)
    highest = float(logs.max())
    return min(1.0, math.exp(highest) * float(np.exp(logs - highest).sum()))


def _log_factorial(values: npt.NDArray[np.int64]) -> Floats:
    return np.array([math.lgamma(value + 1) for value in values.tolist()])


def _candidates(labels: Labels) -> list[float]:
    """Return the thresholds at which the count of misses changes, ascending: scores of complaints, and the cut."""
    possible = np.unique(labels.score[labels.is_complaint != 0])
    values: list[float] = possible[possible < labels.cut].tolist()
    return values if math.isinf(labels.cut) else [*values, labels.cut]


def _counted(labels: Labels, threshold: float) -> tuple[int, int]:
    """Return the complaints below a threshold, and those above it thinned out to the density above the cut."""
    below = labels.score < threshold
    possible, complaint = labels.is_complaint != 0, labels.is_complaint == 1
    sparse = (labels.score >= labels.cut) | (labels.chance * labels.ratio < 1)
    return int((below & possible).sum()), int((~below & complaint & sparse).sum())


def _odds(risk: float, ratio: float) -> float:
    """Return the probability that a labelled complaint is one below the threshold, if `risk` of all are."""
    return ratio * risk / (ratio * risk + 1 - risk)


def _upper(below: int, trials: int, ratio: float, delta: float) -> float:
    """Return the upper confidence bound of the risk (Clopper & Pearson 1934), by bisection."""
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        if binomial_cdf(below, trials, _odds(middle, ratio)) > delta:
            low = middle
        else:
            high = middle
    return high


def _control(labels: Labels, threshold: float, bound: float, needed: int) -> Control:
    complaint = labels.is_complaint == 1
    weight = labels.weight * complaint
    whole = float(weight.sum())
    missed = float(weight[labels.score < threshold].sum()) / whole if whole else math.nan
    return Control(threshold, missed, bound, int(complaint.sum()), needed)
