"""All other services, through apprise alone. It answers yes or no; what its log says of a failure is searched."""

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from html import escape
from typing import Any

from alerts.channels.delivery import Delivery, in_turn
from alerts.channels.limits import APPRISE, Limit
from alerts.channels.outcome import Result, seconds_of
from alerts.wording.inert import shortened
from alerts.wording.message import Block, as_html, as_text

_STATUS = re.compile(r"error=(\d{3})\b")
_RETRY_AFTER = re.compile(r"retry[ _-]after\D{0,4}(\d{1,6})", re.IGNORECASE)
_CONNECTION = re.compile(r"connection error|socket|timed? ?out|refused", re.IGNORECASE)
_GAP = 1.1
_SHORTEST = 140


def send(plugin: Any, delivery: Delivery) -> Result:
    """Send the message in as many parts as the service needs."""
    limit = limit_of(plugin)
    pages = delivery.message.pages(lambda title, blocks: limit.takes(_body(plugin, title, blocks)))
    parts = (partial(_notify, plugin, page.title, _body(plugin, page.title, page.blocks)) for page in pages)
    return in_turn(parts, gap=_GAP, pause=delivery.pause)


def limit_of(plugin: Any) -> Limit:
    """Return what the service takes: as documented where we know it, else what apprise says, in UTF-16 units."""
    said = Limit(max(_SHORTEST, int(plugin.body_maxlen)), "UTF-16 units", "apprise")
    return APPRISE.get(str(plugin.service_name), said)


def _body(plugin: Any, title: str, blocks: Sequence[Block]) -> str:
    """Return the body; the title stands in it where the service has no place for one."""
    head = "" if plugin.title_maxlen > 0 else title
    if _is_html(plugin):
        return as_html(head, blocks)
    text = as_text(head, blocks)
    return escape(text, quote=False) if str(plugin.service_name) == "Slack" else text


def _is_html(plugin: Any) -> bool:
    from apprise import NotifyFormat

    return bool(plugin.notify_format == NotifyFormat.HTML)


def _notify(plugin: Any, title: str, body: str) -> Result:
    from apprise import NotifyFormat, NotifyType
    from apprise.common import OverflowMode

    shown = shortened(title, plugin.title_maxlen) if plugin.title_maxlen > 0 else ""
    plugin.overflow_mode = OverflowMode.UPSTREAM
    if not _is_html(plugin):
        plugin.notify_format = NotifyFormat.TEXT
    with captured_log() as log:
        is_sent = plugin.notify(body=body, title=shown, notify_type=NotifyType.INFO, body_format=plugin.notify_format)
    return Result() if is_sent else _failure("\n".join(log))


def _failure(log: str) -> Result:
    wait, status = _RETRY_AFTER.search(log), _STATUS.search(log)
    if status:
        return Result(f"HTTP {status.group(1)}", seconds_of(wait.group(1)) if wait else None)
    return Result("no connection" if _CONNECTION.search(log) else "refused or unreachable")


@contextmanager
def captured_log() -> Iterator[list[str]]:
    """Collect what is logged on the way out, and keep it from all other handlers: it may hold tokens and addresses."""
    lines: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    handler = Collector(level=logging.WARNING)
    loggers = [logging.getLogger(name) for name in ("apprise", "urllib3")]
    propagated = [logger.propagate for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.propagate = False
    try:
        yield lines
    finally:
        for logger, before in zip(loggers, propagated, strict=True):
            logger.removeHandler(handler)
            logger.propagate = before
