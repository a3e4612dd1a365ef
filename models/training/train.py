"""Fine-tune an encoder on labelled reviews: `python -m models.training.train --base ... --data ... --out ...`.

The recipe is plain: all layers, three classes, head and tail of 128 tokens, batches of similar length, AdamW with
6 % warm-up and linear decay, negatives weighted, labels smoothed, bf16 where the processor has it. The schedule is
fixed at the start; a run that was stopped goes on from its last checkpoint and ends with the same schedule.
"""

import argparse
import json
import logging
import random
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
import transformers

from models.checkpoint import record_revision
from models.devices import has_fast_bf16
from models.text import encode
from models.training.data import LABELS, Row, training_rows

log = logging.getLogger("otklik.train")


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a run depends on beside its base and its data; written beside the weights."""

    epochs: float = 1.5
    batch_size: int = 32
    max_tokens: int = 128
    learning_rate: float = 1e-4
    warm_up: float = 0.06
    weight_decay: float = 0.01
    label_smoothing: float = 0.05
    class_weights: tuple[float, float, float] = (1.5, 1.0, 1.0)
    seed: int = 20


def plan(lengths: Sequence[int], recipe: Recipe) -> list[list[int]]:
    """Return the row indices of every batch of the run: shuffled each epoch, alike in length within a batch."""
    steps = round(recipe.epochs * len(lengths) / recipe.batch_size)
    batches: list[list[int]] = []
    epoch = 0
    while len(batches) < steps:
        draw = random.Random(recipe.seed * 1000 + epoch)
        order = draw.sample(range(len(lengths)), len(lengths))
        stretch = recipe.batch_size * 50
        for start in range(0, len(order), stretch):
            alike = sorted(order[start : start + stretch], key=lengths.__getitem__)
            found = [alike[at : at + recipe.batch_size] for at in range(0, len(alike), recipe.batch_size)]
            draw.shuffle(found)
            batches += found
        epoch += 1
    return batches[:steps]


def pace_at(step: int, warm_up: int, steps: int) -> float:
    """Return the share of the learning rate at a step: linear up over `warm_up` steps, linear down to zero."""
    return step / warm_up if step < warm_up else max(0.0, (steps - step) / max(1, steps - warm_up))


def build(base: str, recipe: Recipe) -> tuple[Any, Any]:
    """Return (tokenizer, model) of a hub id or folder with a fresh, seeded head of three classes, in fp32."""
    transformers.set_seed(recipe.seed)
    tokenizer = transformers.AutoTokenizer.from_pretrained(base)
    model = transformers.AutoModelForSequenceClassification.from_pretrained(
        base,
        num_labels=len(LABELS),
        id2label=dict(enumerate(LABELS)),
        label2id={name: index for index, name in enumerate(LABELS)},
        dtype=torch.float32,
    )
    return tokenizer, model


def save_state(folder: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint so that a run killed while writing still finds the one before."""
    folder.mkdir(parents=True, exist_ok=True)
    new = folder / "state.pt.new"
    torch.save(state, new)
    new.replace(folder / "state.pt")


