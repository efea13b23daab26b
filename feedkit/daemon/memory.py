"""What cycles took of memory goes back to the machine: malloc(3) of the GNU C library, told how.

It has a heap for each of many threads, and keeps in each what was freed at its end. The threads of
each cycle are new ones, which take one heap or another: so after a month each would hold as much as
the largest document ever took of it, though nothing is in it. Another library is left as it is.
"""

import ctypes
import gc
from contextlib import suppress

_M_ARENA_MAX = -8
"""malloc.h: how many heaps there may be."""


def share_one_heap() -> None:
    """Have all threads take memory from one heap (mallopt(3)). To be called before there are any;
    they rarely wait for each other, since Python's lock keeps most of them apart."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def give_back() -> None:
    """Give what is free in it back to the machine (malloc_trim(3))."""
    gc.collect()
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
