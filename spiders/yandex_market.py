"""Yandex Market: the reviews of a shop's goods with their comments, as the partner API gives them to the shop's key.

Described by yandex-market/yandex-market-partner-api and the reference. A comment of the shop or the brand answers; it
has a state and no time. Comments come review by review, by a call of their own; in a file they may stand beside the
reviews, and are joined by `feedbackId`. `needReaction` is kept as the platform's flag only. Not verified on recorded
answers, and so read either way: whether the list begins with the newest or the oldest; whether its last page names
another; whether comments that are not published yet are shown, and counted; whether a comment that was changed is
looked at anew, and which words are shown until then; whether a review that is older than half a
year can be asked for by its id (else by its moment); what a key answers to another shop's number.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Unpack
from urllib.parse import urlencode

from scrapy.http import JsonRequest, Request, Response

from core.errors import ConfigurationError
from core.records import ReplyState, Review
from spiders.engine.client import ApiClient
from spiders.engine.credentials import Auth, HeaderAuth, Keys
from spiders.engine.dates import aware_or_none
from spiders.engine.discovery import Found
from spiders.engine.document import Batch, Document, has
from spiders.engine.job import OpenReview
from spiders.engine.mapping import Fields, at
from spiders.engine.page import Detail, Page, SourceError
from spiders.engine.parsing import Raw, Sighting, warn_unknown
from spiders.engine.refusals import ApiError
from spiders.engine.replies import YANDEX_MARKET
from spiders.engine.source import SourceInfo
from spiders.engine.spans import Span, newest
from spiders.engine.spider import ReviewSpider

SOURCE = SourceInfo(
    name="yandex_market", title="Yandex Market", tier="experimental", access="api",
    base_url="https://api.partner.market.yandex.ru", terms_url="https://yandex.ru/dev/market/partner-api/doc/ru/",
    legal_basis="A shop asks the API for the reviews of its goods with its own key; saved answers are imported.",
    secret={"YANDEX_MARKET_KEY": "an Api-Key token of the shop's cabinet with the access to communication with buyers"},
    options={"account": "which key: its variables end in this name, in capitals",
             "offers": "SKUs of the only goods that are read, with commas (20 at most)"},
    shows_reply=True, quota=(5000, 3600, 500),
    incremental="posting time, from a week before the newest known; a later comment or edit moves nothing up",
    limits="50 a page, half a year a request, a call for the comments of a review; 5000 calls an hour",
    kinds=("json", "rows"), marks=("feedbackId",), joins=True, reply_length=(1, 4096), reply_replaces=True,
)  # fmt: skip
MEANINGS = {
    "any of the scopes": "the key lacks the access: edit it (Settings, API and modules), add communication with buyers",
    "token is revoked": "the key was deleted: make a new one (Settings, API and modules)",
    "Api-Key token": "the key is no Api-Key token of the cabinet: copy it again, or make a new one",
    "User account is disabled": "the account behind the key is blocked: ask the Market's support",
    "manually disabled": "the API is switched off for this shop: switch it on (Settings, API and modules)",
    "due to inactivity": "the API is off because the shop was idle: switch it on (Settings, API and modules)",
    "no active contracts": "the API is off because the shop has no contract with the Market",
    "no placement program": "the API is off because the shop's registration is not complete",
    "only disabled partners": "the API is off for all shops of the cabinet: switch it on (Settings, API and modules)",
    "Market Yandex Go": "the API has no reviews of shops of Market Yandex Go",
    "Access denied": "the key is of another cabinet: check the listing's target",
    "parallel requests": "somebody else asks with keys of this cabinet at the same time",
    "Hit rate limit": "the cabinet's quota is used up",
    "Duplicate comment": "a comment with these words exists already, perhaps blocked: look at it, or use other words",
    "Illegal url": "links to other sites than the Market are not allowed in a comment",
    "Grade not found": "there is no such review any more",
    "Feedbacks not found": "there is no such review any more",
}
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
_HALF_YEAR = timedelta(days=180)


def find(document: Document) -> Iterator[Batch]:
    """Yield the reviews, each with the comments on it that the document holds."""
    comments: dict[str, list[Raw]] = defaultdict(list)
    if document.kind == "json":
        for batch in document.batches(_is_comment):
            for comment in filter(_is_comment, batch.raws):
                comments[str(comment["feedbackId"])].append(comment)
        if at(document.json, "status") == "OK" and at(document.json, "result.feedbacks") == []:
            yield Batch(())
    for batch in document.batches(_is_feedback):
        yield Batch((_with_answer(raw, comments) for raw in batch.raws), None, batch.where)


def parse_review(raw: Any, **sighting: Unpack[Sighting]) -> Review:
    """Read one review; where it has comments that the document does not hold, the state of the answer is unknown."""
    flag = raw.get("needReaction")
    computed: dict[str, Any] = {"processed_flag": not flag if isinstance(flag, bool) else None}
    if not raw.get("_answer"):
        is_known = raw.get("_comments") or _counted(raw) == 0
        computed["reply_state"] = ReplyState.none if is_known else ReplyState.unknown
    return FIELDS.review(raw, sighting, **computed)


def _with_answer(raw: Any, comments: dict[str, list[Raw]]) -> Any:
    if not _is_feedback(raw):
        return raw
    own = raw.get("comments") if isinstance(raw.get("comments"), list) else comments.get(str(raw["feedbackId"]), [])
    return {**raw, "_comments": len(own), "_answer": _answer(own)}


def _answer(comments: list[Any]) -> Raw | None:
    """Return the comment of the shop or the brand that counts."""
    return min((one for one in comments if isinstance(one, dict) and _is_the_shops(one)), key=_worth, default=None)


def _is_the_shops(comment: Raw) -> bool:
    kind = at(comment, "author.type")
    if kind not in ("USER", "BUSINESS", "BRAND", None):
        warn_unknown("yandex_market", "the author of a comment", kind)
    return kind in ("BUSINESS", "BRAND") or (kind != "USER" and comment.get("canModify") is True)


def _worth(comment: Raw) -> tuple[int, bool]:
    """The best state first; of two, the one that answers the review and not another comment."""
    state = comment.get("status")
    return (_BY_WORTH.index(state) if state in _BY_WORTH else len(_BY_WORTH), comment.get("parentId") is not None)


def _counted(raw: Raw) -> Any:
    return at(raw, "statistics.commentsCount")


def authorise(keys: Keys) -> Auth:
    """Sign with the token, which stands in a header of its own."""
    return HeaderAuth(keys.name("YANDEX_MARKET_KEY"), {"Api-Key": keys.get("YANDEX_MARKET_KEY")})


def discover(client: ApiClient) -> Iterator[Found]:
    """Yield the cabinets of the key's shops: reviews are of the goods of a whole cabinet."""
    for campaign in client.pages("/v2/campaigns", "campaigns", limit=100):
        if number := at(campaign, "business.id"):
            yield Found(str(number), str(at(campaign, "business.name") or number))


