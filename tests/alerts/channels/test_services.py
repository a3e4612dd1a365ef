"""What each service gets, within the limits that it documents."""

import hmac
import json
import re
from hashlib import sha256
from pathlib import Path

import jsonschema
import pytest

from alerts.channels import limits, send
from alerts.channels.teams import takes
from alerts.details import Rule
from core.channel import Channel

KEY = "0123456789abcdef0123456789abcdef"
TELEGRAM = "tgram://7654321:AAE-very-secret_token/4711"
SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#reviews"
SLACK_BOT = "slack://xoxb-1234-1234-abc124/#reviews"
SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "alert.schema.json").read_text(encoding="utf-8"))
CONSOLE = "https://otklik.example/"


@pytest.fixture
def one(compose, view):
    return compose(view(), console_url=CONSOLE)


@pytest.fixture
def many(compose, view):
    """Thirty cases with all that makes a text long in some encoding."""
    views = [view("&<\U0001f600" * 60, number=n, rule=Rule.severe, folded=True) for n in range(10)]
    secrets = [view(number=n, rule=Rule.discloses, url="https://a.example/?" + "&" * 80) for n in range(20, 30)]
    return compose(*views, *secrets, console_url=CONSOLE)


def entities_are_whole(text, allowed=("amp", "lt", "gt", "quot", "#x27")):
    return not re.search(rf"&(?!(?:{'|'.join(allowed)});)", text)


def test_telegram_gets_escaped_html_with_links(person, telegram, one):
    assert send(person(TELEGRAM), one, key=KEY).ok
    (request,) = telegram.requests
    assert request.path == "/bot7654321:AAE-very-secret_token/sendMessage"
    assert request.json["parse_mode"] == "HTML"
    assert request.json["chat_id"] == 4711
    assert request.json["link_preview_options"] == {"is_disabled": True}
    assert request.json["text"] == (
        "<b>Ответ просрочен: На Ленина, Воронеж</b>\n\n<b>★☆☆☆☆ На Ленина, Воронеж · flamp</b>\n"
        "<blockquote>«Ждали заказ час, администратор нагрубила. Больше не придём»</blockquote>"
        "О чём: ожидание, отношение персонала\n<b>Клиент ждёт 31 ч; ответ просрочен на 6 ч</b>\n"
        "Если ответа не будет, об этом узнает Борис: 25 нояб., 05:00\nНомер: flamp/r1\n"
        '<a href="https://flamp.example/review/1?a=1&amp;b=2">Открыть отзыв</a>\n'
        '<a href="https://otklik.example/cases/flamp/r1">Открыть в Отклике</a>\n\n'
        "Поблагодарите, извинитесь, скажите, что сделаете, и пригласите продолжить разговор в личном канале."
    )


def test_telegram_gets_several_messages_cut_between_reviews(person, telegram, many, no_wait):
    assert send(person(TELEGRAM), many, key=KEY, pause=no_wait).ok
    texts = [request.json["text"] for request in telegram.requests]
    assert 2 <= len(texts) <= 6
    for number, text in enumerate(texts, 1):
        assert len(text.encode("utf-16-le")) // 2 <= 4096
        assert f"({number}/{len(texts)})" in text.splitlines()[0]
        assert entities_are_whole(text)
        for tag in ("b", "blockquote", "a"):
            assert len(re.findall(rf"<{tag}[ >]", text)) == text.count(f"</{tag}>")
    whole = "\n".join(texts)
    for n in (*range(10), *range(20, 30)):
        assert re.findall(rf"Номер: flamp/r{n}$", whole, re.MULTILINE) == [f"Номер: flamp/r{n}"]
    assert "сокращено" not in whole


def test_telegram_says_how_long_to_wait_and_why(person, telegram, one):
    body = b'{"ok": false, "error_code": 429, "description": "Too Many Requests: retry after 35", "parameters": {"retry_after": 35}}'  # noqa: E501  as Telegram answers
    telegram.usual = (429, {}, body)
    outcome = send(person(TELEGRAM), one, key=KEY)
    assert (outcome.error, outcome.retry_after) == ("channel 1 (tgram): HTTP 429", 35.0)
    telegram.usual = (403, {}, b'{"ok": false, "description": "Forbidden: bot was blocked by the user"}')
    assert send(person(TELEGRAM), one, key=KEY).error == "channel 1 (tgram): HTTP 403: bot was blocked by the user"


