"""The shares of a source: found from unlabelled texts, held near the usual ones while there are few."""

import numpy as np
import pytest

from models.priors import estimate, from_counts, half_way, likeliest, shift

USUAL = (0.3, 0.15, 0.55)


def drawn(shares, count, sharpness=2.0, seed=1):
    """Return probabilities at even shares of `count` texts of a source with these shares."""
    draw = np.random.default_rng(seed)
    labels = draw.choice(3, size=count, p=shares)
    # Gaussian classes one `sharpness` apart: their posterior at even shares is known exactly.
    means = sharpness * np.eye(3)
    points = means[labels] + draw.normal(size=(count, 3))
    scores = -0.5 * ((points[:, None] - means[None]) ** 2).sum(axis=2)
    even = np.exp(scores - scores.max(axis=1, keepdims=True))
    return even / even.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("shares", [(0.8, 0.1, 0.1), (0.05, 0.05, 0.9), (0.33, 0.33, 0.34)])
def test_the_shares_of_a_large_source_are_found(shares):
    even = drawn(shares, 4000)
    found = likeliest(even, USUAL)
    assert found == pytest.approx(shares, abs=0.04)
    assert estimate(even, USUAL) == pytest.approx(half_way(USUAL, found))


def test_half_way_lies_between_on_the_scale_of_logarithms():
    assert half_way((0.25, 0.25, 0.5), (0.25, 0.25, 0.5)) == pytest.approx((0.25, 0.25, 0.5))
    between = half_way((0.1, 0.1, 0.8), (0.4, 0.1, 0.5))
    assert between[0] / between[1] == pytest.approx((0.1 / 0.1 * 0.4 / 0.1) ** 0.5)
    assert sum(between) == pytest.approx(1)


def test_few_texts_stay_near_the_usual_shares():
    assert estimate(np.zeros((0, 3)), USUAL) == pytest.approx(USUAL)
    few = estimate(drawn((0.9, 0.05, 0.05), 8), USUAL)
    assert USUAL[0] < few[0] < 0.5
    assert sum(few) == pytest.approx(1)


def test_counts_of_what_was_judged_before():
    assert from_counts(np.zeros(3), USUAL) == pytest.approx(USUAL)
    assert from_counts(np.array([900.0, 50.0, 50.0]), USUAL)[0] > 0.6
    assert from_counts(np.array([50.0, 50.0, 900.0]), USUAL)[0] < 0.2


def test_a_shift_moves_probabilities_and_keeps_certainty():
    even = np.array([[1 / 3, 1 / 3, 1 / 3], [1.0, 0.0, 0.0]])
    assert shift(even, USUAL) == pytest.approx(np.array([USUAL, (1.0, 0.0, 0.0)]))
