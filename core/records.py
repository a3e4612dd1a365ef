"""The records that travel between rooms, from the page of a site to a row of the warehouse.

All are frozen and closed (`extra="forbid"`). Times are aware and normalised to UTC; a naive time is refused.
"""

from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Literal

from pydantic import Field

from core.acts import ChecklistStep, DismissReason, RootCause
from core.base import Key as Key
from core.base import OfReview as OfReview
from core.base import Probability as Probability
from core.base import Record as Record
from core.base import ReviewKey as ReviewKey
from core.base import UtcTime as UtcTime
from core.reviews import AspectScore as AspectScore
from core.reviews import Evidence as Evidence
from core.reviews import Label as Label
from core.reviews import Prediction as Prediction
from core.reviews import ReplyState as ReplyState
from core.reviews import Review as Review
from core.reviews import content_hash as content_hash
from core.reviews import reply_hash as reply_hash


class CoverageStatus(StrEnum):
    """How truthful the silence of a listing is this night."""

    ok = "ok"
    short = "short"
    blocked = "blocked"
    stale = "stale"
    failed = "failed"


class StopReason(StrEnum):
    """Why the reading of a listing ended."""

    watermark = "watermark"
    """All that is newer than the last complete reading was read."""
    end = "end"
    unchanged = "unchanged"
    """The site says that its first page is the one that was read before (304)."""
    limit = "limit"
    """A limit of our own: pages or time."""
    block = "block"
    error = "error"


class CoverageRule(StrEnum):
    """What can be wrong with the reading of a listing."""

    failed = "failed"
    blocked = "blocked"
    short = "short"
    stale = "stale"
    repeated_cursor = "repeated_cursor"
    duplicate_pages = "duplicate_pages"
    nothing = "nothing"
    """No review at all, and nothing that says that there are none."""
    windowed = "windowed"
    """The source shows only some days or reviews, and will have dropped some before they are read."""
    fields = "fields"
    """A field that came with most reviews comes no more."""
    languages = "languages"
    ratings = "ratings"
    """The mix of languages or of ratings changed at once."""

    @property
    def is_warning(self) -> bool:
        """Whether the reading is whole all the same."""
        return self in (CoverageRule.windowed, CoverageRule.fields, CoverageRule.languages, CoverageRule.ratings)


class CoverageProblem(Record):
    """One thing that is wrong with the reading of one listing in one run, for the operator and the technical owner."""

    run_id: str
    source: str
    listing_id: str
    rule: CoverageRule
    message: str
    """One line that a person can act on; without words of a review."""
    found_at: UtcTime


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
    stopped: StopReason | None = None
    """Why the reading ended; None of an import."""
    fault: CoverageRule | None = None
    """Which kind of shortfall the error tells of, where there is a name for it."""
    requests: Annotated[int, Field(ge=0)] = 0
    """Asked for, with repeated tries and robots.txt; `pages` are those that were answered and read."""
    seen: Annotated[int, Field(ge=0)] = 0
    """Different reviews that were read."""
    oldest_at: UtcTime | None = None
    """posted_at of the oldest and the newest review that was read."""
    newest_at: UtcTime | None = None
    read_to: UtcTime | None = None
    """Every review that was posted since then must have been on the pages of the list; None where that is not known."""
    seconds: Annotated[float, Field(ge=0)] = 0.0
    """By the machine's own clock, also where the clock of the run is given."""
    bytes: Annotated[int, Field(ge=0)] = 0
    """Of the answers, as they came over the network; of an import, of the file."""
    counts: dict[str, Annotated[int, Field(ge=0)]] = Field({})
    """How many reviews had which field, language and rating: see `spiders.engine.monitors`."""


