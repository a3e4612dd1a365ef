"""Reviews as the encoder reads them: one sequence of tokens in which every sentence keeps its place.

A sentence is then judged in its context and at no extra cost: its vector is the mean of the encoder's last states over
its tokens. Texts longer than one sequence are read whole by further windows, which only serve their sentences.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from models.sentences import Span
from models.text import bare_ids, frame, head_and_tail

OUTSIDE = -1
"""The segment of tokens that belong to no sentence: special tokens, title, what lies between."""
MOST_WINDOWS = 8


@dataclass(slots=True)
class Tokens:
    """Token ids of one sequence and, for each, the index of its sentence in the review, or OUTSIDE."""

    ids: list[int]
    segment: list[int]


@dataclass(slots=True)
class Encoded:
    """A review as sequences: `main` has head and tail and judges the whole, `windows` the middle of long ones."""

    main: Tokens
    windows: list[Tokens] = field(default_factory=list)
    sentences: int = 0


def segments(title: str, body: str, spans: Sequence[Span]) -> list[tuple[str, int]]:
    """Return consecutive pieces of a review with the index of their sentence; what is no sentence is OUTSIDE.

    A sentence takes the punctuation that follows it along, as long as the next one begins nearby.
    """
    found = [(title, OUTSIDE)] if title else []
    at = 0
    for index, (start, end) in enumerate(spans):
        if start > at:
            found.append((body[at:start], OUTSIDE))
        after = spans[index + 1][0] if index + 1 < len(spans) else len(body)
        stop = after if after - end <= 8 else end
        found.append((body[start:stop], index))
        at = stop
    if at < len(body):
        found.append((body[at:], OUTSIDE))
    return found


def encode_segments(
    tokenizer: Any, reviews: Sequence[Sequence[tuple[str, int]]], max_tokens: int, *, windows: bool = True
) -> list[Encoded]:
    """Return each review's segments as sequences of at most `max_tokens` tokens.

    Args:
        tokenizer: a fast tokenizer of transformers.
        reviews: for each review its (text, sentence index) in order, as `segments` gives them.
        max_tokens: of a sequence, special tokens included.
        windows: whether the middle of a long review is read, too.
    """
    before, after = frame(tokenizer)
    room = max_tokens - len(before) - len(after)
    tokens = iter(bare_ids(tokenizer, [text for review in reviews for text, _ in review], max_tokens))

    def framed(pairs: Sequence[tuple[int, int]]) -> Tokens:
        ids, of = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        return Tokens([*before, *ids, *after], [*[OUTSIDE] * len(before), *of, *[OUTSIDE] * len(after)])

    encoded = []
    for review in reviews:
        pairs = [(token, index) for _, index in review for token in next(tokens)]
        sentences = max((index for _, index in review), default=OUTSIDE) + 1
        middle = pairs[room - room // 2 : len(pairs) - room // 2] if windows and len(pairs) > room else []
        further = [framed(middle[at : at + room]) for at in range(0, len(middle), room)[:MOST_WINDOWS]]
        encoded.append(Encoded(framed(head_and_tail(pairs, room)), further, sentences))
    return encoded
