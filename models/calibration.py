"""From what a text model says to probabilities that one can act on: calibration, stars, sentences.

Three steps, each a small function of probabilities (negative, neutral, positive):

1. `Scaling`, one per language: temperature scaling with class offsets. The temperature takes back over-confidence
   (Guo et al. 2017, arXiv:1706.04599); the offsets take back the class weights of training, so that the cost of a miss
   counts once, and the base rates of the training rows (bias-corrected temperature scaling, Alexandari et al. 2020,
   arXiv:1901.06852).
2. Stars are a second, noisy witness beside the text, not the truth (Dawid & Skene 1979, doi:10.2307/2346806): the
   probabilities are multiplied by P(stars | class) and normalised. Between whole stars the logarithm is interpolated.
3. The worst sentence of a longer text raises p_negative by a "noisy or", and only from the evidence threshold on.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import ConfigurationError

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


@dataclass(frozen=True, slots=True)
class Calibration:
    """All that stands between a text model and a Prediction; without a file a text's scores stay as they are.

    `languages` maps ISO 639-1 codes and `other` to their scaling; `sentence_weight` is the share of a sentence's
    p_negative that the whole review inherits; `fitted` says on what the numbers were fitted, for people.
    """

    languages: Mapping[str, Scaling] = field(default_factory=dict)
    rating_likelihood: Sequence[Sequence[float]] = RATING_LIKELIHOOD
    sentence_weight: float = 0.1
    fitted: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> "Calibration":
        """Read `calibration.json` of a checkpoint folder; without one, warn and leave the model as it is.

        Raises:
            ConfigurationError: the file cannot be understood.
        """
        path = folder / FILE
        if not path.is_file():
            log.warning("%s: no calibration; probabilities are the model's own and may be over-confident", folder.name)
            return cls()
        try:
            return cls._parse(json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, KeyError, TypeError) as error:
            raise ConfigurationError(f"{path}: not a calibration: {error!r}") from error

    @classmethod
    def _parse(cls, values: dict[str, Any]) -> "Calibration":
        likelihood = values["rating_likelihood"]
        if np.shape(likelihood) != (STARS, 3):
            raise ValueError("rating_likelihood must be 5 x 3")
        languages = {}
        for name, one in values["languages"].items():
            negative, neutral, positive = map(float, one["offsets"])
            languages[name] = Scaling(float(one["temperature"]), (negative, neutral, positive))
        return cls(languages, likelihood, float(values["sentence_weight"]), values.get("fitted", {}))

    def write(self, folder: Path) -> None:
        """Write `calibration.json` into a checkpoint folder."""
        (folder / FILE).write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    def of_text(self, log_p: Floats, language: str) -> Floats:
        """Return the calibrated probabilities (n, 3) of texts in one language from the model's log p (n, 3)."""
        scaling = self.languages.get(language) or self.languages.get(OTHER) or Scaling()
        return scaling.apply(log_p)

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


def between(table: Floats, rating: float) -> Floats:
    """Return the row of a (5, n) table of one to five stars at `rating` in 0..1, interpolated linearly."""
    at = min(max(rating, 0.0), 1.0) * (STARS - 1)
    low = min(int(at), STARS - 2)
    row: Floats = table[low] + (at - low) * (table[low + 1] - table[low])
    return row
