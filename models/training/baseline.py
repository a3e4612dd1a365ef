"""The yardstick: TF-IDF with logistic regression, trained on the same rows as the encoder.

`python -m models.training.baseline --data FOLDER --out FILE`: words of one and two, characters of two to five within
words, sublinear counts; C is chosen by the log loss on validation.
"""

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.pipeline import make_pipeline, make_union

from models.text import clean
from models.training.data import Row, training_rows, validation_rows

log = logging.getLogger("otklik.baseline")
COSTS = (0.3, 1.0, 3.0, 10.0)
"""Values of C that are tried, in order, until validation gets worse."""


def fit(rows: Sequence[Row], validation: Sequence[Row]) -> Any:
    """Return a fitted scikit-learn pipeline from texts to the probabilities of the three classes."""
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=3, sublinear_tf=True, dtype=np.float32)
    chars = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(2, 5), min_df=5, max_features=300_000, sublinear_tf=True, dtype=np.float32
    )
    features = make_union(words, chars)
    train = features.fit_transform([clean(row.text) for row in rows])
    held_out = features.transform([clean(row.text) for row in validation])
    log.info("%d features", train.shape[1])
    labels, held_labels = [row.label for row in rows], [row.label for row in validation]
    best, least = None, float("inf")
    for c in COSTS:
        model = LogisticRegression(C=c, max_iter=150, tol=1e-3).fit(train, labels)
        loss = log_loss(held_labels, model.predict_proba(held_out))
        log.info("C %g: log loss on validation %.4f", c, loss)
        if loss > least:
            break
        best, least = model, loss
    return make_pipeline(features, best)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, fit and write the pipeline."""
    parser = argparse.ArgumentParser(prog="python -m models.training.baseline", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the three parquet files")
    parser.add_argument("--out", type=Path, required=True, help="file to write (joblib)")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    pipeline = fit(training_rows(options.data), validation_rows(options.data))
    joblib.dump(pipeline, options.out)


if __name__ == "__main__":
    main()
