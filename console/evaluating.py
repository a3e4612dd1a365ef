"""`otklik evaluate`: how good the judgement is on one's own reviews, and which threshold to take."""

import math
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

import models
from console.classifying import judged, priors_of
from console.labels import LabelStore, as_labels
from console.options import Format
from console.output import lines, show
from console.tables import Table, label_of_stars, read_table
from core.errors import ConfigurationError, InputError
from core.records import Label, Prediction
from flows.job import Job
from models.evaluation.curves import Point, at_threshold, reliability, thresholds, within
from models.evaluation.guarantee import Control, Labels, on_average, surely
from models.evaluation.measures import Bools, Floats, Ints, Judged, intervals, measure

CLASSES = (Label.negative, Label.neutral, Label.positive)
FEWEST = 30
"""Rows of a language or source that get a line of their own; the rest stand together."""
COLUMNS = {
    "average_precision": "AP",
    "recall_80": "R@P.80",
    "recall_90": "R@P.90",
    "macro_f1": "F1",
    "cost": "cost",
    "relative_cost": "/trivial",
    "ece": "ECE",
    "opened": "opened",
    "opened_five": "of 5★",
}


@dataclass(frozen=True, slots=True)
class Sample:
    """Reviews of which the truth is known, and the pool that they stand for.

    `groups` names rows; `labels` are the same rows as a draw; `scores` (m,) are those of the whole pool, which came in
    `days` days (None where nobody knows).
    """

    judged: Judged
    groups: dict[str, Ints]
    labels: Labels
    scores: Floats
    days: float | None
    told: tuple[str, ...]
    stale: str = ""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person wants to be told or done; shares in (0, 1), None where not asked for."""

    capacity: float | None = None
    guarantee: float | None = None
    confidence: float = 0.95
    average: bool = False
    plots: Path | None = None
    write: bool = False


@dataclass(frozen=True, slots=True)
class JudgedFile:
    """A file, what the model says of each row, and the sample of those rows (`known`) of which the truth is known."""

    table: Table
    predictions: Sequence[Prediction]
    known: Ints
    sample: Sample


def from_file(job: Job, path: Path, *, stars: str = "auto", prior: str = "estimate", days: float | None) -> JudgedFile:
    """Judge a file whose rows have labels or stars; where the stars are the labels, the model does not see them.

    Raises:
        InputError: the file cannot be read, or has neither.
    """
    table = read_table(path, stars)
    by_label = table.has("label")
    if not by_label and not table.has("rating"):
        raise InputError(f"{path}: expected a column `label` (negative, neutral, positive) or `rating`")
    ratings = table.ratings()
    truth = table.labels() if by_label else [None if one is None else label_of_stars(one) for one in ratings]
    found = judged(job, table.reviews(job.clock(), with_rating=by_label), priors_of(prior))
    known = np.array([row for row, one in enumerate(truth) if one is not None], dtype=np.int64)
    if not len(known):
        raise InputError(f"{path}: no row has a label or stars")
    p = np.array([(one.p_negative, one.p_neutral, one.p_positive) for one in found])
    score = p[:, 0].copy()
    if by_label:
        low = job.settings.judging.low_rating
        score[[row for row, one in enumerate(ratings) if one is not None and one <= low]] = 1.0
    labels = np.array([CLASSES.index(one) for one in truth if one is not None])
    told = [f"{len(known)} rows with {'labels' if by_label else 'stars as labels, judged without them'}"]
    if len(known) < len(truth):
        told.append(f"{len(truth) - len(known)} rows have none and are not measured")
    sample = Sample(
        judged=Judged(
            p=p[known],
            labels=labels,
            opens=score[known] >= job.settings.judging.threshold,
            five=np.array([(ratings[row] or 0) >= 1 for row in known]),
            weight=np.ones(len(known)),
        ),
        groups=_groups(table, found, known),
        labels=Labels.evenly(score[known], labels == 0),
        scores=score,
        days=days or table.days(),
        told=tuple(told),
    )
    return JudgedFile(table, found, known, sample)


def from_labels(job: Job, name: str, days: float | None) -> Sample:
    """Take what a person labelled with `otklik label`.

    Raises:
        InputError: there are no such labels.
    """
    store = LabelStore(job.home, name)
    plan = store.plan()
    labels, items = as_labels(plan, store.answers())
    sure = np.flatnonzero(~np.isnan(labels.is_complaint))
    if not len(sure):
        raise InputError(f"{store.path}: nothing is labelled yet; run `otklik label --name {name}`")
    score = labels.score[sure]
    current = models.model_id(job.settings)
    stale = "" if plan.model == current else f"the scores are those of {plan.model}, in use is {current}"
    told = [f"{len(sure)} labels of {len(plan.items)} reviews drawn from {len(plan.scores)}, weighted as drawn"]
    if len(items) > len(sure):
        told.append(f"{len(items) - len(sure)} skipped: they count against the guarantee, and are not measured")
    return Sample(
        judged=Judged(
            p=np.stack([score, np.zeros_like(score), 1 - score], axis=1),
            labels=np.where(labels.is_complaint[sure] == 1, 0, 2),
            opens=score >= job.settings.judging.threshold,
            five=np.zeros(len(sure), dtype=bool),
            weight=labels.weight[sure],
        ),
        groups={},
        labels=labels,
        scores=np.array(plan.scores),
        days=days or plan.days,
        told=tuple(told),
        stale=stale,
    )


def _groups(table: Table, found: Sequence[Prediction], known: Ints) -> dict[str, Ints]:
    """Return the rows of each language and source with enough rows, the small ones together as others."""
    language = table.column("language") if table.has("language") else [one.language for one in found]
    kinds = [("language", language)] + ([("source", table.column("source"))] if table.has("source") else [])
    groups: dict[str, Ints] = {}
    for kind, values in kinds:
        own = np.array([values[row] or "unknown" for row in known], dtype=object)
        names, counts = np.unique(own, return_counts=True)
        large = [str(name) for name, count in zip(names, counts, strict=True) if count >= FEWEST]
        if len(names) < 2:
            continue
        for name in large:
            groups[f"{kind} {name}"] = np.flatnonzero(own == name)
        rest = np.flatnonzero(~np.isin(own, large))
        if len(rest) and large:
            groups[f"{kind} others"] = rest
    return groups


def evaluate(job: Job, sample: Sample, wishes: Wishes, style: Format) -> None:
    """Measure, recommend, plot and write what was wished, and print it.

    Raises:
        InputError: a wish cannot be met with this sample; what is missing is named.
    """
    weight = job.settings.judging.negative_weight
    bad, score, counts = sample.judged.bad, sample.judged.score, sample.judged.weight
    everything = np.arange(len(bad))
    rows = [_row(name, sample.judged.at(which), weight) for name, which in {"all": everything, **sample.groups}.items()]
    named = _named_thresholds(job, sample, wishes)
    control = _control(sample, wishes)
    if control is not None and control.is_proved:
        named["guarantee"] = control.threshold
    points = {name: at_threshold(bad, score, counts, value, weight) for name, value in named.items()}
    files = [] if wishes.plots is None else _plot(wishes.plots, bad, score, counts, named, weight)
    if wishes.write:
        _write(job, sample, wishes, named)
    if style is Format.table:
        show(_as_people_read(rows), style)
        lines(["", *(f"{one}." for one in sample.told), *([f"Beware: {sample.stale}."] if sample.stale else []), ""])
        show([_threshold_row(name, point, sample) for name, point in points.items()], style)
        lines(["", *_advice(sample, wishes, named, control, points), *(f"Plot: {path}" for path in files)])
    elif style is Format.csv:
        show(rows, style)
    else:
        show(
            [
                {
                    "measures": rows,
                    "thresholds": [_threshold_row(name, point, sample) for name, point in points.items()],
                    "guarantee": None if control is None else {**asdict(control), "promised": wishes.guarantee},
                    "told": list(sample.told),
                    "plots": [str(path) for path in files],
                }
            ],
            style,
        )


def _row(name: str, part: Judged, weight: float) -> dict[str, Any]:
    values, spans = asdict(measure(part, weight)), intervals(part, weight)
    row: dict[str, Any] = {"rows of": name, "rows": len(part.labels), "negative": int(part.bad.sum())}
    for key, value in values.items():
        low, high = spans[key]
        row |= {key: _known(value), f"{key}_low": _known(low), f"{key}_high": _known(high)}
    return row


def _known(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)


def _as_people_read(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a cell a measure, with its interval; what no row can tell has no column."""
    known = {key: head for key, head in COLUMNS.items() if any(row[key] is not None for row in rows)}
    return [
        {name: row[name] for name in ("rows of", "rows", "negative")}
        | {head: _with_interval(row, key) for key, head in known.items()}
        for row in rows
    ]


