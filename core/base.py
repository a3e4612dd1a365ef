"""What all records are made of: frozen and closed models, times in UTC, and the identity of a review."""

from datetime import datetime
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from core.clock import to_utc


def _moment(value: object) -> object:
    """Refuse what would be read as seconds since 1970, also as digits in a string: no source means that by a time."""
    if isinstance(value, datetime) or (isinstance(value, str) and ":" in value):
        return value
    raise ValueError("expected an ISO 8601 time with an offset, as a string such as 2026-11-21T03:30:00+02:00")


def whole(value: object) -> object:
    """JSON has but one kind of number: 3.0 is a count, as exports of tables with gaps write it."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


UtcTime = Annotated[AwareDatetime, AfterValidator(to_utc), BeforeValidator(_moment)]
Probability = Annotated[float, Field(ge=0.0, le=1.0)]
Key = Annotated[str, Field(min_length=1, max_length=512)]


class Record(BaseModel):
    """Base of all records: frozen, and without room for fields that nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ReviewKey(NamedTuple):
    """The identity of a review."""

    source: str
    review_id: str


class OfReview(Record):
    """Base of what is said of one review."""

    source: Key
    review_id: Key

    @property
    def key(self) -> ReviewKey:
        """The identity of the review: (source, review_id)."""
        return ReviewKey(self.source, self.review_id)
