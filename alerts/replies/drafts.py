"""Drafts of replies to complaints, in the firm's voice. A draft is never posted: a person fills it in and posts it.

It says nothing that the check would flag: it is tried with the customer's own sentence first, then without it.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import product
from typing import Any, Final, Literal

from alerts.replies.check import ReplyCheck, check
from alerts.replies.history import History
from alerts.replies.text import sentences
from alerts.replies.vocative import vocative
from alerts.replies.words import LANGUAGES
from core.aspects import Aspect
from core.records import Record
from core.redaction import redact
from core.watchlist import Voice

_SECRET: Final = frozenset({"clinic", "bank"})
_LONGEST_QUOTE = 120
_LONGEST_ANSWER = 400
_FORMAL = re.compile(r"(?<=[\w,;:] )[Вв](?:[ыи]|ас|ам|ами|аш\w*)\b")
_TAG = re.compile(r"\[(?:phone|email|card|iban|passport|tax id|handle|name)\]")
"""What redaction leaves."""
_CAPITAL = {
    "ru": re.compile(r"\b(?:вы|вас|вам|вами|ваш\w*)\b"),
    "uk": re.compile(r"\b(?:ви|вас|вам|вами|ваш\w*)\b"),
}


class Draft(Record):
    """A draft with what our own check says of it."""

    text: str
    mark: str
    """The line that says that this is a draft, in the language of the draft."""
    language: Literal["ru", "uk", "en"]
    found: ReplyCheck
    branch: str | None = None
    """A line with what the branch said, redacted; for whoever finishes the draft."""
    llm: str | None = None
    """What became of the language model: `used`, or in one word why it was not; None where none was asked."""
    notice: str | None = None
    """A line about the language model, in the language of the draft."""

    @property
    def marked(self) -> str:
        """The draft under its mark, as people see it."""
        head = [f"[{line}]" for line in (self.mark, self.notice, self.branch) if line]
        return "\n".join([*head, "", self.text])


class NoCleanDraftError(ValueError):
    """No wording of the draft passes the check; the message names its faults."""


def draft(
    review: str,
    *,
    language: str,
    severity: str = "ordinary",
    aspects: Sequence[Aspect | str] = (),
    hurts: str | None = None,
    name: str | None = None,
    voice: Voice | None = None,
    vertical: str | None = None,
    replies: Sequence[str] = (),
    rating: float | None = None,
    branch: str | None = None,
) -> Draft:
    """Write a draft of a reply to one complaint.

    Args:
        review: The customer's text.
        language: ru, uk or en; any other is answered in English.
        severity: `severe` asks the customer to talk at once.
        aspects: What the review is about, the likeliest first.
        hurts: The sentence that hurts; quoted, redacted, where no secret forbids it.
        name: First name of the customer where a person knows it; else a gap is left.
        voice: Signature, contact, form of address and allowed promises, as the watchlist has them.
        vertical: `clinic` or `bank`: the draft does not even say whether the author is a customer.
        replies: What the firm answered before: the form of address is learnt from it.
        rating: 0 to 1, where known.
        branch: What the branch answered about it: told in the draft where no secret and no fault of it forbids that.

    Raises:
        NoCleanDraftError: no wording passes our own check.
    """
    spoken: Literal["ru", "uk", "en"] = language if language in LANGUAGES else "en"  # type: ignore[assignment]
    voice = voice or Voice()
    form = voice.address_form or learn_address_form(replies)
    history = History(replies)
    quotes = [None] if is_secret(vertical) or not hurts else [hurts, None]
    learnt = _sentence(redact(branch)) if branch and branch.strip() else None
    fit = _without_tags(learnt) if learnt else None
    answers = [None] if is_secret(vertical) or fit is None else [fit, None]
    for answer, quote in product(answers, quotes):
        text = _compose(spoken, severity, _known(aspects), quote, name, voice, vertical, answer)
        text = in_form(text, spoken, form)
        found = check(review, text, history=history, rating=rating, vertical=vertical)
        if not found.faults:
            say = phrases(spoken)
            said = str(say["branch"]).replace("{answer}", learnt) if learnt else None
            return Draft(text=text, mark=str(say["mark"]), language=spoken, found=found, branch=said)
    raise NoCleanDraftError(f"no draft passes the check: {', '.join(found.faults)}")


def learn_address_form(replies: Iterable[str]) -> Literal["Вы", "вы"]:
    """Return how the firm writes «вы» inside a sentence: the more frequent form, `вы` where it never does."""
    seen = Counter(found.group()[0] for reply in replies for found in _FORMAL.finditer(reply))
    return "Вы" if seen["В"] > seen["в"] else "вы"


def _compose(
    language: str,
    severity: str,
    aspect: Aspect,
    quote: str | None,
    name: str | None,
    voice: Voice,
    vertical: str | None,
    answer: str | None = None,
) -> str:
    say = phrases(language)
    parts = [say["thanks"]]
    if quote:
        parts.append(say["quote"].replace("{quote}", _short(_TAG.sub("…", redact(quote)))))
    sorry = str(say["sorry"][aspect.value])
    if is_secret(vertical):
        # "Sorry for the wait" would say that somebody waited: only the general half may stand.
        general = sorry.partition(": ")[2]
        parts.append(f"{say['secret_sorry']}: {general}" if general else f"{say['secret_sorry']}.")
        parts.extend([say["secret_look"]] if "look_into" in voice.promises else [])
    else:
        parts.append(sorry)
        if answer:
            parts.append(say["learnt"].replace("{answer}", answer))
        else:
            parts.extend([say["look"][aspect.value]] if "look_into" in voice.promises else [])
    return framed(" ".join(parts), language, severity, name, voice, vertical)


def framed(body: str, language: str, severity: str, name: str | None, voice: Voice, vertical: str | None) -> str:
    """Return a whole reply: the greeting, the part of its own, how to reach the firm, and the signature."""
    say = phrases(language)
    called = (vocative(name) if language == "uk" else name) if name else say["name"]
    parts = [say["greeting"].replace("{name}", called), body]
    if is_secret(vertical):
        parts.append(say["secret"])
    if severity == "severe":
        parts.append(say["severe"])
    parts.append(say["invite"].replace("{contact}", voice.contact) if voice.contact else say["invite_missing"])
    if "call_back" in voice.promises:
        parts.append(say["call_back"])
    text = " ".join(parts)
    return f"{text}\n{voice.signature}" if voice.signature else text


def in_form(text: str, language: str, form: Literal["Вы", "вы"]) -> str:
    """Return the text with «вы» written in one form throughout."""
    if language not in _CAPITAL:
        return text
    if form == "Вы":
        return _CAPITAL[language].sub(lambda found: found.group().capitalize(), text)
    return _FORMAL.sub(lambda found: found.group().lower(), text)


def is_secret(vertical: str | None) -> bool:
    """Tell whether even that somebody is a customer is a secret."""
    return vertical in _SECRET


def _short(text: str) -> str:
    text = " ".join(text.split()).strip(" «»\"'.!?…")
    return text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE].rsplit(" ", 1)[0] + "…"


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    text = text if len(text) <= _LONGEST_ANSWER else text[:_LONGEST_ANSWER].rsplit(" ", 1)[0] + "…"
    return text if text[-1] in ".!?…" else f"{text}."


def _without_tags(text: str) -> str | None:
    """Return the sentences of a redacted text from which nothing was taken, for no reply says `[name]`."""
    kept = [text[start:end] for start, end in sentences(text) if not _TAG.search(text[start:end])]
    return " ".join(kept) or None


def _known(aspects: Sequence[Aspect | str]) -> Aspect:
    return Aspect(aspects[0]) if aspects else Aspect.other


@lru_cache(maxsize=len(LANGUAGES))
def phrases(language: str) -> dict[str, Any]:
    """Return the sentences of a language, by name."""
    return tomllib.loads(files(__package__).joinpath(f"phrases/{language}.toml").read_text("utf-8"))
