"""A stretch of time in words."""

from datetime import timedelta
from itertools import pairwise

_UNITS = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))


def span(time: timedelta) -> str:
    """ "1h 30min": the largest unit and, where it is not zero, the next; whole, rounded down."""
    seconds = int(time.total_seconds())
    for (unit, size), (smaller, part) in pairwise(_UNITS):
        if seconds >= size:
            count, rest = divmod(seconds, size)
            below = rest // part
            return f"{count}{unit} {below}{smaller}" if below else f"{count}{unit}"
    return f"{max(seconds, 0)}s"
