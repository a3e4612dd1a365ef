"""Plots of a classifier's judgement, drawn with Altair; `save` writes PNG."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from math import isnan
from pathlib import Path
from typing import Any

import altair as alt

from models.evaluation.curves import Bin, Point

# Okabe and Ito's colours: told apart by colour-blind readers too.
BLUE, VERMILION, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#A0A0A0"
CURVES = {
    "complaints found (recall)": BLUE,
    "opened that are complaints (precision)": GREEN,
    "reviews opened": VERMILION,
}
WIDTH, HEIGHT = 520, 320
SCALE = 2.0
WHOLE = alt.Scale(domain=[0, 1])
LOWEST = 1e-4
"""Where the logarithmic axis ends: a threshold of 0 stands there."""


def reliability(bins: Sequence[Bin], title: str = "") -> Any:
    """Return how often what is called p % likely is a complaint; on the diagonal the probabilities hold."""
    rows = [asdict(one) for one in bins]
    base = alt.Chart(_values(rows), width=HEIGHT, height=HEIGHT)
    x = alt.X("p:Q", title="p_negative, mean of the bin", scale=alt.Scale(domain=[0, 1]))
    y = alt.Y("share:Q", title="share that are complaints", scale=alt.Scale(domain=[0, 1]))
    tips = [alt.Tooltip(f"{name}:Q", format=".3f") for name in ("p", "share", "low", "high")]
    line = alt.Chart(_values([{"p": 0, "share": 0}, {"p": 1, "share": 1}])).mark_line(color=GREY, strokeDash=[4, 4])
    spans = base.mark_rule(color=BLUE, strokeWidth=1.5).encode(x=x, y=alt.Y("low:Q"), y2="high:Q")
    dots = base.mark_circle(color=BLUE, opacity=1).encode(
        x=x,
        y=y,
        size=alt.Size("rows:Q", title="reviews", scale=alt.Scale(type="sqrt", rangeMin=30, rangeMax=400)),
        tooltip=[*tips, alt.Tooltip("rows:Q")],
    )
    return _styled(line.encode(x="p:Q", y="share:Q") + spans + dots, title)


def threshold_curve(points: Sequence[Point], marks: Mapping[str, float], title: str = "") -> Any:
    """Return what each threshold finds and opens; `marks` are thresholds with names."""
    lowest = min(
        [0.01, *(max(point.threshold, LOWEST) for point in points), *(max(one, LOWEST) for one in marks.values())]
    )
    rows = [
        {"threshold": max(point.threshold, LOWEST), "curve": name, "share": value}
        for point in points
        for name, value in zip(CURVES, (point.recall, point.precision, point.opened), strict=True)
        if not isnan(value)
    ]
    x = alt.X(
        "threshold:Q",
        title="threshold of p_negative (logarithmic)",
        scale=alt.Scale(type="log", domain=[lowest, 1], nice=False),
        axis=alt.Axis(values=[0.0001, 0.001, 0.01, 0.03, 0.1, 0.3, 1], format="~g"),
    )
    y = alt.Y("share:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%"))
    curves = (
        alt.Chart(_values(rows), width=WIDTH, height=HEIGHT)
        .mark_line(interpolate="step-before", strokeWidth=2)
        .encode(
            x=x,
            y=y,
            color=alt.Color(
                "curve:N",
                title=None,
                scale=alt.Scale(domain=list(CURVES), range=list(CURVES.values())),
                legend=alt.Legend(orient="top", labelLimit=320, columns=3),
            ),
            tooltip=["curve:N", alt.Tooltip("threshold:Q", format=".4f"), alt.Tooltip("share:Q", format=".1%")],
        )
    )
    named = [
        {"threshold": max(value, LOWEST), "name": name, "row": row} for row, (name, value) in enumerate(marks.items())
    ]
    lines = alt.Chart(_values(named)).mark_rule(color="black", strokeDash=[3, 3]).encode(x=x)
    words = (
        alt.Chart(_values(named))
        .mark_text(align="left", dx=4, fontSize=11)
        .encode(x=x, y=alt.Y("row:Q", axis=None, scale=alt.Scale(domain=[19, -1])), text="name:N")
    )
    return _styled(alt.layer(curves + lines, words).resolve_scale(y="independent"), title)


def workload(points: Sequence[Point], mark: Point, title: str = "") -> Any:
    """Return which share of complaints is found by reading which share of reviews; `mark` is the threshold in use."""
    rows = [asdict(one) for one in points if not isnan(one.recall)]
    x = alt.X("opened:Q", title="share of reviews that somebody reads", axis=alt.Axis(format="%"), scale=WHOLE)
    y = alt.Y("recall:Q", title="share of complaints found", axis=alt.Axis(format="%"), scale=WHOLE)
    tips = [alt.Tooltip("threshold:Q", format=".4f")] + [
        alt.Tooltip(f"{name}:Q", format=".1%") for name in ("opened", "recall", "precision")
    ]
    chance = alt.Chart(_values([{"opened": 0, "recall": 0}, {"opened": 1, "recall": 1}]))
    diagonal = chance.mark_line(color=GREY, strokeDash=[4, 4]).encode(x="opened:Q", y="recall:Q")
    curve = (
        alt.Chart(_values(rows), width=WIDTH, height=HEIGHT)
        .mark_line(color=BLUE, point=alt.OverlayMarkDef(size=14))
        .encode(x=x, y=y, order="threshold:Q", tooltip=tips)
    )
    here = (
        alt.Chart(_values([asdict(mark)]))
        .mark_point(color=VERMILION, shape="diamond", filled=True, size=160, opacity=1)
        .encode(x="opened:Q", y="recall:Q", tooltip=tips)
    )
    return _styled(diagonal + curve + here, title)


def spans(rows: Sequence[Mapping[str, object]], title: str = "") -> Any:
    """Return measures with their intervals by group; rows have group, measure, value, low and high."""
    order = list(dict.fromkeys(str(row["group"]) for row in rows))
    base = alt.Chart(width=190, height=alt.Step(26)).encode(
        y=alt.Y("group:N", title=None, sort=order, axis=alt.Axis(labelLimit=220, ticks=False)),
        tooltip=["group:N", *(alt.Tooltip(f"{name}:Q", format=".3f") for name in ("value", "low", "high"))],
    )
    rules = base.mark_rule(color=BLUE, strokeWidth=2).encode(x=alt.X("low:Q", title=None), x2="high:Q")
    dots = base.mark_circle(color=BLUE, size=90, opacity=1).encode(x="value:Q")
    chart = alt.layer(rules, dots, data=_values(rows)).facet(
        column=alt.Column("measure:N", title=None, sort=list(dict.fromkeys(str(row["measure"]) for row in rows)))
    )
    return _styled(chart.resolve_scale(x="independent"), title)


def messages_by_day(rows: Sequence[Mapping[str, object]], limit: int, title: str = "") -> Any:
    """Return each person's messages by day, and what was late; rows have day, person, single, folded and overdue.

    Args:
        rows: One for each person and day.
        limit: Single messages a day from which on alerts are folded: a line.
        title: What stands above.
    """
    kinds = {"single": "about one case", "folded": "digest and folded", "overdue": "deadlines passed unanswered"}
    bars = [
        {"day": str(row["day"]), "person": row["person"], "kind": kinds[name], "count": row[name], "order": order}
        for row in rows
        for order, name in enumerate(kinds)
        if row[name]
    ]
    base = alt.Chart(width=WIDTH + 200, height=110)
    colours = alt.Scale(domain=list(kinds.values()), range=[BLUE, GREY, VERMILION])
    sent = base.mark_bar().encode(
        x=alt.X("yearmonthdate(day):T", title=None),
        y=alt.Y("count:Q", title="a day", stack=True, axis=alt.Axis(tickMinStep=1)),
        color=alt.Color("kind:N", title=None, scale=colours, legend=alt.Legend(orient="top", labelLimit=320)),
        order="order:O",
        tooltip=["day:T", "person:N", "kind:N", "count:Q"],
    )
    line = base.mark_rule(color="black", strokeDash=[3, 3]).encode(y=alt.datum(limit))
    chart = alt.layer(sent, line, data=_values(bars)).facet(row=alt.Row("person:N", title=None))
    return _styled(chart, title)


def save(chart: Any, path: Path) -> None:
    """Write a plot as PNG, without a browser.

    Raises:
        ImportError: vl-convert-python is not installed.
    """
    chart.save(str(path), scale_factor=SCALE)


def _values(rows: Sequence[Mapping[str, object]]) -> Any:
    return alt.Data(values=[dict(row) for row in rows])  # type: ignore[no-untyped-call]


def _styled(chart: Any, title: str) -> Any:
    if title:
        chart = chart.properties(title=alt.TitleParams(title, anchor="start", fontSize=13))
    return (
        chart.configure_view(strokeWidth=0)
        .configure_axis(labelFontSize=11, titleFontSize=11, titleFontWeight="normal")
        .configure_legend(labelFontSize=11)
    )
