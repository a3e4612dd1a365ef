"""The measures are those of scikit-learn, with weights too; intervals and curves say what they are said to say."""

from dataclasses import astuple
from itertools import pairwise

import numpy as np
import pytest

from models.evaluation.curves import at_threshold, reliability, thresholds, wilson, within
from models.evaluation.measures import Judged, calibration_error, curve, intervals, measure


def judged(n: int = 400, seed: int = 3, *, weighted: bool = True, digits: int = 2) -> Judged:
    rng = np.random.default_rng(seed)
    labels = rng.choice(3, n, p=[0.3, 0.1, 0.6])
    p = rng.dirichlet([1, 1, 1], n) + 1.5 * np.eye(3)[labels] * rng.random((n, 1))
    p = (p / p.sum(axis=1, keepdims=True)).round(digits)  # rounded, so that scores tie
    weight = rng.choice([1.0, 2.5, 7.0], n) if weighted else np.ones(n)
    return Judged(p, labels, p[:, 0] >= 1 / 11, rng.random(n) < 0.3, weight)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_they_equal_those_of_scikit_learn(weighted: bool, seed: int) -> None:
    metrics = pytest.importorskip("sklearn.metrics", reason="the extra `train` is not installed")
    rows = judged(weighted=weighted, seed=seed)
    found = measure(rows)
    weights = {"sample_weight": rows.weight}
    assert found.average_precision == pytest.approx(metrics.average_precision_score(rows.bad, rows.score, **weights))
    precision, recall, _ = metrics.precision_recall_curve(rows.bad, rows.score, **weights)
    assert found.recall_80 == pytest.approx(recall[precision >= 0.8].max())
    assert found.recall_90 == pytest.approx(recall[precision >= 0.9].max())
    called = rows.p.argmax(axis=1)
    assert found.macro_f1 == pytest.approx(metrics.f1_score(rows.labels, called, average="macro", **weights))


def test_a_weight_is_so_many_rows() -> None:
    rows = judged(60)
    whole = np.repeat(np.arange(60), (rows.weight * 2).astype(int))
    repeated = Judged(rows.p[whole], rows.labels[whole], rows.opens[whole], rows.five[whole], np.ones(len(whole)))
    assert astuple(measure(rows)) == pytest.approx(astuple(measure(repeated)))


def test_costs_are_counted_by_hand() -> None:
    p = np.array([[0.9, 0, 0.1], [0.2, 0, 0.8], [0.05, 0, 0.95], [0.01, 0, 0.99]])
    rows = Judged(p, np.array([0, 2, 0, 2]), p[:, 0] >= 1 / 11, np.array([0, 1, 1, 1], dtype=bool), np.ones(4))
    found = measure(rows, negative_weight=10)
    assert found.cost == pytest.approx(100 * (1 + 10) / 4)  # one false alarm, one miss
    assert found.relative_cost == pytest.approx(275 / 50)  # calling all of them complaints costs 50
    assert (found.opened, found.opened_five) == (0.5, pytest.approx(1 / 3))


def test_without_complaints_there_is_nothing_to_say_but_no_error() -> None:
    rows = judged(20)
    none = Judged(rows.p, np.full(20, 2), rows.opens, np.zeros(20, dtype=bool), rows.weight)
    found = measure(none)
    assert np.isnan([found.average_precision, found.recall_80, found.relative_cost, found.opened_five]).all()
    assert intervals(none, draws=5)["average_precision"] == pytest.approx((np.nan, np.nan), nan_ok=True)


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    truth = measure(judged(200_000, weighted=False, seed=99, digits=6))
    spans = [intervals(judged(300, weighted=False, seed=seed, digits=6), draws=100, seed=seed) for seed in range(60)]
    for name in ("cost", "opened", "average_precision"):
        covered = sum(span[name][0] <= getattr(truth, name) <= span[name][1] for span in spans)
        assert covered >= 50, f"{name}: {covered} of 60"


def test_calibration_is_perfect_where_shares_are_as_said() -> None:
    score = np.repeat([0.05, 0.35, 0.85], 100)
    bad = np.concatenate([np.arange(100) < share for share in (5, 35, 85)])
    assert calibration_error(bad, score, np.ones(300)) == pytest.approx(0)
    bins = reliability(bad, score, np.ones(300))
    assert [(one.p, one.share, one.rows) for one in bins] == [
        (pytest.approx(p), pytest.approx(p), 100) for p in (0.05, 0.35, 0.85)
    ]
    assert all(one.low < one.share < one.high for one in bins)
    assert calibration_error(~bad, score, np.ones(300)) > 0.5


def test_wilson_is_the_published_interval() -> None:
    assert wilson(0.1, 100) == pytest.approx((0.0552, 0.1744), abs=1e-3)
    assert wilson(0.0, 10)[0] == 0


def test_thresholds_find_and_open_less_as_they_rise() -> None:
    rows = judged(900)
    points = thresholds(rows.bad, rows.score, rows.weight, 10)
    assert len(points) <= 200
    assert (points[0].opened, points[0].recall) == (1.0, 1.0)
    assert all(a.opened > b.opened and a.recall >= b.recall for a, b in pairwise(points))
    one = at_threshold(rows.bad, rows.score, rows.weight, 0.4, 10)
    precision, recall = curve(rows.bad, rows.score, rows.weight)
    assert (one.precision, one.recall) in list(zip(precision.tolist(), recall.tolist(), strict=True))


def test_a_capacity_is_never_exceeded_and_is_used() -> None:
    score = np.array([0.1, 0.2, 0.2, 0.3, 0.9])
    assert [within(score, most) for most in (5, 4, 3, 2, 1.5)] == [0.0, 0.2, 0.3, 0.3, 0.9]
    assert (score >= within(score, 0)).sum() == 0
