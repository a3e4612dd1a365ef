"""One POST, with all that its answer says, and an end in any case: a site that drips or never ends holds up nobody."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from alerts.channels.outcome import Result, seconds_of

CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 15.0
"""Of silence, and of the whole answer's body."""

_MOST_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What a site answered to one request."""

    result: Result
    """Taken for ok at any status of 200 to 299."""
    body: Any = None
    """The JSON of the answer, or None where it has none."""


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    params: Mapping[str, str] | None = None,
    auth: tuple[str, str] | None = None,
    verify: bool = True,
) -> Answer:
    """Send `body` and return what became of it; redirects are not followed. Never raises for what the site does."""
    import requests  # here, because apprise, which brings it, takes most of a second to import

    begin = time.monotonic()
    try:
        with requests.post(
            url,
            data=body,
            headers={"User-Agent": "Otklik", **headers},
            params=dict(params or {}),
            auth=auth,
            verify=verify,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=False,
            stream=True,
        ) as response:
            content = _read(response, begin + READ_SECONDS)
            retry_after = seconds_of(response.headers.get("Retry-After"))
            status = response.status_code
    except requests.exceptions.SSLError:
        return Answer(Result("its certificate is not trusted"))
    except requests.exceptions.ConnectTimeout:
        return Answer(Result("no connection"))
    except requests.exceptions.ReadTimeout:
        return Answer(Result(f"no answer within {READ_SECONDS:.0f} s", is_unknown=True))
    except requests.exceptions.ConnectionError as error:
        # Refused is refused; a connection that broke later may have carried the message.
        is_refused = "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error)
        return Answer(Result("no connection" if is_refused else "the connection broke", is_unknown=not is_refused))
    except requests.exceptions.RequestException as error:
        return Answer(Result(f"failed with {type(error).__name__}"))
    told = _json(content)
    if 200 <= status < 300:
        return Answer(Result(), told)
    return Answer(Result(f"HTTP {status}", retry_after), told)


def _read(response: Any, until: float) -> bytes:
    """Read the start of an answer's body: its status is known already, so what is missing of it harms nothing."""
    import requests

    content = b""
    try:
        for piece in response.iter_content(1):  # a larger piece would wait until it is full
            content += piece
            if len(content) > _MOST_BYTES or time.monotonic() > until:
                break
    except requests.exceptions.RequestException:
        return content
    return content


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None


def as_json(value: Any) -> bytes:
    """Return JSON in UTF-8, one character a letter."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
