"""What becomes of a published reply: it is judged once, kept with its case, and told where it breaks a secret."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from alerts.replies.check import check
from alerts.replies.history import History
from core.records import Case, CaseView, reply_hash
from core.settings import Settings
from core.watchlist import Watchlist

DISCLOSES = "discloses"

HISTORY = 300
"""Earlier replies of a listing against which a reply is compared."""


def judged(view: CaseView, history: History, watchlist: Watchlist) -> Case:
    """Return the case of a published reply with what the check found in it.

    Args:
        view: An answered case and its review.
        history: The listing's replies; the judged one may be among them.
        watchlist: Whose secrets count: the vertical of the listing's company.
    """
    review, reply = view.review, view.review.reply_text or ""
    listing = watchlist.listing(view.case.listing_id)
    company = next((one for one in watchlist.companies if listing and one.id == listing.company), None)
    found = check(
        "\n".join(part for part in (review.title, review.text) if part),
        reply,
        history=history,
        rating=review.rating,
        lang=review.language_hint,
        vertical=company.vertical if company else None,
    )
    quotes = found.quotes.get(found.reply_quality, ())
    return view.case.model_copy(
        update={
            "reply_quality": found.reply_quality,
            "reply_quotes": quotes or None,
            "reply_hash": reply_hash(reply),
        }
    )


def to_tell(before: Sequence[CaseView], after: Sequence[Case], settings: Settings, now: datetime) -> list[Case]:
    """Return the newly judged cases whose reply discloses and is news: no history of a first run, nothing old.

    Args:
        before: The cases as they were before their replies were judged.
        after: The same cases with the judgement, in the same order.
        settings: How old an answer may be that is told.
        now: The clock of the run.
    """
    oldest = now - timedelta(days=settings.cases.backlog_alerted_days)
    told = []
    for view, case in zip(before, after, strict=True):
        answered = case.answered_at or case.opened_at
        is_history = case.is_baseline and answered <= view.first_seen_at
        is_news = view.case.reply_hash is not None or (answered >= oldest and not is_history)
        if case.reply_quality == DISCLOSES and is_news:
            told.append(case)
    return told
