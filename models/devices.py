"""What the processor can do."""

import os
import platform


def has_fast_bf16() -> bool:
    """Return whether this processor multiplies bf16 matrices natively (avx512_bf16, AMX, or the bf16 of Arm).

    oneDNN says that it "supports" bf16 on any AVX-512 processor, where it emulates it slower than fp32; so on x86
    the instructions themselves are asked for.
    """
    import torch

    if platform.machine().lower() in ("x86_64", "amd64"):
        asked = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
        return any(bool(getattr(torch.cpu, name, bool)()) for name in asked)
    supported = getattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", bool)
    return bool(supported())


def processor_count() -> int:
    """Return how many processors this process may use."""
    can_ask = hasattr(os, "sched_getaffinity")
    return len(os.sched_getaffinity(0)) if can_ask else os.cpu_count() or 1
