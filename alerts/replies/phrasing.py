"""The wordings of drafts: what a review is about, in which words that is said, and what of a review may be quoted."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any
from zlib import crc32

from alerts.replies.history import History
from alerts.replies.language import UNKNOWN, detect
from alerts.replies.text import plain, sentences
from alerts.replies.words import LANGUAGES, load
from core.aspects import Aspect
from core.redaction import redact

TAG = re.compile(r"\[(?:phone|email|card|iban|passport|tax id|handle|name)\]")
"""What redaction leaves."""

_MOST_TOPICS = 2
_TELLING_WORDS = 6
_TELLING_INSULTS = 20
"""Words from which a review tells something, and from which an insulting one does."""

_BUT = re.compile(r"[,;]?\s+(?:но|однако|але|проте|однак|but|however|only)\b", re.IGNORECASE)
_PROS = re.compile(
    r"(?:достоинства|преимущества|плюсы|переваги|плюси|pros)\s*:.*?"
    r"(?=(?:недостатки|минусы|недоліки|мінуси|отзыв|відгук|комментарий|коментар|cons)\s*:|$)",
    re.IGNORECASE | re.DOTALL,
)
_QUOTED_WORDS = range(4, 16)
_QUOTED_LETTERS = 100
_LEADING = re.compile(r"^(?:но|а|и|але|і|but|and|so)\b[ ,]*", re.IGNORECASE)
_QUOTED = re.compile(r"[«“„\"]([^«»“”„\"]*)[»”“\"]")
_MARKS = re.compile(r"[«»“”„\"]")
_UNFIT = re.compile(r"[?:\n@#<>{}\[\]*_]|\d{4,}|://|\b[A-ZА-ЯІЇЄҐ]{4,}\b")
_INNER_CAPITAL = re.compile(r"(?<=[\w,;)»”] )[A-ZА-ЯІЇЄҐ](?!\b)[\w'-]+")


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing that a review may be about, with the wordings for it."""

    name: str
    aspect: Aspect
    sorry: tuple[str, ...]
    """What follows "sorry for"."""
    agree: tuple[str, ...]
    """What is true of everybody."""
    look: tuple[str, ...]
    when: re.Pattern[str] | None
    over: frozenset[str]
    is_urgent: bool
    is_general: bool
    """Whether `agree` gives nothing away, so that it may be said under secrecy."""


class Picker:
    """Takes of several wordings the one that the firm has used least; among those, by what is answered."""

    def __init__(self, history: History, seed: str, attempt: int = 0) -> None:
        self._history, self._seed, self._attempt = history, seed, attempt

    def pick(self, wordings: Sequence[str]) -> str:
        """Return one of the wordings; each later attempt takes the next one."""

        def rank(wording: str) -> tuple[int, int]:
            return self._history.times(wording), crc32(f"{self._seed}\0{wording}".encode())

        ordered = sorted(wordings, key=rank)
        return ordered[self._attempt % len(ordered)]


@lru_cache(maxsize=len(LANGUAGES))
def phrases(language: str) -> dict[str, Any]:
    """Return the sentences of a language, by name."""
    return tomllib.loads(files(__package__).joinpath(f"phrases/{language}.toml").read_text("utf-8"))


@lru_cache(maxsize=len(LANGUAGES))
def topics(language: str) -> dict[str, Topic]:
    """Return what reviews may be about; each aspect is the name of its general topic."""
    known = {aspect.value for aspect in Aspect}
    return {
        name: Topic(
            name=name,
            aspect=Aspect(entry.get("aspect", name)),
            sorry=tuple(entry["sorry"]),
            agree=tuple(entry["agree"]),
            look=tuple(entry["look"]),
            when=_starting(entry["when"]) if "when" in entry else None,
            over=frozenset(entry.get("over", ())),
            is_urgent=entry.get("urgent", False),
            is_general=entry.get("is_general", name in known),
        )
        for name, entry in phrases(language)["topics"].items()
    }


def topics_of(review: str, aspects: Sequence[Aspect | str], language: str) -> list[Topic]:
    """Return what a review is about, gravest first, at most two: by its own words, else by its likeliest aspect.

    Words go before the aspect: to be sorry for what nobody complained about is worse than to say too little.
    """
    known = topics(language)
    likely = [Aspect(aspect) for aspect in aspects if aspect != Aspect.other]
    whole = _PROS.sub(" ", plain(review))
    text = _complaining(whole, language)
    found = [
        (match.start(), one)
        for one in known.values()
        if one.when and (match := one.when.search(whole if one.is_urgent else text))
    ]
    if found:
        replaced = frozenset[str]().union(*(one.over for _, one in found))
        there = [(start, one) for start, one in found if one.name not in replaced]
        rank = {aspect: place for place, aspect in enumerate(likely)}
        there.sort(key=lambda one: (not one[1].is_urgent, rank.get(one[1].aspect, len(rank)), one[0]))
        return [one for _, one in there[:_MOST_TOPICS]]
    count, is_insult = len(whole.split()), _unquotable(language).search(whole)
    if likely and not is_insult:
        return [known[likely[0].value]]
    return [known[Aspect.other.value if count >= (_TELLING_INSULTS if is_insult else _TELLING_WORDS) else "unsaid"]]


def _complaining(text: str, language: str) -> str:
    """Return a review without its clauses of mere praise: «доставили швидко»."""
    words = load(language)
    clauses = (clause for start, end in sentences(text) for clause in _BUT.split(text[start:end]))
    return " ".join(one for one in clauses if words.find("negative", one) or not words.find("positive", one))


def quotable(sentence: str, language: str) -> str | None:
    """Return the sentence as a reply may quote it, or None where the firm had better not repeat it in public.

    Not repeated are insults, accusations, names, numbers, questions, irony, and what only makes sense in its context.
    """
    text = _LEADING.sub("", " ".join(sentence.split())).rstrip(" .!…,;")
    if text.count("«") > text.count("»"):
        text += "»"
    if not text or len(text) > _QUOTED_LETTERS or len(text.split()) not in _QUOTED_WORDS:
        return None
    text = text[0].upper() + text[1:]
    opening, closing = phrases(language)["marks"][2:]
    inside = _QUOTED.sub(rf"{opening}\1{closing}", text)
    words = plain(text)
    is_complaint = load(language).find("negative", words) or any(
        one.when and one.when.search(words) for one in topics(language).values()
    )
    is_unfit = (
        not is_complaint
        or _UNFIT.search(text)
        or _INNER_CAPITAL.search(text)
        or _MARKS.search(_QUOTED.sub("", text))
        or TAG.search(redact(text))
        or _unquotable(language).search(words)
        or load(language).find("positive", words)
        or detect(text) not in (language, UNKNOWN)
    )
    return None if is_unfit else inside


@lru_cache(maxsize=len(LANGUAGES))
def _unquotable(language: str) -> re.Pattern[str]:
    return _starting(phrases(language)["unquotable"])


def _starting(pattern: str) -> re.Pattern[str]:
    """Compile what a word begins with; what is denied («не ждали») does not count."""
    return re.compile(rf"(?<!\w)(?<!\bне )(?<!\bnot )(?:{pattern})", re.IGNORECASE)
