"""Signals as calls in the event loop."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_TO_STOP = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def handled(*, stop: Callable[[], None], reload: Callable[[], None]) -> Iterator[None]:
    """Have SIGTERM and SIGINT call `stop`, and SIGHUP `reload`, each time one comes."""
    loop = asyncio.get_running_loop()
    for number in _TO_STOP:
        loop.add_signal_handler(number, stop)
    loop.add_signal_handler(signal.SIGHUP, reload)
    try:
        yield
    finally:
        for number in (*_TO_STOP, signal.SIGHUP):
            loop.remove_signal_handler(number)
