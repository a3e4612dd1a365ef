"""Sending: to a terminal, a file, and everything that apprise has an address for.

Apprise reads the addresses. Where a service says more than its plugins tell (how long to wait, why it refused), or
takes more than they send (cards, threads), the message is made and posted here; all others go through it. A message
that is too long becomes several, cut between reviews. Errors name a channel by its position and scheme, because its
address holds secrets.
"""

import os
import re
import sys
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, Final, TextIO

from alerts.channels import local, mail, mattermost, other, slack, teams, telegram, webhook
from alerts.channels.delivery import Delivery
from alerts.channels.other import captured_log
from alerts.channels.outcome import PERHAPS, Outcome, Result
from alerts.wording.catalogue import catalogue
from alerts.wording.message import Message
from core.channel import TERMINAL, Channel, Content
from core.errors import ConfigurationError
from core.watchlist import Person

__all__ = ["PERHAPS", "TERMINAL", "Compose", "Outcome", "is_foreign", "problem_with", "send"]

Compose = Callable[[Content | None, bool], Message]
"""Makes the message for a channel that wants that much content and is a foreign messenger, or not."""

_VARIABLE: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_OWN: Final = re.compile(r"terminal|file|syslog|rsyslog|(?:mailto|json|form|xml|mmost|rocket|nctalk|xmpp|gotify)s?")
"""Schemes of what runs on a server of one's own choice; all other services are foreign."""
_SERVICES: Final[dict[str, Callable[[Any, Delivery], Result]]] = {
    "NotifyTelegram": telegram.send,
    "NotifySlack": slack.send,
    "NotifyMattermost": mattermost.send,
    "NotifyWorkflows": teams.send,
    "NotifyEmail": mail.send,
    "NotifyJSON": webhook.send,
    "NotifyForm": webhook.send,
}
"""What is made and posted here, by the class of apprise that reads its address."""


def send(
    person: Person,
    message: Message | Compose,
    *,
    key: str,
    possible_repeat: bool = False,
    environ: Mapping[str, str] | None = None,
    stream: TextIO | None = None,
    only: Collection[int] | None = None,
    pause: Callable[[float], None] = time.sleep,
) -> Outcome:
    """Send `message` over the first channel of `person` that takes it, or over all where `channel_use` says so.

    Never raises for a channel that fails.

    Args:
        person: Whose channels; `${NAME}` in them is replaced as it stands from `environ`.
        message: What to say, or what makes it for each channel.
        key: The alert key, the same at each try: Idempotency-Key of webhooks, Message-ID of mails.
        possible_repeat: Say that the reader may have seen this already.
        environ: Variables of the channels; the process environment by default.
        stream: Where `terminal://` writes; standard output by default.
        only: Positions of the channels to try, to repeat only those that failed; all by default.
        pause: Waits some seconds between messages that belong together.
    """
    errors, failed, waits, is_unknown = [], [], [], False
    for position, channel in enumerate(person.channels):
        if only is not None and position not in only:
            continue
        whole = (
            message
            if isinstance(message, Message)
            else message(channel.content or person.content, is_foreign(channel.url))
        )
        said = replace(whole, title=_title(whole, possible_repeat))
        result = _send_one(channel, said, key, os.environ if environ is None else environ, stream, pause)
        if result.error is None:
            if person.channel_use == "first":
                break
        else:
            errors.append(f"channel {position + 1} ({_scheme(channel.url)}): {result.error}")
            failed.append(position)
            is_unknown = is_unknown or result.is_unknown
        if result.retry_after is not None:
            waits.append(result.retry_after)
    error = "; ".join(errors) or None
    if error is not None and is_unknown:
        error = PERHAPS + error
    return Outcome(not errors, error, max(waits, default=None), tuple(failed))


def problem_with(channel: Channel | str, environ: Mapping[str, str]) -> str | None:
    """Return what is wrong with one channel of a person (a missing variable, no known address), or None."""
    channel = Channel(url=channel) if isinstance(channel, str) else channel
    try:
        filled = _filled_channel(channel, environ)
        if filled.url != TERMINAL and local.path_of(filled.url) is None:
            with captured_log():
                _checked(_plugin(filled.url), filled)
    except ConfigurationError as error:
        return f"{_scheme(channel.url)}: {error}"
    return None


def is_foreign(url: str) -> bool:
    """Tell whether an address leads to a messenger of somebody else, not to a server of one's own choice."""
    return _OWN.fullmatch(_scheme(url)) is None


def _send_one(
    channel: Channel,
    message: Message,
    key: str,
    environ: Mapping[str, str],
    stream: TextIO | None,
    pause: Callable[[float], None],
) -> Result:
    try:
        filled = _filled_channel(channel, environ)
        delivery = Delivery(message, filled, key, pause)
        if filled.url == TERMINAL:
            return local.write_terminal(delivery, stream or sys.stdout)
        path = local.path_of(filled.url)
        if path is not None:
            return local.append(delivery, path)
        with captured_log():
            plugin = _checked(_plugin(filled.url), filled)
            return _SERVICES.get(type(plugin).__name__, other.send)(plugin, delivery)
    except ConfigurationError as error:
        return Result(str(error))
    except Exception as error:  # noqa: BLE001  a plugin's own failure is a failed delivery, not the end of the others
        return Result(f"failed with {type(error).__name__}")


def _title(message: Message, possible_repeat: bool) -> str:
    if not possible_repeat or message.payload.get("possible_repeat"):
        return message.title
    return f"{message.title} ({catalogue(str(message.payload['language'])).say('repeat')})"


def _filled_channel(channel: Channel, environ: Mapping[str, str]) -> Channel:
    secret = _filled(channel.secret, environ) if channel.secret else None
    return channel.model_copy(update={"url": _filled(channel.url, environ), "secret": secret})


def _filled(template: str, environ: Mapping[str, str]) -> str:
    missing = sorted({name for name in _VARIABLE.findall(template) if not environ.get(name)})
    if missing:
        raise ConfigurationError(f"the environment has no {', '.join(missing)}")
    return _VARIABLE.sub(lambda match: environ[match.group(1)], template)


def _plugin(url: str) -> Any:
    if url.startswith(local.FILE):
        raise ConfigurationError("a file is named by its absolute path: file:///var/lib/otklik/alerts.jsonl")
    import apprise  # here, because it takes most of a second to import

    asset = apprise.AppriseAsset(app_id="Otklik", app_desc="Otklik", app_url="", async_mode=False)
    plugin = apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    if plugin is None:
        raise ConfigurationError("this is no URL that apprise knows")
    return plugin


def _checked(plugin: Any, channel: Channel) -> Any:
    """Return the plugin where it can do what its channel asks for."""
    is_webhook = _SERVICES.get(type(plugin).__name__) is webhook.send
    if not is_webhook and (channel.secret or channel.body or channel.limit):
        raise ConfigurationError("secret, body and limit are for json(s):// and form(s):// alone")
    if is_webhook and plugin.method.upper() != "POST":
        raise ConfigurationError("a webhook is always POSTed")
    if is_webhook and plugin.payload_extras:
        raise ConfigurationError("fields of one's own stand in `body`, not in the address")
    return plugin


def _scheme(template: str) -> str:
    scheme = template.partition("://")[0]
    return scheme if re.fullmatch(r"[a-z][a-z0-9]{0,15}", scheme) and "://" in template else "?"
