"""Ozon: the seller API with the seller's key; the review widget of a product page, as its page API answers it.

Shapes seen: `webListReviews` recorded by Lueur3/ozon-reviews-parser (its values are JSON in strings on the wire), the
seller API as copies of its reference of 2026 describe it. Answered is what a comment of the seller answers, whatever
the status says. Reference and samples contradict each other on `filters.skus` (also `sku`) and on the words of
`status`, so goods are told apart here once more, and any status is taken. Not verified: that DESC is by time; whether
comments that await moderation are counted, or shown with `is_published` and `is_rejected` (the reference says that
they are not, and lists both); that a review that is gone is answered by 404; how long a comment may be (3000 is said of
answers to questions); that a posted comment makes its review PROCESSED at once; the widget's comments of the seller;
whether a list ends before the oldest review (nobody says so: what a night reads is taken for the window).
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, Unpack

from scrapy.http import JsonRequest, Request, Response

from core.errors import ConfigurationError
from core.records import ReplyState, Review
from spiders.engine.client import ApiClient
from spiders.engine.credentials import Auth, HeaderAuth, Keys
from spiders.engine.dates import aware_or_none
from spiders.engine.discovery import Found
from spiders.engine.job import OpenReview
from spiders.engine.kit import (
    Batch,
    Document,
    Fields,
    Raw,
    Sighting,
    SourceInfo,
    at,
    by,
    count_of,
    first,
    has,
    shown_rating,
    warn_unknown,
)
from spiders.engine.page import Detail, Page, SourceError
from spiders.engine.refusals import ApiError
from spiders.engine.spider import ReviewSpider

SOURCE = SourceInfo(
    name="ozon", title="Ozon", tier="verified", access="api", base_url="https://api-seller.ozon.ru",
    terms_url="https://docs.ozon.ru/api/seller/",
    legal_basis="A seller asks the API for the reviews of his own goods with his key; saved pages are imported.",
    secret={"OZON_CLIENT_ID": "the Client-Id that stands above the keys in the seller's account",
            "OZON_API_KEY": "an Api-Key with the role Review"},
    options={"account": "which key: its variables end in this name, in capitals"},
    shows_reply=True, shows_reply_time=True, shows_edit=True, quota=(50, 1, 10), window_reviews=2000,
    incremental="published_at, newest first; a later comment moves nothing up",
    limits="100 a page (2000 in a night, as crawl.max_pages says), a call for the comments of a review, 50 calls a "
    "second, paid plan; widget: 30 a page, about 1000 without a login",
    kinds=("json", "html", "rows"), marks=("webListReviews", "publishedAt", "published_at"),
    reply_length=(2, 3000), reply_hidden_days=10,
)  # fmt: skip
MEANINGS = {
    "Invalid Api-Key": "the Client-Id or the Api-Key is wrong: copy both again (Settings, Seller API)",
    "Api-key is deactivated": "the key was switched off or has expired: make a new one (Settings, Seller API)",
    "missing a required role": "the key lacks the role Review, or Review read only to read (Settings, Seller API)",
    "restricted to specific IP": "the key is bound to other addresses than this machine's (Settings, Seller API)",
    "headers are required": "no Client-Id or no Api-Key came through: is something between here and Ozon?",
    "request rate limit": "the key's quota is used up",
    "Company is blocked": "the seller's account is blocked: ask Ozon's support",
    "403": "the key is accepted, but the plan does not include reviews: it takes Review management or Premium Pro",
}
_LABELS = {"pros": "Достоинства", "cons": "Недостатки", "text": "Комментарий"}
_WIDGET = Fields(
    source="ozon",
    review_id="uuid", url="sharing.url", rating="content.score", no_rating=(0,),
    pros="content.positive", cons="content.negative", text="content.comment", labels=_LABELS, language="Lang",
    posted_at="publishedAt|createdAt", edited_at="updatedAt", helpful_votes="usefulness.useful",
    has_photo="content.photos", subject_kind="product", subject_id="itemId",
)  # fmt: skip
_SELLER = Fields(
    source="ozon",
    review_id="id", rating="rating", no_rating=(0,), text="text", posted_at="published_at", has_photo="photos_amount",
    helpful_votes="likes_amount", subject_kind="product", subject_id="sku",
)  # fmt: skip
_is_in_widget = has("uuid", "content", any_of=("publishedAt", "createdAt"))
_is_of_seller = has("id", "sku", "published_at", "rating", any_of=("comments_amount", "status"))
_PROCESSED = {"PROCESSED": True, "UNPROCESSED": False, "NEW": False, "VIEWED": False}
_BY_WORTH = (ReplyState.published, ReplyState.pending, ReplyState.rejected)
_LIST, _INFO, _COMMENTS = "/v2/review/list", "/v2/review/info", "/v1/review/comment/list"
_LIMIT = 100
_MOMENT = timedelta(seconds=1)


def find(document: Document) -> Iterator[Batch]:
    """Yield the reviews of each review widget, of a widget alone, of a list of its reviews, or of the seller API."""
    page = _page(document)
    states = at(page, "widgetStates")
    for name, state in (states if isinstance(states, dict) else {}).items():
        if name.startswith("webListReviews"):
            yield from _in_widget(document, _parsed(state))
    if not isinstance(states, dict):
        yield from _in_widget(document, page)
        yield from (by(batch, "sku") for batch in document.batches(_is_of_seller, inside=page))
        if has("has_next", "last_id", "reviews")(page) and not page["reviews"]:
            yield Batch(())


def _page(document: Document) -> Any:
    if document.kind == "html":
        states = {
            element.get("id", "").removeprefix("state-"): element.get("data-state")
            for element in document.html.xpath("//*[@data-state and contains(@id, 'webListReviews')]")
        }
        shown = "".join(document.html.xpath("//pre[contains(., 'widgetStates')]//text()"))
        return {"widgetStates": states} if states else _parsed(shown)
    return document.json if document.kind == "json" else None


def _parsed(state: Any) -> Any:
    if not isinstance(state, str):
        return state
    try:
        return json.loads(state)
    except ValueError:
        return None


def _in_widget(document: Document, widget: Any) -> Iterator[Batch]:
    score, total = at(widget, "productScore"), at(widget, "paging.total")
    if at(widget, "reviews") == [] and total is not None:
        yield Batch((), total=count_of(total))
    for batch in document.batches(_is_in_widget, inside=widget):
        yield replace(by(batch, "itemId"), total=count_of(total), rating=shown_rating(score))


def parse_review(raw: Raw, **sighting: Unpack[Sighting]) -> Review:
    """Return the review of a raw one; where it has comments that did not come with it, the reply is unknown."""
    is_widget = _is_in_widget(raw)
    comments = at(raw, "comments.list") if is_widget else raw.get("comments")
    comments = [comment for comment in comments or () if isinstance(comment, dict)]
    count = first(raw, "comments.totalCount|comments_amount")
    answer = _answer(comments)
    text = first(answer, "text|comment|content.comment|content")
    are_all = raw.get("_are_all") is True or (isinstance(count, int) and count <= len(comments))
    state = ReplyState.none if are_all and all(map(_is_told, comments)) else ReplyState.unknown
    reply = {
        "reply_text": text,
        "reply_at": first(answer, "published_at|publishedAt|createdAt"),
        "reply_state": _state(answer) if text else state,
    }
    if is_widget:
        name = " ".join(filter(None, (at(raw, "author.firstName"), at(raw, "author.lastName"))))
        return _WIDGET.review(raw, sighting, author=first(raw, "author.guid") or name or None, **reply)
    status = raw.get("status")
    if status is not None and status not in _PROCESSED:
        warn_unknown("ozon", "status", status)
    return _SELLER.review(raw, sighting, processed_flag=_PROCESSED.get(str(status)), **reply)


def _answer(comments: list[Raw]) -> Raw:
    """Return the seller's comment that counts: a published one before others, and of them the first."""
    said = sorted(filter(_is_official, comments), key=lambda one: str(first(one, "published_at|publishedAt") or ""))
    return min(said, key=lambda one: _BY_WORTH.index(_state(one)), default={})


