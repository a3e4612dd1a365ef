"""Compare a checkpoint with the baseline on the test split, as a Markdown table.

`python -m models.training.evaluate --model FOLDER --baseline FILE --data FOLDER --out FILE.md`. Texts are judged
without their stars, because the labels are made of those.
"""

import argparse
import logging
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import joblib
import numpy as np

from core.records import ReplyState, Review
from core.settings import ModelSettings, Settings
from models.calibration import softmax
from models.classifier import Classifier
from models.encoder import TextModel
from models.text import clean
from models.training.data import Row, is_book, reported_rows
from models.training.measures import Floats, Ints, Measures, measure

log = logging.getLogger("otklik.evaluate")
FEWEST_ROWS, FEWEST_NEGATIVES = 60, 5
LARGE_APPS = ("fampay", "com.phonepe.app")
HEADER = """\
| source | rows | negative | AP | | recall at precision .80 | | macro-F1 | | cost per 100 | | trivial cost | ECE | | |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
| | | | ours | base | ours | base | ours | base | ours | base | | before | after | base |
"""


class Remembering(TextModel):
    """A text model that scores no text twice, because the same texts are measured before and after calibration."""

    def __init__(self, model: TextModel) -> None:
        room = {"max_tokens": model.max_tokens, "batch_size": model.batch_size}
        super().__init__(model.tokenizer, model.model, model.meanings, **room)
        self._known: dict[str, Floats] = {}

    def log_probabilities(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Floats:
        """Return what `TextModel.log_probabilities` does."""
        new = list({text: None for text in texts if text not in self._known})
        self._known.update(zip(new, super().log_probabilities(new, progress), strict=True))
        return np.array([self._known[text] for text in texts]).reshape(-1, 3)


def group_of(row: Row) -> str:
    """Return the name under which a row is reported: source and language; small apps and all books stand together."""
    if is_book(row):
        return "films, ru" if row.source.startswith("kinopoisk") else "books, ru"
    source = row.source if row.language != "en" or row.source in LARGE_APPS else "other apps"
    return f"{source}, {row.language}"


def judge(classifier: Classifier, rows: Sequence[Row]) -> Floats:
    """Return the probabilities (n, 3) that `classify` gives the texts without their stars."""
    now = datetime.now(UTC)
    reviews = [
        Review(
            source="test",
            listing_id="test",
            review_id=str(i),
            text=row.text,
            reply_state=ReplyState.unknown,
            seen_at=now,
        )
        for i, row in enumerate(rows)
    ]
    found = classifier.classify(reviews, now=now)
    return np.array([(one.p_negative, one.p_neutral, one.p_positive) for one in found])


def compare(rows: Sequence[Row], ours: Floats, raw: Floats, base: Floats) -> str:
    """Return the table: a line a source, then the languages pooled, then the mean over the sources of service reviews.

    Args:
        rows: what was judged.
        ours: probabilities (n, 3) as `classify` gives them.
        raw: the same before calibration.
        base: the baseline's.
    """
    labels: Ints = np.array([row.label for row in rows])
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        groups[group_of(row)].append(index)
        if not is_book(row):
            groups[f"**all {row.language}**"].append(index)
    kept = {name: at for name, at in groups.items() if len(at) >= FEWEST_ROWS}
    kept = {name: at for name, at in kept.items() if (labels[at] == 0).sum() >= FEWEST_NEGATIVES}
    lines, means = [], []
    for name in sorted(kept, key=lambda one: (one.startswith("**"), one)):
        at = kept[name]
        three = {key: measure(p[at], labels[at]) for key, p in (("ours", ours), ("raw", raw), ("base", base))}
        lines.append(line_of(name, three))
        if not name.startswith(("**", "books", "films")):
            means.append(three)
    lines.append(line_of(f"**mean over {len(means)} sources**", mean_of(means)))
    return HEADER + "\n".join(lines) + "\n"


def line_of(name: str, of: Mapping[str, Measures]) -> str:
    """Return one line of the table."""
    ours, raw, base = of["ours"], of["raw"], of["base"]
    cells = [name, str(ours.rows), str(ours.negatives)]
    for measured in ("average_precision", "recall", "macro_f1"):
        cells += [f"{getattr(one, measured):.3f}" for one in (ours, base)]
    cells += [f"{ours.cost:.1f}", f"{base.cost:.1f}", f"{ours.trivial:.1f}"]
    cells += [f"{one.ece:.3f}" for one in (raw, ours, base)]
    return "| " + " | ".join(cells) + " |"


def mean_of(many: Sequence[Mapping[str, Measures]]) -> dict[str, Measures]:
    """Return the measures of a mean source: rows and negatives summed, all else averaged."""
    names = ("average_precision", "recall", "macro_f1", "cost", "trivial", "ece")
    return {
        key: Measures(
            rows=sum(one[key].rows for one in many),
            negatives=sum(one[key].negatives for one in many),
            **{name: float(np.mean([getattr(one[key], name) for one in many])) for name in names},
        )
        for key in ("ours", "raw", "base")
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, judge the test split with both models and write the table."""
    parser = argparse.ArgumentParser(prog="python -m models.training.evaluate", description=__doc__)
    parser.add_argument("--model", help="checkpoint folder; the shipped one if not given")
    parser.add_argument("--baseline", type=Path, required=True, help="file of models.training.baseline")
    parser.add_argument("--data", type=Path, required=True, help="folder with the three parquet files")
    parser.add_argument("--out", type=Path, help="file to write; standard output if not given")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    rows = reported_rows(options.data)
    classifier = Classifier.load(Settings(model=ModelSettings(path=options.model)))
    log.info("%d test rows, %s", len(rows), classifier.name)
    classifier.model = Remembering(classifier.model)
    raw = softmax(classifier.model.log_probabilities([row.text for row in rows]))
    ours = judge(classifier, rows)
    base = joblib.load(options.baseline).predict_proba([clean(row.text) for row in rows])
    table = compare(rows, ours, raw, base)
    if options.out:
        options.out.write_text(table, encoding="utf-8")
    else:
        sys.stdout.write(table)


if __name__ == "__main__":
    main()
