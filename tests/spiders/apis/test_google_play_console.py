"""A month of the Play Developer API: seven days to see a review, and the look-ups that go beyond them."""

from datetime import timedelta
from pathlib import Path

import pytest

from core.records import CoverageStatus
from tests.spiders.apis.google_play_console_server import PACKAGE, GooglePlayConsole
from tests.spiders.apis.month import crawl_month
from tests.spiders.apis.nights import Nights, check_month, leaks
from tests.spiders.apis.scenario import MONTH, START, published_only
from tests.spiders.apis.server import opened

SOURCE = "google_play_console"
NIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 15, 16, 17, 19, 20, 21, 22, 24, 27, 28, 30)


def test_every_event_of_a_month_is_the_truth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(monkeypatch, GooglePlayConsole, MONTH) as server:
        nights = Nights(tmp_path, server, SOURCE, PACKAGE)
        coverage = crawl_month(nights, NIGHTS)
        # Nobody can tell whether an old review was deleted or is only too old to be seen.
        check_month(
            nights, coverage, shows=published_only, blocked={19: "ACCESS_TOKEN_EXPIRED"}, unseen_deletions={"lev"}
        )
        assert not any(look.is_full for look in coverage.values()), "what left the window would be called gone"
        assert leaks(nights, *server.planted, *server.tokens) == []


def test_an_old_case_that_cannot_be_looked_up_is_not_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(
        monkeypatch, GooglePlayConsole, "1 10:00 writes anna 1 Плохо", "9 10:00 writes boris 5 Ура", forgets_old=True
    ) as server:
        nights = Nights(tmp_path, server, SOURCE, PACKAGE)
        coverage = crawl_month(nights, (2, 10, 11))
    assert [fact.event for fact in nights.events()].count("gone") == 0
    assert all(look.status is CoverageStatus.ok for look in coverage.values())


def test_a_week_without_reviews_is_no_failure_but_a_lost_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(monkeypatch, GooglePlayConsole, "3 10:00 writes anna 5 Ура", "5 10:00 deletes anna") as server:
        nights = Nights(tmp_path, server, SOURCE, PACKAGE)
        coverage = crawl_month(nights, (2, 4, 6, 12))
    assert [look.status.value for look in coverage.values()] == ["ok", "ok", "short", "ok"]


def test_a_key_that_was_deleted_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(monkeypatch, GooglePlayConsole, MONTH) as server:
        server.grant_refusal = ("invalid_grant", "Invalid JWT Signature.")
        coverage = crawl_month(Nights(tmp_path, server, SOURCE, PACKAGE), [4])[4]
    assert coverage.status is CoverageStatus.blocked
    assert "Google does not know this key" in str(coverage.error)


def test_a_warning_comes_before_the_window_closes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(monkeypatch, GooglePlayConsole, "1 10:00 writes anna 5 Ура", "2 08:00 refuses plan") as server:
        nights = Nights(tmp_path, server, SOURCE, PACKAGE, retries=0)
        crawl_month(nights, (2, 3, 6, 7))
        warned = {moment for moment, rules in nights.problems().items() if "windowed" in rules}
    assert warned, "nobody was told"
    assert min(warned) < START + timedelta(days=8, hours=3.5), "reviews of the second day are lost from then on"
