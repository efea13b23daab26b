"""Dates: every time becomes an aware time in UTC."""

from datetime import UTC, datetime


def to_utc(time: datetime | None) -> datetime | None:
    """`time` in UTC; a time without a zone is taken as UTC. None when UTC cannot express it, and
    before the year 1000: RSS writes years of four digits, and programs mean "none" by year 1."""
    if time is None or time.year < 1000:
        return None
    if time.tzinfo is UTC:
        return time
    if time.tzinfo is None:
        return time.replace(tzinfo=UTC)
    try:
        return time.astimezone(UTC)
    except OverflowError:  # the first and the last hours of the calendar
        return None
