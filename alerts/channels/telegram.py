"""Telegram: small HTML, several messages where one would be too long."""

import re
from collections.abc import Sequence
from functools import partial
from html import escape
from typing import Any, Final

from alerts.channels.delivery import Delivery, in_turn
from alerts.channels.limits import TELEGRAM
from alerts.channels.outcome import Result, seconds_of
from alerts.channels.web import Answer, as_json, post
from alerts.wording.message import Block

GAP: Final = 1.1
"""Seconds: a bot may send one message a second to a chat (https://core.telegram.org/bots/faq)."""

_TOLD = re.compile(r"(?:Bad Request|Forbidden|Unauthorized|Conflict): ([a-z][a-z ,']{3,60})")
"""What Telegram says in words of its own: nothing of an address or of us."""


def send(plugin: Any, delivery: Delivery) -> Result:
    """Send the message to each chat of the address."""
    if not plugin.targets:
        return Result("the address names no chat")
    pages = delivery.message.pages(lambda title, blocks: TELEGRAM.takes(body(title, blocks)))
    parts = (
        partial(_post, plugin, chat, topic, body(page.title, page.blocks))
        for chat, topic in plugin.targets
        for page in pages
    )
    return in_turn(parts, gap=GAP, pause=delivery.pause)


def body(title: str, blocks: Sequence[Block]) -> str:
    """Return the HTML that Telegram takes, with line breaks as they are."""
    return "\n\n".join([f"<b>{escape(title)}</b>", *map(_block, blocks)])


def _block(block: Block) -> str:
    lines = block.marked(escape, quote="<blockquote>{}</blockquote>", alarm="<b>{}</b>", strong="<b>{}</b>")
    lines += [f'<a href="{escape(url)}">{escape(label)}</a>' for label, url in block.links]
    return "\n".join(lines).replace("</blockquote>\n", "</blockquote>")


def _post(plugin: Any, chat: int | str, topic: int | None, text: str) -> Result:
    payload = {
        "chat_id": chat,
        "text": text,
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": not plugin.preview},
        "disable_notification": bool(plugin.silent),
        **({"message_thread_id": topic} if topic else {}),
    }
    url = f"{plugin.notify_url}{plugin.bot_token}/sendMessage"
    answer = post(url, as_json(payload), {"Content-Type": "application/json"}, verify=plugin.verify_certificate)
    return _result(answer)


def _result(answer: Answer) -> Result:
    told = answer.body if isinstance(answer.body, dict) else {}
    if answer.result.error is None:
        return Result() if told.get("ok", True) is True else Result("refused")
    parameters = told.get("parameters")
    asked = seconds_of(parameters.get("retry_after")) if isinstance(parameters, dict) else None
    words = _TOLD.fullmatch(str(told.get("description", "")))
    error = f"{answer.result.error}: {words.group(1)}" if words else answer.result.error
    return Result(error, asked if asked is not None else answer.result.retry_after, answer.result.is_unknown)
