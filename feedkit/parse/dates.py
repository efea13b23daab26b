"""Dates as feeds write them: text in, an aware UTC datetime out.

Nothing here knows of feeds, locales or the clock: the same text always gives the same time.
"""

import re
from datetime import UTC, datetime, timedelta

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("jan", "january"),
            ("feb", "february"),
            ("mar", "march"),
            ("apr", "april"),
            ("may",),
            ("jun", "june"),
            ("jul", "july"),
            ("aug", "august"),
            ("sep", "sept", "september"),
            ("oct", "october"),
            ("nov", "november"),
            ("dec", "december"),
        ),
        start=1,
    )
    for name in names
}

# Minutes east of Greenwich. Where a name means more than one zone, it is the one that RFC 822 and
# feeds mean: CST is Chicago, IST is India, BST is London's summer.
_ZONES = {
    "z": 0, "gmt": 0, "ut": 0, "utc": 0, "wet": 0,
    "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360,
    "pst": -480, "pdt": -420, "akst": -540, "akdt": -480, "hst": -600,
    "ast": -240, "adt": -180, "nst": -210, "ndt": -150, "brt": -180, "art": -180,
    "bst": 60, "west": 60, "cet": 60, "met": 60, "cest": 120, "mest": 120,
    "eet": 120, "eest": 180, "msk": 180, "sast": 120, "pkt": 300, "ist": 330,
    "ict": 420, "wib": 420, "hkt": 480, "sgt": 480, "awst": 480, "jst": 540, "kst": 540,
    "acst": 570, "acdt": 630, "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780,
}  # fmt: skip

_FLAGS = re.ASCII | re.IGNORECASE
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:[.,](?P<fraction>\d+))?)?"
_ZONE = r"(?P<zone>(?:[a-z]{1,5})?\s?[+-]\d{1,2}(?::?\d{2})?|[a-z]{1,5})"
_NOTE = r"(?:\s*\([^()]*\))?"
_MERIDIEM = r"(?:\s?(?P<meridiem>[ap])\.?m\b\.?)?"
_TIME = rf"(?:\s*,?\s*(?:at\s+)?{_CLOCK}{_MERIDIEM}(?:\s*{_ZONE})?)?{_NOTE}"
_WEEKDAY = r"(?:[a-z]{2,9}\.?\s*,?\s*)?"
_MONTH = r"(?P<month>[a-z]{3,9})\.?"

_RFC822 = re.compile(
    rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s-]*{_MONTH},?[\s-]*"
    rf"(?P<year>\d{{2,4}}){_TIME}",
    _FLAGS,
)
_MONTH_FIRST = re.compile(
    rf"{_WEEKDAY}{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}}){_TIME}", _FLAGS
)
_ASCTIME = re.compile(
    rf"{_WEEKDAY}{_MONTH}\s+(?P<day>\d{{1,2}})\s+{_CLOCK}(?:\s+{_ZONE})?\s+(?P<year>\d{{4}}){_NOTE}",
    _FLAGS,
)
_NUMERIC = re.compile(
    r"(?P<year>\d{4})(?:[-/.](?P<month>\d{1,2})(?:[-/.](?P<day>\d{1,2}))?)?"
    rf"(?:(?:\s*t\s*|\s+|_){_CLOCK}{_MERIDIEM}(?:\s*{_ZONE})?|z|[+-]\d{{2}}:\d{{2}})?{_NOTE}",
    _FLAGS,
)
_ORDINAL = re.compile(r"(\d{4})-(\d{3})", re.ASCII)
_BASIC = re.compile(r"\d{4}-?(?:\d{4}|W\d{2}(?:-?\d)?)(?:T[\d:.,]+(?:Z|[+-][\d:]+)?)?", re.ASCII)
_OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d{2})?$", re.ASCII)
_LONGEST = 100
"""Characters. No form of a date is longer; what is longer is not looked at."""


def parse_date(text: str) -> datetime | None:
    """The time that `text` names, aware and in UTC; None when it names none.

    Reads RFC 822 and RFC 2822 (two-digit years per RFC 2822, 4.3; named zones), ISO 8601 and
    RFC 3339, ``YYYY-MM-DD HH:MM:SS`` with or without a zone, dates alone, years with a month,
    asctime, and Unix times of 10 (seconds) or 13 (milliseconds) digits. A missing or unknown
    zone is UTC; a weekday is not looked at. An impossible date, and a year outside 1 to 9998
    (in UTC), is None.
    """
    try:
        moment = _common(text) or _parse(text)
    except (ValueError, OverflowError):
        return None
    if moment is None or moment.year > 9998:
        return None
    return moment


def _common(text: str) -> datetime | None:
    """The two forms that nearly every feed uses, by position: an RFC 822 date, or ISO 8601."""
    if text[3:5] == ", " and len(text) in (29, 31):
        month = _MONTHS.get(text[8:11].lower())
        numbers = text[12:16] + text[5:7] + text[17:19] + text[20:22] + text[23:25]
        if not month or not numbers.isdecimal() or not text[16] == text[25] == " ":
            return None
        moment = datetime(
            int(numbers[:4]), month, int(numbers[4:6]), int(numbers[6:8]), int(numbers[8:10]),
            int(numbers[10:]), tzinfo=UTC,
        )  # fmt: skip
        zone = text[26:]
        if zone in ("GMT", "+0000"):
            return moment
        offset = _offset(zone) if zone[0] in "+-" else None
        return None if offset is None else moment - offset
    if text[10:11] == "T" and text[13:14] == ":":
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return None  # a leap second or hour 24: the patterns below know these
        if moment.tzinfo is UTC:
            return moment
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def _parse(text: str) -> datetime | None:
    if len(text) > _LONGEST:
        return None
    text = " ".join(text.split())
    if text.isdecimal() and len(text) in (10, 13):
        return datetime.fromtimestamp(int(text) / (1 if len(text) == 10 else 1000), UTC)
    for pattern in (_RFC822, _NUMERIC, _ASCTIME, _MONTH_FIRST):
        if match := pattern.fullmatch(text):
            return _moment(match.groupdict())
    if match := _ORDINAL.fullmatch(text):
        return datetime.strptime(text, "%Y-%j").replace(tzinfo=UTC)
    # What is left of ISO 8601 are its basic form (20210518T113000Z) and weeks (2021-W20-2).
    if not _BASIC.fullmatch(text):
        return None
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _moment(parts: dict[str, str | None]) -> datetime | None:
    month = parts["month"] or "1"
    number = int(month) if month.isdecimal() else _MONTHS.get(month.lower())
    if number is None:
        return None
    hour = int(parts["hour"] or 0)
    if meridiem := parts.get("meridiem"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if meridiem in "pP" else 0)
    day = timedelta(0)
    second = int(parts["second"] or 0)
    if hour == 24 and not second and not int(parts["minute"] or 0):
        hour, day = 0, timedelta(days=1)  # ISO 8601: the midnight that ends the day
    local = datetime(
        _year(parts["year"] or ""),
        number,
        int(parts["day"] or 1),
        hour,
        int(parts["minute"] or 0),
        59 if second == 60 else second,  # a leap second (RFC 3339, 5.7), which datetime lacks
        int((parts["fraction"] or "0")[:6].ljust(6, "0")),
        tzinfo=UTC,
    )
    offset = _offset(parts.get("zone"))
    return None if offset is None else local + day - offset


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
    return timedelta(minutes=_ZONES.get(zone.lower(), 0))
