"""When is a feed due? Pure: what is known of it and a time in, the next due time and why out.

[docs/schedule.md](../../docs/schedule.md) tells people the same.
"""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from msgspec import Struct

from feedkit.config import Schedule
from feedkit.schedule.words import span

UNKNOWN_RHYTHM = timedelta(hours=1)
"""The interval of a feed whose entries do not say how often it publishes."""
LONGEST_BACKOFF = timedelta(days=1)
LONGEST_RETRY = timedelta(weeks=1)
"""A Retry-After beyond this counts as this: a slip of the pen must not silence a feed for years."""

_QUIET = 10
"""A feed that has brought nothing for so many intervals is asked less often."""
_MOST_DOUBLINGS = 17
"""Doubled so often, a second is longer than `LONGEST_BACKOFF`."""
_LEEWAY = timedelta(minutes=1)
_CLOCK_SLIP = timedelta(days=1)
_HOUR = timedelta(hours=1)
_NOTHING = timedelta(0)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class State(Struct, frozen=True):
    """What is known of a source. All times are UTC."""

    number: int
    """The source's own, stable; due times are spread by it."""
    asked_at: datetime | None = None
    """When it was last asked; None: never."""
    planned_at: datetime | None = None
    """When that was due."""
    failures: int = 0
    """In a row."""
    is_gone: bool = False
    """Its server answered 410."""
    rhythm: timedelta | None = None
    """How far its entries are apart; None: not known."""
    newest_at: datetime | None = None
    """The time of its newest entry."""
    fresh_until: datetime | None = None
    """What its server said of the last answer (RFC 9111, 4.2)."""
    ttl: timedelta | None = None
    """What the feed itself says."""
    skip_hours: tuple[int, ...] = ()
    """Hours of the day, UTC, 0 to 23 (RSS 2.0)."""
    skip_days: tuple[str, ...] = ()
    """English day names (RSS 2.0)."""
    retry_at: datetime | None = None
    """Retry-After (RFC 9110, 10.2.3)."""


class Due(NamedTuple):
    """When a source is to be asked again, and why then."""

    at: datetime | None
    """UTC; None: at once, or never where it is gone."""
    reason: str
    """A clause for people."""


class _Gap(NamedTuple):
    length: timedelta
    reason: str


class _Planned(NamedTuple):
    at: datetime
    reason: str


def next_due(schedule: Schedule, state: State) -> Due:
    """When a source in that `state` is due, and why.

    Never before its server's Retry-After (at most `LONGEST_RETRY`). An adaptive schedule stays
    within its `min` and `max`; `every` is never shortened, by more than a minute's leeway, and
    lengthened to at most twice, or to `max` where that is more. Failures lengthen beyond that, up
    to a day. A crontab expression is read in UTC, and chooses among the times that are allowed.
    """
    if state.is_gone:
        return Due(None, "its server said that it is gone for good (410)")
    if state.asked_at is None:
        return Due(None, "never asked so far")
    if schedule.cron is not None:
        gap = _told(_Gap(_NOTHING, f"cron {schedule.cron}"), schedule.max, state)
        due = _later(state.asked_at + gap.length, gap.reason, UNKNOWN_RHYTHM, state)
        due = _retried(due, state)
        return Due(_by_cron(schedule.cron, due.at), due.reason)
    gap = _spread(schedule, state)
    latest = state.asked_at + _longest(schedule)
    share = _fraction(state.number) * _HOUR
    at = _not_skipped(state.asked_at + gap.length, latest, state, share)
    due = _later(at, gap.reason, _base(schedule, state).length, state)
    due = _retried(due, state)
    # No share here: a further failure could else come out before the hour that the last one did.
    return Due(_not_skipped(due.at, latest, state, _NOTHING), due.reason)


def is_due(due_at: datetime | None, asked_at: datetime | None, now: datetime) -> bool:
    """Whether a source that is due at `due_at` (None: at once) is to be asked at `now`.

    A last request more than a day in the future (the clock was set back) counts as none, so that
    no feed waits for a time that is years away.
    """
    if due_at is None or due_at <= now:
        return True
    return asked_at is not None and asked_at > now + _CLOCK_SLIP


# The interval, and what lengthens it.


def _base(schedule: Schedule, state: State) -> _Gap:
    """The interval that a person or the feed's rhythm gives."""
    if schedule.every is not None:
        return _Gap(schedule.every, f"every {span(schedule.every)}")
    # Where it is not known, as if it were what leads to that interval.
    rhythm = 2 * UNKNOWN_RHYTHM if state.rhythm is None else state.rhythm
    quiet = _NOTHING
    if state.newest_at is not None and state.asked_at is not None:
        quiet = (state.asked_at - state.newest_at) / _QUIET
    gap = _clamped(max(rhythm, quiet) / 2, schedule)
    if quiet > rhythm:
        return _Gap(gap, f"it has been quiet for {span(quiet * _QUIET)}")
    if state.rhythm is None:
        return _Gap(gap, "its rhythm is not known yet")
    return _Gap(gap, f"it publishes about every {span(rhythm)}")


def _clamped(gap: timedelta, schedule: Schedule) -> timedelta:
    return min(max(gap, schedule.min), schedule.max)


def _longest(schedule: Schedule) -> timedelta:
    """The longest interval of a source that does not fail."""
    return max(schedule.max, 2 * schedule.every) if schedule.every else schedule.max


