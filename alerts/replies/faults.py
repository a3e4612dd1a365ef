"""The faults of a reply, each with the words that show it."""

import re
from dataclasses import dataclass

from alerts.replies.history import History
from alerts.replies.text import Span, anonymous, plain, quoted, sentences, stem, words
from alerts.replies.words import Words

_SECRET_VERTICALS = frozenset({"clinic", "bank"})
_LOW = 0.3
_HIGH = 0.7
_COPIES = 2
_COPIED = 0.75
_FEW_OWN_WORDS = 2
_OWN_SHARE = 0.2
_COMMON_WEIGHT = 0.5
_MANY_OWN_WORDS = 12


@dataclass(frozen=True)
class Judged:
    """A review and its reply with the words of their languages."""

    review: str
    reply: str
    words: Words
    review_words: Words
    rating: float | None = None
    vertical: str | None = None

    @property
    def plain_review(self) -> str:
        """The review, as patterns expect it."""
        return plain(self.review)

    @property
    def plain_reply(self) -> str:
        """The reply, as patterns expect it; offsets are those of the reply."""
        return plain(self.reply)


def is_negative(judged: Judged) -> bool:
    """Tell whether the customer complains: by stars where they say so, else by words."""
    if judged.rating is not None:
        if judged.rating <= _LOW:
            return True
        if judged.rating >= _HIGH:
            return False
    bad, good = _tone(judged)
    return bad > good


def is_positive(judged: Judged) -> bool:
    """Tell whether the customer is content: no low stars, and praise without a complaint, or full stars."""
    bad, good = _tone(judged)
    if judged.rating is not None:
        return judged.rating >= _HIGH and bad == 0
    return good > 0 and bad == 0


def _tone(judged: Judged) -> tuple[int, int]:
    text = judged.plain_review
    bad = len(judged.review_words.patterns["negative"].findall(text))
    return bad, len(judged.review_words.patterns["positive"].findall(text))


def defensive(judged: Judged) -> list[str]:
    """Return the words that deny, cite rules against the customer, or blame them or competitors."""
    if is_positive(judged):
        return []
    found = []
    for sentence, original in _sentences(judged):
        if judged.words.find("fair", sentence):
            continue
        for kind in ("defensive", "rules"):
            if match := judged.words.find(kind, sentence):
                found.append(quoted(original, match))
                break
    return found


def discloses(judged: Judged) -> list[str]:
    """Return the words that confirm a visit, a diagnosis, an account, an order or a phone."""
    kinds = ["discloses_any"]
    texts = (judged.words.find("secret", judged.plain_reply), judged.review_words.find("secret", judged.plain_review))
    if judged.vertical in _SECRET_VERTICALS or (judged.vertical is None and any(texts)):
        kinds.append("discloses_secret")
    found = []
    for sentence, original in _sentences(judged):
        guard = judged.words.find("discloses_guard", sentence)
        for kind in kinds:
            for match in judged.words.patterns[kind].finditer(sentence):
                if not sentence.rstrip().endswith("?") and not _guarded(guard, match):
                    found.append(quoted(original, match))
    return found


def _guarded(guard: re.Match[str] | None, match: re.Match[str]) -> bool:
    """A condition, a request or a refusal that stands before (or inside) the words takes them back."""
    return guard is not None and guard.start() < match.end()


def boilerplate(judged: Judged, history: History | None) -> list[str]:
    """Return the words of a reply that would stand under any review: a near copy of others, or all stock phrases."""
    if not judged.reply.strip():
        return []
    if _is_generic(judged, history):
        return [_start(judged.reply)]
    if history is not None and (
        history.near_copies(judged.reply) >= _COPIES or history.copied_share(judged.reply) >= _COPIED
    ):
        return [_start(judged.reply)]
    return []


def _own_stems(text: str, vocabulary: Words) -> set[str]:
    return {stem(word) for word in words(text) if len(word) >= 3 and not vocabulary.stock.match(word)}


def _is_generic(judged: Judged, history: History | None) -> bool:
    """Tell whether little but stock phrases is left: words of every firm, or such as this firm always writes."""
    reply = anonymous(judged.reply)
    own = _own_stems(reply, judged.words)
    shared = _own_stems(judged.reply, judged.words) & _own_stems(judged.review, judged.review_words)
    common = {stem_ for stem_ in own | shared if history is not None and history.is_common(stem_)}
    if len(shared - common) + _COMMON_WEIGHT * len(shared & common) >= 1:
        return False
    if len(own) > _MANY_OWN_WORDS:
        return False
    return len(own - common) <= max(_FEW_OWN_WORDS, _OWN_SHARE * len(reply.split()))


def off_topic(judged: Judged, *, apologises: bool) -> list[str]:
    """Return the words that answer another review: joy under a complaint, regret under praise, another matter."""
    text = judged.plain_reply
    if is_negative(judged) and not apologises:
        joy = judged.words.find("celebrate", text)
        if joy and not judged.words.find("regret", text) and _tone(judged)[1] == 0:
            return [quoted(judged.reply, joy)]
    if is_positive(judged) and judged.review.strip():
        regret = judged.words.find("regret", text)
        if regret and not judged.words.find("celebrate", text):
            return [quoted(judged.reply, regret)]
    return []


def _sentences(judged: Judged) -> list[tuple[str, str]]:
    text = judged.plain_reply
    return [(text[start:end], judged.reply[start:end]) for start, end in map(Span._make, sentences(text))]


def _start(text: str) -> str:
    return text.strip()[:80]
