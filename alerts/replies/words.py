"""The words by which thanks, apologies and faults are known, one TOML file a language."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

LANGUAGES: Final = ("ru", "uk", "en")
_WHOLE_WORD_UP_TO = 3


@dataclass(frozen=True, slots=True)
class Words:
    """The compiled words of one language. Each pattern matches from the start of a word, without case."""

    language: str
    patterns: dict[str, re.Pattern[str]]
    clumsy: tuple[tuple[re.Pattern[str], str], ...]
    """What sounds wrong, with what to say instead."""
    stock: re.Pattern[str]
    """A word that every firm writes under every review."""

    def find(self, kind: str, text: str) -> re.Match[str] | None:
        """Return the first match of that kind of words in a text prepared by `plain`."""
        return self.patterns[kind].search(text)


@lru_cache(maxsize=len(LANGUAGES))
def load(language: str) -> Words:
    """Return the words of `ru`, `uk` or `en`.

    Raises:
        KeyError: for any other language.
    """
    if language not in LANGUAGES:
        raise KeyError(language)
    given: dict[str, Any] = tomllib.loads(files(__package__).joinpath(f"words/{language}.toml").read_text("utf-8"))
    stock, clumsy, discloses = given.pop("stock"), given.pop("clumsy"), given.pop("discloses")
    lists = given | {f"discloses_{name}": patterns for name, patterns in discloses.items()}
    return Words(
        language=language,
        patterns={name: _any_of(patterns) for name, patterns in lists.items()},
        clumsy=tuple((_any_of([pattern]), advice) for pattern, advice in clumsy),
        stock=_stock(stock),
    )


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})", re.IGNORECASE)


def _stock(stems: Iterable[str]) -> re.Pattern[str]:
    beginnings = sorted({stem.lower() for stem in stems})
    short = [stem for stem in beginnings if len(stem) <= _WHOLE_WORD_UP_TO]
    long = [stem for stem in beginnings if len(stem) > _WHOLE_WORD_UP_TO]
    return re.compile(rf"(?:{'|'.join(map(re.escape, short))})$|(?:{'|'.join(map(re.escape, long))})")
