"""What holds for all channels: outcomes, retries of parts, secrets, and what a channel may be asked for."""

import io
import json
import logging
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest

from alerts.channels import PERHAPS, is_foreign, problem_with, send
from alerts.channels.outcome import LONGEST_WAIT, seconds_of
from alerts.wording.message import Block, Message
from core.channel import Channel

KEY = "0123456789abcdef0123456789abcdef"
SECRET = "7654321:AAE-very-secret_token"


@pytest.fixture
def message(compose, view):
    return compose(view())()


def test_a_terminal_gets_plain_text(person, message):
    stream = io.StringIO()
    assert send(person("terminal://"), message, key=KEY, stream=stream).ok
    assert stream.getvalue() == message.text + "\n\n"


def test_a_terminal_that_knows_no_cyrillic_still_gets_the_message(person, message):
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, "ascii")
    assert send(person("terminal://"), message, key=KEY, stream=stream).ok
    assert b"flamp/r1" in raw.getvalue()


def test_a_file_gets_a_line_a_message(person, message, tmp_path):
    lines, plain = tmp_path / "alerts.jsonl", tmp_path / "alerts.txt"
    reader = person(f"file://{lines}", f"file://{plain}", channel_use="all")
    assert send(reader, message, key=KEY).ok
    assert send(reader, message, key="2" * 32).ok
    told = [json.loads(line) for line in lines.read_text().splitlines()]
    assert [one["otklik"]["alert_key"] for one in told] == [KEY, "2" * 32]
    assert plain.read_text() == f"{message.text}\n\n" * 2
    assert lines.stat().st_mode & 0o077 == 0


def test_a_file_that_cannot_be_written_says_so(person, message, tmp_path):
    outcome = send(person(f"file://{tmp_path}/no/such/folder.txt"), message, key=KEY)
    assert outcome.error == "channel 1 (file): cannot be written: No such file or directory"


@pytest.mark.parametrize(("status", "error"), [(500, "HTTP 500"), (404, "HTTP 404"), (302, "HTTP 302")])
def test_a_failure_names_the_status(person, web, message, status, error):
    web.usual = (status, {"Location": "http://127.0.0.1:1/"}, b"no")
    outcome = send(person(f"json://user:hunter2@127.0.0.1:{web.port}/token-1234"), message, key=KEY)
    assert (outcome.ok, outcome.error, outcome.failed) == (False, f"channel 1 (json): {error}", (0,))


def test_nobody_there(person, message):
    outcome = send(person("json://127.0.0.1:1/x"), message, key=KEY)
    assert outcome.error == "channel 1 (json): no connection"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("35", 35.0), ("0", 0.0), ("99999999999", LONGEST_WAIT), ("-5", 0.0), ("soon", None), ("nan", None), ("", None)],
)
def test_a_wait_is_what_the_header_says_and_at_most_a_day(person, web, message, header, seconds):
    web.usual = (429, {"Retry-After": header}, b"slow down")
    outcome = send(person(f"json://127.0.0.1:{web.port}/"), message, key=KEY)
    assert (outcome.error, outcome.retry_after) == ("channel 1 (json): HTTP 429", seconds)


def test_a_wait_may_be_a_date():
    now = datetime(2026, 11, 19, 9, 0, tzinfo=UTC)
    assert seconds_of("Thu, 19 Nov 2026 09:02:00 GMT", now) == 120
    assert seconds_of("Thu, 19 Nov 2020 09:02:00 GMT", now) == 0


@pytest.mark.parametrize("scheme", ["json", "mmost", "tgram", "slack"])
def test_a_site_that_says_nothing_may_have_taken_the_message(
    person, message, web, telegram, slack, scheme, monkeypatch
):
    monkeypatch.setattr("alerts.channels.web.READ_SECONDS", 0.4)
    web.silence = 3.0
    channel = {
        "json": f"json://127.0.0.1:{web.port}/",
        "mmost": f"mmost://127.0.0.1:{web.port}/{'a' * 26}",
        "tgram": f"tgram://{SECRET}/4711",
        "slack": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#reviews",
    }[scheme]
    begin = time.monotonic()
    outcome = send(person(channel), message, key=KEY)
    assert time.monotonic() - begin < 2.5
    assert outcome.error == f"{PERHAPS}channel 1 ({scheme}): no answer within 0 s"


def test_a_site_that_drips_holds_up_nobody(person, web, message, monkeypatch):
    monkeypatch.setattr("alerts.channels.web.READ_SECONDS", 0.5)
    web.usual, web.drip = (200, {}, b"x" * 200), 0.1
    begin = time.monotonic()
    assert send(person(f"json://127.0.0.1:{web.port}/"), message, key=KEY).ok
    assert time.monotonic() - begin < 3


def test_an_endless_answer_is_read_no_further(person, web, message):
    web.usual = (500, {}, b"x" * 30_000_000)
    assert send(person(f"json://127.0.0.1:{web.port}/"), message, key=KEY).error == "channel 1 (json): HTTP 500"


def test_the_first_channel_that_takes_it_is_enough_unless_all_are_wanted(person, web, message):
    web.usual = (503, {}, b"")
    channels = (f"json://127.0.0.1:{web.port}/", "terminal://", "terminal://")
    stream = io.StringIO()
    outcome = send(person(*channels), message, key=KEY, stream=stream)
    assert (outcome.ok, outcome.error, outcome.failed) == (False, "channel 1 (json): HTTP 503", (0,))
    assert stream.getvalue().count("flamp/r1") == message.text.count("flamp/r1")
    stream = io.StringIO()
    send(person(*channels, channel_use="all"), message, key=KEY, stream=stream)
    assert stream.getvalue().count("flamp/r1") == 2 * message.text.count("flamp/r1")


