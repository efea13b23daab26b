"""Runs a pure function over many items on all cores, in worker processes.

Parsing front matter holds Python's lock, so threads would take turns. A worker that dies (killed,
out of memory, a crash in a C library) costs the one item it died of.
"""

import gc
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future
    from multiprocessing.process import BaseProcess

    from feedkit.pipeline.pool import Pool

Item = TypeVar("Item")
Result = TypeVar("Result")

_COUNT = os.cpu_count() or 1
_BATCH = 200
"""Items sent to a worker at a time, at most: sending costs little then beside the work."""
_SHARES = 4
"""Batches a worker where there are few items, so that all end at about the same time."""
MANY_FEEDS = 25
"""Feeds to be read for the first time from which on a worker is worth its start."""
_MANY = 500
"""Items from which on all workers pay, where there is one already."""
_AHEAD = 8
"""Batches given out a worker before the first result is taken: bounds what waits in memory."""
_SWITCH = 0.0005
"""Seconds for which other threads wait while this process computes. One of them hands out the
batches; workers would stand idle while it waits the usual 5 ms for each."""


class Workers:
    """Worker processes, started when they are first needed. Use as a context manager."""

    def __init__(self) -> None:
        self._executor: Pool | None = None
        self._count = 0

    @property
    def are_running(self) -> bool:
        """Whether giving them work costs no start."""
        return self._executor is not None

    def start_for_articles(self, *, many: bool) -> None:
        """Start them before they are needed, and before there are other threads: then they can
        be forked, and import what their work takes while this process has other things to do.

        Without `many` it is one, to work beside this process; `map` starts more when they pay.
        """
        self._started(_COUNT if many else 1, _import_for_articles)
        if not many:
            self.warm_up(import_for_rendering)

    def start_for_feeds(self) -> None:
        """Start them, likewise, to read feeds while this process fetches and stores others."""
        self._started(_COUNT, _import_for_feeds)

    def submit(self, work: Callable[[Item], Result], item: Item) -> "Future[Result]":
        """Have one thing done, and go on."""
        return self._submit(work, item)

    def alone(self, work: Callable[[Item], Result], item: Item) -> Result:
        """Have one thing done by a process of its own. Raises `BrokenProcessPool` if that dies."""
        with _executor(1) as executor:
            return executor.submit(work, item).result()

    def map(
        self,
        work: Callable[[Sequence[Item]], Result],
        batches: Iterable[Sequence[Item]],
        give_up: Callable[[Item], Result],
        *,
        expected: int,
    ) -> Iterator[Result]:
        """What `work` makes of `batches` (about `expected` items in all), in their order.

        The work is under way when this returns, and goes on a few batches ahead of who takes the
        results. `work` and what it takes and gives cross process boundaries. `give_up` makes the
        result of an item that ended its worker.
        """
        if expected >= _MANY and 0 < self._count < _COUNT:
            self.close()
        batches = iter(batches)
        waiting: deque[tuple[Sequence[Item], Future[Result]]] = deque()
        for batch in islice(batches, _COUNT * _AHEAD):
            waiting.append((batch, self._submit(work, batch)))
        return self._results(work, batches, waiting, give_up)

    def _results(
        self,
        work: Callable[[Sequence[Item]], Result],
        batches: Iterator[Sequence[Item]],
        waiting: "deque[tuple[Sequence[Item], Future[Result]]]",
        give_up: Callable[[Item], Result],
    ) -> Iterator[Result]:
        from concurrent.futures.process import BrokenProcessPool

        try:
            while waiting:
                result = waiting[0][1].result()
                waiting.popleft()
                for batch in islice(batches, 1):
                    waiting.append((batch, self._submit(work, batch)))
                yield result
        except BrokenProcessPool:
            self.close()
        # One of the batches that were under way holds the item that did it: find it by itself.
        for batch in chain((batch for batch, _ in waiting), batches):
            yield from _one_by_one(work, batch, give_up)

    def _submit(self, work: Callable[[Item], Result], item: Item) -> "Future[Result]":
        """Have one thing done, by new processes where something else ended those there were."""
        from concurrent.futures.process import BrokenProcessPool

        try:
            return self._started(_COUNT).submit(work, item)
        except BrokenProcessPool:
            self.close()
            return self._started(_COUNT).submit(work, item)

    def close(self) -> None:
        """End the processes."""
        if self._executor is not None:
            self._executor.shutdown()
            self._executor, self._count = None, 0

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None and self._executor is not None:
            # What went wrong (no memory, say) may have ended the thread that would answer.
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._executor, self._count = None, 0
        self.close()

    def _started(self, count: int, preparation: Callable[[], None] | None = None) -> "Pool":
        if self._executor is None:
            sys.setswitchinterval(_SWITCH)
            self._executor, self._count = _executor(count), count
            if preparation is not None:
                self.warm_up(preparation)
        return self._executor

    def warm_up(self, work: Callable[[], None]) -> None:
        """Have `work` done by each that is running and idle: imports, while there is time."""
        if self._executor is not None:
            for _ in range(self._count):
                self._executor.submit(work)


def in_batches(items: Sequence[Item]) -> list[Sequence[Item]]:
    """`items` as `Workers.map` does them best."""
    size = max(1, min(_BATCH, len(items) // (_COUNT * _SHARES)))
    return [items[start : start + size] for start in range(0, len(items), size)]


def _one_by_one(
    work: Callable[[Sequence[Item]], Result],
    batch: Sequence[Item],
    give_up: Callable[[Item], Result],
) -> Iterator[Result]:
    from concurrent.futures.process import BrokenProcessPool

    remaining = deque(batch)
    while remaining:
        with _executor(1) as executor:
            try:
                while remaining:
                    yield executor.submit(work, [remaining[0]]).result()
                    remaining.popleft()
            except BrokenProcessPool:
                yield give_up(remaining.popleft())


def _executor(count: int) -> "Pool":
    import multiprocessing  # these cost 15 ms, and most runs need no worker

    from feedkit.pipeline.pool import Pool

    # Forking is fast and shares what is imported, but is safe only where no other thread can
    # hold a lock at that moment.
    can_fork = sys.platform == "linux" and threading.active_count() == 1
    context = multiprocessing.get_context("fork" if can_fork else "spawn")
    return Pool(count, context, _start_worker)


def _start_worker() -> None:
    """Leave Ctrl-C to the parent, and end with it, however it ends."""
    gc.disable()  # what the work makes has no cycles, and a worker does not live long
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _import_for_articles() -> None:
    import feedkit.normalize.entry
    import feedkit.parse.article
    import feedkit.pipeline.prepare  # noqa: F401


def _import_for_feeds() -> None:
    import feedkit.normalize.entry
    import feedkit.normalize.likeness
    import feedkit.pipeline.reading  # noqa: F401


def import_for_rendering() -> None:
    """What `feedkit.pipeline.press` has done by workers imports this: 30 ms."""
    import feedkit.publish.rendering
    import feedkit.publish.xml  # noqa: F401


def _end_with(parent: "BaseProcess") -> None:
    parent.join()
    os._exit(1)
