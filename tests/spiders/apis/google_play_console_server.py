"""The Play Developer API on the loopback: reviews of one package, as Google's reference describes them."""

from datetime import datetime, timedelta
from typing import Any

from tests.spiders.apis.google import GoogleServer
from tests.spiders.apis.scenario import Month, State
from tests.spiders.apis.server import Call, Reply, paged

PACKAGE = "ru.ogonek.app"


class GooglePlayConsole(GoogleServer):
    """Lists what was changed in the last seven days, the last change first; only a published reply is shown."""

    first_state = "published"

    def __init__(self, month: Month, *, forgets_old: bool = False) -> None:
        super().__init__(month)
        self.environment = {"GOOGLE_PLAY_CREDENTIALS": self.service_account}
        self.forgets_old = forgets_old
        """Whether a single review, too, is shown for seven days only."""

    def answer(self, call: Call) -> Reply:
        if call.path == "/token":
            return self.token(call)
        if call.path == "/v1beta1/apps:search":
            app = {"name": f"apps/{PACKAGE}", "packageName": PACKAGE, "displayName": "Кафе «Огонёк»"}
            return Reply({"apps": [app]})
        base = f"/androidpublisher/v3/applications/{PACKAGE}/reviews"
        if call.path == base:
            return Reply(self._page(call))
        if call.method == "POST" and call.path.endswith(":reply"):
            one, text = call.path.removeprefix(f"{base}/").removesuffix(":reply"), call.body["replyText"]
            taken = len(text) <= 350 and self.take_reply(one, text)
            said = {"replyText": text, "lastEdited": _seconds(self.now)}
            return Reply({"result": said}) if taken else self.refusal("404")
        found = [state for state in self.reviews() if call.path == f"{base}/{state.id}"]
        if not found or (self.forgets_old and found[0] not in self._window()):
            return self.refusal("404")
        return Reply(self._review(self.show(found[0])))

    def _window(self) -> list[State]:
        rows = [state for state in self.reviews() if state.changed_at > self.now - timedelta(days=7)]
        return sorted(rows, key=lambda state: state.changed_at, reverse=True)

    def _page(self, call: Call) -> dict[str, Any]:
        states, token = paged(
            self._window(), call.query.get("token"), min(self.page_size, int(call.query["maxResults"]))
        )
        if not states:
            return {}
        return {
            "reviews": [self._review(self.show(state)) for state in states],
            **({"tokenPagination": {"nextPageToken": token}} if token else {}),
        }

    def _review(self, state: State) -> dict[str, Any]:
        said: dict[str, Any] = {
            "text": f"{state.title}\t{state.text}" if state.title else f"\t{state.text}",
            "lastModified": _seconds(state.changed_at),
            "starRating": state.stars,
            "reviewerLanguage": "ru",
            "appVersionName": "1.2.3",
            "thumbsUpCount": 0,
        }
        comments = [{"userComment": said}]
        if state.reply_state == "published" and state.replied_at is not None:
            comments.append({"developerComment": {"text": state.reply, "lastModified": _seconds(state.replied_at)}})
        return {"reviewId": state.id, "authorName": state.author, "comments": comments}


def _seconds(moment: datetime) -> dict[str, Any]:
    return {"seconds": str(int(moment.timestamp())), "nanos": 713000000}
