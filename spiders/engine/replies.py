"""What platforms call the state of an owner's reply, and what it is here."""

from collections.abc import Mapping

from core.records import ReplyState
from spiders.engine.parsing import warn_unknown

States = Mapping[str, ReplyState]

APP_STORE_CONNECT: States = {"PENDING_PUBLISH": ReplyState.pending, "PUBLISHED": ReplyState.published}
"""`state` of a customerReviewResponse."""

GOOGLE_BUSINESS: States = {
    "": ReplyState.published, "REVIEW_REPLY_STATE_UNSPECIFIED": ReplyState.published,
    "PENDING": ReplyState.pending, "APPROVED": ReplyState.published, "REJECTED": ReplyState.rejected,
}  # fmt: skip
"""`reviewReplyState`; a reply without one is published."""

WILDBERRIES: States = {
    "none": ReplyState.pending, "reviewRequired": ReplyState.pending,
    "wbRu": ReplyState.published, "rejected": ReplyState.rejected,
}  # fmt: skip
"""`answer.state`: new, being checked, on the site, refused."""

YANDEX_MARKET: States = {
    "UNMODERATED": ReplyState.pending, "PUBLISHED": ReplyState.published,
    "BANNED": ReplyState.rejected, "DELETED": ReplyState.removed,
}  # fmt: skip
"""`status` of a comment whose author is a business or a brand."""


def state_of(states: States, value: object, *, source: str) -> ReplyState:
    """Return the state that a platform's word means; null counts as "". An unknown one warns and is `unknown`."""
    word = "" if value is None else str(value)
    if word in states:
        return states[word]
    warn_unknown(source, "the state of a reply", word)
    return ReplyState.unknown
