"""Each folder tests/recorded/<source>/<case>/ is a test; `pytest tests/spiders --rerecord` writes new outputs."""

import json
from pathlib import Path

import pytest

from core.records import Review
from spiders.engine.crawl import sources
from spiders.engine.replay import recorded_output
from spiders.imports import recognise

RECORDED = Path(__file__).resolve().parents[1] / "recorded"
FOLDERS = sorted(path.parent for path in RECORDED.glob("*/*/meta.json"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_a_source_reads_its_recording(folder: Path, request: pytest.FixtureRequest) -> None:
    output = recorded_output(folder)
    expected = folder / "output.json"
    if request.config.getoption("--rerecord"):
        expected.write_text(json.dumps(output, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert output == json.loads(expected.read_text(encoding="utf-8"))


def test_every_source_has_a_recording() -> None:
    assert {folder.parent.name for folder in FOLDERS} >= sources().keys()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_a_recorded_file_is_recognised_as_its_sources(folder: Path) -> None:
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    if "file" in meta and "format" not in meta:
        assert recognise(folder / meta["file"]) == folder.parent.name


def test_together_the_recordings_fill_most_fields() -> None:
    filled = {
        key for folder in FOLDERS for row in json.loads((folder / "output.json").read_text())["reviews"] for key in row
    }
    never = {"syndicated_from", "processed_flag", "has_photo"}
    assert set(Review.model_fields) - filled <= never | {"source", "listing_id", "seen_at"}
