"""Google Business Profile on the loopback: reviews of the locations of one account, as its reference describes them."""

from typing import Any

from tests.spiders.apis.google import GoogleServer
from tests.spiders.apis.scenario import Month, State
from tests.spiders.apis.server import Call, Reply, paged, rfc3339

PLACE = "accounts/11/locations/22"
_STARS = {1: "ONE", 2: "TWO", 3: "THREE", 4: "FOUR", 5: "FIVE"}
_STATES = {"pending": "PENDING", "published": "APPROVED", "rejected": "REJECTED"}


class GoogleBusiness(GoogleServer):
    """Lists by updateTime: an edit moves a review up, a reply does not; empty fields are left out."""

    def __init__(self, month: Month) -> None:
        super().__init__(month)
        self.environment = {"GOOGLE_BUSINESS_CREDENTIALS": self.consent}

    def answer(self, call: Call) -> Reply:
        if call.path == "/token":
            return self.token(call)
        if call.path == "/v1/accounts":
            return Reply({"accounts": [{"name": "accounts/11", "accountName": "Огонёк"}]})
        if call.path == "/v1/accounts/11/locations":
            return Reply(self._locations(call))
        if call.path == f"/v4/{PLACE}/reviews":
            return Reply(self._page(call.query))
        if call.path == "/v4/accounts/11/locations:batchGetReviews" and call.method == "POST":
            return Reply(self._batch(call.body))
        if call.method == "PUT" and call.path.endswith("/reply"):
            one = call.path.removeprefix(f"/v4/{PLACE}/reviews/").removesuffix("/reply")
            taken = self.take_reply(one, call.body["comment"])
            return (
                Reply({"comment": call.body["comment"], "updateTime": rfc3339(self.now)})
                if taken
                else self.refusal("404")
            )
        found = [state for state in self.reviews() if call.path == f"/v4/{PLACE}/reviews/{state.id}"]
        return Reply(self._review(self.show(found[0]))) if found else self.refusal("404")

    def _locations(self, call: Call) -> dict[str, Any]:
        assert "title" in call.query["readMask"]
        rows = [
            {"name": f"locations/{one}", "title": "Кафе «Огонёк»", "storefrontAddress": {"locality": town}}
            for one, town in (("22", "Псков"), ("33", "Луга"))
        ]
        page, token = paged(rows, call.query.get("pageToken"), 1)
        return {"locations": page, **({"nextPageToken": token} if token else {})}

    def _page(self, query: dict[str, Any]) -> dict[str, Any]:
        assert query["orderBy"] == "updateTime desc"
        rows = sorted(self.reviews(), key=lambda state: state.changed_at, reverse=True)
        states, token = paged(rows, query.get("pageToken"), min(self.page_size, int(query["pageSize"])))
        if not rows:
            return {}
        mean = sum(state.stars for state in rows) / len(rows)
        return {
            "reviews": [self._review(self.show(state)) for state in states],
            "averageRating": round(mean, 1),
            "totalReviewCount": len(rows),
            **({"nextPageToken": token} if token else {}),
        }

    def _batch(self, body: dict[str, Any]) -> dict[str, Any]:
        assert len(body["locationNames"]) <= 50
        page = self._page(body)
        reviews = [{"name": PLACE, "review": review} for review in page.get("reviews", [])]
        return {
            "locationReviews": reviews,
            **({"nextPageToken": page["nextPageToken"]} if "nextPageToken" in page else {}),
        }

    def _review(self, state: State) -> dict[str, Any]:
        review: dict[str, Any] = {
            "name": f"{PLACE}/reviews/{state.id}",
            "reviewId": state.id,
            "reviewer": {"displayName": state.author},
            "starRating": _STARS[state.stars],
            "comment": state.text,
            "createTime": rfc3339(state.posted_at),
            "updateTime": rfc3339(state.changed_at),
        }
        if state.reply_state != "none" and state.replied_at is not None:
            review["reviewReply"] = {"comment": state.reply, "updateTime": rfc3339(state.replied_at)}
            if (
                state.reply_state != "published" or len(str(state.reply)) % 2
            ):  # a published one may name its state or not
                review["reviewReply"]["reviewReplyState"] = _STATES[state.reply_state]
            if state.reply_state == "rejected":
                review["reviewReply"]["policyViolation"] = "OFFENSIVE"
        return review
