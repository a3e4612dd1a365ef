"""What a text of a language model may say in a draft: no more than our own drafts, whatever it was talked into."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

from alerts.replies.language import detect
from alerts.replies.text import plain, stem, words
from alerts.replies.words import load
from core.redaction import find

_LONGEST: Final = 900
_SHORTEST: Final = 40
_MARKUP = re.compile(r"[\[\]{}<>*_#`|\\~^=]|^\s*(?:[-•–—]|\d+[.)])\s", re.MULTILINE)
_PLACE = re.compile(r"@|://|\bwww\b|(?<=\w)\.(?=[^\W\d_]{2,})", re.IGNORECASE)
_NUMBER = re.compile(r"\d+")
_ALWAYS: Final = ("call_back", "remedy", "deadline", "the_review", "familiar", "stock", "machine")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a text may not stand in a draft: the limit's name, and the words."""

    limit: str
    words: str


def refusal(
    text: str, *, language: str, review: str, branch: str | None, promises: Sequence[str], is_secret: bool
) -> Refusal | None:
    """Return why the model's part of a draft is not used, or None where it may stand.

    Args:
        text: What the model wrote.
        language: The language it was to write.
        review: The redacted review: its numbers may be repeated where nothing is secret.
        branch: The redacted answer of the branch: what it says was done may be told.
        promises: What the firm's voice allows.
        is_secret: The firm is a clinic or a bank.
    """
    if not _SHORTEST <= len(text) <= _LONGEST:
        return Refusal("length", f"{len(text)}")
    spoken = detect(text)
    if spoken != language:
        return Refusal("language", text[:80])
    for limit, pattern in (("markup", _MARKUP), ("address", _PLACE)):
        if match := pattern.search(text):
            return Refusal(limit, match.group())
    if personal := find(text):
        return Refusal("personal", text[personal[0].start : personal[0].end])
    given = "" if is_secret else f"{review} {branch or ''}"
    known = set(_NUMBER.findall(given))
    for number in _NUMBER.findall(text):
        if number not in known:
            return Refusal("number", number)
    return _said(plain(text), language, branch, promises, is_secret=is_secret)


def _said(text: str, language: str, branch: str | None, promises: Sequence[str], *, is_secret: bool) -> Refusal | None:
    patterns = _patterns()
    told = {stem(word) for word in words(branch or "")}
    for limit in (*_ALWAYS, *(["customer"] if is_secret else [])):
        for match in patterns[limit].finditer(text):
            is_told = limit == "remedy" and all(stem(word) in told for word in words(match.group()))
            if not is_told:
                return Refusal(limit, match.group())
    for match in load(language).patterns["promise"].finditer(text):
        is_look = "look_into" in promises and patterns["look_into"].search(text, match.start(), match.end())
        is_told = stem(words(match.group())[-1]) in told
        if not (is_look or is_told):
            return Refusal("promise", match.group())
    return None


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    given = tomllib.loads(files(__package__).joinpath("limits.toml").read_text("utf-8"))
    return {name: re.compile(rf"(?<!\w)(?:{'|'.join(entries)})", re.IGNORECASE) for name, entries in given.items()}
