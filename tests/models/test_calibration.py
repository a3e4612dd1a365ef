"""The arithmetic of calibration, and how it is fitted."""

import json

import numpy as np
import pytest

from core.errors import ConfigurationError
from models.calibration import FILE, NOTHING, RATING_LIKELIHOOD, SILENT, Calibration, Scaling, between, softmax
from models.training.calibrate import OPENED, fit_rating_likelihood, fit_scaling, sentence_weight, weights_of
from models.training.measures import calibration_error, cost_of, measure, recall_at_precision


def test_tables_are_distributions():
    assert np.asarray(SILENT).sum(axis=1) == pytest.approx(1)
    assert np.asarray(RATING_LIKELIHOOD).sum(axis=0) == pytest.approx(1)
    assert sum(NOTHING) == pytest.approx(1)
    assert NOTHING[0] < 1 / 11


def test_an_identity_changes_nothing():
    p = np.array([[0.2, 0.3, 0.5], [1 / 3, 1 / 3, 1 / 3]])
    assert Scaling().apply(np.log(p)) == pytest.approx(p)
    assert Calibration().with_rating(p[0], None) == pytest.approx(p[0])


def test_temperature_and_offsets():
    p = Scaling(2.0).apply(np.log(np.array([[0.9, 0.05, 0.05]])))[0]
    assert p[0] < 0.9
    assert p == pytest.approx(np.sqrt([0.9, 0.05, 0.05]) / np.sqrt([0.9, 0.05, 0.05]).sum())
    halved = Scaling(1.0, (-np.log(2), 0.0, 0.0)).apply(np.log(np.array([[0.5, 0.25, 0.25]])))[0]
    assert halved == pytest.approx([1 / 3, 1 / 3, 1 / 3])


def test_languages_fall_back_to_other_then_to_nothing():
    calibration = Calibration({"other": Scaling(1.0, (5.0, 0.0, 0.0)), "ru": Scaling()})
    even = np.zeros((1, 3))
    assert calibration.of_text(even, "ru")[0, 0] == pytest.approx(1 / 3)
    assert calibration.of_text(even, "und")[0, 0] > 0.9
    assert Calibration().of_text(even, "und")[0, 0] == pytest.approx(1 / 3)


def test_stars_are_a_witness_and_not_the_truth():
    calibration = Calibration()
    complaint, praise = np.array([0.97, 0.02, 0.01]), np.array([0.01, 0.02, 0.97])
    assert calibration.with_rating(complaint, 1.0)[0] > 1 / 11
    assert calibration.with_rating(praise, 0.0)[0] > 0.1
    assert calibration.with_rating(praise, 1.0)[2] > 0.97
    falling = [calibration.with_rating(np.array([0.3, 0.2, 0.5]), rating)[0] for rating in np.linspace(0, 1, 21)]
    assert falling[0] > falling[8] > falling[16]


def test_ratings_between_stars_are_interpolated():
    table = np.arange(10.0).reshape(5, 2)
    assert between(table, 0.0) == pytest.approx(table[0])
    assert between(table, 1.0) == pytest.approx(table[4])
    assert between(table, 0.625) == pytest.approx((table[2] + table[3]) / 2)
    assert between(table, 7.0) == pytest.approx(table[4])


def test_a_sentence_opens_nothing_below_the_evidence_threshold():
    calibration = Calibration(sentence_weight=0.12)
    p = np.array([0.01, 0.09, 0.9])
    assert calibration.with_sentence(p, 0.49, 0.5) is p
    raised = calibration.with_sentence(p, 0.95, 0.5)
    assert raised[0] > 1 / 11
    assert raised.sum() == pytest.approx(1)


def test_what_is_written_is_read_again(tmp_path):
    calibration = Calibration(
        {"ru": Scaling(1.5, (-0.5, 0.25, 0.0))},
        Scaling(2.0),
        (0.3, 0.1, 0.6),
        [list(row) for row in RATING_LIKELIHOOD],
        0.1,
        early=0.1,
        pool=0.2,
        wide=0.3,
        fitted={"rows": 3},
    )
    calibration.write(tmp_path)
    Calibration().write(tmp_path, "fast")
    assert Calibration.read(tmp_path) == calibration
    assert Calibration.read(tmp_path, "fast").usual is None


@pytest.mark.parametrize(
    "change", [{"rating_likelihood": [[1, 2]]}, {"languages": {"ru": {}}}, {"sentence_weight": "much"}]
)
def test_a_broken_file_is_a_clear_error(tmp_path, change):
    Calibration().write(tmp_path)
    values = json.loads((tmp_path / FILE).read_text())
    (tmp_path / FILE).write_text(json.dumps({"quality": values["quality"] | change}))
    with pytest.raises(ConfigurationError, match=r"calibration\.json"):
        Calibration.read(tmp_path)


