"""When is a feed due? Pure: its schedule and its last fetch in, a time out."""

from datetime import UTC, datetime

from feedkit.config import Schedule


def next_due(schedule: Schedule, checked_at: datetime | None) -> datetime | None:
    """When a feed last fetched at `checked_at` is to be fetched again, UTC; None: at once.

    A crontab expression is read in UTC.
    """
    if checked_at is None:
        return None
    if schedule.cron is not None:
        from apscheduler.triggers.cron import CronTrigger  # costs 80 ms, and few need it

        trigger = CronTrigger.from_crontab(schedule.cron, timezone=UTC)
        return trigger.get_next_fire_time(checked_at, checked_at)
    return checked_at + schedule.every if schedule.every is not None else None


def is_due(schedule: Schedule, checked_at: datetime | None, now: datetime) -> bool:
    """Whether the feed is due at `now`.

    A last fetch in the future (the clock was set back) counts as none, so that no feed waits for
    a time that is years away.
    """
    due = next_due(schedule, checked_at)
    return due is None or due <= now or (checked_at is not None and checked_at > now)
