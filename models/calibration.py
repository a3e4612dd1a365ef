"""From what a text model says to probabilities that one can act on: calibration, base rates, stars, sentences.

Five steps, each a small function of probabilities (negative, neutral, positive):

1. The early exit and the sentences speak beside the whole text: a long text dilutes the sentence that complains.
2. `Scaling`, one per language: temperature scaling with class offsets (Guo et al. 2017, arXiv:1706.04599; Alexandari
   et al. 2020, arXiv:1901.06852). It takes back over-confidence and the class weights of training, so that the cost of
   a miss counts once. Its result holds where the three classes are equally frequent.
3. The shares of the source (`models.priors`) come on top.
4. Stars are a second, noisy witness beside the text, not the truth (Dawid & Skene 1979, doi:10.2307/2346806): the
   probabilities are multiplied by P(stars | class) and normalised. Between whole stars the logarithm is interpolated.
5. The worst sentence of a longer text raises p_negative by a "noisy or", and only from the evidence threshold on.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import ConfigurationError
from models.priors import Prior, shift

log = logging.getLogger(__name__)

Floats = npt.NDArray[np.float64]
FILE = "calibration.json"
OTHER = "other"
STARS = 5

# P(stars | negative, neutral, positive), a row for each of 1..5 stars, for a checkpoint that has none of its own:
# what the shipped model's validation rows gave, rounded.
RATING_LIKELIHOOD = (
    (0.586, 0.176, 0.044),
    (0.154, 0.139, 0.027),
    (0.135, 0.268, 0.098),
    (0.063, 0.221, 0.211),
    (0.062, 0.196, 0.620),
)
# Stars without words: nothing contradicts them, and three stars alone say nothing.
SILENT = (
    (0.96, 0.03, 0.01),
    (0.85, 0.12, 0.03),
    (0.08, 0.84, 0.08),
    (0.03, 0.17, 0.80),
    (0.01, 0.02, 0.97),
)
# Neither words nor stars: no information must not open a case, whatever the base rate of complaints is.
NOTHING = (0.05, 0.9, 0.05)
USUAL: Prior = (0.33, 0.12, 0.55)


@dataclass(frozen=True, slots=True)
class Scaling:
    """p = softmax(log p of the model / temperature + offsets)."""

    temperature: float = 1.0
    offsets: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def apply(self, log_p: Floats) -> Floats:
        """Return calibrated probabilities of the same shape (n, 3), rows summing to 1."""
        return softmax(log_p / self.temperature + np.array(self.offsets))


def softmax(scores: Floats) -> Floats:
    """Return the softmax over the last axis."""
    p = np.exp(scores - scores.max(axis=-1, keepdims=True))
    normalised: Floats = p / p.sum(axis=-1, keepdims=True)
    return normalised


def blend(one: Floats, other: Floats, share: float) -> Floats:
    """Return log p (n, 3) of two judges together: the geometric mean, `share` being the weight of the other."""
    return _normalised((1 - share) * one + share * other)


def _normalised(scores: Floats) -> Floats:
    together: Floats = scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True))
    return together


@dataclass(frozen=True, slots=True)
class Calibration:
    """All that stands between one size of a text model and a Prediction; without a file scores stay as they are.

    `languages` maps ISO 639-1 codes and `other` to their scaling; `sentences` is the scaling of single sentences;
    `usual` are the shares of a source of which nothing is known, None for a model whose probabilities already hold
    base rates of their own; `sentence_weight` is the share of a sentence's p_negative that the whole review inherits;
    `early` is the weight of the early exit beside the last layer, `pool` that of the sentences beside the whole text,
    `wide` that of the wide branch beside all; `fitted` says on what the numbers were fitted.
    """

    languages: Mapping[str, Scaling] = field(default_factory=dict)
    sentences: Scaling = field(default_factory=Scaling)
    usual: Prior | None = None
    rating_likelihood: Sequence[Sequence[float]] = RATING_LIKELIHOOD
    sentence_weight: float = 0.1
    early: float = 0.0
    pool: float = 0.0
    wide: float = 0.0
    fitted: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path, size: str = "quality") -> "Calibration":
        """Read one size's part of `calibration.json`; without the file, warn and leave the model as it is.

        Raises:
            ConfigurationError: the file cannot be understood.
        """
        path = folder / FILE
        if not path.is_file():
            log.warning("%s: no calibration; probabilities are the model's own and may be over-confident", folder.name)
            return cls()
        try:
            return cls._parse(json.loads(path.read_text(encoding="utf-8"))[size])
        except (ValueError, KeyError, TypeError) as error:
            raise ConfigurationError(f"{path}: not a calibration: {error!r}") from error

    @classmethod
    def _parse(cls, values: dict[str, Any]) -> "Calibration":
        likelihood = values["rating_likelihood"]
        if np.shape(likelihood) != (STARS, 3):
            raise ValueError("rating_likelihood must be 5 x 3")
        usual: Prior | None = None
        if values["usual"] is not None:
            negative, neutral, positive = map(float, values["usual"])
            usual = (negative, neutral, positive)
        return cls(
            languages={name: _scaling(one) for name, one in values["languages"].items()},
            sentences=_scaling(values["sentences"]),
            usual=usual,
            rating_likelihood=likelihood,
            sentence_weight=float(values["sentence_weight"]),
            early=float(values.get("early", 0.0)),
            pool=float(values.get("pool", 0.0)),
            wide=float(values.get("wide", 0.0)),
            fitted=values.get("fitted", {}),
        )

    def write(self, folder: Path, size: str = "quality") -> None:
        """Write one size's part of `calibration.json` into a checkpoint folder, leaving that of the other."""
        path = folder / FILE
        known = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        path.write_text(json.dumps({**known, size: asdict(self)}, indent=1) + "\n", encoding="utf-8")

    def pooled(self, whole: Floats, sentences: Floats, first: Sequence[int]) -> Floats:
        """Return log p (n, 3) of n texts in which their m sentences have spoken, too: a weighted geometric mean.

        They speak as one by their most negative, and by what they say of the other classes on average. A text of a
        single sentence stays as it is.

        Args:
            whole: log p of the texts, (n, 3).
            sentences: log p of their sentences, (m, 3).
            first: the sentences of text i are rows first[i] to first[i + 1]; n + 1 numbers.
        """
        if not self.pool:
            return whole
        scores = whole.copy()
        for at, (start, stop) in enumerate(pairwise(first)):
            if stop - start > 1:
                its = sentences[start:stop]
                as_one = np.array([its[:, 0].max(), its[:, 1].mean(), its[:, 2].mean()])
                scores[at] = (1 - self.pool) * whole[at] + self.pool * as_one
        return _normalised(scores)

    def of_layers(self, whole: Floats, early: Floats | None) -> Floats:
        """Return log p (n, 3) of the last layer and the early exit together; half-way, words weigh more."""
        return whole if early is None or not self.early else blend(whole, early, self.early)

    def fused(self, deep: Floats, wide: Floats) -> Floats:
        """Return log p (n, 3) of encoder and wide branch together."""
        return blend(deep, wide, self.wide)

    def of_text(self, log_p: Floats, language: str) -> Floats:
        """Return the probabilities (n, 3) at even shares, of texts in one language, from the model's log p (n, 3)."""
        scaling = self.languages.get(language) or self.languages.get(OTHER) or Scaling()
        return scaling.apply(log_p)

    def of_sentences(self, log_p: Floats) -> Floats:
        """Return the probabilities (n, 3) of sentences from the model's log p (n, 3)."""
        return self.sentences.apply(log_p)

    def at_source(self, even: Floats, prior: Prior | None) -> Floats:
        """Return the probabilities (..., 3) at a source's shares, the usual ones where `prior` is None."""
        shares = prior or self.usual
        return even if shares is None else shift(even, shares)

    def with_rating(self, p: Floats, rating: float | None) -> Floats:
        """Return the probabilities (3,) of a text once its stars (0..1, None if unknown) have spoken too."""
        if rating is None:
            return p
        together = p * np.exp(between(np.log(np.asarray(self.rating_likelihood)), rating))
        fused: Floats = together / together.sum()
        return fused

    def with_sentence(self, p: Floats, worst: float, evidence_threshold: float) -> Floats:
        """Return the probabilities (3,) of a review once its worst sentence (its p_negative) has spoken too.

        p_negative becomes 1 - (1 - p_negative)(1 - weight * worst). Below `evidence_threshold` nothing changes, so
        that a hundred harmless sentences open no case.
        """
        if worst < evidence_threshold:
            return p
        kept = 1 - self.sentence_weight * worst
        return np.array([1 - (1 - p[0]) * kept, p[1] * kept, p[2] * kept])

    def of_rating(self, rating: float | None) -> Floats:
        """Return the probabilities (3,) of a review without words.

        With stars they are the stars' own word; without, p_negative lies below every threshold down to 1/20.
        """
        return np.array(NOTHING) if rating is None else between(np.array(SILENT), rating)


def _scaling(values: Mapping[str, Any]) -> Scaling:
    negative, neutral, positive = map(float, values["offsets"])
    return Scaling(float(values["temperature"]), (negative, neutral, positive))


def between(table: Floats, rating: float) -> Floats:
    """Return the row of a (5, n) table of one to five stars at `rating` in 0..1, interpolated linearly."""
    at = min(max(rating, 0.0), 1.0) * (STARS - 1)
    low = min(int(at), STARS - 2)
    row: Floats = table[low] + (at - low) * (table[low + 1] - table[low])
    return row
