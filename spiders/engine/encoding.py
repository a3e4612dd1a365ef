"""Bytes to text and texts to rights: declared encodings that are wrong, entities, invisible marks, mojibake."""

import codecs
import html
import re
from typing import NamedTuple

import ftfy
from ftfy.badness import is_bad
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, resolve_encoding

_CYRILLIC = ["cp1251", "koi8_r", "cp866", "iso8859_5", "mac_cyrillic", "koi8_u"]
_SAMPLE = 256 * 1024
_TORN = 0.002
"""Share of bytes that may be damaged in a text that is UTF-8 all the same."""
_SOUND = 10
"""Sound letters beyond ASCII to each damaged one that tell a short text as UTF-8: in other encodings hardly any is."""
_SWAPPED = re.compile(r"\b[а-яё][А-ЯЁ]{2,}")
_CAPITALS, _SMALL = re.compile("[А-ЯЁ]"), re.compile("[а-яё]")
_XML = re.compile(rb"""<\?xml[^>]{0,200}?encoding=["']([\w.-]+)""")

# Zero-width spaces, joiners outside emoji and Arabic script, soft hyphens, byte order and direction marks.
_ORDINARY = re.compile("[\x00-\x7fа-яА-ЯёЁ]*")
"""Text in which no mojibake can be: that of Cyrillic needs signs which no such text has. Saves half of the parsing."""
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_JOINERS = re.compile("(?<=[\\w\\s.,!?-])[\u200c\u200d](?=[\\w\\s.,!?-])|^[\u200c\u200d]+|[\u200c\u200d]+$")
_ARABIC = re.compile("[\u0600-\u08ff\ufb50-\ufdff\ufe70-\ufeff\u0900-\u0dff]")
_ENTITY = re.compile(r"&(?:#\d{2,6}|#x[0-9a-f]{2,5}|[a-z]{2,8});", re.IGNORECASE)
_REPAIR = ftfy.TextFixerConfig(
    unescape_html=False, remove_terminal_escapes=True, fix_latin_ligatures=False, fix_character_width=False,
    uncurl_quotes=False, fix_line_breaks=False, remove_control_chars=True, normalization=None,
)  # fmt: skip


class Decoded(NamedTuple):
    """A text, and the encoding that its bytes turned out to have."""

    text: str
    encoding: str


def decode(data: bytes, content_type: str | None = None) -> Decoded:
    """Decode a page or payload by what its bytes are; what it declares (`content_type`, a meta tag) is only a hint.

    Bytes that are valid UTF-8 are UTF-8, whatever is declared. Else a declared encoding counts if it decodes them and
    is not UTF-8; without one, the likeliest Cyrillic or western one is taken. Nothing raises: single damaged bytes of
    an otherwise sound text become U+FFFD.
    """
    encoding, mark = read_bom(data)
    if encoding is not None:
        return Decoded(data[len(mark or b"") :].decode(encoding, "replace"), encoding)
    torn = _first_fault(data)
    if torn is None:
        return Decoded(data.decode(), "utf-8")
    declared = _declared(data, content_type)
    if declared and declared not in ("utf-8", "cp1252") and _decodes(data, declared):
        text = data.decode(declared)
        if not _is_inverted(text):
            return Decoded(text, declared)
    text = data.decode("utf-8", "replace")
    faults, sound = text.count("\ufffd"), sum(ord(char) > 127 and char != "\ufffd" for char in text)
    if sound and (faults <= max(1, _TORN * len(data)) or faults * _SOUND <= sound):
        return Decoded(text, "utf-8")
    found = _likeliest(data)
    return Decoded(data.decode(found, "replace"), found)


def _is_inverted(text: str) -> bool:
    """Whether capitals stand where small letters belong, as in KOI8 read as windows-1251 and the other way round."""
    return bool(_SWAPPED.search(text)) and len(_CAPITALS.findall(text)) > len(_SMALL.findall(text))


def _first_fault(data: bytes) -> int | None:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.start
    return None


def _declared(data: bytes, content_type: str | None) -> str | None:
    named = http_content_type_encoding(content_type) or html_body_declared_encoding(data[:4096])
    if named is None and (xml := _XML.match(data.lstrip()[:300])):
        named = resolve_encoding(xml[1].decode("ascii"))
    return named


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(codecs.lookup(encoding).name)
    except (LookupError, UnicodeDecodeError):
        return False
    return True


def _likeliest(data: bytes) -> str:
    from charset_normalizer import from_bytes

    # Only what is not ASCII tells; markup around it would outweigh it.
    words = b" ".join(re.findall(rb"[\x80-\xff]+(?:[ ,.-]+[\x80-\xff]+)*", data)) or data
    best = from_bytes(words[:_SAMPLE], cp_isolation=[*_CYRILLIC, "cp1252"]).best()
    return best.encoding if best is not None else "cp1251"


def clean_text(text: str) -> str:
    """Return a customer's words as a person sees them.

    Invisible marks go (a joiner inside an emoji or Arabic script stays), entities that a site escaped twice are
    resolved, and mojibake («РѕС‚Р·С‹РІ», `Ð¾Ñ‚Ð·`) is undone where it certainly is one.
    """
    if _ORDINARY.fullmatch(text) and "&" not in text:
        return text
    if is_bad(text):
        text = ftfy.fix_text(text, _REPAIR)
    for _ in range(2):
        if "&" in text and _ENTITY.search(text):
            text = html.unescape(text)
    text = _INVISIBLE.sub("", text)
    if "\u200c" in text or "\u200d" in text:
        text = text if _ARABIC.search(text) else _JOINERS.sub("", text)
    return text.replace("\u00a0", " ")
