"""A loopback server that speaks an owner's API as its documentation says, and holds what a scenario says."""

import json
import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.spiders.apis.scenario import START, Month, State

Server = TypeVar("Server", bound="ApiServer")


@dataclass
class Call:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    """Names in small letters."""
    body: Any
    at: datetime
    """By the clock of the scenario."""
    status: int = 0


@dataclass
class Reply:
    """What is answered."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class ApiServer:
    """Base of the servers: clock, troubles, notes of what was asked and shown. Use as a context manager.

    A subclass writes `answer` and `is_signed`, and says in its own words what it refuses (`refusal`). `page_size` is
    what the server gives at most, whatever is asked: documented APIs may always give less.
    """

    page_size = 7
    first_state = "pending"
    """State of a reply that was just posted."""
    skew = timedelta()
    """By how much the `Date` of its answers differs from the machine's clock."""

    def __init__(self, month: Month) -> None:
        self.month = month
        self.environment: dict[str, str] = {}
        """The keys, by the names of their variables."""
        self.now = START
        self.calls: list[Call] = []
        self.shown: list[tuple[datetime, str]] = []
        """Which review was shown at which time."""
        self.tokens: set[str] = set()
        """What was issued, or came as a signature: nothing of it may be written."""
        self.posted: list[tuple[str, str]] = []
        """Replies that were posted through the API: review and text, each time that it was taken."""
        self.shows_posted = True
        """Whether they are shown at once."""
        self._failed: dict[datetime, int] = {}
        handler = type("Handler", (_Handler,), {"api": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Any:
        self.serve()
        return self

    def serve(self) -> None:
        """Answer, from a thread of this process."""
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def pause(self) -> None:
        """Let callers wait until `serve` is called, here or in a fork."""
        self._server.shutdown()

    def noted(self) -> dict[str, Any]:
        """Return what was noted, by attribute, as a fork tells it to its parent."""
        return {name: getattr(self, name) for name in ("now", "calls", "shown", "tokens", "posted", "_failed")}

    def __exit__(self, *args: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    # What a subclass writes.

    def answer(self, call: Call) -> Reply:
        """Answer a call that is signed well; a review that it gives goes through `show`."""
        raise NotImplementedError

    def is_signed(self, call: Call) -> bool:
        """Tell whether the call bears the key."""
        raise NotImplementedError

    def refusal(self, kind: str) -> Reply:
        """Word a refusal: expired, plan, scope, clock, quota, unsigned, or a status."""
        raise NotImplementedError

    def named(self, one: str) -> str:
        """Return what the platform calls a review of the scenario."""
        return one

    # What a subclass uses.

    def reviews(self) -> list[State]:
        """Return what the platform holds now, with the replies that were posted."""
        said = dict(self.posted) if self.shows_posted else {}
        return [
            replace(state, reply=said[state.id], reply_state=self.first_state, replied_at=self.now)
            if state.id in said
            else state
            for state in self.month.at(self.now).values()
            if state.deleted_at is None
        ]

    def take_reply(self, review_id: str, text: str) -> bool:
        """Take a reply that is posted; False where there is no such review."""
        if review_id not in {state.id for state in self.reviews()}:
            return False
        self.posted.append((review_id, text))
        return True

    def show(self, state: State) -> State:
        """Note that a review is shown now."""
        self.shown.append((self.now, state.id))
        return state

    def looks(self) -> dict[datetime, set[str]]:
        """Return which reviews were shown at which time."""
        found: dict[datetime, set[str]] = {}
        for moment, one in self.shown:
            found.setdefault(moment, set()).add(one)
        return found

    # What the base does.

    def handle(self, call: Call) -> Reply:
        if not call.path.startswith("/token"):
            trouble = self._trouble()
            if trouble is not None:
                return self.refusal(trouble)
            if not self.is_signed(call):
                return self.refusal("unsigned")
        return self.answer(call)

    def _trouble(self) -> str | None:
        for trouble in self.month.troubles:
            if trouble.since > self.now:
                continue
            if trouble.times and self._failed.get(trouble.since, 0) < trouble.times:
                self._failed[trouble.since] = self._failed.get(trouble.since, 0) + 1
                return trouble.kind
            if not trouble.times and (trouble.until is None or self.now < trouble.until):
                return trouble.kind
        return None


def opened(patch: pytest.MonkeyPatch, kind: type[Server], *lines: str, **how: Any) -> Server:
    """Return a server of a scenario whose keys stand in the environment."""
    server = kind(Month.read(*lines), **how)
    for name, value in server.environment.items():
        patch.setenv(name, value)
    return server


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    api: ApiServer

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length)
        is_json = "json" in (self.headers.get("Content-Type") or "")
        call = Call(
            self.command,
            unquote(parts.path),
            {name: values[0] for name, values in parse_qs(parts.query).items()},
            {name.casefold(): value for name, value in self.headers.items()},
            json.loads(raw) if raw and is_json else raw.decode(),
            self.api.now,
        )
        reply = self.api.handle(call)
        call.status = reply.status
        self.api.calls.append(call)
        body = b"" if reply.status == 204 else json.dumps(reply.body, ensure_ascii=False).encode()
        self.send_response_only(reply.status)
        self.send_header("Date", format_datetime(datetime.now(UTC) + self.api.skew, usegmt=True))
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815  the names are the library's

    def log_message(self, *args: Any) -> None:
        return


def paged(rows: list[Any], token: str | None, size: int) -> tuple[list[Any], str | None]:
    """Return a page of `rows` and the token of the next one; a token says where the page begins."""
    first = int(token.removeprefix("page-")) if token else 0
    more = first + size
    return rows[first:more], f"page-{more}" if more < len(rows) else None


def rfc3339(moment: datetime) -> str:
    """Return a time as Google writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
