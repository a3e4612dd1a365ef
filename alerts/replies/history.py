"""What a firm has answered before, and how much of a reply is a copy of it."""

from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any, Final

from alerts.replies.text import anonymous, sentences, stem

NEAR: Final = 0.7
"""Jaccard similarity of word pairs from which two replies count as copies of each other."""
_PERMUTATIONS = 64
_SEED = 1
_SENTENCE_WORDS = 4
_COMMON_LEAST = 5
_COMMON_SHARE = 0.03


class History:
    """The replies of one firm, indexed for near copies (MinHash over pairs of words, names and numbers left out).

    The reply that is checked may stand in the history itself: it is not counted as its own copy.
    """

    def __init__(self, replies: Iterable[str] = ()) -> None:
        from datasketch import MinHashLSH

        texts = [_prepared(reply) for reply in replies]
        self._copies = Counter(body for body, _ in texts if body)
        self._sentences = Counter(sentence for _, parts in texts for sentence in set(parts))
        self._firm = _common(texts)
        self._lsh: Any = MinHashLSH(num_perm=_PERMUTATIONS, params=_bands())
        self._shingles: dict[str, frozenset[int]] = {}
        for body in self._copies:
            self._shingles[body] = _shingles(body)
            self._lsh.insert(body, _minhash(self._shingles[body]), check_duplication=False)

    def is_common(self, stem_: str) -> bool:
        """Tell whether the firm writes words of this stem so often that they say nothing of one review."""
        return stem_ in self._firm

    def times(self, wording: str) -> int:
        """Return in how many replies a wording stands: of several sentences, the most frequent one counts."""
        return max((self._sentences[part] for part in _prepared(wording)[1]), default=0)

    def near_copies(self, reply: str) -> int:
        """Return how many other replies are near copies of this one."""
        body, _ = _prepared(reply)
        if not body:
            return 0
        mine = _shingles(body)
        found = {str(other) for other in self._lsh.query(_minhash(mine))} | ({body} & self._copies.keys())
        near = (other for other in found if _jaccard(mine, self._shingles[other]) >= NEAR)
        return sum(self._copies[other] for other in near) - (body in self._copies)

    def copied_share(self, reply: str) -> float:
        """Return the share of a reply's words that stand in sentences which at least two other replies have."""
        body, parts = _prepared(reply)
        known = body in self._copies
        total = sum(len(part.split()) for part in parts)
        copied = sum(len(part.split()) for part in parts if self._sentences[part] - known >= 2)
        return copied / total if total else 0.0


def _common(texts: list[tuple[str, tuple[str, ...]]]) -> frozenset[str]:
    seen = Counter(stem_ for body, _ in texts for stem_ in {stem(word) for word in body.split()})
    least = max(_COMMON_LEAST, _COMMON_SHARE * len(texts))
    return frozenset(stem_ for stem_, count in seen.items() if count >= least)


@lru_cache(maxsize=4096)
def _prepared(reply: str) -> tuple[str, tuple[str, ...]]:
    parts = tuple(anonymous(reply[start:end]) for start, end in sentences(reply))
    return anonymous(reply), tuple(part for part in parts if len(part.split()) >= _SENTENCE_WORDS)


def _shingles(body: str) -> frozenset[int]:
    from zlib import crc32

    tokens = ["", *body.split(), ""]
    return frozenset(crc32(f"{a} {b}".encode()) for a, b in pairwise(tokens))


@cache
def _bands() -> tuple[int, int]:
    from datasketch import MinHashLSH

    best = MinHashLSH(threshold=NEAR, num_perm=_PERMUTATIONS)  # integrates: longer than indexing hundreds of replies
    return best.b, best.r


def _minhash(shingles: frozenset[int]) -> Any:
    sketch = _empty_sketch().copy()
    sketch.update_batch(sorted(shingles))
    return sketch


@lru_cache(maxsize=1)
def _empty_sketch() -> Any:
    from datasketch import MinHash

    return MinHash(num_perm=_PERMUTATIONS, seed=_SEED, hashfunc=int)


def _jaccard(one: frozenset[int], other: frozenset[int]) -> float:
    return len(one & other) / len(one | other) if one or other else 0.0
