"""When a feed is due, from its schedule and what is known of it alone."""

from collections import Counter
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedkit.config import Schedule
from feedkit.schedule.policy import LONGEST_BACKOFF, LONGEST_RETRY, State, is_due, next_due

NOON = datetime(2024, 3, 8, 12, tzinfo=UTC)  # a Friday
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ADAPTIVE = Schedule()
HOURLY = Schedule(every=HOUR)
MORNINGS = Schedule(cron="30 9 * * mon,tue,wed,thu,fri")


def state(**values: object) -> State:
    """A source that was asked at noon, when it was due, and has entries four hours apart."""
    known = {
        "number": 1, "asked_at": NOON, "planned_at": NOON,
        "rhythm": 4 * HOUR, "newest_at": NOON - HOUR,
    }  # fmt: skip
    return msgspec.convert(known | values, State)


def gap(schedule: Schedule, **values: object) -> timedelta:
    at = next_due(schedule, state(**values)).at
    assert at is not None
    return at - NOON


def reason(schedule: Schedule, **values: object) -> str:
    return next_due(schedule, state(**values)).reason


# A person's schedule


@pytest.mark.parametrize("schedule", [HOURLY, MORNINGS, ADAPTIVE])
def test_a_feed_that_was_never_asked_is_due(schedule: Schedule) -> None:
    assert next_due(schedule, State(1)) == (None, "never asked so far")
    assert is_due(None, None, NOON)


def test_an_interval_counts_from_the_last_request_and_leaves_cron_a_minute() -> None:
    assert (gap(HOURLY), reason(HOURLY)) == (HOUR - MINUTE, "every 1h")
    assert not is_due(NOON + HOUR, NOON, NOON + HOUR - SECOND)
    assert is_due(NOON + HOUR, NOON, NOON + HOUR)
    assert is_due(NOON + HOUR, NOON, NOON + timedelta(days=400))


def test_a_daily_feed_and_a_daily_run_meet_each_day_from_the_second_on() -> None:
    schedule, asked = Schedule(every=DAY), []
    known = State(7)
    for day in range(10):
        now = NOON + day * DAY
        due = next_due(schedule, known)
        if is_due(due.at, known.asked_at, now):
            asked.append(day)
            answered = now + 30 * SECOND
            known = State(7, asked_at=answered, planned_at=due.at)
    assert asked == [0, 2, 3, 4, 5, 6, 7, 8, 9]


def test_a_crontab_expression_is_read_in_utc() -> None:
    monday = datetime(2024, 3, 11, 9, 30, tzinfo=UTC)
    for asked_at in (NOON, NOON.astimezone(timezone(timedelta(hours=8)))):
        due = next_due(MORNINGS, state(asked_at=asked_at))
        assert due == (monday, "cron 30 9 * * mon,tue,wed,thu,fri")


def test_a_request_at_the_very_minute_waits_for_the_next() -> None:
    at = datetime(2024, 3, 7, 9, 30, tzinfo=UTC)
    assert next_due(MORNINGS, state(asked_at=at)).at == at + DAY


def test_a_crontab_expression_chooses_among_the_times_that_the_server_allows() -> None:
    schedule = Schedule(cron="0 * * * *")
    assert gap(schedule) == HOUR
    assert gap(schedule, ttl=90 * MINUTE) == 2 * HOUR
    assert gap(schedule, retry_at=NOON + 5 * HOUR + SECOND) == 6 * HOUR
    assert gap(schedule, failures=9) > 20 * HOUR


def test_a_request_far_in_the_future_counts_as_none_since_the_clock_was_set_back() -> None:
    years = timedelta(days=3650)
    assert is_due(NOON + years + HOUR, NOON + years, NOON)
    assert not is_due(NOON + HOUR, NOON + SECOND, NOON)


# A feed's rhythm


def test_a_feed_is_asked_twice_as_often_as_it_publishes_within_the_bounds() -> None:
    assert (gap(ADAPTIVE), reason(ADAPTIVE)) == (2 * HOUR, "it publishes about every 4h")
    assert gap(ADAPTIVE, rhythm=MINUTE, newest_at=NOON) == 15 * MINUTE
    assert gap(ADAPTIVE, rhythm=timedelta(days=30)) == DAY
    assert gap(Schedule(min=3 * HOUR)) == 3 * HOUR
    assert gap(Schedule(max=HOUR)) == HOUR


def test_a_feed_of_unknown_rhythm_is_asked_hourly_and_a_quiet_one_less_and_less() -> None:
    assert gap(ADAPTIVE, rhythm=None, newest_at=None) == HOUR
    assert gap(ADAPTIVE, newest_at=NOON - 100 * HOUR) == 5 * HOUR
    assert reason(ADAPTIVE, newest_at=NOON - 100 * HOUR) == "it has been quiet for 4d 4h"
    assert gap(ADAPTIVE, newest_at=NOON - timedelta(days=4000)) == DAY
    for_one_entry = {"rhythm": None, "newest_at": NOON - 100 * HOUR}
    assert gap(ADAPTIVE, **for_one_entry) == 5 * HOUR
    assert reason(ADAPTIVE, **for_one_entry) == "it has been quiet for 4d 4h"
    assert gap(ADAPTIVE, rhythm=None, newest_at=NOON - 20 * HOUR) == HOUR
    assert gap(ADAPTIVE, rhythm=None, newest_at=NOON + 9999 * DAY) == HOUR


