"""The phrases behind the rules: read from TOML, compiled once, found in a sentence with guards."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from models.transliteration import cyrillic, fold

FOLDER = Path(__file__).parent
FACT = "fact"
"""Phrases that count in any sentence but clear praise; `claims` count in negative ones only."""
CLAIM = "claims"
FILES = {"ru": ("ru", "uk"), "uk": ("uk", "ru"), "en": ("en",)}
"""Russian and Ukrainian mix, so both files serve both."""
_TOKEN = re.compile(r"[\w'’ʼ`%$€£₽₴₹]+")
_SAME = str.maketrans({"ё": "е", "’": "'", "ʼ": "'", "`": "'"})
_LATIN_WORD = re.compile(r"[a-z']+\Z")
_FIELDS = frozenset({"reason", FACT, CLAIM})


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase in a sentence: what it stands for and where."""

    reason: str
    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of a sentence in small letters, joined by one space, with what is needed to find them again.

    `line` begins and ends with a space. `at` maps the position in `line` where a word begins to its index, `spans` has
    its place in the sentence, `breaks` whether punctuation stands before it.
    """

    line: str
    at: dict[int, int]
    spans: list[tuple[int, int]]
    words: list[str]
    breaks: list[bool]
    folded: bool

    @classmethod
    def of(cls, text: str, language: str) -> "Tokens":
        """Split a sentence into words; those of Russian and Ukrainian in Latin letters become Cyrillic."""
        found = list(_TOKEN.finditer(text))
        words = [word[0].lower().translate(_SAME) for word in found]
        folded = language in ("ru", "uk") and 2 * sum(_LATIN_WORD.match(word) is not None for word in words) > len(
            words
        )
        if folded:
            words = [fold(cyrillic(word)) or "-" for word in words]
        ends = [0, *(word.end() for word in found)]
        breaks = [bool(text[ends[i] : word.start()].strip()) for i, word in enumerate(found)]
        at, position = {}, 1
        for index, word in enumerate(words):
            at[position] = index
            position += len(word) + 1
        return cls(f" {' '.join(words)} ", at, [word.span() for word in found], words, breaks, folded)


@dataclass(frozen=True, slots=True)
class Rule:
    """One reason with its compiled phrases; groups are (kind, pattern)."""

    reason: str
    kind: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Phrases:
    """All rules of a language and what takes their meaning away."""

    rules: tuple[Rule, ...]
    folded_rules: tuple[Rule, ...]
    unless: re.Pattern[str]
    folded_unless: re.Pattern[str]
    negations: frozenset[str]
    almost: frozenset[str]
    reach: int
    after: re.Pattern[str]

    def find(self, tokens: Tokens) -> Iterator[Found]:
        """Yield the phrases that a sentence contains and means, one a reason and kind at most."""
        rules = self.folded_rules if tokens.folded else self.rules
        figurative = [
            one.span() for one in (self.folded_unless if tokens.folded else self.unless).finditer(tokens.line)
        ]
        for rule in rules:
            for match in rule.pattern.finditer(tokens.line):
                start, end = match.start() + 1, match.end()
                if any(begin < end and start < stop for begin, stop in figurative):
                    continue
                first = tokens.at[start]
                last = first + tokens.line[start:end].count(" ")
                if self._negated(tokens, first, end):
                    continue
                yield Found(rule.reason, tokens.spans[first][0], tokens.spans[last][1], rule.kind)
                break

    def _negated(self, tokens: Tokens, first: int, end: int) -> bool:
        if tokens.words[first] in self.negations:
            return False
        for back in range(first - 1, max(-1, first - 1 - self.reach), -1):
            if tokens.breaks[back + 1]:
                break
            if tokens.words[back] in self.negations:
                return back == 0 or tokens.words[back - 1] not in self.almost
        return self.after.match(tokens.line, end) is not None


@lru_cache(maxsize=8)
def phrases_for(language: str) -> Phrases:
    """Return the phrases that serve a language, compiled; all of them for a language without its own."""
    return read([FOLDER / f"{name}.toml" for name in FILES.get(language, ("ru", "uk", "en"))])


def read(paths: Sequence[Path]) -> Phrases:
    """Read files of phrases as one.

    A phrase is words with spaces between: `a/b` is either word, `stem*` any ending, `~3` up to three words between.

    Raises:
        ValueError: a file is no TOML or has an unknown or empty entry; the message names it.
    """
    claims: dict[tuple[str, str], list[str]] = {}
    unless, after = [], []
    negations: set[str] = set()
    almost: set[str] = set()
    reach = 0
    for path in paths:
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
            unless += data["unless"]
            after += data["denied_after"]
            negations |= set(data["negations"])
            almost |= set(data["almost"])
            reach = max(reach, int(data["reach"]))
            for rule in data["rule"]:
                if unknown := set(rule) - _FIELDS:
                    raise ValueError(f"unknown field {sorted(unknown)}")
                for kind in (FACT, CLAIM):
                    claims.setdefault((rule["reason"], kind), []).extend(rule.get(kind, ()))
        except (KeyError, ValueError, tomllib.TOMLDecodeError) as error:
            raise ValueError(f"{path}: {error}") from error

    def compiled(folded: bool) -> tuple[Rule, ...]:
        return tuple(Rule(*key, _any(phrases, folded)) for key, phrases in claims.items() if phrases)

    return Phrases(
        compiled(False),
        compiled(True),
        _any(unless, False),
        _any(unless, True),
        frozenset(negations | {fold(word) for word in negations}),
        frozenset(almost | {fold(word) for word in almost}),
        reach,
        _any(after, False),
    )


def _any(phrases: Sequence[str], folded: bool) -> re.Pattern[str]:
    return re.compile("|".join(_pattern(fold(phrase) if folded else phrase.translate(_SAME)) for phrase in phrases))


def _pattern(phrase: str) -> str:
    """Return the regular expression of one phrase, to be matched from the space before its first word."""
    parts = ""
    for term in phrase.split():
        if term.startswith("~"):
            parts += rf"(?: \S+){{0,{int(term[1:])}}}?"
        else:
            words = "|".join(
                re.escape(word).replace(r"\*", r"\w*").replace(r"\#", r"\d[\d.,]*") for word in term.split("/")
            )
            parts += f" (?:{words})(?= )"
    return parts
