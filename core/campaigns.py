"""Records of what belongs together: copies of one review, one author over places, waves of alike texts."""

from typing import Annotated, Literal

from pydantic import Field

from core.records import Key, OfReview, Probability, Record, UtcTime

CampaignKind = Literal["copies", "author", "wave", "praise"]
"""One review on several sites, one author's reviews, alike complaints of many, alike or textless five stars of many."""


class Sketch(Record):
    """What is kept of a text to find its near copies: how many words, which, and the bands of its MinHash."""

    words: Annotated[int, Field(ge=0)]
    words_hash: str
    """Of the words in lower case, without punctuation: equal for the same text on two sites."""
    bands: tuple[int, ...] = ()
    """Texts with a common band are likely alike; none for a text too short to be compared. 64 bits each."""


class Mark(OfReview):
    """A review as grouping sees it: what ties it to others. Only those that share something with another one."""

    is_praise: bool
    """Five stars and no case; else it is a complaint with a case."""
    listing_id: Key
    place: str
    """The place, else the company, else the listing: where one customer tells of one visit."""
    company: str
    """The company, else the listing."""
    rating: Probability | None = None
    author_key: str | None = None
    authors_reviews: int = 0
    """How many reviews here have this author."""
    syndicated_from: str | None = None
    moment: UtcTime
    """When it was posted, else first seen."""
    is_baseline: bool = False
    words: int = 0
    words_hash: str = ""
    bands: tuple[int, ...] = ()
    text: str = ""
    """Title and text; empty where they were emptied."""
    burst: str | None = None
    """What it has in common with many more than usual within hours: company or listing, kind and words."""


class Member(OfReview):
    """A review in a campaign."""

    campaign_id: str
    kind: CampaignKind
    leads: bool
    """The first of the campaign."""
    copy_of: str | None = None
    """`source/review_id` of the review that this one is a copy of on another site."""


class Praise(Record):
    """A wave of alike or textless five stars: flagged, never removed."""

    campaign_id: str
    listing_id: str
    """Where the first of them stands."""
    first_at: UtcTime
    count: int
    listings: int
    has_text: bool
    is_news: bool
    """Some of them are not history found at the first run of a listing."""
    reviews: tuple[tuple[str, str], ...] = ()
    """The first few, as (source, review_id)."""


class Found(Record):
    """All campaigns."""

    members: tuple[Member, ...] = ()
    praise: tuple[Praise, ...] = ()
