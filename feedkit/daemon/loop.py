"""The daemon's event loop, which stays free for what comes from outside.

While ticks do the work in a thread (`feedkit.daemon.ticks`), it hears signals, tells the service
manager that all is well, and sees when the clock is set or an article changes.
"""

import asyncio
import os
import threading
import time
from collections.abc import Coroutine, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from feedkit import __version__
from feedkit.config import Listen, Settings
from feedkit.daemon.cycle import Cycles
from feedkit.daemon.notify import Notifier
from feedkit.daemon.priority import give_way
from feedkit.daemon.reloading import complain_of, loaded_anew
from feedkit.daemon.signals import handled
from feedkit.daemon.ticks import Ticks
from feedkit.daemon.watching import FolderWatch
from feedkit.errors import ConfigError, StoreError
from feedkit.logs import say, warn
from feedkit.pipeline.report import Report
from feedkit.pipeline.timing import Clock, utc_now
from feedkit.publish.websub import Announcer, topics_of
from feedkit.schedule.words import span

if TYPE_CHECKING:
    from feedkit.daemon.serving import ServerKeeper

GRACE = 10.0
"""Seconds in which what runs may come to its end when the daemon is to stop."""
_BEAT = 1.0
"""Seconds between two looks at the clocks."""
_SLIP = timedelta(seconds=30)
"""Two clocks that part by more than this in one beat: one of them was set, or stood still."""
_SETTLE = 2.0
"""Seconds that a machine which was asleep has to find its network."""
_STUCK = 1800.0
"""Seconds without a sign of life after which a cycle counts as stuck."""


