"""IBANs by their check digits, and passports near the words that announce them."""

import re

from core.redaction.text import Span

_IBAN_START = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?=[ -]?[A-Za-z0-9])")
_IBAN_LENGTHS = {
    country: int(length)
    for country, length in re.findall(
        r"([A-Z]{2})(\d{2})",
        "AE23 AT20 AZ28 BE16 BG22 BY28 CH21 CY28 CZ24 DE22 DK18 EE20 ES24 FI18 FR27 GB22 GE22 GR27 HR21 HU28 IE22 "
        "IL23 IT27 KZ20 LI21 LT20 LU20 LV21 MD24 ME22 MK19 MT31 NL18 NO15 PL28 PT25 RO24 RS22 RU33 SE24 SI19 SK24 TR26 "
        "UA29 XK20",
    )
}
"""Characters by country, from the SWIFT registry."""
_IBAN_BODY = re.compile(r"[A-Za-z0-9]+(?:[ -][A-Za-z0-9]+)*")
_PASSPORT = re.compile(
    r"(?i:паспорт\w{0,4}|\bпасп\b|загран\w{0,10}|passport|сери[яиюей]{1,2}|сері[яїюєй]{1,2}"
    r"|удостоверени\w{1,2}|посвідчення|id[- ]?карт\w{0,3}|id[- ]card|айди[- ]карт\w{0,3})"
    r"[^\d\n]{0,40}?"
    r"(?P<number>\d{2}[ -]?\d{2}[ ,;:.-]{0,3}(?i:№|n[o°º]?|номер|ном)?[ :.]{0,3}(?:\d{6}|\d{3} \d{3})"
    r"|(?<![^\W\d_])[A-ZА-ЯІЇЄҐ]{2}[ -]?(?i:№|n[o°º]?|номер)?[ ]?(?:\d{6,7}|\d{3} \d{3})"
    r"|(?<![^\W_])[A-Z]\d{7,8}"
    r"|\d{2}[ -]?(?i:№|n[o°º]?|номер)?[ ]?\d{7}"
    r"|\d{9})(?!\d)"
)


def ibans(text: str) -> list[Span]:
    """Return the account numbers whose country, structure and check digits are right."""
    found: list[Span] = []
    for match in _IBAN_START.finditer(text):
        if not found or match.start() >= found[-1].end:
            end = _iban_end(text, match.start())
            if end is not None:
                found.append(Span(match.start(), end, "iban"))
    return found


def passports(text: str) -> list[Span]:
    """Return the numbers of passports and identity cards that stand near such a word."""
    return [Span(*match.span("number"), "passport") for match in _PASSPORT.finditer(text)]


def _iban_end(text: str, start: int) -> int | None:
    length = _IBAN_LENGTHS.get(text[start : start + 2].upper(), 0)
    match = _IBAN_BODY.match(text, start, start + 2 * length)
    positions = [n for n in range(*match.span()) if text[n] not in " -"] if match else []
    if length == 0 or len(positions) < length:
        return None
    compact = "".join(text[n] for n in positions[:length])
    is_right = int("".join(str(int(character, 36)) for character in compact[4:] + compact[:4])) % 97 == 1
    return positions[length - 1] + 1 if is_right else None