def _told(gap: _Gap, longest: timedelta, state: State) -> _Gap:
    """`gap` lengthened by what the server and the feed say, up to `longest`."""
    if state.fresh_until is not None and state.asked_at is not None:
        fresh = state.fresh_until - state.asked_at
        gap = _longer(gap, fresh, longest, f"its server calls it fresh for {span(fresh)}")
    if state.ttl is not None:
        gap = _longer(gap, state.ttl, longest, f"the feed asks for {span(state.ttl)} (ttl)")
    return gap


def _longer(gap: _Gap, wish: timedelta, longest: timedelta, reason: str) -> _Gap:
    length = min(wish, longest)
    return _Gap(length, reason) if length > gap.length else gap


def _later(at: datetime, reason: str, first: timedelta, state: State) -> _Planned:
    """`at`, or, after failures, when they let the source be asked again."""
    if not state.failures or state.asked_at is None:
        return _Planned(at, reason)
    times = "once" if state.failures == 1 else f"{state.failures} times in a row"
    return _Planned(max(at, state.asked_at + _backoff(first, state)), f"it failed {times}")


def _backoff(first: timedelta, state: State) -> timedelta:
    """`first`, and twice as long from one failure to the next, up to a day."""
    doubled = first * (1 << min(state.failures - 1, _MOST_DOUBLINGS))
    jittered = doubled * (1 + _fraction(state.number * 31 + state.failures) / 4)
    # At the end the jitter is the source's own: else a further failure could shorten the wait.
    return min(jittered, LONGEST_BACKOFF * (1 - _fraction(state.number) / 10))


def _by_cron(cron: str, after: datetime) -> datetime | None:
    from apscheduler.triggers.cron import CronTrigger  # costs 80 ms, and few need it

    after = after.astimezone(UTC)
    return CronTrigger.from_crontab(cron, timezone=UTC).get_next_fire_time(after, after)


def _retried(due: _Planned, state: State) -> _Planned:
    if state.retry_at is None or state.asked_at is None:
        return due
    retry_at = latest_retry(state.retry_at, state.asked_at)
    return (
        _Planned(retry_at, "its server asked to wait (Retry-After)") if retry_at > due.at else due
    )


def latest_retry(retry_at: datetime, now: datetime) -> datetime:
    """`retry_at` as it counts: at most `LONGEST_RETRY` from `now`."""
    return min(retry_at, now + LONGEST_RETRY)


def is_waiting(retry_at: datetime, now: datetime) -> bool:
    """Whether a server that asked to wait until `retry_at` still waits at `now`. What lies beyond
    `LONGEST_RETRY` was stored when the clock was ahead."""
    return now < retry_at <= now + LONGEST_RETRY + _CLOCK_SLIP


# Spreading.


def _fraction(number: int) -> float:
    """From 0 up to 1: a multiplicative hash (Knuth, TAOCP 6.4) by the golden ratio, which puts
    the numbers 1 to N, whatever N is, as evenly as numbers can lie. Chance would put 17 of 10,000
    into one minute of a day, where 7 belong."""
    return (number * 0x9E3779B97F4A7C15 & 0xFFFF_FFFF_FFFF_FFFF) / 2**64


def _spread(schedule: Schedule, state: State) -> _Gap:
    """The interval, longer by the source's own share of it where it comes out of step.

    In step is a source that was asked when it was due, or a while after. Others, those that were
    asked for the first time or by hand, may have been asked with thousands of others: they are
    spread over as much time again. Where `max` leaves no room for that, the interval that the
    rhythm gives is shortened; what a server or a feed says never is.
    """
    base, longest = _base(schedule, state), _longest(schedule)
    if _is_in_step(state, base.length):
        return _told(_in_time_for_cron(base) if schedule.every else base, longest, state)
    gap = _told(base, longest, state)
    if schedule.every is None:
        room = max(min(base.length, schedule.max / 2), schedule.min)
        gap = _told(_Gap(room, base.reason), longest, state)
    share = _fraction(state.number) * min(gap.length, longest - gap.length)
    return _Gap(gap.length + share, gap.reason)


def _is_in_step(state: State, interval: timedelta) -> bool:
    if state.planned_at is None or state.asked_at is None:
        return False
    return _NOTHING <= state.asked_at - state.planned_at < interval


def _in_time_for_cron(gap: _Gap) -> _Gap:
    """A crontab line that runs feedkit just as often finds the feed due, though it was asked some
    seconds after the line began."""
    return gap._replace(length=gap.length - min(_LEEWAY, gap.length / 20))


def _not_skipped(at: datetime, latest: datetime, state: State, share: timedelta) -> datetime:
    """`at`, or `share` into the first hour after it that the feed does not skip, but for that
    never after `latest`. A feed that skips all hours, or all days, skips none."""
    hours = set(state.skip_hours) if len(set(state.skip_hours)) < 24 else set()
    days = set(state.skip_days) if len(set(state.skip_days)) < 7 else set()
    if not _is_skipped(at, hours, days):
        return at
    moved = at.replace(minute=0, second=0, microsecond=0)
    while _is_skipped(moved, hours, days):  # ends: of each week some hour is left
        moved += _HOUR
    return max(at, min(moved + share, latest))


def _is_skipped(at: datetime, hours: set[int], days: set[str]) -> bool:
    return at.hour in hours or _DAYS[at.weekday()] in days
