"""The partner API of Yandex Market on the loopback: the reviews of one cabinet and the comments on them."""

import re
import zlib
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

from tests.spiders.apis.scenario import Month, State
from tests.spiders.apis.server import ApiServer, Call, Reply, paged

CABINET = "216000001"
TOKEN = "ACMA:planted4CxCSYaI41RSC2uYWP2qj3Rhhm4knMiBEga5K:151c0664"
_MOSCOW = timezone(timedelta(hours=3))
_HALF_YEAR = timedelta(days=184)
_STATES = {"pending": "UNMODERATED", "published": "PUBLISHED", "rejected": "BANNED"}
_WORDS = {
    "expired": (401, "UNAUTHORIZED", "Api-Key token is revoked"),
    "unsigned": (401, "UNAUTHORIZED", "Api-Key token is invalid"),
    "clock": (401, "UNAUTHORIZED", "Api-Key token is invalid"),
    "scope": (403, "FORBIDDEN", "Token does not have any of the scopes to access the API method: [communication]"),
    "plan": (403, "FORBIDDEN", "API for campaign 10003 disabled because there are no active contracts with Market"),
    "stranger": (403, "FORBIDDEN", "Access denied"),
    "quota": (420, "ENHANCE_YOUR_CALM", f"Hit rate limit of 5000 requests per hour for businessId {CABINET}"),
    "429": (420, "ENHANCE_YOUR_CALM", f"Hit rate limit of 4 parallel requests for businessId {CABINET}"),
    "404": (404, "NOT_FOUND", "Grade not found."),
    "duplicate": (400, "BAD_REQUEST", "Duplicate comment."),
    "500": (500, "INTERNAL_ERROR", "Internal server error"),
}


def number(name: str) -> str:
    """Return the number by which the platform knows a review of the scenario."""
    return name if name.isdecimal() else str(zlib.crc32(name.encode()))


def numbered(text: str) -> str:
    """Return a scenario in which the reviews have the platform's numbers instead of names."""
    line = re.compile(r"^(\s*\d+ \d\d:\d\d (?!fails|refuses)\w+ )([\w-]+)", re.MULTILINE)
    return line.sub(lambda found: found[1] + number(found[2]), text)


