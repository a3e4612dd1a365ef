"""Yandex Market: the shop's own reviews, as `goods-feedback` and its `comments` of the partner API give them.

Described by yandex-market/yandex-market-partner-api. Answers come as comments, in a file of their own or beside the
reviews, and are joined by `feedbackId`; they have no time. `needReaction` is kept as the platform's flag only.
Not verified on recorded answers.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Unpack

from core.records import ReplyState, Review
from spiders.engine.document import Batch, Document, has
from spiders.engine.mapping import Fields, at
from spiders.engine.parsing import Raw, Sighting
from spiders.engine.replies import YANDEX_MARKET
from spiders.engine.source import SourceInfo

SOURCE = SourceInfo(
    name="yandex_market",
    title="Yandex Market",
    tier="experimental",
    live=False,
    access="none",
    terms_url="https://yandex.ru/dev/market/partner-api/doc/ru/",
    legal_basis="Only imported: answers of the API that a shop asked with its own key.",
    shows_reply=True,
    incremental="order of publication; the last page token can be used again",
    limits="50 a page, 6 months a request",
    kinds=("json", "rows"),
    marks=("feedbackId",),
)
FIELDS = Fields(
    source="yandex_market", review_id="feedbackId", author="author", rating="statistics.rating", no_rating=(0,),
    pros="description.advantages", cons="description.disadvantages", text="description.comment",
    labels={"pros": "Достоинства", "cons": "Недостатки", "text": "Комментарий"}, posted_at="createdAt",
    reply_text="_answer.text", reply_state="_answer.status", states=YANDEX_MARKET,
    has_photo="media.photos|media.videos", subject_kind="product", subject_id="identifiers.offerId|identifiers.modelId",
)  # fmt: skip
_is_feedback = has("feedbackId", "createdAt", any_of=("statistics", "description", "needReaction"))
_is_comment = has("feedbackId", "id", "text", "author", "status")
_BY_WORTH = ("PUBLISHED", "UNMODERATED", "BANNED", "DELETED")


def find(document: Document) -> Iterator[Batch]:
    """Yield the reviews, each with the comments on it that the document holds."""
    comments: dict[str, list[Raw]] = defaultdict(list)
    if document.kind == "json":
        for batch in document.batches(_is_comment):
            for comment in filter(_is_comment, batch.raws):
                comments[str(comment["feedbackId"])].append(comment)
    for batch in document.batches(_is_feedback):
        yield Batch((_with_answer(raw, comments) for raw in batch.raws), None, batch.where)


def parse_review(raw: Any, **sighting: Unpack[Sighting]) -> Review:
    """Read one review; where it has comments that the document does not hold, the state of the answer is unknown."""
    flag = raw.get("needReaction")
    computed: dict[str, Any] = {"processed_flag": not flag if isinstance(flag, bool) else None}
    if not raw.get("_answer"):
        is_known = raw.get("_comments") or at(raw, "statistics.commentsCount") == 0
        computed["reply_state"] = ReplyState.none if is_known else ReplyState.unknown
    return FIELDS.review(raw, sighting, **computed)


def _with_answer(raw: Any, comments: dict[str, list[Raw]]) -> Any:
    if not _is_feedback(raw):
        return raw
    own = raw.get("comments") if isinstance(raw.get("comments"), list) else comments.get(str(raw["feedbackId"]), [])
    said = [one for one in own if isinstance(one, dict) and at(one, "author.type") in ("BUSINESS", "BRAND")]
    said.sort(key=lambda one: _BY_WORTH.index(one["status"]) if one.get("status") in _BY_WORTH else len(_BY_WORTH))
    return {**raw, "_comments": len(own), "_answer": said[0] if said else None}
