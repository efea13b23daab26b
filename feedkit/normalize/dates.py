"""Dates: every time becomes an aware time in UTC."""

from datetime import UTC, datetime


def to_utc(time: datetime | None) -> datetime | None:
    """`time` in UTC; a time without a zone is taken as UTC. None when UTC cannot express it."""
    if time is None or time.tzinfo is UTC:
        return time
    if time.tzinfo is None:
        return time.replace(tzinfo=UTC)
    try:
        return time.astimezone(UTC)
    except OverflowError:  # the first and the last hours of the calendar
        return None