@pytest.mark.parametrize(("url", "path"), [(SLACK, "/services/T1JJ3T3L2/"), (SLACK_BOT, "/api/chat.postMessage")])
def test_slack_gets_a_section_a_case(person, slack, one, url, path):
    slack.usual = (200, {}, b'{"ok": true}')
    assert send(person(url), one, key=KEY).ok
    (request,) = slack.requests
    assert request.path.startswith(path)
    head, case, hint = request.json["blocks"]
    assert head == {
        "type": "header",
        "text": {"type": "plain_text", "text": "Ответ просрочен: На Ленина, Воронеж", "emoji": False},
    }
    assert case["text"]["text"].splitlines() == [
        "*★☆☆☆☆ На Ленина, Воронеж · flamp*",
        ">«Ждали заказ час, администратор нагрубила. Больше не придём»",
        "О чём: ожидание, отношение персонала",
        "*Клиент ждёт 31 ч; ответ просрочен на 6 ч*",
        "Если ответа не будет, об этом узнает Борис: 25 нояб., 05:00",
        "Номер: flamp/r1",
        "<https://flamp.example/review/1?a=1&amp;b=2|Открыть отзыв>",
        "<https://otklik.example/cases/flamp/r1|Открыть в Отклике>",
    ]
    assert hint["text"]["text"].startswith("Поблагодарите")
    assert request.json["text"].startswith("Ответ просрочен")
    assert request.json["channel"] == "#reviews"
    assert request.json["unfurl_links"] is False


def test_slack_payloads_are_within_its_limits(person, slack, many, no_wait):
    assert send(person(SLACK), many, key=KEY, pause=no_wait).ok
    shown = ""
    for request in slack.requests:
        assert len(request.content.decode()) <= limits.SLACK_TEXT.most
        assert len(request.json["blocks"]) <= limits.SLACK_BLOCKS
        for block in request.json["blocks"]:
            text = block["text"]["text"]
            assert 0 < len(text) <= (150 if block["type"] == "header" else 3000)
            assert block["type"] == "header" or entities_are_whole(text)
            shown += text
    assert shown.count("Номер: flamp/r") == 20


def test_slack_refuses_in_a_200(person, slack, one):
    slack.usual = (200, {}, b'{"ok": false, "error": "channel_not_found"}')
    assert send(person(SLACK_BOT), one, key=KEY).error == "channel 1 (slack): refused: channel_not_found"
    slack.usual = (429, {"Retry-After": "30"}, b"")
    assert send(person(SLACK), one, key=KEY).retry_after == 30.0


def test_mattermost_gets_markdown(person, web, one):
    assert send(person(f"mmost://127.0.0.1:{web.port}/{'a' * 26}"), one, key=KEY).ok
    (request,) = web.requests
    assert request.path == f"/hooks/{'a' * 26}"
    assert request.json["text"].splitlines()[:6] == [
        "#### Ответ просрочен: На Ленина, Воронеж",
        "",
        "**★☆☆☆☆ На Ленина, Воронеж · flamp**",
        "",
        "> «Ждали заказ час, администратор нагрубила. Больше не придём»",
        "",
    ]
    assert "[Открыть отзыв](https://flamp.example/review/1?a=1&b=2)" in request.json["text"]


def test_mattermost_payloads_are_within_its_limit(person, web, compose, view, no_wait):
    views = [
        view("ж" * 199, number=n, folded=True, rule=Rule.severe, url="https://a.example/" + "(" * 200)
        for n in range(10)
    ]
    more = [view(number=n, rule=Rule.discloses, url="https://a.example/" + "(" * 220) for n in range(20, 30)]
    assert send(person(f"mmost://127.0.0.1:{web.port}/{'a' * 26}"), compose(*views, *more), key=KEY, pause=no_wait).ok
    texts = [request.json["text"] for request in web.requests]
    assert all(len(text) <= 16_383 for text in texts)
    assert sum(text.count("Номер: flamp/r") for text in texts) == 20


