"""The daemon's side of the process that serves: it is started, told what to do, and started again
when it dies.

The daemon itself listens. So a port that is taken is known before anything begins, and who comes
while no process serves waits until one does.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import datetime

from feedkit import __version__
from feedkit.config import Listen, Settings
from feedkit.daemon.channel import Channel, channel_over
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
    ToDaemon,
    ToServer,
    configuration_of,
    to_daemon,
)
from feedkit.daemon.metrics import Metrics
from feedkit.errors import ServeError
from feedkit.logs import complain, manner
from feedkit.pipeline.report import Report
from feedkit.serve.listening import listening

_PATIENCE = 60.0
"""Seconds in which a process has begun to serve."""
_END = 2.0
"""Seconds in which one ends that has nothing more to do."""
_SILENCE = 30.0
"""Seconds for which one that serves may owe an answer."""
_MOST_AT_ONCE = 0.1
"""The part of them that counts from one look to the next, at most: where more passed, the daemon
had no time to look either, for it was stopped or slept, or others had the machine."""
_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 60.0
_SETTLED = 60.0
"""Seconds after which a process that dies is the first to do so."""
_REST = "another takes its place, and who comes meanwhile waits"
_NOT_ITS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Signals that the daemon hears for both."""


class Child:
    """One process that serves."""

    def __init__(self, process: subprocess.Popen[bytes], channel: Channel) -> None:
        self.process = process
        self.channel = channel
        self.told: AsyncIterator[ToDaemon] = (to_daemon(line) async for line in channel.lines())
        self.began = time.monotonic()
        self.is_serving = False
        self.silence: float | None = None
        """Seconds for which it owes an answer; None: it was asked nothing."""
        self.is_given_up = False
        """Whether it owed one for too long, and was killed."""

    async def end(self) -> str:
        """See to it that it ends, which it does when nobody talks to it; how it ended."""
        await self.channel.close()
        try:
            await asyncio.to_thread(self.process.wait, _END)
        except subprocess.TimeoutExpired:
            self.process.kill()
            await asyncio.to_thread(self.process.wait)
        return ending(self.process.returncode)


