"""Wildberries: the seller API with the seller's token; saved pages of feedbacks, their elements and the site's JSON.

Shapes seen: rendered pages of 2025 and their elements; the seller API as eslazarev/wildberries-sdk has it from the
official specification, the site's `feedbacks/v1` and `v2` as typed in public code (WbFeedbackResponse).
The API lists answered and unanswered ones apart, so both are read; `isAnswered` is kept as the platform's flag only.
A supplement has an id and an answer of its own, and is a review of its own. An answer may be changed once, within sixty
days, as long as it is `editable`; ids are not checked where one is posted, so that only the next look proves it.
Not verified: `answer.createDate` outside the site's JSON; the words by which a token or a change is refused; that a
feedback that is gone is answered by 404; that a rejected answer is followed by a new one and not changed.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Unpack
from urllib.parse import urlencode

from scrapy.http import Request, Response

from core.errors import ConfigurationError
from core.records import ReplyState, Review
from spiders.engine.beside import shown_rating
from spiders.engine.blocking import BlockedError
from spiders.engine.client import ApiClient
from spiders.engine.credentials import Auth, HeaderAuth, Keys
from spiders.engine.discovery import Found
from spiders.engine.document import Batch, Document, by, completed, has
from spiders.engine.job import OpenReview
from spiders.engine.mapping import Fields, at, first
from spiders.engine.markup import cut
from spiders.engine.page import Page, SourceError
from spiders.engine.parsing import Raw, Sighting, from_iso
from spiders.engine.refusals import ApiError
from spiders.engine.replies import WILDBERRIES
from spiders.engine.source import SourceInfo
from spiders.engine.spider import ReviewSpider
from spiders.engine.values import count_of, rating_of

SOURCE = SourceInfo(
    name="wildberries", title="Wildberries", tier="verified", access="api",
    base_url="https://feedbacks-api.wildberries.ru", terms_url="https://dev.wildberries.ru/",
    legal_basis="A seller asks the API for the feedbacks on his own goods with his token; saved pages are imported.",
    secret={"WILDBERRIES_TOKEN": "a token of the seller's account with the category Feedbacks and Questions"},
    options={"account": "which key: its variables end in this name, in capitals"},
    shows_reply=True, quota=(180, 60, 6), window_reviews=199990,
    incremental="createdDate, newest first, unanswered and answered apart; a later answer moves nothing up",
    limits="3 calls a second; 199990 feedbacks of each kind; a saved page has relative dates and no ids",
    kinds=("html", "json", "rows"), marks=("feedback__", "productValuation", "feedbacks"),
    reply_length=(2, 5000), reply_replaces=True,
)  # fmt: skip
MEANINGS = {
    "token scope not allowed": "the token lacks the category Feedbacks and Questions: make one that has it",
    "read-only token": "the token may only read: make one that may also write",
    "access token expired": "the token has expired: make a new one in the seller's account",
    "token withdrawn": "the token was withdrawn: make a new one in the seller's account",
    "token expired": "the token has expired: make a new one in the seller's account",
}
_LABELS = {"pros": "Достоинства", "cons": "Недостатки", "text": "Комментарий"}
_JSON = Fields(
    source="wildberries",
    review_id="id", author="wbUserId|globalUserId|userName|wbUserDetails.name",
    rating="productValuation", no_rating=(0,), pros="pros", cons="cons", text="text", labels=_LABELS,
    posted_at="createdDate", reply_text="answer.text", reply_at="answer.createDate", reply_known="answer",
    reply_state="answer.state", states=WILDBERRIES, helpful_votes="votes.pluses", has_photo="photoLinks|photos|photo",
    processed_flag="_is_answered", subject_kind="product", subject_id="productDetails.nmId|nmId",
)  # fmt: skip
_SHOWN = Fields(
    source="wildberries",
    author="author", pros="pros", cons="cons", text="text", labels=_LABELS, posted_at="date",
    reply_text="reply", reply_known=True, has_photo="photos",
)  # fmt: skip
_is_feedback = has("id", "productValuation", any_of=("answer", "createdDate", "pros"))
_ELEMENT = ".comments__item.feedback, .feedback[itemprop=review]"
_PARTS = {"Достоинства": "pros", "Недостатки": "cons", "Комментарий": "text"}
_TAKE = 500
_FURTHEST = 199990
_PART = re.compile(rf"({'|'.join(_PARTS)})\s*:\s*")


def find(document: Document) -> Iterator[Batch]:
    """Yield the feedbacks of a page, of one of its elements, or of an answer of an API.

    Raises:
        BlockedError: a page of the site without any feedback, or an error that the API answers.
    """
    if document.kind == "html":
        elements = document.html.cssselect(_ELEMENT)
        if elements:
            yield replace(_listing(document), raws=[_shown(element) for element in elements])
        elif document.host.endswith("wildberries.ru"):
            raise BlockedError("a page of Wildberries without feedbacks: saved before it was filled, or another page")
        return
    page = document.json if document.kind == "json" else None
    if at(page, "error") is True and at(page, "errorText"):
        raise BlockedError(f"the API of Wildberries answers: {at(page, 'errorText')!s:.200}")
    if _is_empty(page) or _is_empty(at(page, "data")):
        yield Batch(())
    is_sellers, alone = at(page, "data.countUnanswered") is not None, at(page, "data")
    inside = alone if _is_feedback(alone) else None
    for batch in completed(document, _is_feedback, "answer", inside=inside, is_told=is_sellers):
        rating, count = shown_rating(first(page, "valuation")), count_of(at(page, "feedbackCount"))
        yield replace(by(batch, "productDetails.nmId|nmId"), rating=rating, total=count, count=count)


def _is_empty(answer: Any) -> bool:
    return has("feedbacks", any_of=("countUnanswered", "feedbackCount"))(answer) and not answer["feedbacks"]


def _listing(document: Document) -> Batch:
    """What the page says of the product: its number, its rating and the votes behind it."""
    number = re.search(r"/catalog/(\d+)/(?:feedbacks|detail)", document.text)
    shown = cut(document.html, {"rating": ".rating-product__numb", "votes": ".rating-product__review"})
    votes = re.sub(r"\D", "", shown["votes"] or "")
    rating = shown_rating(shown["rating"])
    return Batch((), listing=number[1] if number else None, rating=rating, count=count_of(votes))


def _shown(element: Any) -> Raw:
    return cut(
        element,
        {
            "author": "meta[itemprop=author]@content | .feedback__header",
            "date": ".feedback__date@content | .feedback__date",
            "stars": ".feedback__rating@class",
            "parts": ".feedback__text--item*",
            "whole": ".j-feedback__text | [itemprop=reviewBody]",
            "states": ".feedback__state--text*",
            "photos": ".feedback__photo#",
            "reply": ".feedback__text--sellers-reply",
            "more": ".feedback__text--sellers-reply .feedback__expand",
        },
    )


def parse_review(raw: Raw, **sighting: Unpack[Sighting]) -> Review:
    """Return the review of a raw one, of an API or of a page."""
    if _is_feedback(raw):
        number = first(raw, "productDetails.nmId|nmId")
        computed: dict[str, Any] = {"url": f"https://www.wildberries.ru/catalog/{number}/feedbacks" if number else None}
        if first(raw, "answer.text") and not first(raw, "answer.state"):  # what the site itself shows is published
            computed["reply_state"] = ReplyState.published
        return _JSON.review(raw, sighting, **computed)
    stars = re.search(r"\bstar([1-5])\b", raw["stars"] or "")
    parts: dict[str, str] = {}
    for shown in raw["parts"] or [raw["whole"] or ""]:
        label = _PART.match(shown)
        name = _PARTS[label[1]] if label else "text"
        words = shown[label.end() :] if label else shown
        parts[name] = f"{parts[name]}\n{words}" if name in parts else words
    return _SHOWN.review(
        {**raw, **parts},
        sighting,
        rating=rating_of(stars[1]) if stars else None,
        reply_text=(raw["reply"] or "").removesuffix(raw["more"] or "").strip() or None,
        is_verified=True if "Выкупили" in raw["states"] else None,
    )


def authorise(keys: Keys) -> Auth:
    """Sign with the token, which stands in the header as it is."""
    return HeaderAuth(keys.name("WILDBERRIES_TOKEN"), {"Authorization": keys.get("WILDBERRIES_TOKEN")})


def discover(client: ApiClient) -> Iterator[Found]:
    """Yield the whole shop, and each of its goods that has a feedback among the newest ones."""
    yield Found("all", "all goods of the shop")
    for is_answered in ("false", "true"):
        answer = client.get("/api/v1/feedbacks", isAnswered=is_answered, take=5000, skip=0, order="dateDesc")
        for raw in at(answer, "data.feedbacks") or ():
            if number := at(raw, "productDetails.nmId"):
                yield Found(str(number), str(at(raw, "productDetails.productName") or number))


def post_reply(client: ApiClient, target: str, review_id: str, text: str) -> None:  # noqa: ARG001  the id is enough
    """Post the answer to a feedback.

    Raises:
        ApiError: also where the API says with status 200 that it was not taken.
    """
    _send_answer(client, "POST", review_id, text)


def standing_reply(client: ApiClient, target: str, review_id: str) -> Raw:  # noqa: ARG001  the id is enough
    """Return the answer that stands there and may be changed.

    Raises:
        ApiError: also where there is none, or it may not be changed any more.
    """
    answer = at(client.get("/api/v1/feedback", id=review_id), "data.answer")
    if not isinstance(answer, dict):
        raise ApiError("Wildberries shows no answer that could be changed", 409)
    if answer.get("editable") is False:
        raise ApiError("Wildberries lets an answer be changed once, within sixty days: this one cannot be", 409)
    return answer


def change_reply(client: ApiClient, target: str, review_id: str, text: str) -> None:  # noqa: ARG001  the id is enough
    """Change the answer that stands there.

    Raises:
        ApiError: as `post_reply`.
    """
    _send_answer(client, "PATCH", review_id, text)


def _send_answer(client: ApiClient, method: str, review_id: str, text: str) -> None:
    answer = client.send(method, "/api/v1/feedbacks/answer", json={"id": review_id, "text": text}, tries=1)
    if at(answer, "error") is True:
        raise ApiError(f"Wildberries does not take the answer; it says: {at(answer, 'errorText')!s:.140}", 400)


class WildberriesSpider(ReviewSpider, source=SOURCE):
    """`target` is `all`, or an article of Wildberries (nmId): digits, as in the address of the goods."""

    def first_request(self) -> Request:
        """Ask for the newest feedbacks without an answer."""
        if self.listing.target != "all" and not self.listing.target.isdecimal():
            where = f"listings.{self.listing.id}.target"
            raise ConfigurationError(
                f"{where}: expected all, or an article such as 123456789, got {self.listing.target!r}"
            )
        return self._page(is_answered=False, skip=0)

    def parse_page(self, response: Response) -> Page:
        """Read a page of one kind; when the unanswered ones reach what is known, the answered ones come next."""
        is_answered, skip = response.meta.get("is_answered", False), response.meta.get("skip", 0)
        raws = [raw for batch in self.batches(response) for raw in batch.raws]
        raws = [{**raw, "_is_answered": is_answered} if isinstance(raw, dict) else raw for raw in raws]
        back_to, oldest = self.reading.back_to, min(filter(None, map(_posted_at, raws)), default=None)
        is_known = back_to is not None and oldest is not None and oldest < back_to
        following = skip + len(raws)
        if following > _FURTHEST or (is_known and not is_answered):
            self.reading.skip()
        is_last = not raws or following > _FURTHEST
        more = None if is_last else self._page(is_answered=is_answered, skip=following)
        if is_answered:
            is_new_shop = self.job.watermark is None and not response.meta.get("had_some", True)
            return Page(reviews=raws, next=more, total=0 if is_new_shop and not raws else None)
        if is_last or is_known:
            more = self._page(is_answered=True, skip=0, had_some=following > 0)
        # Of the answered ones nothing is read yet: no page of the others ends the reading, nor is its empty end a hole.
        listed = max(len(raws), 1) if skip else len(raws)
        return Page(reviews=raws, next=more, listed=listed, newest=self.clock(), oldest=self.clock())

    def look_up(self, review: OpenReview) -> Request:
        """Ask for one feedback: a later answer never moves it up in the list."""
        return Request(f"{self.base_url}/api/v1/feedback?{urlencode({'id': review.review_id})}")

    def parse_look_up(self, response: Response) -> Page:
        """Read the feedback itself.

        Raises:
            BlockedError: the API answers an error.
            SourceError: it answers something else than a feedback.
        """
        answer = self.json(response)
        if at(answer, "error") is True:
            raise BlockedError(f"the API of Wildberries answers: {at(answer, 'errorText')!s:.200}")
        if not _is_feedback(at(answer, "data")):
            raise SourceError("answered something else than a feedback")
        return Page(reviews=[answer["data"]])

    def _page(self, *, is_answered: bool, skip: int, **meta: bool) -> Request:
        query: dict[str, Any] = {
            "isAnswered": str(is_answered).lower(),
            "take": _TAKE,
            "skip": skip,
            "order": "dateDesc",
        }
        if self.listing.target != "all":
            query["nmId"] = self.listing.target
        noted = {"is_answered": is_answered, "skip": skip, **meta}
        return Request(f"{self.base_url}/api/v1/feedbacks?{urlencode(query)}", meta=noted)


def _posted_at(raw: Any) -> datetime | None:
    """Return when a feedback was written; None where that cannot be read, which its parser then tells."""
    try:
        return from_iso(at(raw, "createdDate"))
    except (TypeError, ValueError):
        return None
