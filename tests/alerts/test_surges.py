"""A surge is held as a whole: also what another message would have spoken for."""

from datetime import timedelta
from typing import Any

from alerts.campaigns import Campaigns
from alerts.planning import plan
from core.campaigns import Found, Member
from core.records import History

WAVE = ("w1", "w2", "w3")


def test_what_the_message_of_a_campaign_speaks_for_is_held_with_it(
    watchlist: Any, settings: Any, make_facts: Any, make_case: Any, start: Any
) -> None:
    facts = [
        make_facts(
            review_id=name, listing_id="l1", decided_hash="h1", decided_reason="low_rating", decided_at=start,
            case=make_case(review_id=name, listing_id="l1"),
        )
        for name in (*WAVE, *(f"r{number}" for number in range(21)))
    ]  # fmt: skip
    source = facts[0].source
    members = tuple(
        Member(campaign_id="c", kind="wave", source=source, review_id=name, leads=name == WAVE[0]) for name in WAVE
    )
    given = {"watchlist": watchlist, "settings": settings, "now": start + timedelta(days=3)}
    for maximum, is_held in ((0, True), (9, False)):
        result = plan(
            facts,
            history=History(nightly_maximum=maximum),
            campaigns=Campaigns(Found(members=members)),
            **given,
        )
        spoken_for = [alert for alert in result.alerts if alert.alert_key in result.covered]
        assert {alert.review_id for alert in spoken_for} <= set(WAVE)
        assert spoken_for
        assert {alert.held for alert in result.alerts if alert.level >= 1} == {is_held}
