"""Attention for processors: two batched matrix products and a softmax.

The fused kernel of torch is written for long sequences. For the 10 to 256 tokens of a review in bf16 the plain products
took a third of its time on a processor with native bf16 (`benchmarks/classify.py` shows the whole).
"""

from typing import Any

import torch

NAME = "otklik_plain"


def plain_attention(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float | None = None,
    dropout: float = 0.0,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """Return softmax(q k^T * scaling + mask) v as (batch, length, heads, width); see transformers' AttentionInterface.

    Args:
        module: the attention layer.
        query: (batch, heads, length, width); `key` and `value` alike.
        key: see `query`.
        value: see `query`.
        attention_mask: added to the scores, broadcast to (batch, heads, length, length); None where nothing is padded.
        scaling: of the scores, 1/sqrt(width) if None.
        dropout: of the weights, while training.
    """
    batch, heads, length, width = query.shape
    flat = (batch * heads, length, width)
    scale = width**-0.5 if scaling is None else scaling
    scores = torch.bmm((query * scale).reshape(flat), key.reshape(flat).transpose(1, 2))
    if attention_mask is not None:
        scores = (scores.view(batch, heads, length, length) + attention_mask).view(scores.shape)
    weights = torch.nn.functional.dropout(torch.softmax(scores, -1), dropout, module.training)
    mixed = torch.bmm(weights, value.reshape(flat))
    return mixed.view(batch, heads, length, width).transpose(1, 2).contiguous(), None


def register() -> str:
    """Make the attention known to transformers and return its name for `attn_implementation`."""
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.masking_utils import eager_mask

    AttentionInterface.register(NAME, plain_attention)
    AttentionMaskInterface.register(NAME, eager_mask)
    return NAME
