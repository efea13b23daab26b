"""Dates: what feeds write comes out as the UTC time that they mean."""

import re
import time
from datetime import UTC, datetime, timedelta, timezone

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
    [
        "Fri, 2021/05/18 07:30:00 EDT",
        "Tue, 18 May 2021 11:30:00 Etc/GMT",
        "Tue, 18 May 2021 06:30:00 GMT-05:00",
        "Tue, 18 May 2021 11:30:00 0000",
        "Tue May 18 2021 13:30:00 GMT+0200 (CEST)",
        "Thu, May 18 2021 11:30:00 GMT",
        "Tue, 18 May 2021 (a Tuesday) 11:30:00 GMT",
        "Tue, 18 May 2021 11:30 A",
        "2021-05-18T13:30:00+02:00[Europe/Paris]",
        "2021-05-18 11:30:00 +0000 UTC",
        "2021-05-18 11:30:00.000 +0000",
        "2021-05-18T11:30:00,000Z",
        "2021-05-18T11,5Z",
        "2021-05-18T11:30−00:00",
        "20210518T1130Z",
        "20210518T13:30:00+0200",
        "20210518113000",
        "202105181130",
        "2021-W20-2T11:30Z",
        "2021W202T1130",
        "2021138T1130Z",
        "2021-138T11:30:00Z",
        "1621337400.0",
        "Tuesday, May 18th, 2021 at 11:30 AM",
        "May 18 2021 11:30AM",
        "Tue, 18 May 121 11:30:00 GMT",
        "Tue, 18-May-2021 11:30:00 GMT",
        "Tue,18 May 2021 11:30:00GMT",
        "Tuesday 18 May 2021 11:30:00",
        "18 May 2021, 11:30 hrs",
        "Tue, 18 May 2021 11:30:00 (GMT (really))",
        "Tue, 18 May 2021 11:30:00 X",
        "Tue, 18 May 2021 13:30:00 +0200 CEST",
        "Tue, 18 May 2021 20:30 UTC+9",
        "18may2021 11:30",
        "2021-May-18 11:30",
        "Tuesday, May 18th, 2021 11:30",
        "Tue, 18 May 2021 11.30.00 GMT",
        "18/May/2021:11:30:00 +0000",
        "Tue, 18 May 2021 11:30:00 America/New_York",
        "Tue, 18 May 2021 04:30:00 Pacific Daylight Time",
        "Tue, 18 May 2021 13:30:00 Central European Summer Time",
    ],
)
def test_sloppy_and_rare_forms_are_that_moment_too(text: str) -> None:
    assert parse_date(text) == NOON


