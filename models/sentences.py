"""Sentences and clauses of a review, as offsets into its text."""

import re
from collections.abc import Iterator

Span = tuple[int, int]
"""Start and end of a piece of text, in characters."""

MOST = 40
"""Pieces kept of one text, half from its head and half from its tail."""
_SIDE = 10_000
# "Tasty, but the waiter was rude": praise and complaint in one sentence are judged apart.
_CONTRAST = re.compile(
    r"[,;.…–—-]\s*(?=(?:но|однако|а вот|только вот|хотя|але|проте|однак|а ось|хоча|but|however|although|though)\b)",
    re.I,
)
_LEAST_WORDS = 2


def pieces(text: str) -> list[Span]:
    """Return the spans of the sentences of `text`, cut further where a contrast begins; at most MOST.

    Lines are boundaries (pros and cons stand on their own lines). The sentence rules are razdel's, made for Russian,
    and serve Ukrainian and English as well. Of a text of more than 20,000 characters only head and tail are split.
    """
    spans = [span for start, end in _ends(text) for span in _sentences(text, start, end)]
    return spans if len(spans) <= MOST else [*spans[: MOST // 2], *spans[-MOST // 2 :]]


def _ends(text: str) -> list[Span]:
    if len(text) <= 2 * _SIDE:
        return [(0, len(text))]
    return [(0, _SIDE), (len(text) - _SIDE, len(text))]


def _sentences(text: str, start: int, end: int) -> Iterator[Span]:
    import razdel

    for line in re.finditer(r"[^\r\n]+", text[start:end]):
        for sentence in razdel.sentenize(line[0]):
            at = start + line.start() + sentence.start
            yield from _clauses(text, at, at + len(sentence.text))


def _clauses(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield a sentence, cut before each contrast that has words on both sides."""
    begin = start
    for contrast in _CONTRAST.finditer(text, start, end):
        if _words(text[begin : contrast.start()]) and _words(text[contrast.end() : end]):
            yield from _trimmed(text, begin, contrast.start())
            begin = contrast.end()
    yield from _trimmed(text, begin, end)


def _words(text: str) -> bool:
    return len(re.findall(r"\w+", text)) >= _LEAST_WORDS


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the span without white space around it, if any letter or digit is left."""
    piece = text[start:end]
    if re.search(r"\w", piece):
        yield start + len(piece) - len(piece.lstrip()), end - (len(piece) - len(piece.rstrip()))
