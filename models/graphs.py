"""Converted graphs, kept from one start to the next.

Tracing the encoder for OpenVINO takes longer than all else of a start. A graph is kept under a key that names the
weights and the versions of what made it; it runs from its file the first time, too, so that a start from what is kept
gives the same probabilities to the last bit.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger("otklik.models")
MOST = 3
"""Graphs that stay: some 170 MB each, of two sizes and a checkpoint that is being tried."""
_GRAPH, _WEIGHTS = "graph.xml", "graph.bin"


@dataclass(frozen=True, slots=True)
class Store:
    """Where graphs are kept, and the name of the weights of one; a file may be named by it."""

    folder: Path
    weights: str


def graph_of(store: Store | None, convert: Callable[[], Any]) -> Any:
    """Return a graph as OpenVINO reads it, converted where nobody did so before.

    A folder that cannot be written is no reason not to judge: the graph is converted again each time, and that is said.

    Args:
        store: None keeps nothing.
        convert: makes the graph; what it raises goes through.
    """
    import openvino

    if store is None:
        return convert()
    folder = store.folder
    chosen = folder / f"{store.weights}-openvino-{version('openvino')}-transformers-{version('transformers')}"
    try:
        if not (chosen / _GRAPH).is_file():
            _keep(chosen, convert())
        chosen.touch()
        return openvino.Core().read_model(chosen / _GRAPH, chosen / _WEIGHTS)
    except OSError as error:
        log.warning("%s: the converted model cannot be kept, so each start takes longer: %s", folder, error)
    except RuntimeError as error:
        log.warning("%s: cannot be read and is made again: %s", chosen, str(error).strip().splitlines()[0])
        shutil.rmtree(chosen, ignore_errors=True)
    return convert()


def _keep(chosen: Path, graph: Any) -> None:
    """Write a graph under its final name in one step, and let the oldest ones go."""
    import openvino

    chosen.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=chosen.parent, prefix=".new-") as new:
        made = Path(new) / "graph"
        made.mkdir()
        openvino.save_model(graph, made / _GRAPH, compress_to_fp16=False)
        if not chosen.exists():
            made.rename(chosen)
    others = sorted(
        (one for one in chosen.parent.iterdir() if one != chosen and not one.name.startswith(".new-")),
        key=lambda one: one.stat().st_mtime,
    )
    for old in others[: max(0, len(others) + 1 - MOST)]:
        shutil.rmtree(old, ignore_errors=True)
