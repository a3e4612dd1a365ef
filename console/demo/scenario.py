"""What happens on the demo's sources, night by night, as data: `data/scenario.toml` and one file a listing.

All times are offsets from night one, which the caller gives; nothing here reads the clock.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from core.clock import to_utc

DATA = Path(__file__).parent / "data"
NIGHT_ONE = datetime(2026, 11, 11, 0, 30, tzinfo=UTC)
"""A Wednesday, 03:30 in Moscow: night three is a Sunday, after a Saturday that only one of the two firms works."""
_OFFSET = re.compile(r"([+-])(\d+)d(?: (\d+)h)?(?: (\d+)m)?")


def _offset(text: object) -> object:
    """Parse an offset from night one such as "-3d 4h 20m": three days, four hours and twenty minutes before it."""
    match = _OFFSET.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError('write an offset from night one, such as "-3d 4h 20m" or "+1d"')
    sign, days, hours, minutes = match.groups(default="0")
    length = timedelta(days=int(days), hours=int(hours), minutes=int(minutes))
    return -length if sign == "-" else length


Offset = Annotated[timedelta, BeforeValidator(_offset)]
Stars = Annotated[int, Field(ge=1, le=5)]


class Entry(BaseModel):
    """Base of what the data files hold: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Change(Entry):
    """Something that befalls a review before a night's look."""

    night: int = Field(ge=2, description="First night that sees it.")
    at: Offset
    stars: Stars | None = None
    text: str | None = None
    complaint: bool | None = None
    reply: str | None = None
    reply_removed: bool = False
    deleted: bool = False


class ChatPost(Entry):
    """A post of another customer under a forum's topic."""

    author: str
    at: Offset
    text: str


class ReviewStory(Entry):
    """One review from its first night to the last."""

    id: str
    posted: Offset
    from_night: int = Field(1, ge=1, description="First night on which the site shows it.")
    author: str
    language: str | None = None
    version: str | None = None
    slug: str = "topic"
    stars: Stars | None = None
    title: str | None = None
    text: str | None = None
    reply: str | None = None
    replied: Offset | None = None
    complaint: bool = Field(False, description="What the author meant, not what a model thinks.")
    subtle: bool = Field(False, description="Irony, politeness or praise around it: a model may well miss it.")
    chat: tuple[ChatPost, ...] = ()
    changes: tuple[Change, ...] = ()

    @model_validator(mode="after")
    def _replies_have_a_time(self) -> Self:
        if (self.reply is None) != (self.replied is None):
            raise ValueError("reply and replied belong together")
        return self


class DemoListing(Entry):
    """A company on one of the demo's sources."""

    id: str
    source: str
    company: str
    target: str
    title: str
    file: str


class Trouble(Entry):
    """How a source misbehaves for one night."""

    night: int
    source: str
    kind: Literal["captcha", "repeated_page"]


@dataclass(frozen=True, slots=True)
class ReviewState:
    """A review as its source shows it on one night; times in UTC, stars 1 to 5."""

    story: ReviewStory
    posted_at: datetime
    edited_at: datetime | None
    edits: int
    stars: int | None
    text: str | None
    complaint: bool
    reply: str | None
    reply_at: datetime | None

    @property
    def id(self) -> str:
        """The source's own id."""
        return self.story.id


@dataclass(frozen=True, slots=True)
class News:
    """One thing that happened on a source between two nights."""

    night: int
    listing_id: str
    review_id: str | None
    """None where the whole source is concerned."""
    what: str
    """new, edited, rating_changed, replied, reply_removed, deleted, captcha or repeated_page."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """The listings, their reviews, and the troubles of their sources."""

    steps: tuple[timedelta, ...]
    listings: tuple[DemoListing, ...]
    troubles: tuple[Trouble, ...]
    reviews: dict[str, tuple[ReviewStory, ...]]
    """By listing id."""

    @property
    def last_night(self) -> int:
        """The number of the last night; the first is 1."""
        return len(self.steps)

    def nights(self, night_one: datetime) -> tuple[datetime, ...]:
        """Return the moments of all nights in UTC."""
        start = to_utc(night_one)
        return tuple(start + step for step in self.steps)

    def on_source(self, source: str) -> tuple[DemoListing, ...]:
        """Return the listings of one source."""
        return tuple(listing for listing in self.listings if listing.source == source)

    def has_trouble(self, source: str, night: int, kind: str) -> bool:
        """Tell whether a source misbehaves so on that night."""
        return any((t.source, t.night, t.kind) == (source, night, kind) for t in self.troubles)

    def shown(self, listing_id: str, night: int, night_one: datetime) -> list[ReviewState]:
        """Return the reviews that a listing shows on a night, newest first."""
        states = (state_of(story, night, night_one) for story in self.reviews[listing_id])
        return sorted((state for state in states if state is not None), key=_newest_first, reverse=True)

    def news(self, night: int) -> Iterator[News]:
        """Yield what is new on a night against the night before (all of the first night is history)."""
        for trouble in self.troubles:
            if trouble.night == night:
                for listing in self.on_source(trouble.source):
                    yield News(night, listing.id, None, trouble.kind)
        for listing in self.listings:
            for story in self.reviews[listing.id]:
                if night > 1 and story.from_night == night:
                    yield News(night, listing.id, story.id, "new")
                for change in story.changes:
                    if change.night == night:
                        yield from (News(night, listing.id, story.id, what) for what in _kinds(change))


def _kinds(change: Change) -> Iterator[str]:
    if change.text is not None:
        yield "edited"
    if change.stars is not None:
        yield "rating_changed"
    if change.reply is not None:
        yield "replied"
    if change.reply_removed:
        yield "reply_removed"
    if change.deleted:
        yield "deleted"


def _newest_first(state: ReviewState) -> tuple[datetime, str]:
    return (state.posted_at, state.id)


def state_of(story: ReviewStory, night: int, night_one: datetime) -> ReviewState | None:
    """Return a review as shown on a night, or None where it is not (yet, or no longer) there."""
    start = to_utc(night_one)
    if night < story.from_night:
        return None
    stars, text, complaint, reply, edits = story.stars, story.text, story.complaint, story.reply, 0
    reply_at = None if story.replied is None else start + story.replied
    edited_at = None
    for change in story.changes:
        if change.night > night:
            break
        if change.deleted:
            return None
        if change.text is not None or change.stars is not None:
            edited_at, edits = start + change.at, edits + 1
        stars = stars if change.stars is None else change.stars
        text = text if change.text is None else change.text
        complaint = complaint if change.complaint is None else change.complaint
        if change.reply is not None:
            reply, reply_at = change.reply, start + change.at
        if change.reply_removed:
            reply, reply_at = None, None
    return ReviewState(story, start + story.posted, edited_at, edits, stars, text, complaint, reply, reply_at)


class _Listings(Entry):
    nights: tuple[Offset, ...]
    listings: tuple[DemoListing, ...]
    troubles: tuple[Trouble, ...]


class _Reviews(Entry):
    reviews: tuple[ReviewStory, ...]


@lru_cache(maxsize=1)
def load_scenario() -> Scenario:
    """Read the shipped scenario."""
    world = _Listings.model_validate(tomllib.loads((DATA / "scenario.toml").read_text(encoding="utf-8")))
    reviews = {
        listing.id: _Reviews.model_validate(tomllib.loads((DATA / listing.file).read_text(encoding="utf-8"))).reviews
        for listing in world.listings
    }
    return Scenario(world.nights, world.listings, world.troubles, reviews)
