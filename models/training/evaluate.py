"""Compare a checkpoint with the baseline on the test split, as a Markdown table.

`python -m models.training.evaluate --model FOLDER --baseline FILE --data FOLDER --out FILE.md`. Texts are judged
without their stars, because the labels are made of those.
"""

import argparse
import logging
import re
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import joblib
import numpy as np

from core.records import ReplyState, Review
from core.settings import ModelSettings, Settings
from models.classifier import Classifier
from models.heads import Size
from models.text import clean
from models.training.data import Row, is_book, reported_rows
from models.training.measures import Floats, Ints, Measures, measure

log = logging.getLogger("otklik.evaluate")
SIZES: tuple[Size, ...] = ("quality", "fast")
FEWEST_ROWS, FEWEST_NEGATIVES = 60, 5
LARGE_APPS = ("fampay", "com.phonepe.app")
HEADER = (
    "| source | rows | neg. | AP | | | recall at P .80 | | at P .90 | | macro-F1 | | cost per 100 | | | | trivial | "
    "ECE | | | opened |\n" + "|---" * 21 + "|\n"
    "| | | | quality | fast | base | quality | base | quality | base | quality | base | quality | usual shares | "
    "fast | base | | usual | shares found | base | |\n"
)


def group_of(row: Row) -> str:
    """Return the name under which a row is reported: source and language; small apps and all books stand together."""
    if is_book(row):
        return "films, ru" if row.source.startswith("kinopoisk") else "books, ru"
    source = row.source if row.language != "en" or row.source in LARGE_APPS else "other apps"
    return f"{source}, {row.language}"


def judge(classifier: Classifier, rows: Sequence[Row], *, estimate: bool) -> Floats:
    """Return the probabilities (n, 3) that `classify` gives the texts without their stars.

    With `estimate` the shares of each source are found from its texts, as for an archive; else they are the usual ones.
    """
    now = datetime.now(UTC)
    reviews = [
        Review(
            source=re.sub(r"[^a-z0-9]+", "-", group_of(row)),
            listing_id="test",
            review_id=str(i),
            text=row.text,
            reply_state=ReplyState.unknown,
            seen_at=now,
        )
        for i, row in enumerate(rows)
    ]
    found = classifier.classify(reviews, now=now, priors="estimate" if estimate else None)
    return np.array([(one.p_negative, one.p_neutral, one.p_positive) for one in found])


def compare(rows: Sequence[Row], of: Mapping[str, Floats]) -> str:
    """Return the table: a line a source, then the languages pooled, then the mean over the sources of service reviews.

    Args:
        rows: what was judged.
        of: probabilities (n, 3) by name: quality, usual (quality without the shares found), fast, base.
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
        measured = {key: measure(p[at], labels[at]) for key, p in of.items()}
        lines.append(line_of(name, measured))
        if not name.startswith(("**", "books", "films")):
            means.append(measured)
    lines.append(line_of(f"**mean over {len(means)} sources**", mean_of(means)))
    return HEADER + "\n".join(lines) + "\n"


def line_of(name: str, of: Mapping[str, Measures]) -> str:
    """Return one line of the table."""
    quality, usual, fast, base = (of[key] for key in ("quality", "usual", "fast", "base"))
    cells = [name, str(quality.rows), str(quality.negatives)]
    cells += [f"{one.average_precision:.3f}" for one in (quality, fast, base)]
    for measured in ("recall", "recall_at_90", "macro_f1"):
        cells += [f"{getattr(one, measured):.3f}" for one in (quality, base)]
    cells += [f"{one.cost:.1f}" for one in (quality, usual, fast, base)]
    cells += [f"{quality.trivial:.1f}"]
    cells += [f"{one.ece:.3f}" for one in (usual, quality, base)]
    return "| " + " | ".join([*cells, f"{quality.opened:.3f}"]) + " |"


def mean_of(many: Sequence[Mapping[str, Measures]]) -> dict[str, Measures]:
    """Return the measures of a mean source: rows and negatives summed, all else averaged."""
    names = [one.name for one in fields(Measures) if one.name not in ("rows", "negatives")]
    return {
        key: Measures(
            rows=sum(one[key].rows for one in many),
            negatives=sum(one[key].negatives for one in many),
            **{name: float(np.mean([getattr(one[key], name) for one in many])) for name in names},
        )
        for key in many[0]
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
    said: dict[str, Floats] = {}
    for size in SIZES:
        classifier = Classifier.load(Settings(model=ModelSettings(path=options.model, size=size)))
        log.info("%d test rows, %s, size %s", len(rows), classifier.name, size)
        said[size] = judge(classifier, rows, estimate=True)
        if size == "quality":
            said["usual"] = judge(classifier, rows, estimate=False)
    said["base"] = joblib.load(options.baseline).predict_proba([clean(row.text) for row in rows])
    table = compare(rows, said)
    if options.out:
        options.out.write_text(table, encoding="utf-8")
        np.savez(options.out.with_suffix(".npz"), labels=[row.label for row in rows], p=np.stack([*said.values()]))
    else:
        sys.stdout.write(table)


if __name__ == "__main__":
    main()