def test_one_channel_that_fails_can_be_tried_alone(person, web, message):
    both = person("terminal://", f"json://127.0.0.1:{web.port}/", channel_use="all")
    web.usual = (503, {}, b"")
    stream = io.StringIO()
    outcome = send(both, message, key=KEY, stream=stream)
    assert outcome.failed == (1,)
    shown = stream.getvalue()
    web.usual = (200, {}, b"")
    assert send(both, message, key=KEY, stream=stream, only=outcome.failed).ok
    assert stream.getvalue() == shown


def test_a_later_part_that_fails_is_tried_again_at_once(person, telegram, no_wait):
    long = Message("Много", tuple(Block(("★ Кофейня", "x" * 900)) for _ in range(12)), "…", {"language": "ru"})
    telegram.answers = [(200, {}, b'{"ok": true}'), (429, {"Retry-After": "7"}, b"{}"), (200, {}, b'{"ok": true}')]
    assert send(person(f"tgram://{SECRET}/4711"), long, key=KEY, pause=no_wait).ok
    texts = [request.json["text"] for request in telegram.requests]
    assert texts[1] == texts[2]
    assert no_wait.waited[:2] == [1.1, 7.0]


def test_a_part_that_never_arrives_says_that_others_did(person, telegram, no_wait):
    long = Message("Много", tuple(Block(("★ Кофейня", "x" * 900)) for _ in range(12)), "…", {"language": "ru"})
    telegram.answers = [(200, {}, b'{"ok": true}'), *[(500, {}, b"")] * 3]
    outcome = send(person(f"tgram://{SECRET}/4711"), long, key=KEY, pause=no_wait)
    assert outcome.error == f"{PERHAPS}channel 1 (tgram): HTTP 500 (part 2)"


def test_secrets_come_from_the_environment_and_stay_out_of_errors_and_logs(person, telegram, message, caplog):
    caplog.set_level(logging.DEBUG)
    channel = person("tgram://${BOT_TOKEN}/${CHAT}")
    assert send(channel, message, key=KEY, environ={"BOT_TOKEN": SECRET, "CHAT": "4711"}).ok
    assert SECRET in telegram.requests[0].path
    telegram.usual = (401, {}, json.dumps({"description": f"bad {SECRET}"}).encode())
    outcome = send(channel, message, key=KEY, environ={"BOT_TOKEN": SECRET, "CHAT": "4711"})
    missing = send(channel, message, key=KEY, environ={"CHAT": "4711"})
    broken = send(person(f"tgram://{SECRET.replace(':', '')}"), message, key=KEY, environ={})
    assert outcome.error == "channel 1 (tgram): HTTP 401"
    assert missing.error == "channel 1 (tgram): the environment has no BOT_TOKEN"
    assert broken.error == "channel 1 (tgram): this is no URL that apprise knows"
    assert "AAE-very" not in caplog.text
    assert "нагрубила" not in caplog.text


@pytest.mark.parametrize(
    ("channel", "problem"),
    [
        ("terminal://", None),
        ("json://a.example/", None),
        ("file:///var/log/alerts.jsonl", None),
        ("file://alerts.jsonl", "file: a file is named by its absolute path: file:///var/lib/otklik/alerts.jsonl"),
        ("tgram://${NOPE}/1", "tgram: the environment has no NOPE"),
        ("nonsense", "?: this is no URL that apprise knows"),
        ("gopher://x/secret", "gopher: this is no URL that apprise knows"),
        ("json://a.example/?method=GET", "json: a webhook is always POSTed"),
        ("json://a.example/?:key=value", "json: fields of one's own stand in `body`, not in the address"),
        (
            Channel(url="tgram://123456789:AAAA_BBBB_CCCC_DDDD_EEEE_FFFF_GGGG/1", secret="${KEY}"),
            "tgram: the environment has no KEY",
        ),
        (
            Channel(url="mailto://127.0.0.1/?from=a@a.example&to=b@a.example", body={"text": "{text}"}),
            "mailto: secret, body and limit are for json(s):// and form(s):// alone",
        ),
    ],
)
def test_a_channel_that_cannot_be_used_is_found_before_the_night(channel, problem):
    assert problem_with(channel, {}) == problem


@pytest.mark.parametrize(
    ("url", "foreign"),
    [
        ("terminal://", False),
        ("file:///x", False),
        ("mailtos://a:b@mail.example", False),
        ("jsons://hook.example", False),
        ("mmosts://chat.example/token", False),
        ("tgram://token/1", True),
        ("slack://a/b/c", True),
        ("workflows://a/b/c", True),
        ("discord://a/b", True),
        ("https://hooks.slack.com/services/A/B/C", True),
        ("whatsapp://a@b/c", True),
        ("someday://new", True),
    ],
)
def test_a_messenger_on_a_server_of_others_is_foreign(url, foreign):
    assert is_foreign(url) is foreign


def test_the_terminal_needs_no_apprise():
    code = "import sys, alerts.channels, alerts.planning, alerts.wording; print('apprise' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
