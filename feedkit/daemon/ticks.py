"""When the next tick comes. Ticks are APScheduler's: one job, whose next date each tick names when
it ends, so that there is never a second one beside it. Each runs in a thread, the same for all."""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from feedkit.daemon.cycle import LONGEST, SHORTEST
from feedkit.errors import StoreError
from feedkit.logs import complain
from feedkit.machine import of_the_machine

_NEXT = "the next comes in a minute"


class Ticks:
    """One tick after the other, from `start` until `end`. Made within the event loop.

    But for what `tick` does, all is to be called in the loop's thread, and is done in it.
    """

    def __init__(
        self,
        tick: Callable[[], float],
        *,
        in_thread: Callable[[], None] | None,
        on_unusable: Callable[[StoreError], None],
        on_fault: Callable[[], None],
        on_end: Callable[[float], None],
    ) -> None:
        """`tick` gives the seconds until the next one; `in_thread` is done before the first.

        `on_unusable` is called where the store cannot be used, `on_fault` where a tick ended with
        an error that nobody expected, and `on_end` after each tick, with the seconds that it gave.
        """
        self._tick = tick
        self._on_unusable = on_unusable
        self._on_fault = on_fault
        self._on_end = on_end
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="cycle", initializer=in_thread)
        self._has_ended = False
        self._again = False
        """Whether something happened during a tick that asks for another."""
        self.idle = asyncio.Event()
        """Set while no tick runs."""
        self.idle.set()

    def start(self) -> None:
        """Have the first tick at once."""
        self._scheduler.add_listener(self._tell_fault, EVENT_JOB_ERROR)
        logging.getLogger("apscheduler.executors").setLevel(logging.CRITICAL)  # says it, too
        self._scheduler.start()
        self.plan(0)

    def plan(self, seconds: float) -> None:
        """Have the next tick in so many seconds, in place of the one that is planned."""
        if self._has_ended:
            return
        self._scheduler.add_job(
            self._run,
            "date",
            run_date=datetime.now(UTC) + timedelta(seconds=seconds),
            id="tick",
            replace_existing=True,
            max_instances=2,  # the second one is what was hurried as the first began
            coalesce=True,
            misfire_grace_time=None,
        )

    def hurry(self, seconds: float = 0.0) -> None:
        """Have a tick soon; after the one that is running, if one is."""
        if self.idle.is_set():
            self.plan(seconds)
        else:
            self._again = True

    def end(self) -> None:
        """Plan no tick any more. The one that runs goes on."""
        self._has_ended = True

    async def close(self) -> None:
        """Abandon the tick that runs, if one does: its thread is still at work then."""
        self._scheduler.shutdown(wait=False)
        await asyncio.sleep(0)
        self._thread.shutdown(wait=False)

    async def _run(self) -> None:
        if not self.idle.is_set():
            self._again = True
            return
        self.idle.clear()
        self._again = False
        wait, began = LONGEST, time.monotonic()
        try:
            wait = await asyncio.get_running_loop().run_in_executor(self._thread, self._tick)
        except StoreError as error:
            self._on_unusable(error)
        finally:
            self._on_end(wait)
            self.idle.set()
            # What came meanwhile waits as long as this one took: half of a core stays free.
            self.plan(min(time.monotonic() - began, SHORTEST) if self._again else wait)

    def _tell_fault(self, event: JobExecutionEvent) -> None:
        """A tick ended with an error that nobody expected: the next may do better."""
        if isinstance(event.exception, asyncio.CancelledError):
            return  # it was abandoned
        self._on_fault()
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
