"""``[serve]``: where the server listens, whom it believes, and who may see how it is."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from feedkit.config.request import Secret, read_secret, read_username
from feedkit.config.values import (
    Unexpected,
    read_count,
    read_duration,
    read_flag,
    read_folder_url,
    read_items,
    read_size,
    read_text,
)

UNIX = "unix:"
_BASE_PATH = re.compile(r"/(?:[A-Za-z0-9_~-][A-Za-z0-9._~-]*/)*")


class Listen(Struct, frozen=True):
    """An address to listen on: of a host and a port, or of a unix socket, then `path` is set."""

    host: str = ""
    port: int = 0
    """0: any that is free."""
    path: Path | None = None

    def __str__(self) -> str:
        if self.path is not None:
            return f"{UNIX}{self.path}"
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Networks(Struct, frozen=True):
    """Hosts by their addresses; and whoever is connected by a unix socket, if `unix` is."""

    v4: tuple[IPv4Network, ...] = ()
    v6: tuple[IPv6Network, ...] = ()
    unix: bool = False

    def has(self, address: str | None) -> bool:
        """Whether the host of that `address` is one of these; None: it came by a unix socket.

        A text that is no address is none of them.
        """
        if address is None:
            return self.unix
        try:
            host = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        if isinstance(host, IPv6Address):
            if host.ipv4_mapped is None:
                return any(host in network for network in self.v6)
            host = host.ipv4_mapped
        return any(host in network for network in self.v4)


LOOPBACK = Networks((IPv4Network("127.0.0.0/8"),), (IPv6Network("::1/128"),))


class Serve(Struct, frozen=True):
    """How what is published is served."""

    listen: Listen | None = None
    """None: the daemon serves nothing."""
    public_url: str | None = None
    """Where the server is found on the web, ending in "/"; None: at the site's URL."""
    base_path: str = "/"
    """What stands before each path, beginning and ending in "/"."""
    trusted_proxies: Networks = Networks()
    """Who is believed about whom it asks for (X-Forwarded-For)."""
    status_from: Networks = LOOPBACK
    """Who may see /status, /metrics and /healthz."""
    username: Secret | None = None
    password: Secret | None = None
    max_age: timedelta | None = None
    """How long a document may be kept unasked; None: as the schedule has it."""
    cache: int = 64_000_000
    """Bytes of documents that are kept in memory."""
    connections: int = 10_000
    access_log: bool = False
    subscribe: bool = False
    """Whether hubs are to tell of the news of feeds (WebSub)."""


def read_listen(value: object) -> Listen:
    """A host and a port, or "unix:" and a path."""
    expected = 'an address such as "127.0.0.1:8080", "[::1]:8080" or "unix:/run/feedkit.sock"'
    text = read_text(value)
    if text.startswith(UNIX):
        if len(text) == len(UNIX):
            raise Unexpected(expected)
        return Listen(path=Path(text.removeprefix(UNIX)))
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise Unexpected(expected) from error
    if not host or port is None or parts.netloc != text or "@" in text:
        raise Unexpected(expected)
    return Listen(host=host, port=port)


def read_base_path(value: object) -> str:
    """A path that begins and ends in "/"."""
    text = f"/{read_text(value).strip('/')}/".replace("//", "/")
    if not _BASE_PATH.fullmatch(text):
        raise Unexpected('a path such as "/planet/", of letters, digits and - . _ ~')
    return text


def read_networks(value: object) -> Networks:
    """Addresses and networks (CIDR), and "unix" for who comes by a unix socket."""
    expected = 'a list of addresses such as "127.0.0.1", "10.0.0.0/8" or "unix"'

    def one(item: object) -> IPv4Network | IPv6Network | None:
        text = read_text(item)
        if text == "unix":
            return None
        try:
            return ip_network(text)
        except ValueError as error:
            raise Unexpected(f"an address or a network ({error})") from error

    found = list(read_items(value, one, expected))
    return Networks(
        tuple(network for network in found if isinstance(network, IPv4Network)),
        tuple(network for network in found if isinstance(network, IPv6Network)),
        None in found,
    )


SERVE_KEYS: Mapping[str, Callable[[object], object]] = {
    "listen": read_listen,
    "public_url": read_folder_url,
    "base_path": read_base_path,
    "trusted_proxies": read_networks,
    "status_from": read_networks,
    "username": read_username,
    "password": read_secret,
    "max_age": read_duration,
    "cache": read_size,
    "connections": read_count,
    "access_log": read_flag,
    "subscribe": read_flag,
}


def serve_contradictions(given: Mapping[str, object]) -> Iterator[str]:
    """What cannot be said together."""
    if ("password" in given) != ("username" in given):
        found, missing = (
            ("password", "username") if "password" in given else ("username", "password")
        )
        yield f"found a {found} without a {missing}; expected both"
    if given.get("subscribe") and not {"listen", "public_url"} <= given.keys():
        yield "found subscribe without listen and public_url; hubs have to reach the daemon there"