def post_reply(client: ApiClient, target: str, review_id: str, text: str) -> None:
    """Post a comment to a review.

    Raises:
        ApiError: also where the API says with status 200 that it was not taken.
    """
    _send_comment(client, target, review_id, {"text": text})


def standing_reply(client: ApiClient, target: str, review_id: str) -> Raw:
    """Return the comment that answers a review now and may be changed.

    Raises:
        ApiError: also where there is none, or the key may not change it.
    """
    path, body = f"/v2/businesses/{target}/goods-feedback/comments", {"feedbackId": int(review_id)}
    said, token, asked = list[Any](), "", set[str]()
    while token not in asked:
        asked.add(token)
        query: dict[str, str | int] = {"limit": 50, "pageToken": token} if token else {"limit": 50}
        answer = client.send("POST", path, query=query, json=body)
        said += at(answer, "result.comments") or ()
        token = _token(answer) or token  # a token that was asked with before ends it
    found = _answer(said)
    if found is None or found.get("id") is None:
        raise ApiError("Yandex Market shows no comment of the shop that could be changed", 409)
    if found.get("canModify") is False:
        raise ApiError("Yandex Market does not let this key change the comment that stands there", 409)
    return found


def change_reply(client: ApiClient, target: str, review_id: str, text: str) -> None:
    """Change the comment that answers a review now.

    Raises:
        ApiError: as `standing_reply` and `post_reply`.
    """
    comment = standing_reply(client, target, review_id)
    _send_comment(client, target, review_id, {"id": comment["id"], "text": text})


def _send_comment(client: ApiClient, target: str, review_id: str, comment: Raw) -> None:
    body = {"feedbackId": int(review_id), "comment": comment}
    answer = client.send("POST", f"/v2/businesses/{target}/goods-feedback/comments/update", json=body, tries=1)
    if at(answer, "status") == "ERROR":
        raise ApiError(f"Yandex Market does not take the comment; it says: {at(answer, 'errors')!s:.140}", 400)


