"""The wide branch: its buckets, and that a fit learns which words complain."""

import numpy as np
import pytest

from models.ngrams import BITS, NGrams, buckets
from models.training.data import Row
from models.training.wide import train_wide


def test_buckets_are_distinct_counted_and_the_same_every_time():
    rows, counts = buckets("Плохо, плохо! Плохо")
    again, _ = buckets("плохо , ПЛОХО ! плохо")
    assert len(set(rows.tolist())) == len(rows)
    assert rows.tolist() == again.tolist()
    assert rows.max() < 2**BITS
    assert counts.max() == pytest.approx(1 + np.log(3))
    assert len(buckets("")[0]) == len(buckets("\ud800 ")[0]) == 0


def test_n_grams_stay_within_words_and_order_of_words_counts():
    assert set(buckets("ab cd")[0]) != set(buckets("abcd")[0])
    assert set(buckets("не плохо")[0]) != set(buckets("плохо не")[0])


def test_a_fit_learns_and_is_read_again(tmp_path):
    bad, good = ["ужасно", "хамство", "обман"], ["отлично", "спасибо", "вкусно"]
    rows = [
        Row(f"{word} случай {i}", label, None, source, "ru", "train")
        for i in range(150)
        for source in ("a", "b")
        for label, words in ((0, bad), (2, good))
        for word in words
    ]
    model = train_wide(rows, rows[::7])
    model.write(tmp_path)
    found = NGrams.read(tmp_path)
    log_p = found.log_probabilities(["полное хамство", "спасибо большое", ""])
    assert np.exp(log_p).sum(axis=1) == pytest.approx(1)
    assert log_p[0, 0] > log_p[0, 2]
    assert log_p[1, 2] > log_p[1, 0]
    assert NGrams.read(tmp_path / "nowhere") is None
