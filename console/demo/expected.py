"""Where every review of the demo should stand at the end of each night, from what its author meant.

A model may misjudge the reviews marked `subtle`; all others are the facts that an end-to-end run is held to.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from console.demo.scenario import DemoListing, ReviewStory, Scenario, load_scenario

Standing = Literal["unseen", "no_complaint", "history", "waiting", "answered", "reopened", "gone", "reply_not_visible"]
SHOWS_NO_REPLIES = frozenset({"app_store"})
LISTED = timedelta(days=30)
"""History older than this is counted, and becomes no case."""

ALERTS: frozenset[tuple[int, str, str, str, str]] = frozenset(
    {
        (2, "coverage", "anna", "otklik", "zhyva-polytsia-forum"),
        (3, "near_miss", "marina", "steam", "214000113"),
        (3, "reply_removed", "marina", "steam", "214000110"),
        (3, "late", "oksana", "amo", "1900411"),
        (3, "late", "oksana", "amo", "1900412"),
        (3, "escalation", "anna", "amo", "1900411"),
        (3, "edited_after_reply", "oksana", "amo", "1900408"),
    }
)
"""Alerts that must be planned whatever the model thinks: night, rule, destination, source, review (or listing)."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the end of each night should show of one review."""

    source: str
    listing_id: str
    review_id: str
    subtle: bool
    certain: bool
    """Its stars alone decide: a complaint by its low rating, whatever the model thinks of the words."""
    standing: tuple[Standing, ...]
    """At the end of night 1, 2, 3. `unseen`: not there yet, or its source was broken since it appeared."""

    def at(self, night: int) -> Standing:
        """Return the standing at the end of a night."""
        return self.standing[night - 1]


def expected(scenario: Scenario | None = None) -> dict[tuple[str, str], Expected]:
    """Return the expectation for every review, by (source, review_id)."""
    world = scenario or load_scenario()
    rows = (_expect(world, listing, story) for listing in world.listings for story in world.reviews[listing.id])
    return {(row.source, row.review_id): row for row in rows}


def standing_at(night: int, standing: Standing, *, subtle: bool = False) -> frozenset[tuple[str, str]]:
    """Return the keys of the reviews that stand so at the end of a night; subtle ones only on demand."""
    return frozenset(key for key, row in expected().items() if row.at(night) == standing and (subtle or not row.subtle))


def _expect(world: Scenario, listing: DemoListing, story: ReviewStory) -> Expected:
    standings: list[Standing] = []
    for night in range(1, world.last_night + 1):
        if world.has_trouble(listing.source, night, "captcha"):
            standings.append(standings[-1] if standings else "unseen")
        else:
            standings.append(_standing(listing, story, night))
    stars = [story.stars, *(change.stars for change in story.changes if change.stars is not None)][-1]
    return Expected(
        listing.source,
        listing.id,
        story.id,
        story.subtle,
        stars is not None and stars <= 2,
        tuple(standings),
    )


def _standing(listing: DemoListing, story: ReviewStory, night: int) -> Standing:
    """Follow one review up to a night, as an attentive person would keep its case."""
    if night < story.from_night:
        return "unseen"
    complaint, replied, reopened = story.complaint, story.reply is not None, False
    removed_on: int | None = None
    for change in story.changes:
        if change.night > night:
            break
        if change.deleted:
            return "gone"
        complaint = complaint if change.complaint is None else change.complaint
        reopened = reopened or (replied and change.text is not None)
        if change.reply is not None:
            replied, reopened = True, False
        if change.reply_removed:
            removed_on = change.night
    if not complaint:
        return "no_complaint"
    if reopened or (removed_on is not None and night > removed_on):
        return "reopened"  # a reply counts as gone when two looks in a row miss it
    if -story.posted > LISTED:
        return "history"
    if listing.source in SHOWS_NO_REPLIES:
        return "reply_not_visible"
    return "answered" if replied else "waiting"
