"""Shared by all tests: the folder of recorded payloads, which a clone of the project alone does not have."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    folder = Path(os.environ.get("OTKLIK_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip("recorded payloads and labelled reviews are not beside this checkout (OTKLIK_SHARED names them)")
    return folder


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "replay" in (config.option.markexpr or ""):
        return
    skip = pytest.mark.skip(reason="every night of the real files: `make replay`")
    for item in items:
        if item.get_closest_marker("replay"):
            item.add_marker(skip)
