"""Headers as they are on the wire: bytes, whatever characters they were meant to be; and where an
answer and its body end. What aiohttp leaves out."""

import asyncio
import re
from functools import partial
from http import HTTPStatus
from weakref import WeakSet

import aiohttp
from aiohttp.abc import AbstractResolver
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.http import HttpProcessingError, RawResponseMessage
from aiohttp.streams import StreamReader
from msgspec import Struct

from feedkit.collect.failures import AnswerError, reason_for, too_large

DELTA = "feed"
"""The instance manipulation that sends only the new entries of a feed (RFC 3229)."""


class ConditionalFields(Struct, frozen=True):
    """What says which version of a document is known (RFC 9110, 8.8)."""

    etag: str | None = None
    last_modified: str | None = None
    origin: str | None = None
    """Who gave them: of anybody else's document they say nothing."""
    takes_delta: bool = True
    """Whether the new entries alone will do."""

    def headers(self) -> dict[str, str]:
        """The fields that make a request conditional; none where nothing is known."""
        given = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        fields = {name: wire_text(value) for name, value in given.items() if value is not None}
        if self.asks_for_delta:
            fields["A-IM"] = DELTA
        return fields

    @property
    def asks_for_delta(self) -> bool:
        """Whether the new entries alone are asked for (RFC 3229). An ETag says since when."""
        return self.takes_delta and self.etag is not None


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
_END_OF_HEADER = b"\r\n\r\n"
_HEADERS = 2 * 10**6
"""Bytes that hold the largest header that is read, and the trailer of chunks."""
_MAX_INTERIM = 100
"""Answers before the answer (RFC 9110, 15.2); one or two are usual."""
_BODILESS = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})


class WireConnector(aiohttp.TCPConnector):
    """aiohttp's connector, its connections read by `WireProtocol`."""

    def __init__(
        self,
        max_bytes: int,
        *,
        keepalive_timeout: float,
        socket_factory: aiohttp.SocketFactoryType | None,
        resolver: AbstractResolver | None,
    ) -> None:
        """Connections are not counted, and kept for `keepalive_timeout` seconds once idle.

        `max_bytes` is what a body may have.
        """
        super().__init__(
            limit=0,
            keepalive_timeout=keepalive_timeout,
            socket_factory=socket_factory,
            resolver=resolver,
        )
        self._factory = partial(_protocol, max_bytes, self._loop)


class WireProtocol(ResponseHandler):
    """aiohttp's reader of answers, for servers that send what breaks HTTP after what does not, or
    what is no body and has no end."""

    def __init__(self, max_bytes: int, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self._max_bytes = max_bytes
        self._received = 0
        self._interim = 0

    def begin(self) -> None:
        """What comes from now on is the next answer."""
        self._received = 0
        self._interim = 0

    def data_received(self, data: bytes) -> None:
        """Read `data`: a header on its own, so that what follows cannot take it back.

        aiohttp drops what it has understood of `data` when it fails at the rest, a 304 whose body
        must not be there (RFC 9110, 15.4.5) among it. And whoever waits for a body that fails is
        not told: he would wait until his time is over.

        More than twice what a body may have is sent by none who means to send one: extensions and
        sizes of chunks (RFC 9112, 7.1) are no body, and may go on for ever.
        """
        self._received += len(data)
        if self._received > 2 * self._max_bytes + _HEADERS:
            self._fail(too_large(self._max_bytes))
            return
        end = data.find(_END_OF_HEADER) + len(_END_OF_HEADER)
        if len(_END_OF_HEADER) <= end < len(data):
            super().data_received(data[:end])
            data = data[end:]
        if self.exception() is None:
            super().data_received(data)
        error = self.exception()
        if isinstance(error, HttpProcessingError):
            self._fail_body(aiohttp.ClientPayloadError(error.message))

    def _fail(self, error: Exception) -> None:
        self._fail_body(error)
        self.set_exception(error)
        if self.transport is not None:
            self.transport.close()

    def _fail_body(self, error: Exception) -> None:
        if self._payload is not None and not self._payload.is_eof():
            self._payload.set_exception(error)

    def feed_data(self, data: tuple[RawResponseMessage, StreamReader], size: int = 0) -> None:
        """Hand on an answer. The connection of one that announces a body and must have none is
        used no more: should the body come, it would be taken for the next answer."""
        message, _ = data
        if message.code < HTTPStatus.OK:
            self._interim += 1
            if self._interim > _MAX_INTERIM:
                self._fail(AnswerError("sends interim answers (1xx) without end"))
                return
        announced = message.headers.get("Content-Length", "0") != "0"
        if message.code in _BODILESS and (announced or "Transfer-Encoding" in message.headers):
            self.force_close()
        super().feed_data(data, size)


def _protocol(max_bytes: int, loop: asyncio.AbstractEventLoop) -> ResponseHandler:
    return WireProtocol(max_bytes, loop)


class WireResponse(aiohttp.ClientResponse):
    """A response that knows whether its body came to an end or was cut off."""

    _wire: ResponseHandler | None = None

    async def start(self, connection: Connection) -> aiohttp.ClientResponse:
        # The connection may be over, and forgotten, before anybody has read a byte.
        self._wire = connection.protocol
        if isinstance(self._wire, WireProtocol):
            self._wire.begin()
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
        """Raise what says that the body which was read is not what the server meant to send.

        Such is the error that ended a body which only the connection's end delimits: it has
        neither Content-Length nor chunks (RFC 9112, 6.3), and aiohttp does not tell a connection
        that was closed from one that was reset in the middle of it. And bytes that came with its
        end and are no answer: its Content-Length is too short.
        """
        delimited = self.content_length is not None or "Transfer-Encoding" in self.headers
        error = self._wire.exception() if self._wire is not None else None
        if isinstance(error, HttpProcessingError):
            raise aiohttp.ClientPayloadError(error.message) from error
        if isinstance(error, OSError) and not delimited:
            raise error
