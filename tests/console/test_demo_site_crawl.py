"""The real, unchanged spiders on the demo's site: what they bring home is what the scenario shows."""

import asyncio
import json
from pathlib import Path
from urllib.request import urlopen

import pytest

from console.demo.expected import expected
from console.demo.site import DemoSite
from console.demo.watchlist import write_home
from core.records import Coverage, CoverageStatus
from core.settings import load_settings
from core.watchlist import Listing, load_watchlist
from spiders.engine.crawl import CrawlJob, OpenReview, crawl

Landed = dict[str, dict[str, object]]


async def _night(home: Path, site: DemoSite, known: dict[str, Coverage]) -> dict[str, tuple[Coverage, Landed]]:
    watchlist, settings, slots = load_watchlist(home), load_settings(home), asyncio.Semaphore(2)

    async def one(listing: Listing) -> tuple[str, tuple[Coverage, Landed]]:
        shelf = site.scenario.shown(listing.id, max(1, site.night - 1), site.night_one)
        waiting = [
            OpenReview(review_id=review.id, posted_at=review.posted_at)
            for review in shelf
            if site.night > 1 and expected()[listing.source, review.id].at(site.night - 1) == "waiting"
        ]
        before = known.get(listing.id)
        job = CrawlJob(
            home_root=home,
            run_id=f"night-{site.night}",
            listing=listing,
            crawl=settings.crawl,
            now=site.nights[site.night - 1],
            watermark=before.watermark if before else None,
            open_reviews=tuple(waiting),
            secret="00" * 16,
        )
        async with slots:
            coverage = await crawl(job)
        path = home / "data" / "landing" / job.run_id / listing.source / f"{listing.id}.1.jsonl"
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
        return listing.id, (coverage, {row["review_id"]: row for row in rows})

    return dict(await asyncio.gather(*(one(listing) for listing in watchlist.listings)))


@pytest.mark.slow
def test_three_nights_of_the_real_spiders(tmp_path: Path) -> None:
    known: dict[str, Coverage] = {}
    nights: list[dict[str, Landed]] = []
    with DemoSite() as site:
        write_home(tmp_path, site.base_urls, year=site.night_one.year)
        for number in (1, 2, 3):
            site.set_night(number)
            found = asyncio.run(_night(tmp_path, site, known))
            for listing in site.scenario.listings:
                coverage, landed = found[listing.id]
                if site.scenario.has_trouble(listing.source, number, "captcha"):
                    assert coverage.status is CoverageStatus.blocked
                    assert not landed
                    continue
                assert coverage.status is CoverageStatus.ok, coverage
                assert coverage.quarantined == 0
                known[listing.id] = coverage
                on_site = {review.id for review in site.scenario.shown(listing.id, number, site.night_one)}
                assert set(landed) <= on_site
                if number == 1:
                    assert set(landed) == on_site
                for news in site.scenario.news(number):
                    if news.listing_id == listing.id and news.review_id and news.what != "deleted":
                        assert news.review_id in landed, news
            if number == 2:
                assert known["zhyva-polytsia-addon"].gone_ids == ("1900406",)
            nights.append({listing_id: landed for listing_id, (_, landed) in found.items()})
        assert found["zhyva-polytsia-forum"][0].status is CoverageStatus.ok
        assert nights[2]["zhyva-polytsia-forum"].keys() >= {"57", "60", "61"}
        _replies(nights)
        _links_open(site, nights[2])


def _replies(nights: list[dict[str, Landed]]) -> None:
    states = [landed["polar-owl-game"]["214000110"]["reply_state"] for landed in nights]
    assert states == ["published", "none", "none"]
    assert nights[1]["zhyva-polytsia-addon"]["1900408"]["reply_state"] == "published"
    assert nights[2]["zhyva-polytsia-forum"]["57"]["reply_state"] == "published"
    assert nights[0]["zhyva-polytsia-forum"]["49"]["reply_state"] == "published"
    assert {row["reply_state"] for row in nights[0]["polar-owl-app"].values()} == {"unknown"}


def _links_open(site: DemoSite, landed: dict[str, Landed]) -> None:
    for rows in landed.values():
        for row in rows.values():
            url = str(row["url"])
            if url.startswith(tuple(site.base_urls.values())):
                with urlopen(url, timeout=5) as answer:  # noqa: S310  our own local site
                    assert answer.status == 200
