"""How the notebooks show words and tables: everything is plain text.

What comes from a site or a file is redacted, made inert and escaped here; notebooks hand such texts to nothing else.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

import marimo as mo
import published

from alerts.wording import inert, safe_url, shortened
from core.redaction import find, redact

LONGEST_QUOTE = 220

_FAINT = "#6b7280"
_CELL = "padding:.35rem .6rem;border-bottom:1px solid rgba(128,128,128,.25);vertical-align:top;"
_LINK = "color:inherit;text-decoration:underline;text-decoration-color:#9ca3af;text-underline-offset:3px"
HOURS_TICKS = [1, 3, 6, 12, 24, 72, 168, 336, 720, 2160, 4380, 8760, 26280, 87600]
HOURS_WORDS = (
    "datum.value < 24 ? datum.value + ' h' : datum.value < 168 ? datum.value / 24 + ' d' : "
    "datum.value < 720 ? datum.value / 168 + ' wk' : datum.value < 8760 ? round(datum.value / 730) + ' mo' : "
    "round(datum.value / 8760) + ' y'"
)


def quote(text: str | None, start: int | None = None, end: int | None = None, title: str | None = None) -> str:
    """Return a sentence (else the beginning) of a review, redacted by what the whole text says, and inert."""
    words = text or ""
    if not words.strip():
        words, start, end = title or "", None, None
    first = 0 if start is None else start
    last = len(words) if end is None or not first < end <= len(words) else end
    pieces, position = [], first
    for span in find(words):
        if span.end > first and span.start < last:
            pieces += [words[position : max(position, span.start)], span.tag]
            position = span.end
    return shortened(inert(redact("".join([*pieces, words[position:last]]))), LONGEST_QUOTE) or "(no words)"


def remark(text: str | None) -> str:
    """Return a line that may carry words of a site, such as an error, redacted and inert."""
    return shortened(inert(redact(text or "")), LONGEST_QUOTE)


def sentence(row: Mapping[str, Any]) -> str:
    """Return the sentence of a row with text, start_char, end_char and perhaps title."""
    return quote(row["text"], row["start_char"], row["end_char"], row.get("title"))


def stars(rating: float | None, *, before: float | None = None) -> str:
    """Return a rating in [0, 1] as stars, with the one that it had before."""
    if before is not None:
        return f"{stars(before)} → {stars(rating)}"
    full = 0 if rating is None else 1 + round(rating * 4)
    return "no stars" if rating is None else "★" * full + "☆" * (5 - full)


def note(case: Mapping[str, Any]) -> str:
    """Return what a person has to know first about a case."""
    if case["severity"] == "severe":
        return "severe"
    if case["is_snoozed"]:
        return "snoozed"
    return "please check" if case["needs_check"] else case["status"].replace("_", " ")


def percent(share: float | None) -> str:
    """Return a probability in percent."""
    return "" if share is None else f"{share:.0%}"


def duration(hours: float | None) -> str:
    """Return hours as a person says them."""
    if hours is None:
        return "unknown"
    if hours < 1:
        return "under an hour"
    value, unit = (hours, "hour") if hours < 72 else (hours / 24, "day")
    return f"{int(value)} {unit}{'' if int(value) == 1 else 's'}"


def age(hours: float | None) -> str:
    """Return how old the oldest look is."""
    return "never" if hours is None else f"oldest look {duration(hours)} ago"


def count(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def moment(value: datetime | None, zone: str) -> str:
    """Return a time as the reader's clock shows it."""
    return f"{value.astimezone(ZoneInfo(zone)):%d %b %H:%M}" if value else ""


def plain(text: str, *, size: str = "1rem", weight: int = 400) -> mo.Html:
    """Return a paragraph in which nothing is markup."""
    return mo.Html(
        f'<p style="font-size:{size};font-weight:{weight};line-height:1.45;margin:.2rem 0">{escape(text)}</p>'
    )


def section(question: str, sentence: str, *shown: Any, sql: Sequence[str] = ()) -> mo.Html:
    """Return one part of a notebook: a question, how to read the answer, the answer, and the SQL behind it."""
    parts = [part for part in shown if part is not None]
    return mo.vstack([mo.md(f"## {question}"), plain(sentence), *parts, *([statements(*sql)] if sql else [])], gap=0.6)


def statements(*names: str) -> mo.Html:
    """Return named statements behind a fold."""
    text = escape("\n".join(published.sql(name) for name in names))
    return mo.Html(
        f'<details style="font-size:.8rem;color:{_FAINT}"><summary style="cursor:pointer">SQL</summary>'
        f'<pre style="overflow-x:auto;padding:.6rem 0">{text}</pre></details>'
    )


def empty(sentence: str) -> mo.Html:
    """Return a friendly word where there is nothing to show."""
    return mo.callout(plain(sentence), kind="neutral")


def table(rows: Iterable[Mapping[str, Any]], *, links: str | None = None, of: int = 0) -> mo.Html | None:
    """Return rows as a table of plain text, or nothing where there are none.

    Args:
        rows: all with the same keys, which are the heads; values are shown as text and escaped.
        links: the column that links to the address in `url`, which is no column, where that is safe to follow.
        of: how many rows there are in all; where that is more, it is said.
    """
    rows = list(rows)
    if not rows:
        return None
    columns = [name for name in rows[0] if name != "url"]
    head = "".join(f'<th style="{_CELL}text-align:left;color:{_FAINT}">{escape(name)}</th>' for name in columns)
    body = "".join(f"<tr>{''.join(_cell(row, name, links) for name in columns)}</tr>" for row in rows)
    more = f"<p>And {of - len(rows)} more.</p>" if of > len(rows) else ""
    return mo.Html(
        f'<div style="overflow-x:auto"><table style="border-collapse:collapse;width:100%;font-size:.86rem">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}</div>"
    )


def _cell(row: Mapping[str, Any], name: str, links: str | None) -> str:
    value = row.get(name)
    words = f"<bdi>{escape('' if value is None else str(value))}</bdi>"
    address = safe_url(row.get("url")) if name == links else None
    if address:
        words = f'<a href="{escape(address)}" style="{_LINK}" target="_blank" rel="noopener noreferrer">{words}</a>'
    is_figure = isinstance(value, int | float)
    style = "text-align:right;font-variant-numeric:tabular-nums;" if is_figure else ""
    if isinstance(value, str) and len(value) <= 28:
        style += "white-space:nowrap;"
    return f'<td style="{_CELL}{style}">{words}</td>'


def grouped(rows: Iterable[Mapping[str, Any]], name: str) -> list[dict[str, Any]]:
    """Return rows in which a name stands only where it changes."""
    result, last = [], None
    for row in rows:
        result.append({**row, name: "" if row[name] == last else row[name]})
        last = row[name]
    return result
