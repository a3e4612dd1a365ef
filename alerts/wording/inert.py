"""Texts of strangers, made unable to act in any channel: markup, mentions, links, formulas, terminal control.

Characters that some channel gives a meaning to become look-alikes that none does, so that one text is safe in
Telegram, Slack, mail, Markdown, a webhook, a spreadsheet and a terminal; channels still escape what they show.
"""

import re
import unicodedata
from urllib.parse import quote, urlsplit

_ESCAPE_SEQUENCE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])|\x9b[0-?]*[ -/]*[@-~]"
)
_MARKS = re.compile(
    r"([\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{2})[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
_LOOK_ALIKE = str.maketrans("<>@#*_~`\\", "‹›＠＃∗ˍ∼ˋ＼")
_LEADING = str.maketrans("=+-@|%", "＝＋–＠∣％")
_DOMAIN_DOT = re.compile(r"(?<=[^\W_])\.(?=[^\W\d_]{2})")
_COMMAND = re.compile(r"(?<![\w.])/(?=\w)")
_IDENTIFIER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9:-]|[_/](?=[A-Za-z0-9])){0,80}")  # no markup pairs, no links
_LONGEST_URL = 700
_SAFE_IN_URL = "%/:=&?~#+!$,;'@()*[]"


def inert(text: str) -> str:
    """Return `text` on one line, without invisible characters, and without anything that a channel acts upon."""
    text = _ESCAPE_SEQUENCE.sub("", text)
    text = "".join(_visible(character) for character in text)
    text = " ".join(_MARKS.sub(r"\1", text).split())
    text = text.replace("://", ":⁄⁄").replace("](", "] (").translate(_LOOK_ALIKE)
    text = _COMMAND.sub("∕", _DOMAIN_DOT.sub("․", text))
    return text[:1].translate(_LEADING) + text[1:]


def identifier(text: str) -> str:
    """Return a machine's name as it is, so that it can be copied into a command; anything else inert."""
    return text if _IDENTIFIER.fullmatch(text) else inert(text)


def safe_url(url: str | None) -> str | None:
    """Return an http(s) address that is safe to show and follow, or None."""
    if not url or len(url) > _LONGEST_URL:
        return None
    try:
        parts = urlsplit(url.strip())
        is_plain = parts.scheme in {"http", "https"} and parts.hostname and not parts.username and not parts.password
    except ValueError:
        return None
    if not is_plain or any(unicodedata.category(character) in {"Cc", "Cf", "Cs"} for character in url.strip()):
        return None
    return quote(parts.geturl(), safe=_SAFE_IN_URL)


def shortened(text: str, limit: int) -> str:
    """Return `text`, cut at a word with an ellipsis where it is longer than `limit` characters."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    word = cut.rfind(" ")
    return cut[: word if word > limit // 2 else len(cut)].rstrip(" ,.;:–-") + "…"


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Cc", "Zl", "Zp", "Zs"}:
        return " "
    return "" if category in {"Cf", "Cs", "Co", "Cn"} or character in "\u034f\u115f\u1160\u3164\uffa0" else character
