"""What the store knows of a source, as the rules of `feedkit.schedule` ask for it, and back."""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypeAlias

from feedkit.config import Schedule
from feedkit.pipeline.instants import MICROSECOND, exact, time_of, to_microseconds
from feedkit.pipeline.prepare import PreparedFeed
from feedkit.schedule.policy import State, next_due
from feedkit.schedule.rhythm import rhythm
from feedkit.store import SourceRow, Timing

Clock: TypeAlias = Callable[[], datetime]
"""What time it is, UTC."""

_LONGEST = timedelta(days=366)
"""What a feed or its server may ask for, as it is stored: more says no more."""
_ONCE_A_DAY = timedelta(days=1)


class News(NamedTuple):
    """What hubs told, by the feeds' addresses as the configuration has them."""

    of: Collection[str] = ()
    """Those that have news, and are to be asked now."""
    until: Mapping[str, datetime] = {}
    """Those whose hubs tell of news, and until when."""


def utc_now() -> datetime:
    """The time of this machine."""
    return datetime.now(UTC)


def name_of(schedule: Schedule) -> str:
    """Equal for schedules by which every source is due at the same times."""
    bounds = f"{schedule.min} to {schedule.max}"
    if schedule.cron is not None:
        zone = "" if schedule.timezone == "UTC" else f" {schedule.timezone}"
        return f"cron {schedule.cron}{zone}, {bounds}"
    return f"every {schedule.every}, {bounds}" if schedule.every else bounds


def planned(row: SourceRow, schedule: Schedule) -> Timing:
    """The times of a source by `schedule`, where those that are stored are another's."""
    return _planned(row, row.timing, schedule, row.checked_at, None, row.failures)


def asked(
    row: SourceRow,
    schedule: Schedule,
    now: datetime,
    *,
    timing: Timing | None = None,
    failures: int | None = None,
) -> Timing:
    """The times of a source once it was asked at `now`.

    `row` is the source as it was before, `timing` and `failures` what is known since, where that
    is another.
    """
    return _planned(
        row,
        row.timing if timing is None else timing,
        schedule,
        to_microseconds(now),
        row.timing.due_at,
        row.failures if failures is None else failures,
    )


def _planned(
    row: SourceRow,
    timing: Timing,
    schedule: Schedule,
    asked_at: int | None,
    planned_at: int | None,
    failures: int,
) -> Timing:
    state = State(
        number=row.id,
        asked_at=time_of(asked_at),
        planned_at=time_of(planned_at),
        failures=failures,
        is_gone=timing.is_gone,
        rhythm=None if timing.rhythm is None else timing.rhythm * MICROSECOND,
        newest_at=time_of(timing.newest_at),
        fresh_until=time_of(timing.fresh_until),
        ttl=None if timing.ttl is None else timedelta(minutes=timing.ttl),
        skip_hours=timing.skip_hours,
        skip_days=timing.skip_days,
        retry_at=time_of(timing.retry_at),
    )
    due = next_due(schedule, state)
    due_at = None if due.at is None else to_microseconds(due.at)
    return timing._replace(schedule=name_of(schedule), due_at=due_at, due_reason=due.reason)


def told(timing: Timing, now: datetime, until: datetime | None) -> Timing:
    """`timing` of a feed that was asked `now`, and whose hub tells of its news `until` then: it is
    asked once a day meanwhile, in case the hub does not."""
    if until is None or until <= now:
        return timing
    at = to_microseconds(min(now + _ONCE_A_DAY, until))
    if timing.due_at is None or timing.due_at >= at:
        return timing
    return timing._replace(due_at=at, due_reason="its hub tells of its news; asked once a day")


def with_words_of(timing: Timing, feed: PreparedFeed) -> Timing:
    """`timing` with what the feed itself says of when to ask."""
    most = _LONGEST // timedelta(minutes=1)
    return timing._replace(
        ttl=None if feed.ttl is None else min(feed.ttl, most),
        skip_hours=feed.skip_hours,
        skip_days=feed.skip_days,
    )


def with_rhythm_of(timing: Timing, times: list[int]) -> Timing:
    """`timing` with the rhythm of entries that have these times, in microseconds."""
    found = rhythm(map(exact, times))
    return timing._replace(
        rhythm=None if found is None else found // MICROSECOND,
        newest_at=max(times, default=None),
    )


def fresh_until(wait: timedelta | None, now: datetime) -> int | None:
    """When an answer that is fresh for `wait` is so no longer, in microseconds."""
    return None if wait is None else to_microseconds(now + min(wait, _LONGEST))
