"""Times as the store has them, in microseconds since 1970 UTC, and back."""

from datetime import UTC, datetime, timedelta

MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_microseconds(time: datetime) -> int:
    """A time as it is stored."""
    return (time - _EPOCH) // MICROSECOND


def exact(microseconds: int) -> datetime:
    """A stored time; what rounds it down could ask a server too early."""
    return _EPOCH + microseconds * MICROSECOND


def time_of(microseconds: int | None) -> datetime | None:
    """A stored time, exact, where there is one."""
    return None if microseconds is None else exact(microseconds)
