"""Cycles give way to the server, where the daemon has one: somebody waits for an answer, and nobody
for a cycle."""

import os
import sys
import threading
from contextlib import suppress

_LEAST = 19
"""The niceness of least weight (setpriority(2)). Beside a server that takes all of a core, whoever
has it still gets a sixtieth of that, so that a cycle over 200 new feeds takes a minute. SCHED_IDLE
gets a fifth of that: answers come twice as quickly then, but after a minute and a half hardly a
fifth of the cycle is done, and all the while it keeps Python's lock from the daemon's own loop."""


def give_way() -> None:
    """Have this thread, and the threads and processes that it starts, have a core when others do
    not want it. Only Linux knows the niceness of a thread."""
    if sys.platform == "linux":
        with suppress(OSError):  # where that may not be, cycles take their share
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LEAST)
