"""App Store Connect on the loopback: customerReviews of one app, as Apple's reference describes them."""

from datetime import timedelta, timezone
from typing import Any
from urllib.parse import urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.spiders.apis.scenario import Month, State
from tests.spiders.apis.server import ApiServer, Call, Reply, paged

APP = "1234567890"
KEY_ID, ISSUER = "PLANTEDKID1", "69a6de70-0000-47e3-e053-5b8c7c11a4d1"
_CUPERTINO = timezone(timedelta(hours=-8))
_WORDS = {
    "expired": (401, "NOT_AUTHORIZED", "Authentication credentials are missing or invalid."),
    "unsigned": (401, "NOT_AUTHORIZED", "Authentication credentials are missing or invalid."),
    "clock": (401, "NOT_AUTHORIZED", "Authentication credentials are missing or invalid."),
    "plan": (
        403,
        "FORBIDDEN.REQUIRED_AGREEMENTS_MISSING_OR_EXPIRED",
        "A required agreement is missing or has expired.",
    ),
    "scope": (403, "FORBIDDEN_ERROR", "This request is forbidden for security reasons."),
    "quota": (429, "RATE_LIMIT_EXCEEDED", "The request rate limit has been reached."),
    "429": (429, "RATE_LIMIT_EXCEEDED", "The request rate limit has been reached."),
    "500": (500, "UNEXPECTED_ERROR", "An unexpected error occurred on the server side."),
    "404": (404, "NOT_FOUND", "The specified resource does not exist."),
}


class AppStoreConnect(ApiServer):
    """Lists by createdDate alone, so that neither an edit nor an answer moves anything; a refused answer vanishes."""

    def __init__(self, month: Month) -> None:
        super().__init__(month)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.private_key = self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        self.environment = {
            "APP_STORE_CONNECT_KEY": self.private_key,
            "APP_STORE_CONNECT_KEY_ID": KEY_ID,
            "APP_STORE_CONNECT_ISSUER_ID": ISSUER,
        }

    def is_signed(self, call: Call) -> bool:
        token = call.headers.get("authorization", "").removeprefix("Bearer ")
        self.tokens.add(token or "unsigned")
        try:
            claims = jwt.decode(
                token, self._key.public_key(), algorithms=["ES256"], audience="appstoreconnect-v1", issuer=ISSUER
            )
        except jwt.PyJWTError:
            return False
        return claims["exp"] - claims["iat"] <= 1200 and jwt.get_unverified_header(token)["kid"] == KEY_ID

    def refusal(self, kind: str) -> Reply:
        status, code, detail = _WORDS[kind]
        error = {"id": "e-1", "status": str(status), "code": code, "title": detail, "detail": detail}
        return Reply({"errors": [error]}, status, {"Retry-After": "1"} if status == 429 else {})

    def answer(self, call: Call) -> Reply:
        limits = {"X-Rate-Limit": f"user-hour-lim:3500;user-hour-rem:{3500 - len(self.calls)};"}
        if call.path == "/v1/apps":
            return Reply(self._apps(), headers=limits)
        if call.path == f"/v1/apps/{APP}/customerReviews":
            return Reply(self._page(call), headers=limits)
        if call.path == "/v1/customerReviewResponses" and call.method == "POST":
            answer = call.body["data"]
            assert answer["type"] == "customerReviewResponses"
            one = answer["relationships"]["review"]["data"]["id"]
            taken = self.take_reply(one, answer["attributes"]["responseBody"])
            return Reply({"data": {**answer, "id": f"answer-{one}"}}, 201) if taken else self.refusal("404")
        found = [state for state in self.reviews() if call.path == f"/v1/customerReviews/{state.id}"]
        if not found:
            return self.refusal("404")
        self.show(found[0])
        payload = {"data": self._review(found[0]), "links": {"self": f"{self.url}{call.path}?include=response"}}
        return Reply({**payload, **self._included(found)}, headers=limits)

    def _apps(self) -> dict[str, Any]:
        names = {APP: "Кафе «Огонёк»", "1234567891": "Огонёк для курьеров"}
        data = [
            {"type": "apps", "id": one, "attributes": {"name": name, "bundleId": f"ru.ogonek.a{one}", "sku": one}}
            for one, name in names.items()
        ]
        return {"data": data, "links": {"self": f"{self.url}/v1/apps"}, "meta": {"paging": {"total": 2, "limit": 50}}}

    def _page(self, call: Call) -> dict[str, Any]:
        assert call.query["sort"] == "-createdDate"
        rows = sorted(self.reviews(), key=lambda state: state.posted_at, reverse=True)
        states, token = paged(rows, call.query.get("cursor"), min(self.page_size, int(call.query["limit"])))
        for state in states:
            self.show(state)
        query = {key: value for key, value in call.query.items() if key != "cursor"}
        address = f"{self.url}{call.path}?{urlencode(query)}"
        links = {"self": address, **({"next": f"{address}&cursor={token}"} if token else {})}
        meta = {"paging": {"total": len(rows), "limit": int(call.query["limit"])}}
        return {
            "data": [self._review(state) for state in states],
            **self._included(states),
            "links": links,
            "meta": meta,
        }

    def _review(self, state: State) -> dict[str, Any]:
        answered = state.reply_state in ("pending", "published")
        link = {"type": "customerReviewResponses", "id": f"answer-{state.id}"} if answered else None
        return {
            "type": "customerReviews",
            "id": state.id,
            "attributes": {
                "rating": state.stars,
                "title": state.title,
                "body": state.text,
                "reviewerNickname": state.author,
                "createdDate": state.posted_at.astimezone(_CUPERTINO).isoformat(),
                "territory": "UKR",
            },
            "relationships": {"response": {"data": link}},
        }

    def _included(self, states: list[State]) -> dict[str, Any]:
        answers = [
            {
                "type": "customerReviewResponses",
                "id": f"answer-{state.id}",
                "attributes": {
                    "responseBody": state.reply,
                    "lastModifiedDate": state.replied_at.astimezone(_CUPERTINO).isoformat()
                    if state.replied_at
                    else None,
                    "state": {"pending": "PENDING_PUBLISH", "published": "PUBLISHED"}[state.reply_state],
                },
            }
            for state in states
            if state.reply_state in ("pending", "published")
        ]
        return {"included": answers} if answers else {}
