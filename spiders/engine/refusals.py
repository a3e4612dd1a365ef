"""What an API's error answer means, in one sentence that a person can act on."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from core.errors import OtklikError
from spiders.engine.landing import one_line
from spiders.engine.secrecy import scrub

REFUSED = (401, 402, 403, 407, 420, 429, 451)
"""Statuses by which an API says that the key, the plan or the quota does not allow it."""
USED_UP = (420, 429)
"""Of these, the ones that speak of the quota: 420 is Yandex's."""
_SKEW = 90.0
"""Seconds by which this machine's clock may differ from the server's before it is named as the reason."""

MEANINGS: Mapping[str, str] = {
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": "the key was given without the scope that is needed: give the consent again",
    "ACCESS_TOKEN_EXPIRED": "the key has expired",
    "SERVICE_DISABLED": "the API is not switched on in the key's project: enable it in the Google Cloud console",
    "PERMISSION_DENIED": "the key's owner may not see this: give it a role there",
    "permissionDenied": "the key's owner may not see this: give it a role there",
    "UNAUTHENTICATED": "the key is not accepted: it is wrong, was revoked or has expired",
    "authError": "the key is not accepted: it is wrong, was revoked or has expired",
    "RESOURCE_EXHAUSTED": "the key's quota is used up",
    "rateLimitExceeded": "the key's quota is used up",
    "quotaExceeded": "the key's quota is used up",
    "NOT_AUTHORIZED": "the key is not accepted: wrong key, key id or issuer, it was revoked, or the clock is wrong",
    "FORBIDDEN.REQUIRED_AGREEMENTS_MISSING_OR_EXPIRED": "an agreement waits for its signature in App Store Connect",
    "FORBIDDEN_ERROR": "the key's role does not allow this: Customer Support, Admin or App Manager is needed",
    "RATE_LIMIT_EXCEEDED": "the key's quota is used up",
}
"""What codes of several platforms mean; a source's own `MEANINGS` come before them."""
_BY_STATUS = {
    401: "the key is not accepted: it is wrong, was revoked or has expired",
    402: "the plan does not include this",
    403: "the key is accepted, but may not do this: its scope, its role or the plan",
    407: "a proxy asks for a password",
    420: "the key's quota is used up",
    429: "the key's quota is used up",
    451: "it is withheld for legal reasons",
}


class ApiError(OtklikError):
    """An API refused or failed; the message says what that means."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status

    @property
    def is_refusal(self) -> bool:
        """Whether the key, its plan or its quota is the reason."""
        return self.status in REFUSED


def explained(
    title: str,
    status: int,
    body: bytes,
    headers: Mapping[str, str],
    own: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> str:
    """Return one line: who refuses, by what code, what that means, and what the server says.

    Args:
        title: the platform.
        status: of the answer.
        body: of the answer.
        headers: of the answer, names in any case: `Date` tells a wrong clock, `Retry-After` how long to wait.
        own: what the source knows of its codes; a key may also be a part of the message, or a status.
        now: the machine's time; the system's if not given.
    """
    codes, said = _codes_and_words(body)
    table = {**MEANINGS, **(own or {})}
    meaning = next((table[code] for code in codes if code in table), None)
    meaning = next((text for part, text in (own or {}).items() if part in said), meaning)
    meaning = meaning or (own or {}).get(str(status))
    meaning = meaning or _BY_STATUS.get(status, "it does not understand the question" if status < 500 else "it fails")
    lower = {name.casefold(): value for name, value in headers.items()}
    if status == 401 and (skew := _skew(lower.get("date", ""), now)):
        meaning = f"this machine's clock is {skew} the server's: set it right ({meaning})"
    wait = lower.get("retry-after", "")
    if status in USED_UP and wait.isdigit():
        meaning += f"; it asks to wait {int(wait)} s"
    verb = "refuses" if status in REFUSED else "answers"
    code = f" {codes[0]}" if codes else ""
    words = f"; it says: {one_line(said, 140)}" if said else ""
    return one_line(scrub(f"{title} {verb} ({status}{code}): {meaning}{words}"))


def _codes_and_words(body: bytes) -> tuple[list[str], str]:
    """Return the codes that an answer names, the most telling first, and its message."""
    try:
        answer = json.loads(body)
    except ValueError:
        return [], ""
    texts = list(_texts(answer))
    named = [(name, text) for name, text in texts if name in ("reason", "code", "status", "error", "type")]
    codes = [text for name in ("reason", "code", "status", "error", "type") for key, text in named if key == name]
    words = ("message", "detail", "errorText", "error_description", "description", "title", "error")
    said = next((text for word in words for name, text in texts if name == word and " " in text), "")
    return [code for code in dict.fromkeys(codes) if " " not in code and not code.isdigit()], said


def _texts(value: Any, name: str = "", depth: int = 6) -> Iterator[tuple[str, str]]:
    if isinstance(value, str | int) and not isinstance(value, bool):
        yield name, scrub(str(value))[:500]  # before the cut: half a key is known to nobody, and still half a key
    elif depth and isinstance(value, dict):
        for key, part in value.items():
            yield from _texts(part, str(key), depth - 1)
    elif depth and isinstance(value, list):
        for part in value[:20]:
            yield from _texts(part, name, depth - 1)


def _skew(date: str, now: datetime | None) -> str | None:
    """Return by how much the machine's clock is off, in words; None where it is not, or nobody can tell."""
    try:
        server = parsedate_to_datetime(date)
    except ValueError:
        return None
    server = server if server.tzinfo else server.replace(tzinfo=UTC)
    seconds = ((now or datetime.now(UTC)) - server).total_seconds()
    if abs(seconds) < _SKEW:
        return None
    return f"{abs(seconds) / 60:.0f} minutes {'before' if seconds > 0 else 'behind'}"
