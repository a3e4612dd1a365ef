"""What the processor can do."""

import ctypes
import os
import platform

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_LARGE = 2**30


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


def keep_freed_memory() -> None:
    """Tell glibc to keep large blocks that were freed; elsewhere do nothing.

    Each batch frees tensors of some MB and the next asks for them again: given back to the system in between, their
    pages were faulted in anew: a tenth to a fifth of the time of inference here.
    """
    if platform.libc_ver()[0] != "glibc":
        return
    libc = ctypes.CDLL(None)
    for parameter in (_M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD):
        libc.mallopt(parameter, _LARGE)


def processor_count() -> int:
    """Return how many processors this process may use."""
    can_ask = hasattr(os, "sched_getaffinity")
    return len(os.sched_getaffinity(0)) if can_ask else os.cpu_count() or 1
