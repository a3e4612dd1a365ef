"""No crawl reaches the inside of a network: attacks by name, by redirect, by notation, by size and by compression."""

import gzip
import ipaddress
import json
import socket
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.records import CoverageStatus
from core.watchlist import Listing
from spiders.engine.guard import GuardedResolver, addresses_of, allowed_places, is_public
from tests.spiders.loopback import Answer, Outcome, Site, rating, ratings_page, serve

RATINGS = "/api/v5/ratings/rating/"
Crawled = Callable[..., Outcome]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.9.9", "192.168.1.1", "169.254.169.254",  # noqa: S104
        "100.64.0.1", "224.0.0.1", "239.255.255.250", "255.255.255.255", "240.0.0.1", "198.18.0.1", "192.0.2.1",
        "::", "::1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "fe80::1", "fc00::1", "fd12::1", "fec0::1",
        "ff02::1", "2002:7f00:1::", "2002:a00:1::1", "2001:0:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1", "2001:db8::1",
    ],
)  # fmt: skip
def test_what_lies_inside_is_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "::ffff:8.8.8.8", "64:ff9b::808:808", "2606:4700::1"])
def test_what_lies_outside_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0x7f.1", "017700000001", "127.1", "0"])
def test_other_notations_of_an_address_are_seen_through(host: str) -> None:
    found = addresses_of(host)
    assert found
    assert not any(map(is_public, found))


@pytest.mark.parametrize(
    ("given", "allowed"),
    [
        ({"base_url": "http://127.0.0.1:8000"}, ("127.0.0.1:8000",)),
        ({"base_url": "http://localhost"}, ("localhost:80",)),
        ({"target": "https://10.1.2.3/forum"}, ("10.1.2.3:443",)),
        ({"base_url": "http://[::1]:81"}, ("::1:81",)),
        ({"base_url": "http://169.254.169.254"}, ()),
        ({"base_url": "http://0.0.0.0:80"}, ()),
        ({"base_url": "http://2130706433"}, ()),
        ({"base_url": "http://wiki.firm.test"}, ()),
        ({"base_url": "http://wiki.firm.test:8080", "private": True}, ("wiki.firm.test:8080",)),
        ({"base_url": "http://169.254.169.254", "private": True}, ("169.254.169.254:80",)),
        ({"base_url": "ftp://127.0.0.1", "target": "570"}, ()),
        ({"base_url": "http://[broken"}, ()),
    ],
)
def test_the_watchlist_marks_what_may_lie_inside(given: dict[str, Any], allowed: tuple[str, ...]) -> None:
    assert allowed_places(Listing(id="shop", source="amo", company="firm", **given)) == allowed


class Names:
    """A name server on the loopback: each name has a list of answers, of which the last is repeated."""

    def __init__(self) -> None:
        self.answers: dict[str, list[list[str]]] = {}
        self.asked: list[str] = []
        self._wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._wire.bind(("127.0.0.1", 0))
        self.port = self._wire.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                query, sender = self._wire.recvfrom(4096)
            except OSError:
                return
            labels, place = [], 12
            while length := query[place]:
                labels.append(query[place + 1 : place + 1 + length].decode())
                place += length + 1
            name = ".".join(labels)
            self.asked.append(name)
            answers = self.answers.get(name, [[]])
            found = answers.pop(0) if len(answers) > 1 else answers[0]
            head = query[:2] + struct.pack(">5H", 0x8180, 1, len(found), 0, 0) + query[12 : place + 5]
            records = b"".join(
                struct.pack(">3HIH", 0xC00C, 1, 1, 0, 4) + socket.inet_aton(address) for address in found
            )
            self._wire.sendto(head + records, sender)

    def close(self) -> None:
        self._wire.close()


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[Names]:
    """A name server that the children of this test ask for names under `.test`."""
    server = Names()
    monkeypatch.setenv("OTKLIK_TEST_NAMES", str(server.port))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent / "names"))
    yield server
    server.close()


def _port(site: Site) -> str:
    return site.base_url.rpartition(":")[2]


def test_a_name_that_leads_inside_is_refused_unless_the_watchlist_marks_it(
    site: Site, crawled: Crawled, names: Names
) -> None:
    names.answers["reviews.test"] = [["127.0.0.1"]]
    site.script[RATINGS] = ratings_page([rating(1)])
    address = f"http://reviews.test:{_port(site)}"
    outcome = crawled("amo", base_url=address)
    assert outcome.coverage.status is CoverageStatus.blocked
    assert "leads to 127.0.0.1, which is no public address" in (outcome.coverage.error or "")
    assert "private = true" in (outcome.coverage.error or "")
    assert (site.asked, names.asked) == ([], ["reviews.test"])  # refused at once, without another try
    marked = crawled("amo", base_url=address, private=True, run_id="marked")
    assert (marked.coverage.status, marked.ids) == (CoverageStatus.ok, ["1"])


