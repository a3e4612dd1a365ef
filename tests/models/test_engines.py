"""OpenVINO and PyTorch: they say the same, of a text the same whatever stands beside it, and neither calls home."""

import importlib.util
import logging
import subprocess
import sys

import numpy as np
import pytest
import transformers

from core.errors import ConfigurationError
from models import engines
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
def test_a_model_that_cannot_be_converted_runs_in_torch_and_says_so(monkeypatch, caplog) -> None:
    import openvino

    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("no such operation: aten::novelty")

    monkeypatch.setattr(openvino, "convert_model", refuse)
    folder = str(SHIPPED)
    with caplog.at_level(logging.WARNING, "otklik.models"):
        model = transformers.AutoModelForSequenceClassification.from_pretrained(folder)
        assert engines.start(model, (12,), name="auto", dtype="fp32", threads=1).said == "torch, fp32"
    assert "aten::novelty" in caplog.text
    with pytest.raises(ConfigurationError, match="aten::novelty"):
        engines.start(model, (12,), name="openvino", dtype="fp32", threads=1)