def _with_interval(row: dict[str, Any], key: str) -> str:
    values = [row[key], row[f"{key}_low"], row[f"{key}_high"]]
    digits = 1 if key == "cost" else 2
    value, low, high = ("-" if one is None else f"{one:.{digits}f}".removeprefix("0") for one in values)
    return value if row[key] is None else f"{value} ({low}–{high})"


def _named_thresholds(job: Job, sample: Sample, wishes: Wishes) -> dict[str, float]:
    named = {"in use": job.settings.judging.threshold}
    weight = job.settings.judging.negative_weight
    points = thresholds(sample.judged.bad, sample.judged.score, sample.judged.weight, weight)
    named["cheapest here"] = min(points, key=lambda one: one.cost).threshold
    if wishes.capacity is not None:
        if not sample.days:
            raise InputError("--capacity: how many days do the reviews span? Say --days N, or add a column `posted_at`")
        named["capacity"] = within(sample.scores, wishes.capacity * sample.days)
    return named


def _control(sample: Sample, wishes: Wishes) -> Control | None:
    if wishes.guarantee is None:
        return None
    if wishes.average:
        return on_average(sample.labels, wishes.guarantee)
    return surely(sample.labels, wishes.guarantee, 1 - wishes.confidence)


def _threshold_row(name: str, point: Point, sample: Sample) -> dict[str, Any]:
    opened = float((sample.scores >= point.threshold).mean())
    return {
        "threshold": name,
        "p_negative": round(point.threshold, 4),
        "opened": round(opened, 4),
        "a day": None if not sample.days else round(opened * len(sample.scores) / sample.days, 2),
        "recall": _known(point.recall),
        "precision": _known(point.precision),
        "cost": round(point.cost, 2),
    }


