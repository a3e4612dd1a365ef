"""What people do with cases, as records: the line of the journal, and the arguments that each act takes."""

from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Literal, get_args

from pydantic import Field

from core.base import Key, OfReview, Record, UtcTime

DismissReason = Literal["wrong_place", "spam", "duplicate", "abuse", "not_a_complaint", "other"]
RootCause = Literal["promise", "process", "team", "resources"]
StepName = Literal["investigate", "solve", "verify", "courtesy"]
STEPS: tuple[StepName, ...] = get_args(StepName)
"""What is done away from the site after the reply, in its order: answered is not yet resolved."""

LONGEST_TEXT = 6000
"""Room for the longest reply that a platform takes."""
LONGEST_NAME = 64
OURSELVES = "otklik"
"""Actor of what a flow found out: no person may act under this name."""


PASSIVE = frozenset({"noted", "step_done", "step_undone", "branch_answered", "refused"}) | {
    "reply_proposed", "reply_intended", "reply_failed"
}  # fmt: skip
"""Events of acts by which nobody takes a case up: they stop no clock, and no fact is measured against them."""


UNMOVED = PASSIVE | {"assigned"}
"""Events after which an older fact, found only later, may still move a case that is closed."""


class ActName(StrEnum):
    """What a person can do with a case."""

    acknowledge = "acknowledge"
    assign = "assign"
    """person"""
    ask_branch = "ask_branch"
    """person, text (the question), until (or a business day of that person)"""
    answer_branch = "answer_branch"
    """text, person (whose words these are, if not of the person that was asked)"""
    snooze = "snooze"
    """until"""
    wake = "wake"
    """Ends a snooze early."""
    dispute = "dispute"
    """text"""
    dismiss = "dismiss"
    """reason, text (needed for the reason `other`)"""
    claim = "claim"
    """text"""
    resolve = "resolve"
    """text, root_cause"""
    note = "note"
    """text"""
    reopen = "reopen"
    """text"""
    step = "step"
    """step, is_done, text, root_cause, remedy, amount"""
    propose_reply = "propose_reply"
    """text (the reply, which a second person must approve)"""
    post_reply = "post_reply"
    """text (the reply): written before it is posted; `claim` or `fail_reply` says what came of it"""
    fail_reply = "fail_reply"
    """text (why the reply was not posted)"""


class ActArguments(Record):
    """What an act needs beside its case. Which of them it needs and takes stands at its name."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)] | None = None
    person: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)] | None = None
    """Id of the watchlist."""
    until: UtcTime | None = None
    reason: DismissReason | None = None
    step: StepName | None = None
    is_done: bool | None = None
    root_cause: RootCause | None = None
    remedy: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)] | None = None
    """What the customer gets, in words."""
    amount: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    """What it is worth, in the currency of the limits of the watchlist."""


class Act(OfReview):
    """One act of one person on one case: a line of the journal, and a row of `case_acts`."""

    act_id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    """Unique: applied twice is applied once."""
    at: UtcTime
    """Two acts on one case never have the same time."""
    by: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
    reopen_no: Annotated[int, Field(ge=0)]
    """The incarnation of the case that the person looked at."""
    act: ActName
    args: ActArguments = ActArguments()


class ChecklistStep(Record):
    """One step of a case that is done away from the site."""

    step: StepName
    done_at: UtcTime
    done_by: str
    words: str | None = None


def case_id(source: Key, review_id: Key) -> str:
    """Return the short name of the case of a review: 8 hex digits; the first four or more of them select it, too."""
    return sha256(f"{source}\x1f{review_id}".encode(errors="surrogatepass")).hexdigest()[:8]