class ServerKeeper:
    """Keeps a process that serves what `settings` say. Made once, used once."""

    def __init__(
        self,
        settings: Settings,
        listen: Listen,
        metrics: Metrics,
        *,
        on_news: Callable[[str], None],
        on_lease: Callable[[str, datetime | None], None],
        silence: float = _SILENCE,
    ) -> None:
        """`metrics` are what the daemon counts. `on_news` is called with a feed whose hub has news,
        `on_lease` with one whose hub tells of its news until then, or does not. A process that owes
        an answer for `silence` seconds is replaced. Raises `ServeError` where nobody can listen."""
        self._settings = settings
        self._metrics = metrics
        self._on_news = on_news
        self._on_lease = on_lease
        self._silence = silence
        self._looked_at = time.monotonic()
        self._listening = listening(listen)
        self._child: Child | None = None
        self._leases: set[str] = set()
        self._keeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Have what is published served from now on. Raises `ServeError` where it cannot be."""
        try:
            child = await self._begun()
        except ServeError:
            self._listening.close()
            raise
        self._keeping = asyncio.create_task(self._keep(child))

    def follow(self, settings: Settings) -> None:
        """Have served what `settings` say."""
        self._settings = settings
        self._tell(Follow(configuration_of(settings)))

    def learn(self, report: Report) -> None:
        """Tell what a cycle knows of feeds and their hubs."""
        hubs = [source.hub for source in report.sources if source.hub is not None]
        self._tell(Learned(hubs, report.feeds))

    def alive(self) -> None:
        """Tell that nothing is stuck, and what was done so far."""
        if self._child is not None and not self._child.channel.is_behind:
            self._tell(Alive(self._metrics))

    def look_after(self) -> None:
        """See whether the process hangs, which may be without end: one that does not say that it is
        there is killed, so that another takes its place. To be called again and again."""
        now = time.monotonic()
        passed = min(now - self._looked_at, self._silence * _MOST_AT_ONCE)
        self._looked_at = now
        child = self._child
        if child is None or not child.is_serving or child.is_given_up:
            return
        if child.silence is None:
            child.silence = 0.0
            child.channel.tell(Call())
            return
        child.silence += passed
        if child.silence >= self._silence:
            complain(
                "server",
                f"the process that serves (pid {child.process.pid}) shows no sign of life for "
                f"{child.silence:.0f} s, and is killed; {_REST}",
            )
            child.is_given_up = True
            child.process.kill()

    async def stop(self, grace: float) -> None:
        """Have it take no more requests, and come to its end in so many seconds."""
        self._listening.close()
        if self._keeping is not None:
            self._keeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeping
        if (child := self._child) is not None:
            child.channel.tell(Stop(grace))
            with suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(child.process.wait, grace + _END)
            await child.end()

    def abandon(self) -> None:
        """End it at once."""
        if self._child is not None:
            self._child.process.kill()

    def _tell(self, message: ToServer) -> None:
        if self._child is not None:
            self._child.channel.tell(message)

    async def _keep(self, child: Child) -> None:
        """Hear what the process tells, and start another where it dies, for ever."""
        failures = 0
        while True:
            async for message in child.told:
                self._hear(message)
            self._child = None
            failures = 1 if time.monotonic() - child.began > _SETTLED else failures + 1
            how = await child.end()
            if not child.is_given_up:
                complain("server", f"the process that serves {how}; {_REST}")
            while self._child is None:
                await asyncio.sleep(pause_after(failures))
                try:
                    child = await self._begun()
                except ServeError as error:
                    failures += 1
                    complain("server", f"{error}; tried again in {pause_after(failures):.0f} s")

    def _hear(self, message: ToDaemon) -> None:
        match message:
            case Here() if self._child is not None:
                self._child.silence = None
            case News(feed):
                self._on_news(feed)
            case Lease(feed, until):
                self._leases.add(feed)
                self._on_lease(feed, until)

    async def _begun(self) -> Child:
        """A process that serves. Raises `ServeError` where it does not come to that."""
        for feed in self._leases:  # it tells anew of those that it knows
            self._on_lease(feed, None)
        self._leases.clear()
        self._child = child = await self._started()
        try:
            async with asyncio.timeout(_PATIENCE):
                refusal = await self._refusal(child)
        except TimeoutError:
            child.process.kill()
            refusal = f"the process that serves did not begin within {_PATIENCE:.0f} s"
        except asyncio.CancelledError:
            child.process.kill()
            raise
        if refusal is None:
            child.is_serving = True
            return child
        self._child = None
        how = await child.end()
        raise ServeError(refusal or f"the process that serves {how} before it served")

    async def _refusal(self, child: Child) -> str | None:
        """What keeps it from serving, "" where it does not say; None: it serves."""
        async for message in child.told:
            match message:
                case Serving():
                    return None
                case Refused(sentence):
                    return sentence
                case _:
                    self._hear(message)
        return ""

    async def _started(self) -> Child:
        """A process that was told to begin. Raises `ServeError` where none can be started."""
        ours, theirs = socket.socketpair()
        sockets = [each.fileno() for each in self._listening.sockets]
        try:
            with theirs:
                process = spawned(theirs.fileno(), sockets)
        except OSError as error:
            ours.close()
            reason = error.strerror or str(error)
            raise ServeError(f"no process that serves can be started: {reason}") from error
        child = Child(process, await channel_over(ours))
        is_verbose, is_quiet = manner()
        child.channel.tell(
            Begin(
                __version__,
                configuration_of(self._settings),
                str(self._listening.address),
                sockets,
                self._metrics,
                is_verbose,
                is_quiet,
            )
        )
        return child


def spawned(channel: int, sockets: list[int]) -> subprocess.Popen[bytes]:
    """A new interpreter that serves, with nothing of this one but these descriptors."""
    # It finds modules where this one does, and none in the working directory beside.
    path = os.pathsep.join(os.path.abspath(each) for each in sys.path)  # noqa: PTH100 - "" is one
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, _NOT_ITS)
    try:
        return subprocess.Popen(  # noqa: S603 - it is this interpreter
            [sys.executable, "-P", "-m", "feedkit.daemon.server_process", str(channel)],
            stdin=subprocess.DEVNULL,
            pass_fds=[channel, *sockets],
            env={**os.environ, "PYTHONPATH": path},
        )
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


def ending(code: int) -> str:
    """How a process ended, by its exit code as `subprocess` has it."""
    if code >= 0:
        return f"ended by itself (exit code {code})"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    if name == "SIGKILL":
        return "was killed (SIGKILL; it may be that memory ran short)"
    return f"was ended by {name}"


def pause_after(failures: int) -> float:
    """Seconds before another process is started, after so many in a row died."""
    return min(_FIRST_PAUSE * 2.0 ** min(failures - 1, 20), _LONGEST_PAUSE)
