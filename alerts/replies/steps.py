"""The public duties of a reply: thanks, apology, promise or what was done, invitation to a private talk."""

import re

from alerts.replies.faults import Judged
from alerts.replies.text import quoted, sentences

_NUMBER = re.compile(
    r"<(?:number|phone|email)>|\[(?:тел|phone|email|почта)\w*\]|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}\.\w+|\+?\d[\d\s().-]{6,}\d|t\.me/|wa\.me/"
)


def find_steps(judged: Judged) -> dict[str, str]:
    """Return the fulfilled steps with the words that show them."""
    found: dict[str, str] = {}
    for span in sentences(judged.plain_reply):
        sentence, original = judged.plain_reply[span.start : span.end], judged.reply[span.start : span.end]
        for name, words in (
            ("thanks", _first(judged, "thanks", sentence, original)),
            ("apology", _apology(judged, sentence, original)),
            ("promise", _first(judged, "promise", sentence, original)),
            ("invitation", _invitation(judged, sentence, original)),
        ):
            if words and name not in found:
                found[name] = words
    return found


def advice(judged: Judged) -> tuple[str, ...]:
    """Return what to say instead of clumsy words: «извиняюсь → извините, просим прощения»."""
    hints = []
    for pattern, better in judged.words.clumsy:
        if found := pattern.search(judged.plain_reply):
            hints.append(f"{quoted(judged.reply, found)} → {better}")
    return tuple(hints)


def _first(judged: Judged, kind: str, sentence: str, original: str) -> str | None:
    found = judged.words.find(kind, sentence)
    return quoted(original, found) if found else None


def _apology(judged: Judged, sentence: str, original: str) -> str | None:
    excuse = judged.words.find("not_apology", sentence)
    for found in judged.words.patterns["apology"].finditer(sentence):
        if not (excuse and excuse.start() <= found.start() < excuse.end()):
            return quoted(original, found)
    return None


def _invitation(judged: Judged, sentence: str, original: str) -> str | None:
    """An invitation says how to reach a person: a name, a number, an address, private messages; a desk is none."""
    calls = judged.words.find("contact", sentence)
    if calls and (_NUMBER.search(sentence) or judged.words.find("channel", sentence)):
        return original.strip()[:200]
    return original.strip()[:200] if judged.words.find("person", sentence) and calls else None
