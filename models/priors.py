"""How often a source's reviews are complaints, estimated from what a model says of its unlabelled texts.

A site of complaints is 80 % negative, a school's page 5 %, and the same words mean different odds there. The model is
trained and calibrated so that its probabilities hold where all classes are equally frequent; the source's own shares
come on top. They are found by expectation maximisation (Saerens, Latinne & Decaestecker 2002,
doi:10.1162/089976602753284446), with pseudo-counts that hold them near the usual shares while there are few texts.

Of a source that training has not seen, the scores are a little too sure, and the maximisation then overshoots: of one
that was kept aside it made complaints of all reviews. So only half of the way is gone, on the scale of logarithms: the
geometric mean of usual and found shares, which was cheaper on the sources that training has seen, too.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Prior = tuple[float, float, float]
"""Shares of negative, neutral and positive reviews, summing to 1."""

STRENGTH = 60.0
"""Texts that the usual shares count for, against those of a source."""
_ROUNDS = 200
_STILL = 1e-6


def estimate(even: Floats, usual: Prior, *, strength: float = STRENGTH) -> Prior:
    """Return the shares to reckon with for a source, from its texts: half-way from the usual to the likeliest ones.

    Args:
        even: p of (negative, neutral, positive) as if all three were equally frequent, shape (n, 3); n may be 0.
        usual: the shares of a source of which nothing is known.
        strength: pseudo-count of `usual`, in texts.
    """
    return half_way(usual, likeliest(even, usual, strength=strength))


def likeliest(even: Floats, usual: Prior, *, strength: float = STRENGTH) -> Prior:
    """Return the likeliest shares of a source by expectation maximisation; arguments as of `estimate`."""
    start = np.array(usual)
    prior = start
    for _ in range(_ROUNDS):
        after = even * prior
        after /= after.sum(axis=1, keepdims=True)
        new = (after.sum(axis=0) + strength * start) / (len(even) + strength)
        if np.abs(new - prior).max() < _STILL:
            break
        prior = new
    return as_prior(prior)


def half_way(usual: Prior, found: Prior) -> Prior:
    """Return the geometric mean of two shares, normalised."""
    return as_prior(np.sqrt(np.array(usual) * np.array(found)))


def from_counts(expected: Floats, usual: Prior, *, strength: float = STRENGTH) -> Prior:
    """Return a source's shares from the expected number of reviews of each class (3,) among those judged before."""
    found = (expected + strength * np.array(usual)) / (expected.sum() + strength)
    return half_way(usual, as_prior(found))


def as_prior(shares: Floats) -> Prior:
    """Return shares as a tuple of plain numbers that sums to 1."""
    negative, neutral, positive = (float(value) for value in shares / shares.sum())
    return negative, neutral, positive


def shift(even: Floats, prior: Prior) -> Floats:
    """Return the probabilities (n, 3) at a source's shares from those at even shares."""
    p = even * np.array(prior)
    shifted: Floats = p / p.sum(axis=-1, keepdims=True)
    return shifted


Priors = Mapping[str, Prior]
"""Source -> its shares."""
