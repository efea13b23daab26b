"""Runs a pure function over many items on all cores, in worker processes.

Parsing front matter holds Python's lock, so threads would take turns. A worker that dies (killed,
out of memory, a crash in a C library) costs the one item it died of.
"""

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_BATCH = 50
"""Items sent to a worker at a time: enough that sending costs little beside the work."""
_AHEAD = 3
"""Batches given out a worker before the first result is taken: bounds what waits in memory."""


class Workers(Generic[Item, Result]):
    """Maps `work`, a function of a module, over items; `give_up` makes the result of one that
    ended its worker."""

    def __init__(
        self, work: Callable[[Sequence[Item]], list[Result]], give_up: Callable[[Item], Result]
    ) -> None:
        self._work = work
        self._give_up = give_up

    def map(self, items: Sequence[Item]) -> Iterator[list[Result]]:
        """The results in the order of `items`, a batch at a time."""
        batches = iter([items[start : start + _BATCH] for start in range(0, len(items), _BATCH)])
        count = os.cpu_count() or 1
        waiting: deque[tuple[Sequence[Item], Future[list[Result]]]] = deque()
        with _executor(count) as executor:
            try:
                for batch in islice(batches, count * _AHEAD):
                    waiting.append((batch, executor.submit(self._work, batch)))
                while waiting:
                    yield waiting[0][1].result()
                    waiting.popleft()
                    for batch in islice(batches, 1):
                        waiting.append((batch, executor.submit(self._work, batch)))
            except BrokenProcessPool:
                # One of the waiting batches holds the item that did it: find it one at a time.
                batches = iter([*(batch for batch, _ in waiting), *batches])
        for batch in batches:
            yield from self._one_by_one(batch)

    def _one_by_one(self, batch: Sequence[Item]) -> Iterator[list[Result]]:
        remaining = deque(batch)
        while remaining:
            with _executor(1) as executor:
                try:
                    while remaining:
                        yield executor.submit(self._work, [remaining[0]]).result()
                        remaining.popleft()
                except BrokenProcessPool:
                    yield [self._give_up(remaining.popleft())]


def _executor(count: int) -> ProcessPoolExecutor:
    # Forking is fast and shares what is imported, but is safe only where no other thread can
    # hold a lock at that moment.
    can_fork = sys.platform == "linux" and threading.active_count() == 1
    context = multiprocessing.get_context("fork" if can_fork else "spawn")
    return ProcessPoolExecutor(count, mp_context=context, initializer=_start_worker)


def _start_worker() -> None:
    """Leave Ctrl-C to the parent, and end with it, however it ends."""
    gc.disable()  # what the work makes has no cycles, and a worker does not live long
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)
