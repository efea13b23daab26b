"""The daemon's event loop: it decides when the next tick comes, and stays free for everything else.

A tick runs in a thread. The loop meanwhile hears signals, tells the service manager that all is
well, and sees when the clock is set. Ticks are APScheduler's: one job, whose next date each tick
names when it ends, so that there is never a second one beside it.
"""

import asyncio
import logging
import os
import threading
import time
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from feedkit import __version__
from feedkit.config import Listen, Settings
from feedkit.daemon.cycle import LONGEST, SHORTEST, Cycles
from feedkit.daemon.notify import Notifier
from feedkit.daemon.priority import give_way
from feedkit.daemon.reloading import complain_of, loaded_anew
from feedkit.daemon.signals import handled
from feedkit.daemon.watching import can_watch, changes, present
from feedkit.errors import ConfigError, StoreError
from feedkit.logs import complain, say, warn
from feedkit.machine import of_the_machine
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
_NEXT = "the next comes in a minute"
_STUCK = 1800.0
"""Seconds without a sign of life after which a cycle counts as stuck."""


class Daemon:
    """Serves `settings` until it is told to stop. Made once, used once."""

    def __init__(self, settings: Settings, notifier: Notifier, *, clock: Clock = utc_now) -> None:
        self._settings = settings
        self._notifier = notifier
        self._clock = clock
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        manners = give_way if _is_served(settings) else None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="cycle", initializer=manners)
        self._is_stopping = threading.Event()
        self._stop = asyncio.Event()
        self._abandon = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._reloading = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._watch: asyncio.Task[None] | None = None
        self._watched: dict[Path, tuple[int, int]] = {}
        """The folders and files of articles that are watched, or could not be."""
        self._again = False
        """Whether something happened during a tick that asks for another."""
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
            self._scheduler.add_listener(self._on_fault, EVENT_JOB_ERROR)
            logging.getLogger("apscheduler.executors").setLevel(logging.CRITICAL)  # says it, too
            self._scheduler.start()
            self._plan(0)
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
            self._hurry()

        self._server = ServerKeeper(
            self._settings,
            listen,
            self._cycles.metrics,
            on_news=has_news,
            on_lease=self._cycles.expect,
        )
        await self._server.start()

    # Ticks

    def _plan(self, seconds: float) -> None:
        """Have the next tick in so many seconds, in place of the one that is planned."""
        if self._stop.is_set():
            return
        self._scheduler.add_job(
            self._tick,
            "date",
            run_date=datetime.now(UTC) + timedelta(seconds=seconds),
            id="tick",
            replace_existing=True,
            max_instances=2,  # the second one is what was hurried as the first began
            coalesce=True,
            misfire_grace_time=None,
        )

    async def _tick(self) -> None:
        if not self._idle.is_set():
            self._again = True
            return
        self._idle.clear()
        self._again = False
        wait, began = LONGEST, time.monotonic()
        try:
            wait = await self._loop.run_in_executor(self._thread, self._cycles.tick, self._settings)
        except StoreError as error:
            self._failure = error
            self._on_stop()
        finally:
            if not self._stop.is_set():
                self._follow_folders()  # one may have come, gone, or been replaced
            self._idle.set()
            # What came meanwhile waits as long as this one took: half of a core stays free.
            self._plan(min(time.monotonic() - began, SHORTEST) if self._again else wait)
            self._tell_status(wait)

    def _hurry(self, seconds: float = 0.0) -> None:
        """Have a tick soon; after the one that is running, if one is."""
        if self._idle.is_set():
            self._plan(seconds)
        else:
            self._again = True

    def _on_fault(self, event: JobExecutionEvent) -> None:
        """A tick ended with an error that nobody expected: the next may do better."""
        if isinstance(event.exception, asyncio.CancelledError):
            return  # it was abandoned
        self._cycles.metrics.faults += 1
        if sentence := of_the_machine(event.exception):
            complain("machine", sentence.replace("the next run goes on from there", _NEXT))
            return
        lines = event.traceback.splitlines()
        complain(
            "fault",
            f"a cycle ended early: {event.exception!r}; {_NEXT}. "
            "This is a fault of feedkit or of this machine; please report it with this line",
            traceback=" | ".join(line.strip() for line in lines[-8:]),
        )

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
                self._hurry()
                self._follow_folders()
            self._notifier.ready()

    async def _end(self) -> bool:
        """Let what runs come to its end, for a while; whether it did."""
        self._notifier.stopping()
        if self._failure is None:
            busy = "" if self._idle.is_set() else ", as soon as the cycle that runs has ended"
            say("stopping", f"stopping{busy}")
        serving = asyncio.ensure_future(self._server.stop(GRACE)) if self._server else None
        waiting = [asyncio.ensure_future(event.wait()) for event in (self._idle, self._abandon)]
        await asyncio.wait(waiting, timeout=GRACE, return_when=asyncio.FIRST_COMPLETED)
        has_ended = self._idle.is_set()
        if serving is not None:
            abandoned = asyncio.ensure_future(self._abandon.wait())
            await asyncio.wait([serving, abandoned], return_when=asyncio.FIRST_COMPLETED)
            waiting += [abandoned]
            if self._server is not None and not serving.done():
                self._server.abandon()
                await serving
        for task in (*waiting, *self._tasks):
            task.cancel()
        if self._announcer is not None:
            await self._announcer.close()
        self._scheduler.shutdown(wait=False)
        await asyncio.sleep(0)
        self._thread.shutdown(wait=False)
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
            if self._idle.is_set() or time.monotonic() - self._cycles.pulse.at < _STUCK:
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
        self._hurry(_SETTLE if slip > timedelta() else 0)

    def _follow_folders(self) -> None:
        """Have a tick as soon as an article changes, where that can be seen."""
        folders = present([folder.path for folder in self._settings.articles])
        if folders == self._watched or not can_watch():
            return
        self._watched = folders
        self._hurry()  # what changed before they were watched
        if self._watch is not None:
            self._watch.cancel()
        self._watch = self._start(self._hurry_at_changes(list(folders))) if folders else None

    async def _hurry_at_changes(self, folders: Sequence[Path]) -> None:
        try:
            async for _ in changes(folders):
                self._hurry()
        except OSError as error:
            reason = error.strerror or str(error)
            warn("watch", f"articles are looked at every minute only: {reason}")

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