class CaseStatus(StrEnum):
    """Where the handling of a complaint stands."""

    open = "open"
    acknowledged = "acknowledged"
    waiting_for_branch = "waiting_for_branch"
    disputed = "disputed"
    answered = "answered"
    resolved = "resolved"
    dismissed = "dismissed"
    claimed = "claimed"
    """A person says that it is answered, and the source does not show it yet."""
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
    acknowledged_at: UtcTime | None = None
    assignee: str | None = None
    snoozed_at: UtcTime | None = None
    snoozed_until: UtcTime | None = None
    """Nothing is sent before this; it stays when it is over, so that it can be told that the case is back."""
    disputed_at: UtcTime | None = None
    claimed_at: UtcTime | None = None
    reopened_by: str | None = None
    """The person who opened it again; None where a fact did. Only a reply that is newer answers it then."""
    branch_person: str | None = None
    """Who was asked what happened; with a question, the time of it and a deadline, and later an answer."""
    branch_question: str | None = None
    branch_asked_at: UtcTime | None = None
    branch_due_at: UtcTime | None = None
    branch_answer: str | None = None
    branch_answered_at: UtcTime | None = None
    steps: tuple[ChecklistStep, ...] = ()
    """What is done of the checklist, in its order."""
    reply_quality: str | None = None
    """What the check of the published reply found; None before it, `ok` where nothing is wrong."""
    reply_quotes: tuple[str, ...] | None = None
    """The reply's words that show it."""
    reply_hash: str | None = None
    """Of the reply's text that was checked (see `reply_hash`): the same words are judged once."""
    root_cause: RootCause | None = None
    remedy: str | None = None
    remedy_amount: Annotated[float, Field(ge=0.0)] | None = None
    answered_at: UtcTime | None = None
    resolved_at: UtcTime | None = None
    verified_at: UtcTime | None = None
    close_reason: str | None = None
    dismiss_reason: DismissReason | None = None


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
    reply_rejected_at: UtcTime | None = None
    """First sighting of the rejection of the last reply, if that is how it stands; it may never have been published."""
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
    """When a person last took it up or set its state (notes and steps of the checklist do neither)."""
    case: Case | None = None
    """The latest case of the review."""
    title: str | None = None
    text: str = ""
    """The present words, for rules that look for some; not redacted."""


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
    immediate: dict[str, tuple[UtcTime, ...]] = Field({})
    """By destination: `not_before` of its alerts with level >= 1, neither folded nor held, from two days ago on."""
    last_digest: dict[str, UtcTime] = Field({})
    """By destination: `planned_at` of its latest alert of the rule `digest`."""
    nightly_maximum: Annotated[int, Field(ge=0)] = 0
    """Most alerts with level >= 1, not held, planned on one UTC date of the last 30 before today."""
    planned_today: Annotated[int, Field(ge=0)] = 0
    """Alerts with level >= 1, not held, already planned on today's UTC date."""
    activations: dict[str, UtcTime] = Field({})
    """By rule of the watchlist: when a run first saw it with its present conditions. Older cases are never told."""


class CaseView(Record):
    """A case with all that a message says about it. Texts are as in the warehouse: not yet redacted."""

    case: Case
    review: Review
    """The present row; `seen_at` is the last look at it."""
    first_seen_at: UtcTime
    prediction: Prediction | None = None
    alike: int = 0
    """Other waiting reviews of its campaign, and the places over which the campaign goes."""
    alike_places: int = 0


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
    alike: int = 0
    """As in `CaseView`."""
    alike_places: int = 0
    details: str | None = None
    """Payload of an alert that is about no single case (a digest, a broken source), as JSON."""
    related: tuple[CaseView, ...] = ()
    """The latest cases of the reviews that `details["reviews"]` lists as [source, review_id], those that exist."""


def alert_key(source: str, review_id: str, reopen_no: int, rule: str, level: int, destination: str) -> str:
    """Return the key under which the same alert can never be planned twice: 32 hex digits."""
    parts = (source, review_id, str(reopen_no), rule, str(level), destination)
    return sha256("\x1f".join(parts).encode()).hexdigest()[:32]
