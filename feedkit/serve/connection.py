"""One connection: bytes come in, aiohttp's parser makes requests of them, answers go out in turn.

aiohttp's own server has a task for each connection and another for each request; that costs more
than to answer from memory, which is why this is a protocol of its own. Requests are parsed by
llhttp, strictly, and a body that is not wanted ends the connection, so that nothing in it can pass
for another request.
"""

import asyncio
import os
from collections import deque
from collections.abc import Awaitable
from typing import BinaryIO, NamedTuple, Protocol, cast

from aiohttp.base_protocol import BaseProtocol
from aiohttp.http import (
    HttpProcessingError,
    HttpRequestParser,
    HttpVersion10,
    HttpVersion11,
    RawRequestMessage,
)
from aiohttp.streams import StreamReader
from multidict import CIMultiDict, CIMultiDictProxy

from feedkit.serve import pages
from feedkit.serve.faults import (
    FIELD_BYTES,
    LONG,
    MOST_FIELDS,
    NO_HOST,
    OTHER_CODING,
    OTHER_VERSION,
    TARGET_BYTES,
    fault_of,
)
from feedkit.serve.files import open_file
from feedkit.serve.hosts import is_for_a_host
from feedkit.serve.messages import Answer, Fault, FilePart, Request
from feedkit.serve.shelf import stamp_of

HEAD_SECONDS = 10.0
"""In which a request's header has to be there, from its first byte on."""
IDLE_SECONDS = 75.0
"""That a connection may stay without a request."""
STALL_SECONDS = 30.0
"""That a reader may take nothing of what is being sent."""
LINGER_SECONDS = 2.0
"""For which what still comes is taken and forgotten before the connection is closed: closed at
once, it would take the answer away from who is still sending (RFC 9112, 9.6)."""
_HEAD_BYTES = 16_384
_BODY_BYTES = 20_000_000
_END_OF_LINE = b"\r\n"
_END_OF_HEAD = b"\r\n\r\n"
_AHEAD = 8_192
"""Bytes that may come while an answer is being sent, before no more is read."""
_PIECE = 262_144
"""Bytes that are given to the transport at a time: what is not sent yet, it copies."""


class Owner(Protocol):
    """The server, as its connections see it."""

    date: bytes
    """``Date``, as a line."""
    is_stopping: bool
    buffer: memoryview
    """What comes is copied from there at once."""

    @property
    def root(self) -> str:
        """The folder that is served, as a real path."""

    def answer(self, request: Request) -> Answer | Awaitable[Answer]:
        """The answer, or what it is to be waited for."""

    def opened(self, connection: "Connection") -> bool:
        """Somebody is connected; whether there is room for it."""

    def closed(self, connection: "Connection") -> None:
        """Nobody is any more."""

    def slow(self, connection: "Connection") -> None:
        """Its reader did not take all at once."""

    def quick(self, connection: "Connection") -> None:
        """Its reader has taken all."""

    def done(self, request: Request, answer: Answer) -> None:
        """A request was answered, or what was none."""


class _Refused(NamedTuple):
    """In the place of a request that is none."""

    fault: Fault
    message: RawRequestMessage | None = None
    """What could be read of it."""


_LATE = Fault(408, "The request did not come to its end in time.")
_LARGE = Fault(413, f"A message of more than {_BODY_BYTES // 1_000_000} MB is not taken.")
_TORN = Fault(400, "The message is not all there, or its chunks cannot be read.")


