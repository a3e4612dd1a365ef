"""One question to a language model behind any OpenAI-compatible endpoint, with an end in any case.

The endpoint is the operator's choice. A name that leads inside (to this machine, a router, the metadata service of a
cloud) is refused at the moment of the connection, unless the operator allows it; an address written out in numbers is
his own word. Redirects are not followed, and without TLS nothing goes to the open internet.
"""

import ipaddress
import json
import threading
import time
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import requests
from pydantic import Field
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from core.addresses import is_public, is_written_out
from core.errors import ConfigurationError
from core.records import Record

_CONNECT_SECONDS: Final = 5.0
_MOST_BYTES: Final = 256 * 1024

Trouble = Literal["timeout", "connection", "inside", "key", "limit", "server", "status", "garbage"]


class EndpointError(Exception):
    """The model gave no text; `trouble` says why in one word, the message with its detail."""

    def __init__(self, trouble: Trouble, detail: str = "") -> None:
        super().__init__(detail or trouble)
        self.trouble: Trouble = trouble
        self.detail = detail


class Endpoint(Record):
    """Where the model is asked."""

    base_url: str
    """Such as `https://api.example.com/v1`: `/chat/completions` is added."""
    model: str
    key: str = Field("", repr=False)
    timeout: float = 60.0
    """Seconds for the whole answer."""
    private: bool = False
    """The operator allows a name that leads inside."""

    @property
    def is_own(self) -> bool:
        """Whether it is the operator's own machine or network, by his word."""
        return self.private or is_written_out(urlsplit(self.base_url).hostname or "")

    def verified(self) -> "Endpoint":
        """Return it as it is.

        Raises:
            ConfigurationError: the address is none, holds a password, or would send reviews over the internet in clear.
        """
        try:
            parts = urlsplit(self.base_url)
            is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            is_address = False
        if not is_address or parts.username or parts.password or parts.query or parts.fragment:
            raise ConfigurationError(f"llm.base_url: {self.base_url!r}: expected an address such as https://host/v1")
        if parts.scheme == "http" and not self.is_own:
            raise ConfigurationError(
                f"llm.base_url: {self.base_url}: reviews and the key would go in clear; use https, "
                "or llm.private = true for a host of your own network"
            )
        return self


def ask(endpoint: Endpoint, system: str, user: str) -> str:
    """Return what the model answers to one message under one instruction.

    Raises:
        EndpointError: it is not reached in time, refuses, or its answer holds no text.
        ConfigurationError: the endpoint's address cannot be used.
    """
    endpoint.verified()
    body = {
        "model": endpoint.model,
        "messages": [{"role": "system", "content": system}, {"role": "user", "content": user}],
        "stream": False,
    }
    box: list[bytes | BaseException] = []
    # A thread of its own, because a look-up or headers that drip have no time limit in any library.
    asking = threading.Thread(target=_post, args=(endpoint, body, box), daemon=True)
    asking.start()
    asking.join(endpoint.timeout)
    if not box:
        raise EndpointError("timeout", f"{endpoint.timeout:g}")
    if isinstance(box[0], BaseException):
        raise box[0]
    return _text(box[0])


def _post(endpoint: Endpoint, body: dict[str, Any], box: list[bytes | BaseException]) -> None:
    try:
        box.append(_answer(endpoint, json.dumps(body, ensure_ascii=False).encode()))
    except BaseException as error:  # noqa: BLE001  it is raised where the answer is waited for
        box.append(error)


def _answer(endpoint: Endpoint, body: bytes) -> bytes:
    until = time.monotonic() + endpoint.timeout
    with requests.Session() as session:
        if not endpoint.is_own:
            session.mount("https://", _Guarded())
        try:
            with session.post(
                f"{endpoint.base_url.rstrip('/')}/chat/completions",
                data=body,
                headers={"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "Otklik"},
                auth=_Bearer(endpoint.key),
                timeout=(min(_CONNECT_SECONDS, endpoint.timeout), endpoint.timeout),
                allow_redirects=False,
                stream=True,
            ) as response:
                if response.status_code != requests.codes.ok:
                    raise EndpointError(_trouble(response.status_code), f"HTTP {response.status_code}")
                content = bytearray()
                for piece in response.iter_content(1):  # a larger piece would wait until it is full
                    content += piece
                    if len(content) > _MOST_BYTES:
                        raise EndpointError("garbage", f"more than {_MOST_BYTES} bytes")
                    if time.monotonic() > until:
                        raise EndpointError("timeout", f"{endpoint.timeout:g}")
                return bytes(content)
        except requests.exceptions.Timeout as error:
            raise EndpointError("timeout", f"{endpoint.timeout:g}") from error
        except requests.exceptions.RequestException as error:
            raise EndpointError("connection", type(error).__name__) from error


def _trouble(status: int) -> Trouble:
    known: dict[int, Trouble] = {401: "key", 403: "key", 408: "timeout", 429: "limit", 504: "timeout"}
    return known.get(status, "server" if status >= 500 else "status")


def _text(content: bytes) -> str:
    try:
        text = json.loads(content)["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError) as error:
        raise EndpointError("garbage", type(error).__name__) from error
    if not isinstance(text, str) or not text.strip():
        raise EndpointError("garbage", "no text")
    return text


class _Bearer(AuthBase):
    """The key as every such endpoint takes it; set here, or `.netrc` would put another one in its place."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._key:
            request.headers["Authorization"] = f"Bearer {self._key}"
        return request


class _Watched:
    """A connection that ends before a byte is sent where the other side lies inside."""

    def _new_conn(self) -> Any:
        connection = super()._new_conn()  # type: ignore[misc]
        address = str(connection.getpeername()[0]).partition("%")[0]
        if not is_public(ipaddress.ip_address(address)):
            connection.close()
            raise EndpointError("inside", address)
        return connection


class _WatchedHttp(_Watched, HTTPConnection):
    pass


class _WatchedHttps(_Watched, HTTPSConnection):
    pass


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _WatchedHttp


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedHttps


class _Guarded(HTTPAdapter):
    """Connections that are looked at; a proxy of the environment is the operator's own and asks for the names then."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
