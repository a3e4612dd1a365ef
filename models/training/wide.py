"""Fit the wide branch: `python -m models.training.wide --model FOLDER --data FOLDER` writes `ngrams.npz` there.

A multinomial regression on hashed n-grams. Like the encoder's, its rows carry the log shares of their source as an
offset, so that its result holds at even shares. The strength of the L2 penalty is chosen by the log loss on validation.
"""

import argparse
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from models.ngrams import BITS, NGrams, buckets
from models.training.data import Row, training_rows, validation_rows
from models.training.examples import offsets
from models.training.written import as_rows, read_written

log = logging.getLogger("otklik.wide")
PENALTIES = (3e-6, 1e-5)
EPOCHS = 6
BATCH = 256
RATE = 0.05


@dataclass(frozen=True, slots=True)
class Bags:
    """Texts as bags: `rows` and `weights` of all texts end to end, text i from start[i] on; labels and offsets."""

    rows: torch.Tensor
    weights: torch.Tensor
    start: npt.NDArray[np.int64]
    labels: torch.Tensor
    offset: torch.Tensor

    def of(self, chosen: npt.NDArray[np.int64]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return rows, weights and the start of each bag, of some texts."""
        spans = [(int(self.start[i]), int(self.start[i + 1])) for i in chosen]
        rows = torch.cat([self.rows[a:b] for a, b in spans])
        weights = torch.cat([self.weights[a:b] for a, b in spans])
        sizes = np.array([0, *[b - a for a, b in spans]])
        return rows, weights, torch.from_numpy(np.cumsum(sizes)[:-1])


def bags(rows: Sequence[Row], idf: npt.NDArray[np.float32] | None) -> tuple[Bags, npt.NDArray[np.float32]]:
    """Return rows as bags of weight 1 (L2), and the inverse document frequencies, counted here where `idf` is None."""
    found = [buckets(row.text) for row in rows]
    if idf is None:
        seen = np.zeros(2**BITS, dtype=np.int64)
        for at, _ in found:
            seen[at] += 1
        # A row that a single text has says nothing of others.
        idf = np.where(seen > 1, np.log((1 + len(rows)) / (1 + seen)) + 1, 0).astype(np.float32)
    weighed = []
    for at, counts in found:
        weights = counts * idf[at]
        weighed.append(weights / max(float(np.sqrt((weights * weights).sum())), 1e-9))
    shares = offsets([row.source for row in rows], [row.label for row in rows])
    return Bags(
        torch.from_numpy(np.concatenate([at for at, _ in found])),
        torch.from_numpy(np.concatenate(weighed)),
        np.concatenate([[0], np.cumsum([len(at) for at, _ in found])]),
        torch.tensor([row.label for row in rows]),
        torch.from_numpy(np.stack([shares[row.source] for row in rows])),
    ), idf


def fit(train: Bags, penalty: float, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return (table, bias) of least log loss with an L2 penalty."""
    torch.manual_seed(seed)
    torch.set_flush_denormal(True)  # the penalty shrinks most rows towards zero, and denormal numbers are slow
    table = torch.zeros(2**BITS, 3, requires_grad=True)
    bias = torch.zeros(3, requires_grad=True)
    optimizer = torch.optim.Adam([table, bias], lr=RATE)
    draw = np.random.default_rng(seed)
    steps = EPOCHS * (len(train.labels) // BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / (steps + 1))
    for _ in range(EPOCHS):
        order = draw.permutation(len(train.labels))
        for at in range(0, len(order) - BATCH + 1, BATCH):
            chosen = order[at : at + BATCH]
            loss = functional.cross_entropy(scores(train, chosen, table, bias), train.labels[chosen])
            torch.autograd.backward(loss + penalty * (table * table).sum())
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
    return table.detach(), bias.detach()


def scores(of: Bags, chosen: npt.NDArray[np.int64], table: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """Return the scores (n, 3) of some texts at the shares of their sources."""
    rows, weights, start = of.of(chosen)
    summed = functional.embedding_bag(rows, table, start, mode="sum", per_sample_weights=weights)
    return summed + bias + of.offset[chosen]


def train_wide(rows: Sequence[Row], validation: Sequence[Row], *, seed: int = 20) -> NGrams:
    """Return the wide branch fitted on rows, its penalty chosen on validation rows."""
    train, idf = bags(rows, None)
    held, _ = bags(validation, idf)
    everything = np.arange(len(held.labels))
    best: tuple[float, torch.Tensor, torch.Tensor] | None = None
    for penalty in PENALTIES:
        table, bias = fit(train, penalty, seed)
        loss = float(functional.cross_entropy(scores(held, everything, table, bias), held.labels))
        log.info("penalty %g: log loss on validation %.4f", penalty, loss)
        if best is None or loss < best[0]:
            best = (loss, table, bias)
    if best is None:
        raise RuntimeError("no penalty was tried")
    return NGrams(idf, best[1].numpy(), best[2].double().numpy())


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, fit and write."""
    parser = argparse.ArgumentParser(prog="python -m models.training.wide", description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="checkpoint folder")
    parser.add_argument("--data", type=Path, required=True, help="folder with the three parquet files")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    cases = list(read_written())
    rows = training_rows(options.data) + as_rows([case for case in cases if case.split == "train"])
    held = validation_rows(options.data) + as_rows([case for case in cases if case.split == "validation"])
    train_wide(rows, held).write(options.model)


if __name__ == "__main__":
    main()
