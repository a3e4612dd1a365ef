"""Microsoft Teams: an adaptive card for the Workflows app, a container with buttons a case."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from alerts.channels.delivery import Delivery, in_turn
from alerts.channels.limits import TEAMS
from alerts.channels.outcome import Result
from alerts.channels.web import as_json, post
from alerts.wording.message import Block

GAP: Final = 0.5
_VERSION: Final = "1.4"


def send(plugin: Any, delivery: Delivery) -> Result:
    """Send the message to the workflow of the address."""
    pages = delivery.message.pages(lambda title, blocks: takes(as_json(card(title, blocks))))
    parts = (partial(_post, plugin, as_json(card(page.title, page.blocks))) for page in pages)
    return in_turn(parts, gap=GAP, pause=delivery.pause)


def card(title: str, blocks: Sequence[Block]) -> dict[str, Any]:
    """Return the message as an adaptive card. Texts hold no Markdown: `inert` took it out."""
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": _VERSION,
        "fallbackText": title,
        "body": [_line(title, size="Large", weight="Bolder"), *map(_container, blocks)],
        "msteams": {"width": "full"},
    }
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "contentUrl": None, "content": content}]}


def takes(body: bytes) -> bool:
    """Tell whether Teams takes a body: the service may count it in UTF-16."""
    return len(body.decode().encode("utf-16-le")) <= TEAMS.most and len(body) <= TEAMS.most


def _container(block: Block) -> dict[str, Any]:
    items: list[dict[str, Any]] = []
    for position, line in enumerate(block.lines):
        if position == block.alarm:
            items.append(_line(line, color="Attention", weight="Bolder"))
        elif position == block.quote:
            items.append({"type": "Container", "style": "emphasis", "items": [_line(line)]})
        else:
            items.append(_line(line, weight="Bolder") if block.is_strong and position == 0 else _line(line))
    if block.links:
        actions = [{"type": "Action.OpenUrl", "title": label, "url": url} for label, url in block.links]
        items.append({"type": "ActionSet", "actions": actions})
    return {"type": "Container", "separator": True, "spacing": "Medium", "items": items}


def _line(text: str, **how: str) -> dict[str, Any]:
    return {"type": "TextBlock", "text": text, "wrap": True, "spacing": "Small", **how}


def _post(plugin: Any, body: bytes) -> Result:
    path = "/powerautomate/automations/direct" if plugin.power_automate else ""
    if path and plugin.routing_id:
        path += f"/cu/{plugin.routing_id}"
    port = f":{plugin.port}" if plugin.port else ""
    url = f"https://{plugin.host}{port}{path}/workflows/{plugin.workflow}/triggers/manual/paths/invoke"
    params = {"api-version": plugin.api_version, "sp": "/triggers/manual/run", "sv": "1.0", "sig": plugin.signature}
    headers = {"Content-Type": "application/json; charset=utf-8"}
    return post(url, body, headers, params=params, verify=plugin.verify_certificate).result
