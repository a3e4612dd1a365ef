"""E-mail notifications of new reviews, from mbox files, maildirs and single messages, by templates that are data.

Templates: spiders/mail_templates/*.toml, and your own beside the mailbox or in the home folder; see docs/mail.md.
A mail knows nothing of answers and may cut the text off. Its day stands for that of the review.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Unpack
from urllib.parse import unquote

from core.records import Review
from spiders.engine.kit import Batch, Document, Fields, Moment, Sighting, SourceInfo, rating_of
from spiders.engine.mailbox import messages, sender_of, sent_at, subject_of, templates, text_of_mail

SOURCE = SourceInfo(
    name="mail", title="E-mail notifications of new reviews", access="none", live=False,
    legal_basis="Only imported: the recipient's own mail.", stable_id=False, incremental="one mail a review",
    limits="a notification may cut the text off, and never tells of an answer", kinds=("mail",), rank=1,
)  # fmt: skip
FIELDS = Fields(
    source="mail", author="author", rating="rating", title="title", text="text", url="url",
    posted_at="posted_at", syndicated_from="platform",
)  # fmt: skip
_MAILDIR = ("cur", "new")


def find(document: Document) -> Iterator[Batch]:
    """Yield each notification of a review; what a template knows by sender and subject only is quarantined."""
    known = templates(document.sample.path)
    if document.sample.path.parent.name in _MAILDIR:
        yield Batch(())  # one mail among many, of which most are about something else
    for number, message in enumerate(messages(document.sample)):
        sender, subject = sender_of(message), subject_of(message)
        template = next((one for one in known if one.knows(sender, subject)), None)
        if template is None:
            continue
        at = sent_at(message)
        raw: dict[str, Any] = {"platform": template.platform, "message": str(message["Message-ID"] or number)}
        try:
            raw |= template.read(subject, text_of_mail(message))
            raw |= {"best": template.best, "worst": template.worst, "sent_at": at.isoformat() if at else None}
        except ValueError as error:
            raw["refused"] = str(error)
        yield Batch([raw], raw.get("listing"), f"mail {number}", seen_at=at)


def parse_review(raw: Any, **sighting: Unpack[Sighting]) -> Review:
    """Read what a template found in one mail."""
    if "refused" in raw:
        raise ValueError(raw["refused"])
    computed: dict[str, Any] = {"rating": rating_of(raw.get("rating"), raw.get("best", 5), raw.get("worst", 1))}
    if not raw.get("posted_at") and raw.get("sent_at"):
        computed["posted_at"] = Moment(datetime.fromisoformat(raw["sent_at"]), "day")
    if raw.get("review_id"):
        computed["review_id"] = unquote(raw["review_id"])
    return FIELDS.review(raw, sighting, **computed)