@pytest.mark.parametrize(
    "text",
    [
        "2021年5月18日 11:30",
        "2021年05月18日 11時30分00秒",
        "2021年5月18日（火）11時30分",
        "2021年5月18日(火) 午前11時30分",
        "2021年5月18日 星期二 上午11:30",
        "2021年5月18日 周二 11:30:00",
        "21年5月18日 11:30",
        "2021-05-18 上午 11:30:00",
        "2021-05-18 오후 8:30:00",
        "2021년 5월 18일 20:30",
        "2021년 05월 18일 화요일 오후 08시 30분",
        "2021. 5. 18. 오후 8:30",
        "２０２１年５月１８日　１１：３０",
        "Вт, 18 мая 2021 14:30:00 +0300",
        "вторник, 18 мая 2021 г. 14:30 МСК",
        "18 мая 2021, 11:30",
        "18 май 2021 в 11:30",
        "mar., 18 mai 2021 13:30:00 +0200",
        "mardi 18 mai 2021 à 11h30",
        "le 18 mai 2021 à 11 h 30",
        "Di, 18 Mai 2021 13:30:00 +0200",
        "Dienstag, 18. Mai 2021, 11:30 Uhr",
        "Di., 18. Mai 2021 13:30 Uhr MESZ",
        "18.05.2021 11:30",
        "18.5.2021, 11:30 Uhr",
        "martes, 18 de mayo de 2021, 11:30",
        "mar, 18 may 2021 11:30:00 +0000",
        "18 de mayo de 2021 a las 11:30 a. m.",
        "Τρι, 18 Μαϊ 2021 14:30:00 EEST",
        "Τρίτη, 18 Μαΐου 2021 11:30 π.μ.",
        "2021-május-18T13:30+02:00",
        "2021. május 18., kedd 11:30",
        "2021. máj. 18. 11:30",
        "2021. 05. 18. 11:30",
        "2021-05-18 AM 11:30",
        "星期二, 18 五月 2021 11:30:00 +0000",
        "周二, 18 5月 2021 19:30:00 +0800",
        "二〇二一年五月十八日 十一时三十分",
        "火, 18 5月 2021 20:30:00 +0900",
        "화, 18 5월 2021 20:30:00 +0900",
        "18.05.2021, 11.30 Uhr",
        "Dienstag, den 18. Mai 2021 um 11:30 Uhr",
    ],
)
def test_other_languages_name_that_moment(text: str) -> None:
    assert parse_date(text) == NOON


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2004-05-25 오후 11:23:17", datetime(2004, 5, 25, 14, 23, 17, tzinfo=UTC)),
        ("2004년 05월 28일  01:31:15", datetime(2004, 5, 27, 16, 31, 15, tzinfo=UTC)),
        ("Παρ, 11 Ιούλ 2004 12:00:00 EST", datetime(2004, 7, 11, 17, tzinfo=UTC)),
        ("2004-július-13T9:15-05:00", datetime(2004, 7, 13, 14, 15, tzinfo=UTC)),
        ("Fri, 2006/09/15 08:19:53 EDT", datetime(2006, 9, 15, 12, 19, 53, tzinfo=UTC)),
        ("03-12-31", datetime(2003, 12, 31, tzinfo=UTC)),
        ("031231", datetime(2003, 12, 31, tzinfo=UTC)),
        ("03-335", datetime(2003, 12, 1, tzinfo=UTC)),
        ("03335", datetime(2003, 12, 1, tzinfo=UTC)),
        ("Thu Jan 01 19:48:21 +0000 2004", datetime(2004, 1, 1, 19, 48, 21, tzinfo=UTC)),
        ("Thursday, May 6 2004 11:30 ET", datetime(2004, 5, 6, 16, 30, tzinfo=UTC)),
    ],
)
def test_forms_that_feedparser_knows(text: str, utc: datetime) -> None:
    assert parse_date(text) == utc


@pytest.mark.parametrize(
    ("month", "spellings"),
    [
        (1, "January janvier janv. Januar Jänner ene. január янв. Ιανουαρίου"),
        (2, "February févr. fevrier Februar febrero febr. февраля Φεβ"),
        (3, "March mars März Mrz marzo március марта Μάρτιος Μάώ"),
        (4, "April avr. Abril április апр. Απριλίου"),
        (5, "May mai Mayo máj. мая Μαΐου Μάι"),
        (6, "June juin Juni junio jún. июня Ιουνίου Ιούν"),
        (7, "July juil. Juli julio júl. июля Ιουλίου Ιολ"),
        (8, "August août aoû ago. aug. авг. Αυγούστου Αύγ"),
        (9, "Sept. septembre setiembre szept. сент. Σεπτεμβρίου"),
        (10, "October oct. Oktober octubre okt. октября Οκτ"),
        (11, "November nov. noviembre ноября Νοέ"),
        (12, "December déc. Dez. dic. dec. декабря Δεκ"),
    ],
)
def test_months_are_known_by_their_names_and_abbreviations(month: int, spellings: str) -> None:
    for name in spellings.split():
        for spelt in (name, name.lower(), name.upper()):
            assert parse_date(f"2 {spelt} 2021") == datetime(2021, month, 2, tzinfo=UTC), spelt


def test_a_beginning_that_two_months_share_is_no_month() -> None:
    assert parse_date("2 jui 2021") is None
    assert parse_date("2 ju 2021") is None


@pytest.mark.parametrize("letter", "ABCDEFGHIKLMNOPQRSTUVWXYZ")
def test_military_letters_are_utc_as_rfc_5322_wants(letter: str) -> None:
    assert parse_date(f"Tue, 18 May 2021 11:30:00 {letter}") == NOON


def test_decimal_fractions_are_of_the_last_unit() -> None:
    assert parse_date("20210518T11.5Z") == NOON
    assert parse_date("2021-05-18T11:29,5Z") == NOON - timedelta(seconds=30)
    assert parse_date("2021-05-18T11:30:00,123456789Z") == NOON + timedelta(microseconds=123456)


