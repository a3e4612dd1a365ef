"""Spans, and the plain form of a text in which personal data is looked for."""

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

Kind = Literal["phone", "email", "card", "iban", "passport", "tax_id", "handle", "name"]

_INVISIBLE_MARKS = frozenset("\ufe0e\ufe0f\u20e3\u034f\u115f\u1160\u3164\uffa0")


class Span(NamedTuple):
    """A piece of personal data: offsets into the text, end exclusive, and what it is."""

    start: int
    end: int
    kind: Kind

    @property
    def tag(self) -> str:
        """What stands in the redacted text instead, such as `[tax id]`."""
        return f"[{self.kind.replace('_', ' ')}]"


@dataclass(frozen=True, slots=True)
class Plain:
    """A text without invisible characters, with ASCII digits, dashes and spaces, and the way back to the original."""

    text: str
    length: int
    dropped: tuple[int, ...] = ()
    """For the n-th dropped character, its source offset minus n: ascending."""

    @classmethod
    def of(cls, text: str) -> "Plain":
        """Fold `text`. One character becomes one or none."""
        if text.isascii() and text.isprintable():
            return cls(text, len(text))
        pieces: list[str] = []
        dropped: list[int] = []
        for offset, character in enumerate(text):
            folded = _fold(character)
            if folded:
                pieces.append(folded)
            else:
                dropped.append(offset - len(dropped))
        return cls("".join(pieces), len(text), tuple(dropped))

    def source_index(self, index: int) -> int:
        """Return the source offset of the character at `index`."""
        return index + _count_up_to(self.dropped, index)

    def source_end(self, end: int) -> int:
        """Return the source offset right behind the character before `end`."""
        return self.source_index(end - 1) + 1


_LOOK_ALIKES = str.maketrans("OoОоЗзlIІібЧ", "000033111164")
_MIXED = re.compile(r"\d[OoОоЗзlIІібЧ]|[OoОоЗзlIІібЧ]\d")
_LINE = re.compile(r"[\dOoОоЗзlIІібЧ][\dOoОоЗзlIІібЧ \t().\-_/]{6,40}")
_COLONS = re.compile(r"(?<![\d:])\d:\d{3}:\d{3}:\d{2}:\d{2}(?![\d:])")
"""A telephone number with colons, which no time is written like."""
_PART = re.compile(r"(?<!\w)[\dOoОоЗзlIІібЧ]+(?!\w)")


def with_digits(text: str) -> str:
    """Return a text of the same length in which letters that stand for digits are digits: «8 9ОЗ 12б ...».

    Only in a line of digits with at least six true ones, where a part holds both or stands between such parts.
    """
    text = _COLONS.sub(lambda match: match.group().replace(":", "-"), text)
    if not _MIXED.search(text):
        return text
    return _LINE.sub(_unmasked, text)


def _unmasked(line: re.Match[str]) -> str:
    found = line.group()
    if sum(map(str.isdecimal, found)) < 6 or not _MIXED.search(found):
        return found
    return _PART.sub(lambda part: _digits_of(part.group()), found)


def _digits_of(part: str) -> str:
    return part.translate(_LOOK_ALIKES) if len(part) > 1 else part


def _count_up_to(dropped: tuple[int, ...], index: int) -> int:
    return bisect_left(dropped, index + 1)


@lru_cache(maxsize=65536)
def _fold(character: str) -> str:
    category = unicodedata.category(character)
    if character in "\n\r\v\f\x85\u2028\u2029":
        return "\n"
    if character.isspace():
        return " "
    if category in {"Cf", "Cc", "Cs"} or character in _INVISIBLE_MARKS:
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category == "Pd" or character == "−":
        return "-"
    if character in "。｡":
        return "."
    compatible = unicodedata.normalize("NFKC", character)
    return compatible if len(compatible) == 1 else character
