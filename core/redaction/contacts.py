"""E-mail addresses, also those written out («ivan собака mail точка ru»)."""

import re

from core.redaction.text import Span

_DOMAINS = "ru|рф|su|ua|укр|by|kz|com|net|org|info|biz|me|io|eu|uk|de|pl|lt|lv|ee|ge|am|az|uz|kg|md|il|us|edu|gov"
_PLAIN = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,20}")
_AT = (
    r"(?:[(\[{]?(?:собака|собачка|равлик|песик)[)\]}]?"
    r"|\(at\)|\[at\]|\{at\}|\(a\)|<at>)"
)
_DOT = r"(?: ?\. ?| ?(?:точка|крапка|\(точка\)|\[точка\]|\(dot\)|\[dot\]|dot) ?)"
_SPELT = re.compile(
    rf"(?<![\w.+-])\w[\w.+-]{{0,63}} ?{_AT} ?[\w-]{{1,63}}(?:{_DOT}[\w-]{{1,63}}){{0,4}}?{_DOT}(?:{_DOMAINS})\b",
    re.IGNORECASE,
)
_ENGLISH = re.compile(
    rf"(?<![\w.+-])\w[\w.+-]{{0,63}} at [\w-]{{1,63}}(?: dot [\w-]{{1,63}}){{0,3}}? dot (?:{_DOMAINS})\b", re.IGNORECASE
)
_SPACED = re.compile(rf"(?<![\w.+-])[\w.+-]{{1,64}} ?@ ?[\w-]{{1,63}} ?\. ?(?:{_DOMAINS})\b", re.IGNORECASE)


def emails(text: str) -> list[Span]:
    """Return the e-mail addresses in `text`."""
    found = [Span(*match.span(), "email") for match in _PLAIN.finditer(text)] if "@" in text else []
    for pattern in (_SPACED, _SPELT, _ENGLISH):
        taken = {span.start for span in found}
        found += [Span(*match.span(), "email") for match in pattern.finditer(text) if match.start() not in taken]
    return _without_overlaps(found)


def _without_overlaps(spans: list[Span]) -> list[Span]:
    result: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start, -one.end)):
        if not result or span.start >= result[-1].end:
            result.append(span)
    return result