def _state(comment: Raw) -> ReplyState:
    if comment.get("is_published") is True:
        return ReplyState.published
    if comment.get("is_rejected") is True:
        return ReplyState.rejected
    return ReplyState.pending if comment.get("is_published") is False else ReplyState.published


def _is_told(comment: Raw) -> bool:
    """Whether a comment says who wrote it, a customer or the seller."""
    is_flagged = "is_owner" in comment or "is_official" in comment
    return is_flagged or _is_official(comment) or bool(first(comment, "author.firstName|author.lastName"))


def _is_official(comment: Raw) -> bool:
    return bool(first(comment, "author.officialUser|author.clientOfficial") or comment.get("is_owner") is True
                or comment.get("is_official") is True)  # fmt: skip


def authorise(keys: Keys) -> Auth:
    """Sign with the account's number and its key; the quota is the account's."""
    number = keys.get("OZON_CLIENT_ID")
    return HeaderAuth(number, {"Client-Id": number, "Api-Key": keys.get("OZON_API_KEY")})


def discover(client: ApiClient) -> Iterator[Found]:
    """Yield the whole shop, and each of its goods that has a review among the newest ones."""
    yield Found("all", "all goods of the shop")
    last, numbers = "", list[str]()
    for _ in range(10):
        answer = client.send("POST", _LIST, json={"last_id": last, "limit": _LIMIT, "sort_dir": "DESC"})
        numbers += [str(number) for raw in at(answer, "reviews") or () if (number := at(raw, "sku"))]
        last = str(at(answer, "last_id") or "")
        if not last or at(answer, "has_next") is not True:
            break
    numbers = list(dict.fromkeys(numbers))
    names = _names(client, numbers) if numbers else {}
    for number in numbers:
        yield Found(number, names.get(number, f"article {number}"))


