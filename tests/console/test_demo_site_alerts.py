"""The demo's calendar, firms and dates make every kind of alert due, whatever the model thinks of the words."""

from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from alerts.cases import advance, apply
from alerts.details import LEVEL_OF
from alerts.planning import plan
from console.demo.expected import ALERTS, expected
from console.demo.scenario import NIGHT_ONE, ReviewState, load_scenario
from console.demo.watchlist import write_home
from core.records import CaseFacts, History, ReplyState
from core.settings import load_settings
from core.watchlist import load_watchlist

BASES = {name: f"http://127.0.0.1:{port}" for port, name in enumerate(("steam", "app_store", "amo", "discourse"), 9000)}
SINGLE = {alert for alert in ALERTS if alert[1] != "coverage"}


def _facts(source: str, review_id: str, listing_id: str, night: int, nights: tuple[datetime, ...]) -> CaseFacts:
    """Return what a warehouse knows of a review after the looks of the nights up to `night`."""
    story = next(story for story in load_scenario().reviews[listing_id] if story.id == review_id)
    looks: list[tuple[datetime, ReviewState]] = []
    for number, moment in enumerate(nights[:night], start=1):
        looks += [(moment, r) for r in load_scenario().shown(listing_id, number, NIGHT_ONE) if r.id == review_id]
    last = looks[-1][1]
    replied = [moment for moment, look in looks if look.reply]
    without = [moment for moment, look in looks if not look.reply and replied and moment > replied[0]]
    edits = [seen for (_, before), (seen, look) in pairwise(looks) if look.text != before.text]
    return CaseFacts(
        source=source,
        review_id=review_id,
        listing_id=listing_id,
        rating=((last.stars or 1) - 1) / 4,
        posted_at=last.posted_at,
        first_seen_at=looks[0][0],
        last_seen_at=looks[-1][0],
        content_hash=f"{last.edits:032}",
        content_seen_at=edits[-1] if edits else looks[0][0],
        is_baseline=story.from_night == 1,
        reply_state=ReplyState.published if last.reply else ReplyState.none,
        reply_seen_at=replied[0] if last.reply else None,
        reply_at=last.reply_at,
        reply_removed_at=without[1] if len(without) > 1 else None,
        edited_after_reply_at=edits[-1] if edits and replied and edits[-1] > replied[0] else None,
    )


@pytest.mark.parametrize("night", [2, 3])
def test_the_dates_make_each_alert_due(tmp_path: Path, night: int) -> None:
    write_home(tmp_path, BASES, year=NIGHT_ONE.year)
    watchlist, settings = load_watchlist(tmp_path), load_settings(tmp_path)
    nights = load_scenario().nights(NIGHT_ONE)
    planned = set()
    for source, review_id in {(alert[3], alert[4]) for alert in SINGLE}:
        listing_id = expected()[source, review_id].listing_id
        facts = None
        for number in range(1, night + 1):
            if expected()[source, review_id].at(number) == "unseen":
                continue
            fresh = _facts(source, review_id, listing_id, number, nights)
            before = (
                {name: getattr(facts, name) for name in ("decided_hash", "decided_at", "decided_reason", "case")}
                if facts
                else {}
            )
            facts = fresh.model_copy(update=before)
            change = advance(facts, watchlist=watchlist, settings=settings, now=nights[number - 1])
            facts = apply(facts, change)
        assert facts is not None
        result = plan([facts], watchlist=watchlist, settings=settings, now=nights[night - 1], history=History())
        planned |= {
            (night, str(alert.rule), alert.destination, alert.source, alert.review_id)
            for alert in result.alerts
            if alert.level >= 1
        }
    assert planned == {alert for alert in SINGLE if alert[0] == night}


def test_every_expected_rule_exists_and_everybody_is_on_the_watchlist(tmp_path: Path) -> None:
    write_home(tmp_path, BASES, year=NIGHT_ONE.year)
    people = {person.id for person in load_watchlist(tmp_path).people}
    assert {alert[1] for alert in ALERTS} <= {str(rule) for rule in LEVEL_OF}
    assert {alert[2] for alert in ALERTS} == people
