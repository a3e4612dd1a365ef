"""What a network as a whole shows at one moment: how well it was read, how often it is complained of, how a week went.

The warehouse counts these and the alerts judge them; none holds a word of a review.
"""

from datetime import date
from typing import Annotated

from pydantic import Field

from core.base import Probability, Record, UtcTime
from core.records import CoverageStatus

Count = Annotated[int, Field(ge=0)]


class ListingState(Record):
    """How truthful the silence of one enabled listing is now."""

    listing_id: str
    status: CoverageStatus | None
    """Of the try that counts (a pulse, which reads first pages only, closes no gap of a night); None before any."""
    error: str | None = None
    tried_at: UtcTime | None = None
    read_at: UtcTime | None = None
    """When it was last read well as a whole."""


class DailyComplaints(Record):
    """Complaints of one listing by day of posting (UTC), up to and with the day of the run."""

    listing_id: str
    days: tuple[Count, ...]
    """One number a day without gaps; the last is today."""


class FadeCheck(Record):
    """One programme at one checkpoint against its first three months."""

    programme_id: str
    months: int
    reviews: Count
    complaints: Count
    first_reviews: Count
    first_complaints: Count


class ListingWeek(Record):
    """What one week brought on one listing."""

    listing_id: str
    reviews: Count = 0
    satisfied: Count = 0
    complaints: Count = 0
    answered: Count = 0
    """Cases that were answered in this week."""
    formal: Count = 0
    """Answers among them that are near copies of others."""
    recovered: tuple[tuple[str, str], ...] = ()
    """Reviews, as (source, review_id), whose customer came round: raised the stars after a reply, edited the complaint
    away, or was found content by a person."""
    praised: tuple[tuple[str, Count], ...] = ()
    """Aspects of satisfied reviews and how often."""


class PlaceShare(Record):
    """How steadily one place satisfies, over 90 days."""

    network: str
    """The company; the listing itself where only an import knows it."""
    place: str
    reviews: Count
    satisfied_share: Probability
    is_grey: bool


class Signals(Record):
    """All that is counted beside single cases; empty parts are judged by nobody."""

    listings: tuple[ListingState, ...] = ()
    complaints: tuple[DailyComplaints, ...] = ()
    fades: tuple[FadeCheck, ...] = ()
    week: tuple[ListingWeek, ...] = ()
    """Of the last whole week, Monday to Sunday, in the time zone of the settings."""
    week_starts_on: date | None = None
    places: tuple[PlaceShare, ...] = ()
    last_night_at: UtcTime | None = None
    """When the last nightly run ended, whether all was read or not."""
    first_run_at: UtcTime | None = None
    """When the first run of any kind began."""
