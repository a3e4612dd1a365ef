"""The small heads beside the sentiment head: what a sentence says, what it is about, and the early exit.

`heads.safetensors` of a checkpoint holds, for each size, linear maps over the mean state of a sentence's tokens: three
sentiment classes and the aspects of `core.aspects`. The size `fast` stops after half of the layers of the same
weights (early exit: Xin et al. 2020, arXiv:2004.12993) and has a sentiment head of its own, so that two sizes cost the
room of one.
"""

from pathlib import Path
from typing import Literal

import torch
from torch import nn

from core.aspects import Aspect

Size = Literal["quality", "fast"]
FILE = "heads.safetensors"
ASPECTS = tuple(Aspect)
"""The order of the aspect outputs."""


def exit_after(layers: int) -> int:
    """Return after how many of an encoder's layers the size `fast` stops."""
    return layers // 2


class Heads(nn.Module):
    """The heads of one encoder; `width` is its hidden size."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.sentence = nn.ModuleDict({size: nn.Linear(width, 3) for size in ("quality", "fast")})
        self.aspect = nn.ModuleDict({size: nn.Linear(width, len(ASPECTS)) for size in ("quality", "fast")})
        self.exit_pooler = nn.Linear(width, width)
        self.exit_classifier = nn.Linear(width, 3)

    def exit(self, states: torch.Tensor) -> torch.Tensor:
        """Return the sentiment logits (n, 3) of the size `fast` from its last states (n, length, width)."""
        pooled = torch.tanh(self.exit_pooler(states[:, 0]))
        logits: torch.Tensor = self.exit_classifier(nn.functional.dropout(pooled, 0.1, self.training))
        return logits

    def of_sentences(self, size: Size, vectors: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the sentiment logits (n, 3) and the aspect logits (n, 14) of sentence vectors (n, width)."""
        return self.sentence[size](vectors), self.aspect[size](vectors)

    def write(self, folder: Path) -> None:
        """Write `heads.safetensors`, in fp16, into a checkpoint folder."""
        from safetensors.torch import save_file

        save_file({name: value.half().contiguous() for name, value in self.state_dict().items()}, folder / FILE)
        (folder / FILE).chmod(0o644)

    @classmethod
    def read(cls, folder: Path) -> "Heads | None":
        """Return the heads of a checkpoint folder, in fp32; None where it has none (any other model of the hub)."""
        from safetensors.torch import load_file

        path = folder / FILE
        if not path.is_file():
            return None
        values = {name: value.float() for name, value in load_file(path).items()}
        heads = cls(int(values["exit_pooler.weight"].shape[0]))
        heads.load_state_dict(values)
        return heads.eval()


def sentence_vectors(states: torch.Tensor, segment: torch.Tensor, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the sums (count, width) of the states of each sentence's tokens, and how many tokens those were (count,).

    Args:
        states: of the encoder, (n, length, width).
        segment: the number of each token's sentence in 0..count-1, or -1; (n, length).
        count: sentences in all.
    """
    flat = segment.reshape(-1)
    inside = (flat >= 0).nonzero().squeeze(1)
    at = flat[inside]
    sums = torch.zeros(count, states.shape[-1], dtype=torch.float32, device=states.device)
    sums = sums.index_add(0, at, states.reshape(-1, states.shape[-1])[inside].float())
    sizes = torch.zeros(count, dtype=torch.float32, device=states.device)
    return sums, sizes.index_add(0, at, torch.ones_like(at, dtype=torch.float32))