class Connection(BaseProtocol, asyncio.BufferedProtocol):
    """What asks and is answered; the server has it `expire` when its `deadline` is over.

    Bytes come into a buffer that all connections share: one that is made for each time, of the size
    that asyncio has for that, costs more than all else that is done for a request.
    """

    def __init__(self, owner: Owner, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self.deadline = loop.time() + HEAD_SECONDS
        self._owner = owner
        self._out: asyncio.Transport
        self._peer: str | None = None
        self._requests = HttpRequestParser(
            self,
            loop,
            2**26,  # past `_BODY_BYTES`: here nothing reads while a body comes
            max_line_size=TARGET_BYTES,
            max_field_size=FIELD_BYTES,
            max_headers=MOST_FIELDS,
            auto_decompress=False,
        )
        self._rest = b""
        """What came, from `_parsed` on not parsed yet."""
        self._parsed = 0
        self._is_held = False
        """Whether nothing is read until that is parsed."""
        self._head_size = 0
        """Bytes of a header that is not all there."""
        self._seam = b""
        """The last of them: its end may have begun with these."""
        self._waiting: deque[RawRequestMessage | _Refused] = deque()
        """What came and is to be answered, in turn."""
        self._is_last = False
        """Whether the last of those is the last of all: what follows it is no request."""
        self._is_torn = False
        """Whether something is likely to follow it."""
        self._payload: StreamReader | None = None
        """Its body."""
        self._is_undecided = False
        """Whether it is not known yet if anybody waits for that."""
        self._body: asyncio.Future[bytes | Fault] | None = None
        """Where that is waited for."""
        self._has_ended = False
        """Whether the other side will send no more."""
        self._lingers = False
        self._task: asyncio.Task[None] | None = None
        """What makes or sends an answer that takes its time."""
        self._unsent = 0
        self._sent: asyncio.Future[None] | None = None

    # Called by the transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody is connected."""
        super().connection_made(transport)
        self._out = cast(asyncio.Transport, transport)
        name = self._out.get_extra_info("peername")
        self._peer = str(name[0]) if isinstance(name, tuple) else None
        self._out.set_write_buffer_limits(high=0)  # so that each slow reader is heard of
        if not self._owner.opened(self):
            self._out.abort()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Nobody is any more."""
        super().connection_lost(exc)
        self._owner.closed(self)
        self._waiting.clear()
        self._rest = b""
        if self._task is not None:
            self._task.cancel()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where bytes are to go."""
        return self._owner.buffer

    def buffer_updated(self, nbytes: int) -> None:
        """So many came."""
        self.data_received(bytes(self._owner.buffer[:nbytes]))

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        if self._is_last and not self._is_undecided:
            self._take(data)
            return
        self._rest = self._rest[self._parsed :] + data if self._rest else data
        self._parsed = 0
        if self.is_busy:
            if len(self._rest) > _AHEAD and not self._is_held and self.transport is not None:
                self._is_held = True
                self._out.pause_reading()
            return
        self._go_on()

    def eof_received(self) -> bool:
        """The other side sends no more; it may still be waiting for what it asked."""
        self._has_ended = True
        if self._body is not None and not self._body.done():
            self._body.set_result(_TORN)
        return self.is_busy

    def pause_writing(self) -> None:
        """Not all could be sent at once."""
        super().pause_writing()
        self._unsent = self._out.get_write_buffer_size()
        self.deadline = self._loop.time() + STALL_SECONDS
        self._owner.slow(self)

    def resume_writing(self) -> None:
        """All is sent."""
        super().resume_writing()
        self._unsent = 0
        self._owner.quick(self)
        if self._sent is not None and not self._sent.done():
            self._sent.set_result(None)
        elif not self._is_closing:
            self._go_on()

    # Called by the server

    @property
    def is_busy(self) -> bool:
        """Whether an answer is being made or sent."""
        return self._task is not None or self._paused

    @property
    def unsent(self) -> int:
        """Bytes of answers that waited for their reader when that was last looked at."""
        return self._unsent

    def expire(self) -> None:
        """Let go of who is slow, after a word to who did not end a request. Who took some of what
        is being sent has another while."""
        if self.transport is None:
            return
        if self._paused:
            unsent = self._out.get_write_buffer_size()
            if unsent >= self._unsent:
                self._out.abort()
            self._unsent = unsent
            self.deadline = self._loop.time() + STALL_SECONDS
        elif self._task is not None:
            self.deadline = self._loop.time() + STALL_SECONDS  # it is feedkit that is slow
        elif self._is_last:
            self._out.abort()
        elif self._head_size:
            self._end_with(_LATE)
            self._go_on()
        else:
            self._out.close()

    def finish(self) -> None:
        """Answer what is being answered, and nothing more."""
        self._is_last = True
        if not self.is_busy and self.transport is not None and not self._lingers:
            self._out.close()

    # Requests

    def _go_on(self) -> None:
        """Answer what came, until an answer takes its time."""
        while self.transport is not None and not self.is_busy and not self._is_closing:
            if self._waiting:
                self._respond(self._waiting.popleft())
            elif self._rest and not self._is_last:
                self._read()
            else:
                break
        if self.transport is None or self.is_busy or self._is_closing:
            return
        if self._is_held:
            self._is_held = False
            self._out.resume_reading()
        if self._has_ended or self._is_last:
            self._out.close()

    def _read(self) -> None:
        """Parse one header, or as much of it as came: whoever sends nonsense behind a request is
        answered both. Empty lines before a request are none of it (RFC 9112, 2.2)."""
        while not self._head_size and self._rest.startswith(_END_OF_LINE, self._parsed):
            self._parsed += len(_END_OF_LINE)
        end = self._rest.find(_END_OF_HEAD, self._parsed)
        end = len(self._rest) if end < 0 else end + len(_END_OF_HEAD)
        if self._seam:
            end = self._seam_end(end)
        piece = self._rest[self._parsed : end]
        self._parsed = end
        if end == len(self._rest):
            self._rest, self._parsed = b"", 0
        if not piece:
            return
        room = _HEAD_BYTES - self._head_size
        try:
            messages, is_upgraded, _ = self._requests.feed_data(piece[:room])
        except HttpProcessingError as error:
            self._end_with(fault_of(error, piece))
            return
        if len(piece) > room:
            self._end_with(LONG)
            return
        for message, payload in messages:
            is_old = message.version == HttpVersion10
            if (fault := _fault_in(message, is_old=is_old)) is not None:
                self._end_with(fault, message)
                return
            self._waiting.append(message)
            closes = message.should_close or (is_old and _says_close(message))
            if closes or is_upgraded or not payload.is_eof():
                self._is_last = True
                self._is_torn = is_upgraded or not payload.is_eof()
                if self._is_torn and not is_upgraded:
                    self._payload, self._is_undecided = payload, True
                break
        if messages:
            self._head_size, self._seam = 0, b""
            return
        if self._head_size == 0:
            self.deadline = self._loop.time() + HEAD_SECONDS
        self._head_size += len(piece)
        self._seam = (self._seam + piece)[1 - len(_END_OF_HEAD) :]

    def _seam_end(self, end: int) -> int:
        """Where the header ends whose empty line may have begun in what came before: there, or at
        `end`."""
        seam = self._seam + self._rest[self._parsed : self._parsed + len(_END_OF_HEAD) - 1]
        at = seam.find(_END_OF_HEAD)
        return end if at < 0 else self._parsed + at + len(_END_OF_HEAD) - len(self._seam)

    def _end_with(self, fault: Fault, message: RawRequestMessage | None = None) -> None:
        self._waiting.append(_Refused(fault, message))
        self._is_last = self._is_torn = True
        self._head_size, self._seam = 0, b""

    def _respond(self, message: RawRequestMessage | _Refused) -> None:
        if isinstance(message, _Refused):
            fault, known = message
            request = Request("", "", _NO_FIELDS, self._peer)
            if known is not None:
                request = Request(known.method, known.path, known.headers, self._peer)
            self._send(request, pages.refusal(request, *fault), is_old=False)
            return
        request = Request(message.method, message.path, message.headers, self._peer)
        is_old = message.version == HttpVersion10
        answer = self._owner.answer(request)
        if isinstance(answer, Answer) and answer.file is None and len(answer.body) <= _PIECE:
            self._is_undecided = self._is_undecided and bool(self._waiting)
            self._send(request, answer, is_old=is_old)
            return
        if request.body is not None:
            self._await_body(request.body, message)
        elif not self._waiting:
            self._is_undecided = False
        self._task = self._loop.create_task(self._send_slowly(request, answer, is_old=is_old))
        self._task.add_done_callback(self._slow_ended)

    def _await_body(
        self, body: "asyncio.Future[bytes | Fault]", message: RawRequestMessage
    ) -> None:
        """Look at what comes from now on; some of it may have come with the header."""
        if self._payload is None or self._waiting:
            body.set_result(b"")  # it has none
            return
        self._body, self._is_undecided = body, False
        if int(message.headers.get("Content-Length", 0)) > _BODY_BYTES:
            body.set_result(_LARGE)
            return
        expectation = message.headers.get("Expect", "").lower()
        if expectation == "100-continue" and message.version != HttpVersion10:  # RFC 9110, 10.1.1
            self._out.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        rest, self._rest = self._rest[self._parsed :], b""
        self._parsed = 0
        self._take(rest)
        if self._is_held:
            self._is_held = False
            self._out.resume_reading()

    def _take(self, data: bytes) -> None:
        """Take more of the body, where it is waited for."""
        if self._body is None or self._payload is None or self._body.done():
            return
        try:
            self._requests.feed_data(data)
        except HttpProcessingError:
            self._body.set_result(_TORN)
            return
        if self._payload.total_bytes > _BODY_BYTES:
            self._body.set_result(_LARGE)
        elif self._payload.is_eof():
            body, self._body = self._body, None  # reading calls back here
            body.set_result(self._payload.read_nowait())

    def _send(self, request: Request, answer: Answer, *, is_old: bool) -> None:
        """Send an answer whose body is at hand."""
        self._out.writelines((answer.head, self._end_of_head(is_old=is_old), answer.body))
        self._owner.done(request, answer)
        self._rested()

    def _end_of_head(self, *, is_old: bool) -> bytes:
        """What is said in each header; `is_old` of HTTP/1.0, which has to be told of staying."""
        if (self._is_last and not self._waiting) or self._owner.is_stopping:
            self._is_last = True
            return self._owner.date + b"Connection: close\r\n\r\n"
        if is_old:
            return self._owner.date + b"Connection: keep-alive\r\n\r\n"
        return self._owner.date + b"\r\n"

    async def _send_slowly(
        self, request: Request, answering: Answer | Awaitable[Answer], *, is_old: bool
    ) -> None:
        """Send an answer that is to be waited for, or a long one, in pieces."""
        answer = answering if isinstance(answering, Answer) else await answering
        file = None
        while answer.file is not None:
            file = await asyncio.to_thread(_opened, answer.file, self._owner.root)
            if file is not None:
                break
            again = self._owner.answer(request)  # another document took its place just now
            answer = again if isinstance(again, Answer) else await again
        self._out.writelines((answer.head, self._end_of_head(is_old=is_old)))
        for start in range(0, len(answer.body), _PIECE):
            self._out.write(answer.body[start : start + _PIECE])
            await self._until_sent()
        if file is not None and answer.file is not None:
            with file:
                start, end = answer.file.start, answer.file.end
                while start < end:
                    most = min(_PIECE, end - start)
                    piece = await asyncio.to_thread(os.pread, file.fileno(), most, start)
                    if not piece:
                        raise ConnectionAbortedError  # it was cut short
                    self._out.write(piece)
                    start += len(piece)
                    await self._until_sent()
        self._owner.done(request, answer)

    def _slow_ended(self, task: asyncio.Task[None]) -> None:
        self._task = None
        self._sent = None
        if task.cancelled() or self.transport is None:
            return
        if (error := task.exception()) is not None:
            self._out.abort()
            if not isinstance(error, ConnectionError):
                self._loop.call_exception_handler(
                    {"message": "a request was not answered", "exception": error}
                )
            return
        self._rested()
        self._go_on()

    async def _until_sent(self) -> None:
        if self._paused:
            self._sent = self._loop.create_future()
            await self._sent

    @property
    def _is_closing(self) -> bool:
        return self._lingers or self.transport is None or self._out.is_closing()

    def _rested(self) -> None:
        """An answer is given away: what comes now?"""
        self._body = None
        self.deadline = self._loop.time() + (STALL_SECONDS if self._paused else IDLE_SECONDS)
        if not self._is_last or self._waiting or self.transport is None:
            return
        if self._is_torn and not self._has_ended:
            self._lingers = True
            if self._is_held:
                self._out.resume_reading()
            self.deadline = self._loop.time() + LINGER_SECONDS
            self._out.write_eof()
        else:
            self._out.close()


_NO_FIELDS: CIMultiDictProxy[str] = CIMultiDictProxy(CIMultiDict())


def _fault_in(message: RawRequestMessage, *, is_old: bool) -> Fault | None:
    """What is wrong with a request that could be parsed; None: nothing."""
    if not is_old and message.version != HttpVersion11:
        return OTHER_VERSION
    fields = message.headers
    if not is_for_a_host(message.path, fields.getall("Host", ()), is_old=is_old):
        return NO_HOST
    coding = fields.get("Transfer-Encoding")
    return OTHER_CODING if coding is not None and coding.lower() != "chunked" else None


def _says_close(message: RawRequestMessage) -> bool:
    """Whether the connection ends with it, also where it is to be kept alive (RFC 9112, 9.3)."""
    options = ",".join(message.headers.getall("Connection", ())).lower().split(",")
    return "close" in [option.strip(" \t") for option in options]


def _opened(part: FilePart, root: str) -> BinaryIO | None:
    """The file that is meant, and not the one that took its place."""
    file = open_file(part.name, root)
    if file is not None and stamp_of(os.fstat(file.fileno())) != part.stamp:
        file.close()
        return None
    return file