class Daemon:
    """Serves `settings` until it is told to stop. Made once, used once."""

    def __init__(self, settings: Settings, notifier: Notifier, *, clock: Clock = utc_now) -> None:
        self._settings = settings
        self._notifier = notifier
        self._clock = clock
        self._is_stopping = threading.Event()
        self._stop = asyncio.Event()
        self._abandon = asyncio.Event()
        self._reloading = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._failure: StoreError | None = None
        self._is_ready = False
        self._server: ServerKeeper | None = None
        self._announcer: Announcer | None = None
        self._loop = asyncio.get_running_loop()
        self._cycles = Cycles(
            clock=clock,
            is_stopping=self._is_stopping.is_set,
            on_open=self._on_open,
            on_report=self._on_report,
        )
        self._ticks = Ticks(
            self._tick,
            in_thread=give_way if _is_served(settings) else None,
            on_unusable=self._on_unusable,
            on_fault=self._on_fault,
            on_end=self._on_tick_end,
        )
        self._watch = FolderWatch(self._ticks.hurry)

    async def serve(self) -> bool:
        """Serve; whether what ran came to its end. If not, its thread is still at work.

        Raises `StoreError` when the store cannot be used from the beginning, and `ServeError` when
        what is published cannot be served.
        """
        with handled(stop=self._on_stop, reload=self._on_reload):
            say(
                "started",
                f"feedkit {__version__} serves {_size(self._settings)}",
                version=__version__,
                pid=os.getpid(),
            )
            if (listen := self._settings.serve.listen) is not None:
                await self._start_server(listen)
            self._ticks.start()
            self._start(self._heartbeat())
            self._follow_folders()
            await self._stop.wait()
            has_ended = await self._end()
        if self._failure is not None:
            raise self._failure
        return has_ended

    async def _start_server(self, listen: Listen) -> None:
        """Have what is published served, in a process of its own."""
        from feedkit.daemon.serving import ServerKeeper

        def has_news(feed: str) -> None:
            self._cycles.tell(feed)
            self._ticks.hurry()

        self._server = ServerKeeper(
            self._settings,
            listen,
            self._cycles.metrics,
            on_news=has_news,
            on_lease=self._cycles.expect,
        )
        await self._server.start()

    # Ticks

    def _tick(self) -> float:
        """Called by the thread of the cycles."""
        return self._cycles.tick(self._settings)

    def _on_unusable(self, error: StoreError) -> None:
        self._failure = error
        self._on_stop()

    def _on_fault(self) -> None:
        self._cycles.metrics.faults += 1

    def _on_tick_end(self, wait: float) -> None:
        if not self._stop.is_set():
            self._follow_folders()  # one may have come, gone, or been replaced
        self._tell_status(wait)

    def _on_open(self) -> None:
        """Called by the thread of the cycles."""
        self._loop.call_soon_threadsafe(self._ready)

    def _on_report(self, report: Report) -> None:
        """Called by the thread of the cycles."""
        if self._server is not None:
            self._loop.call_soon_threadsafe(self._tell_server, self._server, report)
        hubs, changed = self._settings.publish.hubs, report.published.written
        if hubs and (topics := topics_of(self._settings, changed)):
            self._loop.call_soon_threadsafe(self._announce, hubs, topics)

    def _tell_server(self, server: "ServerKeeper", report: Report) -> None:
        server.alive()
        if self._settings.serve.subscribe:
            server.learn(report)

    def _announce(self, hubs: Sequence[str], topics: Sequence[str]) -> None:
        """Tell hubs of what changed, while all else goes on."""
        if self._stop.is_set():
            return
        if self._announcer is None:
            from feedkit.pipeline.agent import user_agent  # aiohttp costs 150 ms

            agent = user_agent(self._settings)
            self._announcer = Announcer(agent, lambda sentence: warn("unannounced", sentence))
        self._announcer.announce(hubs, topics)

    def _ready(self) -> None:
        if not self._is_ready:
            self._is_ready = True
            self._notifier.ready()

    def _tell_status(self, wait: float) -> None:
        metrics = self._cycles.metrics
        self._notifier.status(
            f"{metrics.sources:,} sources, {metrics.failing:,} failing; {metrics.cycles:,} cycles, "
            f"the last took {metrics.seconds:.1f} s; next look in {wait:.0f} s"
        )

    # Signals

    def _on_stop(self) -> None:
        if self._stop.is_set():
            self._abandon.set()
        self._is_stopping.set()
        self._stop.set()
        self._ticks.end()

    def _on_reload(self) -> None:
        self._start(self._reload())

    async def _reload(self) -> None:
        """Take up the configuration as it is now; one that cannot be used changes nothing."""
        async with self._reloading:
            self._notifier.reloading()
            old = self._settings
            try:
                new = await asyncio.to_thread(
                    loaded_anew, old, "the daemon", is_served=_is_served(old)
                )
            except ConfigError as error:
                complain_of(error)
            else:
                self._settings = new
                if self._server is not None:
                    self._server.follow(new)
                say("reloaded", f"configuration read again: {_difference(old, new)}")
                self._ticks.hurry()
                self._follow_folders()
            self._notifier.ready()

    async def _end(self) -> bool:
        """Let what runs come to its end, for a while; whether it did."""
        self._notifier.stopping()
        if self._failure is None:
            busy = "" if self._ticks.idle.is_set() else ", as soon as the cycle that runs has ended"
            say("stopping", f"stopping{busy}")
        serving = asyncio.ensure_future(self._server.stop(GRACE)) if self._server else None
        waiting = [
            asyncio.ensure_future(event.wait()) for event in (self._ticks.idle, self._abandon)
        ]
        await asyncio.wait(waiting, timeout=GRACE, return_when=asyncio.FIRST_COMPLETED)
        has_ended = self._ticks.idle.is_set()
        if serving is not None:
            abandoned = asyncio.ensure_future(self._abandon.wait())
            await asyncio.wait([serving, abandoned], return_when=asyncio.FIRST_COMPLETED)
            waiting += [abandoned]
            if self._server is not None and not serving.done():
                self._server.abandon()
                await serving
        for task in (*waiting, *self._tasks):
            task.cancel()
        self._watch.end()
        if self._announcer is not None:
            await self._announcer.close()
        await self._ticks.close()
        if self._failure is None:
            end = "" if has_ended else "; the cycle that ran was abandoned, what it stored is kept"
            facts = msgspec.structs.asdict(self._cycles.metrics)
            say("stopped", f"stopped{end}", **facts)
        return has_ended

    # Beside the ticks

    async def _heartbeat(self) -> None:
        """See when the clock is set, and say that all is well where somebody waits for it."""
        watchdog = self._notifier.watchdog
        period = _BEAT if watchdog is None else min(_BEAT, watchdog / 2)
        wall, steady = self._clock(), time.monotonic()
        while True:
            if self._ticks.idle.is_set() or time.monotonic() - self._cycles.pulse.at < _STUCK:
                self._notifier.alive()
                if self._server is not None:
                    self._server.alive()
            if self._server is not None:
                self._server.look_after()
            await asyncio.sleep(period)
            now, monotonic = self._clock(), time.monotonic()
            self._compare(now - wall - timedelta(seconds=monotonic - steady))
            wall, steady = now, monotonic

    def _compare(self, slip: timedelta) -> None:
        """Look into the store again where the clock went `slip` further than time did."""
        if abs(slip) <= _SLIP:
            return
        if slip > timedelta():
            say("clock", f"the clock went forward by {span(slip)}, or this machine slept")
        else:
            warn("clock", f"the clock went back by {span(-slip)}; what is due is looked at anew")
        self._cycles.forget_time()
        # The tick that is planned stands at a time of the old clock.
        self._ticks.hurry(_SETTLE if slip > timedelta() else 0)

    def _follow_folders(self) -> None:
        """Have a tick as soon as an article changes, where that can be seen."""
        self._watch.follow([folder.path for folder in self._settings.articles])

    def _start(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _is_served(settings: Settings) -> bool:
    return settings.serve.listen is not None


def _names(settings: Settings) -> set[str]:
    return {
        *(folder.name for folder in settings.articles),
        *(feed.url for feed in settings.feeds),
        *(listed.name for listed in settings.opml),
    }


def _size(settings: Settings) -> str:
    count = len(_names(settings))
    return f"{count:,} source{'' if count == 1 else 's'} in {settings.file}"


def _difference(old: Settings, new: Settings) -> str:
    before, after = _names(old), _names(new)
    return f"{_size(new)}, {len(after - before):,} added, {len(before - after):,} removed"
