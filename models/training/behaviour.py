"""What a checkpoint makes of the written cases that judge it: `python -m models.training.behaviour --baseline FILE`.

`models/behaviour/` is never trained on. Three questions: is each case given its label, is the sentence that complains
the first that is shown, and are the aspects of a sentence found. Prints Markdown for the model card.
"""

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import joblib
import numpy as np

from core.aspects import Aspect
from core.records import Label, Prediction, ReplyState, Review
from core.settings import ModelSettings, Settings
from models.classifier import Classifier
from models.heads import ASPECTS, Size
from models.segments import segments
from models.sentences import Span, pieces
from models.text import clean
from models.training.data import LABELS

FOLDER = Path(__file__).resolve().parents[1] / "behaviour"
SIZES: tuple[Size, ...] = ("quality", "fast")
THRESHOLD = 1 / 11
Case = Mapping[str, Any]


def read(name: str) -> list[Case]:
    """Return the cases of one file of `models/behaviour`."""
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]


def judge(classifier: Classifier, texts: Sequence[str]) -> list[Prediction]:
    """Return what `classify` says of bare texts of a source that nobody knows."""
    now = datetime.now(UTC)
    key = {"source": "behaviour", "listing_id": "behaviour", "reply_state": ReplyState.unknown, "seen_at": now}
    reviews = [Review(review_id=str(i), text=text, **key) for i, text in enumerate(texts)]
    return classifier.classify(reviews, now=now)


def likeliest(one: Prediction) -> str:
    """Return the likeliest class: what a case's label is compared with, since the cheapest label leans to caution."""
    return LABELS[int(np.argmax([one.p_negative, one.p_neutral, one.p_positive]))]


def passes(cases: Sequence[Case], said: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Return (passed, cases) by capability and language, and for all."""
    found: defaultdict[str, list[bool]] = defaultdict(list)
    for case, label in zip(cases, said, strict=True):
        for name in (case["capability"], f"language {case['language']}", "all"):
            found[name].append(label == case["label"])
    return {name: (sum(right), len(right)) for name, right in found.items()}


def is_complaint(case: Case, span: Span) -> bool:
    """Return whether a span and the complaint of a mixed review share over half of the shorter of them."""
    start = case["text"].index(case["complaint"])
    end = start + len(case["complaint"])
    shared = min(end, span[1]) - max(start, span[0])
    return bool(shared > 0.5 * min(end - start, span[1] - span[0]))


def top_span(cases: Sequence[Case], predictions: Sequence[Prediction]) -> tuple[int, int, int]:
    """Return in how many mixed reviews the first sentence shown is the complaint, how many are opened, and all."""
    right = opened = 0
    for case, one in zip(cases, predictions, strict=True):
        opened += one.label is Label.negative
        right += bool(one.evidence) and is_complaint(case, (one.evidence[0].start, one.evidence[0].end))
    return right, opened, len(cases)


def top_sentence(classifier: Classifier, cases: Sequence[Case]) -> int:
    """Return in how many mixed reviews the worst sentence is the complaint, whether it would be shown or not."""
    spans = [pieces(case["text"]) for case in cases]
    parts = [segments("", case["text"], its) for case, its in zip(cases, spans, strict=True)]
    found = classifier.model.score(parts)
    right = 0
    for i, (case, its) in enumerate(zip(cases, spans, strict=True)):
        worst = int(found.sentences[found.first[i] : found.first[i + 1], 0].argmax())
        right += is_complaint(case, its[worst])
    return right


def aspect_table(classifier: Classifier, cases: Sequence[Case]) -> list[str]:
    """Return the lines on aspects: F1 of each, their mean, and the five commonest confusions."""
    found = classifier.model.score([[(case["text"], 0)] for case in cases])
    if found.aspects is None:
        return ["no aspects"]
    said = 1 / (1 + np.exp(-found.aspects)) >= 0.5
    meant = np.array([[aspect.value in case["aspects"] for aspect in ASPECTS] for case in cases])
    scores: dict[Aspect, float] = {}
    for at, aspect in enumerate(ASPECTS):
        hit = (said[:, at] & meant[:, at]).sum()
        scores[aspect] = float(2 * hit / max(1, said[:, at].sum() + meant[:, at].sum()))
    confused: Counter[tuple[str, str]] = Counter()
    for row_said, row_meant in zip(said, meant, strict=True):
        for missed in np.flatnonzero(row_meant & ~row_said):
            for wrong in np.flatnonzero(row_said & ~row_meant):
                confused[ASPECTS[missed].value, ASPECTS[wrong].value] += 1
    lines = [f"macro-F1 {np.mean(list(scores.values())):.3f} over {len(cases)} sentences; each: "]
    lines.append(", ".join(f"{name.value} {value:.2f}" for name, value in scores.items()))
    lines.append("confusions: " + ", ".join(f"{a} taken for {b} {n}" for (a, b), n in confused.most_common(5)))
    return lines


def report(model: str | None, baseline: Any) -> list[str]:
    """Return the lines of the report."""
    cases, mixed, aspects = read("cases.jsonl"), read("mixed.jsonl"), read("aspects.jsonl")
    texts = [case["text"] for case in cases]
    base = [LABELS[i] for i in baseline.predict_proba([clean(text) for text in texts]).argmax(axis=1)]
    base_p = baseline.predict_proba([clean(text) for text in texts])[:, 0]
    columns = {"base": passes(cases, base)}
    bad = np.array([case["label"] == "negative" for case in cases])
    recall = {"base": float((base_p[bad] >= THRESHOLD).mean())}
    lines = []
    for size in SIZES:
        classifier = Classifier.load(Settings(model=ModelSettings(path=model, size=size)))
        found = judge(classifier, texts)
        columns[size] = passes(cases, [likeliest(one) for one in found])
        p = np.array([one.p_negative for one in found])
        recall[size] = float((p[bad] >= THRESHOLD).mean())
        alarms = float((p[~bad] >= THRESHOLD).mean())
        right, opened, count = top_span(mixed, judge(classifier, [case["text"] for case in mixed]))
        worst = top_sentence(classifier, mixed)
        lines.append(
            f"{size}: recall at the cost threshold {recall[size]:.3f} (base {recall['base']:.3f}), "
            f"{alarms:.3f} of the others opened; mixed reviews: {opened} of {count} opened, the first sentence shown "
            f"is the complaint in {right} ({right / count:.3f}), the worst sentence in {worst} ({worst / count:.3f})"
        )
        lines += [f"{size}, aspects: {line}" for line in aspect_table(classifier, aspects)]
    table = ["| capability | cases | quality | fast | base |", "|---|---|---|---|---|"]
    for name in sorted(columns["base"], key=lambda one: (one == "all", one.startswith("language"), one)):
        cells = [f"{columns[key][name][0] / columns[key][name][1]:.2f}" for key in ("quality", "fast", "base")]
        table.append(f"| {name} | {columns['base'][name][1]} | " + " | ".join(cells) + " |")
    return [*table, "", *lines]


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and print the report."""
    parser = argparse.ArgumentParser(prog="python -m models.training.behaviour", description=__doc__)
    parser.add_argument("--model", help="checkpoint folder; the shipped one if not given")
    parser.add_argument("--baseline", type=Path, required=True, help="file of models.training.baseline")
    options = parser.parse_args(arguments)
    sys.stdout.write("\n".join(report(options.model, joblib.load(options.baseline))) + "\n")


if __name__ == "__main__":
    main()
