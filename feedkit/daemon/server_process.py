"""The process that serves beside the daemon: `python -m feedkit.daemon.server_process DESCRIPTOR`.

It has no threads and no memory in common with the cycles, so that these delay no answer. It does
what the daemon tells it through the channel that `DESCRIPTOR` is an end of, and ends with that, so
that nobody holds the port whom no daemon knows. Signals are the daemon's: it is started with those
blocked that ask to end, which a terminal and a service manager may send to both.
"""

import asyncio
import gc
import logging
import os
import socket
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from types import TracebackType

from feedkit import __version__, logs
from feedkit.config import Settings
from feedkit.config.serving import read_listen
from feedkit.daemon.channel import Channel, channel_over
from feedkit.daemon.inside import inside_of
from feedkit.daemon.memory import share_one_heap
from feedkit.daemon.messages import (
    Alive,
    Begin,
    Call,
    Follow,
    Here,
    Learned,
    Lease,
    News,
    Refused,
    Serving,
    Stop,
    ToServer,
    to_server,
)
from feedkit.daemon.subscriber import Subscriber
from feedkit.errors import FeedkitError, ServeError
from feedkit.machine import of_the_machine
from feedkit.serve.listening import Listening
from feedkit.serve.server import Server, file_beside_the_store
from feedkit.serve.subscriptions import Subscriptions

_SILENCE = 90.0
"""Seconds without a word of the daemon after which it counts as stuck."""


class ServerProcess:
    """Serves what one daemon tells it to."""

    def __init__(self, channel: Channel, begin: Begin) -> None:
        """Raises `FeedkitError` where what is published cannot be served."""
        self._channel = channel
        self._settings: Settings = begin.configuration.settings()
        self._metrics = begin.metrics
        self._heard_at = time.monotonic()
        self._subscriber: Subscriber | None = None
        self._asking: asyncio.Task[None] | None = None
        subscriptions = self._subscribe() if self._settings.serve.subscribe else None
        inside = inside_of(lambda: self._settings, lambda: self._metrics, self._trouble)
        self._server = Server(self._settings, inside, subscriptions)
        sockets = [socket.socket(fileno=number) for number in begin.sockets]
        self._listening = Listening(read_listen(begin.address), sockets)

    async def serve(self, told: AsyncIterator[ToServer]) -> None:
        """Serve until the daemon says that this is to end, or ends itself."""
        await self._server.start(self._listening)
        self._channel.tell(Serving())
        if self._subscriber is not None:
            self._asking = asyncio.create_task(self._subscriber.serve())
        gc.collect()
        gc.freeze()  # looking through what stays would keep readers waiting
        grace = 0.0
        async for message in told:
            if not isinstance(message, Call):  # a daemon calls also while a cycle of it is stuck
                self._heard_at = time.monotonic()
            if isinstance(message, Stop):
                grace = message.grace
                break
            self._do(message)
        await self._server.stop(grace)

    def _do(self, message: ToServer) -> None:
        match message:
            case Alive(metrics):
                self._metrics = metrics
            case Call():
                self._channel.tell(Here())
            case Learned(hubs, feeds) if self._subscriber is not None:
                self._subscriber.learn(hubs, feeds)
            case Follow(configuration):
                self._follow(configuration.settings())

    def _follow(self, settings: Settings) -> None:
        self._settings = settings
        self._server.follow(settings)

    def _trouble(self) -> str | None:
        """What is wrong with the daemon, as far as can be seen from here."""
        silence = time.monotonic() - self._heard_at
        if silence < _SILENCE:
            return None
        return f"The daemon has shown no sign of life for {silence:.0f} s."

    def _subscribe(self) -> Subscriptions:
        """Have hubs tell of the news of feeds, where they are known."""

        def lease_changed(feed: str, until: float) -> None:
            at = datetime.fromtimestamp(until, UTC) if until else None
            self._channel.tell(Lease(feed, at))

        subscriptions = Subscriptions(file_beside_the_store(self._settings, "hubs"))
        for each in subscriptions:
            if each.lease_until > time.time():
                lease_changed(each.feed, each.lease_until)
        subscriptions.on_change = lease_changed
        subscriptions.on_news = lambda feed: self._channel.tell(News(feed))
        self._subscriber = Subscriber(lambda: self._settings, subscriptions)
        return subscriptions


async def _serve(descriptor: int) -> None:
    channel = await channel_over(socket.socket(fileno=descriptor))
    told = (to_server(line) async for line in channel.lines())
    begin = await anext(told, None)
    if not isinstance(begin, Begin):
        return  # the daemon ended meanwhile
    logs.start(verbose=begin.is_verbose, quiet=begin.is_quiet)
    try:
        process = _process_of(channel, begin)
    except FeedkitError as error:
        channel.tell(Refused(str(error)))
    else:
        await process.serve(told)
    await channel.close()


def _process_of(channel: Channel, begin: Begin) -> ServerProcess:
    if begin.version != __version__:
        raise ServeError(
            f"feedkit {__version__} is installed by now, and the daemon is {begin.version}; "
            "restart it"
        )
    return ServerProcess(channel, begin)


def _complain(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Say in one line what ends the process."""
    sentence = of_the_machine(error) or (
        f"the process that serves ended early: {error!r}. "
        "This is a fault of feedkit or of this machine; please report it with this line"
    )
    lines = []
    while trace is not None:
        code = trace.tb_frame.f_code
        lines.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    logs.complain("fault", sentence, traceback=" | ".join(lines[-8:]))


def main() -> None:
    """Serve; then end at once, whatever threads are still at: nobody waits for it."""
    gc.set_threshold(300_000, 20, 100)
    share_one_heap()
    sys.excepthook = _complain
    asyncio.run(_serve(int(sys.argv[1])))
    logging.shutdown()
    os._exit(0)


if __name__ == "__main__":
    main()
