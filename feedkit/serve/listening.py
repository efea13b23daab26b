"""Where the server listens: sockets, which may be made in one process and served in another.

Whoever connects waits in a socket's queue as long as some process has the socket open, whether one
accepts or not.
"""

import socket
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from feedkit.config import Listen
from feedkit.errors import ServeError

BACKLOG = 2_048
"""Connections that wait to be accepted."""


class Listening(NamedTuple):
    """Sockets that listen."""

    address: Listen
    """Where, in truth: the port that was asked for may be any."""
    sockets: Sequence[socket.socket]
    """A name may be of several hosts' addresses."""

    def close(self) -> None:
        """Listen no more, as far as it is up to this process."""
        for each in self.sockets:
            each.close()
        if self.address.path is not None:
            with suppress(OSError):
                self.address.path.unlink()


def listening(listen: Listen) -> Listening:
    """Listen there from now on. Raises `ServeError` where that cannot be."""
    try:
        if listen.path is not None:
            return Listening(listen, [_at_path(listen.path)])
        sockets = _at_host(listen.host, listen.port)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ServeError(
            f"cannot listen on {listen}: {reason}; see who does, or change serve.listen"
        ) from error
    if not sockets:
        raise ServeError(f"cannot listen on {listen}: this machine has no network of that kind")
    return Listening(Listen(host=listen.host, port=_port_of(sockets[0])), sockets)


def _at_host(host: str, port: int) -> list[socket.socket]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    sockets: list[socket.socket] = []
    try:
        for family, kind, protocol, _, address in dict.fromkeys(found):
            if (made := _made(family, kind, protocol)) is not None:
                sockets.append(made)
                made.bind(address)
                made.listen(BACKLOG)
    except OSError:
        for each in sockets:
            each.close()
        raise
    return sockets


def _made(family: int, kind: int, protocol: int) -> socket.socket | None:
    """A socket of that family; None where this machine has none."""
    try:
        made = socket.socket(family, kind, protocol)
    except OSError:
        return None
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:  # IPv4 has a socket of its own
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    return made


def _at_path(path: Path) -> socket.socket:
    _remove_dead_socket(path)
    made = socket.socket(socket.AF_UNIX)
    try:
        made.bind(str(path))
        path.chmod(0o666)  # as anybody may connect to a port
        made.listen(BACKLOG)
    except OSError:
        made.close()
        raise
    return made


def _remove_dead_socket(path: Path) -> None:
    """Remove what a server that was killed left; raises `OSError` where one listens."""
    try:
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise FileExistsError(17, "there is a file that is no socket")
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
        else:
            raise OSError(98, "a server listens there already")


def _port_of(listens: socket.socket) -> int:
    return int(listens.getsockname()[1])
