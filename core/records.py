"""The records that travel between rooms, from the page of a site to a row of the warehouse.

All are frozen and closed (`extra="forbid"`). Times are aware and normalised to UTC; a naive time is refused.
"""

from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool

from core.aspects import Aspect
from core.clock import to_utc


def _moment(value: object) -> object:
    """Refuse what would be read as seconds since 1970, also as digits in a string: no source means that by a time."""
    if isinstance(value, datetime) or (isinstance(value, str) and ":" in value):
        return value
    raise ValueError("expected an ISO 8601 time with an offset, as a string such as 2026-11-21T03:30:00+02:00")


def _whole(value: object) -> object:
    """JSON has but one kind of number: 3.0 is a count, as exports of tables with gaps write it."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


UtcTime = Annotated[AwareDatetime, AfterValidator(to_utc), BeforeValidator(_moment)]
Probability = Annotated[float, Field(ge=0.0, le=1.0)]
Key = Annotated[str, Field(min_length=1, max_length=512)]


class Record(BaseModel):
    """Base of all records: frozen, and without room for fields that nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ReplyState(StrEnum):
    """The state of the owner's reply as the source shows it; `unknown` where it shows none at all."""

    unknown = "unknown"
    none = "none"
    pending = "pending"
    published = "published"
    rejected = "rejected"
    removed = "removed"


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
    helpful_votes: Annotated[int, Field(strict=True), BeforeValidator(_whole)] | None = None
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


class CoverageStatus(StrEnum):
    """How truthful the silence of a listing is this night."""

    ok = "ok"
    short = "short"
    blocked = "blocked"
    stale = "stale"
    failed = "failed"


class Coverage(Record):
    """What one crawl or import of one listing expected and got. Zero reviews is never "all quiet"."""

    run_id: str
    source: str
    listing_id: str
    attempt: Annotated[int, Field(ge=0)] = 1
    """Number of the try within the run; 0 where there was nothing to try (a drop folder that stayed empty)."""
    started_at: UtcTime
    finished_at: UtcTime
    pages: Annotated[int, Field(ge=0)] = 0
    expected: Annotated[int, Field(ge=0)] | None = None
    """Reviews that the source says it has, where it says so."""
    collected: Annotated[int, Field(ge=0)] = 0
    quarantined: Annotated[int, Field(ge=0)] = 0
    status: CoverageStatus
    error: str | None = None
    """One line that a person can act on; None where the status is ok."""
    is_full: bool = False
    """The whole listing was read, without a window: a review that is missing may be gone."""
    watermark: UtcTime | None = None
    """Newest posted_at of a complete crawl: where the next one may stop."""
    gone_ids: tuple[str, ...] = ()
    """Reviews that the source itself says are deleted (404 by id, a deleted flag)."""
    displayed_rating: Probability | None = None
    displayed_count: Annotated[int, Field(ge=0)] | None = None


class CaseStatus(StrEnum):
    """Where the handling of a complaint stands."""

    open = "open"
    acknowledged = "acknowledged"
    waiting_for_branch = "waiting_for_branch"
    disputed = "disputed"
    answered = "answered"
    resolved = "resolved"
    dismissed = "dismissed"
    reply_not_visible = "reply_not_visible"


class Case(OfReview):
    """A complaint being handled. `reopen_no` counts how often it came back."""

    reopen_no: Annotated[int, Field(ge=0)] = 0
    listing_id: Key
    opened_at: UtcTime
    is_baseline: bool = False
    """Found in the history at the listing's first run: listed, never alerted one by one."""
    needs_check: bool = False
    """Between the threshold and the alerting precision: goes to the digest as "please check"."""
    severity: Literal["ordinary", "severe"] = "ordinary"
    severe_at: UtcTime | None = None
    """When it became severe: at its opening, or by a later edit. Its shorter clock runs from then."""
    risk: Annotated[float, Field(ge=0.0)] = 0.0
    due_at: UtcTime
    status: CaseStatus = CaseStatus.open
    assignee: str | None = None
    snoozed_until: UtcTime | None = None
    reply_quality: str | None = None
    """What the check of the published reply found; None before it, `ok` where nothing is wrong."""
    reply_quotes: tuple[str, ...] | None = None
    """The reply's words that show it."""
    reply_hash: str | None = None
    """Of the reply's text that was checked (see `reply_hash`): the same words are judged once."""
    root_cause: Literal["promise", "process", "team", "resources"] | None = None
    remedy: str | None = None
    answered_at: UtcTime | None = None
    resolved_at: UtcTime | None = None
    verified_at: UtcTime | None = None
    close_reason: str | None = None
    dismiss_reason: Literal["wrong_place", "spam", "duplicate", "abuse", "not_a_complaint", "other"] | None = None


class CaseEvent(Record):
    """One step in the life of a case: who did what, when and why."""

    source: Key
    review_id: Key
    reopen_no: Annotated[int, Field(ge=0)]
    event: str
    """opened, answered, reopened, resolved, gone, acknowledged, ..."""
    at: UtcTime
    actor: str
    """`otklik` for what a flow found out, else the person."""
    reason: str


