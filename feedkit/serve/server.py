"""The server: it listens, holds its connections to their limits, and comes to its end in peace."""

import asyncio
import os
import resource
import socket
import time
from collections import Counter
from collections.abc import Awaitable
from contextlib import suppress
from email.utils import formatdate
from pathlib import Path
from typing import Literal, TypeAlias

from feedkit.config import Listen, Settings
from feedkit.config.values import SQLITE
from feedkit.errors import CollectError, ServeError
from feedkit.logs import say, warn
from feedkit.serve.access import client
from feedkit.serve.connection import Connection
from feedkit.serve.files import is_below
from feedkit.serve.inside import Inside, Measure
from feedkit.serve.listening import BACKLOG, Listening
from feedkit.serve.messages import Answer, Request
from feedkit.serve.site import Site
from feedkit.serve.subscriptions import Subscriptions
from feedkit.serve.versions import Versions

GRACE = 10.0
"""Seconds in which answers that are being sent may come to their end."""
_UNSENT = 128_000_000
"""Bytes of answers that may wait for slow readers, in all; past it the slowest are let go."""
_Named: TypeAlias = tuple[str, str, Literal["counter", "gauge"]]
_CONNECTIONS: _Named = ("feedkit_serve_connections", "Open connections.", "gauge")
_REQUESTS: _Named = ("feedkit_serve_requests", "Requests that were answered.", "counter")
_BUFFER = 65_536
_SEND_BUFFER = 262_144
"""Bytes that the system keeps for a reader. With megabytes, as it would give, a slow reader takes
so long from one look for progress to the next that it would count as one who stands still."""
_SPARE_FILES = 200
"""Open files that are not for connections."""


