"""The plots of the notebooks: rows in, a plot out, all with one look. They show numbers and names, never words."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from math import log10
from typing import Any

import altair as alt

# Okabe and Ito's colours: told apart by colour-blind readers too.
BLUE, ORANGE, GREEN, VERMILION, SKY, PURPLE, GREY = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#A0A0A0",
)  # fmt: skip
STATES = {
    "waits": VERMILION,
    "answered": BLUE,
    "no answer, not in the list": ORANGE,
    "site shows no replies": GREY,
    "closed without a reply": SKY,
}
READINGS = {
    "ok": SKY,
    "short": ORANGE,
    "stale": PURPLE,
    "blocked": VERMILION,
    "failed": "#000000",
    "no try": "#e5e7eb",
}
EFFECTS = {"the reply disappeared": VERMILION, "the customer wrote again": ORANGE, "nothing changed": GREY}
MISMATCHES = {
    "five stars with a complaint": VERMILION,
    "few stars with praise": BLUE,
    "stars and words agree": GREY,
}
WIDTH = 640
MOST_MARKS = 2000
MOST_ROWS = 20
MOST_FACETS = 8
HOURS_TICKS = [1, 3, 6, 12, 24, 72, 168, 336, 720, 2160, 4380, 8760, 26280, 87600]
HOURS_WORDS = (
    "datum.value < 24 ? datum.value + ' h' : datum.value < 168 ? datum.value / 24 + ' d' : "
    "datum.value < 720 ? datum.value / 168 + ' wk' : datum.value < 8760 ? round(datum.value / 730) + ' mo' : "
    "round(datum.value / 8760) + ' y'"
)
LANES = (0, 1, -1)
MARK = 0.065
"""Width of a mark on a logarithmic axis."""

Rows = Iterable[Mapping[str, Any]]


def cut(listings: int, marks: int = 0) -> str:
    """Return sentences that say what a plot leaves out, if it does."""
    rows = f" Of {listings} listings the {MOST_ROWS} where most wait are drawn." if listings > MOST_ROWS else ""
    return rows + (f" Marks are the first {MOST_MARKS:,} of {marks:,}." if marks > MOST_MARKS else "")


def cut_facets(listings: int) -> str:
    """Return what the weekly plot leaves out."""
    return f", of {listings} listings the {MOST_FACETS} where most wait" if listings > MOST_FACETS else ""


def cut_coverage(listings: int) -> str:
    """Return what the plot of coverage leaves out."""
    return f" Of {listings} listings {MOST_ROWS}, those with bad days first." if listings > MOST_ROWS else ""


def waiting(rows: Rows, order: Sequence[str]) -> alt.Chart:
    """Return how long each review has waited; rows have no, listing, hours, due, stars and is_overdue."""
    dots = _lanes(
        (row | {"state": "overdue" if row["is_overdue"] else "in time"} for row in _drawn(rows, order)), "hours"
    )
    states = {"overdue": VERMILION, "in time": BLUE}
    chart = (
        _listings_chart(dots)
        .mark_point(size=110, filled=True, opacity=0.85, stroke="white", strokeWidth=0.8)
        .encode(
            x=_hours("hours", "waiting time (logarithmic)", max((dot["hours"] for dot in dots), default=24)),
            y=_listings(order),
            yOffset=_offset(),
            color=_colour("state", states),
            shape=alt.Shape("state:N", scale=alt.Scale(domain=list(states), range=["diamond", "circle"])),
            tooltip=[
                alt.Tooltip("no:Q", title="no. in the list"),
                alt.Tooltip("listing:N", title="where"),
                alt.Tooltip("stars:N"),
                alt.Tooltip("hours:Q", title="waits, hours", format=",.1f"),
                alt.Tooltip("due:N"),
            ],
        )
    )
    return _styled(chart)


def weekly(rows: Rows, order: Sequence[str]) -> alt.FacetChart:
    """Return complaints and replies a week, by listing; rows have listing, week, state, complaints and replies."""
    rows = [row for row in rows if row["listing"] in order[:MOST_FACETS]]
    weeks = [row["week"] for row in rows]
    # Weeks without any complaint keep their place.
    length = (max(weeks) - min(weeks)).days // 7 + 1 if weeks else 0
    x = alt.X(
        "week:O",
        title="week of posting, from that Monday (UTC)",
        scale=alt.Scale(
            domain=[f"{min(weeks) + timedelta(weeks=n):%d %b}" for n in range(length)],
            paddingInner=0.25,
            paddingOuter=0.2,
        ),
        axis=alt.Axis(labelAngle=0, labelOverlap=True, ticks=False),
    )
    tips = [alt.Tooltip("listing:N", title="where"), alt.Tooltip("week:O", title="week from")]
    bars = (
        alt.Chart()
        .transform_filter("datum.complaints != null")
        .mark_bar(stroke="white", strokeWidth=0.6)
        .encode(
            x=x,
            y=alt.Y("complaints:Q", title="reviews", stack="zero", axis=alt.Axis(tickMinStep=1, tickCount=3)),
            color=_colour("state", STATES),
            order=alt.Order("state:N", sort="descending"),
            tooltip=[*tips, "state:N", "complaints:Q"],
        )
    )
    triangle = alt.Scale(range=["triangle-up"])
    replies = (
        alt.Chart()
        .transform_filter("datum.replies != null")
        .mark_point(filled=True, size=90, color="black", opacity=1, stroke="white", strokeWidth=1)
        .encode(
            x=x,
            y="replies:Q",
            shape=alt.Shape("mark:N", title=None, scale=triangle, legend=alt.Legend(orient="top")),
            tooltip=[*tips, alt.Tooltip("replies:Q", title="replies given")],
        )
    )
    keys = ("listing", "state", "complaints", "replies")
    drawn = [
        {key: row[key] for key in keys} | {"week": f"{row['week']:%d %b}", "mark": "replies given in that week"}
        for row in rows
    ]
    header = alt.Header(labelAngle=0, labelAlign="left", labelLimit=260, labelFontSize=12)
    chart = alt.layer(bars, replies, data=_values(drawn), width=WIDTH, height=72).facet(
        row=alt.Row("listing:N", title=None, sort=list(order), header=header), spacing=14
    )
    return _styled(chart)


def response(rows: Rows, order: Sequence[str], longest_wait: float) -> alt.LayerChart:
    """Return how long replies took; rows have listing, hours_from, hours_to, basis, median_from and median_to.

    The axis reaches to the longest wait too, so that both plots can be compared.
    """
    dots = _lanes(
        (row | {"known": "exact" if row["basis"] == "exact" else "between two looks"} for row in _drawn(rows, order)),
        "hours_to",
    )
    title = "from the review to its first reply (logarithmic)"
    longest = max([longest_wait, *(dot["hours_to"] for dot in dots)])
    tips = [
        alt.Tooltip("listing:N", title="where"),
        alt.Tooltip("hours_from:Q", title="at least, hours", format=",.1f"),
        alt.Tooltip("hours_to:Q", title="at most, hours", format=",.1f"),
        alt.Tooltip("basis:N", title="how we know"),
    ]
    base = _listings_chart(dots).encode(y=_listings(order))
    marks = base.encode(
        color=_colour("known", {"exact": BLUE, "between two looks": ORANGE}), yOffset=_offset(), tooltip=tips
    )
    spans = marks.mark_rule(strokeWidth=4, opacity=0.5, strokeCap="round").encode(
        x=_hours("hours_from", title, longest), x2="hours_to:Q"
    )
    ends = marks.mark_point(filled=True, size=90, opacity=0.85, stroke="white", strokeWidth=0.8).encode(
        x=_hours("hours_to", title, longest)
    )
    medians = base.mark_tick(color="black", thickness=2.5, size=26).encode(
        x=_hours("median_to", title, longest),
        tooltip=[
            alt.Tooltip("listing:N", title="where"),
            alt.Tooltip("median_from:Q", title="median at least, hours", format=",.1f"),
            alt.Tooltip("median_to:Q", title="median at most, hours", format=",.1f"),
        ],
    )
    return _styled(spans + ends + medians)


def mismatch(rows: Rows) -> alt.Chart:
    """Return stars against words; rows have stars, p_from, p_to, kind and reviews."""
    stars = alt.Axis(labelAngle=0, labelExpr="datum.value + ' ★'", grid=False, ticks=False)
    chart = (
        alt.Chart(_values(rows), width=WIDTH, height=260)
        .transform_calculate(p_middle="(datum.p_from + datum.p_to) / 2")
        .mark_circle(opacity=0.75, stroke="white", strokeWidth=0.8)
        .encode(
            x=alt.X("stars:O", title="stars", scale=alt.Scale(domain=[1, 2, 3, 4, 5]), axis=stars),
            y=alt.Y(
                "p_middle:Q",
                title="probability that the review complains",
                scale=alt.Scale(domain=[-0.07, 1.05], nice=False),
                axis=alt.Axis(format="%", values=[0, 0.2, 0.4, 0.6, 0.8, 1]),
            ),
            size=alt.Size("reviews:Q", scale=alt.Scale(type="sqrt", rangeMin=70, rangeMax=900), legend=None),
            color=_colour("kind", MISMATCHES),
            tooltip=[
                alt.Tooltip("stars:O"),
                alt.Tooltip("p_from:Q", title="probability from", format=".0%"),
                alt.Tooltip("p_to:Q", title="to", format=".0%"),
                alt.Tooltip("kind:N"),
                alt.Tooltip("reviews:Q"),
            ],
        )
    )
    return _styled(chart)


def aspects(rows: Rows) -> alt.Chart:
    """Return what complaints are about; rows have aspect, family and complaints."""
    families = {"process": BLUE, "result": ORANGE, "expectation": GREEN, "other": GREY}
    chart = (
        alt.Chart(_values(rows), width=WIDTH, height=alt.Step(24))
        .mark_bar()
        .encode(
            x=alt.X("complaints:Q", title="complaints that speak of it", axis=alt.Axis(tickMinStep=1)),
            y=alt.Y("aspect:N", title=None, sort="-x", axis=alt.Axis(labelLimit=260, labelFontSize=12, ticks=False)),
            color=_colour("family", families),
            tooltip=["aspect:N", "family:N", "complaints:Q"],
        )
    )
    return _styled(chart)


def coverage(rows: Rows, order: Sequence[str]) -> alt.LayerChart:
    """Return what was read on each day; rows have listing, day, status, collected and expected."""
    rows = list(rows)
    # Where there are many listings, those with bad days are the ones to see.
    bad = Counter(row["listing"] for row in rows if row["status"] not in {"ok", "no try"})
    shown = sorted(order, key=lambda name: -bad[name])[:MOST_ROWS]
    drawn = [
        row | {"day": f"{row['day']:%d %b}", "words": str(row["collected"]) if row["status"] == "ok" else row["status"]}
        for row in rows
        if row["listing"] in shown
    ]
    base = alt.Chart(_values(drawn), width=alt.Step(64), height=alt.Step(32)).encode(
        x=alt.X("day:O", title="day (UTC)", sort=None, axis=alt.Axis(labelAngle=0, ticks=False, domain=False)),
        y=_listings(order, grid=False),
        tooltip=[
            alt.Tooltip("listing:N", title="where"),
            alt.Tooltip("day:N"),
            alt.Tooltip("status:N"),
            alt.Tooltip("collected:Q", title="reviews read"),
            alt.Tooltip("expected:Q", title="reviews the site says it has"),
        ],
    )
    cells = base.mark_rect(stroke="white", strokeWidth=3, cornerRadius=4).encode(color=_colour("status", READINGS))
    is_dark = "datum.status == 'blocked' || datum.status == 'failed'"
    words = base.mark_text(fontSize=12).encode(
        text="words:N", color=alt.condition(is_dark, alt.value("white"), alt.value("black"))
    )
    return _styled(cells + words)


def effects(rows: Rows, order: Sequence[str]) -> alt.Chart:
    """Return what followed replies; rows have listing and effect."""
    counted = Counter((row["listing"], row["effect"]) for row in rows)
    drawn = [
        {"listing": listing, "effect": effect, "reviews": reviews}
        for (listing, effect), reviews in counted.items()
        if listing in order[:MOST_ROWS]
    ]
    chart = (
        alt.Chart(_values(drawn), width=WIDTH, height=alt.Step(30))
        .mark_bar(stroke="white", strokeWidth=1)
        .encode(
            x=alt.X("reviews:Q", title="reviews that got a reply", axis=alt.Axis(tickMinStep=1)),
            y=_listings(order, grid=False),
            color=_colour("effect", EFFECTS),
            tooltip=[alt.Tooltip("listing:N", title="where"), "effect:N", "reviews:Q"],
        )
    )
    return _styled(chart)


def _drawn(rows: Rows, order: Sequence[str]) -> list[Mapping[str, Any]]:
    return [row for row in rows if row["listing"] in order[:MOST_ROWS]][:MOST_MARKS]


def _lanes(rows: Rows, field: str) -> list[dict[str, Any]]:
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


def _values(rows: Rows) -> alt.Data:
    return alt.Data(values=[dict(row) for row in rows])


def _listings_chart(rows: Rows) -> alt.Chart:
    return alt.Chart(_values(rows), width=WIDTH, height=alt.Step(46, **{"for": "position"}))


def _hours(field: str, title: str, longest: float) -> alt.X:
    """Return a logarithmic axis of hours with ticks that people know."""
    top = next((tick for tick in HOURS_TICKS if tick >= max(longest, 24)), longest)
    return alt.X(
        f"{field}:Q",
        title=title,
        scale=alt.Scale(type="log", domain=[1, top], clamp=True, nice=False),
        axis=alt.Axis(values=[tick for tick in HOURS_TICKS if tick <= top], labelExpr=HOURS_WORDS, grid=True),
    )


def _listings(order: Sequence[str], *, grid: bool = True) -> alt.Y:
    """Return the axis of listings, in one order for all plots."""
    axis = alt.Axis(labelLimit=260, labelFontSize=12, grid=grid, ticks=False, domain=False, labelPadding=8)
    return alt.Y("listing:N", title=None, sort=list(order), axis=axis)


def _offset() -> alt.YOffset:
    return alt.YOffset("lane:Q", scale=alt.Scale(domain=[-1.5, 1.5]))


def _colour(field: str, colours: Mapping[str, str]) -> alt.Color:
    """Return a colour for each name, in the order of the legend."""
    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    return alt.Color(f"{field}:N", title=None, scale=scale, legend=alt.Legend(orient="top", labelLimit=320))


def _styled(chart: Any) -> Any:
    return (
        chart.configure_view(strokeWidth=0)
        .configure_axis(labelFontSize=11, titleFontSize=11, titleFontWeight="normal", titleColor="#6b7280")
        .configure_legend(labelFontSize=12, symbolSize=110, columns=4)
    )
