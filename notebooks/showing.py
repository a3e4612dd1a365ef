"""What the notebooks share: words of strangers made harmless, plain tables, and one look for all plots.

Everything that comes from a site or a file is redacted, made inert and escaped here; notebooks hand such texts to
nothing else. Plots show numbers and names of listings, never words of customers.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from math import log10
from typing import Any
from zoneinfo import ZoneInfo

import altair as alt
import marimo as mo

from alerts.wording import inert, safe_url, shortened
from core.redaction import find, redact

# Okabe and Ito's colours: told apart by colour-blind readers too.
BLUE, ORANGE, GREEN, VERMILION, SKY, PURPLE, GREY = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#A0A0A0",
)  # fmt: skip
WIDTH = 640
ROW = 46
LANES = (0, 1, -1, 2, -2)
MARK = 0.065
"""Width of a mark on a logarithmic axis."""
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


def stars(rating: float | None) -> str:
    """Return a rating in [0, 1] as stars."""
    full = 0 if rating is None else 1 + round(rating * 4)
    return "no stars" if rating is None else "★" * full + "☆" * (5 - full)


def duration(hours: float | None) -> str:
    """Return hours as a person says them."""
    if hours is None:
        return "unknown"
    if hours < 1:
        return "under an hour"
    value, unit = (hours, "hour") if hours < 72 else (hours / 24, "day")
    return f"{int(value)} {unit}{'' if int(value) == 1 else 's'}"


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


def section(question: str, sentence: str, *shown: Any) -> mo.Html:
    """Return one part of a notebook: a question, how to read the answer, and the answer."""
    return mo.vstack([mo.md(f"## {question}"), plain(sentence), *shown], gap=0.6)


def empty(sentence: str) -> mo.Html:
    """Return a friendly word where there is nothing to show."""
    return mo.callout(plain(sentence), kind="neutral")


def table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], *, links: str | None = None) -> mo.Html:
    """Return rows as a table of plain text.

    Args:
        rows: values are shown as text and escaped.
        columns: names that are keys of the rows and heads of the table.
        links: the column that links to the address in `url`, where that is safe to follow.
    """
    head = "".join(f'<th style="{_CELL}text-align:left;color:{_FAINT}">{escape(name)}</th>' for name in columns)
    body = "".join(f"<tr>{''.join(_cell(row, name, links) for name in columns)}</tr>" for row in rows)
    return mo.Html(
        f'<div style="overflow-x:auto"><table style="border-collapse:collapse;width:100%;font-size:.86rem">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
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


def values(rows: Iterable[Mapping[str, Any]]) -> alt.Data:
    """Return rows as the data of a plot."""
    return alt.Data(values=[{key: _json(value) for key, value in row.items()} for row in rows])


def hours_axis(field: str, title: str, longest: float) -> alt.X:
    """Return a logarithmic axis of hours with ticks that people know; both plots of hours share it."""
    top = next((tick for tick in HOURS_TICKS if tick >= longest), longest)
    return alt.X(
        f"{field}:Q",
        title=title,
        scale=alt.Scale(type="log", domain=[1, max(top, 24)], clamp=True, nice=False),
        axis=alt.Axis(values=[tick for tick in HOURS_TICKS if tick <= top], labelExpr=HOURS_WORDS, grid=True),
    )


def listing_axis(order: Sequence[str], *, grid: bool = True) -> alt.Y:
    """Return the axis of listings, in one order for all plots."""
    return alt.Y(
        "listing:N",
        title=None,
        sort=list(order),
        axis=alt.Axis(labelLimit=260, labelFontSize=12, grid=grid, ticks=False, domain=False, labelPadding=8),
    )


def lanes(rows: Iterable[Mapping[str, Any]], field: str) -> list[dict[str, Any]]:
    """Return rows with a `lane`: marks of one listing that would hide each other stand side by side."""
    ends: dict[str, list[float]] = {}
    result = []
    for row in sorted(rows, key=lambda row: row[field]):
        place = log10(max(row[field], 1))
        taken = ends.setdefault(row["listing"], [-1.0] * len(LANES))
        lane = next((n for n, end in enumerate(taken) if end < place), taken.index(min(taken)))
        taken[lane] = place + MARK
        result.append({**row, "lane": LANES[lane]})
    return result


def lane_offset() -> alt.YOffset:
    """Return the offset that `lanes` prepared."""
    return alt.YOffset("lane:Q", scale=alt.Scale(domain=[-2.5, 2.5]))


def coloured(field: str, colours: Mapping[str, str], **more: Any) -> alt.Color:
    """Return a colour for each name, in the order of the legend."""
    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    return alt.Color(f"{field}:N", title=None, scale=scale, legend=alt.Legend(orient="top", labelLimit=320), **more)


def styled(chart: Any) -> Any:
    """Return a plot with the look that all plots share."""
    return (
        chart.configure_view(strokeWidth=0)
        .configure_axis(labelFontSize=11, titleFontSize=11, titleFontWeight="normal", titleColor=_FAINT)
        .configure_legend(labelFontSize=12, symbolSize=110, titleFontSize=12, columns=3)
    )


def _json(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
