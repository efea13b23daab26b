"""Dates as feeds write them: text in, an aware UTC datetime out.

Nothing here knows of feeds, locales or the clock: the same text always gives the same time.
"""

import re
from datetime import UTC, date, datetime, timedelta

from feedkit.parse.date_names import HALVES, MONTHS, ZONES, folded, plain

# The patterns read folded text (`feedkit.parse.date_names`) of at most `_LONGEST` characters. A
# word is taken whole (`++`), so that no text can be divided into words in more than one way.
_WORD = r"[^\W\d_]{1,12}+"
_WORDS = rf"(?:{_WORD}\.?[\s,]*){{0,2}}"
_CLOCK = (
    r"(?P<hour>\d{1,2})(?:[:.]|\s?h\s?)(?P<minute>\d{1,2})"
    r"(?:[:.](?P<second>\d{1,2})(?:[.,:](?P<fraction>\d+))?)?"
)
_MERIDIEM = r"(?:\s?(?P<meridiem>[apπμ])\.?\s?[mμ]\b\.?)?"
_ZONE = (
    r"(?P<zone>(?:[a-z]{1,5})?\s?[+-]\d{1,2}(?::?\d{2})?|[a-z]{1,12}/[a-z_/]{1,30}"
    r"|(?:[a-z]{3,12}\s){1,3}time|[a-zмск]{1,5}|0000)"
    r"(?:\s[+-]\d{4}|\s[a-z]{1,5})?"
)
_TIME = rf"{_CLOCK}{_MERIDIEM}(?:\s?uhr\b|\s?hrs?\b)?(?:\s*{_ZONE})?"
_THEN_TIME = rf"(?:(?:\s?[,;:|·_]?\s?|\s-\s)(?P<words>{_WORDS}){_TIME})?\s?[.,;]?"
_DAY = r"(?P<day>\d{1,2})(?!\d)(?:(?:st|nd|rd|th|er|o)(?![^\W\d_]))?+\.?"
_MONTH = rf"(?P<month>{_WORD})\.?"
_OF = r"(?:(?:de|del|of)\s)?"
_AD = r"(?:\s?(?:г|года)\b\.?)?"

