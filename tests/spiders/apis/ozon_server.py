"""The seller API of Ozon on the loopback: one shop, as the reference describes reviews and the comments on them."""

from datetime import UTC, datetime
from typing import Any

from core.clock import parse_time
from tests.spiders.apis.scenario import Month, State
from tests.spiders.apis.server import ApiServer, Call, Reply

CLIENT_ID, KEY = "7654321", "1a2b3c4d-planted-key-of-a-shop-f0e1"
GOODS = {
    "anna": 148591503, "boris": 148591503, "vera": 148591503,
}  # fmt: skip
_WORDS = {
    "expired": (403, 7, "Api-key is deactivated, use another one or generate a new one"),
    "unsigned": (401, 16, "Client-Id and Api-Key headers are required"),
    "wrong": (403, 7, "Invalid Api-Key, please contact support"),
    "clock": (403, 7, "Invalid Api-Key, please contact support"),
    "scope": (403, 7, "Api-Key is missing a required role for method"),
    "address": (403, 7, "Api-Key is restricted to specific IP addresses"),
    "plan": (403, 7, "permission denied"),
    "quota": (429, 8, "You have reached request rate limit per second"),
    "429": (429, 8, "You have reached request rate limit per second"),
    "404": (404, 5, "review not found"),
    "500": (500, 13, "Internal error"),
}


