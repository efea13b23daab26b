"""`feedkit serve` as it is used, and clients that say exactly what a test wants said."""

import http.client
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from service import Service

from feedkit.serve.inside import Inside

NOTHING_INSIDE = Inside(list, list)
"""A server that knows of no sources."""


class Answered(NamedTuple):
    """One answer. Header fields by their names in lower case; of several lines the last."""

    status: int
    fields: Mapping[str, str]
    body: bytes


class Client:
    """Asks a server on loopback, each time on a connection of its own."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    def ask(self, path: str, method: str = "GET", **fields: str) -> Answered:
        """Ask for `path`; underscores in names of fields are hyphens."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            headers = {name.replace("_", "-"): value for name, value in fields.items()}
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answered(response.status, found, response.read())
        finally:
            connection.close()

    def say(self, data: bytes, *, timeout: float = 5.0) -> bytes:
        """Send `data` and no more; all that comes back until the server ends the connection."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            return received(connection)


def received(connection: socket.socket) -> bytes:
    """What comes until the other side ends the connection."""
    pieces = []
    try:
        while piece := connection.recv(65_536):
            pieces.append(piece)
    except ConnectionResetError:
        pass
    return b"".join(pieces)


@contextmanager
def serving(
    root: Path, *arguments: str, environment: Mapping[str, str] | None = None
) -> Iterator[tuple[Client, Service]]:
    """`feedkit serve` of the configuration in the folder `root`, on a port that is free."""
    command = [
        sys.executable,
        "-m",
        "feedkit",
        "serve",
        *(arguments or ("--listen", "127.0.0.1:0")),
    ]
    service = Service(root, command, environment or {})
    try:
        address = service.until("serving")["listen"]
        _, _, port = address.rpartition(":")
        yield Client(int(port) if port.isdigit() else 0), service
    finally:
        if service.process.poll() is None:
            service.process.kill()
        service.process.wait()
        service._reader.join()
        assert service.process.stderr is not None
        service.process.stderr.close()