class Server:
    """Serves the documents of `settings` until it is told to stop. Made once, used once."""

    def __init__(
        self, settings: Settings, inside: Inside, subscriptions: Subscriptions | None = None
    ) -> None:
        """`subscriptions` are what hubs may talk to; None: to none. Raises `ServeError` where the
        password cannot be had."""
        self.date = b""
        self.is_stopping = False
        self.buffer = memoryview(bytearray(_BUFFER))
        self.address: Listen | None = None
        """Where it listens."""
        self._settings = settings
        self._inside = inside
        self._subscriptions = subscriptions
        self._loop = asyncio.get_running_loop()
        self._connections: set[Connection] = set()
        self._slow: dict[Connection, None] = {}
        """Those whose readers did not take all at once, the one that is so for longest first."""
        self._unsent = 0
        self._most = _room_for(settings.serve.connections)
        self._statuses: Counter[int] = Counter()
        self._servers: list[asyncio.Server] = []
        self._ticks: asyncio.TimerHandle | None = None
        self._has_access_log = settings.serve.access_log
        self._versions = Versions(file_beside_the_store(settings, "served"))
        self._site = self._made_site(settings)

    @property
    def root(self) -> str:
        """The folder that is served."""
        return self._site.root

    async def start(self, listening: Listening) -> None:
        """Serve who connects to these sockets, which are the server's from now on."""
        self._tick()

        def made() -> Connection:
            return Connection(self, self._loop)

        for each in listening.sockets:
            # Each connection has it from there.
            each.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
            server = await self._loop.create_server(made, sock=each, backlog=BACKLOG)
            self._servers.append(server)
        self.address = listening.address
        say(
            "serving",
            f"serving {self.root} on {self.address}",
            listen=str(self.address),
            pid=os.getpid(),
        )

    def follow(self, settings: Settings) -> None:
        """Serve what `settings` say from now on; where to listen, and to whom, stays. So does what
        is served, where what they say cannot be."""
        try:
            self._site = self._made_site(settings)
        except ServeError as error:
            warn("serve", f"{error}; what was served before still is")

    def close(self) -> None:
        """Take no more connections, and listen no more."""
        self.is_stopping = True
        for server in self._servers:
            server.close()

    async def stop(self, grace: float = GRACE) -> None:
        """Take no more requests, let what is being answered come to its end, and go."""
        self.close()
        end = self._loop.time() + grace
        for connection in [*self._connections]:
            connection.finish()
        while self._connections and self._loop.time() < end:
            await asyncio.sleep(0.02)
        self.abandon()
        await asyncio.sleep(0)
        if self._ticks is not None:
            self._ticks.cancel()
        self._versions.save()

    def abandon(self) -> None:
        """Let go of all who are connected, also of who is being answered."""
        for connection in [*self._connections]:
            if connection.transport is not None:
                connection.transport.abort()

    # Called by connections

    def answer(self, request: Request) -> Answer | Awaitable[Answer]:
        """The answer, or what it is to be waited for."""
        return self._site.answer(request)

    def opened(self, connection: Connection) -> bool:
        """Count it; whether there is room for it."""
        self._connections.add(connection)
        return len(self._connections) <= self._most and not self.is_stopping

    def closed(self, connection: Connection) -> None:
        """Forget it."""
        self._connections.discard(connection)
        self.quick(connection)

    def slow(self, connection: Connection) -> None:
        """Note it, and let go of those that are slow for longest, where that are too many."""
        self._slow[connection] = None
        self._unsent += connection.unsent
        if self._unsent > _UNSENT:
            self._unsent = sum(each.unsent for each in self._slow)
            for each in [*self._slow]:
                if self._unsent <= _UNSENT:
                    break
                self._unsent -= each.unsent
                self._slow.pop(each)
                if each.transport is not None:
                    each.transport.abort()

    def quick(self, connection: Connection) -> None:
        """It has taken all."""
        self._slow.pop(connection, None)
        if not self._slow:
            self._unsent = 0

    def done(self, request: Request, answer: Answer) -> None:
        """Count the answer, and log it where that is wanted."""
        self._statuses[answer.status] += 1
        if self._has_access_log:
            address = client(request, self._settings.serve.trusted_proxies)
            say(
                "request",
                f"{address or 'unix'} {request.method} {request.target} {answer.status}",
                status=answer.status,
            )

    # Itself

    def _made_site(self, settings: Settings) -> Site:
        folder = settings.site.output
        if not isinstance(folder, Path):
            raise ServeError(
                f"{folder} is a bucket, which has a server of its own; a folder can be served "
                "here: change site.output or take serve.listen away"
            )
        kept = file_beside_the_store(settings, "served")
        for file in (settings.file, *([kept.with_suffix("")] if kept else [])):
            if is_below(str(file), os.path.realpath(folder)):
                raise ServeError(
                    f"{file.name} is in {folder} and would be served, with the passwords in it: "
                    "give what is published a folder of its own (site.output)"
                )
        site = Site(settings, folder, _password(settings), self._inside, self._versions)
        site.counted = self._measures
        site.subscriptions = self._subscriptions
        return site

    def _tick(self) -> None:
        """Once a second: the date goes on, and who is past its deadline is let go."""
        wall = time.time()
        self._ticks = self._loop.call_later(1.0 - wall % 1.0, self._tick)
        self._site.now = int(wall)
        self.date = f"Date: {formatdate(self._site.now, usegmt=True)}\r\n".encode()
        now = self._loop.time()
        for connection in [each for each in self._connections if each.deadline < now]:
            connection.expire()

    def _measures(self) -> list[Measure]:
        found = [Measure(*_CONNECTIONS, len(self._connections))]
        for status, count in sorted(self._statuses.items()):
            found.append(Measure(*_REQUESTS, count, (("status", str(status)),)))
        return found


def _password(settings: Settings) -> bytes | None:
    """What is to be known, as "user:password"."""
    serve = settings.serve
    if serve.username is None or serve.password is None:
        return None
    try:
        texts = (serve.username.reveal(os.environ), serve.password.reveal(os.environ))
    except CollectError as error:
        raise ServeError(f"[serve] {error}") from error
    return ":".join(texts).encode()


def file_beside_the_store(settings: Settings, ending: str) -> Path | None:
    """Where something is kept over a restart; None where the store itself is not."""
    path = settings.store.url.removeprefix(SQLITE)
    return Path(f"{path}.{ending}") if path not in (settings.store.url, "", ":memory:") else None


def _room_for(wanted: int) -> int:
    """How many connections there can be; as many files as may be are allowed to be open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + _SPARE_FILES
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        if soft < needed:
            wanted = max(soft - _SPARE_FILES, 1)
            warn(
                "limit",
                f"only {wanted:,} connections at a time: this process may open {soft:,} files; "
                "raise the limit (ulimit -n, LimitNOFILE=) or lower serve.connections",
            )
    return wanted
