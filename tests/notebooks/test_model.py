"""The model's notebook on a small sample: its figures are those of the sample, and no text can act in it."""

import importlib.util
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from console.evaluating import JudgedFile, Sample
from console.tables import Table
from core.records import Evidence, Label, Prediction
from flows.job import Job
from models.evaluation.guarantee import Labels
from models.evaluation.measures import Judged

pytest.importorskip("marimo", reason="the extra `notebooks` is not installed")
pytest.importorskip("altair", reason="the extra `notebooks` is not installed")

NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "02_model.py"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
HOSTILE = "<script>window.acted = 1</script> Звоните +7 921 555-35-35, ждали два часа."


def small(n: int = 80) -> JudgedFile:
    """Return a judged sample: every fifth complaint is missed, every fourth of the others a false alarm."""
    bad = np.arange(n) % 2 == 0
    score = np.where(bad, np.where(np.arange(n) % 10 == 0, 0.02, 0.9), np.where(np.arange(n) % 8 == 1, 0.5, 0.03))
    p = np.stack([score, 0.3 * (1 - score), 0.7 * (1 - score)], axis=1)
    rows = [
        {"id": f"r{i}", "text": HOSTILE, "label": "negative" if bad[i] else "positive", "capability": f"kind {i % 2}"}
        for i in range(n)
    ]
    predictions = [
        Prediction(
            source="file",
            review_id=str(i),
            content_hash="0" * 32,
            p_negative=p[i, 0],
            p_neutral=p[i, 1],
            p_positive=p[i, 2],
            label=Label.negative if score[i] >= 1 / 11 else Label.positive,
            language="ru" if i < n // 2 else "uk",
            evidence=(Evidence(start=0, end=len(HOSTILE), p_negative=0.9),) if i % 3 else (),
            model="m@1",
            scored_at=NOW,
        )
        for i in range(n)
    ]
    known = np.arange(n)
    sample = Sample(
        judged=Judged(p, np.where(bad, 0, 2), score >= 1 / 11, np.zeros(n, dtype=bool), np.ones(n)),
        groups={"language ru": known[: n // 2], "language uk": known[n // 2 :]},
        labels=Labels.evenly(score, bad),
        scores=score,
        days=None,
        told=(f"{n} rows with labels",),
    )
    return JudgedFile(Table(Path("small.jsonl"), rows, (1, 5)), predictions, known, sample)


def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: JudgedFile) -> tuple[str, Mapping[str, Any]]:
    from marimo._output.formatting import as_html

    monkeypatch.syspath_prepend(str(NOTEBOOK.parent))
    spec = importlib.util.spec_from_file_location("model_notebook", NOTEBOOK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    given = {
        "job": Job.open(tmp_path, now=NOW),
        "whole": whole,
        "judged": whole.sample.judged,
        "reviews_path": whole.table.path,
    }
    outputs, found = module.app.run(defs=given)
    return "\n".join(as_html(output).text for output in outputs if output is not None), found


def test_its_figures_are_those_of_the_sample_and_no_text_acts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page, found = run(tmp_path, monkeypatch, small())
    assert found["headline"].startswith("Of 40 complaints among 80 reviews, 80% are found at the threshold 0.091")
    assert [row["id"] for row in found["missed"]] == [f"r{i}" for i in range(0, 80, 10)]
    assert {row["id"] for row in found["alarms"]} == {f"r{i}" for i in range(1, 80, 8)}
    assert found["here"].opened == pytest.approx(42 / 80)
    right = {row["kind"]: (row["cases"], row["judged right"]) for row in found["by_kind"]}
    assert right == {"kind 0": (40, "80%"), "kind 1": (40, "75%")}
    assert {row["group"] for row in found["by_language"]} == {"ru (40)", "uk (40)"}
    for chart in ("calibration_chart", "workload_chart", "threshold_chart", "language_chart"):
        assert found[chart].to_dict()["config"]
    assert "<script>window" not in page
    assert "555-35-35" not in page
    assert "[phone]" in page


def test_a_file_that_is_not_there_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, str(NOTEBOOK)],
        env=os.environ | {"OTKLIK_REVIEWS": str(tmp_path / "absent.csv"), "OTKLIK_HOME": str(tmp_path)},
        cwd=NOTEBOOK.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "absent.csv" in done.stderr
    assert "Traceback" not in done.stderr
