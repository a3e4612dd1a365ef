"""Keeps credentials out of whatever is written: each is learnt when it is read or issued, and then struck out of texts.

One process serves one job, or one command, so the list of what must not be written is the process's own.
"""

import base64
import json
import re
import sys
from collections.abc import Mapping
from typing import Any, TextIO, cast
from urllib.parse import quote

STRUCK = "***"
_SHORTEST = 8
_SECRET_FIELDS = ("private_key", "private_key_id", "client_secret", "refresh_token", "access_token", "api_key", "token")
_NAMED = "api[_-]?key|apikey|key|access_token|refresh_token|client_secret|assertion|auth(?:_token)?"
_IN_QUERY = re.compile(rf"((?:^|[?&;\s])(?:{_NAMED})=)[^&;\s\"'#]+", re.IGNORECASE)
_IN_HEADER = re.compile(
    r"((?:authorization|api-?key|x-api-key|client-id)[\"']?\s*:\s*[\"']?)(?:bearer\s+)?[^\s\"',}]+", re.IGNORECASE
)
_BEARER = re.compile(r"(bearer\s+)[\w.~+/=-]{8,}", re.IGNORECASE)
_JWT = re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*")

_known: set[str] = set()
_patterns: list[re.Pattern[str]] = []
"""One that matches all that is known; empty before anything is."""


def learn(secret: str) -> None:
    """Never let `secret` be written: nor a line of it, nor its form in an address or in a basic authorisation.

    Of a JSON object its secret fields are learnt; what is shorter than eight characters cannot be told from words.
    """
    parts = {secret, *secret.splitlines(), *secret.split("\\n")}
    try:
        parsed: Any = json.loads(secret)
    except ValueError:
        parsed = None
    if isinstance(parsed, dict):
        parts = {secret}
        for field in _SECRET_FIELDS:
            if isinstance(parsed.get(field), str):
                learn(parsed[field])
    parts = {part.strip() for part in parts}
    parts = {part for part in parts if len(part) >= _SHORTEST and not part.startswith("-----")}
    encoded = {quote(part, safe="") for part in parts} | {base64.b64encode(part.encode()).decode() for part in parts}
    if not (parts | encoded) <= _known:
        _known.update(parts | encoded)
        _patterns[:] = [re.compile("|".join(re.escape(part) for part in sorted(_known, key=len, reverse=True)))]


def scrub(text: str) -> str:
    """Return `text` without any known credential, and without what stands where credentials usually do."""
    text = _IN_HEADER.sub(rf"\1{STRUCK}", _IN_QUERY.sub(rf"\1{STRUCK}", _strike(text)))
    return _JWT.sub(STRUCK, _BEARER.sub(rf"\1{STRUCK}", text))


def scrub_known(data: bytes) -> bytes:
    """Return what came over the network without any known credential; all else stays byte for byte."""
    return _strike(data.decode("latin-1")).encode("latin-1") if _patterns else data


def scrub_url(url: str) -> str:
    """Return an address without known credentials, and without the values of parameters that are named like keys."""
    return _IN_QUERY.sub(rf"\1{STRUCK}", _strike(url))


def _strike(text: str) -> str:
    return _patterns[0].sub(STRUCK, text) if _patterns else text


def is_secret_header(name: str) -> bool:
    """Tell whether a header's value is a credential by its name alone."""
    return name.casefold() in {
        "authorization", "proxy-authorization", "api-key", "apikey", "x-api-key", "client-id", "cookie", "set-cookie",
    }  # fmt: skip


def shown(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers as they may be written."""
    return {name: STRUCK if is_secret_header(name) else scrub(value) for name, value in headers.items()}


class DiscreetStream:
    """A text stream that strikes credentials out of whole lines before it passes them on."""

    def __init__(self, stream: TextIO) -> None:
        """Take the stream that is written to in the end."""
        self._stream = stream
        self._rest = ""

    def write(self, text: str) -> int:
        """Keep what is no whole line yet, and pass on the rest."""
        lines, end, self._rest = (self._rest + text).rpartition("\n")
        if end:
            self._stream.write(scrub(lines) + end)
        return len(text)

    def flush(self) -> None:
        """Pass on all that came."""
        if self._rest:
            self._stream.write(scrub(self._rest))
            self._rest = ""
        self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        """Be the stream in all else."""
        return getattr(self._stream, name)


def guard_errors() -> None:
    """Have the process write its log and its tracebacks without credentials."""
    if not isinstance(sys.stderr, DiscreetStream):
        sys.stderr = cast(TextIO, DiscreetStream(sys.stderr))
