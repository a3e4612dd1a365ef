"""A promised share of missed complaints is kept in at least 95 of 100 draws of labels, whatever the model is worth."""

import math

import numpy as np
import pytest

from models.evaluation.guarantee import ALL, Labels, binomial_cdf, on_average, surely
from models.evaluation.sampling import Design, design, draw

ALPHA, DRAWS = 0.03, 500
PLANS: dict[tuple[int, int], Design] = {}


def population(n: int, share: float, apart: float, sharpness: float, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return scores and truths of n reviews: probabilities that hold at sharpness 1, too bold or timid ones else."""
    rng = np.random.default_rng(seed)
    bad = rng.random(n) < share
    evidence = rng.normal(size=n) + apart * bad
    logit = math.log(share / (1 - share)) + apart * evidence - apart**2 / 2
    return 1 / (1 + np.exp(-sharpness * logit)), bad


WORLDS = {
    "a good model": population(1500, 0.35, 3, 1),
    "one that is too bold": population(1500, 0.35, 2.5, 3),
    "one that is too timid": population(1500, 0.35, 3, 0.4),
    "few complaints": population(3000, 0.06, 3, 1),
    "almost only complaints": population(1500, 0.85, 2, 1),
    "a useless model": population(1500, 0.3, 0, 1),
    "a model that is the wrong way round": (lambda s, b: (1 - s, b))(*population(1500, 0.35, 2, 1)),
    "scores that tie": (lambda s, b: (s.round(1), b))(*population(1500, 0.35, 2.5, 1)),
    "a small pool": population(260, 0.4, 3, 1),
}


def _plan(score: np.ndarray, count: int) -> Design:
    """Return the design of a pool, which does not depend on the draw, made once."""
    key = (id(score), count)
    if key not in PLANS:
        PLANS[key] = design(score, count, ALPHA)
    return PLANS[key]


def labelled(score: np.ndarray, bad: np.ndarray, seed: int, count: int = 200) -> Labels:
    plan = _plan(score, count)
    drawn = draw(score, plan, count, seed)
    assert len(drawn.rows) == len(set(drawn.rows.tolist())) == min(count, len(score))
    return Labels(score[drawn.rows], bad[drawn.rows].astype(float), plan.cut, drawn.ratio, drawn.chance)


def missed(score: np.ndarray, bad: np.ndarray, threshold: float) -> float:
    return float((bad & (score < threshold)).sum() / bad.sum())


@pytest.mark.parametrize("world", WORLDS)
def test_two_hundred_labels_keep_the_promise_in_at_least_95_percent_of_500_draws(world: str) -> None:
    score, bad = WORLDS[world]
    found = [surely(labelled(score, bad, seed), ALPHA) for seed in range(DRAWS)]
    broken = sum(missed(score, bad, one.threshold) > ALPHA for one in found)
    assert broken <= 0.05 * DRAWS, f"{broken} of {DRAWS} draws miss more"


@pytest.mark.parametrize("world", ["a good model", "one that is too bold", "almost only complaints", "a small pool"])
def test_it_spares_work_where_the_model_is_good(world: str) -> None:
    score, bad = WORLDS[world]
    found = [surely(labelled(score, bad, seed), ALPHA) for seed in range(100)]
    assert sum(one.is_proved for one in found) >= 80
    read = np.mean([(score >= one.threshold).mean() for one in found])
    assert read < (0.8 if bad.mean() < 0.5 else 0.95)


def test_drawing_by_design_proves_more_than_drawing_evenly() -> None:
    score, bad = WORLDS["a good model"]
    rng = np.random.default_rng(0)
    even = []
    for _ in range(100):
        rows = rng.permutation(len(score))[:200]
        even.append(surely(Labels.evenly(score[rows], bad[rows]), ALPHA))
    assert sum(one.is_proved for one in even) < 10, "some 70 complaints cannot prove 3 %"
    assert sum(surely(labelled(score, bad, seed), ALPHA).is_proved for seed in range(100)) > 80


def test_the_bound_is_sharp_so_that_a_weaker_one_would_fail_here() -> None:
    score, bad = population(200_000, 0.4, 2.5, 1, seed=5)
    rng = np.random.default_rng(2)
    broken = {0.05: 0, 0.2: 0}
    for _ in range(DRAWS):
        rows = rng.integers(0, len(score), 1000)
        for delta in broken:
            control = surely(Labels.evenly(score[rows], bad[rows]), ALPHA, delta)
            broken[delta] += missed(score, bad, control.threshold) > ALPHA
    assert 0.01 * DRAWS <= broken[0.05] <= 0.05 * DRAWS
    assert 0.10 * DRAWS <= broken[0.2] <= 0.2 * DRAWS


@pytest.mark.parametrize("world", WORLDS)
def test_conformal_risk_control_keeps_the_promise_on_average(world: str) -> None:
    score, bad = WORLDS[world]
    risks = [missed(score, bad, on_average(labelled(score, bad, seed, 120), ALPHA).threshold) for seed in range(DRAWS)]
    assert np.mean(risks) <= ALPHA


def test_on_average_is_the_published_rule_for_even_labels() -> None:
    score = np.arange(1, 101) / 101
    control = on_average(Labels.evenly(score, np.ones(100, dtype=bool)), 0.05)
    # (misses + 1) / (100 + 1) <= .05 allows four misses: the fifth lowest score is the threshold.
    assert control.threshold == pytest.approx(5 / 101)
    assert control.missed == pytest.approx(0.04)


def test_the_binomial_bound_is_that_of_clopper_and_pearson() -> None:
    score = np.arange(1, 301) / 301
    control = surely(Labels.evenly(score, np.ones(300, dtype=bool)), ALPHA)
    allowed = max(k for k in range(20) if binomial_cdf(k, 300, ALPHA) <= 0.05)
    assert control.threshold == pytest.approx((allowed + 1) / 301)
    assert control.bound <= ALPHA
    assert binomial_cdf(allowed, 300, control.bound) == pytest.approx(0.05, abs=1e-6)
    assert control.needed == 99  # .97^99 < .05 < .97^98


def test_binomial_sums_are_right() -> None:
    assert binomial_cdf(2, 5, 0.3) == pytest.approx(0.83692)
    assert binomial_cdf(0, 99, 0.03) == pytest.approx(0.97**99)
    assert binomial_cdf(5, 5, 0.3) == 1
    assert binomial_cdf(1000, 40_000, 0.03) == pytest.approx(0.0, abs=1e-8)


def test_what_a_person_skips_never_helps() -> None:
    score, bad = WORLDS["a good model"]
    rng = np.random.default_rng(4)
    for seed in range(30):
        labels = labelled(score, bad, seed)
        answers = labels.is_complaint.copy()
        answers[rng.random(len(answers)) < 0.1] = np.nan
        skipped = Labels(labels.score, answers, labels.cut, labels.ratio, labels.chance)
        assert surely(skipped, ALPHA).threshold <= surely(labels, ALPHA).threshold
        assert on_average(skipped, ALPHA).threshold <= on_average(labels, ALPHA).threshold


@pytest.mark.parametrize("answers", [[], [0.0, 0.0], [1.0], [np.nan]])
def test_where_nothing_is_proved_everything_is_opened(answers: list[float]) -> None:
    n = len(answers)
    labels = Labels(np.linspace(0.1, 0.9, n), np.array(answers), math.inf, 1.0, np.zeros(n))
    for control in (surely(labels, ALPHA), on_average(labels, ALPHA)):
        assert control.threshold == ALL
        assert not control.is_proved


def test_a_pool_smaller_than_the_count_is_labelled_whole() -> None:
    score, _ = population(50, 0.4, 2, 1)
    drawn = draw(score, design(score, 200, ALPHA), 200, 1)
    assert sorted(drawn.rows.tolist()) == list(range(50))
    assert drawn.ratio == 1


def test_the_same_seed_draws_the_same() -> None:
    score, _ = WORLDS["a good model"]
    plan = design(score, 200, ALPHA)
    assert draw(score, plan, 200, 7).rows.tolist() == draw(score, plan, 200, 7).rows.tolist()
    assert draw(score, plan, 200, 7).rows.tolist() != draw(score, plan, 200, 8).rows.tolist()


@pytest.mark.parametrize("score", [np.zeros(300), np.ones(300), np.full(300, 0.5)])
def test_scores_that_say_nothing_are_drawn_evenly(score: np.ndarray) -> None:
    plan = design(score, 100, ALPHA)
    assert (plan.cut, plan.ratio) == (np.inf, 1.0)
    assert len(draw(score, plan, 100, 0).rows) == 100
