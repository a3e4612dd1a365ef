"""Leave one source out: what the recipe reaches on a source that it has never seen.

`python -m models.training.folds --base ... --data ... --out FOLDER` trains, for each of FOLDS, the recipe from the bare
encoder, its wide branch and the baseline on the same rows (at most 12,000, one epoch), judges the source that was kept
aside, and keeps what they said in FOLDER. A fold that is done is not done again; one that was stopped goes on. Then it
prints the table: calibration is fitted on the validation rows of the other sources, and the shares of the source that
was kept aside are the usual ones, or found from its texts alone (`models.priors`).
"""

import argparse
import logging
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from models.calibration import Calibration, Scaling
from models.checkpoint import NEGATIVE, find
from models.devices import processor_count
from models.encoder import TextModel
from models.priors import estimate, shift
from models.text import clean
from models.training.baseline import fit
from models.training.calibrate import (
    Known,
    best_layers,
    best_mixture,
    best_pool,
    fit_scaling,
    score,
    usual_shares,
    weights_of,
)
from models.training.data import Row, balanced, is_book, training_rows, validation_rows
from models.training.examples import mixture, offsets
from models.training.measures import Floats, Ints, measure
from models.training.train import Recipe, train
from models.training.wide import train_wide
from models.training.written import Case, as_rows, read_written

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
ENGLISH = {"fampay", "com.phonepe.app"}
WAYS = {"usual": "usual shares", "found": "shares found", "base": "baseline"}
MOST = 12_000
JUDGED = 1_200
RECIPE = Recipe(batch_size=32, learning_rate=1e-4, trust=0.0, written_times=1)


def judged_rows(rows: Sequence[Row], source: str, seed: int) -> list[Row]:
    """Return the rows of a source that is kept aside, at most JUDGED."""
    its = [row for row in rows if row.source == source]
    return random.Random(seed).sample(its, min(JUDGED, len(its)))


def parts(data: Path, source: str) -> tuple[list[Row], list[Case], list[Row], list[Row]]:
    """Return the training rows and cases of a fold, the rows that it judges, and validation rows of other sources."""
    every = training_rows(data, apps=60_000)
    cases = [case for case in read_written() if case.split == "train"]
    others = [row for row in every if row.source != source and not is_book(row)]
    rows = [others[i] for i in balanced(others, MOST - len(cases), RECIPE.seed)]
    held_out = [row for row in validation_rows(data) if row.source != source]
    return rows, cases, judged_rows(every, source, RECIPE.seed), held_out


def run_wide(data: Path, source: str, out: Path) -> None:
    """Fit the wide branch without one source and keep what it says in `out/<source>.wide.npz`."""
    done = out / f"{source}.wide.npz"
    if done.exists():
        return
    rows, cases, judged, held_out = parts(data, source)
    ngrams = train_wide([*rows, *as_rows(cases)], held_out, seed=RECIPE.seed)
    new = done.with_suffix(".new.npz")
    np.savez(
        new,
        wide=ngrams.log_probabilities([row.text for row in judged]),
        held_wide=ngrams.log_probabilities([row.text for row in held_out]),
    )
    new.replace(done)


def run(base: str, data: Path, source: str, out: Path) -> None:
    """Train both models without one source and keep what they say of it in `out/<source>.npz`."""
    done = out / f"{source}.npz"
    if done.exists():
        return
    rows, cases, judged, held_out = parts(data, source)
    texts = [row.text for row in judged]
    log.info("%s: %d rows and %d written cases; %d judged", source, len(rows), len(cases), len(judged))
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
    held, wide = best_mixture(held, fold["held_wide"], known)
    calibration = Calibration(early=early, pool=pool, wide=wide)
    together = calibration.of_layers(fold["whole"], fold["early"])
    together = calibration.pooled(together, fold["sentences"], fold["first"].tolist())
    together = calibration.fused(together, fold["wide"])
    scaling = fit_scaling(held, labels, weights, shares, Scaling(), 0.0)
    even, usual = scaling.apply(together), usual_shares(shares, weights)
    return {"usual": shift(even, usual), "found": shift(even, estimate(even, usual)), "base": fold["baseline"]}


def table(out: Path) -> str:
    """Return the measures of the folds that are done as a Markdown table, and the mean of those with complaints."""
    head = "| kept aside | rows | negative | AP | base | recall at P .80 | base | macro-F1 | base | cost per 100 | "
    head += "shares found | base | trivial | ECE | shares found | base |\n" + "|---" * 16 + "|\n"
    lines, all_figures = [], []
    for source, labels, judged in judgements(out):
        usual, found, base = (measure(p, labels) for p in judged.values())
        figures = [usual.average_precision, base.average_precision, usual.recall, base.recall]
        figures += [usual.macro_f1, base.macro_f1, usual.cost, found.cost, base.cost, usual.trivial]
        figures += [usual.ece, found.ece, base.ece]
        if usual.negatives:
            all_figures.append(figures)
        lines.append(_line(f"{source} | {usual.rows} | {usual.negatives}", figures))
    lines.append(_line("**mean** | |", np.mean(all_figures, axis=0).tolist() if all_figures else []))
    return head + "\n".join(lines)


def pooled(out: Path) -> str:
    """Return the measures over the reviews of all folds of one language together, as a Markdown table."""
    lines = ["| reviews | judged by | AP | recall at P .80 | macro-F1 | cost per 100 | ECE |", "|---" * 7 + "|"]
    done = list(judgements(out))
    for name, english in (("ru and uk", False), ("en", True)):
        its = [(labels, judged) for source, labels, judged in done if (source in ENGLISH) is english]
        for way, title in WAYS.items() if its else ():
            m = measure(
                np.concatenate([judged[way] for _, judged in its]), np.concatenate([labels for labels, _ in its])
            )
            figures = f"{m.average_precision:.3f} | {m.recall:.3f} | {m.macro_f1:.3f} | {m.cost:.1f} | {m.ece:.3f}"
            lines.append(f"| {name} ({m.rows}, {m.negatives} negative) | {title} | {figures} |")
    return "\n".join(lines)


def judgements(out: Path) -> Iterator[tuple[str, Ints, dict[str, Floats]]]:
    """Yield source, labels (n,) and the probabilities (n, 3) by WAYS, of each fold that is done."""
    for source in FOLDS:
        if (out / f"{source}.wide.npz").exists():
            with np.load(out / f"{source}.npz") as deep, np.load(out / f"{source}.wide.npz") as wide:
                yield source, deep["labels"], judged_by({**deep, **wide})


def _line(name: str, figures: Sequence[float]) -> str:
    return (
        f"| {name} | "
        + " | ".join(
            "" if np.isnan(one) else f"{one:.1f}" if 6 <= at <= 9 else f"{one:.3f}" for at, one in enumerate(figures)
        )
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
        run_wide(options.data, source, options.out)
    sys.stdout.write(f"{table(options.out)}\n\n{pooled(options.out)}\n")


if __name__ == "__main__":
    main()
