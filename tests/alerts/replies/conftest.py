"""A language model's endpoint on loopback, and a firm that posts every draft."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from alerts.replies.drafts import NoCleanDraftError, draft
from alerts.replies.endpoint import Endpoint


class Model:
    """What the server says next, and what it was asked."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/v1"
        self.says: Any = ""
        self.status = 200
        self.raw: bytes | None = None
        self.waits: threading.Event | None = None
        self.drips = False
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []

    def endpoint(self, **options: Any) -> Endpoint:
        return Endpoint(base_url=self.url, model="small", **{"timeout": 10.0, **options})


class _Handler(BaseHTTPRequestHandler):
    model: Model

    def do_POST(self) -> None:
        model = self.model
        model.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        model.headers.append(dict(self.headers))
        model.paths.append(self.path)
        if model.waits is not None:
            model.waits.wait(20)
        body = model.raw
        if body is None:
            answer = {"choices": [{"message": {"role": "assistant", "content": model.says}}]}
            body = json.dumps(answer, ensure_ascii=False).encode()
        try:
            self.send_response(model.status)
            self.send_header("Retry-After", "30")
            self.send_header("Location", "http://127.0.0.1:1/v1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            for position in range(0, len(body), 1 if model.drips else len(body) or 1):
                self.wfile.write(body[position : position + (1 if model.drips else len(body))])
                if model.drips:
                    time.sleep(0.05)
        except OSError:
            self.close_connection = True  # the asker had enough

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    request_queue_size = 64
    daemon_threads = True


@pytest.fixture
def model() -> Iterator[Model]:
    handler = type("Handler", (_Handler,), {})
    server = _Server(("127.0.0.1", 0), handler)
    handler.model = found = Model(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield found
    if found.waits is not None:
        found.waits.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def worn_out() -> Callable[[str], list[str]]:
    """Return what posts the draft of one Russian review until no wording is left, and gives back what was posted."""

    def posted(review: str) -> list[str]:
        replies: list[str] = []
        while len(replies) < 100:
            try:
                replies.append(draft(review, language="ru", rating=0.0, replies=replies).text)
            except NoCleanDraftError:
                return replies
        raise AssertionError("a hundred drafts of one review pass as no boilerplate")

    return posted
