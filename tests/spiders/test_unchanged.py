"""A pulse asks only for what changed; a night asks for everything."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.records import CoverageStatus, StopReason
from tests.spiders.loopback import NOW, Answer, Outcome, Site, days_ago, rating, ratings_page
from tests.spiders.test_mutations_of_crawls import CASES, crawl_all, job_of

RATINGS = "/api/v5/ratings/rating/"
Crawled = Callable[..., Outcome]


def conditions(site: Site) -> list[tuple[str | None, str | None]]:
    return [(seen.get("If-None-Match"), seen.get("If-Modified-Since")) for seen in site.headers_seen]


def page(tag: str | None, *numbers: int) -> Answer:
    headers = {"ETag": f'"{tag}"', "Last-Modified": "Sun, 22 Nov 2026 01:02:03 GMT"} if tag else {}
    return Answer(ratings_page([rating(number) for number in numbers]), headers=headers)


def test_a_pulse_tells_which_page_it_knows_and_believes_that_it_is_the_same(site: Site, crawled: Crawled) -> None:
    site.script[RATINGS] = [page("a", 1), Answer("", status=304), Answer("", status=304), page("b", 2, 1), page("b", 2)]
    told: dict[str, Any] = {"watermark": days_ago(3), "now": NOW}
    assert crawled("amo", run_id="night", **told).ids == ["1"]
    for run_id in ("pulse1", "pulse2"):
        same = crawled("amo", run_id=run_id, pulse=True, **told)
        assert (same.coverage.status, same.coverage.stopped) == (CoverageStatus.ok, StopReason.unchanged)
        assert (same.coverage.pages, same.ids, same.coverage.is_full) == (1, [], False)
    assert crawled("amo", run_id="pulse3", pulse=True, **told).ids == ["2", "1"]
    assert crawled("amo", run_id="night2", **told).ids == ["2"]
    known = ('"a"', "Sun, 22 Nov 2026 01:02:03 GMT")
    assert conditions(site) == [(None, None), known, known, known, (None, None)]


def test_nothing_is_remembered_of_a_bad_reading_or_of_a_page_without_validators(
    site: Site, crawled: Crawled, tmp_path: Path
) -> None:
    broken = Answer(ratings_page([rating(1)], count=9), headers={"ETag": '"x"'})
    site.script[RATINGS] = [page("a", 1), broken, page(None, 1), page("c", 1), page("c", 1)]
    told: dict[str, Any] = {"watermark": None, "now": NOW}
    kept = tmp_path / "data" / "validators" / "amo" / "amo-shop.json"
    assert crawled("amo", run_id="n1", **told).coverage.status is CoverageStatus.ok
    assert kept.exists()
    assert crawled("amo", run_id="n2", **told).coverage.status is CoverageStatus.short
    assert not kept.exists()
    crawled("amo", run_id="n3", **told)
    assert not kept.exists()
    crawled("amo", run_id="n4", **told)
    kept.write_text("[broken")
    assert crawled("amo", run_id="p5", pulse=True, **told).ids == ["1"]
    assert conditions(site)[-1] == (None, None)


def test_open_reviews_that_only_the_list_shows_need_the_list(site: Site, crawled: Crawled) -> None:
    body = {"response": {"reviews": [], "cursor": "*", "query_summary": {}, "total_matching": 0}}
    site.script["/IUserReviewsService/GetAppReviews/v1/"] = Answer(body, headers={"ETag": '"s"'})
    crawled("steam", run_id="n1", now=NOW)
    crawled("steam", run_id="p1", now=NOW, pulse=True)
    crawled("steam", run_id="p2", now=NOW, pulse=True, open_reviews=[{"review_id": "7", "posted_at": days_ago(2)}])
    assert [etag for etag, _ in conditions(site)] == [None, '"s"', None]


def test_every_site_that_needs_no_key_may_say_that_its_first_page_is_the_same(site: Site, tmp_path: Path) -> None:
    cases = [case for case in CASES.values() if case.name == "as recorded"]
    jobs = []
    for number, case in enumerate(cases):
        for address, answers in case.script.items():
            marked = [replace(answer, headers={"ETag": f'"{number}"'}) for answer in answers]
            site.script[f"/case-{number}{address}"] = marked
        job = job_of(case, tmp_path, f"{site.base_url}/case-{number}", number)
        jobs.append(job.model_copy(update={"open_reviews": ()}))
    nights = crawl_all(jobs)
    assert sum(night.status is CoverageStatus.ok for night in nights) >= len(cases) - 1
    site.headers_seen.clear()
    site.script = dict.fromkeys(site.script, Answer("", status=304))
    pulses = [
        job.model_copy(update={"pulse": True, "run_id": "pulse", "watermark": night.watermark})
        for job, night in zip(jobs, nights, strict=True)
        if night.status is CoverageStatus.ok
    ]
    for coverage in crawl_all(pulses):
        assert (coverage.status, coverage.stopped) == (CoverageStatus.ok, StopReason.unchanged), coverage
        assert (coverage.pages, coverage.collected) == (1, 0)
    assert len([etag for etag, _ in conditions(site) if etag]) == len(pulses)
