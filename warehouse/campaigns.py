"""What belongs together: the sketches of texts, what ties reviews, and the campaigns that were found."""

from collections.abc import Sequence
from typing import Any

from core.campaigns import Mark, Member, Sketch
from core.records import ReviewKey
from core.settings import CampaignSettings
from warehouse.store import Store

PRAISE = 0.9
"""Rating from which a review without a case counts as praise: five stars, also of ten points."""


def to_sketch(store: Store) -> list[tuple[ReviewKey, str, str | None, str]]:
    """Return key, content hash, title and text of each case and five-star review that is not sketched yet."""
    rows = store.tuples("campaigns/to_sketch", {"praise": PRAISE})
    return [(ReviewKey(source, review_id), content, title, text) for source, review_id, content, title, text in rows]


def store_sketches(store: Store, sketches: Sequence[tuple[ReviewKey, str, Sketch]]) -> None:
    """Keep the sketch of each review's present content (key, content hash, sketch) in place of an older one."""
    if not sketches:
        return
    rows = [
        {
            "source": key.source,
            "review_id": key.review_id,
            "content_hash": content_hash,
            "words": sketch.words,
            "words_hash": sketch.words_hash,
            "bands": list(sketch.bands),
        }
        for key, content_hash, sketch in sketches
    ]
    table = store.arrow(rows, like="review_sketches")
    with store.transaction():
        store.load("campaigns/drop_sketches", table)
        store.load("campaigns/add_sketches", table)


def marks(store: Store, settings: CampaignSettings) -> list[Mark]:
    """Return the reviews that share something with another one: likely a near copy, an author, words, a burst."""
    least_words = settings.least_words
    store.run("campaigns/create_marks", {"praise": PRAISE})
    burst = {"burst_least": settings.burst_least, "burst_hours": settings.burst_hours}
    store.run("campaigns/create_bursts", {"least_words": least_words, "burst_factor": settings.burst_factor, **burst})
    ties = {"author_most": settings.author_most, "copy_days": settings.copy_days}
    return [_mark(row) for row in store.rows("campaigns/marks", {"least_words": least_words, **ties})]


def members(store: Store) -> list[Member]:
    """Return the members of all campaigns as they were last found."""
    return [Member(**row) for row in store.rows("campaigns/members")]


def keep_members(store: Store, found: Sequence[Member]) -> None:
    """Keep the members of all campaigns in place of those found before."""
    fresh = sorted(found, key=lambda one: (one.campaign_id, one.source, one.review_id))
    if fresh == members(store):
        return
    with store.transaction():
        store.run("campaigns/drop_members")
        if fresh:
            rows = [one.model_dump() for one in fresh]
            store.load("campaigns/add_members", store.arrow(rows, like="campaign_members"))


def _mark(row: dict[str, Any]) -> Mark:
    return Mark.model_construct(**{**row, "bands": tuple(row["bands"])})
