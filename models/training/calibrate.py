"""Fit `calibration.json` on the validation split: `python -m models.training.calibrate --model FOLDER --data FOLDER`.

Sources count alike, however many rows they have, so that the numbers serve a source that nobody has seen rather than
the largest one. Books and films are left out: another domain. Each source's own shares of complaints are taken out
while fitting, as they were in training, and come back by `models.priors` where the model is used.
"""

import argparse
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from models.calibration import OTHER, Calibration, Floats, Scaling, blend
from models.checkpoint import NEGATIVE, find
from models.encoder import Scores, TextModel
from models.heads import Size
from models.language import detect
from models.ngrams import NGrams
from models.priors import Prior, as_prior, shift
from models.segments import segments
from models.sentences import pieces
from models.training.data import Row, validation_rows
from models.training.examples import offsets
from models.training.measures import Ints
from models.training.written import SOURCE, Case, read_written

log = logging.getLogger("otklik.calibrate")

SIZES: tuple[Size, ...] = ("quality", "fast")
LANGUAGES = ("ru", "uk", "en")
PULL = 30.0
"""How many rows' worth of evidence it takes to move a language away from what all languages together say."""
FEWEST = 100
"""Rows from which a source counts in full."""
EVIDENCE_THRESHOLD = 0.5
OPENED = 0.02
"""Share of five-star reviews that a sentence alone may open."""
THRESHOLD = 1 / 11
EARLY_SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
POOL_SHARES = (0.0, 0.1, 0.2, 0.3, 0.4)
WIDE_SHARES = (0.0, 0.1, 0.2, 0.3, 0.4)
"""No further: where a source is new, the words that it shares with the others are fewer than validation shows."""


def weights_of(sources: Sequence[str]) -> Floats:
    """Return a weight for each row so that sources count alike, those of few rows less; the mean is 1."""
    size = Counter(sources)
    weights = np.array([1 / max(size[source], FEWEST) for source in sources])
    normal: Floats = weights / weights.mean()
    return normal


def fit_scaling(log_p: Floats, labels: Ints, weights: Floats, shares: Floats, prior: Scaling, pull: float) -> Scaling:
    """Return the scaling of least weighted log loss, pulled towards `prior` with the force of `pull` rows.

    Args:
        log_p: of the model, shape (n, 3).
        labels: indices, shape (n,).
        weights: of the rows, shape (n,), mean 1.
        shares: log of the class shares of each row's source, shape (n, 3); zeros where there are none to take out.
        prior: where to stay without evidence.
        pull: rows' worth of penalty on the squared distance of (log temperature, two offsets).
    """
    start = _parameters(prior)

    def loss(values: Floats) -> float:
        p = _scaling(values).apply(log_p) * np.exp(shares)
        p /= p.sum(axis=1, keepdims=True)
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