def _advice(
    sample: Sample,
    wishes: Wishes,
    named: dict[str, float],
    control: Control | None,
    points: dict[str, Point],
) -> list[str]:
    said = []
    if wishes.capacity is not None:
        best = max(named["capacity"], named["in use"])
        which = "capacity" if best == named["capacity"] else "in use"
        found = points[which].recall
        said.append(
            f"Recommended for {wishes.capacity:g} a day: threshold {best:.4f}"
            + ("" if math.isnan(found) else f", which finds {found:.1%} of complaints")
            + (" (you could read more than that needs)." if which == "in use" else ".")
        )
    if control is not None:
        said += _promise(sample, wishes, control)
    return said


def _promise(sample: Sample, wishes: Wishes, control: Control) -> list[str]:
    share = f"{wishes.guarantee:.1%}"
    if not control.is_proved:
        found = f"with {control.complaints} complaints among the labels no threshold surely misses at most {share}"
        fewest = f"{control.needed} without one below it are the fewest that could"
        return [f"Not proved: {found}; {fewest}. Until then read everything, or label more."]
    opened = float((sample.scores >= control.threshold).mean())
    workload = f"{opened:.1%} of reviews"
    if sample.days:
        workload += f", {opened * len(sample.scores) / sample.days:.1f} a day"
    how = (
        "in the average over draws of labels (one draw may miss more)"
        if wishes.average
        else f"with {wishes.confidence:.0%} confidence (upper bound {control.bound:.2%})"
    )
    promise = f"at threshold {control.threshold:.4f} at most {share} of complaints are missed, {how}"
    return [
        f"Guarantee: {promise}; of {control.complaints} labelled ones {control.missed:.2%} lie below.",
        f"It costs reading {workload}. It holds for reviews like these; label anew when sites or the model change.",
    ]


def _plot(
    folder: Path, bad: Bools, score: Floats, counts: Floats, named: dict[str, float], weight: float
) -> list[Path]:
    try:
        from console import charts
    except ImportError as error:
        raise ConfigurationError(
            f"--plots needs the extra `notebooks` ({error}): pip install '.[notebooks]'"
        ) from error
    folder.mkdir(parents=True, exist_ok=True)
    drawn = {
        "reliability.png": charts.reliability(reliability(bad, score, counts)),
        "threshold.png": charts.threshold_curve(thresholds(bad, score, counts, weight), named),
    }
    for name, chart in drawn.items():
        charts.save(chart, folder / name)
    return [folder / name for name in drawn]


def _write(job: Job, sample: Sample, wishes: Wishes, named: dict[str, float]) -> None:
    """Set the threshold that was promised, else that of the capacity, in `otklik.toml`, leaving all else as it is."""
    import tomlkit

    wished = "guarantee" if wishes.guarantee is not None else "capacity" if wishes.capacity is not None else None
    if wished is None:
        raise InputError("--write: say which threshold, by --guarantee or --capacity")
    if wished not in named:
        raise InputError("--write: nothing was proved, so there is no threshold to write; label more")
    if sample.stale:
        raise InputError(f"--write: {sample.stale}; label anew under another --name")
    value = min(max(named[wished], 1e-6), 1 - 1e-6)
    path = job.home.root / "otklik.toml"
    document = tomlkit.parse(path.read_text(encoding="utf-8")) if path.exists() else tomlkit.document()
    section = document.setdefault("judging", tomlkit.table())
    section["complaint_threshold"] = math.floor(value * 1e6) / 1e6
    new = path.with_suffix(".toml.new")
    new.write_text(tomlkit.dumps(document), encoding="utf-8")
    new.replace(path)
    sys.stderr.write(f"{path}: judging.complaint_threshold = {section['complaint_threshold']}\n")
