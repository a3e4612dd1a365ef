"""What the demo's authors meant holds together by itself, without a site."""

from datetime import UTC, datetime, timedelta

from console.demo.expected import expected, standing_at
from console.demo.scenario import NIGHT_ONE, load_scenario

NIGHTS = (1, 2, 3)


def test_what_should_wait_at_the_end_of_each_night():
    rows = expected()
    assert rows["steam", "214000110"].standing == ("answered", "answered", "reopened")
    assert rows["steam", "214000109"].standing == ("waiting", "answered", "answered")
    assert rows["steam", "214000116"].standing == ("unseen", "no_complaint", "waiting")
    assert rows["steam", "214000102"].standing == ("history",) * 3
    assert rows["amo", "1900406"].standing == ("waiting", "gone", "gone")
    assert rows["amo", "1900408"].standing == ("waiting", "answered", "reopened")
    assert rows["amo", "1900411"].standing == ("unseen", "waiting", "waiting")
    assert rows["amo", "1900414"].standing == ("unseen", "waiting", "answered")
    assert rows["discourse", "57"].standing == ("waiting", "waiting", "answered")
    assert rows["discourse", "60"].standing == ("unseen", "unseen", "waiting")
    assert rows["app_store", "9100000217"].standing == ("unseen", "unseen", "reply_not_visible")
    assert ("steam", "214000115") in standing_at(2, "waiting", subtle=True) - standing_at(2, "waiting")


def test_the_scenario_is_lively_and_consistent():
    world = load_scenario()
    reviews = [(listing, story) for listing in world.listings for story in world.reviews[listing.id]]
    assert 60 <= len(reviews) <= 85
    assert len({(listing.source, story.id) for listing, story in reviews}) == len(reviews)
    complaints = [story for _, story in reviews if story.complaint]
    assert 0.25 <= len(complaints) / len(reviews) <= 0.42
    assert 4 <= sum(story.subtle for story in complaints) <= 8
    steps = world.steps
    for listing, story in reviews:
        assert story.posted <= steps[story.from_night - 1], story.id
        assert story.replied is None or story.replied > story.posted, story.id
        assert (story.stars is None) == (listing.source == "discourse"), story.id
        for change in story.changes:
            assert steps[change.night - 2] <= change.at <= steps[change.night - 1], story.id
            assert change.at > story.posted
        assert [c.night for c in story.changes] == sorted(c.night for c in story.changes)
    ages = [-story.posted for _, story in reviews if story.from_night == 1]
    for low, high in ((0, 7), (7, 30), (30, 999)):
        assert sum(timedelta(days=low) <= age < timedelta(days=high) for age in ages) >= 5


def test_all_dates_follow_from_night_one():
    later = datetime(2031, 5, 7, 1, 2, 3, tzinfo=UTC)
    for listing in load_scenario().listings:
        pairs = zip(
            load_scenario().shown(listing.id, 3, NIGHT_ONE), load_scenario().shown(listing.id, 3, later), strict=True
        )
        for here, there in pairs:
            assert there.posted_at - here.posted_at == later - NIGHT_ONE
            assert (here.reply_at is None) == (there.reply_at is None)
