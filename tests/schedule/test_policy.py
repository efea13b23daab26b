"""When a feed is due, from its schedule and its last fetch alone."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from feedkit.config import Schedule
from feedkit.schedule.policy import is_due, next_due

HOURLY = Schedule(every=timedelta(hours=1))
MORNINGS = Schedule(cron="30 9 * * mon,tue,wed,thu,fri")
NOON = datetime(2024, 3, 8, 12, tzinfo=UTC)  # a Friday
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("schedule", [HOURLY, MORNINGS])
def test_a_feed_that_was_never_fetched_is_due(schedule: Schedule) -> None:
    assert next_due(schedule, None) is None
    assert is_due(schedule, None, NOON)


def test_an_interval_counts_from_the_last_fetch() -> None:
    assert next_due(HOURLY, NOON) == NOON + timedelta(hours=1)
    assert not is_due(HOURLY, NOON, NOON)
    assert not is_due(HOURLY, NOON, NOON + timedelta(hours=1) - SECOND)
    assert is_due(HOURLY, NOON, NOON + timedelta(hours=1))
    assert is_due(HOURLY, NOON, NOON + timedelta(days=400))


def test_a_crontab_expression_is_read_in_utc() -> None:
    monday = datetime(2024, 3, 11, 9, 30, tzinfo=UTC)
    assert next_due(MORNINGS, NOON) == monday
    assert next_due(MORNINGS, NOON.astimezone(timezone(timedelta(hours=8)))) == monday
    assert not is_due(MORNINGS, NOON, monday - SECOND)
    assert is_due(MORNINGS, NOON, monday)


def test_a_fetch_at_the_very_minute_waits_for_the_next() -> None:
    at = datetime(2024, 3, 7, 9, 30, tzinfo=UTC)
    assert next_due(MORNINGS, at) == at + timedelta(days=1)
    assert not is_due(MORNINGS, at, at)


def test_a_missed_time_is_due_once_and_not_for_each_time_missed() -> None:
    back = NOON + timedelta(days=30)
    assert is_due(MORNINGS, NOON, back)
    assert not is_due(MORNINGS, back, back)


@pytest.mark.parametrize("schedule", [HOURLY, MORNINGS])
def test_a_fetch_in_the_future_counts_as_none_since_the_clock_was_set_back(
    schedule: Schedule,
) -> None:
    assert is_due(schedule, NOON + timedelta(days=3650), NOON)
    assert is_due(schedule, NOON + SECOND, NOON)