class CaseFacts(OfReview):
    """All that the life of one case depends on, as the warehouse knows it at one moment."""

    listing_id: Key
    rating: Probability | None
    posted_at: UtcTime | None
    first_seen_at: UtcTime
    last_seen_at: UtcTime
    content_hash: str
    """Of the present title, text and rating."""
    content_seen_at: UtcTime
    """When this content was first seen."""
    is_baseline: bool
    """First seen in the first complete reading of its listing: history, not news."""
    reply_state: ReplyState
    reply_seen_at: UtcTime | None = None
    """First sighting of the words of the published reply that stands now: an edited reply counts from its edit."""
    reply_at: UtcTime | None = None
    reply_removed_at: UtcTime | None = None
    """When the last published reply was found missing or rejected, if none stands now."""
    edited_after_reply_at: UtcTime | None = None
    """When the customer's last edit after a published reply was seen."""
    gone_at: UtcTime | None = None
    """When the review was found deleted, if it has not come back."""
    prediction: Prediction | None = None
    """Of the present content, by the model in use (or the last one that judged it)."""
    decided_hash: str | None = None
    """The content about which it was last decided whether it is a complaint: no model decides it again."""
    decided_at: UtcTime | None = None
    decided_reason: str | None = None
    """The reason of that decision, as `CaseChange.reason` gave it."""
    acted_at: UtcTime | None = None
    """When a person last acted on the case (dismissed, snoozed, resolved, ...): only newer facts undo it."""
    case: Case | None = None
    """The latest case of the review."""


class CaseChange(OfReview):
    """What one look at the facts changes in one review's handling. Applying it twice is applying it once."""

    content_hash: str | None = None
    """The content that was decided about; None when nothing was decided."""
    opened: bool | None = None
    """The decision: True where the content is a complaint that is (or was) a case. None as above."""
    reason: str | None = None
    """Why, in one word: low_rating, text, not_a_complaint, history (too old at a first run), gone. None as above."""
    decided_at: UtcTime | None = None
    case: Case | None = None
    """The new state of the case with its `reopen_no`; None where the case (if any) stays as it is."""
    events: tuple[CaseEvent, ...] = ()


class Alert(Record):
    """One message to one destination about one step of one case (or of one listing or run)."""

    alert_key: str
    source: str
    review_id: str
    reopen_no: Annotated[int, Field(ge=0)] = 0
    rule: str
    level: Annotated[int, Field(ge=0)]
    destination: str
    """The name of a person or channel of the watchlist, never its address."""
    planned_at: UtcTime
    not_before: UtcTime
    """Quiet hours: the first minute at which it may be sent."""
    folded: bool = False
    """Goes with others into one message, because the person already got enough single ones that day."""
    held: bool = False
    """Planned in a surge: stored, but not sent before the operator releases it."""


class History(Record):
    """What planning must know about earlier planning, as the warehouse counts it at one moment."""

    planned_keys: frozenset[str] = frozenset()
    """Keys already planned, whatever became of them: those of the given cases, and all of source `otklik`."""
    immediate: dict[str, tuple[UtcTime, ...]] = {}
    """By destination: `not_before` of its alerts with level >= 1, neither folded nor held, from two days ago on."""
    last_digest: dict[str, UtcTime] = {}
    """By destination: `planned_at` of its latest alert of the rule `digest`."""
    nightly_maximum: Annotated[int, Field(ge=0)] = 0
    """Most alerts with level >= 1, not held, planned on one UTC date of the last 30 before today."""
    planned_today: Annotated[int, Field(ge=0)] = 0
    """Alerts with level >= 1, not held, already planned on today's UTC date."""


class CaseView(Record):
    """A case with all that a message says about it. Texts are as in the warehouse: not yet redacted."""

    case: Case
    review: Review
    """The present row; `seen_at` is the last look at it."""
    first_seen_at: UtcTime
    prediction: Prediction | None = None


class AlertView(Record):
    """An alert that is due, with all that its message says. Texts are as in the warehouse: not yet redacted."""

    alert: Alert
    listing_id: str | None = None
    attempt: Annotated[int, Field(ge=1)] = 1
    possible_repeat: bool = False
    """An earlier try may have reached its reader: the process died between sending and recording."""
    case: Case | None = None
    review: Review | None = None
    first_seen_at: UtcTime | None = None
    prediction: Prediction | None = None
    details: str | None = None
    """Payload of an alert that is about no single case (a digest, a broken source), as JSON."""
    related: tuple[CaseView, ...] = ()
    """The latest cases of the reviews that `details["reviews"]` lists as [source, review_id], those that exist."""


def alert_key(source: str, review_id: str, reopen_no: int, rule: str, level: int, destination: str) -> str:
    """Return the key under which the same alert can never be planned twice: 32 hex digits."""
    parts = (source, review_id, str(reopen_no), rule, str(level), destination)
    return sha256("\x1f".join(parts).encode()).hexdigest()[:32]
