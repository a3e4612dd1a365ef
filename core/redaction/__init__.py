"""Personal data in texts: where it stands, and the text without it.

Reviews and replies are written by strangers and quote strangers. What identifies a person or an account is replaced
by a tag that needs no language, such as `[phone]`. So are names: of who is addressed, who signs, and of the staff and
others who are named in between. Who has to act on a complaint reads the name on the site, behind the link.
"""

from core.redaction.contacts import emails
from core.redaction.documents import ibans, passports
from core.redaction.handles import handles
from core.redaction.names import as_spans, names
from core.redaction.numbers import numbers
from core.redaction.people import people
from core.redaction.people_en import people_en
from core.redaction.signatures import signatures
from core.redaction.spelt import spelt_phones
from core.redaction.text import Kind, Plain, Span, with_digits

__all__ = ["Kind", "Span", "find", "redact"]

_PASSES = 4
_LONG = 100_000
_PASSES_LONG = 2
"""No customer writes so much; only what stands beside a tag can differ in a later pass, and each costs seconds."""


def find(text: str) -> list[Span]:
    """Return the personal data in `text`, in order and without overlaps, as offsets into `text`.

    Invisible characters and look-alike digits do not hide anything. Time is linear in the length of the text.
    """
    plain = Plain.of(text)
    spans: list[Span] = []
    for finder in (emails, handles, ibans, passports, spelt_phones):
        spans = _merged(spans, finder(plain.text))
    spans = _merged(spans, numbers(with_digits(plain.text)))
    spans = _merged(
        spans,
        as_spans([*names(plain.text), *signatures(plain.text, spans), *people(plain.text), *people_en(plain.text)]),
    )
    return [Span(plain.source_index(span.start), plain.source_end(span.end), span.kind) for span in spans]


def redact(text: str) -> str:
    """Return `text` with each piece of personal data replaced by its tag.

    Redacting again changes nothing, but for texts of more than 100,000 characters, which nobody writes.
    """
    for _ in range(_PASSES if len(text) <= _LONG else _PASSES_LONG):
        spans = find(text)
        if not spans:
            return text
        pieces, end = [], 0
        for span in spans:
            pieces += [text[end : span.start], span.tag]
            end = span.end
        text = "".join([*pieces, text[end:]])
    return text


def _merged(first: list[Span], second: list[Span]) -> list[Span]:
    """Add to `first` those of `second` that overlap none of it; both are in order."""
    if not first:
        return second
    result, position = [], 0
    for span in second:
        while position < len(first) and first[position].end <= span.start:
            result.append(first[position])
            position += 1
        if position == len(first) or span.end <= first[position].start:
            result.append(span)
    return sorted([*result, *first[position:]])
