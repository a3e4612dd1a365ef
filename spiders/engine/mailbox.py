"""Mail as a source of reviews: the messages of a mailbox, their text, and templates that find a review in it."""

import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from functools import cache
from pathlib import Path
from typing import Any, Self

from pydantic import Field, PrivateAttr, ValidationError, model_validator

from core.errors import ConfigurationError, describe_validation
from core.records import Record
from spiders.engine.encoding import decode
from spiders.engine.parsing import html_to_text
from spiders.engine.payload import Sample

FOLDER = "mail_templates"
"""Name of the folders that hold templates, one TOML file a platform."""
GROUPS = frozenset({"author", "listing", "rating", "title", "text", "url", "review_id", "posted_at"})
_SHIPPED = Path(__file__).resolve().parents[1] / FOLDER
_POSTMARK = re.compile(rb"From \S+ .*\d{4}\s*$|From \S+ +\w{3} \w{3} +\d")
_HREF = re.compile(r"""<a\b[^>]*?\bhref=["']?(https?://[^"'\s>]+)""", re.IGNORECASE)
_INVISIBLE = re.compile("[\u00ad\u034f\u200b-\u200f\u2060\ufeff]")


class Template(Record):
    """How one kind of notification tells of a review. Patterns are regular expressions with named groups."""

    platform: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")
    """The site that tells; the review counts as taken over from it."""
    sender: tuple[str, ...] = Field(min_length=1)
    """Addresses, or `@domain` for all of a domain. A mail from anybody else is not looked at."""
    subject: str
    """Must be found in the subject, which is one line with single spaces."""
    body: tuple[str, ...] = ()
    """Must all be found in the text; if one is not, the mail goes to quarantine. They beat what the subject says."""
    optional: tuple[str, ...] = ()
    """May be found in the text, where nothing else gave their groups."""
    refuse: str = ""
    """Why such a mail is set aside for a person to read, though it tells of reviews."""
    best: float = 5
    worst: float = 1

    _subject: re.Pattern[str] = PrivateAttr()
    _body: list[re.Pattern[str]] = PrivateAttr()
    _optional: list[re.Pattern[str]] = PrivateAttr()

    @model_validator(mode="after")
    def _compile(self) -> Self:
        try:
            self._subject = re.compile(self.subject)
            self._body = [re.compile(pattern, re.MULTILINE) for pattern in self.body]
            self._optional = [re.compile(pattern, re.MULTILINE) for pattern in self.optional]
        except re.error as error:
            raise ValueError(f"no regular expression: {error}: {error.pattern!r}") from error
        patterns = [self._subject, *self._body, *self._optional]
        foreign = {name for pattern in patterns for name in pattern.groupindex} - GROUPS
        if foreign:
            raise ValueError(f"unknown groups {', '.join(sorted(foreign))}; known are {', '.join(sorted(GROUPS))}")
        if not self.refuse and not any({"rating", "text"} & pattern.groupindex.keys() for pattern in patterns):
            raise ValueError("no pattern has a group `text` or `rating`")
        return self

    def knows(self, address: str, subject: str) -> bool:
        """Whether a mail with this sender and subject is such a notification."""
        is_sender = any(address == one or (one[:1] == "@" and address.endswith(one)) for one in self.sender)
        return is_sender and self._subject.search(subject) is not None

    def read(self, subject: str, text: str) -> dict[str, str]:
        """Return the groups that were found.

        Raises:
            ValueError: why it is no review, or does not look as expected.
        """
        if self.refuse:
            raise ValueError(self.refuse)
        said = self._subject.search(subject)
        groups = dict(said.groupdict()) if said else {}
        for pattern in self._body:
            found = pattern.search(text)
            if found is None:
                raise ValueError(f"the mail no longer looks as its template expects: {pattern.pattern!r:.80} not found")
            groups.update(found.groupdict())
        for pattern in self._optional:
            if found := pattern.search(text):
                groups.update({name: value for name, value in found.groupdict().items() if not groups.get(name)})
        return {name: value.strip() for name, value in groups.items() if value and value.strip()}