def test_teams_gets_a_card_with_buttons(person, secure_web, one):
    url = f"workflows://127.0.0.1:{secure_web.port}/ABCDEFGHIJ/SIGSIGSIG/?verify=no"
    assert send(person(url), one, key=KEY).ok
    (request,) = secure_web.requests
    assert request.path.startswith("/workflows/ABCDEFGHIJ/triggers/manual/paths/invoke?")
    assert "sig=SIGSIGSIG" in request.path
    (attachment,) = request.json["attachments"]
    title, case, _ = attachment["content"]["body"]
    assert title["text"] == "Ответ просрочен: На Ленина, Воронеж"
    assert case["items"][-1]["actions"] == [
        {"type": "Action.OpenUrl", "title": "Открыть отзыв", "url": "https://flamp.example/review/1?a=1&b=2"},
        {"type": "Action.OpenUrl", "title": "Открыть в Отклике", "url": "https://otklik.example/cases/flamp/r1"},
    ]
    assert request.headers["Content-Type"] == "application/json; charset=utf-8"


def test_teams_payloads_are_within_28_kilobytes_in_either_encoding(person, secure_web, many, no_wait):
    url = f"workflows://127.0.0.1:{secure_web.port}/ABCDEFGHIJ/SIGSIGSIG/?verify=no"
    assert send(person(url), many, key=KEY, pause=no_wait).ok
    assert len(secure_web.requests) > 1
    assert all(takes(request.content) for request in secure_web.requests)
    assert sum(request.content.decode().count("Номер: flamp/r") for request in secure_web.requests) == 20


def test_a_certificate_that_nobody_knows_is_not_trusted(person, secure_web, one):
    url = f"workflows://127.0.0.1:{secure_web.port}/ABCDEFGHIJ/SIGSIGSIG/"
    assert send(person(url), one, key=KEY).error == "channel 1 (workflows): its certificate is not trusted"
    assert secure_web.requests == []


def test_a_webhook_gets_what_the_schema_says_under_one_key_and_signed(person, web, one, many):
    channel = Channel(url=f"json://127.0.0.1:{web.port}/hook?+X-Own=1", secret="${HOOK_SECRET}")
    environ = {"HOOK_SECRET": "a long secret"}
    for message, repeat in ((one, False), (one, True), (many, False)):
        assert send(person(channel), message, key=KEY, possible_repeat=repeat, environ=environ).ok
    validator = jsonschema.Draft202012Validator(SCHEMA)
    for request in web.requests:
        validator.validate(request.json)
        assert request.headers["Idempotency-Key"] == KEY
        assert request.headers["X-Own"] == "1"
        signed = request.headers["X-Otklik-Timestamp"].encode() + b"." + request.content
        right = "sha256=" + hmac.new(b"a long secret", signed, sha256).hexdigest()
        assert request.headers["X-Otklik-Signature"] == right
        assert len(request.content) <= limits.WEBHOOK.most
    first, second, third = (request.json for request in web.requests)
    assert first["otklik"]["alert_key"] == KEY
    assert first["otklik"]["cases"][0]["quote"] == "«Ждали заказ час, администратор нагрубила. Больше не придём»"
    assert first["otklik"]["cases"][0]["aspects"] == ["waiting", "staff_attitude"]
    assert second["title"] == first["title"] + " (возможный повтор)"
    assert len(third["otklik"]["cases"]) == 20
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({**first, "otklik": {**first["otklik"], "cases": [{"source": "x"}]}})


def test_a_webhook_without_a_secret_is_not_signed(person, web, one):
    assert send(person(f"json://user:word@127.0.0.1:{web.port}/"), one, key=KEY).ok
    assert "X-Otklik-Signature" not in web.requests[0].headers
    assert web.requests[0].headers["Authorization"].startswith("Basic ")