class YandexMarketSpider(ReviewSpider, source=SOURCE):
    """`target` is the number of the cabinet (businessId), not of one of its shops."""

    def first_request(self) -> Request:
        """Ask for the news, or for what the API shows by itself: half a year."""
        where = f"listings.{self.listing.id}"
        if not self.listing.target.isdecimal():
            raise ConfigurationError(
                f"{where}.target: expected a cabinet's number such as 1234567, got {self.listing.target!r}"
            )
        if len(self._offers) > 20:
            raise ConfigurationError(f"{where}.options.offers: at most 20, got {len(self._offers)}")
        return self._page(Span.after(self.reading.back_to, self.clock(), _HALF_YEAR))

    def parse_page(self, response: Response) -> Page:
        """Read a page of a span of time; after its last one comes the next span."""
        if response.meta.get("is_proof"):
            return self._proved(response)
        now, span, is_first = self.clock(), response.meta["span"], "pageToken" not in response.meta
        raws = [raw for batch in self.batches(response) for raw in batch.raws]
        times = [time for raw in raws if (time := aware_or_none(at(raw, "createdAt"))) is not None]
        oldest = min([*times, *filter(None, [response.meta.get("oldest")])], default=None)
        token = _token(self.json(response))
        if self.reading.back_to is not None:
            self.reading.skip()
        more: Request | None = None
        if token and token != response.meta.get("pageToken"):
            is_upside_down = bool(times) and times[0] < times[-1] and not self.job.pulse
            if is_first and span == Span() and is_upside_down:  # the newest must not wait for the oldest
                return Page(next=self._page(newest(now)), listed=1, newest=now, oldest=now)
            more = self._page(span, token, oldest)
        elif span == Span() and is_first and not raws:
            more = Request(f"{self.base_url}/v2/campaigns?limit=100", meta={"is_proof": True})
        else:
            is_news = self.reading.back_to is not None
            following = span.next(now, _HALF_YEAR) if is_news else span.older(oldest, _HALF_YEAR)
            more = self._page(following) if following else None
        apart = [raw for raw in raws if _is_feedback(raw) and (_counted(raw) != 0 or _key(raw) in self.reading.open)]
        return Page(
            reviews=[raw for raw in raws if raw not in apart],
            details=[Detail(_key(raw), aware_or_none(raw["createdAt"]), self._comments(raw)) for raw in apart],
            next=more,
            listed=len(raws) or int(more is not None),
            newest=now,  # nothing is known of the order, so that only the last span ends the reading
            oldest=now,
        )

    def look_up(self, review: OpenReview) -> Request | None:
        """Ask for one review: a later comment never moves it anywhere."""
        if not review.review_id.isdecimal():
            return None
        about = {"wanted": review.review_id, "posted_at": review.posted_at}
        return self._ask("", {"feedbackIds": [int(review.review_id)]}, about)

    def parse_look_up(self, response: Response) -> Page:
        """Read the review, then its comments, page by page; what neither its id nor its moment shows is gone."""
        about = response.meta
        if "raw" in about:
            return self._with_comments(response)
        raws = [raw for batch in self.batches(response) for raw in batch.raws]
        found = [raw for raw in raws if _is_feedback(raw) and _key(raw) == about["wanted"]]
        if found:
            return Page(more=self._comments(found[0]))
        if about["posted_at"] is None:
            return Page(gone=[about["wanted"]])
        moment = Span(about["posted_at"] - timedelta(seconds=1), about["posted_at"] + timedelta(seconds=1))
        return Page(more=self._ask("", _times(moment), {"wanted": about["wanted"], "posted_at": None}))

    def _with_comments(self, response: Response) -> Page:
        about, comments = response.meta, at(self.json(response), "result.comments")
        if not isinstance(comments, list):
            raise SourceError("answered something else than comments")
        token, said = _token(self.json(response)), [*about["said"], *comments]
        if token and comments and token != about.get("pageToken"):
            return Page(more=self._comments(about["raw"], said, token))
        return Page(reviews=[{**_with_answer({**about["raw"], "comments": said}, {}), "_comments": True}])

    def _proved(self, response: Response) -> Page:
        """Believe that there are no reviews where the key is of this cabinet: another number may show none either."""
        campaigns = at(self.json(response), "campaigns")
        if not isinstance(campaigns, list):
            raise SourceError("answered something else than the shops of the key")
        known = sorted({str(at(one, "business.id")) for one in campaigns})
        if self.listing.target not in known:
            where = f"listings.{self.listing.id}.target"
            raise ConfigurationError(f"{where}: the key is of cabinet {', '.join(known)}, not {self.listing.target}")
        return Page(total=0)

    @property
    def _offers(self) -> list[str]:
        return [sku.strip() for sku in str(self.listing.options.get("offers", "")).split(",") if sku.strip()]

    def _page(self, span: Span, token: str = "", oldest: datetime | None = None) -> Request:
        body = {**_times(span), **({"offerIds": self._offers} if self._offers else {})}
        return self._ask("", body, {"span": span, "oldest": oldest}, token)

    def _comments(self, raw: Raw, said: list[Raw] | None = None, token: str = "") -> Request:
        # A 404 here speaks of comments, not of the review, which was just listed.
        about = {"raw": raw, "said": said or [], "handle_httpstatus_list": []}
        return self._ask("/comments", {"feedbackId": raw["feedbackId"]}, about, token)

    def _ask(self, what: str, body: dict[str, Any], about: dict[str, Any], token: str = "") -> Request:
        query = urlencode({"limit": 50, **({"pageToken": token} if token else {})})
        address = f"{self.base_url}/v2/businesses/{self.listing.target}/goods-feedback{what}?{query}"
        return JsonRequest(address, data=body, meta={**about, **({"pageToken": token} if token else {})})


def _times(span: Span) -> dict[str, str]:
    ends = {"dateTimeFrom": span.since, "dateTimeTo": span.until}
    return {name: moment.isoformat() for name, moment in ends.items() if moment is not None}


def _token(answer: Any) -> str:
    token = at(answer, "result.paging.nextPageToken")
    return token if isinstance(token, str) else ""


def _key(raw: Raw) -> str:
    return str(raw["feedbackId"])
