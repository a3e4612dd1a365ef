"""The wide branch: words and pieces of words, counted and weighed, beside the deep encoder.

Word and character n-grams remember what an encoder with a cut vocabulary forgets (names of failures, stems, slang), and
the mean of both is better than either (wide and deep: Cheng et al. 2016, arXiv:1606.07792). The features are those of
the usual TF-IDF baseline (words of 1 and 2, characters of 2 to 5 within words, sublinear counts), hashed into a table
(Weinberger et al. 2009, arXiv:0902.2206); `ngrams.npz` of a checkpoint holds the table.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.text import clean, cut

Floats = npt.NDArray[np.float64]
FILE = "ngrams.npz"
BITS = 18
_WORD = re.compile(r"\w+|[^\w\s]")
_LONGEST = 5
_MIX = np.uint64(0x9E3779B97F4A7C15)
_BASE = np.uint64(1_000_003)
_READ_TOKENS = 256


def buckets(text: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Return the table rows of a text's n-grams, each once, and 1 + log of how often each stands there."""
    words = _WORD.findall(clean(cut(text, _READ_TOKENS)).lower())
    if not words:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
    padded = " " + "  ".join(words) + " "
    codes = np.frombuffer(padded.encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    lengths = np.array([len(word) + 2 for word in words])
    word_of = np.repeat(np.arange(len(words)), lengths)
    found = []
    with np.errstate(over="ignore"):
        value = codes.copy()
        for length in range(2, _LONGEST + 1):
            value = value[:-1] * _BASE + codes[length - 1 :]
            inside = word_of[: len(value)] == word_of[length - 1 :]
            found.append(_bucket(value[inside], length))
        whole = np.add.reduceat(codes * _powers(lengths), np.concatenate([[0], np.cumsum(lengths)[:-1]]))
        found.append(_bucket(whole, 11))
        found.append(_bucket(whole[:-1] * _BASE + whole[1:], 12))
    rows, counts = np.unique(np.concatenate(found), return_counts=True)
    return rows, (1 + np.log(counts)).astype(np.float32)


def _powers(lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    """Return _BASE to the power of each character's place in its word, the words laid end to end."""
    powers = np.ones(int(lengths.max()), dtype=np.uint64)
    powers[1:] = _BASE
    powers = np.multiply.accumulate(powers)
    starts = np.repeat(np.cumsum(lengths) - lengths, lengths)
    return powers[np.arange(int(lengths.sum())) - starts]


def _bucket(values: npt.NDArray[np.uint64], kind: int) -> npt.NDArray[np.int64]:
    mixed = (values ^ np.uint64(kind)) * _MIX
    return ((mixed ^ (mixed >> np.uint64(29))) * _MIX >> np.uint64(64 - BITS)).astype(np.int64)


class NGrams:
    """The wide branch: `idf` (2**BITS,) weighs the rows of `table` (2**BITS, 3); `bias` (3,) is added."""

    def __init__(self, idf: npt.NDArray[np.float32], table: npt.NDArray[np.float32], bias: Floats) -> None:
        self.idf = idf
        self.table = table
        self.bias = bias

    def log_probabilities(self, texts: Sequence[str]) -> Floats:
        """Return log p of (negative, neutral, positive) at even shares, shape (len(texts), 3)."""
        scores = np.tile(self.bias, (len(texts), 1))
        for at, text in enumerate(texts):
            rows, counts = buckets(text)
            weights = counts * self.idf[rows]
            norm = float(np.sqrt((weights * weights).sum()))
            if norm > 0:
                scores[at] += (weights / norm) @ self.table[rows]
        log_p: Floats = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        return log_p

    def write(self, folder: Path) -> None:
        """Write `ngrams.npz`, in fp16, into a checkpoint folder."""
        np.savez_compressed(
            folder / FILE,
            idf=self.idf.astype(np.float16),
            table=self.table.astype(np.float16),
            bias=np.asarray(self.bias, dtype=np.float64),
        )

    @classmethod
    def read(cls, folder: Path) -> "NGrams | None":
        """Return the wide branch of a checkpoint folder, None where it has none."""
        path = folder / FILE
        if not path.is_file():
            return None
        with np.load(path) as values:
            return cls(values["idf"].astype(np.float32), values["table"].astype(np.float32), values["bias"])
