import io
import json
import logging
import re
import socket
import subprocess
import sys
import threading
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from aiosmtpd.controller import Controller

from alerts.channels import problem_with, send
from alerts.wording.message import Block, Message
from core.watchlist import Person

KEY = "0123456789abcdef"
SECRET = "7654321:AAE-very-secret_token"


@pytest.fixture
def message():
    blocks = (
        Block(
            ("★☆☆☆☆ Кофейня", "«A&B ‹b›»"),
            url="https://a.example/?x=1&y=2",
            link="Открыть",
            is_strong=True,
            is_case=True,
        ),
        Block(("Поблагодарите.",)),
    )
    return Message("Ответ просрочен: A&B", blocks, "сокращено", {"language": "ru", "cases": [{"review_id": "r1"}]})


@pytest.fixture
def long_message():
    blocks = tuple(
        Block(("★☆☆☆☆ Кофейня", "«" + "&\U0001f600" * 90 + "»"), is_strong=True, is_case=True) for _ in range(40)
    )
    return Message("Много", blocks, "сокращено", {"language": "ru"})


class Web:
    """A loopback site that keeps what it was sent and answers with `status` and `body`."""

    def __init__(self):
        self.requests, self.status, self.body = [], 200, b'{"ok": true, "result": {}}'
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                content = self.rfile.read(int(self.headers["Content-Length"]))
                web.requests.append((self.path, dict(self.headers), json.loads(content)))
                self.send_response(web.status)
                self.send_header("Content-Length", str(len(web.body)))
                self.end_headers()
                self.wfile.write(web.body)

            def log_message(self, *args):
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def web():
    site = Web()
    yield site
    site.server.shutdown()
    site.server.server_close()


@pytest.fixture
def telegram(web, monkeypatch):
    from apprise.plugins.telegram import NotifyTelegram

    monkeypatch.setattr(NotifyTelegram, "notify_url", f"http://127.0.0.1:{web.port}/bot")
    return web


@pytest.fixture
def slack(web, monkeypatch):
    from apprise.plugins.slack import NotifySlack

    monkeypatch.setattr(NotifySlack, "webhook_url", f"http://127.0.0.1:{web.port}/services")
    web.body = b"ok"
    return web


def person(*channels):
    return Person(id="anna", name="Anna", channels=channels)


def test_a_terminal_gets_plain_text(message):
    stream = io.StringIO()
    outcome = send(person("terminal://"), message, key=KEY, stream=stream)
    assert outcome.ok
    assert stream.getvalue() == (
        "Ответ просрочен: A&B\n\n★☆☆☆☆ Кофейня\n«A&B ‹b›»\nhttps://a.example/?x=1&y=2\n\nПоблагодарите.\n\n"
    )


def test_a_terminal_that_knows_no_cyrillic_still_gets_the_message(message):
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, "ascii")
    assert send(person("terminal://"), message, key=KEY, stream=stream).ok
    assert b"A&B" in raw.getvalue()


def test_a_webhook_gets_the_message_and_its_data_under_one_key(web, message):
    channel = f"json://127.0.0.1:{web.port}/hook"
    assert send(person(channel), message, key=KEY).ok
    assert send(person(channel), message, key=KEY, possible_repeat=True).ok
    (path, headers, first), (_, again, second) = web.requests
    assert path.rstrip("/") == "/hook"
    assert headers["Idempotency-Key"] == again["Idempotency-Key"] == KEY
    assert first["title"] == "Ответ просрочен: A&B"
    assert "«A&B ‹b›»" in first["message"]
    assert first["otklik"] == {"language": "ru", "cases": [{"review_id": "r1"}], "alert_key": KEY}
    assert second["title"] == "Ответ просрочен: A&B (возможный повтор)"


def test_telegram_gets_escaped_html(telegram, message):
    assert send(person(f"tgram://{SECRET}/4711"), message, key=KEY).ok
    ((path, _, payload),) = telegram.requests
    assert path == f"/bot{SECRET}/sendMessage"
    assert payload["parse_mode"] == "HTML"
    assert payload["text"] == (
        "<b>Ответ просрочен: A&amp;B</b>\n \n<b>★☆☆☆☆ Кофейня</b>\n«A&amp;B ‹b›»\n"
        '<a href="https://a.example/?x=1&amp;y=2">Открыть</a>\n \nПоблагодарите.'
    )


def test_telegram_gets_one_message_that_is_cut_between_blocks(telegram, long_message):
    assert send(person(f"tgram://{SECRET}/4711"), long_message, key=KEY).ok
    ((_, _, payload),) = telegram.requests
    text = payload["text"]
    assert 3000 < len(text.encode("utf-16-le")) // 2 <= 4096
    assert text.endswith("сокращено")
    assert text.count("<b>") == text.count("</b>")
    assert not re.search(r"&(?!amp;)", text)


