"""Manners between listings: one request a host, the delay also between two crawls, and sources switched off."""

import asyncio
from itertools import pairwise
from pathlib import Path

import pytest

from core.errors import ConfigurationError, InputError
from flows.collect import crawled_listings
from flows.crawling import crawl_listings
from flows.job import Job
from flows.runner import Direct
from tests.spiders.loopback import Site, rating, ratings_page, serve

RATINGS = "/api/v5/ratings/rating/"


def home(root: Path, address: str, crawl: str) -> Path:
    listings = "".join(
        f'[[listings]]\nid = "{name}"\nsource = "amo"\ncompany = "firm"\ntarget = "{name}"\nbase_url = "{address}"\n'
        for name in ("one", "two")
    )
    (root / "watchlist.toml").write_text(f'[[companies]]\nid = "firm"\nname = "Firm"\n{listings}')
    (root / "otklik.toml").write_text(f"[crawl]\ntimeout = 120\nretries = 0\n{crawl}\n[run]\nparquet = false\n")
    return root


def test_two_listings_of_one_host_are_read_one_after_the_other_with_the_delay_between(tmp_path: Path) -> None:
    site = Site(script={RATINGS: ratings_page([rating(1)])})
    server = serve(site)
    job = Job.open(home(tmp_path, site.base_url, "delay = 4"))
    report = asyncio.run(crawl_listings(job, Direct(), ["one", "two"]))
    server.shutdown()
    server.server_close()
    assert report.is_covered
    assert sorted(row.news for row in report.listings) == ["1 new", "no new reviews"]
    assert len(site.asked) == 2
    assert all(later - earlier >= 4 for earlier, later in pairwise(site.moments))


def test_a_source_that_is_switched_off_is_asked_for_nothing(tmp_path: Path) -> None:
    job = Job.open(home(tmp_path, "http://127.0.0.1:9", 'off = ["amo"]'))
    assert crawled_listings(job) == []
    with pytest.raises(InputError, match="switched off"):
        crawled_listings(job, ["one"])
    with pytest.raises(ConfigurationError, match="no source 'ammo'"):
        crawled_listings(Job.open(home(tmp_path, "http://127.0.0.1:9", 'off = ["ammo"]')))
