"""Fit the heads of sentences on the finished encoder: `python -m models.training.heads --model FOLDER`.

While the encoder learns, its heads run after it. So at the end their linear maps are fitted once more, to convergence,
on the vectors that the encoder now gives the sentences of the written cases: the aspects, each with its rare cases
weighed up, and the sentiment where that is better on validation. The strength of the L2 penalty is chosen by the loss
on validation.
"""

import argparse
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from models.checkpoint import find
from models.encoder import TextModel
from models.heads import ASPECTS, Heads, Size
from models.training.written import Case, read_written

log = logging.getLogger("otklik.heads")
SIZES: tuple[Size, ...] = ("quality", "fast")
PENALTIES = (1e-4, 1e-3, 1e-2)
STEPS = 400
RATE = 0.02
MOST_WEIGHT = 8.0
"""A rare aspect counts at most so many times as much where it is present as where it is not."""
Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def vectors_of(model: TextModel, cases: Sequence[Case]) -> torch.Tensor:
    """Return the vectors (n, width) of all sentences of written cases, in the order of the cases."""
    parts = [
        [(one.text + (" " if at + 1 < len(case.sentences) else ""), at) for at, one in enumerate(case.sentences)]
        for case in cases
    ]
    return torch.from_numpy(model.sentence_states(parts)).float()


def fit(
    train: torch.Tensor, target: torch.Tensor, held: torch.Tensor, held_target: torch.Tensor, loss: Loss
) -> nn.Linear:
    """Return the linear map of least loss, its L2 penalty chosen by the loss on held-out rows.

    Args:
        train: vectors, (n, width).
        target: what `loss` compares the outputs with, (n, outputs).
        held: vectors of validation, (m, width).
        held_target: its targets, (m, outputs).
        loss: of (outputs, target), a scalar.
    """
    mean, scale = train.mean(0), train.std(0).clamp(min=1e-4)
    best, least = nn.Linear(train.shape[1], target.shape[1]), float("inf")
    for penalty in PENALTIES:
        torch.manual_seed(20)
        layer = nn.Linear(train.shape[1], target.shape[1])
        optimizer = torch.optim.Adam(layer.parameters(), lr=RATE)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
        for _ in range(STEPS):
            optimizer.zero_grad()
            out = layer((train - mean) / scale)
            torch.autograd.backward(loss(out, target) + penalty * (layer.weight**2).sum())
            optimizer.step()
            schedule.step()
        with torch.no_grad():
            found = float(loss(layer((held - mean) / scale), held_target))
            log.info("penalty %g: loss on validation %.4f", penalty, found)
            if found < least:
                least = found
                weight = layer.weight / scale
                best.weight.copy_(weight)
                best.bias.copy_(layer.bias - weight @ mean)
    return best


def finish(model: TextModel, heads: Heads, train: Sequence[Case], held: Sequence[Case]) -> None:
    """Fit both heads of the model's size in place."""
    x, held_x = vectors_of(model, train), vectors_of(model, held)
    about, held_about = _aspects(train), _aspects(held)
    rare = ((about == 0).sum(0) / about.sum(0).clamp(min=1)).clamp(max=MOST_WEIGHT)

    def aspect_loss(out: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return functional.binary_cross_entropy_with_logits(out, target, pos_weight=rare.sqrt())

    heads.aspect[model.size] = fit(x, about, held_x, held_about, aspect_loss)
    said, held_said = _labels(train), _labels(held)
    new = fit(x, said, held_x, held_said, functional.cross_entropy)
    with torch.no_grad():
        before = float(functional.cross_entropy(heads.sentence[model.size](held_x), held_said))
        after = float(functional.cross_entropy(new(held_x), held_said))
    log.info("sentences: loss on validation %.4f, newly fitted %.4f", before, after)
    if after < before:
        heads.sentence[model.size] = new


def _aspects(cases: Sequence[Case]) -> torch.Tensor:
    rows = [[float(name in one.aspects) for name in ASPECTS] for case in cases for one in case.sentences]
    return torch.tensor(rows)


def _labels(cases: Sequence[Case]) -> torch.Tensor:
    return torch.from_numpy(np.eye(3, dtype=np.float32)[[one.label for case in cases for one in case.sentences]])


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, fit and write the heads beside the weights."""
    parser = argparse.ArgumentParser(prog="python -m models.training.heads", description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="checkpoint folder")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    heads = Heads.read(options.model)
    if heads is None:
        raise SystemExit(f"{options.model}: has no heads.safetensors; train it first")
    cases = list(read_written())
    train, held = ([case for case in cases if case.split == split] for split in ("train", "validation"))
    for size in SIZES:
        log.info("size %s", size)
        finish(TextModel.load(find(options.model), size=size), heads, train, held)
    heads.write(options.model)


if __name__ == "__main__":
    main()