# What servers and feeds ask for


def test_freshness_and_ttl_lengthen_within_the_bounds_and_never_shorten() -> None:
    fresh = {"fresh_until": NOON + 5 * HOUR}
    assert gap(ADAPTIVE, **fresh) == 5 * HOUR
    assert reason(ADAPTIVE, **fresh) == "its server calls it fresh for 5h"
    assert gap(ADAPTIVE, ttl=3 * HOUR) == 3 * HOUR
    assert reason(ADAPTIVE, ttl=3 * HOUR) == "the feed asks for 3h (ttl)"
    assert gap(ADAPTIVE, ttl=MINUTE, fresh_until=NOON - DAY) == 2 * HOUR
    assert gap(ADAPTIVE, fresh_until=NOON + 365 * DAY) == DAY
    assert gap(HOURLY, ttl=2 * HOUR) == 2 * HOUR
    assert gap(Schedule(every=DAY), ttl=9 * DAY) == 2 * DAY


def test_skipped_hours_and_days_are_waited_for_within_the_bounds() -> None:
    assert (
        NOON + HOUR
        < NOON.replace(hour=15)
        <= NOON + gap(ADAPTIVE, skip_hours=(13, 14))
        < (NOON.replace(hour=16))
    )
    assert gap(ADAPTIVE, skip_days=("Friday",)) >= 12 * HOUR
    assert gap(ADAPTIVE, skip_days=("Friday", "Saturday", "Sunday")) == DAY, "max"
    week = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    assert gap(ADAPTIVE, skip_hours=tuple(range(24)), skip_days=week) == 2 * HOUR


def test_retry_after_counts_beyond_the_bounds_up_to_a_week() -> None:
    retry = {"failures": 1, "retry_at": NOON + 3 * DAY}
    assert (gap(HOURLY, **retry), reason(HOURLY, **retry)) == (
        3 * DAY, "its server asked to wait (Retry-After)",
    )  # fmt: skip
    assert gap(ADAPTIVE, retry_at=NOON + 999 * DAY) == LONGEST_RETRY
    assert gap(ADAPTIVE, retry_at=NOON + SECOND) == 2 * HOUR
    assert gap(ADAPTIVE, retry_at=NOON + 3.5 * HOUR, skip_hours=(15,)) == 4 * HOUR


def test_a_feed_that_is_gone_is_never_due_and_says_so() -> None:
    due = next_due(HOURLY, state(is_gone=True))
    assert due == (None, "its server said that it is gone for good (410)")


def test_failures_double_the_interval_up_to_a_day_and_a_success_ends_that() -> None:
    gaps = [gap(HOURLY, failures=n) / HOUR for n in range(1, 8)]
    for number, length in enumerate(gaps[:4]):
        assert 2**number <= length <= 2**number * 1.25
    assert 21.6 <= gaps[-1] <= 24
    assert gap(HOURLY, failures=10**9) <= DAY
    assert gap(HOURLY, failures=0) == HOUR - MINUTE
    assert reason(HOURLY, failures=1) == "it failed once"
    assert reason(HOURLY, failures=3) == "it failed 3 times in a row"


# Rules that hold for all


spans = st.timedeltas(timedelta(0), timedelta(days=400))
jumps = st.timedeltas(timedelta(days=-4000), timedelta(days=400))
moments = st.datetimes(
    datetime(2000, 1, 1),
    datetime(2060, 1, 1),
    timezones=st.just(UTC),
)
adaptive = st.tuples(
    st.timedeltas(MINUTE, 2 * DAY), st.timedeltas(timedelta(0), 5 * DAY)
).map(lambda pair: Schedule(min=pair[0], max=pair[0] + pair[1]))  # fmt: skip
schedules = st.one_of(
    adaptive,
    st.builds(Schedule, every=st.timedeltas(SECOND, 366 * DAY)),
    st.sampled_from([MORNINGS, Schedule(cron="*/5 * * * *")]),
)


@st.composite
def states(draw: st.DrawFn) -> State:
    asked_at = draw(moments)
    days = st.sampled_from(("Monday", "Tuesday", "Saturday", "Sunday"))
    return State(
        number=draw(st.integers(1, 10**9)),
        asked_at=asked_at,
        planned_at=draw(st.none() | jumps.map(lambda jump: asked_at + jump)),
        failures=draw(st.integers(0, 10**6)),
        rhythm=draw(st.none() | spans),
        newest_at=draw(st.none() | jumps.map(lambda jump: asked_at + jump)),
        fresh_until=draw(st.none() | jumps.map(lambda jump: asked_at + jump)),
        ttl=draw(st.none() | spans),
        skip_hours=tuple(draw(st.lists(st.integers(0, 23)))),
        skip_days=tuple(draw(st.lists(days))),
        retry_at=draw(st.none() | jumps.map(lambda jump: asked_at + jump)),
    )


