"""Counterparts on loopback: web sites that answer as told, and an SMTP server that keeps what it gets."""

import json
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from urllib.parse import parse_qsl

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from alerts.details import LEVEL_OF, Rule
from alerts.wording import render
from core.aspects import Aspect
from core.records import Alert, AlertView, AspectScore, Case, Evidence, Prediction, ReplyState, Review
from core.settings import Settings
from core.watchlist import Company, Listing, Person, Place, Watchlist

NOW = datetime(2026, 11, 19, 9, 0, tzinfo=UTC)
KEY = "0123456789abcdef0123456789abcdef"


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    content: bytes

    @property
    def json(self):
        return json.loads(self.content)

    @property
    def form(self):
        return dict(parse_qsl(self.content.decode(), strict_parsing=True))


@dataclass
class Web:
    """A site that keeps what it was sent and answers with `status`, `headers` and `body`, one after the other."""

    answers: list = field(default_factory=list)
    """(status, headers, body) of the next requests; then `usual`."""
    usual: tuple = (200, {}, b'{"ok": true}')
    silence: float = 0.0
    """Seconds without a word before the answer."""
    drip: float = 0.0
    """Seconds between two bytes of the body."""
    requests: list = field(default_factory=list)

    def start(self, context=None):
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                web.requests.append(Request(self.path, dict(self.headers), content))
                status, headers, body = web.answers.pop(0) if web.answers else web.usual
                time.sleep(web.silence)
                try:
                    self.send_response(status)
                    for name, value in {**headers, "Content-Length": str(len(body))}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    for byte in body if web.drip else []:
                        self.wfile.write(bytes([byte]))
                        self.wfile.flush()
                        time.sleep(web.drip)
                    self.wfile.write(b"" if web.drip else body)
                except OSError:
                    self.close_connection = True  # the other side waited long enough

            def log_message(self, *args):
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if context is not None:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def web():
    site = Web().start()
    yield site
    site.stop()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A certificate of our own for 127.0.0.1, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def tls(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def secure_web(tls):
    site = Web(usual=(202, {}, b"")).start(tls)
    yield site
    site.stop()


@pytest.fixture
def telegram(web, monkeypatch):
    from apprise.plugins.telegram import NotifyTelegram

    monkeypatch.setattr(NotifyTelegram, "notify_url", f"http://127.0.0.1:{web.port}/bot")
    return web


@pytest.fixture
def slack(web, monkeypatch):
    from apprise.plugins.slack import NotifySlack

    monkeypatch.setattr(NotifySlack, "webhook_url", f"http://127.0.0.1:{web.port}/services")
    monkeypatch.setattr(NotifySlack, "api_url", f"http://127.0.0.1:{web.port}/api/{{}}")
    web.usual = (200, {}, b"ok")
    return web


class Mailbox:
    """An SMTP server that answers RCPT and DATA with `rcpt` and `data`."""

    def __init__(self):
        self.mails, self.envelopes, self.data, self.refused, self.silence = [], [], "250 OK", {}, 0.0

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802  the library's name
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        import asyncio

        await asyncio.sleep(self.silence)
        if self.data.startswith("250"):
            self.mails.append(envelope.content)
            self.envelopes.append(envelope)
        return self.data


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def mailbox():
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    box.port = controller.port
    yield box
    controller.stop()


@pytest.fixture
def watchlist():
    return Watchlist(
        companies=(
            Company(id="cafe", name="Кофейня", places=(Place(id="lenina", name="На Ленина", city="Воронеж"),)),
            Company(id="clinic", name="Клиника", vertical="clinic"),
            Company(id="bank", name="Банк", vertical="bank"),
        ),
        people=(Person(id="anna", name="Анна"), Person(id="boss", name="Борис")),
        listings=(
            Listing(id="l1", source="flamp", company="cafe", place="lenina", responsible="anna", escalation="boss"),
            Listing(id="l2", source="flamp", company="clinic", responsible="anna"),
            Listing(id="l3", source="flamp", company="bank", responsible="anna"),
        ),
    )


@pytest.fixture
def view():
    """One alert about one case, with what the test changes."""

    def make(text="Ждали заказ час, администратор нагрубила. Больше не придём.", rule=Rule.late, **changes):
        number = changes.pop("number", 1)
        listing = changes.pop("listing", "l1")
        review = Review(
            source="flamp",
            listing_id=listing,
            review_id=changes.pop("review_id", f"r{number}"),
            url=changes.pop("url", f"https://flamp.example/review/{number}?a=1&b=2"),
            rating=changes.pop("rating", 0.0),
            text=text,
            title=changes.pop("title", None),
            posted_at=NOW - timedelta(hours=31),
            reply_state=ReplyState.none,
            seen_at=NOW - timedelta(hours=1),
        )
        late = changes.pop("late", True)
        case = Case(
            source="flamp",
            review_id=review.review_id,
            listing_id=listing,
            opened_at=NOW - timedelta(hours=30),
            due_at=NOW + timedelta(hours=-6 if late else 5),
            risk=0.9,
        )
        prediction = Prediction(
            source="flamp",
            review_id=review.review_id,
            content_hash=review.content_hash,
            p_negative=0.9,
            p_neutral=0.05,
            p_positive=0.05,
            label="negative",
            language="ru",
            aspects=(AspectScore(name=Aspect.waiting, p=0.9), AspectScore(name=Aspect.staff_attitude, p=0.8)),
            evidence=(Evidence(start=0, end=max(1, len(text) - 1), p_negative=0.9),) if text else (),
            model="m@1",
            scored_at=NOW,
        )
        alert = Alert(
            alert_key=f"key-{number}",
            source="flamp",
            review_id=review.review_id,
            rule=rule,
            level=LEVEL_OF[rule],
            destination="anna",
            planned_at=NOW,
            not_before=NOW,
            folded=changes.pop("folded", False),
        )
        first_seen_at = NOW - timedelta(hours=30)
        return AlertView(
            alert=alert, case=case, review=review, first_seen_at=first_seen_at, prediction=prediction, **changes
        )

    return make


@pytest.fixture
def person():
    def make(*channels, **changes):
        return Person(id="anna", name="Анна", channels=channels, timezone="Europe/Moscow", **changes)

    return make


@pytest.fixture
def compose(watchlist, person):
    """What makes the message about `views` for one channel, as the flow does."""

    def make(*views, console_url=None, now=NOW, **changes):
        settings = Settings(alerts={"console_url": console_url})

        def run(content=None, is_foreign=False):
            reader = person("terminal://", **changes)
            return render(
                views,
                person=reader,
                watchlist=watchlist,
                settings=settings,
                now=now,
                content=content,
                is_foreign=is_foreign,
            )

        return run

    return make


@pytest.fixture
def no_wait():
    """Waits nothing, and keeps what it was asked to wait."""
    waited = []

    def pause(seconds):
        waited.append(seconds)

    pause.waited = waited
    return pause
