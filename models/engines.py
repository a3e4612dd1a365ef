"""What runs the encoder: OpenVINO on processors where it is installed, else PyTorch, which alone uses a GPU.

Both take padded token ids and give logits and the states after some of the layers. On two cores with native bf16
OpenVINO was a quarter to a half faster than PyTorch (`benchmarks/classify.py`): it fuses what PyTorch does by steps.
"""

from __future__ import annotations

import importlib.util
import logging
import sys
import warnings
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from core.errors import ConfigurationError
from models.devices import has_fast_bf16, processor_count
from models.graphs import Store, graph_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch

log = logging.getLogger("otklik.models")
Name = Literal["auto", "openvino", "torch"]
Dtype = Literal["auto", "fp32", "bf16"]
Ids = npt.NDArray[np.int64]
Layers = tuple[int, ...]
Floats = npt.NDArray[np.float64]


class Engine(Protocol):
    """An encoder with its sentiment head, ready to run; `said` names how, `device` is where its states lie."""

    said: str
    device: torch.device

    def __call__(self, ids: Ids, mask: Ids) -> tuple[Floats, list[torch.Tensor]]:
        """Return the logits (n, outputs) and the states (n, length, width) after each layer that was asked for."""


class TorchEngine:
    """PyTorch, on the GPU where there is one."""

    def __init__(self, model: Any, layers: Layers, dtype: Dtype) -> None:
        import torch

        from models.attention import register

        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        if self.device.type == "cpu" and model.config.model_type == "bert":
            model.set_attn_implementation(register())
        is_bf16 = dtype == "bf16" or (dtype == "auto" and _has_bf16(self.device))
        self._layers = layers
        self._model = model.to(device=self.device, dtype=torch.bfloat16 if is_bf16 else torch.float32).eval()
        self.said = f"torch, {'bf16' if is_bf16 else 'fp32'}"

    def __call__(self, ids: Ids, mask: Ids) -> tuple[Floats, list[torch.Tensor]]:
        """Return the logits (n, outputs) and the states (n, length, width) after each layer that was asked for."""
        import torch

        with torch.inference_mode():
            found = self._model(
                input_ids=torch.from_numpy(ids).to(self.device),
                attention_mask=torch.from_numpy(mask).to(self.device),
                output_hidden_states=True,
            )
            logits: Floats = found.logits.double().cpu().numpy()
        return logits, [found.hidden_states[layer] for layer in self._layers]


class OpenVinoEngine:
    """OpenVINO on the processor; its graph is traced from the PyTorch model in more than a second, unless it is kept.

    Raises:
        ConfigurationError: this model cannot be converted.
    """

    def __init__(
        self, load: Callable[[], Any], layers: Layers, dtype: Dtype, threads: int, store: Store | None
    ) -> None:
        import torch

        # Its package reports each import to a server; what watches other people's words tells nobody that it runs.
        sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
        import openvino

        is_bf16 = dtype == "bf16" or (dtype == "auto" and has_fast_bf16())
        options = {
            "INFERENCE_PRECISION_HINT": "bf16" if is_bf16 else "f32",
            "NUM_STREAMS": "1",
            "INFERENCE_NUM_THREADS": threads or processor_count(),
        }
        try:
            graph = graph_of(store, lambda: _traced(load(), layers))
            self._compiled = openvino.Core().compile_model(graph, "CPU", options)
        except (RuntimeError, ValueError, TypeError) as error:
            why = (str(error).strip().splitlines() or ["no word why"])[0]
            raise ConfigurationError(f"OpenVINO cannot run this model: {why}") from error
        # Two pools of threads spin against each other: half of the time was lost.
        torch.set_num_threads(1)
        self.device = torch.device("cpu")
        self.said = f"openvino, {'bf16' if is_bf16 else 'fp32'}"

    def __call__(self, ids: Ids, mask: Ids) -> tuple[Floats, list[torch.Tensor]]:
        """Return the logits (n, outputs) and the states (n, length, width) after each layer that was asked for."""
        import torch

        logits, *states = self._compiled([ids, mask], share_inputs=True).to_tuple()
        return logits.astype(np.float64), [torch.from_numpy(one) for one in states]


def _traced(model: Any, layers: Layers) -> Any:
    """Return the graph of a model with its logits and the states after some layers."""
    import openvino
    import torch

    class Traced(torch.nn.Module):
        """The model with the results that are wanted."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> tuple[torch.Tensor, ...]:
            found = self.model(input_ids=input_ids, attention_mask=attention_mask, output_hidden_states=True)
            return found.logits, *(found.hidden_states[layer] for layer in layers)

    some = torch.ones(2, 8, dtype=torch.long)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.set_attn_implementation("sdpa")
        return openvino.convert_model(Traced().eval(), example_input={"input_ids": some, "attention_mask": some})


def start(
    load: Callable[[], Any],
    layers: Layers,
    *,
    name: Name,
    dtype: Dtype,
    threads: int,
    store: Store | None = None,
) -> Engine:
    """Return the engine for a `...ForSequenceClassification` in fp32.

    Args:
        load: returns the model, where its weights are needed.
        layers: after which layers the states are wanted, counted from 1.
        name: `auto` takes OpenVINO where it is installed, no GPU is there, and the model can be converted.
        dtype: arithmetic; `auto` takes bf16 where it is native.
        threads: 0 for all processors that this process may use.
        store: where OpenVINO's graph is kept.

    Raises:
        ConfigurationError: `openvino` is asked for and is not installed or cannot run this model.
    """
    import torch

    is_there = importlib.util.find_spec("openvino") is not None
    if name == "openvino" and not is_there:
        raise ConfigurationError("model.engine is openvino, which is not installed (pip install openvino)")
    if name == "openvino" or (name == "auto" and is_there and not torch.cuda.is_available()):
        try:
            return OpenVinoEngine(load, layers, dtype, threads, store)
        except ConfigurationError as error:
            if name == "openvino":
                raise
            log.warning("%s; PyTorch runs it, more slowly", error)
    return TorchEngine(load(), layers, dtype)


def _has_bf16(device: torch.device) -> bool:
    import torch

    return torch.cuda.is_bf16_supported() if device.type == "cuda" else has_fast_bf16()
