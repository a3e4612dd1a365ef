"""Where a checkpoint lies, what it is called, and what its labels mean. Nothing here needs torch."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core.errors import ConfigurationError

SHIPPED = Path(__file__).parent / "checkpoints" / "quality"
SCORING = 4
"""Raised when the code says something else with the same weights, so that predictions stay comparable."""
WEIGHTS = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin")
RECORD = "revision.json"
BESIDE = ("calibration.json", "heads.safetensors", "ngrams.npz")
NEGATIVE, NEUTRAL, POSITIVE = range(3)

_STARS = re.compile(r"(?:label_)?([0-9])(?:[ _-]*stars?)?")
_WORDS = {
    NEGATIVE: {"negative", "neg", "negativ", "very negative", "негативный", "отрицательный", "негативний"},
    NEUTRAL: {"neutral", "neu", "neut", "mixed", "нейтральный", "нейтральний"},
    POSITIVE: {"positive", "pos", "positiv", "very positive", "положительный", "позитивный", "позитивний"},
}


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint: its `name`, the `source` that transformers loads, and the local `folder` of its files.

    `commit` is the revision on the hub, None for a folder.
    """

    name: str
    source: str
    folder: Path
    commit: str | None = None


def find(path: str | Path | None) -> Checkpoint:
    """Return the checkpoint of a folder or hub id; None is the shipped one.

    Raises:
        ConfigurationError: neither a checkpoint folder nor a hub id that is cached or reachable.
    """
    folder = SHIPPED if path is None else Path(path)
    if (folder / "config.json").is_file():
        name = "otklik-quality" if path is None else folder.resolve().name
        return Checkpoint(name, str(folder), folder)
    looks_like_id = re.fullmatch(r"[\w.-]+(?:/[\w.-]+)?", str(path)) and not str(path).startswith(".")
    if path is None or folder.exists() or not looks_like_id:
        raise ConfigurationError(f"{folder}: no checkpoint there (a folder with config.json and model.safetensors)")
    return _find_on_hub(str(path))


def _find_on_hub(name: str) -> Checkpoint:
    from transformers.utils.hub import cached_file, extract_commit_hash

    try:
        config = str(cached_file(name, "config.json"))
    except (OSError, ValueError) as error:
        why = str(error).strip().splitlines()[0]
        raise ConfigurationError(f"{name}: neither a checkpoint folder nor a model of the hub ({why})") from error
    return Checkpoint(name, name, Path(config).parent, extract_commit_hash(config, None))


def revision_of(checkpoint: Checkpoint, size: str = "quality") -> str:
    """Return 12 hex digits over the weights, the files beside them, the size and the version of the scoring code."""
    if checkpoint.commit:
        return checkpoint.commit[:12]
    parts = [str(SCORING), size, _weights_hash(checkpoint.folder)]
    for name in BESIDE:
        path = checkpoint.folder / name
        if path.is_file():
            parts.append(hash_file(path, path.stat().st_mtime_ns))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _weights_hash(folder: Path) -> str:
    """Return the hash that `revision.json` records of these very weights, else their own."""
    weights = next((folder / name for name in WEIGHTS if (folder / name).is_file()), None)
    if weights is None:
        raise ConfigurationError(f"{folder}: config.json without weights ({' or '.join(WEIGHTS)})")
    stat = weights.stat()
    record = folder / RECORD
    if record.is_file():
        known = json.loads(record.read_text(encoding="utf-8"))
        if known.get("bytes") == stat.st_size:
            return str(known["sha256"])
    return hash_file(weights, stat.st_mtime_ns)


def record_revision(folder: Path) -> None:
    """Write `revision.json` with the hash of a folder's weights, so that nobody has to read them to name the model."""
    weights = folder / WEIGHTS[0]
    record = {"sha256": hash_file(weights, weights.stat().st_mtime_ns), "bytes": weights.stat().st_size}
    (folder / RECORD).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


@lru_cache(maxsize=8)
def hash_file(path: Path, changed: int = 0) -> str:  # noqa: ARG001  a changed file has a key of its own
    """Return the sha256 of a file, cached by path and time of change."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def meaning_of(id2label: Mapping[int, str], where: str) -> list[int]:
    """Return for each output of a model whether it means NEGATIVE, NEUTRAL or POSITIVE.

    Understood are names (negative, neutral, positive), `1 star` to `5 stars`, and LABEL_0 ... in ascending order of
    content, with two, three or five outputs.

    Raises:
        ConfigurationError: any other map; a guess here would turn praise into complaints.
    """
    names = [str(id2label[index]).strip().lower().replace("_", " ") for index in sorted(id2label)]
    by_word = [next((meaning for meaning, words in _WORDS.items() if name in words), None) for name in names]
    if len(names) in (2, 3, 5) and None not in by_word and {NEGATIVE, POSITIVE} <= set(by_word):
        return [meaning for meaning in by_word if meaning is not None]
    numbers = [_STARS.fullmatch(name.replace("label ", "label_")) for name in names]
    found = [int(match[1]) for match in numbers if match]
    if len(found) == len(names) and found in (list(range(len(names))), list(range(1, len(names) + 1))):
        by_size = {
            2: [NEGATIVE, POSITIVE],
            3: [NEGATIVE, NEUTRAL, POSITIVE],
            5: [NEGATIVE, NEGATIVE, NEUTRAL, POSITIVE, POSITIVE],
        }
        if len(names) in by_size:
            return by_size[len(names)]
    raise ConfigurationError(
        f"{where}: cannot tell which of its labels means negative: {dict(id2label)}. Name them negative, neutral and "
        "positive under id2label in config.json, or choose a sentiment model."
    )
