"""Read by a child process before all else: names ending in `.test` are asked of the test's own name server."""

import os
import socket
import struct
from typing import Any

_SYSTEM = socket.getaddrinfo


def getaddrinfo(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
    """Ask the name server on the port in OTKLIK_TEST_NAMES for the A records of a name under `.test`."""
    name = host.decode() if isinstance(host, bytes) else host
    if not name or not name.endswith(".test"):
        return _SYSTEM(host, port, *args, **kwargs)
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.settimeout(10)
        wire.sendto(
            struct.pack(">6H", 7, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">2H", 1, 1),
            ("127.0.0.1", int(os.environ["OTKLIK_TEST_NAMES"])),
        )
        answer = wire.recv(4096)
    count = struct.unpack(">H", answer[6:8])[0]
    if not count:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")
    found = [socket.inet_ntoa(answer[-16 * n + 12 : (-16 * n + 16) or None]) for n in range(count, 0, -1)]
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, int(port or 0))) for address in found]


socket.getaddrinfo = getaddrinfo
