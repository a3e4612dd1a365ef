"""Train the classifier: `python -m models.training.train --base ... --data ... --out ...`.

One encoder, two sizes, three tasks: the sentiment of the review, of each of its sentences, and their aspects; after the
last layer and, for the size `fast`, half-way, which also learns from the last (self-distillation: Zhang et al.
2019, arXiv:1905.08094). Batches of similar length, AdamW with warm-up and linear decay, a lower pace for lower layers,
negatives weighted (calibration takes that back), bf16 where the processor has it. The schedule is fixed at the start; a
run that was stopped goes on from its last state and ends as it would have.
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
from torch.nn import functional

from models.attention import register
from models.checkpoint import record_revision
from models.devices import has_fast_bf16, processor_count
from models.heads import Heads, Size, exit_after, sentence_vectors
from models.segments import OUTSIDE, Encoded, encode_segments
from models.training.data import LABELS, balanced, is_book, training_rows
from models.training.examples import Example, mixture, read_opinions
from models.training.written import read_written

log = logging.getLogger("otklik.train")


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a run depends on beside its base and its data; written beside the weights."""

    epochs: float = 1.0
    batch_size: int = 16
    max_tokens: int = 256
    learning_rate: float = 6e-5
    head_rate: float = 3e-3
    layer_decay: float = 0.95
    warm_up: float = 0.06
    weight_decay: float = 0.01
    label_smoothing: float = 0.05
    class_weights: tuple[float, float, float] = (1.2, 1.0, 1.0)
    trust: float = 0.3
    written_times: int = 2
    spoilt_share: float = 0.08
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


@dataclass(frozen=True, slots=True)
class Batch:
    """Examples as tensors on one device; B texts of L tokens with S sentences in all."""

    ids: torch.Tensor
    mask: torch.Tensor
    segment: torch.Tensor
    target: torch.Tensor
    sentences: torch.Tensor
    aspects: torch.Tensor
    offset: torch.Tensor


def collate(examples: Sequence[Example], encoded: Sequence[Encoded], padding: int, device: torch.device) -> Batch:
    """Return a batch; the sentences of all its texts are numbered through."""
    width = max(len(one.main.ids) for one in encoded)
    ids = torch.full((len(encoded), width), padding)
    mask, segment = torch.zeros_like(ids), torch.full_like(ids, OUTSIDE)
    first = 0
    for row, (example, one) in enumerate(zip(examples, encoded, strict=True)):
        size = len(one.main.ids)
        ids[row, :size] = torch.tensor(one.main.ids)
        mask[row, :size] = 1
        segment[row, :size] = torch.tensor([first + at if at >= 0 else OUTSIDE for at in one.main.segment])
        first += len(example.sentences)
    target = torch.stack([torch.from_numpy(example.target) for example in examples])
    sentences = torch.cat([torch.from_numpy(example.sentences) for example in examples])
    aspects = torch.cat([torch.from_numpy(example.aspects) for example in examples])
    offset = torch.stack([torch.from_numpy(example.offset) for example in examples])
    return Batch(*(part.to(device) for part in (ids, mask, segment, target, sentences, aspects, offset)))