def asked_gap(schedule: Schedule, known: State) -> timedelta:
    at = next_due(schedule, known).at
    assert at is not None
    assert known.asked_at is not None
    return at - known.asked_at


@given(schedules, states())
def test_no_feed_is_due_before_what_its_server_and_its_schedule_ask(
    schedule: Schedule, known: State
) -> None:
    gap, asked_at = asked_gap(schedule, known), known.asked_at
    assert asked_at is not None
    longest = max(schedule.max, 2 * (schedule.every or timedelta(0)))
    fresh = known.fresh_until - asked_at if known.fresh_until else timedelta(0)
    assert gap >= min(fresh, longest)
    assert gap >= min(known.ttl or timedelta(0), longest)
    if known.retry_at is not None:
        assert gap >= min(known.retry_at - asked_at, LONGEST_RETRY)
    if schedule.every is not None:
        assert gap >= schedule.every - MINUTE
    elif schedule.cron is None:
        assert gap >= schedule.min
    else:
        assert gap > timedelta(0)


@given(schedules.filter(lambda schedule: schedule.cron is None), states())
def test_no_feed_is_due_in_an_hour_that_it_skips_but_at_the_end_of_the_bounds(
    schedule: Schedule, known: State
) -> None:
    at = next_due(schedule, known).at
    assert at is not None
    hours, days = set(known.skip_hours), set(known.skip_days)
    if (len(hours) < 24 and at.hour in hours) or f"{at:%A}" in days:
        longest = max(schedule.max, 2 * (schedule.every or timedelta(0)))
        assert asked_gap(schedule, known) >= longest


@given(schedules.filter(lambda schedule: schedule.cron is not None), states())
def test_no_crontab_expression_is_left_because_of_a_server(
    schedule: Schedule, known: State
) -> None:
    at = next_due(schedule, known).at
    assert at is not None
    assert (at.second, at.microsecond) == (0, 0)
    if schedule is MORNINGS:
        assert (at.hour, at.minute, at.weekday() < 5) == (9, 30, True)
    else:
        assert at.minute % 5 == 0


@given(schedules.filter(lambda schedule: schedule.cron is None), states())
def test_no_feed_waits_beyond_the_bounds_but_for_failures_and_retry_after(
    schedule: Schedule, known: State
) -> None:
    longest = max(schedule.max, 2 * (schedule.every or timedelta(0)))
    calm = msgspec.structs.replace(known, failures=0, retry_at=None)
    assert asked_gap(schedule, calm) <= longest
    failing = msgspec.structs.replace(known, retry_at=None)
    assert asked_gap(schedule, failing) <= max(longest, LONGEST_BACKOFF)
    assert asked_gap(schedule, known) <= max(longest, LONGEST_BACKOFF, LONGEST_RETRY)


@given(schedules, states(), st.integers(0, 30))
def test_a_further_failure_never_shortens_the_wait(
    schedule: Schedule, known: State, failures: int
) -> None:
    before = msgspec.structs.replace(known, failures=failures)
    after = msgspec.structs.replace(known, failures=failures + 1)
    assert asked_gap(schedule, after) >= asked_gap(schedule, before)


@given(schedules, states())
def test_the_same_state_is_due_at_the_same_time(schedule: Schedule, known: State) -> None:
    assert next_due(schedule, known) == next_due(schedule, known)


@pytest.mark.parametrize(
    ("first", "step"), [(1, 1), (4_711, 1), (1, 2), (3, 7), (5, 10), (1, 1000)]
)
@pytest.mark.parametrize(
    "schedule",
    [HOURLY, ADAPTIVE, *(Schedule(every=n * HOUR) for n in (0.25, 6, 24, 48)),
     Schedule(min=DAY / 2)],
)  # fmt: skip
def test_ten_thousand_feeds_asked_at_once_come_back_spread(
    schedule: Schedule, first: int, step: int
) -> None:
    """No minute has more than twice its share, then and ever after, also where the sources of a
    schedule are few among others."""
    known = [
        State(number, asked_at=NOON, rhythm=2 * DAY, newest_at=NOON - HOUR)
        for number in range(first, first + 10_000 * step, step)
    ]
    for _ in range(3):
        due = {s.number: at for s in known if (at := next_due(schedule, s).at)}
        first_due, last_due = min(due.values()), max(due.values())
        share = 10_000 / max((last_due - first_due) / MINUTE, 1)
        minutes = Counter((at - NOON) // MINUTE for at in due.values())
        assert len(due) == 10_000
        assert max(minutes.values()) <= 2 * share
        every = schedule.every or schedule.max / 2
        assert (last_due - first_due) / every >= 0.9
        known = [
            msgspec.structs.replace(s, asked_at=due[s.number], planned_at=due[s.number],
                                    newest_at=due[s.number])
            for s in known
        ]  # fmt: skip
