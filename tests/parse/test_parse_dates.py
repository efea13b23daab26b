"""Dates: what feeds write comes out as the UTC time that they mean."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedkit.parse.dates import parse_date

NOON = datetime(2021, 5, 18, 11, 30, tzinfo=UTC)
MIDNIGHT = datetime(2021, 5, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Tue, 18 May 2021 11:30:00 GMT",
        "Tue, 18 May 2021 11:30:00 +0000",
        "Tue, 18 May 2021 19:30:00 +0800",
        "Tue, 18 May 2021 04:30:00 PDT",
        "Tue, 18 May 2021 06:30:00 EST",
        "Tue, 18 May 2021 13:30:00 CEST",
        "Tue, 18 May 2021 12:30:00 BST",
        "Tue, 18 May 2021 20:30:00 JST",
        "Tue, 18 May 2021 17:00:00 IST",
        "Tue, 18 May 2021 11:30:00 UT",
        "Tue, 18 May 2021 11:30:00 Z",
        "Tue, 18 May 2021 13:30:00 GMT+0200",
        "Tue, 18 May 2021 13:30:00 +0200 (CEST)",
        "Tue, 18 May 2021 11:30 GMT",
        "Tue, 18 May 2021 11:30:00",
        "Tue, 18 May 21 11:30:00 GMT",
        "Fri, 18 May 2021 11:30:00 GMT",
        "Tuesday, 18-May-21 11:30:00 GMT",
        "18 May 2021 11:30:00 GMT",
        "  Tue,\n 18 May 2021  11:30:00 GMT ",
        "2021-05-18T11:30:00Z",
        "2021-05-18T11:30:00+00:00",
        "2021-05-18T19:30:00+08:00",
        "2021-05-18T19:30:00+0800",
        "2021-05-18t11:30:00z",
        "2021-05-18T11:30Z",
        "2021-05-18T11:30:00",
        "2021-05-18T11:30:00.000Z",
        "20210518T113000Z",
        "2021-05-18 11:30:00",
        "2021-05-18 19:30:00 +0800",
        "2021-05-18 19:30:00 +08:00",
        "2021-05-18 11:30:00 UTC",
        "2021-05-18 11:30",
        "2021/05/18 11:30:00",
        "Tue May 18 11:30:00 2021",
        "Tue May 18 07:30:00 EDT 2021",
        "May 18, 2021 11:30 AM",
        "1621337400",
        "1621337400000",
    ],
)
def test_every_form_of_one_moment_is_that_moment(text: str) -> None:
    assert parse_date(text) == NOON


@pytest.mark.parametrize(
    "text",
    ["2021-05-18", "20210518", "2021/05/18", "2021/5/18", "2021-138", "2021-W20-2", "18 May 2021"],
)
def test_a_date_alone_is_its_midnight(text: str) -> None:
    assert parse_date(text) == MIDNIGHT


def test_a_year_with_a_month_is_its_first_day() -> None:
    assert parse_date("2021-05") == datetime(2021, 5, 1, tzinfo=UTC)


def test_two_digit_years_turn_at_fifty() -> None:
    assert parse_date("1 Jan 49 00:00 GMT") == datetime(2049, 1, 1, tzinfo=UTC)
    assert parse_date("1 Jan 50 00:00 GMT") == datetime(1950, 1, 1, tzinfo=UTC)


def test_fractions_of_a_second_are_kept() -> None:
    assert parse_date("2021-05-18T11:30:00.25Z") == NOON + timedelta(milliseconds=250)


def test_hour_24_is_the_next_day_and_a_leap_second_the_one_before() -> None:
    assert parse_date("2021-05-17T24:00:00Z") == MIDNIGHT
    assert parse_date("2016-12-31T23:59:60Z") == datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "12:00",
        "Tue, 30 Feb 2021 11:30:00 GMT",
        "2021-02-30",
        "2021-13-01",
        "Tue, 18 May 2021 25:00:00 GMT",
        "2021-05-18T11:30:00+99:00",
        "0000-01-01",
        "9999-01-01",
        "0001-01-01T00:00:00+05:00",
        "9999-12-31T23:59:59-05:00",
        "99999999999999999999",
        "Tue, 18 May 2021 11:30:00 GMT" * 100,
    ],
)
def test_what_is_no_possible_date_is_none(text: str) -> None:
    assert parse_date(text) is None


@given(st.datetimes(datetime(1, 1, 2), datetime(9998, 12, 30), timezones=st.just(UTC)))
def test_rfc3339_reads_back(moment: datetime) -> None:
    assert parse_date(moment.isoformat()) == moment


@given(st.text(st.sampled_from("0123456789-+:/., TZWGMTayMu\u0663\n"), max_size=40))
def test_no_text_raises(text: str) -> None:
    moment = parse_date(text)
    assert moment is None or (moment.utcoffset() == timedelta(0) and 1 <= moment.year <= 9998)