def test_a_fit_finds_over_confidence_and_shifted_base_rates():
    draw = np.random.default_rng(1)
    truth = softmax(draw.normal(size=(4000, 3)) * 1.5)
    labels = np.array([draw.choice(3, p=row) for row in truth])
    spoilt = 2.0 * (np.log(truth) + np.array([0.7, 0.0, 0.0]))
    none = np.zeros((4000, 3))
    found = fit_scaling(spoilt, labels, np.ones(4000), none, Scaling(), 0.0)
    assert found.temperature == pytest.approx(2.0, rel=0.1)
    assert found.offsets == pytest.approx((-0.7, 0.0, 0.0), abs=0.15)
    pulled = fit_scaling(spoilt[:20], labels[:20], np.ones(20), none[:20], found, 1e6)
    assert pulled.temperature == pytest.approx(found.temperature, rel=0.01)


def test_the_shares_of_a_source_are_taken_out_while_fitting():
    draw = np.random.default_rng(3)
    even = softmax(draw.normal(size=(4000, 3)) * 1.5)
    shares = np.log(np.array([0.1, 0.1, 0.8]) * 3)
    seen = softmax(np.log(even) + shares)
    labels = np.array([draw.choice(3, p=row) for row in seen])
    found = fit_scaling(np.log(even), labels, np.ones(4000), np.tile(shares, (4000, 1)), Scaling(), 0.0)
    assert found.temperature == pytest.approx(1.0, rel=0.1)
    assert found.offsets == pytest.approx((0.0, 0.0, 0.0), abs=0.15)


def test_sources_count_alike_but_for_the_tiny():
    weights = weights_of(["large"] * 1000 + ["small"] * 200 + ["tiny"] * 5)
    assert weights.mean() == pytest.approx(1)
    assert weights[:1000].sum() == pytest.approx(weights[1000:1200].sum())
    assert weights[1200:].sum() < weights[1000:1200].sum() / 10


def test_stars_are_counted_against_the_text():
    p = np.array([[0.9, 0.0, 0.1]] * 50 + [[0.1, 0.0, 0.9]] * 50)
    likelihood = np.array(fit_rating_likelihood(p, np.array([0.0] * 50 + [1.0] * 50), np.ones(100)))
    assert likelihood.sum(axis=0) == pytest.approx(1, abs=1e-3)
    assert likelihood[0, 0] > 0.8
    assert 0.05 < likelihood[4, 0] < 0.2


def test_the_weight_of_a_sentence_keeps_to_its_budget():
    worst = np.random.default_rng(2).beta(1, 2, size=5000)
    weight = sentence_weight(worst, np.ones(5000))
    assert np.mean(weight * worst >= 1 / 11) == pytest.approx(OPENED, abs=0.002)
    assert sentence_weight(np.zeros(10), np.ones(10)) * 0.49 < 1 / 11


def test_measures():
    labels = np.array([0, 0, 1, 2, 2, 2])
    p = np.array([[0.9, 0.1, 0], [0.05, 0, 0.95], [0.2, 0.8, 0], [0, 0, 1], [0, 0, 1], [0.3, 0.1, 0.6]])
    found = measure(p, labels)
    assert (found.rows, found.negatives) == (6, 2)
    assert found.cost == pytest.approx(100 * (10 + 2) / 6)
    assert found.trivial == pytest.approx(100 * 4 / 6)
    assert found.recall == pytest.approx(0.5)
    assert recall_at_precision(labels == 0, p[:, 0], 0.3) == pytest.approx(1.0)
    assert cost_of(labels == 0, labels == 0, 10) == 0
    assert calibration_error(np.array([True, False] * 50), np.full(100, 0.5)) == pytest.approx(0)
    assert calibration_error(np.array([True] * 10), np.full(10, 0.2)) == pytest.approx(0.8)


def test_sentences_speak_beside_a_longer_text() -> None:
    whole = np.log(np.array([[0.1, 0.2, 0.7], [0.1, 0.2, 0.7]]))
    sentences = np.log(np.array([[0.9, 0.05, 0.05], [0.1, 0.1, 0.8], [0.9, 0.05, 0.05]]))
    pooled = np.exp(Calibration(pool=0.5).pooled(whole, sentences, [0, 2, 3]))
    scores = np.array([(0.1 * 0.9) ** 0.5, (0.2 * (0.05 * 0.1) ** 0.5) ** 0.5, (0.7 * (0.05 * 0.8) ** 0.5) ** 0.5])
    assert pooled[0] == pytest.approx(scores / scores.sum())
    assert pooled[1] == pytest.approx([0.1, 0.2, 0.7]), "a single sentence is the text itself"
    assert pooled.sum(axis=1) == pytest.approx([1, 1])
    assert Calibration().pooled(whole, sentences, [0, 2, 3]) is whole
