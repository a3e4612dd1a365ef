"""How grave a complaint is: rules over aspects and phrases, which decide how fast somebody must answer.

| what the customer tells | reason | severe |
|---|---|---|
| poisoning, injury, fire, infection, vermin, spoiled food, an accident | safety_health | alone |
| turned away or insulted for origin, faith, language, disability, sex, age | discrimination | alone |
| things or money stolen, fraud | theft | alone |
| court, police, lawyer, authority, press: announced or done | legal_or_press_threat | alone |
| beaten, grabbed, molested, threatened | violence_or_threat | alone |
| leaves, closes the account, goes to a competitor | intent_to_leave | with another one of these four |
| turned to them and got refusal, run-around, silence | failed_complaint_handling | with another one of these four |
| a sum that hurts a household, in numbers | large_loss | with one of the two above |
| weeks or months of waiting, in numbers | long_wait | with one of the two above |

A phrase counts in a sentence that is negative, and phrases that state a hard fact also in one that is merely not clear
praise: politeness must not hide a poisoning. Negated and figurative ones do not count («не отравились»,
«украл моё сердце»). The phrases are data: ru.toml, uk.toml, en.toml.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from core.aspects import Aspect
from models.severity.amounts import large_loss, long_wait
from models.severity.phrases import CLAIM, FACT, Found, Tokens, phrases_for

ALONE = frozenset({"safety_health", "discrimination", "theft", "legal_or_press_threat", "violence_or_threat"})
COMPLAINT = frozenset({"intent_to_leave", "failed_complaint_handling"})
WEIGHT = frozenset({"large_loss", "long_wait"})
FACT_THRESHOLD = 1 / 11
"""Below it, a sentence is clear praise at the cost of ten to one."""
SURE_ASPECT = 0.8
"""From here on an aspect counts without a phrase."""
_REASON_OF = {Aspect.safety_and_health: "safety_health", Aspect.complaint_handling: "failed_complaint_handling"}


@dataclass(frozen=True, slots=True)
class JudgedSentence:
    """A sentence, its own probability of being negative, and those of its aspects."""

    text: str
    p_negative: float
    aspects: Mapping[Aspect, float]


@dataclass(frozen=True, slots=True)
class Quote:
    """The words behind a reason, as offsets into the text of the sentence with index `sentence`."""

    reason: str
    sentence: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Severity:
    """The level, its reasons in the order of the text, and the words behind each."""

    level: Literal["ordinary", "severe"]
    reasons: tuple[str, ...]
    quotes: tuple[Quote, ...]


def severity_of(sentences: Sequence[JudgedSentence], language: str, *, evidence_threshold: float = 0.5) -> Severity:
    """Return how grave a review is, by the table of this module.

    Args:
        sentences: those of one review, in order; none gives an ordinary one.
        language: as `models.language.detect` names it; the phrases of an unknown one are those of all three.
        evidence_threshold: p_negative from which a sentence counts as negative.
    """
    quotes: list[Quote] = []
    for index, sentence in enumerate(sentences):
        if sentence.p_negative < min(FACT_THRESHOLD, evidence_threshold):
            continue
        negative = sentence.p_negative >= evidence_threshold
        tokens = Tokens.of(sentence.text, language)
        found = [one for one in phrases_for(language).find(tokens) if negative or one.kind == FACT]
        if negative:
            found += _by_aspect(sentence) + _by_numbers(sentence.text)
        quotes += [Quote(one.reason, index, one.start, one.end) for one in found]
    reasons = tuple(dict.fromkeys(quote.reason for quote in quotes))
    return Severity("severe" if _is_severe(set(reasons)) else "ordinary", reasons, tuple(quotes))


def _by_aspect(sentence: JudgedSentence) -> list[Found]:
    return [
        Found(reason, 0, len(sentence.text), FACT)
        for aspect, reason in _REASON_OF.items()
        if sentence.aspects.get(aspect, 0.0) >= SURE_ASPECT
    ]


def _by_numbers(text: str) -> list[Found]:
    sums = [Found("large_loss", start, end, CLAIM) for start, end in large_loss(text)]
    return sums + [Found("long_wait", start, end, CLAIM) for start, end in long_wait(text)]


def _is_severe(reasons: set[str]) -> bool:
    if reasons & ALONE:
        return True
    return bool(reasons & COMPLAINT) and len(reasons & (COMPLAINT | WEIGHT)) > 1
