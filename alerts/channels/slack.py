"""Slack: Block Kit, a section a case, and a text for notifications; by webhook or as a bot."""

import re
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from alerts.channels import other
from alerts.channels.delivery import Delivery, in_turn
from alerts.channels.limits import SLACK_BLOCKS, SLACK_HEADER, SLACK_SECTION, SLACK_TEXT
from alerts.channels.outcome import Result
from alerts.channels.web import Answer, as_json, post
from alerts.wording.inert import shortened
from alerts.wording.message import Block, as_text

GAP: Final = 1.1
"""Seconds: Slack takes one message a second (https://api.slack.com/apis/rate-limits)."""

_MOST_TEXT: Final = 4_000
_CODE = re.compile(r"[a-z_]{3,40}")


def send(plugin: Any, delivery: Delivery) -> Result:
    """Send the message to each channel of the address."""
    if plugin.mode not in ("hook", "gov-hook", "bot"):
        return other.send(plugin, delivery)
    pages = delivery.message.pages(_fits)
    channels = list(plugin.channels) or [None]
    parts = (
        partial(_post, plugin, {**payload(page.title, page.blocks), **_target(channel)})
        for channel in channels
        for page in pages
    )
    return in_turn(parts, gap=GAP, pause=delivery.pause)


def payload(title: str, blocks: Sequence[Block]) -> dict[str, Any]:
    """Return the message as Slack takes it; `text` is what a notification shows."""
    head = {
        "type": "header",
        "text": {"type": "plain_text", "text": shortened(title, SLACK_HEADER.most), "emoji": False},
    }
    sections = [
        {"type": "section", "text": {"type": "mrkdwn", "text": section(block), "verbatim": True}} for block in blocks
    ]
    return {
        "text": escaped(shortened(as_text(title, blocks), _MOST_TEXT // 5)),
        "blocks": [head, *sections],
        "unfurl_links": False,
        "unfurl_media": False,
    }


def section(block: Block) -> str:
    """Return one block in Slack's own markup."""
    lines = block.marked(escaped, quote=">{}", alarm="*{}*", strong="*{}*")
    lines += [f"<{escaped(url.replace('|', '%7C'))}|{escaped(label)}>" for label, url in block.links]
    return "\n".join(lines)


def escaped(text: str) -> str:
    """Return `text` without what Slack takes for mentions and links."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _fits(title: str, blocks: Sequence[Block]) -> bool:
    if len(blocks) + 1 > SLACK_BLOCKS or not all(SLACK_SECTION.takes(section(block)) for block in blocks):
        return False
    return SLACK_TEXT.takes(as_json(payload(title, blocks)).decode())


def _target(channel: str | None) -> dict[str, str]:
    if channel is None:
        return {}
    name, _, thread = channel.partition(":")
    named = name[1:] if name.startswith("+") else name if name.startswith(("#", "@")) else f"#{name}"
    return {"channel": named, **({"thread_ts": thread} if thread else {})}


def _post(plugin: Any, message: dict[str, Any]) -> Result:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    if plugin.mode == "bot":
        url = plugin.api_url.format("chat.postMessage")
        headers["Authorization"] = f"Bearer {plugin.access_token}"
    else:
        base = plugin.webhook_gov_url if plugin.mode == "gov-hook" else plugin.webhook_url
        url = f"{base}/{plugin.token_a}/{plugin.token_b}/{plugin.token_c}"
    if plugin.user:
        message = {**message, "username": plugin.user}
    return _result(post(url, as_json(message), headers, verify=plugin.verify_certificate))


def _result(answer: Answer) -> Result:
    told = answer.body if isinstance(answer.body, dict) else {}
    if answer.result.error is not None or told.get("ok", True) is True:
        return answer.result
    code = str(told.get("error", ""))
    return Result(f"refused: {code}" if _CODE.fullmatch(code) else "refused")
