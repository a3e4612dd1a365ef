"""A month of Google Business Profile: the spider reads a faithful server, and the warehouse tells what happened."""

from pathlib import Path

import pytest

from core.home import Home
from core.records import CoverageStatus
from spiders.engine.reparsing import raw_files, reparse_file, reparse_id
from tests.spiders.apis.google_business_server import PLACE, GoogleBusiness
from tests.spiders.apis.month import check_refusals, crawl_month, refusals
from tests.spiders.apis.nights import Nights, check_month, leaks
from tests.spiders.apis.scenario import MONTH, STORY
from tests.spiders.apis.server import opened

SOURCE = "google_business"
NIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 15, 16, 17, 19, 20, 21, 22, 23, 24, 27, 28, 30)
REFUSED = {
    "plan": "give it a role there",
    "scope": "without the scope that is needed",
    "disabled": "enable it in the Google Cloud console",
    "quota": "quota is used up",
}


def test_every_event_of_a_month_is_the_truth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(monkeypatch, GoogleBusiness, MONTH) as server:
        nights = Nights(tmp_path, server, SOURCE, PLACE)
        coverage = crawl_month(nights, NIGHTS)
        check_month(nights, coverage, blocked={19: "ACCESS_TOKEN_EXPIRED"})
        assert nights.column("reply_state")["maria"] == "published"
        assert leaks(nights, *server.planted, *server.tokens) == []


def test_several_places_are_read_as_one_listing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(monkeypatch, GoogleBusiness, MONTH) as server:
        nights = Nights(tmp_path, server, SOURCE, "accounts/11", options='options = { locations = "22, 33" }')
        coverage = crawl_month(nights, (12, 13, 18))
        assert [look.status for look in coverage.values()] == [CoverageStatus.ok] * 3
        assert {
            call.body["pageToken"] for call in server.calls if isinstance(call.body, dict) and "pageToken" in call.body
        }
        assert {fact for fact in nights.events() if fact.event != "gone"} == server.month.events(server.looks().items())
    home, run = Home(tmp_path.resolve()), "night-12"
    (warc,) = raw_files(home, run)
    again = reparse_file(home, warc, run, reparse_id(home, run), bytes(16))
    assert (again.problem, again.mended, again.lost) == (None, 0, 0)
    assert again.unchanged == len(server.looks()[coverage[12].finished_at])


def test_refusals_are_clear_sentences_and_never_zero_reviews(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(monkeypatch, GoogleBusiness, STORY, *refusals(REFUSED)) as server:
        check_refusals(Nights(tmp_path, server, SOURCE, PLACE, retries=0), REFUSED)


def test_consent_that_was_revoked_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(monkeypatch, GoogleBusiness, MONTH) as server:
        server.grant_refusal = ("invalid_grant", "Token has been expired or revoked.")
        nights = Nights(tmp_path, server, SOURCE, PLACE)
        coverage = crawl_month(nights, [4])[4]
        assert coverage.status is CoverageStatus.blocked
        assert "the consent was revoked or has ended" in str(coverage.error)
        assert leaks(nights, *server.planted) == []


def test_without_a_key_nothing_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(monkeypatch, GoogleBusiness, MONTH) as server:
        monkeypatch.delenv("GOOGLE_BUSINESS_CREDENTIALS")
        coverage = crawl_month(Nights(tmp_path, server, SOURCE, PLACE), [4])[4]
        assert coverage.status is CoverageStatus.blocked
        assert "GOOGLE_BUSINESS_CREDENTIALS (a JSON object" in str(coverage.error)
        assert server.calls == []