def test_halves_of_the_day() -> None:
    assert parse_date("2021-05-18 12:30 AM") == MIDNIGHT + timedelta(minutes=30)
    assert parse_date("2021年5月18日 午後0時30分") == MIDNIGHT + timedelta(hours=12.5)
    assert parse_date("2021-05-18 14:30 PM") == MIDNIGHT + timedelta(hours=14.5)
    assert parse_date("2021. május 18. du. 2:30") == MIDNIGHT + timedelta(hours=14.5)
    assert parse_date("2021-05-18 14:30 AM") is None


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
        "2021-366",
        "2021-000",
        "2021-W54-1",
        "2021-W20-8",
        "2021年13月1日",
        "18 Foo 2021",
        "Tue, 18 May 2021 24:01 GMT",
        "Tue, 18 May 2021 11:60 GMT",
        "2021-05-1811:30",
        "05/06/2021",
        "18/05/2021",
        "Winter 2021",
        "Wed, 30 Nov -0001 00:00:00 +0000",
        "-0001-11-30T00:00:00+00:00",
        "Mon, 01 Jan 0001 00:00:00 GMT",
        "0001-01-01T00:00:00Z",
        "0000-00-00 00:00:00",
        "18 13月 2021",
        "May 2021",
        "May 2021 11:30",
        "in 2021-05",
        "202111:30",
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


MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2049, 12, 31), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=0)
)
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
FORMS = [
    "%a, %d %b %Y %H:%M:%S %z", "%A, %d-%b-%y %H:%M:%S %z", "%d %B %Y %H:%M:%S %z",
    "%a %b %d %H:%M:%S %z %Y", "%B %d, %Y at %I:%M:%S %p %z", "%Y-%m-%dT%H:%M:%S%z",
    "%Y-%m-%dT%H:%M:%S.0%z", "%Y-%m-%d %H:%M:%S %z", "%Y/%m/%d %H:%M:%S %z", "%Y%m%dT%H%M%S%z",
    "%G-W%V-%uT%H:%M:%S%z", "%GW%V%uT%H%M%S%z", "%Y-%jT%H:%M:%S%z", "%Y%jT%H%M%S%z",
    "%d.%m.%Y %H:%M:%S %z", "%Y年%m月%d日 %H时%M分%S秒 %z", "%Y년 %m월 %d일 %p %I:%M:%S %z",
    "%Y. %m. %d. %H:%M:%S %z",
]  # fmt: skip


@given(MOMENTS, OFFSETS, st.sampled_from(FORMS))
def test_a_time_written_in_any_form_reads_back(moment: datetime, zone: timezone, form: str) -> None:
    assert parse_date(moment.astimezone(zone).strftime(form)) == moment


@given(MOMENTS)
def test_unix_times_read_back(moment: datetime) -> None:
    if moment.timestamp() >= 1e9:
        assert parse_date(f"{moment.timestamp():.0f}") == moment
        assert parse_date(f"{moment.timestamp() * 1000:.0f}") == moment


PIECES = st.sampled_from(
    re.findall(
        r"\S+",
        """2021 05 18 5 11:30 11:30:00 T Z W20 - / . , : ( ) [ +0200 GMT May Tue mai мая pm 下午 年
        月 日 月曜日 時 년 월 일 오후 π.μ. de 18th du uhr h""",
    )
)


@given(
    st.text()
    | st.text(st.sampled_from("0123456789-+:/., TZWGMTayMu\u0663\n"), max_size=40)
    | st.lists(PIECES | st.just(" "), max_size=30).map("".join)
)
def test_any_text_gives_a_utc_time_or_none(text: str) -> None:
    moment = parse_date(text)
    assert moment is None or (moment.utcoffset() == timedelta(0) and 1 <= moment.year <= 9998)


@pytest.mark.parametrize(
    "unit", ["1", "a", "a ", "a. ", "1 ", "(", "[(", ".", "1-", "年", "\u0345", "ﷺ"]
)
def test_hostile_texts_take_no_time(unit: str) -> None:
    start = time.process_time()
    for length in (100, 1_000_000):
        for text in (unit * length, f"2021-05-18 {unit * length}"):
            assert parse_date(text[:length]) is None
    assert time.process_time() - start < 0.5
