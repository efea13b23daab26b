"""Has a feed moved for good? Pure: what was seen so far and one more answer in, a verdict out."""

from datetime import datetime, timedelta
from typing import NamedTuple

TIMES = 3
LASTING = timedelta(days=2)
"""A redirect that calls itself permanent (RFC 9110, 15.4.2 and 15.4.9) is believed once it was
seen on `TIMES` fetches, the last so long after the first: a slip is mended sooner."""

DOUBTED = 5
"""Failures in a row, and"""
DOUBTED_FOR = timedelta(weeks=1)
"""time without a success, after which a feed that moved is looked for at its old address again."""


class Move(NamedTuple):
    """Where a feed's address led, for good as its server says."""

    to: str
    since: datetime
    times: int


def seen(known: Move | None, to: str | None, now: datetime) -> Move | None:
    """What is known of a move after an answer at `now` that moved the feed `to` (None: nowhere)."""
    if to is None:
        return None
    if known is None or known.to != to:
        return Move(to, now, 1)
    return Move(to, min(known.since, now), known.times + 1)  # a clock that was ahead is no reason


def is_final(move: Move, now: datetime) -> bool:
    """Whether the feed is to be asked for at the new address from now on."""
    return move.times >= TIMES and now - move.since >= LASTING


def is_doubted(failures: int, succeeded_at: datetime | None, now: datetime) -> bool:
    """Whether a feed that fails at its new address is to be looked for at the old one."""
    return failures >= DOUBTED and (succeeded_at is None or now - succeeded_at >= DOUBTED_FOR)
