"""Average checkpoints of one run of trainings: `python -m models.training.soup --out FOLDER FOLDER=SHARE ...`.

A model that went on learning from the written cases forgets some of what stars taught the one before it; the mean of
their weights keeps most of both (Wortsman et al. 2022, arXiv:2109.01903). Heads are averaged over those that have some.
"""

import argparse
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from models.checkpoint import record_revision
from models.heads import FILE as HEADS

WEIGHTS = "model.safetensors"


def average(folders: Mapping[Path, float], name: str) -> dict[str, torch.Tensor]:
    """Return the weighted mean (fp16) of the tensors of one file over the folders that have it."""
    present = {folder: share for folder, share in folders.items() if (folder / name).is_file()}
    total = sum(present.values())
    mean: dict[str, torch.Tensor] = {}
    for folder, share in present.items():
        for key, value in load_file(folder / name).items():
            mean[key] = mean.get(key, torch.zeros_like(value, dtype=torch.float32)) + share / total * value.float()
    return {key: value.half().contiguous() for key, value in mean.items()}


def cook(folders: Mapping[Path, float], out: Path) -> None:
    """Write the average of checkpoints into `out`; all else comes from the one of the largest share."""
    first = max(folders, key=folders.__getitem__)
    out.mkdir(parents=True, exist_ok=True)
    for path in first.glob("*.json"):
        shutil.copy(path, out)
    save_file(average(folders, WEIGHTS), out / WEIGHTS, metadata={"format": "pt"})
    save_file(average(folders, HEADS), out / HEADS)
    for name in (WEIGHTS, HEADS):
        (out / name).chmod(0o644)
    record_revision(out)
    facts: dict[str, Any] = {"mean_of": []}
    for folder, share in folders.items():
        made = folder / "training.json"
        facts["mean_of"].append({"share": share, **(json.loads(made.read_text()) if made.is_file() else {})})
    (out / "training.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and average."""
    parser = argparse.ArgumentParser(prog="python -m models.training.soup", description=__doc__)
    parser.add_argument("folders", nargs="+", metavar="FOLDER=SHARE")
    parser.add_argument("--out", type=Path, required=True, help="checkpoint folder to write")
    options = parser.parse_args(arguments)
    pairs = [one.rpartition("=") for one in options.folders]
    cook({Path(folder): float(share) for folder, _, share in pairs}, options.out)


if __name__ == "__main__":
    main()
