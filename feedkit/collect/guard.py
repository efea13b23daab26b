"""The guard against request forgery: which addresses a feed's URL may not lead to.

A feed's URL, or a redirect from one, may name a machine that only feedkit can reach (SSRF). What
a name resolves to is known for certain only when the connection is made, so the guard stands
there: it sees the address itself, after every spelling of it was read and every look-up done, and
before a socket exists.
"""

import errno
import re
import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

# Written out, because what `ipaddress` calls global differs between patch releases of Python.
# IANA's special-purpose registry (RFC 6890), but for the ranges that anyone may reach.
_REFUSED_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network, and the unspecified address (RFC 791)
        "10.0.0.0/8",  # private (RFC 1918)
        "100.64.0.0/10",  # carrier-grade NAT (RFC 6598)
        "127.0.0.0/8",  # loopback (RFC 1122)
        "169.254.0.0/16",  # link-local, where clouds keep their credentials (RFC 3927)
        "172.16.0.0/12",  # private (RFC 1918)
        "192.0.0.0/24",  # protocol assignments (RFC 6890)
        "192.0.2.0/24",  # documentation (RFC 5737)
        "192.88.99.0/24",  # 6to4 relays (RFC 7526)
        "192.168.0.0/16",  # private (RFC 1918)
        "198.18.0.0/15",  # benchmarks (RFC 2544)
        "198.51.100.0/24",  # documentation (RFC 5737)
        "203.0.113.0/24",  # documentation (RFC 5737)
        "224.0.0.0/4",  # multicast (RFC 5771)
        "240.0.0.0/4",  # reserved, and broadcast (RFC 1112, RFC 919)
    )
)

# Everything outside of it is loopback, unspecified, link-local, unique local, multicast, reserved,
# IPv4-mapped (::ffff:0:0/96) or NAT64 (64:ff9b::/96): each refused.
_GLOBAL_UNICAST = IPv6Network("2000::/3")  # RFC 4291, 2.4
_REFUSED_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments, Teredo among them (RFC 2928, RFC 4380)
        "2001:db8::/32",  # documentation (RFC 3849)
        "2002::/16",  # 6to4: an IPv4 address in disguise (RFC 3056)
        "3fff::/20",  # documentation (RFC 9637)
    )
)


class PrivateAddressError(OSError):
    """A connection to a private address was refused.

    An `OSError`, because that is what the code that connects takes for "try the next address".
    """

    def __init__(self, address: str) -> None:
        super().__init__(errno.EACCES, "private address")
        self.address = address

    def __str__(self) -> str:
        # Without the address: of a host with two, the code that connects raises the first error
        # when both read alike, and makes them one without a type when they do not.
        return "leads to a private address"


def is_private(address: str) -> bool:
    """Whether `address`, an IP address as a look-up gives it, is not a public host's.

    Private is all that the internet at large cannot reach (RFC 6890): loopback, private,
    link-local, carrier-grade NAT, multicast, unspecified, reserved and documentation addresses,
    and those that carry an IPv4 address in an IPv6 one (mapped, NAT64, 6to4, Teredo). What is no
    address at all cannot be judged, and is private too.
    """
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return True
    return _refused(parsed)


def names_private(host: str) -> bool:
    """Whether `host`, as a URL has it, is a private address in any spelling, or localhost.

    For those whose names somebody else looks up: a proxy. Other names are not looked up here.
    """
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):  # RFC 6761, 6.3
        return True
    try:
        # The spellings of inet_aton(3): decimal, octal, hexadecimal, and with fewer parts.
        return is_private(name if ":" in name else socket.inet_ntoa(socket.inet_aton(name)))
    except OSError:
        # What ends in a number is no name (WHATWG URL, 3.5), and may be an address to others.
        return re.fullmatch(r"[0-9]+|0x[0-9a-f]*", name.rpartition(".")[2]) is not None


def _refused(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        return any(address in network for network in _REFUSED_V4)
    return address not in _GLOBAL_UNICAST or any(address in network for network in _REFUSED_V6)


def public_socket(
    info: tuple[
        int | socket.AddressFamily,
        int | socket.SocketKind,
        int,
        str,
        tuple,  # type: ignore[type-arg]  # as aiohappyeyeballs has it: a family's own shape
    ],
) -> socket.socket:
    """A new socket for the address about to be connected (`getaddrinfo`'s five values).

    It is aiohttp's `socket_factory`. Raises `PrivateAddressError`, and makes no socket, when the
    address is private.
    """
    family, kind, protocol, _, address = info
    host = str(address[0])
    if is_private(host):
        raise PrivateAddressError(host)
    return socket.socket(family, kind, protocol)
