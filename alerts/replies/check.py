"""The reply check: what a published reply (or a draft) does for its customer, and what it does wrong.

Sources: the public duties are thanks, apology, promise and an invitation to a private talk; that a reply must not
confirm a visit, a diagnosis, an account, an order or a phone follows from medical, bank and personal secrecy.
"""

from collections.abc import Sequence
from typing import Final, Literal

from pydantic import Field

from alerts.replies.faults import (
    Judged,
    boilerplate,
    defensive,
    discloses,
    is_negative,
    off_topic,
)
from alerts.replies.history import History
from alerts.replies.language import UNKNOWN, detect
from alerts.replies.steps import advice, find_steps
from alerts.replies.words import LANGUAGES, load
from core.records import Record

Quality = Literal["ok", "no_apology", "boilerplate", "defensive", "off_topic", "wrong_language", "discloses"]
Step = Literal["thanks", "apology", "promise", "invitation"]

PRIORITY: Final[tuple[Quality, ...]] = (
    "discloses",
    "wrong_language",
    "off_topic",
    "defensive",
    "boilerplate",
    "no_apology",
)
"""Where several faults hold, the first one names the reply."""

LONGEST: Final = 6000
"""Letters of a text that are looked at: no site takes longer replies, and hostile texts cost no more."""

STEPS: Final[tuple[Step, ...]] = ("thanks", "apology", "promise", "invitation")


class ReplyCheck(Record):
    """What was found in one reply."""

    reply_quality: Quality
    faults: tuple[Quality, ...] = ()
    """All faults, the gravest first."""
    steps: tuple[Step, ...] = ()
    """The public duties that the reply fulfils."""
    quotes: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """By step or fault: the words of the reply that show it."""
    advice: tuple[str, ...] = ()
    """What to say instead of a clumsy wording."""
    language: str = UNKNOWN
    """Detected language of the reply: ru, uk, en or und."""


def check(
    review: str | None,
    reply: str,
    *,
    history: History | None = None,
    rating: float | None = None,
    lang: str | None = None,
    vertical: str | None = None,
) -> ReplyCheck:
    """Check one reply.

    Args:
        review: The customer's text, title included; None or empty where there are only stars.
        reply: The owner's text.
        history: The firm's other replies; the checked one may be among them.
        rating: 0 (one star) to 1 (five), where known; without it the review's words decide whether it is negative.
        lang: Language of the review as the source names it, used where its text is too short to tell.
        vertical: `clinic` or `bank` where every confirmed visit or account is a secret; else the words decide.
    """
    review, reply = (review or "")[:LONGEST], reply[:LONGEST]
    spoken = detect(reply)
    wanted = detect(review)
    hint = (lang or "").replace("_", "-").split("-")[0].lower()
    if wanted == UNKNOWN and hint in LANGUAGES:
        wanted = hint
    judged = Judged(
        review=review,
        reply=reply,
        words=load(_vocabulary(spoken, wanted, reply)),
        review_words=load(_vocabulary(wanted, spoken, review)),
        rating=rating,
        vertical=vertical,
    )
    steps = find_steps(judged)
    quotes: dict[str, tuple[str, ...]] = {name: (words,) for name, words in steps.items()}
    negative = is_negative(judged)
    faults: dict[str, Sequence[str]] = {
        "discloses": discloses(judged),
        "wrong_language": [reply[:80]] if UNKNOWN not in (spoken, wanted) and spoken != wanted else [],
        "off_topic": off_topic(judged, apologises="apology" in steps),
        "defensive": defensive(judged),
        "boilerplate": boilerplate(judged, history),
    }
    found = [
        name for name in PRIORITY if faults.get(name) or (name == "no_apology" and negative and "apology" not in steps)
    ]
    quotes |= {name: tuple(dict.fromkeys(faults[name])) for name in found if name in faults}
    return ReplyCheck(
        reply_quality=found[0] if found else "ok",
        faults=tuple(found),
        steps=tuple(name for name in STEPS if name in steps),
        quotes=quotes,
        advice=advice(judged),
        language=spoken,
    )


def _vocabulary(first: str, second: str, text: str) -> str:
    for language in (first, second):
        if language in LANGUAGES:
            return language
    if any("а" <= letter <= "я" for letter in text.lower()):
        return "uk" if any(letter in "іїєґ" for letter in text.lower()) else "ru"
    return "en"