class YandexMarket(ApiServer):
    """Lists by the time of writing, so that neither an edit nor a comment moves anything; no comment has a time."""

    page_size = 4

    def __init__(
        self,
        month: Month,
        *,
        newest_first: bool = False,
        counts_all: bool = False,
        read: frozenset[str] = frozenset(),
        discussed: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(month)
        self.newest_first = newest_first
        self.counts_all = counts_all
        """Whether `commentsCount` has comments that are not published."""
        self.read = read
        """Reviews that somebody of the shop has opened: `needReaction` is false, and there is no answer."""
        self.discussed = discussed
        """Reviews below which another buyer has asked something."""
        self.environment = {"YANDEX_MARKET_KEY": TOKEN}
        self.always_more = False
        """Whether the last page names another one, so that its token can be used again later."""
        self.forgets_ids = False
        """Whether reviews older than half a year are not found by their ids."""
        self.is_lax = False
        """Whether the number of another cabinet gets an empty list instead of a refusal."""
        self.has_comments = True
        self.is_fixed = False
        """Whether the comments of the shop may not be changed with this key."""

    def named(self, one: str) -> str:
        return number(one)

    def is_signed(self, call: Call) -> bool:
        return call.headers.get("api-key") == TOKEN

    def refusal(self, kind: str) -> Reply:
        status, code, message = _WORDS[kind]
        left = {
            "X-RateLimit-Resource-Limit": "5000",
            "X-RateLimit-Resource-Remaining": "0" if kind == "quota" else "42",
        }
        until = format_datetime(datetime.now(UTC) + timedelta(minutes=40), usegmt=True)
        body = {"status": "ERROR", "errors": [{"code": code, "message": message}]}
        return Reply(body, status, {**left, "X-RateLimit-Resource-Until": until})

    def answer(self, call: Call) -> Reply:
        if call.path == "/v2/campaigns":
            return Reply(_campaigns())
        root = f"/v2/businesses/{CABINET}/goods-feedback"
        if not call.path.startswith(root):
            return _enveloped("feedbacks", [], None) if self.is_lax else self.refusal("stranger")
        assert call.method == "POST"
        if call.path == f"{root}/comments/update":
            return self._update(call.body)
        assert 1 <= int(call.query["limit"]) <= 50
        if call.path == f"{root}/comments":
            found = [state for state in self.reviews() if number(state.id) == str(call.body["feedbackId"])]
            if not self.has_comments:
                return self.refusal("404")
            comments = self._comments(self.show(found[0])) if found else []
            return _enveloped("comments", *paged(comments, call.query.get("pageToken"), 2))
        assert call.path == root
        rows = self._found(call.body)
        states, token = paged(rows, call.query.get("pageToken"), self.page_size)
        if self.always_more and states and token is None:
            token = f"page-{len(rows)}"
        return _enveloped("feedbacks", [self._feedback(state) for state in states], token)

    def _found(self, body: dict[str, Any]) -> list[State]:
        rows = sorted(self.reviews(), key=lambda state: state.posted_at, reverse=self.newest_first)
        if "feedbackIds" in body:
            assert len(body) == 1, "not together with other filters"
            rows = [state for state in rows if not self.forgets_ids or state.posted_at > self.now - _HALF_YEAR]
            return [state for state in rows if int(number(state.id)) in body["feedbackIds"]]
        until = datetime.fromisoformat(body["dateTimeTo"]) if "dateTimeTo" in body else self.now
        since = datetime.fromisoformat(body["dateTimeFrom"]) if "dateTimeFrom" in body else until - _HALF_YEAR
        assert until - since <= _HALF_YEAR, "the longest interval is half a year"
        wanted = body.get("offerIds", ["SKU-1", "SKU-2"])
        return [state for state in rows if since < state.posted_at < until and _offer(state) in wanted]

    def _feedback(self, state: State) -> dict[str, Any]:
        comments = self._comments(state)
        counted = [one for one in comments if self.counts_all or one["status"] == "PUBLISHED"]
        if not counted:
            self.show(state)
        fault = {"disadvantages": state.text} if state.stars <= 2 else {"comment": state.text}
        return {
            "feedbackId": int(number(state.id)),
            "createdAt": state.posted_at.astimezone(_MOSCOW).isoformat(),
            "needReaction": state.reply is None and state.id not in self.read,
            "identifiers": {"orderId": 5001, "offerId": _offer(state)},
            "author": state.author,
            "description": fault,
            "media": {"photos": None, "videos": None},
            "statistics": {
                "rating": state.stars,
                "commentsCount": len([one for one in counted if "parentId" not in one]),
                "recommended": state.stars > 3,
                "paidAmount": 0,
            },
        }

    def _comments(self, state: State) -> list[dict[str, Any]]:
        one = int(number(state.id)) * 10
        said = []
        if state.reply_state != "none":
            own = _comment(one + 3, state, "BUSINESS", _STATES[state.reply_state], str(state.reply))
            said.append(own | {"canModify": not self.is_fixed})
        if state.id in self.discussed:
            said.append(_comment(one + 1, state, "USER", "PUBLISHED", "А у меня всё работает"))
            said.append(_comment(one + 2, state, "USER", "PUBLISHED", "И у меня") | {"parentId": one + 1})
        return said

    def _update(self, body: dict[str, Any]) -> Reply:
        text = body["comment"]["text"]
        assert 1 <= len(text) <= 4096
        found = [state for state in self.reviews() if number(state.id) == str(body["feedbackId"])]
        if not found:
            return self.refusal("404")
        if found[0].reply == text:
            return self.refusal("duplicate")
        own = [one for one in self._comments(found[0]) if one["author"]["type"] == "BUSINESS"]
        changed = [one for one in own if one["id"] == body["comment"].get("id")]
        if "id" in body["comment"] and not (changed and changed[0]["canModify"]):
            return self.refusal("stranger")
        assert changed or not own or own[0]["status"] == "BANNED", "a second comment beside the one that stands there"
        if not self.take_reply(found[0].id, text):
            return self.refusal("404")
        return Reply({"status": "OK", "result": _comment(77, found[0], "BUSINESS", "UNMODERATED", text)})


def _comment(one: int, state: State, kind: str, status: str, text: str) -> dict[str, Any]:
    return {
        "id": one,
        "text": text,
        "canModify": kind == "BUSINESS",
        "author": {"type": kind, "name": "Огонёк" if kind == "BUSINESS" else "Покупатель"},
        "status": status,
        "feedbackId": int(number(state.id)),
    }


def _offer(state: State) -> str:
    return "SKU-1" if state.stars <= 2 else "SKU-2"


def _campaigns() -> dict[str, Any]:
    business = {"id": int(CABINET), "name": "Огонёк"}
    campaigns = [
        {"domain": f"shop-{one}.example", "id": one, "business": business, "placementType": "FBS"}
        for one in (10003, 10004)
    ]
    return {"campaigns": campaigns, "pager": {"total": 2}, "paging": {}}


def _enveloped(name: str, rows: list[Any], token: str | None) -> Reply:
    paging = {"nextPageToken": token} if token else {}
    return Reply(
        {"status": "OK", "result": {name: rows, "paging": paging}}, headers={"X-RateLimit-Resource-Limit": "5000"}
    )
