"""Sending: a terminal, and everything else that apprise has a URL for.

Messages are cut here to what a channel takes, between blocks, so that one message stays one message and no entity is
torn. Errors name a channel by its position and scheme, because its URL holds secrets. Apprise only answers yes or
no; what its log says about a failure is kept from all other logs and searched for the status.
"""

import logging
import os
import re
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import Any, Final, TextIO

from alerts.wording.catalogue import catalogue
from alerts.wording.inert import shortened
from alerts.wording.message import Message
from core.errors import ConfigurationError
from core.watchlist import Person

TERMINAL: Final = "terminal://"

_VARIABLE: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_STATUS: Final = re.compile(r"error=(\d{3})\b")
_RETRY_AFTER: Final = re.compile(r"retry after (\d{1,6})", re.IGNORECASE)
_CONNECTION: Final = re.compile(r"connection error|socket|timed? ?out|refused", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message to one person."""

    ok: bool
    """Every channel that was tried took it."""
    error: str | None = None
    """One line, without addresses or secrets; None where ok."""
    retry_after: float | None = None
    """Seconds that a channel asks to wait, where it says so."""
    failed: tuple[int, ...] = ()
    """Positions of the channels that did not take it: what `only` of a later try wants."""


def send(
    person: Person,
    message: Message,
    *,
    key: str,
    possible_repeat: bool = False,
    environ: Mapping[str, str] | None = None,
    stream: TextIO | None = None,
    only: Collection[int] | None = None,
) -> Outcome:
    """Send `message` over all channels of `person`. Never raises for a channel that fails.

    Args:
        person: Whose channels; `${NAME}` in them is replaced as it stands from `environ`.
        message: What to say.
        key: The alert key, the same at each try: Idempotency-Key of webhooks, X-Otklik-Alert of mails.
        possible_repeat: Say that the reader may have seen this already.
        environ: Variables of the channels; the process environment by default.
        stream: Where `terminal://` writes; standard output by default.
        only: Positions of the channels to try, to repeat only those that failed; all by default.
    """
    errors, failed, waits = [], [], []
    title = _title(message, possible_repeat)
    for position, template in enumerate(person.channels):
        if only is not None and position not in only:
            continue
        error, wait = _send_one(template, message, title, key, os.environ if environ is None else environ, stream)
        if error is not None:
            errors.append(f"channel {position + 1} ({_scheme(template)}): {error}")
            failed.append(position)
        if wait is not None:
            waits.append(wait)
    return Outcome(not errors, "; ".join(errors) or None, max(waits, default=None), tuple(failed))


def problem_with(channel: str, environ: Mapping[str, str]) -> str | None:
    """Return what is wrong with one channel of a person (a missing variable, no known URL), or None."""
    try:
        url = _filled(channel, environ)
        if url != TERMINAL:
            with _captured_log():
                _plugin(url)
    except ConfigurationError as error:
        return f"{_scheme(channel)}: {error}"
    return None


def _send_one(
    template: str, message: Message, title: str, key: str, environ: Mapping[str, str], stream: TextIO | None
) -> tuple[str | None, float | None]:
    try:
        url = _filled(template, environ)
        if url == TERMINAL:
            _write(message, title, stream or sys.stdout)
            return None, None
        with _captured_log() as log:
            is_sent = _notify(_plugin(url), message, title, key)
    except ConfigurationError as error:
        return str(error), None
    except Exception as error:  # noqa: BLE001  a plugin's own failure is a failed delivery, not the end of the others
        return f"failed with {type(error).__name__}", None
    if is_sent:
        return None, None
    return _failure("\n".join(log))


def _notify(plugin: Any, message: Message, title: str, key: str) -> bool:
    from apprise import NotifyFormat, NotifyType
    from apprise.common import OverflowMode

    shown = shortened(title, plugin.title_maxlen) if plugin.title_maxlen > 0 else title
    is_mail = plugin.service_name == "E-Mail"
    headers = getattr(plugin, "headers", None)
    if isinstance(headers, dict):
        headers["X-Otklik-Alert" if is_mail else "Idempotency-Key"] = key
    if isinstance(getattr(plugin, "payload_extras", None), dict):
        plugin.payload_extras["otklik"] = {**message.payload, "alert_key": key}
    plugin.overflow_mode = OverflowMode.UPSTREAM
    if plugin.notify_format == NotifyFormat.HTML:
        body = _html(plugin, message, shown)
    else:
        plugin.notify_format = NotifyFormat.TEXT
        body = _text(plugin, message, shown)
    shown = shown if plugin.title_maxlen > 0 else ""
    return bool(plugin.notify(body=body, title=shown, notify_type=NotifyType.INFO, body_format=plugin.notify_format))


def _html(plugin: Any, message: Message, title: str) -> str:
    if plugin.title_maxlen > 0:
        return message.within(_limit(plugin), "html", with_title=False)
    head = f"<b>{escape(title)}</b><br/><br/>"
    body = head + message.within(_limit(plugin) - len(head), "html", with_title=False)
    if plugin.service_name == "Telegram":
        return body.replace("<br/><br/>", "\n \n").replace("<br/>", "\n")  # its plugin would swallow empty lines
    return body


def _text(plugin: Any, message: Message, title: str) -> str:
    head = "" if plugin.title_maxlen > 0 else f"{title}\n\n"
    is_slack = plugin.service_name == "Slack"
    room = _limit(plugin) // (5 if is_slack else 1)
    body = head + message.within(room - len(head), "text", with_title=False)
    return escape(body, quote=False) if is_slack else body


def _limit(plugin: Any) -> int:
    return max(200, int(plugin.body_maxlen))


def _write(message: Message, title: str, stream: TextIO) -> None:
    text = f"{title}\n\n{message.within(None, 'text', with_title=False)}\n\n"
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding))
    stream.flush()


def _title(message: Message, possible_repeat: bool) -> str:
    if not possible_repeat or message.payload.get("possible_repeat"):
        return message.title
    return f"{message.title} ({catalogue(str(message.payload['language'])).say('repeat')})"


def _filled(template: str, environ: Mapping[str, str]) -> str:
    missing = sorted({name for name in _VARIABLE.findall(template) if not environ.get(name)})
    if missing:
        raise ConfigurationError(f"the environment has no {', '.join(missing)}")
    return _VARIABLE.sub(lambda match: environ[match.group(1)], template)


def _plugin(url: str) -> Any:
    import apprise  # here, because it takes most of a second to import

    asset = apprise.AppriseAsset(app_id="Otklik", app_desc="Otklik", app_url="", async_mode=False)
    plugin = apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    if plugin is None:
        raise ConfigurationError("this is no URL that apprise knows")
    return plugin


def _failure(log: str) -> tuple[str, float | None]:
    wait = _RETRY_AFTER.search(log)
    status = _STATUS.search(log)
    if status:
        return f"HTTP {status.group(1)}", float(wait.group(1)) if wait else None
    return ("no connection" if _CONNECTION.search(log) else "refused or unreachable"), None


def _scheme(template: str) -> str:
    scheme = template.partition("://")[0]
    return scheme if re.fullmatch(r"[a-z][a-z0-9]{0,15}", scheme) and "://" in template else "?"


@contextmanager
def _captured_log() -> Iterator[list[str]]:
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
