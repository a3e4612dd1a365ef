"""Trustpilot's API on the loopback: one business unit, as Trustpilot's reference describes it."""

import base64
from typing import Any
from urllib.parse import parse_qs

from tests.spiders.apis.scenario import Month, State
from tests.spiders.apis.server import ApiServer, Call, Reply, rfc3339

UNIT, OTHER = "507f191e810c19729de860ea", "507f191e810c19729de860eb"
USER = "507f1f77bcf86cd799439011"
KEY, SECRET = "tp1plantedApiKeyOfAShop000000001", "tp1plantedSecret"
TOKENS = "/v1/oauth/oauth-business-users-for-applications/accesstoken"
_NAMES = {UNIT: ("Кафе «Огонёк»", "ogonek.example"), OTHER: ("Огонёк дома", "dom.ogonek.example")}
_WORDS = {
    "expired": (401, "Access token is invalid or has expired"),
    "unsigned": (401, "Invalid API key"),
    "clock": (401, "Access token is invalid or has expired"),
    "scope": (403, "The business user has no access to this business unit"),
    "plan": (403, "Forbidden"),
    "quota": (429, "Too many requests"),
    "429": (429, "Too many requests"),
    "500": (500, "An error has occurred"),
    "404": (404, "The resource was not found"),
}


class Trustpilot(ApiServer):
    """Lists by createdAt; a reply that is not published is not shown, and has no state."""

    page_size = 4
    first_state = "published"

    def __init__(self, month: Month, *, hidden: frozenset[str] = frozenset()) -> None:
        super().__init__(month)
        self.environment = {
            "TRUSTPILOT_API_KEY": KEY,
            "TRUSTPILOT_API_SECRET": SECRET,
            "TRUSTPILOT_BUSINESS_USER_ID": USER,
        }
        self.planted = (KEY, SECRET)
        self.hidden = hidden
        """Reviews that were reported: their company still sees them, the public does not."""
        self.grant_refusal: Reply | None = None
        """What is answered in place of a token."""

    def handle(self, call: Call) -> Reply:
        return self._issue(call) if call.path == TOKENS else super().handle(call)

    def is_signed(self, call: Call) -> bool:
        is_private = call.path.startswith("/v1/private/")
        bearer = call.headers.get("authorization", "").removeprefix("Bearer ")
        return bearer in self.tokens if is_private else call.headers.get("apikey") == KEY

    def refusal(self, kind: str) -> Reply:
        status, message = _WORDS[kind]
        body = {"message": message, "errorCode": 1000 + status, "correlationId": "7b80742415072fe8b6b7f7761f1d1211"}
        return Reply(body, status, {"Retry-After": "1"} if status == 429 else {})

    def answer(self, call: Call) -> Reply:
        path = call.path.removeprefix("/v1/private/").removeprefix("/v1/")
        is_private = call.path.startswith("/v1/private/")
        if path == f"business-units/{UNIT}/reviews":
            return Reply(self._page(call, is_private))
        if path == f"business-users/{USER}/business-units" and is_private:
            return Reply({"businessUnits": [{"id": one} for one in _NAMES]})
        if path.startswith("business-units/") and not is_private:
            return self._unit(path.removeprefix("business-units/"))
        one = path.removeprefix("reviews/").removesuffix("/reply")
        if path == f"reviews/{one}/reply" and is_private and call.method == "POST":
            if call.body["authorBusinessUserId"] != USER:
                return self.refusal("scope")
            return Reply(None, 201) if self.take_reply(one, call.body["message"]) else self.refusal("404")
        found = [state for state in self._visible(is_private) if path == f"reviews/{state.id}"]
        return Reply(self._review(self.show(found[0]), is_private)) if found else self.refusal("404")

    def _issue(self, call: Call) -> Reply:
        assert call.method == "POST"
        if self.grant_refusal is not None:
            return self.grant_refusal
        basic = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
        form = parse_qs(call.body)
        if call.headers.get("authorization") != f"Basic {basic}" or form != {"grant_type": ["client_credentials"]}:
            return Reply({"error": "invalid_client", "error_description": "Client credentials are invalid"}, 401)
        issued = f"plantedAccessToken{len(self.tokens):04}x{len(self.calls)}"
        self.tokens.add(issued)
        return Reply({"access_token": issued, "expires_in": "359999"})

    def _visible(self, is_private: bool) -> list[State]:
        return [state for state in self.reviews() if is_private or state.id not in self.hidden]

    def _page(self, call: Call, is_private: bool) -> dict[str, Any]:
        assert call.query["orderBy"] == "createdat.desc"
        assert 1 <= int(call.query["perPage"]) <= 100
        rows = sorted(self._visible(is_private), key=lambda state: state.posted_at, reverse=True)
        size = min(self.page_size, int(call.query["perPage"]))
        number = int(call.query["page"])
        page = rows[(number - 1) * size : number * size]
        links = [{"href": f"{self.url}{call.path}?page={number}", "method": "GET", "rel": "self"}]
        return {"links": links, "reviews": [self._review(self.show(state), is_private) for state in page]}

    def _unit(self, one: str) -> Reply:
        if one not in _NAMES:
            return self.refusal("404")
        name, site = _NAMES[one]
        count = len(self._visible(is_private=False))
        shown = {
            "links": [],
            "id": one,
            "displayName": name,
            "name": {"identifying": site, "referring": [site, f"www.{site}"]},
            "websiteUrl": f"http://{site}",
            "country": "UA",
            "numberOfReviews": {"total": count, "usedForTrustScoreCalculation": count},
            "status": "active",
            "score": {"trustScore": 3.1, "stars": 3},
        }
        return Reply(shown)

    def _review(self, state: State, is_private: bool) -> dict[str, Any]:
        is_answered = state.reply_state == "published"
        is_hidden = state.id in self.hidden
        report = {
            "source": "Company",
            "createdAt": rfc3339(state.posted_at),
            "reasons": ["sensitiveInformation"],
            "reviewVisibility": "hidden",
        }
        said = {"text": state.reply, "createdAt": rfc3339(state.replied_at) if state.replied_at else None}
        private = {
            "referralEmail": f"{state.id}@customers.example",
            "referenceId": f"order-of-{state.id}",
            "findReviewer": {"isEligible": False, "requests": []},
            "tags": [{"group": "generic", "value": f"tag-of-{state.id}"}],
        }
        return {
            "links": [{"href": f"{self.url}/v1/reviews/{state.id}", "method": "GET", "rel": "review"}],
            "id": state.id,
            "consumer": {"id": f"consumer-{state.id}", "displayName": state.author, "numberOfReviews": 1},
            "businessUnit": {"id": UNIT, "displayName": _NAMES[UNIT][0], "identifyingName": _NAMES[UNIT][1]},
            "location": None,
            "stars": state.stars,
            "title": state.title,
            "text": state.text,
            "language": "ru",
            "createdAt": rfc3339(state.posted_at),
            "experiencedAt": rfc3339(state.posted_at),
            "updatedAt": rfc3339(state.edited_at) if state.edited_at else None,
            "companyReply": {**said, "updatedAt": None} if is_answered else None,
            "isVerified": True,
            "source": "Organic",
            "numberOfLikes": 0,
            "status": "reported" if is_hidden else "active",
            "reportData": report if is_hidden else None,
            "complianceLabels": [],
            "countsTowardsTrustScore": not is_hidden,
            "countsTowardsLocationTrustScore": None,
            "invitation": None,
            "businessUnitHistory": [],
            "reviewVerificationLevel": "verified",
            **(private if is_private else {}),
        }
