"""What takes a week of simulated nights is left to `make simulate`."""

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "simulate" in (config.option.markexpr or ""):
        return
    skip = pytest.mark.skip(reason="a week of simulated nights: `make simulate`")
    for item in items:
        if item.get_closest_marker("simulate"):
            item.add_marker(skip)
