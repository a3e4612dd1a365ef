"""Judging the texts of a file, for `otklik classify` and all that measures: one pass, with a base rate a source."""

import csv
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import models
from console.options import Format
from console.output import cell, inert, show
from console.tables import Table, read_table
from core.errors import InputError
from core.records import Prediction, Review
from core.redaction import redact
from flows.job import Job
from models.language import supported

Priors = Literal["estimate"] | None

FIELDS = ("id", "label", "p_negative", "p_neutral", "p_positive")
EXPLAINED = ("language", "low_confidence", "severity", "aspects", "evidence")
PRIORS: dict[str, Priors] = {"estimate": "estimate", "usual": None}
SIZES = ("quality", "fast")
STYLES = ("jsonl", "csv", "table")


def with_size(job: Job, size: str | None) -> Job:
    """Return the job with the size of the model that a person asked for.

    Raises:
        InputError: there is no such size.
    """
    if size is None:
        return job
    if size not in SIZES:
        raise InputError(f"--size {size}: expected quality or fast")
    model = job.settings.model.model_copy(update={"size": size})
    return replace(job, settings=job.settings.model_copy(update={"model": model}))


def priors_of(name: str) -> Priors:
    """Return what `--prior` means.

    Raises:
        InputError: it is neither estimate nor usual.
    """
    if name not in PRIORS:
        raise InputError(f"--prior {name}: expected estimate or usual")
    return PRIORS[name]


def judged(job: Job, reviews: Sequence[Review], priors: Priors) -> list[Prediction]:
    """Return a prediction for each review, telling progress and rate to the job's listener."""
    if not reviews:
        return []
    job.listener.stage("classify", f"loading {models.model_id(job.settings)}")
    classifier = models.load(job.settings, graphs=job.home.graphs)
    started, most = time.monotonic(), 0

    def tell(done: int, total: int) -> None:
        nonlocal most
        most = max(most, done)  # texts whose base rates were estimated are walked through twice
        job.listener.progress("classify", most, max(total, most))

    predictions = classifier.classify(reviews, now=job.clock(), priors=priors, progress=tell)
    seconds = max(time.monotonic() - started, 1e-6)
    rate = len(reviews) / seconds
    job.listener.stage("classify", f"{len(reviews)} reviews in {seconds:.1f} s, {rate:.3g} a second")
    return predictions


def classify_file(job: Job, path: Path, *, style: str, stars: str, prior: str, explain: bool) -> None:
    """Judge each row of a file and write the results to standard output.

    Raises:
        InputError: naming the file and the line that cannot be read.
    """
    if style not in STYLES:
        raise InputError(f"--format {style}: expected jsonl, csv or table")
    priors = priors_of(prior)
    table = read_table(path, stars)
    reviews = table.reviews(job.clock())
    predictions = judged(job, reviews, priors)
    results = [_result(*one, explain=explain) for one in zip(table.ids(), reviews, predictions, strict=True)]
    if style == "jsonl":
        sys.stdout.writelines(json.dumps(result, ensure_ascii=False) + "\n" for result in results)
    elif style == "csv":
        writer = csv.DictWriter(sys.stdout, (*FIELDS, *(EXPLAINED if explain else ())))
        writer.writeheader()
        writer.writerows({name: cell(_flat(value)) for name, value in result.items()} for result in results)
    elif explain:
        _explain(table, results)
    else:
        texts = table.column("text")
        show([{**result, "text": text[:60]} for result, text in zip(results, texts, strict=True)], Format.table)


def _result(own_id: Any, review: Review, prediction: Prediction, *, explain: bool) -> dict[str, Any]:
    result = {
        "id": own_id,
        "label": prediction.label.value,
        "p_negative": round(prediction.p_negative, 6),
        "p_neutral": round(prediction.p_neutral, 6),
        "p_positive": round(prediction.p_positive, 6),
    }
    if not explain:
        return result
    return result | {
        "language": prediction.language,
        "low_confidence": not supported(prediction.language),
        "severity": prediction.severity,
        "aspects": [{"name": one.name.value, "p": one.p} for one in prediction.aspects],
        "evidence": [
            {
                "start": one.start,
                "end": one.end,
                "p_negative": one.p_negative,
                "text": redact(review.text[one.start : one.end]),
            }
            for one in prediction.evidence
        ],
    }


def _flat(value: Any) -> Any:
    """Return a list of aspects or sentences as the text of one cell."""
    if not isinstance(value, list):
        return value
    return "; ".join(str(one.get("name") or one["text"]) for one in value)


def _explain(table: Table, results: Sequence[dict[str, Any]]) -> None:
    """Print each row with the sentences that hurt and what it speaks of, worst sentence first."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    colours = {"negative": "red", "neutral": "yellow", "positive": "green"}
    for result, text in zip(results, table.column("text"), strict=True):
        head = Text(inert(str(result["id"])), style="bold")
        head.append(f"  {result['label']} {result['p_negative']:.2f}", style=colours[result["label"]])
        head.append(f"  {result['language']}")
        if result["low_confidence"]:
            head.append("  a language that the model was not trained in: low confidence", style="yellow")
        if result["severity"] == "severe":
            head.append("  severe", style="bold red")
        console.print(head)
        if not result["evidence"]:
            console.print(Text(f"      {inert(redact(text))[:160]}", style="dim"))
        for sentence in result["evidence"]:
            console.print(Text(f"      {sentence['p_negative']:.2f}  {inert(sentence['text'])}"))
        if result["aspects"]:
            words = ", ".join(f"{aspect['name']} {aspect['p']:.2f}" for aspect in result["aspects"])
            console.print(Text(f"      about {words}", style="cyan"))
