"""Which addresses lie in the open internet, and which a person wrote out as his own: for all that asks the network."""

import ipaddress
import socket

_NAT64, _LOCAL_NAT64 = ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_public(address: Address) -> bool:
    """Whether an address lies in the open internet, also that which a 6to4, Teredo, NAT64 or mapped one stands for."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64 or int(address) >> 32 == 0:
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if not all(is_public(one) for one in inner if one is not None):
            return False
        if address.ipv4_mapped is not None:
            return True
        if address.is_site_local or address in _LOCAL_NAT64:
            return False
    return address.is_global and not address.is_multicast


def is_written_out(host: str) -> bool:
    """Whether a host is this machine or an address of a private network in numbers, which no name server can change.

    Link-local addresses, where clouds keep their secrets, are none.
    """
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_private and not (address.is_link_local or address.is_unspecified)


def addresses_of(host: str) -> list[Address]:
    """Return what the system's look-up makes of a host, in whatever notation; empty where there is no such host."""
    try:
        return [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in socket.getaddrinfo(host, None)]
    except (OSError, UnicodeError):
        return []