def templates(mail: Path) -> list[Template]:
    """Return the templates for a file of mail: those in `mail_templates` beside or above it, then the shipped ones.

    The current folder counts as above it, so that templates in the home folder are found from there.

    Raises:
        ConfigurationError: a file that is no TOML, or a template with a mistake.
    """
    path = mail.absolute()
    folders = dict.fromkeys([*(parent / FOLDER for parent in path.parents), Path.cwd() / FOLDER, _SHIPPED])
    files = [file for folder in folders if folder.is_dir() for file in sorted(folder.glob("*.toml"))]
    return [template for file in files for template in _of_file(file, file.stat().st_mtime_ns)]


@cache
def _of_file(path: Path, changed: int) -> tuple[Template, ...]:  # noqa: ARG001  a changed file is read again
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("template")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: no TOML: {error}") from error
    if not isinstance(entries, list) or not entries:
        raise ConfigurationError(f"{path}: expected one or more [[template]]")
    try:
        return tuple(Template.model_validate(entry) for entry in entries)
    except ValidationError as error:
        raise ConfigurationError(describe_validation(error, str(path))) from error


def messages(sample: Sample) -> Iterator[EmailMessage]:
    """Yield the messages of an mbox file, or the one message of any other file of mail."""
    if not sample.head.lstrip(b"\xef\xbb\xbf\r\n").startswith(b"From "):
        yield _parsed(sample.content())
        return
    lines: list[bytes] = []
    is_after_blank = True
    for _, line in sample.lines():
        if is_after_blank and _POSTMARK.match(line):
            if lines:
                yield _parsed(b"".join(lines))
            lines = []
        elif lines or line.strip():
            lines.append(re.sub(rb"^>(>*From )", rb"\1", line))
        is_after_blank = not line.strip()
    if lines:
        yield _parsed(b"".join(lines))


def _parsed(data: bytes) -> EmailMessage:
    message: Any = message_from_bytes(data, policy=policy.default)
    return message  # type: ignore[no-any-return]  # the default policy makes an EmailMessage


def sender_of(message: EmailMessage) -> str:
    """Return the sender's address in lower case, empty where there is none."""
    return parseaddr(_header(message, "From"))[1].strip().casefold()


def subject_of(message: EmailMessage) -> str:
    """Return the subject as one line with single spaces."""
    return " ".join(_INVISIBLE.sub("", _header(message, "Subject")).split())


def sent_at(message: EmailMessage) -> datetime | None:
    """Return the time of the mail's own Date, None where it has none with a zone."""
    try:
        at = message["Date"].datetime if message["Date"] is not None else None
        return at.astimezone(UTC) if at is not None and at.tzinfo is not None else None
    except (AttributeError, TypeError, ValueError, OverflowError, IndexError):
        return None


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message[name] or "")
    except (ValueError, TypeError, IndexError, AttributeError):  # the parser of headers gives up on some broken ones
        return ""


def text_of_mail(message: EmailMessage) -> str:
    """Return the text of a mail: its plain part, else its HTML as text with all links at the end as <link>."""
    for kind in ("plain", "html"):
        for part in message.walk():
            if part.get_content_type() != f"text/{kind}" or part.get_content_disposition() == "attachment":
                continue
            text = _content(part)
            if kind == "html":
                links = "\n".join(f"<{link.replace('&amp;', '&')}>" for link in _HREF.findall(text))
                text = f"{html_to_text(text)}\n\n{links}"
            lines = (" ".join(line.split()) for line in _INVISIBLE.sub("", text).splitlines())
            body = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
            if body:
                return body
    return ""


def _content(part: Any) -> str:
    data = part.get_payload(decode=True)
    charset = part.get_param("charset")
    declared = f"text/plain; charset={charset}" if isinstance(charset, str) else None
    return decode(data, declared).text if isinstance(data, bytes) else ""
