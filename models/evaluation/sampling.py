"""Which reviews to label: few that prove much.

A promise about missed complaints is decided below the threshold, where complaints are rare. So the reviews below a cut,
which lies where the model itself expects the promised share of complaints below it, are drawn several times as densely
as those above. Cut and density come from the model's probabilities; if those are wrong, labelling proves less, never
something false.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.evaluation.measures import Floats

RATIOS = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0)
ENOUGH = 4.0
"""Evidence in nats from which a threshold counts as provable: 3 make p = .05, the rest is for bad luck."""
CUTS = 80
SHARPNESS = (0.5, 2.0)
"""The draw must be good where the model is too bold and where it is too timid, and with that where it is neither."""


@dataclass(frozen=True, slots=True)
class Design:
    """Reviews with a score below `cut` are labelled `ratio` times as densely as the others."""

    cut: float
    ratio: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """The rows that were drawn (m,), in the order in which they are to be labelled, and a random number for each."""

    rows: npt.NDArray[np.int64]
    chance: Floats
    ratio: float


def design(score: Floats, count: int, alpha: float) -> Design:
    """Return how to draw `count` of the reviews with these p_negative (n,), for a promise of `alpha`.

    Among cuts and ratios, that pair is taken under which most reviews will probably be proved to need no reading, in
    the mean over what a model half as bold and one twice as bold would say.
    """
    ordered = np.sort(score)
    beliefs = [np.concatenate([[0.0], np.cumsum(_sharpened(ordered, by))]) for by in SHARPNESS]
    is_first = np.diff(ordered, prepend=-1.0) > 0
    places = np.flatnonzero((beliefs[-1][:-1] <= alpha * beliefs[-1][-1]) & is_first)[1:]
    if count >= len(score) or not len(places):
        return Design(np.inf, 1.0)
    places = np.unique(places[np.linspace(0, len(places) - 1, min(CUTS, len(places))).round().astype(int)])
    best, most = Design(np.inf, 1.0), (-1, -1.0)
    for at, place in enumerate(places.tolist()):
        for ratio in RATIOS:
            each = [_provable(places[: at + 1], expected, count, ratio, alpha) for expected in beliefs]
            worth = (sum(saved for saved, _ in each), sum(evidence for _, evidence in each))
            if worth > most:
                best, most = Design(float(ordered[place]), ratio), worth
    return best


def _sharpened(p: Floats, by: float) -> Floats:
    """Return probabilities as a bolder model would give them: their log-odds times `by`."""
    raised: Floats = p**by / (p**by + (1 - p) ** by)
    return raised


def _provable(
    places: npt.NDArray[np.int64], expected: Floats, count: int, ratio: float, alpha: float
) -> tuple[int, float]:
    """Return how many reviews can be left unread if those below the last of `places` are drawn so much more densely.

    With it comes the evidence (nats) for the lowest of the places, which tells what is better where nothing is proved.
    `expected` are the complaints that the model expects below each place.
    """
    below, above = int(places[-1]), len(expected) - 1 - int(places[-1])
    dense = count * ratio * below / (ratio * below + above)
    if dense > below or count - dense > above:
        return -1, -1.0
    rate = dense / below
    misses = expected[places] * rate
    found = (expected[-1] - expected[places]) * rate / ratio
    share, rho = misses / (misses + found), ratio * alpha / (ratio * alpha + 1 - alpha)
    # Kullback-Leibler: how much so many misses among so many complaints speak against a share of rho.
    hit = np.where(share > 0, share * np.log(np.maximum(share, 1e-300) / rho), 0.0)
    nats = (misses + found) * (hit + (1 - share) * np.log((1 - share) / (1 - rho)))
    nats = np.where(share < rho, nats, 0.0)
    proved = places[nats >= ENOUGH]
    return (int(proved[-1]) if len(proved) else 0), float(nats[0])


def draw(score: Floats, plan: Design, count: int, seed: int) -> Drawn:
    """Draw `count` reviews (or all, if there are no more) by a design, in random order.

    How many of them lie below the cut is itself random, as if each were drawn alone: that makes the bound exact.
    """
    rng = np.random.default_rng(seed)
    is_below = score < plan.cut
    below, above = np.flatnonzero(is_below), np.flatnonzero(~is_below)
    count = min(count, len(score))
    share = plan.ratio * len(below) / (plan.ratio * len(below) + len(above)) if len(score) else 0.0
    dense = int(np.clip(rng.binomial(count, share), count - len(above), len(below)))
    # What the zones really were drawn at: a zone that is exhausted is drawn less densely than planned.
    sure = min(count * share, len(below)) if len(above) else len(below)
    ratio = plan.ratio
    if len(below) and len(above):
        ratio = max(1.0, (sure / len(below)) / ((count - sure) / len(above))) if count > sure else plan.ratio
    rows = np.concatenate([rng.permutation(below)[:dense], rng.permutation(above)[: count - dense]])
    return Drawn(rng.permutation(rows).astype(np.int64), rng.random(len(rows)), ratio)
