"""E-mail by SMTP: text and HTML, one thread a case. Apprise reads the address, but sets no headers of a thread."""

import smtplib
import socket
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, localtime
from functools import partial
from hashlib import sha256
from typing import Any, Final

from alerts.channels import mail_html, other
from alerts.channels.delivery import Delivery, in_turn
from alerts.channels.limits import MAIL
from alerts.channels.outcome import Result
from alerts.wording.catalogue import catalogue
from alerts.wording.message import Page, as_text

SECONDS: Final = 20.0
GAP: Final = 0.2


def send(plugin: Any, delivery: Delivery) -> Result:
    """Send the message to all addresses in one mail."""
    if plugin.pgp_mode != "no":
        return other.send(plugin, delivery)
    message = delivery.message
    language = str(message.payload["language"])
    pages = message.pages(lambda title, blocks: MAIL.takes(mail_html.page(title, blocks, language)))
    parts = (partial(_post, plugin, compose(plugin, delivery, page)) for page in pages)
    return in_turn(parts, gap=GAP, pause=delivery.pause)


def compose(plugin: Any, delivery: Delivery, page: Page) -> EmailMessage:
    """Return one mail. Each try of it has the same Message-ID, so that a mail box shows it once."""
    message = delivery.message
    language = str(message.payload["language"])
    name, sender = plugin.from_addr
    domain = sender.rpartition("@")[2]
    mail = EmailMessage()
    mail["Subject"] = page.title
    mail["From"] = _address(name or "Otklik", sender)
    mail["To"] = [_address(name or "", address) for name, address in plugin.targets]
    if plugin.cc:
        mail["Cc"] = [_address(plugin.names.get(address) or "", address) for address in sorted(plugin.cc)]
    if plugin.reply_to:
        mail["Reply-To"] = [_address(plugin.names.get(address) or "", address) for address in sorted(plugin.reply_to)]
    mail["Date"] = format_datetime(localtime())
    mail["Message-ID"] = f"<{delivery.key_of(page.number)}@{domain}>"
    thread = thread_of(message.payload)
    if thread is not None:
        mail["In-Reply-To"] = f"<{thread}@{domain}>"
        mail["References"] = f"<{thread}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["X-Otklik-Alert"] = delivery.key
    for header, value in plugin.headers.items():
        mail[header] = value
    footer = catalogue(language).say("mail_footer")
    mail.set_content(f"{as_text('', page.blocks)}\n\n-- \n{footer}\n", cte="base64")
    mail.add_alternative(mail_html.page(page.title, page.blocks, language), subtype="html", cte="base64")
    mail["Content-Language"] = language
    return mail


def thread_of(payload: dict[str, Any]) -> str | None:
    """Return the left part of the id of the thread of the one case that a message is about; None for several."""
    keys = {(case["source"], case["review_id"]) for case in payload.get("cases", ()) if "source" in case}
    if len(keys) != 1:
        return None
    return "case." + sha256("\x1f".join(keys.pop()).encode()).hexdigest()[:32]


def _address(name: str, address: str) -> Address:
    return Address(display_name=name, addr_spec=address)


def _post(plugin: Any, mail: EmailMessage) -> Result:
    recipients = [address for _, address in plugin.targets] + sorted(plugin.cc | plugin.bcc)
    is_begun = False
    try:
        with _server(plugin) as server:
            if plugin.user and plugin.password:
                server.login(plugin.user, plugin.password)
            is_begun = True
            refused = server.send_message(mail, from_addr=plugin.from_addr[1], to_addrs=recipients)
            is_begun = False
    except smtplib.SMTPRecipientsRefused as error:
        codes = sorted({code for code, _ in error.recipients.values()})
        return Result(f"SMTP {', '.join(map(str, codes))}: no address was taken")
    except smtplib.SMTPNotSupportedError:
        return Result("the server takes no log-in or no encryption")
    except smtplib.SMTPAuthenticationError as error:
        return Result(f"SMTP {error.smtp_code}: the log-in was refused")
    except smtplib.SMTPResponseException as error:
        return Result(f"SMTP {error.smtp_code}")
    except ssl.SSLError:
        return Result("its certificate is not trusted")
    except (smtplib.SMTPException, OSError) as error:
        is_silent = isinstance(error, TimeoutError) or "timed out" in str(error)
        return Result(f"no answer within {SECONDS:.0f} s" if is_silent else "no connection", is_unknown=is_begun)
    return (
        Result(f"{len(refused)} of {len(recipients)} addresses were refused", is_unknown=True) if refused else Result()
    )


def _own_name() -> str:
    """Return what EHLO says, without asking a name server, which may cost many seconds."""
    name = socket.gethostname()
    return name if "." in name and name.isascii() else "[127.0.0.1]"


def _server(plugin: Any) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if not plugin.verify_certificate:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    host, port = plugin.smtp_host, plugin.port
    if plugin.secure_mode == "ssl":
        return smtplib.SMTP_SSL(host, port, _own_name(), timeout=SECONDS, context=context)
    server = smtplib.SMTP(host, port, _own_name(), timeout=SECONDS)
    if plugin.secure_mode == "starttls":
        try:
            server.starttls(context=context)
        except BaseException:
            server.close()
            raise
    return server
