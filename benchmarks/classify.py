"""How fast the classifier is beside other ways to run it, on the same texts and machine, in the same run.

    python -m benchmarks.classify [--file FILE] [--count 400] [--rounds 3] [--baseline FILE] [--only NAME ...]

FILE is CSV or JSON Lines with a column `text`, or one text a line; without it the texts are service reviews of the
labelled data that lie beside a development checkout. Each way runs in a process of its own, so that processor time and
peak memory are its own; the time of loading is told apart (ours as a night finds it, with the graph that an earlier
start kept), and the best of its rounds counts. What is compared:

- `pipeline-1`, `pipeline-32`: `transformers.pipeline` at batch size 1 and 32 in fp32: what one writes first;
- `onnx-int8`: the texts alone through ONNX Runtime, weights quantised to 8 bits, alike lengths together (the extra
  `bench`);
- `torch-text`: the texts alone through `models` with PyTorch as the engine, where OpenVINO would be taken;
- `quality-text`, `fast-text`: the texts alone through `models`: the work of the pipeline;
- `quality`, `fast`: all of `classify`: sentences, aspects, n-grams, severity, language, calibration, base rates;
- `tfidf`: TF-IDF with logistic regression (`--baseline`, a file of `models.training.baseline`).

Labels are compared on the same raw work: the likeliest class of the whole text, before calibration and cost, because
those make other labels on purpose; "not cut" are the texts that fit into one sequence: of longer ones the pipeline
keeps the head and we keep head and tail.
"""

import argparse
import csv
import json
import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.records import ReplyState, Review
from core.settings import ModelSettings, Settings

ROOT = Path(__file__).resolve().parents[1]
LABELS = ("negative", "neutral", "positive")
WAYS = (
    "pipeline-1",
    "pipeline-32",
    "onnx-int8",
    "torch-text",
    "quality-text",
    "quality",
    "fast-text",
    "fast",
    "tfidf",
)
KEPT = {"quality-text", "quality", "fast-text", "fast"}
"""Ways that start from a kept graph."""
FIRST = "pipeline-1"
WARM_UP = 8
ONNX_BATCH = 4


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


Labels = list[str]
Work = Callable[[Sequence[str]], Labels]


def prepared(way: str, model: str | None, baseline: Path | None, graphs: Path | None) -> tuple[Work, str]:
    """Return the work of one way, ready to be timed, and what is said of it.

    Raises:
        ImportError: the library it needs is not installed.
        FileNotFoundError: it needs a file that was not named.
    """
    if way == "tfidf":
        if baseline is None:
            raise FileNotFoundError("no --baseline")
        import joblib

        fitted = joblib.load(baseline)
        return lambda texts: [LABELS[i] for i in fitted.predict_proba(texts).argmax(axis=1)], "scikit-learn"
    if way.startswith("pipeline"):
        return _pipeline(int(way.partition("-")[2]), model)
    if way == "onnx-int8":
        return _onnx(model)
    return _ours(way, model, graphs)


def _onnx(model: str | None) -> tuple[Work, str]:
    import onnxruntime
    import torch
    import transformers
    from onnxruntime.quantization import quantize_dynamic

    from models.checkpoint import find

    source = find(model).source
    tokenizer = transformers.AutoTokenizer.from_pretrained(source)
    network = transformers.AutoModelForSequenceClassification.from_pretrained(source, dtype=torch.float32).eval()
    names = {network.config.id2label[number]: number for number in range(len(LABELS))}
    example = tokenizer(["Всё хорошо.", "Ждали час, никто не подошёл."], padding=True, return_tensors="pt")
    inputs = (example["input_ids"], example["attention_mask"])
    with tempfile.TemporaryDirectory() as folder:
        plain, small = Path(folder) / "plain.onnx", Path(folder) / "int8.onnx"
        shape = {0: torch.export.Dim("texts"), 1: torch.export.Dim("tokens", max=ModelSettings().max_tokens)}
        torch.onnx.export(
            network,
            inputs,
            str(plain),
            input_names=["input_ids", "attention_mask"],
            dynamic_shapes={"input_ids": shape, "attention_mask": shape},
            dynamo=True,
        )
        quantize_dynamic(plain, small)
        session = onnxruntime.InferenceSession(str(small), providers=["CPUExecutionProvider"])

    def work(texts: Sequence[str]) -> Labels:
        tokens = tokenizer(list(texts), truncation=True, max_length=ModelSettings().max_tokens)["input_ids"]
        order = sorted(range(len(texts)), key=lambda i: len(tokens[i]))
        labels = [""] * len(texts)
        for start in range(0, len(order), ONNX_BATCH):
            chosen = order[start : start + ONNX_BATCH]
            batch = tokenizer.pad({"input_ids": [tokens[i] for i in chosen]}, return_tensors="np")
            (logits,) = session.run(None, {name: batch[name] for name in ("input_ids", "attention_mask")})
            for i, row in zip(chosen, logits, strict=True):
                labels[i] = next(name for name, number in names.items() if number == row.argmax())
        return labels

    return work, f"onnxruntime {onnxruntime.__version__}, int8"


def _pipeline(batch_size: int, model: str | None) -> tuple[Work, str]:
    import torch
    import transformers

    from models.checkpoint import find

    longest = ModelSettings().max_tokens
    pipe = transformers.pipeline("text-classification", model=find(model).source, dtype=torch.float32, device=-1)

    def work(texts: Sequence[str]) -> Labels:
        if batch_size == 1:
            return [pipe(text, truncation=True, max_length=longest)[0]["label"] for text in texts]
        found = pipe(list(texts), truncation=True, max_length=longest, batch_size=batch_size)
        return [one["label"] for one in found]

    return work, f"fp32, {torch.get_num_threads()} threads"


