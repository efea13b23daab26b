"""Dates: what an entry is ordered by, and what documents say of it."""

from datetime import UTC, datetime, timedelta

from feedkit.model import Entry

_DAY = timedelta(days=1)


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


def order_time(published: datetime | None, first_seen: datetime) -> datetime:
    """The time an entry is ordered by: `published`, or `first_seen` without it.

    A date in the future of `first_seen` counts as `first_seen`, so that no entry pins the top of
    a feed. Both are aware.
    """
    return first_seen if published is None or published > first_seen else published


def shown_dates(
    entry: Entry, first_seen: datetime, last_changed: datetime
) -> tuple[datetime, datetime]:
    """The dates ``published`` and ``updated`` of `entry` as documents show them.

    Published is its `order_time`. Updated is the source's own word, unless that lies more than a
    day beyond `last_changed`, when feedkit last saw the entry change (a day, as clocks and zones
    of sources are wrong); then it is `last_changed`. Without the source's word it is the
    published date, and it is never before that (RFC 4287, 4.2.15).
    """
    published = order_time(entry.published, first_seen)
    updated = entry.updated or published
    if updated > last_changed + _DAY:
        updated = last_changed
    return published, max(published, updated)
