"""No request leaves for the inside: what a name stands for is checked at the moment of the connection.

A site, a redirect or a name server could else lead a crawl to the machine itself, to the router, or to the metadata
service of a cloud. The check sits between the look-up and the connection, so that an answer that changes (DNS
rebinding) is seen, and an address in another notation (decimal, octal, mapped into IPv6) is no way around it.
"""

import asyncio
import ipaddress
import urllib.request
from collections.abc import Iterator, Sequence
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError
from scrapy.http import Request
from twisted.internet.interfaces import IHostnameResolver
from zope.interface.declarations import implementer

from core.addresses import addresses_of, is_public, is_written_out
from core.watchlist import Listing
from spiders.engine.access import AccessRefusedError

_PORTS = {"http": 80, "https": 443}


def allowed_places(listing: Listing) -> tuple[str, ...]:
    """Return the `host:port` that a listing may ask for although they lie inside: the one that the watchlist marks.

    A listing marks it with `private = true`, or by writing out an address of this machine or of a private network as
    its `base_url` or `target`: what it says in numbers no name server can change. Link-local addresses, where clouds
    keep their secrets, need the mark.
    """
    found = []
    for text in (listing.base_url, listing.target):
        host, port = _place(text or "")
        if host and (listing.private or is_written_out(host)):
            found.append(f"{host}:{port}")
    return tuple(found)


def _place(address: str) -> tuple[str, int]:
    try:
        parts = urlsplit(address)
        return (parts.hostname or "", parts.port or _PORTS[parts.scheme]) if parts.scheme in _PORTS else ("", 0)
    except ValueError:
        return "", 0


@implementer(IHostnameResolver)
class GuardedResolver:
    """Scrapy's resolver: asks the system, remembers nothing, and passes on no address that lies inside.

    Whatever a connection is made to comes through here, also an address in numbers. The setting OTKLIK_ALLOWED_PLACES
    names the `host:port` that may lie inside.
    """

    refused: dict[str, str] = {}  # noqa: RUF012  one for the process, as the reactor is
    """`host:port` that were not connected to, with the address."""
    typed: set[str] = set()  # noqa: RUF012  one for the process, too
    """`host:port` that a person wrote out on the command line of `scrapy crawl`."""

    def __init__(self, reactor: Any, allowed: Sequence[str]) -> None:
        """Take the reactor whose resolver is asked."""
        self._reactor = reactor
        self._system = reactor.nameResolver
        self._allowed = {*allowed, *_proxies()}

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> Self:
        """Return the resolver, as Scrapy asks for it."""
        return cls(reactor, crawler.settings.getlist("OTKLIK_ALLOWED_PLACES"))

    def install_on_reactor(self) -> None:
        """Become the reactor's resolver."""
        self._reactor.installNameResolver(self)

    def resolveHostName(  # noqa: N802  the name is Twisted's
        self,
        receiver: Any,
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[Any] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> Any:
        """Look a name up and hand on those of its addresses that may be connected to."""
        place = f"{hostName.lower()}:{portNumber}"
        self.refused.pop(place, None)
        if place not in self._allowed | self.typed:
            receiver = _Sieve(receiver, place, self.refused)
        return self._system.resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)


class _Sieve:
    """Receives addresses and passes on the public ones."""

    def __init__(self, receiver: Any, place: str, refused: dict[str, str]) -> None:
        self._receiver, self._place, self._refused = receiver, place, refused

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802  the names are Twisted's
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        try:
            number = ipaddress.ip_address(address.host.partition("%")[0])
        except ValueError:
            self._refused[self._place] = str(address.host)
            return
        if is_public(number):
            self._receiver.addressResolved(address)
        else:
            self._refused[self._place] = str(number)

    def resolutionComplete(self) -> None:  # noqa: N802
        self._receiver.resolutionComplete()


class GuardMiddleware:
    """Says why a request got no connection, where it was the guard who refused it."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:  # noqa: ARG003  the signature is Scrapy's
        """Return the middleware, as Scrapy asks for it."""
        return cls()

    async def process_request(self, request: Request) -> None:
        """Check the host of a request for which a proxy will make the connection.

        Raises:
            AccessRefusedError: the host's address lies inside.
        """
        if "proxy" not in request.meta:
            return
        host, port = _place(request.url)
        for address in await asyncio.to_thread(addresses_of, host):
            if not is_public(address):
                raise AccessRefusedError(_refusal(host, port, str(address)))

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Raise a refusal in place of "no such host".

        Raises:
            AccessRefusedError: the host's address lies inside.
        """
        host, port = _place(request.url)
        found = GuardedResolver.refused.get(f"{host}:{port}")
        if found is not None and isinstance(exception, CannotResolveHostError):
            raise AccessRefusedError(_refusal(host, port, found)) from exception


def _refusal(host: str, port: int, address: str) -> str:
    advice = "if that is right, set private = true for the listing in watchlist.toml"
    return f"{host}:{port} leads to {address}, which is no public address; {advice}"


def _proxies() -> Iterator[str]:
    """Yield the places of the proxies that the environment sets: the operator's own, who asks for the names then."""
    for scheme, address in urllib.request.getproxies().items():
        host, port = _place(address if "://" in address else f"http://{address}")
        if scheme in _PORTS and host:
            yield f"{host}:{port}"
