"""The demo's review site: one small local server a source, all showing the same simulated night.

with DemoSite() as site:
    crawl(site.base_urls["steam"])
    site.set_night(2)
"""

from collections.abc import Mapping
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from sys import exc_info
from threading import Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from console.demo.apps import APPS, SourceApp
from console.demo.scenario import NIGHT_ONE, News, Scenario, load_scenario
from core.clock import to_utc

_HOST = "127.0.0.1"


class DemoSite:
    """All sources of the demo, each on a port of its own; a context manager.

    Args:
        night_one: Moment of the first night (aware). All dates of the scenario follow from it.
        scenario: What happens; the shipped one if not given.
        ports: Ports by source, to open the site again where it was; a free port each if not given.
    """

    def __init__(
        self,
        night_one: datetime = NIGHT_ONE,
        *,
        scenario: Scenario | None = None,
        ports: Mapping[str, int] | None = None,
    ) -> None:
        self.scenario = scenario or load_scenario()
        self.night_one = to_utc(night_one)
        self._ports = dict(ports or {})
        self._night = 1
        self._servers: dict[str, _Server] = {}

    @property
    def night(self) -> int:
        """The night that is shown, from 1."""
        return self._night

    @property
    def nights(self) -> tuple[datetime, ...]:
        """The moments of all nights, UTC: the `now` of each night's run."""
        return self.scenario.nights(self.night_one)

    @property
    def base_urls(self) -> dict[str, str]:
        """Address of each running source, without a slash at its end."""
        return {source: server.app.base_url for source, server in self._servers.items()}

    @property
    def ports(self) -> dict[str, int]:
        """Port of each running source."""
        return {source: server.server_port for source, server in self._servers.items()}

    def set_night(self, night: int) -> tuple[News, ...]:
        """Show another night from the next request on, and return what is new in it."""
        if not 1 <= night <= self.scenario.last_night:
            raise ValueError(f"the demo has nights 1 to {self.scenario.last_night}, not {night}")
        self._night = night
        for server in self._servers.values():
            server.app.night = night
        return tuple(self.scenario.news(night))

    def start(self) -> None:
        """Open all ports and begin to answer."""
        if self._servers:
            raise RuntimeError("the demo site is already running")
        try:
            for source, app in APPS.items():
                server = _Server(app(self.scenario, self.night_one), self._ports.get(source, 0))
                server.app.night = self._night
                self._servers[source] = server
                server.begin()
        except OSError:
            self.stop()
            raise

    def stop(self) -> None:
        """Close all ports; harmless when nothing runs."""
        while self._servers:
            self._servers.popitem()[1].end()

    def __enter__(self) -> Self:
        """Start the site."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the site."""
        self.stop()


class _Server(ThreadingHTTPServer):
    """One source on one port."""

    daemon_threads = True

    def __init__(self, app: SourceApp, port: int) -> None:
        self.app = app
        super().__init__((_HOST, port), _Handler)
        self._thread = Thread(target=self.serve_forever, args=(0.05,), name=f"demo-{app.source}", daemon=True)
        app.base_url = f"http://{_HOST}:{self.server_port}"

    def server_bind(self) -> None:
        """Bind without the look-up of the host's name that the standard server does."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = _HOST, int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over a client that hung up, which a killed crawl does; report all else."""
        if not isinstance(exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def begin(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def end(self) -> None:
        """Stop answering and close the port."""
        if self._thread.is_alive():
            self.shutdown()
            self._thread.join()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    """Hands a request to the source's app."""

    server: _Server

    def do_GET(self) -> None:
        """Answer one GET; nothing else is answered."""
        parts = urlsplit(self.path)
        answer = self.server.app.answer(parts.path, parse_qs(parts.query, keep_blank_values=True), self.path)
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        self.end_headers()
        self.wfile.write(answer.body)

    def version_string(self) -> str:
        """Name the server without the versions of Python."""
        return "otklik-demo"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name is the library's
        """Keep quiet: the demo's screen belongs to the queue."""
