"""Cycles give way to the server, where the daemon has one: somebody waits for an answer, and nobody
for a cycle."""

import os
import sys
import threading
from contextlib import suppress

_LEAST = 19
"""The niceness of least weight (setpriority(2)): beside a server that takes all of a core, whoever
has it still gets a sixtieth of that, so that a cycle takes long and not for ever. With 10, a tenth,
answers took more than five times as long while a cycle ran; with SCHED_IDLE, a three-hundredth, not
much less long than with 19."""


def give_way() -> None:
    """Have this thread, and the threads and processes that it starts, have a core when others do
    not want it. Only Linux knows the niceness of a thread."""
    if sys.platform == "linux":
        with suppress(OSError):  # where that may not be, cycles take their share
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LEAST)
