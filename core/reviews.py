"""A review as it was seen, and what a model says of it."""

from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StrictBool

from core.aspects import Aspect
from core.base import Key, OfReview, Probability, Record, ReviewKey, UtcTime, whole


class ReplyState(StrEnum):
    """The state of the owner's reply as the source shows it; `unknown` where it shows none at all."""

    unknown = "unknown"
    none = "none"
    pending = "pending"
    published = "published"
    rejected = "rejected"
    removed = "removed"


class Review(Record):
    """One sighting of one review: the Scrapy item, the landing line, the model's input and the row.

    Types are those of JSON: "0.5" or true is no rating, 1 is no yes, a bare number is no time.
    """

    source: Key
    """Name of the spider or importer, which is the name of the site."""
    listing_id: Key
    """The listing of the watchlist (or of the import) under which it was seen."""
    review_id: Key
    """The source's own id, or a hash where the source has no stable one."""
    url: str | None = None
    """Where a person reads and answers it."""
    author_key: str | None = None
    """Keyed hash of the author: the same author gives the same key, the name is never kept."""
    subject_kind: str | None = None
    """place, doctor, product or app_version, where the source tells."""
    subject_id: str | None = None
    rating: Annotated[float, Field(strict=True, ge=0.0, le=1.0)] | None = None
    """(value - worst) / (best - worst): one star of five is 0, five stars are 1."""
    title: str | None = None
    text: str
    """The body without the title; may be empty. Pros and cons stand under their own labels."""
    language_hint: str | None = None
    """The language as the source names it (BCP 47), not as detected."""
    posted_at: UtcTime | None = None
    posted_at_precision: Literal["exact", "day", "relative"] | None = None
    edited_at: UtcTime | None = None
    reply_state: ReplyState
    reply_text: str | None = None
    reply_at: UtcTime | None = None
    reply_at_kind: Literal["exact", "first_seen"] | None = None
    processed_flag: StrictBool | None = None
    """The platform's own "handled" flag, kept apart: it may only mean that somebody opened the review."""
    helpful_votes: Annotated[int, Field(strict=True), BeforeValidator(whole)] | None = None
    has_photo: StrictBool | None = None
    is_verified: StrictBool | None = None
    syndicated_from: str | None = None
    seen_at: UtcTime
    """When this sighting was made."""

    @property
    def key(self) -> ReviewKey:
        """The identity: (source, review_id)."""
        return ReviewKey(self.source, self.review_id)

    @property
    def content_hash(self) -> str:
        """What is judged: title, text and rating. The same content is judged once by a model."""
        return content_hash(self.title, self.text, self.rating)


def content_hash(title: str | None, text: str, rating: float | None) -> str:
    """Return the hash of what is judged: 32 hex digits over title, text and rating (to 1/1000)."""
    stars = "" if rating is None else f"{rating:.3f}"
    return sha256("\x1f".join((title or "", text, stars)).encode(errors="surrogatepass")).hexdigest()[:32]


def reply_hash(text: str) -> str:
    """Return the hash of a reply's text: 32 hex digits."""
    return sha256(text.encode(errors="surrogatepass")).hexdigest()[:32]


class Label(StrEnum):
    """The class with the lowest expected cost, not simply the likeliest one."""

    negative = "negative"
    neutral = "neutral"
    positive = "positive"


class AspectScore(Record):
    """One aspect that a text speaks about, with its probability."""

    name: Aspect
    p: Probability


class Evidence(Record):
    """A sentence of the text, as offsets into `text`, with its own probability of being negative."""

    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=0)]
    p_negative: Probability


class Prediction(OfReview):
    """What a model says of one content of one review."""

    content_hash: str
    p_negative: Probability
    """Calibrated, text and stars fused; the three probabilities sum to 1."""
    p_neutral: Probability
    p_positive: Probability
    label: Label
    language: str
    """ISO 639-1 of the detected language, or `und`."""
    aspects: tuple[AspectScore, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    """Sentences, worst first; empty where nothing hurts."""
    severity: Literal["ordinary", "severe"] = "ordinary"
    risk: Annotated[float, Field(ge=0.0)] = 0.0
    """p_negative times the weight of its worst aspect: what sorts the queue inside one severity."""
    model: str
    """name@revision."""
    scored_at: UtcTime
