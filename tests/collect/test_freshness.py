"""What the header of a response says of time."""

from datetime import UTC, datetime, timedelta

import pytest
from multidict import CIMultiDict

from feedkit.collect.freshness import fresh_for, retry_at

NOW = datetime(2024, 5, 18, 11, 30, tzinfo=UTC)
HOUR = 3600
FOREVER = 2**31


def fields(text: str) -> CIMultiDict[str]:
    lines = (line.partition(":") for line in text.splitlines())
    return CIMultiDict((name.strip(), value.strip()) for name, _, value in lines)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("Cache-Control: max-age=3600", HOUR),
        ("cache-control: public, MAX-AGE = 3600, must-revalidate", HOUR),
        ('Cache-Control: max-age="3600"', HOUR),
        ("Cache-Control: max-age=3600\nAge: 600", 3000),
        ("Cache-Control: max-age=3600\nAge: soon", HOUR),
        ("Cache-Control: public\nCache-Control: max-age=3600", HOUR),
        ("Cache-Control: max-age=3600, max-age=60", HOUR),
        ("Cache-Control: max-age=99999999999999999999999999", FOREVER),
        ("Cache-Control: max-age=3600\nExpires: Sat, 18 May 2024 11:31:00 GMT", HOUR),
        ('Cache-Control: private="a, max-age=1", max-age=3600', HOUR),
        ("Cache-Control: s-maxage=60, stale-while-revalidate=60, max-age=3600", HOUR),
        ("Expires: Sat, 18 May 2024 12:30:00 GMT", HOUR),
        ("Expires: Saturday, 18-May-24 12:30:00 GMT", HOUR),
        ("Expires: Sat May 18 12:30:00 2024", HOUR),
        # The server's clock is five hours wrong.
        (
            "Date: Sat, 18 May 2024 06:30:00 GMT\nExpires: Sat, 18 May 2024 07:30:00 GMT",
            HOUR,
        ),
    ],
)
def test_how_long_an_answer_stays_fresh(header: str, seconds: int) -> None:
    assert fresh_for(fields(header), NOW) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Cache-Control:",
        "Cache-Control: public, s-maxage=60",
        "Cache-Control: max-age",
        "Cache-Control: max-age=-1",
        "Cache-Control: max-age=1.5",
        "Cache-Control: max-age=٣",
        "Cache-Control: max-age=0",
        "Cache-Control: max-age=60\nAge: 60",
        "Cache-Control: max-age=60\nAge: 999999999999999999999999",
        "Cache-Control: max-age=3600, no-cache",
        'Cache-Control: no-cache="Set-Cookie", max-age=3600',
        "Cache-Control: no-store\nExpires: Sat, 18 May 2024 12:30:00 GMT",
        "Cache-Control: max-age=soon\nExpires: Sat, 18 May 2024 12:30:00 GMT",
        'Cache-Control: private="max-age=3600',
        "Expires: 0",
        "Expires: -1",
        "Expires: Sat, 18 May 2024 11:30:00 GMT",
        "Expires: Sat, 99 May 2024 11:30:00 GMT",
        "Expires: " + "Sat, 18 May 2024 12:30:00 GMT" * 9,
        "Expires: \udcff",
    ],
)
def test_what_is_stale_or_does_not_say(header: str) -> None:
    assert fresh_for(fields(header), NOW) is None


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("120", NOW + timedelta(minutes=2)),
        ("Sat, 18 May 2024 12:30:00 GMT", NOW + timedelta(hours=1)),
        ("Saturday, 18-May-24 12:30:00 GMT", NOW + timedelta(hours=1)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("9" * 5000, NOW + timedelta(seconds=FOREVER)),
    ],
)
def test_when_a_server_wants_to_be_asked_again(value: str, at: datetime) -> None:
    assert retry_at(fields(f"Retry-After: {value}"), NOW) == at


@pytest.mark.parametrize(
    "value",
    ["", "0", "-5", "soon", "1e3", "Sat, 18 May 2024 11:29:00 GMT", "Fri, 31 Dec 9999 23:59:59 -1"],
)
def test_what_names_no_time_to_come(value: str) -> None:
    assert retry_at(fields(f"Retry-After: {value}"), NOW) is None


def test_a_header_of_a_megabyte_is_read_at_once() -> None:
    for piece in ('a="', "a = ", 'a="\\', "max-age=5,"):
        assert fresh_for(fields("Cache-Control: " + piece * 250_000), NOW) is None or "5" in piece
