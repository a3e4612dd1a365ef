"""A webhook of one's own: our JSON (docs/alert.schema.json), signed, or a body in the form that a messenger wants."""

import hmac
import re
import time
from collections.abc import Mapping, Sequence
from functools import partial
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlencode

from alerts.channels import telegram
from alerts.channels.delivery import Delivery, in_turn
from alerts.channels.limits import MAX, Limit
from alerts.channels.outcome import Result
from alerts.channels.web import Answer, as_json, post
from alerts.wording.message import Block, Page, as_text

SCHEMA_VERSION: Final = "1.1"
GAP: Final = 0.5

_FIELD = re.compile(r"\{(text|html|title|key|url)\}")


def send(plugin: Any, delivery: Delivery) -> Result:
    """Send the message; with a body of its own in as many parts as it needs."""
    wanted = delivery.channel.body
    if wanted is None:
        return _post(plugin, delivery, document(delivery), 1)
    limit = Limit(delivery.channel.limit or MAX.most, "characters", "the watchlist")
    is_html = "{html}" in str(wanted)
    pages = delivery.message.pages(
        lambda title, blocks: limit.takes(telegram.body(title, blocks) if is_html else as_text(title, blocks))
    )
    parts = (
        partial(_post, plugin, delivery, _filled(wanted, _fields(page, delivery.key_of(page.number))), page.number)
        for page in pages
    )
    return in_turn(parts, gap=GAP, pause=delivery.pause)


def document(delivery: Delivery) -> dict[str, Any]:
    """Return the JSON of one message, as docs/alert.schema.json describes it."""
    message = delivery.message
    return {
        "version": SCHEMA_VERSION,
        "type": "info",
        "title": message.title,
        "message": as_text("", message.blocks),
        "otklik": {**message.payload, "alert_key": delivery.key},
    }


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return what X-Otklik-Signature holds: HMAC-SHA256 over the timestamp, a full stop and the body, in hex."""
    return "sha256=" + hmac.new(secret.encode(), f"{timestamp}.".encode() + body, sha256).hexdigest()


def _post(plugin: Any, delivery: Delivery, content: Any, number: int) -> Result:
    is_form = plugin.protocol == "form"
    body = _form(content) if is_form else as_json(content)
    timestamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/x-www-form-urlencoded" if is_form else "application/json; charset=utf-8",
        "Idempotency-Key": delivery.key_of(number),
        **plugin.headers,
    }
    if delivery.channel.secret:
        headers["X-Otklik-Timestamp"] = timestamp
        headers["X-Otklik-Signature"] = signature(delivery.channel.secret, timestamp, body)
    port = f":{plugin.port}" if plugin.port else ""
    url = f"{'https' if plugin.secure else 'http'}://{plugin.host}{port}{plugin.fullpath}"
    auth = (plugin.user, plugin.password or "") if plugin.user else None
    return _result(post(url, body, headers, params=plugin.params, auth=auth, verify=plugin.verify_certificate))


def _result(answer: Answer) -> Result:
    """Take a 200 whose JSON says `"ok": false` for what it is: a refusal."""
    if answer.result.ok and isinstance(answer.body, dict) and answer.body.get("ok", True) is False:
        return Result("refused")
    return answer.result


def _form(content: Mapping[str, Any]) -> bytes:
    return urlencode(
        {name: value if isinstance(value, str) else as_json(value).decode() for name, value in content.items()}
    ).encode()


def _fields(page: Page, key: str) -> dict[str, str]:
    return {
        "text": as_text(page.title, page.blocks),
        "html": telegram.body(page.title, page.blocks)
        .replace("<blockquote>", "<i>")
        .replace("</blockquote>", "</i>\n"),
        "title": page.title,
        "key": key,
        "url": _first_url(page.blocks),
    }


def _first_url(blocks: Sequence[Block]) -> str:
    return next((block.url for block in blocks if block.url), "")


def _filled(value: Any, fields: Mapping[str, str]) -> Any:
    """Fill in the fields, each once: a field's own text is never searched for further ones."""
    if isinstance(value, str):
        return _FIELD.sub(lambda match: fields[match.group(1)], value)
    if isinstance(value, dict):
        return {name: _filled(one, fields) for name, one in value.items()}
    return [_filled(one, fields) for one in value] if isinstance(value, list) else value