class Ozon(ApiServer):
    """Lists by published_at in pages that `last_id` continues; comments are asked for by their review.

    Args:
        month: what happens.
        viewed: reviews that the seller has marked as processed without a comment.
        discussed: reviews on which a customer comments as soon as they are written.
        tells_states: comments come with `is_published` and `is_rejected`, also unpublished ones; else published alone.
        knows_goods: the list can be narrowed to some goods; else it ignores that.
    """

    page_size = 4
    comments_size = 100

    def __init__(
        self,
        month: Month,
        *,
        viewed: frozenset[str] = frozenset(),
        discussed: frozenset[str] = frozenset(),
        tells_states: bool = False,
        knows_goods: bool = True,
    ) -> None:
        super().__init__(month)
        self.environment = {"OZON_CLIENT_ID": CLIENT_ID, "OZON_API_KEY": KEY}
        self.viewed, self.discussed = viewed, discussed
        self.tells_states, self.knows_goods = tells_states, knows_goods
        self.names_goods = True
        """Whether the key has the role for goods, too."""
        self.talk = 1
        """Comments of customers on each review that is discussed."""

    def is_signed(self, call: Call) -> bool:
        return (call.headers.get("client-id"), call.headers.get("api-key")) == (CLIENT_ID, KEY)

    def refusal(self, kind: str) -> Reply:
        status, code, message = _WORDS[kind]
        wait = {"Retry-After": "1"} if status == 429 else {}
        return Reply({"code": code, "message": message, "details": []}, status, wait)

    def answer(self, call: Call) -> Reply:
        assert call.method == "POST"
        match call.path:
            case "/v2/review/list":
                return Reply(self._page(call.body))
            case "/v2/review/info":
                return self._info(call.body["review_id"])
            case "/v1/review/comment/list":
                return self._comments(call.body)
            case "/v1/review/comment/create":
                assert call.body["mark_review_as_processed"] is True
                is_taken = self.take_reply(call.body["review_id"], call.body["text"])
                return Reply({"comment_id": "019c9c7a-b1a8-7cd6"}) if is_taken else self.refusal("404")
            case "/v3/product/info/list":
                return self._goods(call.body["sku"])
        return Reply({"code": 5, "message": "Not Found", "details": []}, 404)

    def _goods(self, skus: list[str]) -> Reply:
        assert 1 <= len(skus) <= 1000
        if not self.names_goods:
            return self.refusal("scope")
        # Of the second the number that was asked for stands among its sources only.
        goods = [{"id": 1, "name": "Лампа", "sku": 148591503}, {"id": 2, "name": "Ночник", "sku": 0,
                  "sources": [{"sku": 160249683, "source": "sds"}]}]  # fmt: skip
        return Reply({"items": goods})

    def _page(self, body: dict[str, Any]) -> dict[str, Any]:
        assert set(body) <= {"filters", "last_id", "limit", "sort_dir"}
        assert 20 <= body["limit"] <= 100
        assert body["sort_dir"] == "DESC"
        filters = body.get("filters", {})
        rows = sorted(self.reviews(), key=lambda state: state.posted_at, reverse=True)
        if filters.get("skus") and self.knows_goods:
            assert all(isinstance(sku, str) for sku in filters["skus"])
            rows = [state for state in rows if str(_goods_of(state)) in filters["skus"]]
        if "published_from" in filters:
            since, until = parse_time(filters["published_from"]), parse_time(filters["published_to"])
            rows = [state for state in rows if since <= state.posted_at <= until]
        ids = [state.id for state in rows]
        start = ids.index(body["last_id"]) + 1 if body.get("last_id") else 0
        page = rows[start : start + min(self.page_size, body["limit"])]
        return {
            "reviews": [self._listed(state) for state in page],
            "has_next": start + len(page) < len(rows),
            "last_id": page[-1].id if page else "",
        }

    def _listed(self, state: State) -> dict[str, Any]:
        if not self._said(state):
            self.show(state)
        return {
            "id": state.id,
            "sku": str(_goods_of(state)),
            "text": state.text,
            "published_at": _moment(state.posted_at),
            "rating": state.stars,
            "status": self._status(state),
            "comments_amount": len(self._said(state)),
            "photos_amount": 0,
            "videos_amount": 0,
            "order_status": "DELIVERED",
            "is_rating_participant": True,
        }

    def _info(self, one: str) -> Reply:
        found = [state for state in self.reviews() if state.id == one]
        if not found:
            return self.refusal("404")
        row = self._listed(found[0]) | {"sku": _goods_of(found[0]), "likes_amount": 0, "dislikes_amount": 0}
        return Reply(row | {"photos": [], "videos": []})

    def _comments(self, body: dict[str, Any]) -> Reply:
        assert 20 <= body["limit"] <= 100
        assert body["sort_dir"] == "ASC"
        found = [state for state in self.reviews() if state.id == body["review_id"]]
        if not found:
            return self.refusal("404")
        self.show(found[0])
        shown = [one for one in self._said(found[0]) if self.tells_states or one["is_published"]]
        first, size = body.get("offset", 0), min(self.comments_size, body["limit"])
        page = [one if self.tells_states else _plain(one) for one in shown[first : first + size]]
        return Reply({"comments": page, "offset": first + len(page)})

    def _said(self, state: State) -> list[dict[str, Any]]:
        """Return all comments on a review, also those that await moderation or were rejected."""
        said = []
        if state.id in self.discussed:
            said = [_comment(f"{state.id}-{n}", f"И у меня так ({n})", state.posted_at) for n in range(self.talk)]
        if state.reply is None or state.replied_at is None:
            return said
        own = _comment(f"{state.id}-own", state.reply, state.replied_at, is_owner=True)
        is_published = state.reply_state == "published"
        return [*said, own | {"is_published": is_published, "is_rejected": state.reply_state == "rejected"}]

    def _status(self, state: State) -> str:
        if state.reply is not None or state.id in {*self.viewed, *dict(self.posted)}:
            return "PROCESSED"
        return "VIEWED" if state.stars == 5 else "NEW"


def _comment(number: str, text: str, at: datetime, *, is_owner: bool = False) -> dict[str, Any]:
    return {
        "id": number,
        "text": text,
        "published_at": _moment(at),
        "parent_comment_id": "",
        "is_owner": is_owner,
        "is_official": is_owner,
        "is_published": True,
        "is_rejected": False,
        "likes_amount": 0,
        "dislikes_amount": 0,
        "deviation_reason": "",
    }


def _plain(comment: dict[str, Any]) -> dict[str, Any]:
    keys = ("id", "text", "published_at", "parent_comment_id", "is_owner", "is_official")
    return {key: comment[key] for key in keys}


def _goods_of(state: State) -> int:
    return GOODS.get(state.id, 160249683)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