def _names(client: ApiClient, numbers: list[str]) -> dict[str, str]:
    """Return what goods are called; of a key without the role for that, what it lacks."""
    try:
        answer = client.send("POST", "/v3/product/info/list", json={"sku": numbers})
    except ApiError as error:
        if not error.is_refusal:
            raise
        return {number: f"article {number} (its name takes the role Product read only)" for number in numbers}
    names: dict[str, str] = {}
    for item in first(answer, "items|result.items") or ():
        skus = [at(item, "sku"), *(at(one, "sku") for one in at(item, "sources") or ())]
        names |= {str(sku): str(at(item, "name")) for sku in skus if sku and at(item, "name")}
    return names


def post_reply(client: ApiClient, target: str, review_id: str, text: str) -> None:  # noqa: ARG001  the id is enough
    """Post a comment to a review and mark the review as processed, which shows at once; the comment is moderated.

    Raises:
        ApiError: also where the answer names no comment.
    """
    comment = {"review_id": review_id, "text": text, "mark_review_as_processed": True}
    answer = client.send("POST", "/v1/review/comment/create", json=comment, tries=1)
    if not at(answer, "comment_id"):
        raise ApiError("Ozon answers the posting of a comment without naming one")


class OzonSpider(ReviewSpider, source=SOURCE):
    """`target` is `all`, or an article of Ozon (SKU): digits, as in the address of the goods."""

    def first_request(self) -> Request:
        """Ask for the newest reviews."""
        if self.listing.target != "all" and not self.listing.target.isdecimal():
            where = f"listings.{self.listing.id}.target"
            raise ConfigurationError(
                f"{where}: expected all, or an article such as 148591503, got {self.listing.target!r}"
            )
        return self._page()

    def parse_page(self, response: Response) -> Page:
        """Read a page of the list; a review with comments, or with an open case, is read with its comments."""
        answer, is_first = self.json(response), "is_further" not in response.meta
        raws = [raw for batch in self.batches(response) for raw in batch.raws]
        last, has_next = str(at(answer, "last_id") or ""), at(answer, "has_next") is True
        if has_next and not last:
            raise SourceError("says that there are more reviews, but not from where on")
        times = [time for raw in raws if (time := aware_or_none(at(raw, "published_at"))) is not None]
        own = [raw for raw in raws if self.listing.target in ("all", str(at(raw, "sku", self.listing.target)))]
        apart = [raw for raw in own if _is_of_seller(raw) and self._has_comments(raw)]
        is_new_shop = is_first and not has_next and not raws and self.job.watermark is None
        return Page(
            reviews=[raw for raw in own if raw not in apart],
            details=[Detail(str(raw["id"]), aware_or_none(raw["published_at"]), self._comments(raw)) for raw in apart],
            next=self._page(last) if has_next else None,
            listed=len(raws),
            newest=max(times, default=None),
            oldest=min(times, default=None),
            total=0 if is_new_shop else None,
        )

    def look_up(self, review: OpenReview) -> Request:
        """Ask for one review by its moment, else by its id: a later comment never moves it up in the list."""
        if review.posted_at is None:
            return self._info(review.review_id)
        ends = {"published_from": review.posted_at - _MOMENT, "published_to": review.posted_at + _MOMENT}
        span = {name: f"{moment:%Y-%m-%dT%H:%M:%SZ}" for name, moment in ends.items()}
        # A 404 of the list speaks of no review; nor does that of comments.
        return self._list(span, "", wanted=review.review_id, handle_httpstatus_list=[])

    def parse_look_up(self, response: Response) -> Page:
        """Read the review, then its comments, page by page; what neither its moment nor its id shows is gone.

        Raises:
            SourceError: what was answered is no review.
        """
        if "raw" in response.meta:
            return self._with_comments(response)
        wanted = response.meta.get("wanted")
        raws = [raw for batch in self.batches(response) for raw in batch.raws] if wanted else [self.json(response)]
        found = next((raw for raw in raws if _is_of_seller(raw) and wanted in (None, str(raw["id"]))), None)
        if found is None and wanted is None:
            raise SourceError("answered something else than a review")
        return Page(more=self._comments(found) if found else self._info(str(wanted)))

    def _with_comments(self, response: Response) -> Page:
        about, comments = response.meta, at(self.json(response), "comments")
        if not isinstance(comments, list):
            raise SourceError("answered something else than comments")
        new = [comment for comment in comments if comment not in about["said"]]
        said = [*about["said"], *new]
        is_more = len(comments) >= _LIMIT or len(said) < (count_of(about["raw"].get("comments_amount")) or 0)
        answer = _answer(said)
        is_answered = bool(answer) and _state(answer) is ReplyState.published
        if new and is_more and not is_answered:
            return Page(more=self._comments(about["raw"], said))
        return Page(reviews=[{**about["raw"], "comments": said, "_are_all": True}])

    def _has_comments(self, raw: Raw) -> bool:
        return raw.get("comments_amount") != 0 or str(raw["id"]) in self.reading.open

    def _page(self, last: str = "") -> Request:
        goods = {} if self.listing.target == "all" else {"skus": [self.listing.target]}
        return self._list(goods, last, **({"is_further": True} if last else {}))

    def _list(self, filters: dict[str, Any], last: str, **about: Any) -> Request:
        body = {"filters": filters, "last_id": last, "limit": _LIMIT, "sort_dir": "DESC"}
        return JsonRequest(f"{self.base_url}{_LIST}", data=body, meta=about)

    def _info(self, review_id: str) -> Request:
        return JsonRequest(f"{self.base_url}{_INFO}", data={"review_id": review_id})

    def _comments(self, raw: Raw, said: list[Raw] | None = None) -> Request:
        said = said or []
        body = {"review_id": str(raw["id"]), "limit": _LIMIT, "offset": len(said), "sort_dir": "ASC"}
        about = {"raw": raw, "said": said, "handle_httpstatus_list": []}
        return JsonRequest(f"{self.base_url}{_COMMENTS}", data=body, meta=about)