_DAY_FIRST = re.compile(
    rf"{_WORDS}{_DAY}[\s/-]*{_OF}{_MONTH}[\s,/-]*{_OF}(?<!\s-)(?P<year>\d{{2,4}})(?!\d){_AD}{_THEN_TIME}"
)
_YEAR_FIRST = re.compile(
    rf"(?P<before>{_WORDS})(?P<year>\d{{4}})(?!\d)(?:[\s./-]+(?P<month>\d{{1,2}}|{_WORD})\.?"
    rf"(?:[\s./-]+{_DAY})?)?(?:{_THEN_TIME}|z|[+-]\d{{2}}:\d{{2}})"
)
_MONTH_FIRST = re.compile(rf"{_WORDS}{_MONTH}\s?{_DAY},?\s(?P<year>\d{{4}})(?!\d){_THEN_TIME}")
_ASCTIME = re.compile(rf"{_WORDS}{_MONTH}\s(?P<day>\d{{1,2}})\s{_TIME}\s(?P<year>\d{{4}})")
_DOTTED = re.compile(
    rf"{_WORDS}(?P<day>\d{{1,2}})\.\s?(?P<month>\d{{1,2}})\.\s?(?P<year>\d{{4}})(?!\d){_AD}{_THEN_TIME}"
)
_ISO = re.compile(
    r"(?P<year>\d{4}|\d{2})-?"
    r"(?:w(?P<week>\d{2})(?:-?(?P<weekday>\d))?|(?P<month>\d{2})-?(?P<day>\d{2})|(?P<ordinal>\d{3}))"
    r"(?:(?:t|(?<=\d{8}))(?P<hour>\d{2})(?::?(?P<minute>\d{2})(?::?(?P<second>\d{2}))?)?"
    r"(?:[.,](?P<fraction>\d+))?(?:\s?(?P<zone>z|[+-]\d{2}(?::?\d{2})?))?)?"
)
_PATTERNS = (_DAY_FIRST, _YEAR_FIRST, _MONTH_FIRST, _ASCTIME, _ISO, _DOTTED)
_NOTE = re.compile(r"[(\[][^()\[\]]*[)\]]")
_UNIX = re.compile(r"(\d{10})(?:\.(\d{1,6})\d*|(\d{3}))?")
_OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d{2})?$")
_NAME = re.compile(_WORD)
_LONGEST = 100
"""Characters. No form of a date is longer; what is longer is not looked at."""
_RFC_822_MONTHS = {
    f" {name.capitalize()} ": f"-{number:02}-" for name, number in MONTHS.items() if len(name) == 3
}
"""Names of months with what is around them, as ISO 8601 has them there."""
_RFC_822_ZONES = {
    f" {name.upper()}": ("-" if minutes < 0 else "+") + f"{timedelta(minutes=abs(minutes))!s:0>8}"
    for name, minutes in ZONES.items()
}
"""Names of zones with the space before them, as offsets of ISO 8601."""
_NEVER = datetime(1, 1, 1, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_date(text: str) -> datetime | None:
    """The time that `text` names, aware and in UTC; None when it names none.

    Reads RFC 822 and RFC 2822 (two-digit years per RFC 2822, 4.3; named zones), ISO 8601 and
    RFC 3339 (extended and basic, weeks, ordinals, decimal fractions of any unit, two-digit years
    as in ISO 8601:1988), W3CDTF, asctime, Unix times of 10 (seconds) or 13 (milliseconds) digits,
    dates alone, years with a month, and what people make of them in English, French, German,
    Spanish, Greek, Hungarian, Russian, Chinese, Japanese and Korean, year, month or day first.
    Of dates in digits alone those with the year first are read, and 18.05.2021: nobody
    knows which number of 05/06/2021 is the month.

    A missing or unknown zone is UTC, but Korea's where the words are Korean. Weekdays, and what
    is in parentheses (RFC 822, 3.4.3) or brackets (RFC 9557), are not looked at. An impossible
    date, and a year outside 1 to 9998 (in UTC), is None; so are the times that programs write for
    none: the year -1 (PHP) and the first moment of the year 1 (.NET).
    """
    try:
        moment = _common(text) or _parse(text)
    except (ValueError, OverflowError):
        return None
    if moment is None or moment.year > 9998 or moment == _NEVER:
        return None
    return moment


def _common(text: str) -> datetime | None:
    """The forms that nearly every feed uses, by position: an RFC 822 date, ISO 8601, its date."""
    if text[3:5] == ", ":
        return _rfc822(f"{text[:5]}0{text[5:]}" if text[6:7] == " " else text)
    is_date = len(text) == 10 and text[4:8:3] == "--"
    if is_date or (text[13:14] == ":" and text[10] in "T "):
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return None  # a leap second, hour 24, a zone's name: the patterns know these
        if moment.microsecond and text[16] in ".,":
            return None  # half a minute, where fromisoformat() sees half a second
        if moment.tzinfo is UTC:
            return moment
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def _rfc822(text: str) -> datetime | None:
    """A date such as "Tue, 05 Mar 2024 10:11:12 GMT", whose parts stand where they stand here."""
    month, zone = _RFC_822_MONTHS.get(text[7:12]), _RFC_822_ZONES.get(text[25:])
    if zone is None and len(text) == 31 and text[25:27] in (" +", " -"):
        zone = text[26:]
    if month is None or zone is None or text[16:23:3] != " ::":
        return None
    try:
        moment = datetime.fromisoformat(f"{text[12:16]}{month}{text[5:7]}T{text[17:25]}{zone}")
    except ValueError:
        return None
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def _parse(text: str) -> datetime | None:
    if len(text) > _LONGEST:
        return None
    text = folded(text)
    notes = 1 if "(" in text or "[" in text else 0
    while notes:  # they may be nested
        text, notes = _NOTE.subn(" ", text)
    text = " ".join(text.split())
    if match := _UNIX.fullmatch(text):
        seconds, fraction, milliseconds = match.groups("0")
        micro = int(fraction.ljust(6, "0")) + 1000 * int(milliseconds)
        return _EPOCH + timedelta(seconds=int(seconds), microseconds=micro)
    text, implied = plain(text)
    for pattern in _PATTERNS:
        if match := pattern.fullmatch(text):
            return _moment(match.groupdict(), timedelta(minutes=implied))
    return None


def _moment(parts: dict[str, str | None], implied: timedelta) -> datetime | None:
    """The time of a match; `implied` is how far ahead of UTC it is when it names no zone."""
    day, clock = _date(parts), _clock(parts)
    if day is None or clock is None:
        return None
    offset = _offset(parts["zone"]) if parts.get("zone") else implied
    if offset is None:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + clock - offset


def _date(parts: dict[str, str | None]) -> date | None:
    year = _year(parts["year"] or "")
    if week := parts.get("week"):
        return date.fromisocalendar(year, int(week), int(parts["weekday"] or 1))
    if ordinal := parts.get("ordinal"):
        day = date(year, 1, 1) + timedelta(days=int(ordinal) - 1)
        return day if day.year == year else None
    if parts.get("before") and not parts["day"]:
        return None  # "Winter 2021", "May 2021 11:30"
    month = parts["month"] or "1"
    number = int(month) if month.isdecimal() else MONTHS.get(month)
    return None if number is None else date(year, number, int(parts["day"] or 1))


def _clock(parts: dict[str, str | None]) -> timedelta | None:
    """Since midnight; None when no clock shows it."""
    hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
    unit = next((s for name, s in _UNITS if parts[name]), 0)
    fraction = (parts["fraction"] or "")[:15]
    micro = int(fraction or 0) * unit * 1_000_000 // 10 ** len(fraction)
    if half := parts.get("meridiem") or _half(parts.get("words")):
        if hour > 12 and half in "aπ":
            return None
        if hour <= 12:
            hour = hour % 12 + (0 if half in "aπ" else 12)
    if hour > 23 and (hour > 24 or minute or second or micro):  # 24:00 ends the day (ISO 8601)
        return None
    if minute > 59 or second > 60:
        return None
    # A leap second (RFC 3339, 5.7), which datetime lacks, is the second before.
    return timedelta(hours=hour, minutes=minute, seconds=min(second, 59), microseconds=micro)


_UNITS = (("second", 1), ("minute", 60), ("hour", 3600))


def _half(words: str | None) -> str | None:
    """The half of the day that is named before a time."""
    names = _NAME.findall(words) if words else []
    return next((HALVES[name] for name in (*names, "".join(names)) if name in HALVES), None)


def _year(digits: str) -> int:
    """RFC 2822, 4.3: 00 to 49 are of this century, other years of two or three digits of 1900."""
    year = int(digits)
    if len(digits) == 2:
        return year + (2000 if year < 50 else 1900)
    return year + 1900 if len(digits) == 3 else year


def _offset(zone: str | None) -> timedelta | None:
    """How far the zone is ahead of UTC; None when it is no possible offset."""
    if zone is None:
        return timedelta(0)
    if match := _OFFSET.search(zone):
        sign, hours, minutes = match.groups()
        if int(hours) > 23 or int(minutes or 0) > 59:
            return None
        ahead = timedelta(hours=int(hours), minutes=int(minutes or 0))
        return -ahead if sign == "-" else ahead
    if zone.endswith(" time"):  # "pacific daylight time" is "pdt"
        zone = "".join(word[0] for word in zone.split())
    return timedelta(minutes=ZONES.get(zone.removeprefix("etc/"), 0))