def test_telegram_says_how_long_to_wait(telegram, message):
    telegram.status = 429
    telegram.body = b'{"ok": false, "error_code": 429, "description": "Too Many Requests: retry after 35"}'
    outcome = send(person(f"tgram://{SECRET}/4711"), message, key=KEY)
    assert (outcome.ok, outcome.error, outcome.retry_after) == (False, "channel 1 (tgram): HTTP 429", 35.0)


def test_slack_gets_escaped_text(slack, message):
    assert send(person("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#reviews"), message, key=KEY).ok
    ((_, _, payload),) = slack.requests
    (attachment,) = payload["attachments"]
    assert attachment["title"] == "Ответ просрочен: A&amp;B"
    assert "«A&amp;B ‹b›»" in attachment["text"]
    assert "https://a.example/?x=1&amp;y=2" in attachment["text"]
    assert not re.search(r"[<>]", attachment["text"])
    assert payload["mrkdwn"] is False


class Mailbox:
    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802  the library's name
        self.mails.append(envelope.content)
        return "250 OK"


@pytest.fixture
def mailbox():
    box = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    box.port = controller.port
    yield box
    controller.stop()


def test_mail_has_html_and_text_and_the_key(mailbox, message):
    channel = f"mailto://127.0.0.1:{mailbox.port}/?from=otklik@a.example&to=anna@a.example"
    assert send(person(channel), message, key=KEY).ok
    (raw,) = mailbox.mails
    mail = message_from_bytes(raw, policy=policy.default)
    assert mail["Subject"] == "Ответ просрочен: A&B"
    assert mail["X-Otklik-Alert"] == KEY
    html = mail.get_body(("html",)).get_content()
    assert '<b>★☆☆☆☆ Кофейня</b><br/>«A&amp;B ‹b›»<br/><a href="https://a.example/?x=1&amp;y=2">Открыть</a>' in html
    assert "«A&B ‹b›»" in mail.get_body(("plain",)).get_content()


@pytest.mark.parametrize(("status", "error"), [(500, "HTTP 500"), (404, "HTTP 404"), (302, "HTTP 302")])
def test_a_failure_names_the_status(web, message, status, error):
    web.status = status
    outcome = send(person(f"json://user:hunter2@127.0.0.1:{web.port}/token-1234"), message, key=KEY)
    assert (outcome.ok, outcome.error, outcome.failed) == (False, f"channel 1 (json): {error}", (0,))


def test_nobody_there(message):
    outcome = send(person("json://127.0.0.1:1/x"), message, key=KEY)
    assert outcome.error == "channel 1 (json): no connection"


def test_one_channel_that_fails_is_told_and_can_be_tried_alone(web, message):
    web.status = 503
    stream = io.StringIO()
    both = person("terminal://", f"json://127.0.0.1:{web.port}/")
    outcome = send(both, message, key=KEY, stream=stream)
    assert (outcome.ok, outcome.error, outcome.failed) == (False, "channel 2 (json): HTTP 503", (1,))
    shown = stream.getvalue()
    web.status = 200
    assert send(both, message, key=KEY, stream=stream, only=outcome.failed).ok
    assert stream.getvalue() == shown


def test_secrets_come_from_the_environment_and_stay_out_of_errors_and_logs(telegram, message, caplog):
    caplog.set_level(logging.DEBUG)
    channel = person("tgram://${BOT_TOKEN}/${CHAT}")
    assert send(channel, message, key=KEY, environ={"BOT_TOKEN": SECRET, "CHAT": "4711"}).ok
    assert SECRET in telegram.requests[0][0]
    telegram.status = 401
    telegram.body = json.dumps({"description": f"bad {SECRET}"}).encode()
    outcome = send(channel, message, key=KEY, environ={"BOT_TOKEN": SECRET, "CHAT": "4711"})
    missing = send(channel, message, key=KEY, environ={"CHAT": "4711"})
    broken = send(person(f"tgram://{SECRET.replace(':', '')}"), message, key=KEY, environ={})
    assert missing.error == "channel 1 (tgram): the environment has no BOT_TOKEN"
    assert broken.error == "channel 1 (tgram): this is no URL that apprise knows"
    said = " ".join([outcome.error, missing.error, broken.error])
    assert "AAE-very" not in said
    assert "AAE-very" not in caplog.text


@pytest.mark.parametrize(
    ("channel", "problem"),
    [
        ("terminal://", None),
        ("json://a.example/", None),
        ("tgram://${NOPE}/1", "tgram: the environment has no NOPE"),
        ("nonsense", "?: this is no URL that apprise knows"),
        ("gopher://x/secret", "gopher: this is no URL that apprise knows"),
    ],
)
def test_a_channel_that_cannot_be_used_is_found_before_the_night(channel, problem):
    assert problem_with(channel, {}) == problem


def test_the_terminal_needs_no_apprise():
    code = "import sys, alerts.channels, alerts.planning, alerts.wording; print('apprise' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