def finish(out: Path, tokenizer: Any, model: Any, facts: dict[str, Any]) -> None:
    """Write the trained model as an ordinary transformers folder in fp16, with what made it."""
    tokenizer.save_pretrained(out)
    make_portable(out)
    model.to(torch.float16).save_pretrained(out)
    (out / "model.safetensors").chmod(0o644)
    record_revision(out)
    (out / "training.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def make_portable(folder: Path) -> None:
    """Make saved tokenizer files small, readable for older transformers, and silent about where they were made."""
    path = folder / "tokenizer.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")), ensure_ascii=False), encoding="utf-8")
    path = folder / "tokenizer_config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    here = ("backend", "is_local", "local_files_only", "name_or_path")
    kept = {name: value for name, value in config.items() if name not in here}
    if kept.get("tokenizer_class") == "TokenizersBackend":
        kept["tokenizer_class"] = "PreTrainedTokenizerFast"
    path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def train(base: str, rows: Sequence[Row], out: Path, recipe: Recipe, *, resume: bool, save_every: int) -> None:
    """Train and write the checkpoint folder `out`; `out/state.pt` holds the run while it goes."""
    tokenizer, model = build(base, recipe)
    ids = encode(tokenizer, [row.text for row in rows], recipe.max_tokens)
    batches = plan([len(one) for one in ids], recipe)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model.to(device).train()
    plain = [p for name, p in model.named_parameters() if name.endswith("bias") or "LayerNorm" in name]
    is_plain = {id(p) for p in plain}
    groups = [
        {"params": [p for p in model.parameters() if id(p) not in is_plain], "weight_decay": recipe.weight_decay},
        {"params": plain, "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=recipe.learning_rate, fused=True)
    warm_up = max(1, round(recipe.warm_up * len(batches)))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: pace_at(step, warm_up, len(batches)))
    weights = torch.tensor(recipe.class_weights, device=device)
    first, saved = 0, out / "state.pt"
    if resume and saved.exists():
        state = torch.load(saved, map_location=device, weights_only=True)
        if state["steps"] != len(batches):
            raise ValueError(f"{saved} is of a run of {state['steps']} steps, this one has {len(batches)}")
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        schedule.load_state_dict(state["schedule"])
        torch.set_rng_state(state["random"].cpu())
        first = state["step"]
        log.info("going on at step %d of %d", first, len(batches))
    amp = device.type == "cuda" or has_fast_bf16()
    began, seen, running = time.monotonic(), 0, 0.0
    for step in range(first, len(batches)):
        batch = batches[step]
        padded = tokenizer.pad({"input_ids": [ids[i] for i in batch]}, return_tensors="pt").to(device)
        labels = torch.tensor([rows[i].label for i in batch], device=device)
        with torch.autocast(device.type, torch.bfloat16, enabled=amp):
            logits = model(input_ids=padded["input_ids"], attention_mask=padded["attention_mask"]).logits
        loss = torch.nn.functional.cross_entropy(
            logits.float(), labels, weight=weights, label_smoothing=recipe.label_smoothing
        )
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad(set_to_none=True)
        seen += len(batch)
        running = loss.item() if step == first else 0.98 * running + 0.02 * loss.item()
        done = step + 1
        if done % 10 == 0:
            pace = seen / (time.monotonic() - began)
            left = (len(batches) - done) * recipe.batch_size / pace / 60
            log.info("step %d/%d loss %.3f %.1f reviews/s %.0f min left", done, len(batches), running, pace, left)
        if done % save_every == 0 and done < len(batches):
            parts = {"model": model, "optimizer": optimizer, "schedule": schedule}
            state = {name: part.state_dict() for name, part in parts.items()}
            save_state(out, {**state, "random": torch.get_rng_state(), "step": done, "steps": len(batches)})
    finish(out, tokenizer, model, {"rows": len(rows), "steps": len(batches), "bf16": amp, **asdict(recipe)})
    saved.unlink(missing_ok=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(prog="python -m models.training.train", description=__doc__)
    parser.add_argument("--base", default="intfloat/multilingual-e5-small", help="hub id or folder of the encoder")
    parser.add_argument("--data", type=Path, required=True, help="folder with the three parquet files")
    parser.add_argument("--out", type=Path, required=True, help="checkpoint folder to write")
    parser.add_argument("--epochs", type=float, default=Recipe().epochs, help="passes over the rows, may be a fraction")
    parser.add_argument("--seed", type=int, default=Recipe().seed)
    parser.add_argument("--threads", type=int, default=0, help="0 = all cores")
    parser.add_argument("--save-every", type=int, default=200, help="steps between two checkpoints of the run")
    parser.add_argument("--no-resume", dest="resume", action="store_false", help="start anew beside an unfinished run")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    if options.threads:
        torch.set_num_threads(options.threads)
    recipe = Recipe(epochs=options.epochs, seed=options.seed)
    rows = training_rows(options.data, seed=options.seed)
    log.info("%d training rows", len(rows))
    train(options.base, rows, options.out, recipe, resume=options.resume, save_every=options.save_every)


if __name__ == "__main__":
    main()
