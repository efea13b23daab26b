"""A `ProcessPoolExecutor` of which every answer comes, or says that it will not.

When a worker dies, the standard library's has every answer say so, but for

- what is given to it in that moment (until Python 3.12.1);
- all, where one that was under way is not wanted any more (likewise), or the thread that hands out
  the answers found no memory;
- all, where the worker died while it sent an answer: that thread waits for the rest.

Whoever waits for one of these would wait for ever.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, InvalidStateError, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
Result = TypeVar("Result")

_LOOK = 0.5
"""Seconds between two looks whether a worker died. Whoever hands out the answers has as many to
say so."""


class _Answer(Protocol):
    def set_exception(self, exception: BaseException | None, /) -> None: ...


class Pool(ProcessPoolExecutor):
    """Processes that do what is submitted."""

    def __init__(self, count: int, context: BaseContext, initializer: Callable[[], None]) -> None:
        super().__init__(count, mp_context=context, initializer=initializer)
        self._unanswered: set[_Answer] = set()
        self._manager: threading.Thread | None = None
        """Who hands out the answers; known once there is something to do."""
        self._watcher: threading.Thread | None = None

    def submit(
        self, fn: Callable[P, Result], /, *args: P.args, **kwargs: P.kwargs
    ) -> Future[Result]:
        """Have it done by one of them. The answer may be `BrokenProcessPool`."""
        future = super().submit(fn, *args, **kwargs)
        self._unanswered.add(future)
        future.add_done_callback(self._unanswered.discard)
        if self._manager is None:
            self._manager = self._watched()
        if not self._manager.is_alive():
            _give_up(self._unanswered)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End them; where it is to `wait`, no thread of it is left then, and others can fork."""
        # After waiting, the library's closes the pipe of the answers, which the watcher may be
        # closing just then: a number closed twice may be another file's by now. Without, the pipe
        # is closed by whoever is the last to have it.
        is_in_use = self._manager is not None
        super().shutdown(wait and not is_in_use, cancel_futures=cancel_futures)
        for thread in (self._manager, self._watcher):
            if wait and thread is not None:
                thread.join()

    def _watched(self) -> threading.Thread:
        """Who hands out the answers, with a thread that watches it and the processes.

        The library has no names for them that it promises to keep, and no other means to reach
        them. That thread does not know the pool, so that one that nobody has any more ends.
        """
        parts = vars(self)
        manager: threading.Thread = parts["_executor_manager_thread"]
        pipes = (parts["_result_queue"]._writer, parts["_call_queue"]._reader)
        arguments = (manager, parts["_processes"], *pipes, self._unanswered)
        watcher = threading.Thread(target=_watch, args=arguments, name="watch", daemon=True)
        with suppress(RuntimeError):  # no memory for a thread
            watcher.start()
            self._watcher = watcher
        return manager


def _watch(
    manager: threading.Thread,
    processes: Mapping[int, BaseProcess],
    answers: Connection,
    tasks: Connection,
    unanswered: set[_Answer],
) -> None:
    """Until nobody hands out answers any more; who waits for one then is told.

    The `manager` closes pipes, too: each is closed here when it cannot be doing that.
    """
    has_died = False
    while manager.is_alive():
        manager.join(_LOOK)
        had_died, has_died = has_died, _has_died(list(processes.values()))
        if had_died and manager.is_alive():
            # It waits for the rest of an answer: nobody is to be left who could send that.
            _end(list(processes.values()))
            answers.close()
    _end(list(processes.values()))
    tasks.close()  # or who sends what is left of them, which nobody reads, would never end
    _give_up(unanswered)


def _has_died(processes: Iterable[BaseProcess]) -> bool:
    return bool(wait([process.sentinel for process in processes], timeout=0))


def _end(processes: Iterable[BaseProcess]) -> None:
    for process in processes:
        process.kill()


def _give_up(unanswered: Iterable[_Answer]) -> None:
    for answer in list(unanswered):
        with suppress(InvalidStateError):  # it was answered, or is not wanted any more
            answer.set_exception(BrokenProcessPool("a worker died, and this was lost with it"))
