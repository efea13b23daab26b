"""How often a feed publishes, from the times of its entries. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

LAST = 10
"""Gaps that count: a feed's rhythm changes over the years."""


def rhythm(times: Iterable[datetime]) -> timedelta | None:
    """The median of the last gaps between `times`; None where there are fewer than two of them.

    Entries of one moment came together, and count as one.
    """
    newest = sorted(set(times), reverse=True)[: LAST + 1]
    gaps = [(later - earlier).total_seconds() for later, earlier in pairwise(newest)]
    return timedelta(seconds=median(gaps)) if gaps else None
