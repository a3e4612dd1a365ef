"""Is a network suddenly complained of more than its own history lets expect, and does a programme fade?

Complaints a day are taken as Poisson, spread wider where a listing's own weeks are; its unknown rate is integrated
out (gamma-Poisson), so that a short history alarms less easily. The level of each test follows from the false alarms
that a whole network is allowed in a month.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, log1p, sqrt

from core.signals import DailyComplaints, FadeCheck

WINDOWS = (2, 7)
"""Days looked at, today included: today is never a whole day."""

SHORTEST_HISTORY = 28
"""Days of history before a window without which nothing is called a spike."""

MONTH = 30
_BLOCK = 7
_PRIOR_COUNT = 0.5
FADE_Z = 1.645
LEAST_REVIEWS = 20


@dataclass(frozen=True, slots=True)
class Spike:
    """More complaints of one listing in `days` days than can be chance."""

    listing_id: str
    days: int
    count: int
    expected: float
    p: float
    """How likely so many or more are without a cause."""


def level_of(false_alarms: float, listings: int) -> float:
    """Return the level of one test, so that all tests of a month over all listings err so often together."""
    return false_alarms / (MONTH * len(WINDOWS) * max(1, listings))


def spikes(counts: Sequence[DailyComplaints], *, minimum: int, false_alarms: float) -> list[Spike]:
    """Return the listings that stand out, at most one spike each: the least likely of its windows.

    Args:
        counts: Complaints by day; every listing that is watched, so that the number of tests is known.
        minimum: Complaints below which nothing is called a spike.
        false_alarms: False alarms that the whole network may have in a month.
    """
    level = level_of(false_alarms, len(counts))
    found = []
    for one in counts:
        tests = [test for days in WINDOWS if (test := _test(one, days, minimum)) is not None and test.p <= level]
        if tests:
            found.append(min(tests, key=lambda test: test.p))
    return found


def _test(counts: DailyComplaints, days: int, minimum: int) -> Spike | None:
    history, window = counts.days[:-days], counts.days[-days:]
    count = sum(window)
    if count < minimum or len(history) < SHORTEST_HISTORY:
        return None
    expected = sum(history) / len(history) * days
    if count <= expected:
        return None
    mean = (sum(history) + _PRIOR_COUNT) / len(history) * days
    spread = _spread(history)
    # Of the rate itself, which is known from so many complaints only, and of the weeks around it.
    excess = mean * (spread - 1) + mean**2 * spread / (sum(history) + _PRIOR_COUNT)
    return Spike(counts.listing_id, days, count, expected, at_least(count, mean, mean**2 / excess))


def _spread(history: Sequence[int]) -> float:
    """Return by how much weeks vary more than Poisson: the index of dispersion of weekly sums, at least 1.

    It is itself known from few weeks, so that its standard error is added.
    """
    weeks = [sum(history[start - _BLOCK : start]) for start in range(len(history), _BLOCK - 1, -_BLOCK)]
    mean = sum(weeks) / len(weeks)
    if mean == 0:
        return 1.0
    index = sum((week - mean) ** 2 for week in weeks) / (len(weeks) - 1) / mean
    return max(1.0, index * (1 + sqrt(2 / (len(weeks) - 1))))


def at_least(count: int, mean: float, shape: float) -> float:
    """Return the chance of `count` or more by the negative binomial with this mean and shape (gamma-Poisson)."""
    if count <= 0:
        return 1.0
    stays, comes = log(shape / (shape + mean)), log(mean / (shape + mean))
    below = 0.0
    for k in range(count):
        below += exp(lgamma(shape + k) - lgamma(shape) - lgamma(k + 1) + shape * stays + k * comes)
    if below < 1 - 1e-9:
        return 1 - below
    # So far out that the difference has no digits left: sum the tail itself.
    term = lgamma(shape + count) - lgamma(shape) - lgamma(count + 1) + shape * stays + count * comes
    total, k = 0.0, count
    while True:
        total += exp(term)
        term += log(shape + k) - log1p(k) + comes
        k += 1
        if term < log(max(total, 1e-300)) - 40:
            return min(1.0, total)


def fades(check: FadeCheck) -> bool:
    """Tell whether a programme's places are complained of more than in its first three months, beyond chance."""
    if min(check.reviews, check.first_reviews) < LEAST_REVIEWS:
        return False
    share, first = check.complaints / check.reviews, check.first_complaints / check.first_reviews
    pooled = (check.complaints + check.first_complaints) / (check.reviews + check.first_reviews)
    error = sqrt(pooled * (1 - pooled) * (1 / check.reviews + 1 / check.first_reviews))
    return error > 0 and (share - first) / error >= FADE_Z
