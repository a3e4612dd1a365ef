"""The checkpoint beside what anybody has at hand: a word list, the stars, TF-IDF; and on labels that people gave.

`python -m models.training.yardsticks --baseline FILE --data FOLDER` needs, beside the three parquet files, the list
`kartaslovsent.csv` (KartaSlovSent) and `sentirueval15_rest/SentiRuEval_rest_markup_train.xml` (SentiRuEval 2015,
restaurants; Loukachevitch et al., Dialogue 2015). Both serve for measuring alone, as their licences ask. The stars
stand only beside the labels that people gave: the others are made of stars.
"""

import argparse
import csv
import logging
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import joblib
import numpy as np
import pymorphy3
from lxml import etree
from razdel import tokenize
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from core.settings import ModelSettings, Settings
from models.classifier import Classifier
from models.text import clean
from models.training.data import Row, is_book, reported_rows, validation_rows
from models.training.evaluate import FEWEST_NEGATIVES, FEWEST_ROWS, SIZES, judge
from models.training.measures import Floats, Measures, measure

log = logging.getLogger("otklik.yardsticks")
WORDS = "kartaslovsent.csv"
RESTAURANTS = Path("sentirueval15_rest") / "SentiRuEval_rest_markup_train.xml"
BEST = 10
_POLARITIES = {"negative": 0, "both": 1, "neutral": 1, "positive": 2}
_NOT = {"не", "нет", "без", "ни"}
_FIELDS = ("average_precision", "recall", "macro_f1", "cost", "ece")


class Lexicon:
    """Weighs the words of a text by a list, a word after a negation the other way, and fits what that tells."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights = weights
        self._lemma = cache(pymorphy3.MorphAnalyzer(lang="ru").normal_forms)
        self._model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))

    @classmethod
    def load(cls, path: Path) -> "Lexicon":
        """Read a list of the columns term, value (-1 to 1)."""
        with path.open(encoding="utf-8", newline="") as lines:
            return cls({row["term"].casefold(): float(row["value"]) for row in csv.DictReader(lines, delimiter=";")})

    def features(self, texts: Iterable[str]) -> Floats:
        """Return (n, 4): mean weight, shares of bad and of good words, the worst word."""
        return np.array([self._of_text(text) for text in texts])

    def _of_text(self, text: str) -> tuple[float, float, float, float]:
        found: list[float] = []
        sign = 1.0
        for token in tokenize(text.casefold()):
            if token.text in _NOT:
                sign = -1.0
                continue
            known = (self._weights[form] for form in (token.text, *self._lemma(token.text)) if form in self._weights)
            if (weight := next(known, None)) is not None:
                found.append(sign * weight)
            if token.text[:1].isalpha():
                sign = 1.0
        if not found:
            return 0.0, 0.0, 0.0, 0.0
        weights = np.array(found)
        return float(weights.mean()), float((weights < -0.3).mean()), float((weights > 0.3).mean()), float(min(found))

    def fit(self, rows: Sequence[Row]) -> None:
        """Learn from labelled rows how likely each class is at given features."""
        self._model.fit(self.features(clean(row.text) for row in rows), [row.label for row in rows])

    def predict(self, texts: Sequence[str]) -> Floats:
        """Return probabilities (n, 3)."""
        return np.asarray(self._model.predict_proba(self.features(clean(text) for text in texts)), dtype=float)


def read_restaurants(path: Path) -> Iterator[Row]:
    """Yield the reviews whose polarity as a whole people marked, with the mean of their scores as the rating."""
    for review in etree.parse(str(path), etree.XMLParser(resolve_entities=False, no_network=True)).iter("review"):
        polarity = review.find("categories/category[@name='Whole']")
        marked = None if polarity is None else _POLARITIES.get(polarity.get("sentiment"))
        scores = [int(score.text) for score in review.iterfind("scores/*") if int(score.text or 0) > 0]
        if marked is not None and scores:
            rating = (float(np.mean(scores)) - 1) / (BEST - 1)
            yield Row(review.findtext("text") or "", marked, rating, "restoclub", "ru", "test")


def by_stars(rows: Sequence[Row]) -> Floats:
    """Return what stars alone say: the fewer, the likelier a complaint."""
    bad = np.array([1.0 - (row.rating or 0.0) for row in rows])
    return np.stack([bad**2, 2 * bad * (1 - bad), (1 - bad) ** 2], axis=1)


def table(found: Mapping[str, Mapping[str, Measures]]) -> str:
    """Return the table in Markdown: a line for each set of rows and each way of judging them."""
    lines = ["| rows | judged by | AP | recall at P .80 | macro-F1 | cost per 100 | ECE |", "|---" * 7 + "|"]
    for name, ways in found.items():
        for way, of in ways.items():
            figures = [getattr(of, field) for field in _FIELDS]
            cells = [
                f"{value:.1f}" if field == "cost" else f"{value:.3f}"
                for field, value in zip(_FIELDS, figures, strict=True)
            ]
            lines.append("| " + " | ".join([f"{name} ({of.rows}, {of.negatives} negative)", way, *cells]) + " |")
    return "\n".join(lines) + "\n"


def mean(many: Sequence[Measures]) -> Measures:
    """Return the mean over sources; rows and negatives are summed."""
    averaged = {field: float(np.mean([getattr(one, field) for one in many])) for field in Measures.__dataclass_fields__}
    summed = {field: sum(getattr(one, field) for one in many) for field in ("rows", "negatives")}
    return Measures(**{**averaged, **summed})


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, judge both sets in every way and print the table."""
    parser = argparse.ArgumentParser(prog="python -m models.training.yardsticks", description=__doc__)
    parser.add_argument("--model", help="checkpoint folder; the shipped one if not given")
    parser.add_argument("--baseline", type=Path, required=True, help="file of models.training.baseline")
    parser.add_argument("--data", type=Path, required=True, help="folder with the parquet files and both yardsticks")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    logging.getLogger("pymorphy3").setLevel(logging.WARNING)
    restaurants = list(read_restaurants(options.data / RESTAURANTS))
    reported = [row for row in reported_rows(options.data) if row.language == "ru" and not is_book(row)]
    rows = [*restaurants, *reported]
    texts = [row.text for row in rows]
    lexicon = Lexicon.load(options.data / WORDS)
    lexicon.fit([row for row in validation_rows(options.data) if row.language == "ru" and not is_book(row)])
    said: dict[str, Floats] = {}
    for size in SIZES:
        classifier = Classifier.load(Settings(model=ModelSettings(path=options.model, size=size)))
        log.info("%d texts, %s, size %s", len(rows), classifier.name, size)
        said[size] = judge(classifier, rows, estimate=True)
    said["TF-IDF"] = joblib.load(options.baseline).predict_proba([clean(text) for text in texts])
    said["word list"] = lexicon.predict(texts)
    labels = np.array([row.label for row in rows])
    of_source: defaultdict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(reported, start=len(restaurants)):
        of_source[row.source].append(index)
    groups = [at for at in of_source.values() if len(at) >= FEWEST_ROWS]
    groups = [at for at in groups if (labels[at] == 0).sum() >= FEWEST_NEGATIVES]
    people = slice(len(restaurants))
    found = {
        "SentiRuEval 2015, restaurants": {way: measure(p[people], labels[people]) for way, p in said.items()}
        | {"stars": measure(by_stars(restaurants), labels[people])},
        f"test split, mean of {len(groups)} Russian sources": {
            way: mean([measure(p[at], labels[at]) for at in groups]) for way, p in said.items()
        },
    }
    sys.stdout.write(table(found))


if __name__ == "__main__":
    main()
