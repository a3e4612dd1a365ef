"""How fast `classify` is beside `transformers.pipeline`, on the same checkpoint, texts and machine, in the same run.

    python -m benchmarks.classify [--file FILE] [--count 400]

FILE is CSV or JSON Lines with a column `text`, or one text a line; without it the
texts are service reviews of the labelled data that lie beside a development checkout.

Three things are timed: the pipeline at batch size 1 in fp32 (what one writes first), the same checkpoint through
`models` scoring the texts alone (the same work), and all of `classify` (sentences, calibration, language as well).
Labels are compared on the same raw work: the likeliest class of the whole text, before calibration and cost, because
those make other labels on purpose.

Measured 2026-11-22 on 2 cores with bf16, no GPU, load 1.2 to 1.5, in three runs: the texts alone ran 3.4 (batch size
32), 4.6 (8) and 4.5 (16) times as fast as the pipeline, all of `classify` 1.5, 1.7 and 1.6 times, because it scores
every sentence, too. Labels were equal for 1.000, .997 and .997 of the texts that nothing truncates (338), and for .988,
.985 and .985 of all 400: of a longer text the pipeline keeps the head, and we keep head and tail.
"""

import argparse
import csv
import json
import os
import platform
import random
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.records import ReplyState, Review
from core.settings import ModelSettings, Settings

ROOT = Path(__file__).resolve().parents[1]
LABELS = ("negative", "neutral", "positive")


def texts_of_file(path: Path) -> list[str]:
    """Return the texts of a CSV or JSON Lines file with a column `text`, or of the lines of any other file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    if path.suffix == ".csv":
        return [row["text"] for row in csv.DictReader(lines)]
    if path.suffix in (".jsonl", ".ndjson"):
        return [json.loads(line)["text"] for line in lines if line.strip()]
    return [line for line in lines if line.strip()]


def texts_of_shared() -> list[str]:
    """Return labelled service reviews, or nothing where they are not beside this checkout."""
    folder = Path(os.environ.get("OTKLIK_SHARED", ROOT.parent / "shared")) / "data"
    path = folder / "service_reviews_ru_uk.parquet"
    if not path.is_file():
        return []
    import pyarrow.parquet as pq

    texts: list[str] = pq.read_table(path, columns=["text"])["text"].to_pylist()
    return texts


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds that `work` took, and its result."""
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def machine() -> str:
    """Return the facts without which a throughput means nothing."""
    import torch

    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else f"{torch.get_num_threads()} threads"
    return f"{platform.machine()}, {os.cpu_count()} cores, {device}, torch {torch.__version__}{load}"


def compare(texts: Sequence[str], model: str | None) -> list[str]:
    """Return the lines of the report."""
    import torch
    import transformers

    import models
    from models.checkpoint import find

    settings = Settings(model=ModelSettings(path=model))
    classifier = models.load(settings)
    now = datetime.now(UTC)
    key = {"source": "benchmark", "listing_id": "benchmark", "reply_state": ReplyState.unknown, "seen_at": now}
    reviews = [Review(review_id=str(i), text=text, **key) for i, text in enumerate(texts)]
    pipe = transformers.pipeline("text-classification", model=find(model).source, dtype=torch.float32, device=-1)

    def one_by_one() -> list[str]:
        return [pipe(text, truncation=True, max_length=settings.model.max_tokens)[0]["label"] for text in texts]

    classifier.classify(reviews[:8], now=now)
    pipe(list(texts[:8]), truncation=True, max_length=settings.model.max_tokens)
    alone, log_p = timed(lambda: classifier.model.log_probabilities(texts))
    whole, _ = timed(lambda: classifier.classify(reviews, now=now))
    slow, labels = timed(one_by_one)
    equal = sum(LABELS[row.argmax()] == label for row, label in zip(log_p, labels, strict=True)) / len(texts)
    short = [i for i, text in enumerate(texts) if len(pipe.tokenizer(text)["input_ids"]) <= settings.model.max_tokens]
    equal_short = sum(LABELS[log_p[i].argmax()] == labels[i] for i in short) / max(1, len(short))
    count = len(texts)
    return [
        f"{machine()}, {classifier.name} in {str(classifier.model.model.dtype).removeprefix('torch.')}",
        f"{count} texts, {sum(map(len, texts)) / count:.0f} characters on average",
        f"transformers.pipeline, batch size 1: {count / slow:7.1f} reviews/s",
        f"the texts alone: {count / alone:7.1f} reviews/s, {slow / alone:.1f} times the pipeline",
        f"all of classify: {count / whole:7.1f} reviews/s, {slow / whole:.1f} times the pipeline",
        f"equal labels: {equal:.3f}; where nothing is truncated ({len(short)} texts): {equal_short:.3f}",
    ]


def main() -> None:
    """Read the command line, compare and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.classify", description=__doc__.split("\n")[0])
    parser.add_argument("--file", type=Path, help="texts of your own")
    parser.add_argument("--count", type=int, default=400, help="texts to judge")
    parser.add_argument("--model", help="checkpoint folder or hub id; the shipped one if not given")
    options = parser.parse_args()
    texts = texts_of_file(options.file) if options.file else texts_of_shared()
    if not texts:
        print("skipped: no texts beside this checkout; name some with --file")
        sys.exit(0)
    sample = random.Random(5).sample(texts, min(options.count, len(texts)))
    print("\n".join(compare(sample, options.model)))


if __name__ == "__main__":
    main()