def cross_entropy(logits: torch.Tensor, target: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Return the mean cross-entropy (scalar) of logits (n, 3) with soft targets (n, 3), classes weighted."""
    each = -(target * weights * functional.log_softmax(logits.float(), -1)).sum(-1)
    return each.sum() / (target * weights).sum().clamp(min=1e-6)


def losses(model: Any, heads: Heads, batch: Batch, weights: torch.Tensor) -> torch.Tensor:
    """Return the loss (scalar) of one batch over both sizes and all tasks."""
    found = model(input_ids=batch.ids, attention_mask=batch.mask, output_hidden_states=True)
    early = found.hidden_states[exit_after(model.config.num_hidden_layers)]
    logits, quick = found.logits.float() + batch.offset, heads.exit(early).float() + batch.offset
    loss = cross_entropy(logits, batch.target, weights)
    taught = functional.softmax(logits.detach(), -1)
    even = torch.ones_like(weights)
    loss = loss + 0.5 * cross_entropy(quick, batch.target, weights) + 0.5 * cross_entropy(quick, taught, even)
    count = len(batch.sentences)
    if not count:
        return loss
    states_of: dict[Size, torch.Tensor] = {"quality": found.hidden_states[-1], "fast": early}
    for size, states in states_of.items():
        sums, sizes = sentence_vectors(states, batch.segment, count)
        # A sentence in the cut middle of a long text has no tokens and teaches nothing.
        read = sizes > 0
        sentiment, aspects = heads.of_sentences(size, sums[read] / sizes[read, None])
        if read.any():
            loss = loss + 0.5 * cross_entropy(sentiment, batch.sentences[read], weights)
        known = batch.aspects[read]
        of_written = known[:, 0] >= 0
        if of_written.any():
            loss = loss + 2.0 * functional.binary_cross_entropy_with_logits(
                aspects[of_written].float(), known[of_written]
            )
    return loss


def build(base: str, recipe: Recipe) -> tuple[Any, Any, Heads]:
    """Return (tokenizer, model, heads) of a hub id or folder; heads that it lacks are fresh and seeded. All in fp32."""
    transformers.set_seed(recipe.seed)
    tokenizer = transformers.AutoTokenizer.from_pretrained(base)
    model = transformers.AutoModelForSequenceClassification.from_pretrained(
        base,
        num_labels=len(LABELS),
        id2label=dict(enumerate(LABELS)),
        label2id={name: index for index, name in enumerate(LABELS)},
        dtype=torch.float32,
        attn_implementation=register(),
    )
    # Half of the weights, of which a run moves only the words it sees; kept, unseen words stay beside seen ones.
    model.get_input_embeddings().weight.requires_grad_(False)
    known = Heads.read(Path(base))
    heads = known or Heads(model.config.hidden_size)
    if known is None and hasattr(model, "bert"):
        heads.exit_pooler.load_state_dict(model.bert.pooler.dense.state_dict())
        heads.exit_classifier.load_state_dict(model.classifier.state_dict())
    return tokenizer, model, heads


def groups_of(model: Any, heads: Heads, recipe: Recipe) -> list[dict[str, Any]]:
    """Return the parameter groups: each layer `layer_decay` times the pace of the one above, heads their own pace."""
    depth = model.config.num_hidden_layers

    def rate_of(name: str) -> float:
        if name.startswith("classifier"):
            return recipe.learning_rate
        parts = name.split(".")
        layer = int(parts[parts.index("layer") + 1]) if "layer" in parts else depth if "pooler" in parts else -1
        return float(recipe.learning_rate * recipe.layer_decay ** max(0, depth - 1 - layer))

    groups: dict[tuple[float, float], list[Any]] = {}
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        decay = 0.0 if name.endswith("bias") or "LayerNorm" in name else recipe.weight_decay
        groups.setdefault((rate_of(name), decay), []).append(parameter)
    groups[(recipe.head_rate, 0.0)] = list(heads.parameters())
    return [{"params": params, "lr": lr, "weight_decay": decay} for (lr, decay), params in groups.items()]


def save_state(folder: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint so that a run killed while writing still finds the one before."""
    folder.mkdir(parents=True, exist_ok=True)
    new = folder / "state.pt.new"
    torch.save(state, new)
    new.replace(folder / "state.pt")


def finish(out: Path, tokenizer: Any, model: Any, heads: Heads, facts: dict[str, Any]) -> None:
    """Write the trained model as an ordinary transformers folder in fp16, its heads and what made it."""
    tokenizer.save_pretrained(out)
    make_portable(out)
    model.to(torch.float16).save_pretrained(out)
    heads.write(out)
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


def train(base: str, examples: Sequence[Example], out: Path, recipe: Recipe, *, resume: bool, save_every: int) -> None:
    """Train and write the checkpoint folder `out`; `out/state.pt` holds the run while it goes."""
    tokenizer, model, heads = build(base, recipe)
    encoded = encode_segments(tokenizer, [one.parts for one in examples], recipe.max_tokens, windows=False)
    batches = plan([len(one.main.ids) for one in encoded], recipe)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model.to(device).train()
    heads.to(device).train()
    optimizer = torch.optim.AdamW(groups_of(model, heads, recipe), fused=True)
    warm_up = max(1, round(recipe.warm_up * len(batches)))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: pace_at(step, warm_up, len(batches)))
    weights = torch.tensor(recipe.class_weights, device=device)
    parts = {"model": model, "heads": heads, "optimizer": optimizer, "schedule": schedule}
    first, saved = 0, out / "state.pt"
    if resume and saved.exists():
        state = torch.load(saved, map_location=device, weights_only=True)
        if state["steps"] != len(batches):
            raise ValueError(f"{saved} is of a run of {state['steps']} steps, this one has {len(batches)}")
        for name, part in parts.items():
            part.load_state_dict(state[name])
        torch.set_rng_state(state["random"].cpu())
        first = state["step"]
        log.info("going on at step %d of %d", first, len(batches))
    amp = device.type == "cuda" or has_fast_bf16()
    trained = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    began, seen, running = time.monotonic(), 0, 0.0
    for step in range(first, len(batches)):
        chosen = batches[step]
        batch = collate([examples[i] for i in chosen], [encoded[i] for i in chosen], tokenizer.pad_token_id, device)
        with torch.autocast(device.type, torch.bfloat16, enabled=amp):
            loss = losses(model, heads, batch, weights)
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad(set_to_none=True)
        seen += len(chosen)
        running = loss.item() if step == first else 0.98 * running + 0.02 * loss.item()
        done = step + 1
        if done % 10 == 0:
            pace = seen / (time.monotonic() - began)
            left = (len(batches) - done) * recipe.batch_size / pace / 60
            log.info("step %d/%d loss %.3f %.1f reviews/s %.0f min left", done, len(batches), running, pace, left)
        if done % save_every == 0 and done < len(batches):
            state = {name: part.state_dict() for name, part in parts.items()}
            save_state(out, {**state, "random": torch.get_rng_state(), "step": done, "steps": len(batches)})
    facts = {"examples": len(examples), "steps": len(batches), "bf16": amp, "base": Path(base).name, **asdict(recipe)}
    finish(out, tokenizer, model, heads, facts)
    saved.unlink(missing_ok=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(prog="python -m models.training.train", description=__doc__)
    parser.add_argument("--base", default="intfloat/multilingual-e5-small", help="hub id or folder of the encoder")
    parser.add_argument("--data", type=Path, required=True, help="folder with the three parquet files")
    parser.add_argument("--out", type=Path, required=True, help="checkpoint folder to write")
    parser.add_argument("--teacher", type=Path, help="folder of models.training.teacher: softens the stars")
    parser.add_argument("--epochs", type=float, default=Recipe().epochs, help="passes over the rows, may be a fraction")
    parser.add_argument("--rate", type=float, default=Recipe().learning_rate, help="learning rate of the top layer")
    parser.add_argument("--batch-size", type=int, default=Recipe().batch_size, help="reviews of one step")
    parser.add_argument("--books", action="store_true", help="train on book and film reviews, too")
    parser.add_argument("--rows", type=int, default=60_000, help="reviews with stars, small sources favoured")
    parser.add_argument("--written-times", type=int, default=Recipe().written_times, help="passes over written cases")
    parser.add_argument("--seed", type=int, default=Recipe().seed)
    parser.add_argument("--threads", type=int, default=0, help="0 = all cores")
    parser.add_argument("--save-every", type=int, default=200, help="steps between two checkpoints of the run")
    parser.add_argument("--no-resume", dest="resume", action="store_false", help="start anew beside an unfinished run")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    torch.set_num_threads(options.threads or processor_count())
    recipe = Recipe(
        epochs=options.epochs,
        batch_size=options.batch_size,
        learning_rate=options.rate,
        written_times=options.written_times,
        seed=options.seed,
    )
    drawn = training_rows(options.data, seed=options.seed)
    service = [index for index, row in enumerate(drawn) if options.books or not is_book(row)]
    kept = [service[at] for at in balanced([drawn[index] for index in service], options.rows, options.seed)]
    said = read_opinions(options.teacher) if options.teacher else {}
    rows = [drawn[index] for index in kept]
    examples = mixture(
        rows,
        [case for case in read_written() if case.split == "train"],
        {new: said[old] for new, old in enumerate(kept) if old in said},
        trust=recipe.trust,
        smoothing=recipe.label_smoothing,
        written_times=recipe.written_times,
        spoilt_share=recipe.spoilt_share,
        seed=recipe.seed,
    )
    log.info("%d rows and written cases make %d examples", len(rows), len(examples))
    train(options.base, examples, options.out, recipe, resume=options.resume, save_every=options.save_every)


if __name__ == "__main__":
    main()
