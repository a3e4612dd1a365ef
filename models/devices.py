"""What the processor can do."""


def has_fast_bf16() -> bool:
    """Return whether this processor multiplies bf16 matrices natively (avx512_bf16, AMX, or Arm's bf16)."""
    import torch

    supported = getattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", None)
    return bool(supported is not None and supported())
