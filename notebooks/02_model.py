import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Otklik: the model")


@app.cell(hide_code=True)
def _():
    import os
    from dataclasses import asdict
    from pathlib import Path

    import marimo as mo
    import showing

    from console import charts, evaluating
    from core.errors import OtklikError
    from flows.job import Job
    from models.evaluation.curves import at_threshold, reliability, thresholds
    from models.evaluation.measures import intervals, measure

    return (
        Job,
        OtklikError,
        Path,
        asdict,
        at_threshold,
        charts,
        evaluating,
        intervals,
        measure,
        mo,
        os,
        reliability,
        showing,
        thresholds,
    )


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    # The model: where it errs, whether its percentages hold, what a threshold costs

    It judges a file of reviews with `label` (or stars): `OTKLIK_REVIEWS`, else our own behaviour cases, which are
    harder than reviews of every day and say where the model's limits are, not how good it is on yours. Settings and the
    model are those of `OTKLIK_HOME`, else the defaults.
    """)
    return


@app.cell
def _(Job, OtklikError, Path, evaluating, mo, os, showing):
    _cases = Path(mo.notebook_dir() or ".").parent / "models" / "behaviour" / "cases.jsonl"
    reviews_path = Path(os.environ.get("OTKLIK_REVIEWS") or _cases)
    try:
        job = Job.open(Path(os.environ.get("OTKLIK_HOME") or "."))
        whole = evaluating.from_file(job, reviews_path, days=None)
    except (OtklikError, OSError) as _error:
        if mo.app_meta().mode == "script":
            raise SystemExit(str(_error)) from _error
        mo.stop(True, mo.callout(showing.plain(str(_error)), kind="warn"))
    judged = whole.sample.judged
    return job, judged, reviews_path, whole


@app.cell(hide_code=True)
def _(job, mo):
    weight = mo.ui.slider(
        start=1,
        stop=50,
        value=job.settings.judging.negative_weight,
        step=1,
        label="A missed complaint costs as much as so many false alarms:",
        show_value=True,
    )
    weight
    return (weight,)


@app.cell
def _(at_threshold, job, judged, weight):
    _own = job.settings.judging
    threshold = _own.threshold if weight.value == _own.negative_weight else 1 / (1 + weight.value)
    here = at_threshold(judged.bad, judged.score, judged.weight, threshold, weight.value)
    return here, threshold


@app.cell(hide_code=True)
def _(here, judged, measure, mo, reviews_path, showing, threshold, weight, whole):
    found = measure(judged, weight.value)
    _complaints = showing.count(int(judged.bad.sum()), "complaint")
    headline = (
        f"Of {_complaints} among {showing.count(len(judged.labels), 'review')}, {here.recall:.0%} are found at the "
        f"threshold {threshold:.3f}; somebody reads {here.opened:.0%} of all reviews for it."
    )
    mo.vstack(
        [
            showing.plain(headline, size="1.5rem", weight=600),
            mo.hstack(
                [
                    mo.stat(f"{found.average_precision:.2f}", "average precision", "of complaints", bordered=True),
                    mo.stat(f"{found.recall_80:.2f}", "recall", "at precision .80", bordered=True),
                    mo.stat(f"{found.macro_f1:.2f}", "macro-F1", "over the classes", bordered=True),
                    mo.stat(f"{here.cost:.1f}", "cost", "of 100 reviews", bordered=True),
                    mo.stat(f"{found.ece:.2f}", "calibration error", "0 is perfect", bordered=True),
                ],
                widths="equal",
            ),
            showing.plain(f"{reviews_path.name}: {'; '.join(whole.sample.told)}.", size=".85rem"),
        ]
    )
    return (headline,)


@app.cell
def _(judged, showing, threshold, whole):
    _kinds = whole.table.column("capability")
    _ids = whole.table.ids()

    def _row(_at):
        _one = whole.known[_at]
        _prediction = whole.predictions[_one]
        _worst = _prediction.evidence[0] if _prediction.evidence else None
        return {
            "id": showing.remark(str(_ids[_one])),
            "kind": showing.remark(_kinds[_one]),
            "p_negative": f"{_prediction.p_negative:.2f}",
            "language": _prediction.language,
            "the sentence that hurts, else the beginning": showing.quote(
                whole.table.column("text")[_one],
                *((_worst.start, _worst.end) if _worst else ()),
            ),
        }

    _order = judged.score.argsort(kind="stable")
    missed = [_row(_at) for _at in _order if judged.bad[_at] and judged.score[_at] < threshold]
    alarms = [_row(_at) for _at in _order[::-1] if not judged.bad[_at] and judged.score[_at] >= threshold]
    showing.section(
        "Which complaints are missed?",
        "Complaints below the threshold, the most confident mistakes first: each is a customer whom nobody answers.",
        showing.table(missed[:25], of=len(missed)) if missed else showing.empty("None is missed at this threshold."),
    )
    return alarms, missed


@app.cell
def _(alarms, showing):
    showing.section(
        "What is read in vain?",
        "Reviews at or above the threshold that are no complaints, the most confident mistakes first. A false alarm "
        "costs a minute; that is why there are more of them.",
        showing.table(alarms[:25], of=len(alarms)) if alarms else showing.empty("No false alarm at this threshold."),
    )
    return


@app.cell
def _(charts, judged, reliability, showing):
    calibration_chart = charts.reliability(reliability(judged.bad, judged.score, judged.weight))
    showing.section(
        "Is 70 % really 70 %?",
        "Each dot is a bin of reviews that are called about equally likely to be complaints, with the interval of the "
        "share that are. On the dashed line the percentages hold; above it the model is too timid, below too bold.",
        calibration_chart,
    )
    return (calibration_chart,)


@app.cell
def _(charts, here, judged, showing, threshold, thresholds, weight):
    points = thresholds(judged.bad, judged.score, judged.weight, weight.value)
    threshold_chart = charts.threshold_curve(points, {"in use": threshold})
    workload_chart = charts.workload(points, here)
    _cheapest = min(points, key=lambda _point: _point.cost)
    showing.section(
        "What does a threshold find, and what does it cost to read?",
        f"The diamond is the threshold {threshold:.3f}. On these reviews {_cheapest.threshold:.3f} would be the "
        f"cheapest: {_cheapest.cost:.1f} of 100 reviews instead of {here.cost:.1f}. Reading blindly would follow the "
        "dashed line.",
        workload_chart,
        threshold_chart,
    )
    return threshold_chart, workload_chart


@app.cell
def _(asdict, charts, intervals, judged, measure, showing, weight, whole):
    _names = {"average_precision": "average precision", "macro_f1": "macro-F1", "ece": "calibration error"}
    by_language = []
    for _group, _rows in whole.sample.groups.items():
        if not _group.startswith("language "):
            continue
        _part = judged.at(_rows)
        _values, _spans = asdict(measure(_part, weight.value)), intervals(_part, weight.value, draws=100)
        for _key, _name in _names.items():
            _low, _high = _spans[_key]
            if _values[_key] == _values[_key]:
                by_language.append(
                    {
                        "group": f"{_group.removeprefix('language ')} ({len(_rows)})",
                        "measure": _name,
                        "value": _values[_key],
                        "low": _low,
                        "high": _high,
                    }
                )
    language_chart = charts.spans(by_language) if by_language else None
    showing.section(
        "Does it hold in each language?",
        "Dots with 95 % bootstrap intervals; beside the language stands how many reviews. Where intervals overlap, "
        "the difference may be chance. Languages with fewer than 30 reviews stand together.",
        language_chart if by_language else showing.empty("There is one language only, or too few reviews of each."),
    )
    return by_language, language_chart


@app.cell
def _(judged, showing, threshold, whole):
    _kinds = [whole.table.column("capability")[_row] for _row in whole.known]
    _right = (judged.score >= threshold) == judged.bad
    by_kind = [
        {"kind": _kind, "cases": len(_rows), "judged right": f"{sum(_rows) / len(_rows):.0%}"}
        for _kind in sorted(set(_kinds) - {""})
        for _rows in [[bool(_right[_at]) for _at, _one in enumerate(_kinds) if _one == _kind]]
    ]
    by_kind.sort(key=lambda _row: int(_row["judged right"].rstrip("%")))
    showing.section(
        "What kinds of text are hard?",
        "Only for a file with a column `capability`, as our behaviour cases have: complaint or not, at the threshold.",
        showing.table(by_kind) if by_kind else showing.empty("This file has no column `capability`."),
    )
    return (by_kind,)


if __name__ == "__main__":
    app.run()
