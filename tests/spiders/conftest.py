"""Fixtures of crawls: a site on the loopback, and a way to crawl it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.spiders.loopback import Outcome, Site, make_job, run, serve


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rerecord", action="store_true", help="write the output.json of all recordings anew")


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    server = serve(site)
    yield site
    server.shutdown()
    server.server_close()


@pytest.fixture
def crawled(site: Site, tmp_path: Path) -> Callable[..., Outcome]:
    """Crawl the site: `crawled("amo", watermark=..., max_pages=3)`."""
    return lambda source, **changes: run(make_job(tmp_path, site, source, **changes))
