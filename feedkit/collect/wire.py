"""Headers as they are on the wire: bytes, whatever characters they were meant to be; and whether a
body came to its end. What aiohttp leaves out."""

import asyncio
import re
from weakref import WeakSet

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from msgspec import Struct

from feedkit.collect.failures import AnswerError, reason_for

DELTA = "feed"
"""The instance manipulation that sends only the new entries of a feed (RFC 3229)."""


class ConditionalFields(Struct, frozen=True):
    """What says which version of a document is known (RFC 9110, 8.8)."""

    etag: str | None
    last_modified: str | None

    def headers(self) -> dict[str, str]:
        """The fields that make a request conditional; none where nothing is known."""
        given = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        fields = {name: wire_text(value) for name, value in given.items() if value is not None}
        if self.etag is not None:
            fields["A-IM"] = DELTA  # what is new since when is known by an ETag only (RFC 3229)
        return fields


def sendable(value: str | None) -> str | None:
    """`value` where it can be a header's (RFC 9110, 5.5): bytes, and none that ends a line."""
    if not value or re.search(r"[\x00-\x08\x0a-\x1f\x7f]|[^\x00-\xff]", value):
        return None
    return value


_RAW = "\x85"  # a control character that no UTF-8 text of a header has use for
_RAW_VALUE = re.compile(f"{_RAW}([0-9a-f]*){_RAW}".encode())


def wire_text(value: str) -> str:
    """The text that aiohttp is to write for the bytes of `value`.

    aiohttp writes headers in UTF-8 and drops what that cannot say; bytes of any other kind are
    written in hexadecimal, for `_RawWriter` to put right.
    """
    raw = value.encode("latin-1")
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return f"{_RAW}{raw.hex()}{_RAW}"
    return text if _RAW not in text else f"{_RAW}{raw.hex()}{_RAW}"


class _RawWriter(asyncio.Transport):
    """Between aiohttp's writer and the connection while the header is written."""

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__()
        self._transport = transport

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        head = _RAW_VALUE.sub(lambda found: bytes.fromhex(found[1].decode()), bytes(data))
        self._transport.write(head)


class WireRequest(aiohttp.ClientRequest):
    """A request whose header may hold bytes that are not UTF-8."""

    async def send(self, conn: Connection) -> aiohttp.ClientResponse:
        """aiohttp's own `send`, its header written as the bytes that it stands for."""
        protocol = conn.protocol
        transport = protocol.transport if protocol is not None else None
        if protocol is None or transport is None or not any(map(_is_raw, self.headers.values())):
            return await super().send(conn)
        # A GET has no body: its header, which is all of it, is written before `send` returns.
        protocol.transport = _RawWriter(transport)
        try:
            return await super().send(conn)
        finally:
            protocol.transport = transport


def _is_raw(value: str) -> bool:
    return value.startswith(_RAW)


_ANSWERED: WeakSet[ResponseHandler] = WeakSet()
"""The connections that were used before."""


class WireResponse(aiohttp.ClientResponse):
    """A response that knows whether its body came to an end or was cut off."""

    _wire: ResponseHandler | None = None

    async def start(self, connection: Connection) -> aiohttp.ClientResponse:
        # The connection may be over, and forgotten, before anybody has read a byte.
        self._wire = connection.protocol
        try:
            return await super().start(connection)
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
            # aiohttp asks again, once. That is right where a connection that was idle has meanwhile
            # been closed (RFC 9112, 9.3.1), but a server that ends new ones would be asked twice.
            if self._wire in _ANSWERED:
                raise
            raise AnswerError(reason_for(error)) from error
        finally:
            if self._wire is not None:
                _ANSWERED.add(self._wire)

    def check_end(self) -> None:
        """Raise the error that ended a body which only the connection's end delimits.

        Such a body has neither Content-Length nor chunks (RFC 9112, 6.3), and aiohttp does not
        tell a connection that was closed from one that was reset in the middle of it.
        """
        delimited = self.content_length is not None or "Transfer-Encoding" in self.headers
        error = self._wire.exception() if self._wire is not None else None
        if isinstance(error, OSError) and not delimited:
            raise error
