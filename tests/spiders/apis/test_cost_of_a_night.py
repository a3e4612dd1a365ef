"""What a night costs at an owner's API follows the news, not the archive: 12 new reviews over 1,000 or 100,000 old."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.records import CoverageStatus, StopReason
from spiders.engine.source import sources
from tests.spiders.apis.platforms import PLATFORMS
from tests.spiders.apis.scenario import START, Month, State
from tests.spiders.loopback import Site, make_job, run

NOW = START + timedelta(days=2)
NEW, FEW, MANY, A_DAY = 12, 1_000, 100_000, 30
ASKED_BY_DATE = {"wildberries", "yandex_market"}
"""Whose requests say since when, so that the list itself ends there."""
SHOWS_A_WEEK = "google_play_console"
"""Whose list ends after a week by itself; its own month shows that."""


class Archive(Month):
    """A platform on which nothing happens: reviews that were written before, 30 a day, and 12 new ones."""

    def __init__(self, old: int) -> None:
        super().__init__((), START)
        self._held = {state.id: state for state in map(written, range(old + NEW, 0, -1))}

    def at(self, moment: datetime) -> dict[str, State]:
        """Return all reviews, whatever the moment."""
        return self._held


def written(number: int) -> State:
    """Return review `number`, of which the first is the newest."""
    days = 0.5 + number / 1000 if number <= NEW else 1.01 + (number - NEW) / A_DAY
    return State(f"review{number}", 3, f"Отзыв {number}", None, NOW - timedelta(days=days))


@pytest.fixture(scope="module")
def archives() -> Sequence[Archive]:
    return Archive(FEW), Archive(MANY)


@pytest.mark.parametrize("source", sorted(PLATFORMS.keys() - {SHOWS_A_WEEK}))
def test_a_hundred_thousand_old_reviews_cost_as_many_requests_as_a_thousand(
    source: str, archives: Sequence[Archive], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, target = PLATFORMS[source]
    asked = []
    for number, archive in enumerate(archives):
        server = kind(archive)
        server.now, server.page_size = NOW, 50
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        with server:
            job = make_job(
                tmp_path,
                Site(base_url=server.url),
                source,
                target=target,
                run_id=f"night{number}",
                now=NOW,
                watermark=NOW - timedelta(days=1),
                timeout=300,
            )
            outcome = run(job)
        assert outcome.coverage.status is CoverageStatus.ok, outcome.coverage.error
        assert outcome.coverage.stopped is (StopReason.end if source in ASKED_BY_DATE else StopReason.watermark)
        assert {server.named(f"review{one}") for one in range(1, NEW + 1)} <= set(outcome.ids)
        asked.append(len(server.calls))
    assert asked[0] == asked[1]
    assert asked[0] <= NEW + 8


def test_every_owners_api_that_reads_by_time_is_shown_to_do_so() -> None:
    by_key = {name for name, source in sources().items() if source.secret and source.live}
    assert by_key == PLATFORMS.keys()
