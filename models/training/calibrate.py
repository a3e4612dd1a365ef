"""Fit `calibration.json` on the validation split: `python -m models.training.calibrate --model FOLDER --data FOLDER`.

Sources count alike, however many rows they have, so that the numbers serve a source that nobody has seen rather than
the largest one. Books and films are left out: another domain.
"""

import argparse
import logging
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from models.calibration import OTHER, Calibration, Floats, Scaling
from models.checkpoint import NEGATIVE, find
from models.encoder import TextModel
from models.language import detect
from models.sentences import pieces
from models.training.data import Row, validation_rows
from models.training.measures import Ints

log = logging.getLogger("otklik.calibrate")

LANGUAGES = ("ru", "uk", "en")
PULL = 30.0
"""How many rows' worth of evidence it takes to move a language away from what all languages together say."""
FEWEST = 100
"""Rows from which a source counts in full."""
EVIDENCE_THRESHOLD = 0.5
OPENED = 0.02
"""Share of five-star reviews that a sentence alone may open."""
THRESHOLD = 1 / 11


def weights_of(sources: Sequence[str]) -> Floats:
    """Return a weight for each row so that sources count alike, those of few rows less; the mean is 1."""
    size = Counter(sources)
    weights = np.array([1 / max(size[source], FEWEST) for source in sources])
    normal: Floats = weights / weights.mean()
    return normal


def fit_scaling(log_p: Floats, labels: Ints, weights: Floats, prior: Scaling, pull: float) -> Scaling:
    """Return the scaling of least weighted log loss, pulled towards `prior` with the force of `pull` rows.

    Args:
        log_p: of the model, shape (n, 3).
        labels: indices, shape (n,).
        weights: of the rows, shape (n,), mean 1.
        prior: where to stay without evidence.
        pull: rows' worth of penalty on the squared distance of (log temperature, two offsets).
    """
    start = _parameters(prior)

    def loss(values: Floats) -> float:
        p = _scaling(values).apply(log_p)
        fit = -(weights * np.log(p[np.arange(len(labels)), labels] + 1e-12)).sum()
        return float(fit + pull * ((values - start) ** 2).sum())

    return _scaling(minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-3, "fatol": 1e-3}).x)


def _parameters(scaling: Scaling) -> Floats:
    negative, neutral, positive = scaling.offsets
    return np.array([np.log(scaling.temperature), negative - positive, neutral - positive])


def _scaling(values: Floats) -> Scaling:
    return Scaling(round(float(np.exp(values[0])), 4), (round(float(values[1]), 4), round(float(values[2]), 4), 0.0))


def fit_rating_likelihood(p: Floats, ratings: Floats, weights: Floats) -> list[list[float]]:
    """Return P(stars | class), 5 x 3: one step of Dawid & Skene (1979), the calibrated text being the other witness.

    The stars are also where the labels come from, so a fit to the labels would make them the truth and the text
    worthless. Counting them against what the text says keeps the doubt: some give five stars and complain.
    """
    stars = np.rint(ratings * 4).astype(int)
    counts = np.array([(weights * (stars == star)) @ p for star in range(5)]) + 1.0
    return [[round(float(value), 4) for value in row] for row in counts / counts.sum(axis=0)]


def sentence_weight(worst: Floats, weights: Floats) -> float:
    """Return the share of its worst sentence that a review inherits.

    Stars cannot teach it: whoever gives five of them and writes "but the waiter was rude" counts as content, so the log
    loss of the labels is least at a share of zero. The share is a choice: as large as it can be while at most `OPENED`
    of the five-star reviews reach the default threshold by a sentence alone, and none by one below 0.5.

    Args:
        worst: p_negative of the worst sentence of five-star reviews, 0 where there is a single one; shape (n,).
        weights: of those reviews, shape (n,).
    """
    order = np.argsort(-worst)
    opened = np.cumsum(weights[order]) / weights.sum()
    limit = float(worst[order][min(int(np.searchsorted(opened, OPENED)), len(worst) - 1)])
    return round(THRESHOLD / max(EVIDENCE_THRESHOLD, limit), 4)


def calibrate(model: TextModel, rows: Sequence[Row]) -> Calibration:
    """Return the calibration of a text model from validation rows."""
    log_p = model.log_probabilities([row.text for row in rows])
    labels = np.array([row.label for row in rows])
    weights = weights_of([row.source for row in rows])
    detected = np.array([detect(row.text) for row in rows])
    together = fit_scaling(log_p, labels, weights, Scaling(), 0.0)
    scalings = {OTHER: together}
    for language in LANGUAGES:
        its = detected == language
        share = weights[its] / weights[its].mean()
        scalings[language] = fit_scaling(log_p[its], labels[its], share, together, PULL)
        log.info("%s: %d rows, %s", language, its.sum(), scalings[language])
    calibration = Calibration(scalings)
    p = np.array([calibration.of_text(log_p[[i]], detected[i])[0] for i in range(len(rows))])
    rated = np.array([i for i, row in enumerate(rows) if row.rating is not None])
    ratings = np.array([rows[i].rating for i in rated], dtype=float)
    likelihood = fit_rating_likelihood(p[rated], ratings, weights[rated])
    content = rated[ratings == 1.0].tolist()
    worst = worst_sentences(model, calibration, [rows[i] for i in content], detected[content].tolist())
    weight = sentence_weight(worst, weights[content])
    fitted = {"rows": len(rows), "of": "validation split", "languages": dict(Counter(detected.tolist()))}
    return Calibration(scalings, likelihood, weight, fitted)


def worst_sentences(
    model: TextModel, calibration: Calibration, rows: Sequence[Row], languages: Sequence[str]
) -> Floats:
    """Return p_negative of the worst sentence of each text, shape (n,); 0 where a text is a single sentence."""
    spans = [pieces(row.text) for row in rows]
    inside = [i for i, found in enumerate(spans) if len(found) > 1]
    log_p = model.log_probabilities([rows[i].text[a:b] for i in inside for a, b in spans[i]])
    worst, at = np.zeros(len(rows)), 0
    for i in inside:
        p = calibration.of_text(log_p[at : at + len(spans[i])], languages[i])
        worst[i] = p[:, NEGATIVE].max()
        at += len(spans[i])
    return worst


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, fit and write the calibration beside the weights."""
    parser = argparse.ArgumentParser(prog="python -m models.training.calibrate", description=__doc__)
    parser.add_argument("--model", required=True, help="checkpoint folder")
    parser.add_argument("--data", type=Path, required=True, help="folder with the three parquet files")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    checkpoint = find(options.model)
    calibrate(TextModel.load(checkpoint), validation_rows(options.data)).write(checkpoint.folder)


if __name__ == "__main__":
    main()
