"""A request as it is decided upon, and the answer to it."""

from asyncio import Future
from http import HTTPStatus
from typing import NamedTuple

from multidict import CIMultiDictProxy

from feedkit.serve.hosts import host_of


class Fault(NamedTuple):
    """In the place of a request or a body that cannot be had: what to say of that."""

    status: int
    sentence: str


class Request:
    """One request. `target` is as it came (RFC 9112, 3.2); `peer` the address of who is connected,
    None where that is by a unix socket."""

    __slots__ = ("body", "fields", "method", "peer", "target")

    def __init__(
        self, method: str, target: str, fields: CIMultiDictProxy[str], peer: str | None
    ) -> None:
        self.method = method
        self.target = target
        self.fields = fields
        self.peer = peer
        self.body: Future[bytes | Fault] | None = None
        """Made by who waits for the body: without it what comes is not looked at."""

    def field(self, name: str) -> str | None:
        """The value of a field that is a list; lines of one name are one (RFC 9110, 5.3)."""
        value = self.fields.get(name)
        if value is None:
            return None
        values = self.fields.getall(name)
        return value if len(values) == 1 else ", ".join(values)

    @property
    def host(self) -> str | None:
        """The host that it is for, with a port where one is said; None: it does not say."""
        return host_of(self.target, self.fields.get("Host"))

    @property
    def is_head(self) -> bool:
        """Whether the header alone is asked for (RFC 9110, 9.3.2)."""
        return self.method == "HEAD"


class FilePart(NamedTuple):
    """Bytes of a file, from `start` to before `end`."""

    name: str
    stamp: tuple[int, ...]
    """Of the file that is meant: another one may have taken its place."""
    start: int
    end: int


class Answer(NamedTuple):
    """What is sent: a status line and fields, each with its line's end, and a body."""

    status: int
    head: bytes
    body: bytes = b""
    file: FilePart | None = None
    """What follows the body."""
    is_last: bool = False
    """Whether the connection ends with it."""


def status_line(status: int) -> bytes:
    """``HTTP/1.1 304 Not Modified`` and the end of the line."""
    phrase = "IM Used" if status == 226 else HTTPStatus(status).phrase
    return f"HTTP/1.1 {status} {phrase}\r\n".encode()


def header(*fields: tuple[str, str | int]) -> bytes:
    """Fields as they are on the wire (RFC 9112, 5). The values are feedkit's own: what could end a
    line in them is no fault of a reader."""
    lines = []
    for name, value in fields:
        line = f"{name}: {value}"
        if not line.isprintable():
            raise ValueError(f"no header field: {line!r}")
        lines.append(f"{line}\r\n".encode())
    return b"".join(lines)
