"""Shared by all tests: the folder of recorded payloads, which a clone of the project alone does not have."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# The same examples in every run, so that a change is judged by itself; OTKLIK_FUZZ=1 looks for new ones.
# How long one takes is no defect: other work may have the processor.
_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("steady", _PATIENT, derandomize=True)
settings.register_profile("looking", _PATIENT)
settings.load_profile("looking" if os.environ.get("OTKLIK_FUZZ") else "steady")

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