def calibrate(model: TextModel, ngrams: NGrams | None, rows: Sequence[Row], cases: Sequence[Case]) -> Calibration:
    """Return the calibration of one size of a text model.

    Args:
        model: with its heads.
        ngrams: its wide branch.
        rows: validation rows: what the whole text is fitted on, and the stars.
        cases: written cases of the validation split: what single sentences are fitted on, and one source more.
    """
    found = score(model, [row.text for row in rows])
    written = model.score([[(one.text + " ", at) for at, one in enumerate(case.sentences)] for case in cases])
    deep = np.concatenate([found.whole, written.whole])
    early = None
    if found.early is not None and written.early is not None:
        early = np.concatenate([found.early, written.early])
    first = [*found.first, *(found.first[-1] + at for at in written.first[1:])]
    its = np.concatenate([found.sentences, written.sentences])
    labels = np.array([row.label for row in rows] + [case.label for case in cases])
    sources = [row.source for row in rows] + [SOURCE] * len(cases)
    weights = weights_of(sources)
    share_of = offsets(sources, labels.tolist())
    shares = np.array([share_of[source] for source in sources], dtype=float)
    detected = np.array([detect(text) for text in [row.text for row in rows] + [case.text for case in cases]])
    texts = [row.text for row in rows] + [case.text for case in cases]
    known = Known(labels, weights, shares)
    deep, share_of_early = best_layers(deep, early, known)
    deep, share_of_sentences = best_pool(deep, its, first, known)
    wide = None if ngrams is None else ngrams.log_probabilities(texts)
    log_p, share_of_wide = best_mixture(deep, wide, known)
    together = fit_scaling(log_p, labels, weights, shares, Scaling(), 0.0)
    scalings = {OTHER: together}
    for language in LANGUAGES:
        its = detected == language
        own = weights[its] / weights[its].mean()
        scalings[language] = fit_scaling(log_p[its], labels[its], own, shares[its], together, PULL)
        log.info("%s: %d rows, %s", language, its.sum(), scalings[language])
    said = np.array([one.label for case in cases for one in case.sentences])
    alike = np.ones(len(said))
    sentences = fit_scaling(written.sentences, said, alike, np.zeros((len(said), 3)), Scaling(), 0.0)
    log.info("sentences: %d, %s", len(said), sentences)
    usual = usual_shares(shares, weights)
    calibration = Calibration(scalings, sentences, usual)
    p = np.array([calibration.of_text(log_p[[i]], detected[i])[0] for i in range(len(rows))])
    p = np.array([shift(one, as_prior(np.exp(of))) for one, of in zip(p, shares[: len(rows)], strict=True)])
    rated = np.array([i for i, row in enumerate(rows) if row.rating is not None])
    ratings = np.array([rows[i].rating for i in rated], dtype=float)
    likelihood = fit_rating_likelihood(p[rated], ratings, weights[rated])
    content = rated[ratings == 1.0]
    hurts = calibration.of_sentences(found.sentences)[:, NEGATIVE]
    worst = np.array([_worst(hurts[found.first[i] : found.first[i + 1]]) for i in content])
    fitted = {
        "rows": len(rows),
        "written_cases": len(cases),
        "of": "validation split",
        "languages": dict(Counter(detected.tolist())),
    }
    weight = sentence_weight(worst, weights[content])
    return Calibration(
        scalings,
        sentences,
        usual,
        likelihood,
        weight,
        early=share_of_early,
        pool=share_of_sentences,
        wide=share_of_wide,
        fitted=fitted,
    )


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of n texts: labels (n,), weights (n,), and the log shares of their sources (n, 3)."""

    labels: Ints
    weights: Floats
    shares: Floats

    def loss(self, log_p: Floats) -> float:
        """Return the weighted log loss of log p (n, 3), scaled at best, at the shares of the sources."""
        p = fit_scaling(log_p, self.labels, self.weights, self.shares, Scaling(), 0.0).apply(log_p)
        p = p * np.exp(self.shares)
        p /= p.sum(axis=1, keepdims=True)
        return float(-(self.weights * np.log(p[np.arange(len(p)), self.labels] + 1e-12)).mean())


def best_layers(whole: Floats, early: Floats | None, known: Known) -> tuple[Floats, float]:
    """Return log p (n, 3) of last layer and early exit in the mixture of least loss, and the share of the exit."""
    if early is None:
        return whole, 0.0
    return _least({share: blend(whole, early, share) for share in EARLY_SHARES}, known, "early exit")


def best_pool(whole: Floats, sentences: Floats, first: Sequence[int], known: Known) -> tuple[Floats, float]:
    """Return log p (n, 3) of texts and their sentences in the mixture of least loss, and the share of the sentences."""
    mixed = {share: Calibration(pool=share).pooled(whole, sentences, first) for share in POOL_SHARES}
    return _least(mixed, known, "sentences")


def best_mixture(deep: Floats, wide: Floats | None, known: Known) -> tuple[Floats, float]:
    """Return log p (n, 3) of encoder and wide branch in the mixture of least loss, and the share of the wide branch."""
    if wide is None:
        return deep, 0.0
    return _least({share: blend(deep, wide, share) for share in WIDE_SHARES}, known, "wide branch")


def _least(mixed: Mapping[float, Floats], known: Known, name: str) -> tuple[Floats, float]:
    losses = {share: known.loss(log_p) for share, log_p in mixed.items()}
    log.info("log loss by share of the %s: %s", name, {share: round(loss, 4) for share, loss in losses.items()})
    best = min(losses, key=losses.__getitem__)
    return mixed[best], best


def score(model: TextModel, texts: Sequence[str]) -> Scores:
    """Return what the model says of texts and of the sentences in them."""
    return model.score([segments("", text, pieces(text)) for text in texts])


def usual_shares(shares: Floats, weights: Floats) -> Prior:
    """Return the mean class shares over sources, from the log shares (n, 3) and weights (n,) of their rows."""
    mean = (np.exp(shares) * weights[:, None]).sum(axis=0)
    negative, neutral, _ = as_prior(mean)
    return round(negative, 4), round(neutral, 4), round(1 - round(negative, 4) - round(neutral, 4), 4)


def _worst(hurts: Floats) -> float:
    return float(hurts.max()) if len(hurts) > 1 else 0.0


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, fit and write the calibration beside the weights."""
    parser = argparse.ArgumentParser(prog="python -m models.training.calibrate", description=__doc__)
    parser.add_argument("--model", required=True, help="checkpoint folder")
    parser.add_argument("--data", type=Path, required=True, help="folder with the three parquet files")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    checkpoint = find(options.model)
    rows, cases = validation_rows(options.data), [case for case in read_written() if case.split == "validation"]
    for size in SIZES:
        log.info("size %s", size)
        model = TextModel.load(checkpoint, size=size)
        calibrate(model, NGrams.read(checkpoint.folder), rows, cases).write(checkpoint.folder, size)


if __name__ == "__main__":
    main()