def test_a_name_that_changes_its_mind_is_looked_at_again_at_each_connection(names: Names) -> None:
    names.answers["rebind.test"] = [["93.184.216.34"], ["93.184.216.34", "127.0.0.1"], ["127.0.0.1"]]
    import importlib.util

    path = Path(__file__).parent / "names" / "sitecustomize.py"
    spec = importlib.util.spec_from_file_location("names_of_the_test", path)
    assert spec is not None
    assert spec.loader is not None
    before = socket.getaddrinfo
    try:
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        socket.getaddrinfo = before

    class System:
        """The look-up below the guard, without a thread."""

        def resolveHostName(self, receiver: Any, name: str, port: int, *rest: Any) -> None:  # noqa: N802
            receiver.resolutionBegan(self)
            for entry in module.getaddrinfo(name, port):
                receiver.addressResolved(type("Address", (), {"host": entry[4][0]})())
            receiver.resolutionComplete()

    class Receiver:
        def __init__(self) -> None:
            self.hosts: list[str] = []

        def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802
            return

        def addressResolved(self, address: Any) -> None:  # noqa: N802
            self.hosts.append(address.host)

        def resolutionComplete(self) -> None:  # noqa: N802
            return

    guard = GuardedResolver(type("Reactor", (), {"nameResolver": System()})(), [])
    seen = []
    for _ in range(3):
        receiver = Receiver()
        guard.resolveHostName(receiver, "rebind.test", 80)
        seen.append(receiver.hosts)
    assert seen == [["93.184.216.34"], ["93.184.216.34"], []]
    assert guard.refused["rebind.test:80"] == "127.0.0.1"


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "017700000001", "0"])
def test_an_address_in_disguise_is_refused(site: Site, crawled: Crawled, host: str) -> None:
    outcome = crawled("amo", base_url=f"http://{host}:{_port(site)}")
    assert outcome.coverage.status is CoverageStatus.blocked
    assert "no public address" in (outcome.coverage.error or "")
    assert site.asked == []


def test_no_redirect_leads_to_another_port_of_an_allowed_host(site: Site, crawled: Crawled) -> None:
    inside = Site(script={"/secret": "<html>metadata</html>", "/robots.txt": "User-agent: *\nAllow: /"})
    server = serve(inside)
    try:
        site.script[RATINGS] = Answer("", status=302, headers={"Location": f"{inside.base_url}/secret"})
        outcome = crawled("amo")
        assert outcome.coverage.status is CoverageStatus.blocked
        assert "no public address" in (outcome.coverage.error or "")
        site.script["/robots.txt"] = Answer("", status=301, headers={"Location": f"{inside.base_url}/robots.txt"})
        rules = crawled("discourse")
        assert rules.coverage.status is CoverageStatus.blocked
        assert "no public address" in (rules.coverage.error or "")
        assert inside.asked == []
    finally:
        server.shutdown()
        server.server_close()


def _bomb(size: int) -> bytes:
    """Return a gzip member that unpacks to a JSON text of `size` bytes."""
    return gzip.compress(b'{"results": [' + b" " * size + b"]}")


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (_bomb(64 << 20), "gzip"),
        (gzip.compress(_bomb(256 << 20)), "gzip, gzip"),
        (zlib.compress(b" " * (64 << 20)), "deflate"),
        (b" " * (33 << 20), "identity"),
    ],
    ids=["gzip", "gzip in gzip", "deflate", "plain"],
)
def test_an_answer_that_is_too_large_is_refused_packed_or_not(
    site: Site, crawled: Crawled, body: bytes, encoding: str
) -> None:
    site.script[RATINGS] = Answer(body, headers={"Content-Encoding": encoding})
    outcome = crawled("amo", retries=0, timeout=120)
    assert outcome.coverage.status is CoverageStatus.failed
    assert "larger than 32 MiB" in (outcome.coverage.error or "")
    assert (outcome.coverage.collected, outcome.coverage.pages) == (0, 0)


def test_json_that_is_nested_too_deep_ends_as_a_failure(site: Site, crawled: Crawled) -> None:
    site.script[RATINGS] = Answer(b"[" * 2_000_000)
    outcome = crawled("amo", retries=0)
    assert outcome.coverage.status is CoverageStatus.failed
    assert json.loads(outcome.paths.coverage.read_text())["status"] == "failed"
