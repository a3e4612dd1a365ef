"""Sketches of texts: what finds near copies among many thousands without comparing each with each."""

from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from typing import Any, Final
from zlib import crc32

from alerts.replies.text import words as words_of
from core.campaigns import Sketch

PERMUTATIONS: Final = 64
BANDS: Final = 16
"""Of four values each: two texts with Jaccard similarity .6 share one with probability .90, .7 .99, .3 .12."""

LEAST_WORDS: Final = 4
"""Texts with fewer words are never compared for likeness, whatever the settings say."""

_SEED: Final = 1
_ODD: Final = 0x9E3779B97F4A7C15


def sketch(title: str | None, text: str) -> Sketch:
    """Return the sketch of a review: MinHash over pairs of words, cut into bands; no bands below `LEAST_WORDS`."""
    said = _said(title, text)
    digest = blake2b(" ".join(said).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    if len(said) < LEAST_WORDS:
        return Sketch(words=len(said), words_hash=digest)
    mine = _empty().copy()
    mine.update_batch(sorted(shingles(said)))
    values = mine.hashvalues.astype("uint64").reshape(BANDS, -1)
    # The odd factors of a band's row, modulo 2**64; those of no two rows or bands are the same.
    bands = (values * _factors()).sum(axis=1, dtype="uint64")
    return Sketch(words=len(said), words_hash=digest, bands=tuple(bands.tolist()))


def shingles(said: list[str]) -> frozenset[int]:
    """Return the hashed pairs of neighbouring words, with the beginning and the end as neighbours."""
    return frozenset(
        crc32(f"{one} {other}".encode("utf-8", "surrogatepass")) for one, other in pairwise(["", *said, ""])
    )


def similarity(one: frozenset[int], other: frozenset[int]) -> float:
    """Return the Jaccard similarity of two sets of shingles; 0 where both are empty."""
    return len(one & other) / len(one | other) if one or other else 0.0


def words(text: str) -> list[str]:
    """Return the words that are compared: lower case, letters only."""
    return words_of(text)


def _said(title: str | None, text: str) -> list[str]:
    return words_of(f"{title} {text}" if title else text)


@lru_cache(maxsize=1)
def _empty() -> Any:
    from datasketch import MinHash

    return MinHash(num_perm=PERMUTATIONS, seed=_SEED, hashfunc=int)


@lru_cache(maxsize=1)
def _factors() -> Any:
    import numpy as np

    powers = [pow(_ODD, number, 1 << 64) for number in range(1, PERMUTATIONS + 1)]
    return np.array(powers, dtype="uint64").reshape(BANDS, -1)
