"""Small pure functions from which the sources' parsers are built; they need neither Scrapy nor the network.

A parser raises (KeyError, TypeError, ValueError, pydantic's ValidationError) when something mandatory is missing or is
not what it should be: the caller puts that review into quarantine and goes on with the rest. A value that nobody knows
is warned about with `UnknownValue`, which the engine counts, and is never guessed.
"""

import hmac
import html
import json
import re
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any, NotRequired, TypedDict
from zoneinfo import ZoneInfo

import orjson

from core.clock import to_utc

Raw = dict[str, Any]
"""One review as a source writes it."""


class Sighting(TypedDict):
    """What a parser must know besides the payload; pass it on as `parse_review(raw, **sighting)`."""

    listing_id: str
    seen_at: datetime
    secret: bytes
    zone: NotRequired[ZoneInfo | None]
    """Of times that name none, where whoever imports a file knows it."""


class UnknownValue(UserWarning):
    """A source sent a value that its parser does not know. The review is kept, the value is not guessed."""


def warn_unknown(source: str, field: str, value: object) -> None:
    """Warn that `source` sent an unknown `value` in `field` (shown escaped and cut to 40 characters)."""
    warnings.warn(f"{source}: {field} has the unknown value {value!r:.40}", UnknownValue, stacklevel=3)


def author_key(secret: bytes, source: str, author: object) -> str | None:
    """Return the keyed hash (32 hex digits, HMAC-SHA256) of an author's id or name at a source, or None for nobody."""
    if author is None or author == "":
        return None
    return hmac.digest(secret, f"{source}\x1f{author}".encode("utf-8", "replace"), "sha256").hex()[:32]


def stars(value: object, *, best: float = 5, worst: float = 1) -> float:
    """Map stars to [0, 1]: (value - worst) / (best - worst). Text such as "4" or "4,5" is read as a number.

    Raises:
        ValueError: for what is no number, or lies outside worst..best.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError(f"a rating must be a number, not {type(value).__name__}")
    number = float(value.strip().replace(",", ".")) if isinstance(value, str) else float(value)
    if not worst <= number <= best:
        raise ValueError(f"a rating must lie in {worst:g}..{best:g}")
    return (number - worst) / (best - worst)


def from_unix(seconds: object) -> datetime:
    """Return the UTC time of unix `seconds` (number, or a string of digits); 0 and negative ones raise ValueError."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float | str):
        raise TypeError(f"a unix time must be a number, not {type(seconds).__name__}")
    number = float(seconds)
    if not 0 < number < 1e11:
        raise ValueError("a unix time must be positive and in seconds")
    return datetime.fromtimestamp(number, UTC)


def from_iso(text: object) -> datetime:
    """Return the UTC time of an ISO 8601 text with an offset or Z; a naive one raises ValueError."""
    if not isinstance(text, str):
        raise TypeError(f"a time must be a text, not {type(text).__name__}")
    return to_utc(datetime.fromisoformat(text))


def required_text(raw: Mapping[str, Any], field: str) -> str:
    """Return the text in `field`; null or another type raises TypeError, absence KeyError."""
    value = raw[field]
    if not isinstance(value, str):
        raise TypeError(f"{field} must be a text, not {type(value).__name__}")
    return plain(value)


def plain(text: str) -> str:
    """Return `text` as UTF-8 can hold it: halves of surrogate pairs, which a broken emoji leaves, become U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def plain_payload(value: Any) -> Any:
    """Return a JSON value of which every text is `plain`."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, list):
        return [plain_payload(element) for element in value]
    if isinstance(value, dict):
        return {plain(key): plain_payload(element) for key, element in value.items()}
    return value


def load_json(body: bytes) -> Any:
    """Return the value of a JSON document, with every text `plain`; ValueError if it is none."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return plain_payload(json.loads(body))  # a byte order mark, half an emoji, or indeed no JSON


_BLOCKS = re.compile(
    "address|article|aside|blockquote|br|d[dlt]|div|fieldset|fig.*|foot.*|form|h[1-6r]|header|li|main|nav|[ou]l|p|pre|"
    "section|table|tr"
)
_DROPPED = ("script", "style", "template", "noscript")


def html_to_text(markup: str, *, drop_quotes: bool = False) -> str:
    """Turn HTML into plain text: paragraphs and lines stay, entities are resolved, scripts and styles go.

    Args:
        markup: an HTML fragment.
        drop_quotes: leave out `<aside class="quote">` and `<blockquote>`: words of somebody else.
    """
    reader = _TextReader(drop_quotes)
    reader.feed(plain(markup))
    reader.close()
    return tidy("".join(reader.parts))


class _TextReader(HTMLParser):
    def __init__(self, drop_quotes: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._drop_quotes = drop_quotes
        self._dropping: list[str] = []

    def parse_html_declaration(self, i: int) -> int:
        try:
            return super().parse_html_declaration(i)
        except AssertionError:  # "<![" and no name: HTML calls that a comment
            return self.parse_bogus_comment(i)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        quote = tag == "blockquote" or (tag == "aside" and "quote" in (dict(attrs).get("class") or "").split())
        if self._dropping:
            if tag == self._dropping[-1]:
                self._dropping.append(tag)
        elif tag in _DROPPED or (self._drop_quotes and quote):
            self._dropping.append(tag)
        elif _BLOCKS.fullmatch(tag):
            self.parts.append("\n- " if tag == "li" else "\n")

    def handle_endtag(self, tag: str) -> None:
        if self._dropping:
            if tag == self._dropping[-1]:
                self._dropping.pop()
        elif tag != "li" and _BLOCKS.fullmatch(tag):
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._dropping:
            self.parts.append(data)


_BBCODE_DROPPED = re.compile(
    r"\[(?:previewyoutube|img|video)[^\]\n]*\].*?\[/(?:previewyoutube|img|video)\]", re.I | re.S
)
_BBCODE_BREAK = re.compile(r"\[(?:/?(?:list|olist|table|tr|h[1-6]|quote(?:=[^\]\n]*)?|code|hr)|\*)\]", re.I)
_BBCODE_TAG = re.compile(r"\[/?(?:b|i|u|strike|spoiler|noparse|url|p|td|th)(?:=[^\]\n]*)?\]", re.I)


def bbcode_to_text(markup: str) -> str:
    """Turn Steam's BBCode into plain text; square brackets that are no known tag stay as they are."""
    text = _BBCODE_DROPPED.sub("", plain(markup))
    text = _BBCODE_BREAK.sub(lambda tag: "\n- " if tag[0] == "[*]" else "\n", text)
    return tidy(html.unescape(_BBCODE_TAG.sub("", text)))


_UNTIDY = re.compile("[\r\n\t\u00a0]|  ")


def tidy(text: str) -> str:
    """Strip lines, and keep at most one empty line between two paragraphs."""
    if not _UNTIDY.search(text):
        return text.strip()
    lines = re.split(r"\r\n|\r|\n", text)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(re.sub(r"[ \t\u00a0]+", " ", line).strip() for line in lines)).strip()


def joined(*labelled: tuple[str, str | None]) -> str:
    """Join the parts that a site splits a review into, each under its own label; an empty label adds none."""
    return "\n".join(f"{label}: {text}" if label else text for label, text in labelled if text)
