"""Small pieces of text work that all parts of the reply check share. Offsets always hold in the original text."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_SAME = str.maketrans("ёЁ’ʼ`´\u00a0\u2013\u2014", "еЕ'''' --")
_SENTENCE = re.compile(r"[^.!?…\n]+(?:[.!?…]+(?![\s\"»)]|$)[^.!?…\n]+)*(?:[.!?…]+|\n|$)")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_MIDDLE_NAME = re.compile(r"(?<=[\w,;:)] )[A-ZА-ЯІЇЄҐ][\w'-]+(?:\s[A-ZА-ЯІЇЄҐ][\w'-]+)?")
_FIRST_NAME = re.compile(r"(?:^|(?<=[.!?\n] )|(?<=\n))[A-ZА-ЯІЇЄҐ][\w'-]+(?: [A-ZА-ЯІЇЄҐ][\w'-]+)?(?=,)")
_MASKED = re.compile(r"<\w+>|\[\w+\]|https?://\S+|(?<!\S)\S{1,64}@\S+|[+(]?\d[\d\s().-]*")
_SIGNATURE = re.compile(r"(?:-\s*[A-Z][A-Za-z]{0,9}\.?|[∞^]\s*[A-Z]{2}\W*)\s*$")
_SHORT_STEM = 5


class Span(NamedTuple):
    """A piece of a text: `text[start:end]`."""

    start: int
    end: int


def plain(text: str) -> str:
    """Return the text of the same length with ё as е and one kind of apostrophe, dash and space."""
    return text.translate(_SAME)


def sentences(text: str) -> Iterator[Span]:
    """Yield the sentences of a text; a full stop inside a number, an address or an abbreviation ends none."""
    for found in _SENTENCE.finditer(text):
        start, end = found.span()
        while start < end and text[start].isspace():
            start += 1
        if text[start:end].strip():
            yield Span(start, end)


def quoted(text: str, found: re.Match[str]) -> str:
    """Return the words of `text` that a match found in it touches, whole: a pattern may end inside a word."""
    start, end = found.span()
    while start > 0 and start < end and text[start].isalnum() and text[start - 1].isalnum():
        start -= 1
    while start < end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    return text[start:end].strip(" ,.;:")


def words(text: str) -> list[str]:
    """Return the words of a text in lower case, without numbers."""
    return [found.group().lower() for found in _WORD.finditer(plain(text))]


def stem(word: str) -> str:
    """Return the first five letters: enough to tell whether two short texts speak about the same thing."""
    return word[:_SHORT_STEM]


def anonymous(text: str) -> str:
    """Return the text without names, numbers, addresses and signatures: what a template and its copies share."""
    text = _SIGNATURE.sub(" ", _MASKED.sub(" ", plain(text).strip()))
    return " ".join(words(_MIDDLE_NAME.sub(" ", _FIRST_NAME.sub(" ", text))))
