"""OpenVINO and PyTorch: they say the same, of a text the same whatever stands beside it, and neither calls home."""

import importlib.util
import logging
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import transformers

from core.errors import ConfigurationError
from models import encoder, engines, graphs
from models.checkpoint import SHIPPED, find
from models.encoder import TextModel
from models.segments import segments
from models.sentences import pieces

TEXTS = [
    "Отвратительно.",
    "Ждали врача два часа, а в регистратуре нахамили. Сам врач хороший, спасибо ему.",
    "Посилку загубили, гроші не повертають. Телефонувала тричі, обіцяли розібратися.",
    "The room was clean and quiet, and breakfast started at seven as promised. We will come again.",
    "Всё понравилось! " * 12 + "Только деньги за отменённый номер так и не вернули. " + "Персонал вежливый. " * 12,
    "👍",
]
needs_openvino = pytest.mark.skipif(importlib.util.find_spec("openvino") is None, reason="openvino is not installed")


def parts_of(text: str) -> list[tuple[str, int]]:
    return segments("", text, pieces(text))


@pytest.fixture(scope="module", params=["torch", pytest.param("openvino", marks=needs_openvino)])
def model(request) -> TextModel:
    return TextModel.load(find(None), engine=request.param)


@needs_openvino
@pytest.mark.parametrize("size", ["quality", "fast"])
def test_both_engines_give_the_same_probabilities(size) -> None:
    reviews = [parts_of(text) for text in TEXTS]
    ours, other = (
        TextModel.load(find(None), size=size, engine=name, dtype="fp32").score(reviews)
        for name in ("openvino", "torch")
    )
    assert np.exp(ours.whole) == pytest.approx(np.exp(other.whole), abs=1e-4)
    assert np.exp(ours.sentences) == pytest.approx(np.exp(other.sentences), abs=1e-4)


@needs_openvino
def test_half_precision_moves_a_probability_by_less_than_a_hundredth() -> None:
    reviews = [parts_of(text) for text in TEXTS]
    exact, fast = (TextModel.load(find(None), dtype=dtype).score(reviews) for dtype in ("fp32", "bf16"))
    assert np.exp(fast.whole) == pytest.approx(np.exp(exact.whole), abs=0.01)


def test_a_text_alone_gets_what_it_gets_among_others(model) -> None:
    among = model.score([parts_of(text) for text in TEXTS * 3])
    for at, text in enumerate(TEXTS):
        alone = model.score([parts_of(text)])
        assert np.array_equal(among.whole[at], alone.whole[0])
        first, last = among.first[at], among.first[at + 1]
        assert np.exp(among.sentences[first:last]) == pytest.approx(np.exp(alone.sentences), abs=1e-6)


@needs_openvino
def test_openvino_is_taken_on_a_processor_and_reports_to_nobody() -> None:
    script = (
        "import sys; from models.encoder import TextModel; from models.checkpoint import find; "
        "print(TextModel.load(find(None)).engine.said, sys.modules['openvino_telemetry'])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(("openvino", "torch, bf16" if _has_gpu() else "openvino"))
    assert done.stdout.split()[-1] == "None"


def _has_gpu() -> bool:
    import torch

    return torch.cuda.is_available()


def test_an_engine_that_is_not_installed_is_named(monkeypatch, tiny) -> None:
    monkeypatch.setattr(engines.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match=r"model\.engine is openvino, which is not installed"):
        TextModel.load(find(str(tiny)), engine="openvino")
    assert TextModel.load(find(str(tiny))).engine.said.startswith("torch")


@needs_openvino
def test_a_kept_graph_says_the_same_to_the_last_bit_without_reading_the_weights(monkeypatch, tmp_path) -> None:
    reviews = [parts_of(text) for text in TEXTS]
    plain, first = TextModel.load(find(None)), TextModel.load(find(None), graphs=tmp_path)
    monkeypatch.setattr(encoder, "_weights", lambda *_: pytest.fail("the weights were read again"))
    again = TextModel.load(find(None), graphs=tmp_path)
    assert [one.suffix for one in sorted(tmp_path.rglob("graph.*"))] == [".bin", ".xml"]
    for other in (first, again):
        assert np.array_equal(other.score(reviews).whole, plain.score(reviews).whole)
        assert np.array_equal(other.score(reviews).sentences, plain.score(reviews).sentences)


@needs_openvino
@pytest.mark.parametrize("broken", ["torn", "no folder"])
def test_a_graph_that_cannot_be_kept_or_read_is_made_again_and_said(broken, tmp_path, tiny, caplog) -> None:
    folder = tmp_path / "graphs"
    if broken == "no folder":
        folder.write_text("a file where the folder should be")
    else:
        TextModel.load(find(str(tiny)), graphs=folder)
        (graph,) = folder.rglob("graph.bin")
        graph.write_bytes(graph.read_bytes()[:100])
    with caplog.at_level(logging.WARNING, "otklik.models"):
        model = TextModel.load(find(str(tiny)), engine="openvino", graphs=folder)
    assert ("made again" if broken == "torn" else "cannot be kept") in caplog.text
    plain = TextModel.load(find(str(tiny)), engine="openvino")
    reviews = [parts_of("очень плохо")]
    assert np.array_equal(model.score(reviews).whole, plain.score(reviews).whole)


@needs_openvino
def test_only_the_newest_graphs_stay(tmp_path) -> None:
    for number in range(graphs.MOST + 2):
        graphs.graph_of(graphs.Store(tmp_path, f"weights-{number}"), _some_graph)
        os.utime(next(tmp_path.glob(f"weights-{number}-*")), (number, number))
    graphs.graph_of(graphs.Store(tmp_path, "newest"), _some_graph)
    assert sorted(one.name.split("-openvino")[0] for one in tmp_path.iterdir()) == ["newest", "weights-3", "weights-4"]


def _some_graph() -> Any:
    from openvino import Model, opset13

    given = opset13.parameter([-1, 2], name="given")
    return Model([opset13.relu(given)], [given])


@needs_openvino
def test_a_model_that_cannot_be_converted_runs_in_torch_and_says_so(monkeypatch, caplog) -> None:
    import openvino

    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("no such operation: aten::novelty")

    monkeypatch.setattr(openvino, "convert_model", refuse)
    folder = str(SHIPPED)
    with caplog.at_level(logging.WARNING, "otklik.models"):
        model = transformers.AutoModelForSequenceClassification.from_pretrained(folder)
        assert engines.start(lambda: model, (12,), name="auto", dtype="fp32", threads=1).said == "torch, fp32"
    assert "aten::novelty" in caplog.text
    with pytest.raises(ConfigurationError, match="aten::novelty"):
        engines.start(lambda: model, (12,), name="openvino", dtype="fp32", threads=1)