def _ours(way: str, model: str | None, graphs: Path | None) -> tuple[Work, str]:
    import models

    name, _, only_text = way.partition("-")
    chosen = {"size": "quality", "engine": "torch"} if name == "torch" else {"size": name}
    classifier = models.load(Settings.model_validate({"model": {"path": model, **chosen}}), graphs=graphs)
    now = datetime.now(UTC)
    key = {"source": "benchmark", "listing_id": "benchmark", "reply_state": ReplyState.unknown, "seen_at": now}

    def work(texts: Sequence[str]) -> Labels:
        if only_text:
            return [LABELS[row.argmax()] for row in classifier.model.log_probabilities(texts)]
        reviews = [Review(review_id=str(i), text=text, **key) for i, text in enumerate(texts)]
        return [one.label.value for one in classifier.classify(reviews, now=now, priors="estimate")]

    return work, classifier.model.engine.said


def _checkpoint(model: str | None) -> Any:
    from models.checkpoint import find

    return find(model)


def child(way: str, texts: Sequence[str], options: argparse.Namespace) -> dict[str, Any]:
    """Run one way in this process and return the figures of its best round: seconds, processor s, peak MB, labels."""
    began = time.perf_counter()
    work, said = prepared(way, options.model, options.baseline, options.graphs)
    loading = time.perf_counter() - began
    work(texts[:WARM_UP])
    timed = []
    for _ in range(options.rounds):
        began, before = time.perf_counter(), time.process_time()
        labels = work(texts)
        timed.append((time.perf_counter() - began, time.process_time() - before))
    seconds, cpu = min(timed)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "cpu": cpu, "loading": loading, "peak": peak, "labels": labels, "said": said}


def run(options: argparse.Namespace, texts: Sequence[str]) -> Iterator[str]:
    """Yield the lines of the report, each way as soon as it is done."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    yield f"{platform.machine()}, {os.cpu_count()} cores{load}; {len(texts)} texts, "
    yield f"{sum(map(len, texts)) / len(texts):.0f} characters on average"
    first: dict[str, Any] | None = None
    fits = _not_cut(texts, options.model)
    with tempfile.TemporaryDirectory() as graphs:
        for way in options.only or WAYS:
            if way in KEPT:
                _in_child(way, texts[:1], 1, options, graphs)
            done = _in_child(way, texts, options.rounds, options, graphs)
            if done.returncode:
                yield f"{way:13} left out: {(done.stderr.strip().splitlines() or ['no word why'])[-1][:120]}"
                continue
            found = json.loads(done.stdout.splitlines()[-1])
            first = first or (found if way == FIRST else None)
            yield line_of(way, found, first, fits, len(texts))


def _in_child(
    way: str, texts: Sequence[str], rounds: int, options: argparse.Namespace, graphs: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.classify", "--child", way, "--rounds", str(rounds)]
    command += ["--graphs", graphs]
    command += ["--model", options.model] if options.model else []
    command += ["--baseline", str(options.baseline)] if options.baseline else []
    return subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, check=False, cwd=ROOT)


def line_of(way: str, found: dict[str, Any], first: dict[str, Any] | None, fits: Sequence[int], count: int) -> str:
    """Return the line of one way, beside the first."""
    parts = [f"{way:13} {count / found['seconds']:7.1f} reviews/s"]
    if first is not None:
        parts.append(f"{first['seconds'] / found['seconds']:5.1f} times {FIRST}")
    parts += [f"{found['cpu']:6.1f} processor s", f"{found['peak']:5.0f} MB", f"loading {found['loading']:4.1f} s"]
    if first is not None and way not in ("quality", "fast", FIRST):
        same = [a == b for a, b in zip(found["labels"], first["labels"], strict=True)]
        short = [same[i] for i in fits]
        parts.append(f"labels equal {sum(same) / count:.3f}, not cut {sum(short) / max(1, len(short)):.3f}")
    return ", ".join([*parts, found["said"]])


def _not_cut(texts: Sequence[str], model: str | None) -> list[int]:
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(_checkpoint(model).source)
    longest = ModelSettings().max_tokens
    return [i for i, text in enumerate(texts) if len(tokenizer(text, verbose=False)["input_ids"]) <= longest]


def main() -> None:
    """Read the command line, compare and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.classify", description=__doc__.split("\n")[0])
    parser.add_argument("--file", type=Path, help="texts of your own")
    parser.add_argument("--count", type=int, default=400, help="texts to judge")
    parser.add_argument("--rounds", type=int, default=3, help="times each way does the work; its best counts")
    parser.add_argument("--model", help="checkpoint folder or hub id; the shipped one if not given")
    parser.add_argument("--baseline", type=Path, help="file of models.training.baseline")
    parser.add_argument("--only", nargs="+", choices=WAYS, help="some of the ways")
    parser.add_argument("--child", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--graphs", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(child(options.child, json.load(sys.stdin), options)))
        return
    texts = texts_of_file(options.file) if options.file else texts_of_shared()
    if not texts:
        print("skipped: no texts beside this checkout; name some with --file")
        sys.exit(0)
    sample = random.Random(5).sample(texts, min(options.count, len(texts)))
    for line in run(options, sample):
        print(line, flush=True)


if __name__ == "__main__":
    main()
