"""A new source passes what all sources pass, before a word of it is changed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import spiders
from core.errors import ConfigurationError
from spiders.engine.new_source import new_source
from spiders.engine.replay import recorded_output


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "spiders").mkdir()
    monkeypatch.setattr(spiders, "__path__", [*spiders.__path__, str(tmp_path / "spiders")])
    return tmp_path


def test_a_new_source_reads_its_recording(root: Path) -> None:
    module, *recording = new_source("corner_shop", title="Corner Shop", base_url="https://shop.example/", root=root)
    output = recorded_output(root / "tests" / "recorded" / "corner_shop" / "first_page")
    assert json.loads(recording[-1].read_text(encoding="utf-8")) == output
    assert output["coverage"]["status"] == "ok"
    assert [review["reply_state"] for review in output["reviews"]] == ["published", "none"]
    checks = subprocess.run([sys.executable, "-m", "ruff", "check", "-q", str(module)], capture_output=True, text=True)
    assert checks.returncode == 0, checks.stdout
    style = subprocess.run([sys.executable, "-m", "ruff", "format", "--check", "--line-length", "120", str(module)])
    assert style.returncode == 0
    with pytest.raises(ConfigurationError, match="is there already"):
        new_source("corner_shop", title="Corner Shop", base_url="https://shop.example", root=root)


@pytest.mark.parametrize(
    ("name", "title", "base_url"),
    [
        ("Shop", "Shop", "https://shop.example"),
        ("../shop", "Shop", "https://shop.example"),
        ("shop", 'a"; import os', "https://shop.example"),
        ("shop", "Shop", "file:///etc/passwd"),
        ("shop", "Shop", 'https://shop.example/"+evil'),
    ],
)
def test_what_cannot_be_a_source_is_refused(root: Path, name: str, title: str, base_url: str) -> None:
    with pytest.raises(ConfigurationError):
        new_source(name, title=title, base_url=base_url, root=root)
    assert not list((root / "spiders").iterdir())
