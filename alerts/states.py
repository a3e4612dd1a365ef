"""The states of a case, and what decides whether one content of a review is a complaint that nobody answered."""

from dataclasses import dataclass
from typing import Final, Literal

from core.records import Case, CaseFacts, CaseStatus, Prediction, ReplyState
from core.settings import Settings

ACTIVE: Final = frozenset(
    {CaseStatus.open, CaseStatus.acknowledged, CaseStatus.waiting_for_branch, CaseStatus.disputed}
)
"""States in which somebody still owes the customer an answer."""

WAITING: Final = ACTIVE | {CaseStatus.reply_not_visible}
UNCONFIRMED: Final = WAITING | {CaseStatus.claimed}
"""States in which no reply is seen."""
WITHOUT_REPLY: Final = frozenset({ReplyState.none, ReplyState.pending, ReplyState.rejected, ReplyState.removed})

GONE: Final = "gone"
EDITED: Final = "edited_to_no_complaint"
CLAIMED: Final = "claimed"
"""`close_reason` of a case that a person's word closed, because its source shows no replies."""
QUIET: Final = "quiet"
"""`close_reason` of an answered case of which nothing more was heard."""
CONTENT: Final = "client_content"

Severity = Literal["ordinary", "severe"]
Reason = Literal["low_rating", "text", "not_a_complaint", "history", "gone"]


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether one content is a complaint, and why."""

    is_complaint: bool
    reason: Reason
    needs_check: bool = False
    words: str = ""


def has_standing_reply(facts: CaseFacts, case: Case | None = None) -> bool:
    """Tell whether a published reply answers the present content.

    A reply whose words were first seen in the same look as the customer's edit counts as an answer to it. One that
    stood already when a person opened the case again does not.

    Args:
        facts: All that is known of one review.
        case: Its case, if not as in `facts`.
    """
    if facts.reply_state is not ReplyState.published or facts.reply_seen_at is None:
        return False
    case = case or facts.case
    if case is not None and case.reopened_by is not None and facts.reply_seen_at <= case.opened_at:
        return False
    edited = facts.edited_after_reply_at
    return edited is None or facts.reply_seen_at >= edited


def judge(facts: CaseFacts, settings: Settings) -> Decision | None:
    """Judge the present content by stars and prediction; None where neither can tell yet."""
    prediction = prediction_of_present_content(facts)
    if facts.rating is not None and facts.rating <= settings.judging.low_rating:
        return Decision(True, "low_rating", words=f"rating {facts.rating:.2f} <= {settings.judging.low_rating:.2f}")
    if prediction is None:
        return None
    p, threshold = prediction.p_negative, settings.judging.threshold
    if p >= threshold:
        words = f"p_negative {p:.2f} >= {threshold:.2f} by {prediction.model}"
        return Decision(True, "text", needs_check=p < settings.judging.check_below, words=words)
    return Decision(False, "not_a_complaint", words=f"p_negative {p:.2f} < {threshold:.2f} by {prediction.model}")


def prediction_of_present_content(facts: CaseFacts) -> Prediction | None:
    """Return what a model says of the present content, or None where it was not judged yet."""
    prediction = facts.prediction
    return prediction if prediction is not None and prediction.content_hash == facts.content_hash else None
