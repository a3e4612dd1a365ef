"""Leave one source out: what the recipe reaches on a source that it has never seen.

`python -m models.training.folds --base ... --data ... --out FOLDER` trains, for each of FOLDS, the recipe from the bare
encoder and the baseline on the same rows (at most 12,000, one epoch), judges the source that was kept aside, and keeps
what both said in FOLDER. A fold that is done is not done again; one that was stopped goes on. Then it prints the table:
calibration is fitted on the validation rows of the other sources, and the shares of the source that was kept aside are
the usual ones, or found from its texts alone (`models.priors`).
"""

import argparse
import logging
import random
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from models.calibration import Calibration, Scaling, blend
from models.checkpoint import NEGATIVE, find
from models.devices import processor_count
from models.encoder import TextModel
from models.priors import estimate, shift
from models.text import clean
from models.training.baseline import fit
from models.training.calibrate import Known, best_layers, best_pool, fit_scaling, score, usual_shares, weights_of
from models.training.data import Row, balanced, is_book, training_rows, validation_rows
from models.training.examples import mixture, offsets
from models.training.measures import Floats, Ints, measure
from models.training.train import Recipe, train
from models.training.written import SOURCE, Case, read_written

log = logging.getLogger("otklik.folds")
FOLDS = (
    "myfin.by",
    "otzovik.com",
    "wildberries",
    "rozetka.com.ua",
    "tripadvisor.ru",
    "fampay",
    "com.phonepe.app",
)
MOST = 12_000
JUDGED = 1_200
RECIPE = Recipe(learning_rate=1e-4, trust=0.0, written_times=1)


def judged_rows(rows: Sequence[Row], source: str, seed: int) -> list[Row]:
    """Return the rows of a source that is kept aside, at most JUDGED."""
    its = [row for row in rows if row.source == source]
    return random.Random(seed).sample(its, min(JUDGED, len(its)))


def as_rows(cases: Sequence[Case]) -> list[Row]:
    """Return written cases as rows, for a model that knows no sentences."""
    return [Row(case.text, case.label, None, SOURCE, case.language, case.split) for case in cases]


def run(base: str, data: Path, source: str, out: Path) -> None:
    """Train both models without one source and keep what they say of it in `out/<source>.npz`."""
    done = out / f"{source}.npz"
    if done.exists():
        return
    every = training_rows(data, apps=60_000)
    cases = [case for case in read_written() if case.split == "train"]
    others = [row for row in every if row.source != source and not is_book(row)]
    rows = [others[i] for i in balanced(others, MOST - len(cases), RECIPE.seed)]
    judged = judged_rows(every, source, RECIPE.seed)
    texts = [row.text for row in judged]
    log.info("%s: %d rows and %d written cases; %d judged", source, len(rows), len(cases), len(judged))
    held_out = [row for row in validation_rows(data) if row.source != source]
    baseline = fit([*rows, *as_rows(cases)], held_out).predict_proba([clean(text) for text in texts])
    examples = mixture(
        rows,
        cases,
        {},
        trust=RECIPE.trust,
        smoothing=RECIPE.label_smoothing,
        written_times=RECIPE.written_times,
        spoilt_share=RECIPE.spoilt_share,
        seed=RECIPE.seed,
    )
    folder = out / source
    if not (folder / "model.safetensors").is_file():
        train(base, examples, folder, RECIPE, resume=True, save_every=100)
    model = TextModel.load(find(str(folder)), max_tokens=RECIPE.max_tokens)
    found, held = score(model, texts), score(model, [row.text for row in held_out])
    if found.early is None or held.early is None:
        raise RuntimeError(f"{folder}: no early exit")
    new = done.with_suffix(".new.npz")
    np.savez(
        new,
        labels=np.array([row.label for row in judged]),
        baseline=baseline,
        whole=found.whole,
        early=found.early,
        sentences=found.sentences,
        first=np.array(found.first),
        held_whole=held.whole,
        held_early=held.early,
        held_sentences=held.sentences,
        held_first=np.array(held.first),
        held_labels=np.array([row.label for row in held_out]),
        held_sources=np.array([row.source for row in held_out]),
    )
    new.replace(done)
    log.info("%s: p_negative %.3f on average", source, np.exp(found.whole[:, NEGATIVE]).mean())


def judged_by(fold: Mapping[str, Any]) -> dict[str, Floats]:
    """Return the probabilities (n, 3) of one fold: ours at the usual and at the found shares, and the baseline's."""
    labels, sources = fold["held_labels"], fold["held_sources"].tolist()
    share_of = offsets(sources, labels.tolist())
    shares = np.array([share_of[source] for source in sources], dtype=float)
    weights = weights_of(sources)
    known = Known(labels, weights, shares)
    held, early = best_layers(fold["held_whole"], fold["held_early"], known)
    held, pool = best_pool(held, fold["held_sentences"], fold["held_first"].tolist(), known)
    scaling = fit_scaling(held, labels, weights, shares, Scaling(), 0.0)
    together = blend(fold["whole"], fold["early"], early)
    together = Calibration(pool=pool).pooled(together, fold["sentences"], fold["first"].tolist())
    even, usual = scaling.apply(together), usual_shares(shares, weights)
    return {"usual": shift(even, usual), "found": shift(even, estimate(even, usual)), "base": fold["baseline"]}


def table(out: Path) -> str:
    """Return the measures of the folds that are done, and their mean, as a Markdown table."""
    head = "| kept aside | rows | negative | AP | base | recall at P .80 | base | macro-F1 | base | cost per 100 | "
    head += "shares found | base | trivial | ECE | shares found | base |\n" + "|---" * 16 + "|\n"
    lines, all_figures = [], []
    for source in FOLDS:
        if not (out / f"{source}.npz").exists():
            continue
        with np.load(out / f"{source}.npz") as fold:
            labels: Ints = fold["labels"]
            usual, found, base = (measure(p, labels) for p in judged_by(fold).values())
        figures = [usual.average_precision, base.average_precision, usual.recall, base.recall]
        figures += [usual.macro_f1, base.macro_f1, usual.cost, found.cost, base.cost, usual.trivial]
        figures += [usual.ece, found.ece, base.ece]
        all_figures.append(figures)
        lines.append(_line(f"{source} | {usual.rows} | {usual.negatives}", figures))
    lines.append(_line("**mean** | |", np.mean(all_figures, axis=0).tolist() if all_figures else []))
    return head + "\n".join(lines)


def _line(name: str, figures: Sequence[float]) -> str:
    return (
        f"| {name} | "
        + " | ".join(f"{one:.1f}" if 6 <= at <= 9 else f"{one:.3f}" for at, one in enumerate(figures))
        + " |"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and run the folds that are not done."""
    parser = argparse.ArgumentParser(prog="python -m models.training.folds", description=__doc__)
    parser.add_argument("--base", default="intfloat/multilingual-e5-small", help="hub id or folder of the encoder")
    parser.add_argument("--data", type=Path, required=True, help="folder with the three parquet files")
    parser.add_argument("--out", type=Path, required=True, help="folder of the results")
    parser.add_argument("--only", choices=FOLDS, help="one fold")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    torch.set_num_threads(processor_count())
    options.out.mkdir(parents=True, exist_ok=True)
    for source in [options.only] if options.only else FOLDS:
        run(options.base, options.data, source, options.out)
    sys.stdout.write(table(options.out) + "\n")


if __name__ == "__main__":
    main()