def test_a_messenger_that_apprise_lacks_gets_its_own_body(person, web, many, no_wait):
    """MAX: POST /messages?chat_id=... with Authorization, text of at most 4000 characters."""
    channel = Channel(
        url=f"json://127.0.0.1:{web.port}/messages?-chat_id=123&+Authorization=${{MAX_TOKEN}}",
        body={"text": "{html}", "format": "html", "notify": True, "nested": [{"title": "{title} {key}"}]},
    )
    assert send(person(channel), many, key=KEY, environ={"MAX_TOKEN": "secret"}, pause=no_wait).ok
    assert len(web.requests) > 1
    for number, request in enumerate(web.requests, 1):
        assert request.path == "/messages?chat_id=123"
        assert request.headers["Authorization"] == "secret"
        assert 0 < len(request.json["text"]) <= 4000
        assert request.json["notify"] is True
        assert request.headers["Idempotency-Key"] == (KEY if number == 1 else f"{KEY}-{number}")
    assert web.requests[0].json["nested"][0]["title"].endswith(KEY)


def test_a_messenger_that_wants_a_form_gets_one(person, web, one):
    """VK Teams: POST /bot/v1/messages/sendText with token, chatId and text; refuses in a 200."""
    channel = Channel(
        url=f"form://127.0.0.1:{web.port}/bot/v1/messages/sendText",
        body={"token": "t", "chatId": "c@chat.agent", "text": "{text}"},
        limit=2000,
    )
    assert send(person(channel), one, key=KEY).ok
    (request,) = web.requests
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert "Ждали заказ час" in request.form["text"]
    assert request.form["chatId"] == "c@chat.agent"
    web.usual = (200, {}, b'{"ok": false, "description": "Permission denied"}')
    assert send(person(channel), one, key=KEY).error == "channel 1 (form): refused"


def test_fields_of_a_body_are_filled_in_once(person, web, compose, view):
    channel = Channel(url=f"json://127.0.0.1:{web.port}/", body={"text": "{text}", "k": "{key}{nothing}"})
    assert send(person(channel), compose(view("Плохо: {key} {title} {html}.")), key=KEY).ok
    assert "Плохо: {key} {title} {html}" in web.requests[0].json["text"]
    assert web.requests[0].json["k"] == KEY + "{nothing}"


def test_a_service_that_only_apprise_knows(person, web, one):
    assert send(person(f"ntfy://127.0.0.1:{web.port}/topic"), one, key=KEY).ok
    assert "нагрубила" in web.requests[0].json["message"]
    web.usual = (500, {}, b"")
    assert send(person(f"ntfy://127.0.0.1:{web.port}/topic"), one, key=KEY).error == "channel 1 (ntfy): HTTP 500"


@pytest.mark.parametrize(
    ("listing", "foreign", "channel", "own", "told"),
    [
        ("l1", True, None, None, True),
        ("l2", True, None, None, False),
        ("l3", True, None, None, False),
        ("l2", False, None, None, True),
        ("l2", True, "redacted", None, True),
        ("l2", True, None, "redacted", True),
        ("l1", True, "link_only", None, False),
        ("l1", False, None, "link_only", False),
        ("l1", False, "redacted", "link_only", True),
    ],
)
def test_how_much_of_a_review_goes_where(person, telegram, web, compose, view, listing, foreign, channel, own, told):
    url = TELEGRAM if foreign else f"json://127.0.0.1:{web.port}/"
    reader = person(Channel(url=url, content=channel), content=own)
    message = compose(view("Врач перепутал диагноз, тел. 8 916 123-45-67", listing=listing))
    assert send(reader, message, key=KEY).ok
    said = web.requests[0].content.decode()
    assert ("диагноз" in said) is told
    assert ("ожидание" in said or '"waiting"' in said) is told
    assert "flamp/r1" in said
    assert "https://flamp.example/review/1" in said
    assert "123-45-67" not in said


def test_full_content_keeps_what_it_is_told_to_keep(person, web, compose, view):
    reader = person(Channel(url=f"json://127.0.0.1:{web.port}/", content="full"))
    assert send(reader, compose(view("Звоните: 8 916 123-45-67.")), key=KEY).ok
    assert "123-45-67" in web.requests[0].content.decode()
