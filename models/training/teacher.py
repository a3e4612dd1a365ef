"""What a finished model says of the training rows: `python -m models.training.teacher --data FOLDER --out FOLDER`.

Stars are noisy: the next training moves its targets towards this second opinion (`examples.of_row`), and learns from it
what single sentences say. Written in parts, so that a run that was stopped goes on.
"""

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from models.checkpoint import find
from models.encoder import TextModel
from models.sentences import pieces
from models.training.data import Row, is_book, training_rows

log = logging.getLogger("otklik.teacher")
PART = 2_000
MOST_SENTENCES = 12


def teach(model: TextModel, rows: Sequence[Row], at: Sequence[int], *, sentences: bool, path: Path) -> None:
    """Write the model's log p of some rows, and of the sentences in those of several, into one file.

    Args:
        model: the teacher.
        rows: all training rows.
        at: which of them.
        sentences: whether to look into them; books are never looked into.
        path: the file, as `examples.read_opinions` reads it.
    """
    whole = model.log_probabilities([rows[i].text for i in at]).astype(np.float32)
    spans = [pieces(rows[i].text)[:MOST_SENTENCES] if sentences and not is_book(rows[i]) else [] for i in at]
    spans = [its if len(its) > 1 else [] for its in spans]
    texts = [rows[i].text[start:end] for i, its in zip(at, spans, strict=True) for start, end in its]
    distinct = {text: row for row, text in enumerate(dict.fromkeys(texts))}
    inside = model.log_probabilities(list(distinct)).astype(np.float32)
    new = path.with_suffix(".tmp.npz")
    np.savez(
        new,
        at=np.array(at),
        whole=whole,
        counts=np.array([len(its) for its in spans]),
        spans=np.array([span for its in spans for span in its], dtype=np.int32).reshape(-1, 2),
        sl=inside[[distinct[text] for text in texts]] if texts else np.zeros((0, 3), dtype=np.float32),
    )
    new.replace(path)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and judge the rows that are not judged yet."""
    parser = argparse.ArgumentParser(prog="python -m models.training.teacher", description=__doc__)
    parser.add_argument("--model", help="checkpoint folder of the teacher; the shipped one if not given")
    parser.add_argument("--data", type=Path, required=True, help="folder with the three parquet files")
    parser.add_argument("--out", type=Path, required=True, help="folder of the opinions")
    parser.add_argument("--rows", type=int, default=24_000, help="training rows to judge")
    parser.add_argument("--inside", type=int, default=14_000, help="of those, how many to look into")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    options.out.mkdir(parents=True, exist_ok=True)
    rows = training_rows(options.data)
    model = TextModel.load(find(options.model))
    for start in range(0, min(options.rows, len(rows)), PART):
        path = options.out / f"{start:06d}.npz"
        if not path.exists():
            at = range(start, min(start + PART, len(rows)))
            teach(model, rows, at, sentences=start < options.inside, path=path)
            log.info("%d of %d rows", at.stop, len(rows))


if __name__ == "__main__":
    main()
