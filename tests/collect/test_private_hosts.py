"""No address that leads inside is connected to, however it is written and whoever wrote it.

Every attempt of this process to connect is seen (PEP 578, the audit event ``socket.connect``), so
that a refusal which came a packet too late would be noticed, also where no server can listen.
"""

import asyncio
import sys
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import IPv4Address

import msgspec
import pytest
from aiohttp import TCPConnector
from fetching import LIMITS, always, refusal_of, resolving, whole
from raw_server import serving

from feedkit.collect import guard
from feedkit.collect.http import Client
from feedkit.errors import CollectError

GUARDED = msgspec.structs.replace(LIMITS, allow_private_hosts=False, host_delay=timedelta())


class Connects:
    """The addresses that this process tried to connect to, while they are recorded."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.is_on = False
        sys.addaudithook(self._hook)  # it stays for as long as the process

    def _hook(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.is_on and event == "socket.connect":
            self.seen.append(str(arguments[1]))


CONNECTS = Connects()


@pytest.fixture(name="connects")
def connects_fixture() -> Iterator[list[str]]:
    CONNECTS.seen.clear()
    CONNECTS.is_on = True
    yield CONNECTS.seen
    CONNECTS.is_on = False


INSIDE = {
    "this network": "0.0.0.0",
    "private": "10.1.2.3",
    "carrier-grade NAT": "100.64.0.1",
    "loopback": "127.0.0.1",
    "all of loopback": "127.255.255.254",
    "link-local": "169.254.169.254",
    "private, the second": "172.16.0.1",
    "protocol assignments": "192.0.0.8",
    "documentation": "192.0.2.1",
    "private, the third": "192.168.0.1",
    "benchmarks": "198.18.0.1",
    "multicast": "224.0.0.1",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
}


def spellings(address: str) -> dict[str, str]:
    """What a URL may have for a host to lead to the IPv4 `address`."""
    number = int(IPv4Address(address))
    a, b, c, d = IPv4Address(address).packed
    high, low = number >> 16, number & 0xFFFF
    return {
        "dotted": address,
        "with a dot after it": f"{address}.",
        "decimal": str(number),
        "hexadecimal": f"0x{number:08x}",
        "upper case": f"0X{number:08X}",
        "octal": f"0{number:o}",
        "octal, dotted": f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
        "octal with zeros": f"000{a:o}.{b}.{c}.{d}",
        "hexadecimal, dotted": f"0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}",
        "two parts": f"{a}.{number & 0xFFFFFF}",
        "three parts": f"{a}.{b}.{low}",
        "percent-encoded": "".join(f"%{ord(letter):02x}" for letter in address),
        "wide digits": address.translate({ord("0") + n: ord("０") + n for n in range(10)}),
        "Chinese dots": address.replace(".", "。"),
        "mapped": f"[::ffff:{address}]",
        "mapped, hexadecimal": f"[::ffff:{high:x}:{low:x}]",
        "mapped, in full": f"[0:0:0:0:0:ffff:{high:04X}:{low:04X}]",
        "compatible": f"[::{address}]",
        "translated": f"[::ffff:0:{address}]",
        "NAT64": f"[64:ff9b::{address}]",
        "NAT64, local": f"[64:ff9b:1::{address}]",
        "6to4": f"[2002:{high:x}:{low:x}::1]",
        "Teredo": f"[2001:0:4136:e378:8000:63bf:{high ^ 0xFFFF:x}:{low ^ 0xFFFF:x}]",
        "link-local tunnel": f"[fe80::5efe:{address}]",
    }


INSIDE_V6 = [
    "::",
    "::1",
    "0:0:0:0:0:0:0:1",
    "64:ff9b::808:808",
    "100::1",
    "2001:db8::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%25lo",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("address", INSIDE.values(), ids=list(INSIDE))
def test_no_spelling_of_a_private_address_is_connected(address: str, connects: list[str]) -> None:
    let_through = {
        name: connects[:]
        for name, host in spellings(address).items()
        if not is_refused(f"http://{host}/") or connects
    }
    assert let_through == {}


@pytest.mark.parametrize("address", INSIDE_V6)
def test_no_private_ipv6_address_is_connected(address: str, connects: list[str]) -> None:
    assert is_refused(f"http://[{address}]/")
    assert connects == []


def is_refused(url: str) -> bool:
    sentence = refusal_of(url, GUARDED)
    return "fetch.allow_private_hosts" in sentence or sentence.startswith(
        ("is not an address", "has a host name that cannot be resolved")
    )


def test_without_the_guard_spellings_do_connect(connects: list[str]) -> None:
    """Else the tests above would say nothing. (Numbers alone aiohttp refuses by itself.)"""

    async def run() -> int:
        async with serving(always(whole(b""))) as server, Client(LIMITS, "feedkit") as client:
            for host in ("127.0.0.1", "localhost", "%31%32%37.0.0.1", "[::ffff:7f00:1]"):
                await client.get(f"http://{host}:{server.port}/")
            return len(server.exchanges)

    assert asyncio.run(run()) == 4
    assert len(connects) >= 2  # of one connection several requests may be made


def test_localhost_and_its_names_are_not_connected(connects: list[str]) -> None:
    async def run() -> int:
        async with serving(always(whole(b""))) as server, Client(GUARDED, "feedkit") as client:
            for host in ("localhost", "LOCALHOST", "localhost.", "[::1]", "127.0.0.1"):
                with pytest.raises(CollectError):
                    await client.get(f"http://{host}:{server.port}/")
            return len(server.exchanges)

    assert asyncio.run(run()) == 0
    assert connects == []


@pytest.mark.parametrize(
    "address", [*INSIDE.values(), *(a.replace("%25", "%") for a in INSIDE_V6), "::ffff:10.0.0.1",
                "64:ff9b::a00:1", "2002:a00:1::", "2001:0:1:2:3:4:f5ff:fffe"],
)  # fmt: skip
def test_no_name_that_leads_inside_is_connected(
    address: str, connects: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, address)
    for scheme in ("http", "https"):
        sentence = refusal_of(f"{scheme}://feeds.example/", GUARDED)
        assert sentence.startswith("leads to a private address (")
    assert connects == []


def test_a_name_that_leads_to_a_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, "169.254.169.254")
    assert refusal_of("http://feeds.example/", GUARDED) == (
        "leads to a private address (169.254.169.254); "
        "if it should, set fetch.allow_private_hosts = true"
    )


def test_a_name_with_several_private_addresses_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, "::1 127.0.0.1 10.0.0.1")
    assert refusal_of("http://feeds.example/", GUARDED).startswith("leads to a private address (")


@pytest.mark.parametrize("addresses", ["127.0.0.1 127.0.0.2", "127.0.0.2 127.0.0.1"])
@pytest.mark.parametrize("is_up", [True, False])
def test_of_a_name_with_several_addresses_only_the_public_one_is_connected(
    addresses: str, is_up: bool, connects: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "_refused", lambda address: str(address) != "127.0.0.2")
    resolving(monkeypatch, addresses)

    async def run() -> None:
        async with serving(always(whole(b"public")), "127.0.0.2") as outside:
            port = outside.port if is_up else 1
            async with Client(GUARDED, "feedkit") as client:
                await client.get(f"http://feeds.example:{port}/")

    if is_up:
        asyncio.run(run())
    else:
        with pytest.raises(CollectError) as caught:
            asyncio.run(run())
        assert "refused the connection" in str(caught.value) or "private" in str(caught.value)
    assert connects
    assert all("'127.0.0.2'" in address for address in connects)


def test_a_name_that_changes_between_two_look_ups_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guard, "_refused", lambda address: str(address) != "127.0.0.2")

    async def run() -> list[str]:
        async with serving(always(whole(b"secret"))) as inside, Client(GUARDED, "f") as client:
            asked = resolving(monkeypatch, "127.0.0.2", "127.0.0.1")
            url = f"http://feeds.example:{inside.port}/"
            with pytest.raises(CollectError, match="refused the connection"):
                await client.get(url)  # nobody listens at the first address
            assert client._session is not None
            assert isinstance(client._session.connector, TCPConnector)
            client._session.connector.clear_dns_cache()
            with pytest.raises(CollectError, match=r"private address.*127\.0\.0\.1"):
                await client.get(url)
            assert not inside.exchanges
            return asked

    assert asyncio.run(run()) == ["feeds.example"] * 2


@pytest.mark.parametrize("host", [*spellings("127.0.0.1").values(), "localhost", "[::1]"])
def test_a_redirect_to_a_private_address_is_refused(
    host: str, connects: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The first server stands for one on the internet: only its address, 127.0.0.2, is let through.
    monkeypatch.setattr(guard, "_refused", lambda address: str(address) != "127.0.0.2")

    async def run() -> int:
        async with serving(always(whole(b"secret"))) as inside:
            there = f"http://{host}:{inside.port}/".encode()
            moved = b"HTTP/1.1 302 Found\r\nLocation: " + there + b"\r\nContent-Length: 0\r\n\r\n"
            async with (
                serving(always(moved), "127.0.0.2") as outside,
                Client(GUARDED, "feedkit") as client,
            ):
                with pytest.raises(CollectError, match=r"^redirects to ") as caught:
                    await client.get(outside.url)
            assert "private address" in str(caught.value) or "is not an" in str(caught.value)
            return len(inside.exchanges)

    assert asyncio.run(run()) == 0
    assert [address for address in connects if "'127.0.0.2'" not in address] == []
