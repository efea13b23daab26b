"""Dates in UTC."""

from datetime import UTC, datetime, timedelta, timezone

from feedkit.normalize.dates import to_utc


def test_times_become_utc_and_impossible_ones_none() -> None:
    beijing = timezone(timedelta(hours=8))
    utc = to_utc(datetime(2021, 5, 18, 19, 30, tzinfo=beijing))
    assert utc == datetime(2021, 5, 18, 11, 30, tzinfo=UTC)
    assert utc is not None
    assert utc.tzinfo is UTC
    assert to_utc(datetime(1, 1, 1, tzinfo=beijing)) is None
