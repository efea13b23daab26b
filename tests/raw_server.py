"""Servers on loopback that answer whatever a test wants them to, byte by byte."""

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from socket import SO_LINGER, SOL_SOCKET, socket
from ssl import SSLContext


class Exchange:
    """One request as the server got it, and the connection to answer it on."""

    def __init__(self, head: bytes, writer: asyncio.StreamWriter) -> None:
        self.head = head
        self.path = head.split(b" ", 2)[1].decode()
        self._writer = writer

    def header(self, name: str) -> bytes | None:
        for line in self.head.split(b"\r\n")[1:]:
            key, _, value = line.partition(b":")
            if key.decode().lower() == name.lower():
                return value.strip()
        return None

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def reset(self) -> None:
        """End the connection with RST instead of FIN."""
        await asyncio.sleep(0.05)  # what was sent must arrive first
        connection = self._writer.get_extra_info("socket")
        assert connection is not None
        connection.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()


Answer = Callable[[Exchange], Awaitable[None]]


class RawServer:
    """A listening server and the requests it got."""

    def __init__(self, host: str, port: int, scheme: str) -> None:
        self.port = port
        self.url = f"{scheme}://{host}:{port}"
        self.exchanges: list[Exchange] = []


@asynccontextmanager
async def serving(
    answer: Answer, host: str = "127.0.0.1", tls: SSLContext | None = None
) -> AsyncIterator[RawServer]:
    """Each connection is one request, one answer. `host` is an address on loopback."""
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                exchange = Exchange(await reader.readuntil(b"\r\n\r\n"), writer)
                server.exchanges.append(exchange)
                await answer(exchange)
        finally:
            writer.close()

    listening = socket()
    listening.bind((host, 0))
    server = RawServer(host, listening.getsockname()[1], "https" if tls else "http")
    async with await asyncio.start_server(connected, sock=listening, ssl=tls):
        try:
            yield server
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
