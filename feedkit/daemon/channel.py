"""A socket between the daemon and the process that serves: lines go in, lines come out.

It ends with either of the two, however that ends; so each knows of the other's death at once.
"""

import asyncio
import socket
from collections.abc import AsyncIterator

from feedkit.daemon.messages import LONGEST, ToDaemon, ToServer, line_of


class Channel:
    """One end of it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @property
    def is_behind(self) -> bool:
        """Whether the other end has not read yet what it was told."""
        return self._writer.transport.get_write_buffer_size() > 0

    def tell(self, message: ToServer | ToDaemon) -> None:
        """Tell the other end. One that does not read has the channel end, as if it had died."""
        if self._writer.transport.get_write_buffer_size() > LONGEST:
            self._writer.transport.abort()
        elif not self._writer.is_closing():
            self._writer.write(line_of(message))

    async def lines(self) -> AsyncIterator[bytes]:
        """What the other end tells, until it ends."""
        try:
            while line := await self._reader.readline():
                if line.endswith(b"\n"):  # else it died while it wrote
                    yield line
        except (ConnectionError, ValueError):  # a line without end is from nobody we know
            return

    async def close(self) -> None:
        """End it, once what was told is read."""
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except OSError:
            return  # the other end is gone


async def channel_over(end: socket.socket) -> Channel:
    """The channel whose `end` that is."""
    return Channel(*await asyncio.open_connection(sock=end, limit=LONGEST))
