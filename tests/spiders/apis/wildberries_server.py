"""The feedbacks API of Wildberries on the loopback: one shop, as the seller's specification describes it."""

from datetime import timedelta
from typing import Any

from tests.spiders.apis.scenario import Month, State
from tests.spiders.apis.server import ApiServer, Call, Reply, rfc3339

TOKEN = "eyJhbGciOiJFUzI1NiJ9.planted-token-of-a-shop.c2lnbmF0dXJl"
GOODS = {
    "anna": 101, "boris": 101, "vera": 101,
}  # fmt: skip
_WORDS = {
    "expired": (401, "unauthorized", "access token expired"),
    "unsigned": (401, "unauthorized", "empty Authorization header"),
    "clock": (401, "unauthorized", "access token expired"),
    "scope": (401, "unauthorized", "token scope not allowed"),
    "plan": (402, "payment required", "payment required"),
    "wrong": (400, "bad request", "answer cannot be saved"),
    "quota": (429, "too many requests", "Limited by c122a060-a7fb-4bb4-abb0-32fd4e18d489"),
    "429": (429, "too many requests", "Limited by c122a060-a7fb-4bb4-abb0-32fd4e18d489"),
}
_STATES = {"pending": "reviewRequired", "published": "wbRu", "rejected": "rejected"}


class Wildberries(ApiServer):
    """Lists by createdDate, answered and unanswered apart; no reply has a time."""

    page_size = 4

    def __init__(self, month: Month, *, read: frozenset[str] = frozenset()) -> None:
        super().__init__(month)
        self.environment = {"WILDBERRIES_TOKEN": TOKEN}
        self.read = read
        """Reviews that the seller has marked as done without answering: `isAnswered` and yet no answer."""

    def is_signed(self, call: Call) -> bool:
        return call.headers.get("authorization") == TOKEN

    def refusal(self, kind: str) -> Reply:
        if kind in ("404", "500"):
            text = "Не найден отзыв" if kind == "404" else "Something went wrong"
            return Reply({"data": None, "error": True, "errorText": text, "additionalErrors": None}, int(kind))
        status, title, detail = _WORDS[kind]
        body = {
            "title": title,
            "detail": detail,
            "code": "07e4668e-ac2c8c5b1d32",
            "requestId": "7b80742415072fe8b6b7f7761f1d1211",
            "origin": "s2s-api-auth-feedbacks",
            "status": status,
            "statusText": title,
        }
        return Reply(body, status, {"X-Ratelimit-Retry": "1", "Retry-After": "1"} if status == 429 else {})

    def answer(self, call: Call) -> Reply:
        if call.path == "/api/v1/feedbacks":
            return Reply(_enveloped(self._page(call.query)))
        if call.path == "/api/v1/feedbacks/answer" and call.method in ("POST", "PATCH"):
            return self._take(call.body, is_change=call.method == "PATCH")
        found = [state for state in self.reviews() if state.id == call.query.get("id")]
        if call.path != "/api/v1/feedback" or not found:
            return self.refusal("404")
        return Reply(_enveloped(self._feedback(self.show(found[0]))))

    def _take(self, body: dict[str, str], *, is_change: bool) -> Reply:
        assert 2 <= len(body["text"]) <= 5000
        found = [state for state in self.reviews() if state.id == body["id"]]
        if not found:
            return Reply(None, 204)  # ids are not checked
        is_right = self._is_editable(found[0]) if is_change else found[0].reply_state in ("none", "rejected")
        return Reply(None, 204) if is_right and self.take_reply(body["id"], body["text"]) else self.refusal("wrong")

    def _is_editable(self, state: State) -> bool:
        """Once in sixty days: of an answer that was posted here, the second time."""
        times = len([one for one, _ in self.posted if one == state.id])
        known = self.month.at(self.now)[state.id].reply is not None
        is_young = state.replied_at is not None and self.now - state.replied_at <= timedelta(days=60)
        return state.reply is not None and is_young and times < (1 if known else 2)

    def _page(self, query: dict[str, str]) -> dict[str, Any]:
        assert query["order"] == "dateDesc"
        assert int(query["take"]) <= 5000
        assert int(query["skip"]) <= 199990
        wanted = query["isAnswered"] == "true"
        rows = [state for state in self.reviews() if query.get("nmId") in (None, str(_goods_of(state)))]
        kind = [state for state in rows if self._is_answered(state) is wanted]
        kind.sort(key=lambda state: state.posted_at, reverse=True)
        first = int(query["skip"])
        return {
            "countUnanswered": len([state for state in rows if not self._is_answered(state)]),
            "countArchive": 0,
            "feedbacks": [self._feedback(self.show(state)) for state in kind[first : first + self.page_size]],
        }

    def _is_answered(self, state: State) -> bool:
        return state.reply is not None or state.id in self.read

    def _feedback(self, state: State) -> dict[str, Any]:
        said = {"text": state.reply, "state": _STATES.get(state.reply_state), "editable": self._is_editable(state)}
        is_complaint = state.stars <= 2
        return {
            "id": state.id,
            "userName": state.author,
            "text": "" if is_complaint else state.text,
            "pros": "",
            "cons": state.text if is_complaint else "",
            "productValuation": state.stars,
            "createdDate": rfc3339(state.posted_at),
            "answer": said if state.reply is not None else None,
            "state": "wbRu",
            "productDetails": {"nmId": _goods_of(state), "imtId": 7, "productName": f"Ночник {_goods_of(state)}"},
            "photoLinks": None,
            "video": None,
            "wasViewed": True,
            "parentFeedbackId": None,
            "childFeedbackId": None,
        }


def _goods_of(state: State) -> int:
    return GOODS.get(state.id, 102)


def _enveloped(data: dict[str, Any]) -> dict[str, Any]:
    return {"data": data, "error": False, "errorText": "", "additionalErrors": None}
