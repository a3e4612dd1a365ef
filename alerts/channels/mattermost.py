"""Mattermost: Markdown by an incoming webhook; a bot goes through apprise."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from alerts.channels import other
from alerts.channels.delivery import Delivery, in_turn
from alerts.channels.limits import MATTERMOST
from alerts.channels.outcome import Result
from alerts.channels.web import as_json, post
from alerts.wording.message import Block

GAP: Final = 0.2
_IN_URL = {"(": "%28", ")": "%29", "[": "%5B", "]": "%5D", "*": "%2A", "_": "%5F", "~": "%7E"}


def send(plugin: Any, delivery: Delivery) -> Result:
    """Send the message to each channel of the address."""
    if plugin.mode != "webhook":
        return other.send(plugin, delivery)
    pages = delivery.message.pages(lambda title, blocks: MATTERMOST.takes(markdown(title, blocks)))
    port = f":{plugin.port}" if plugin.port else ""
    url = f"{plugin.schema}://{plugin.host}{port}{plugin.fullpath.rstrip('/')}/hooks/{plugin.token}"
    targets = [value for _, value in plugin.targets] or [None]
    parts = (
        partial(_post, plugin, url, target, markdown(page.title, page.blocks)) for target in targets for page in pages
    )
    return in_turn(parts, gap=GAP, pause=delivery.pause)


def markdown(title: str, blocks: Sequence[Block]) -> str:
    """Return the message in Markdown; a line of a block stays a line."""
    return "\n\n".join([f"#### {title}", *map(_block, blocks)])


def address(url: str) -> str:
    """Return an address that stands between Markdown's brackets without ending them."""
    return "".join(_IN_URL.get(character, character) for character in url)


def _block(block: Block) -> str:
    lines = block.marked(str, quote="\n> {}\n", alarm="**{}**", strong="**{}**")
    lines += [f"[{label}]({address(url)})" for label, url in block.links]
    return "\n".join(lines)


def _post(plugin: Any, url: str, target: str | None, text: str) -> Result:
    payload = {
        "text": text,
        **({"channel": target} if target else {}),
        **({"username": plugin.user} if plugin.user else {}),
    }
    return post(url, as_json(payload), {"Content-Type": "application/json"}, verify=plugin.verify_certificate).result
