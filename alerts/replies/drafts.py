"""Drafts of replies to complaints, in the firm's voice. A draft is never posted: a person fills it in and posts it.

It says nothing that the check would flag: it is tried with the customer's own sentence first, then without it, then in
other words. Words that the firm used less often come first, so that its replies do not become boilerplate.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, Literal

from alerts.replies.check import ReplyCheck, check
from alerts.replies.history import History
from alerts.replies.language import UNKNOWN, detect
from alerts.replies.phrasing import TAG, Picker, Topic, phrases, quotable, topics, topics_of
from alerts.replies.text import plain, sentences
from alerts.replies.vocative import vocative
from alerts.replies.words import LANGUAGES, load
from core.aspects import Aspect
from core.records import Record
from core.redaction import redact
from core.watchlist import Voice

_SECRET: Final = frozenset({"clinic", "bank"})
_ATTEMPTS = 6
_GOOD = 0.5
_LONGEST_ANSWER = 400
_FORMAL = re.compile(r"(?<=[\w,;:] )[Вв](?:[ыи]|ас|ам|ами|аш\w*)\b")
_CAPITAL = {
    "ru": re.compile(r"\b(?:вы|вас|вам|вами|ваш\w*)\b"),
    "uk": re.compile(r"\b(?:ви|вас|вам|вами|ваш\w*)\b"),
}
_SPOKEN_TO = re.compile(r"\d(?:[\s().-]*\d){5}")
"""A telephone number in a contact."""


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
    is_discreet = is_secret(vertical)
    quote = quotable(hurts, spoken) if hurts and not is_discreet and severity != "severe" else None
    learnt = _sentence(redact(branch)) if branch and branch.strip() else None
    fit = _without_tags(learnt) if learnt and detect(learnt) in (spoken, UNKNOWN) else None
    answers = [None] if is_discreet or fit is None else [fit, None]
    tried = product(range(_ATTEMPTS), answers, [quote, None] if quote else [None])
    for attempt, answer, quoted in tried:
        picker = Picker(history, review, attempt)
        matter = _Matter(review, spoken, topics_of(review, aspects, spoken), rating, quoted, answer)
        text = framed(_body(matter, picker, voice, vertical), spoken, severity, name, voice, vertical, form, picker)
        text = text.replace("{quote}", quoted, 1) if quoted else text
        text = text.replace("{answer}", answer, 1) if answer else text
        found = check(review, text, history=history, rating=rating, lang=spoken, vertical=vertical)
        if not found.faults:
            say = phrases(spoken)
            said = str(say["branch"]).replace("{answer}", learnt) if learnt else None
            return Draft(text=text, mark=str(say["mark"]), language=spoken, found=found, branch=said)
    raise NoCleanDraftError(f"no draft passes the check: {', '.join(found.faults)}")


def learn_address_form(replies: Iterable[str]) -> Literal["Вы", "вы"]:
    """Return how the firm writes «вы» inside a sentence: the more frequent form, `вы` where it never does."""
    seen = Counter(found.group()[0] for reply in replies for found in _FORMAL.finditer(reply))
    return "Вы" if seen["В"] > seen["в"] else "вы"


@dataclass(frozen=True, slots=True)
class _Matter:
    """What is answered; `quote` and `answer` are filled in last, for strangers' words stay as they are."""

    review: str
    language: str
    topics: Sequence[Topic]
    rating: float | None
    quote: str | None
    answer: str | None

    @property
    def is_textless(self) -> bool:
        return not any(letter.isalpha() for letter in self.review)

    @property
    def is_mixed(self) -> bool:
        """Tell whether there is praise, too: the sorry part must not be all that is answered."""
        praise = load(self.language).find("positive", plain(self.review))
        return praise is not None and self.rating is not None and self.rating >= _GOOD


def _body(matter: _Matter, picker: Picker, voice: Voice, vertical: str | None) -> str:
    """Return the part of its own: apology, what is agreed with, thanks, and what may be promised."""
    say = phrases(matter.language)
    is_discreet = is_secret(vertical)
    is_unsaid = matter.is_textless or matter.topics[0].name == "unsaid"
    kind = "praise" if matter.is_mixed else "stars" if is_unsaid else ""
    thanks = picker.pick(say[f"thanks_{kind}" if kind else "thanks"])
    may_look = "look_into" in voice.promises
    if is_discreet:
        # The topic's own words would say what happened: only what is true of everybody may stand.
        sorry = picker.pick(say["secret_stars" if matter.is_textless else "secret_sorry"])
        first = matter.topics[0]
        general = first if first.is_general else topics(matter.language)[first.aspect.value]
        agree = None if matter.is_textless else picker.pick(general.agree)
        look = picker.pick(say["secret_look"]) if may_look else None
    else:
        sorry = picker.pick(say["sorry_stars"] if matter.is_textless else _sorry(matter))
        agree = picker.pick(say["quote"]) if matter.quote else picker.pick(matter.topics[0].agree)
        look = picker.pick(matter.topics[0].look) if may_look else None
        if matter.answer:
            look = picker.pick(say["learnt"])
    return " ".join(part for part in (sorry, agree, thanks, look) if part)


def _sorry(matter: _Matter) -> list[str]:
    """Return all wordings of the apology for one thing or two."""
    say = phrases(matter.language)
    first, *others = matter.topics
    if not others:
        return [frame.replace("{a}", what) for frame, what in product(say["sorry_one"], first.sorry)]
    return [
        frame.replace("{a}", f"{one}," if "," in one else one).replace("{b}", other).replace(",,", ",")
        for frame, one, other in product(say["sorry_two"], first.sorry, others[0].sorry)
    ]


def framed(
    body: str,
    language: str,
    severity: str,
    name: str | None,
    voice: Voice,
    vertical: str | None,
    form: Literal["Вы", "вы"],
    picker: Picker,
) -> str:
    """Return a whole reply: the greeting, the part of its own, how to reach the firm, and the signature as it is."""
    say = phrases(language)
    called = (vocative(name) if language == "uk" else name) if name else say["name"]
    parts = [say["greeting"].replace("{name}", called), body]
    if vertical is not None and is_secret(vertical):
        parts.append(picker.pick(say["secret"][vertical]))
    if severity == "severe":
        parts.append(picker.pick(say["severe"]))
    parts.append(_invitation(language, voice, picker))
    if "call_back" in voice.promises:
        parts.append(picker.pick(say["call_back"]))
    text = in_form(" ".join(parts), language, form)
    return f"{text}\n{voice.signature}" if voice.signature else text


def _invitation(language: str, voice: Voice, picker: Picker) -> str:
    say = phrases(language)
    if not voice.contact:
        return picker.pick(say["invite_missing"])
    contact = voice.contact.strip().rstrip(".")
    wordings = say["invite" if _SPOKEN_TO.search(contact) else "invite_write"]
    return picker.pick([wording.replace("{contact}", contact) for wording in wordings])


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


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    text = text if len(text) <= _LONGEST_ANSWER else text[:_LONGEST_ANSWER].rsplit(" ", 1)[0] + "…"
    return text if text[-1] in ".!?…" else f"{text}."


def _without_tags(text: str) -> str | None:
    """Return the sentences of a redacted text from which nothing was taken, for no reply says `[name]`."""
    kept = [text[start:end] for start, end in sentences(text) if not TAG.search(text[start:end])]
    return " ".join(kept) or None
