"""Names that dates are written with: months, zones and halves of the day, in many languages.

All are folded (`folded`): lower case, without accents, so that a table need not know how a feed
spells them. The forms of months are those of CLDR (https://cldr.unicode.org/), wide and
abbreviated, in the nominative and the genitive.
"""

import re
import unicodedata

_MONTHS = """
january janvier januar jaenner janner enero января январь ιανουαριος ιανουαριου
february fevrier februar feber febrero februari фев февраля февраль φεβρουαριος φεβρουαριου
march mars marz maerz mrz marzo marcius марта март μαρτιος μαρτιου μαω
april avril abril aprilis апреля апрель απριλιος απριλιου
may mai mayo majus мая май μαιος μαιου
june juin juni junio junius июня июнь ιουνιος ιουνιου ιον
july juillet juli julio julius июля июль ιουλιος ιουλιου ιολ
august aout agosto augusztus августа август αυγουστος αυγουστου
september septembre septiembre setiembre szeptember сентября сентябрь σεπτεμβριος σεπτεμβριου
october octobre oktober octubre октября октябрь οκτωβριος οκτωβριου
november novembre noviembre ноября ноябрь νοεμβριος νοεμβριου
december decembre dezember diciembre декабря декабрь δεκεμβριος δεκεμβριου
"""
"""English, French, German, Spanish, Hungarian, Russian, Greek, a month a line. Three Greek short
forms are those that feedparser knows from the wild."""


_ENGLISH = [line.split()[0] for line in _MONTHS.strip().splitlines()]


def folded(text: str) -> str:
    """`text` in lower case, without accents, wide characters narrow, minus signs and dashes "-"."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in parts if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", bare).translate(_DASHES)


_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")


def _month_numbers() -> dict[str, int]:
    """Each name and its beginnings of three letters and more, but for those of two months."""
    numbers: dict[str, int] = {}
    ambiguous: set[str] = set()
    for number, names in enumerate(_MONTHS.strip().splitlines(), start=1):
        for name in map(folded, names.split()):
            for length in range(3, len(name) + 1):
                if numbers.setdefault(name[:length], number) != number:
                    ambiguous.add(name[:length])
    return {name: number for name, number in numbers.items() if name not in ambiguous}


MONTHS = _month_numbers()
"""Folded names and abbreviations to 1 … 12."""

# Minutes east of Greenwich. Where a name means more than one zone, it is the one that RFC 822 and
# feeds mean: CST is Chicago, IST is India, BST is London's summer. Names that stand for a place
# in summer and winter ("ET") are its winter's, as feedparser has them.
ZONES = {
    "z": 0, "gmt": 0, "ut": 0, "utc": 0, "wet": 0,
    "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360,
    "pst": -480, "pdt": -420, "akst": -540, "akdt": -480, "hst": -600,
    "et": -300, "ct": -360, "mt": -420, "pt": -480, "at": -240,
    "ast": -240, "adt": -180, "nst": -210, "ndt": -150, "brt": -180, "brst": -120, "art": -180,
    "clt": -240, "clst": -180, "cot": -300, "pet": -300, "vet": -240, "uyt": -180, "sst": -660,
    "bst": 60, "west": 60, "cet": 60, "met": 60, "mez": 60, "cest": 120, "mest": 120, "mesz": 120,
    "eet": 120, "eest": 180, "msk": 180, "мск": 180, "trt": 180, "idt": 180,
    "wat": 60, "cat": 120, "sast": 120, "eat": 180, "irst": 210, "gst": 240, "samt": 240,
    "pkt": 300, "uzt": 300, "yekt": 300, "ist": 330, "npt": 345, "bdt": 360, "omst": 360,
    "mmt": 390, "ict": 420, "wib": 420, "novt": 420, "krat": 420,
    "hkt": 480, "sgt": 480, "myt": 480, "pht": 480, "wita": 480, "awst": 480, "irkt": 480,
    "jst": 540, "kst": 540, "wit": 540, "yakt": 540,
    "acst": 570, "acdt": 630, "aest": 600, "aedt": 660, "vlat": 600, "magt": 660,
    "nzst": 720, "nzdt": 780,
}  # fmt: skip
"""Folded names. RFC 822's letters other than Z are not here: they are read as UTC, since that RFC
had their signs wrong and nobody can know what a writer meant (RFC 5322, 4.3)."""

HALVES = {
    **dict.fromkeys(("am", "上午", "凌晨", "早上", "午前", "오전", "새벽", "πμ", "de"), "a"),
    **dict.fromkeys(("pm", "下午", "晚上", "傍晚", "午後", "오후", "μμ", "du"), "p"),
}
"""Halves of the day as they stand before a time ("du" and "de" are Hungarian)."""

_EAST_DATE = re.compile(
    r"(?P<year>\d{4}|\d{2})\s?[年년]\s?(?P<month>\d{1,2})\s?[月월](?:\s?(?P<day>\d{1,2})\s?[日号號일])?",
    re.ASCII,
)
_EAST_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})\s?[时時点點시](?:\s?(?P<minute>\d{1,2})\s?[分분]?"
    r"(?:\s?(?P<second>\d{1,2})\s?[秒초])?)?",
    re.ASCII,
)
_EAST_WEEKDAY = re.compile(
    r"(?:(?:星期|礼拜|禮拜|周|週)[一二三四五六日天]|[月火水木金土日]曜日?|[월화수목금토일]요일),?"
)
# A month without its year, as in "火, 18 5月 2021": what Java and WordPress make of RFC 822.
_EAST_MONTH = re.compile(r"(?<![\d])(?P<month>\d{1,2})\s?[月월](?!\w)", re.ASCII)
_EAST_NUMBER = re.compile(r"[〇零一二三四五六七八九十]{1,4}(?=\s?[年月日号號时時点點分秒])")
_EAST_DIGITS = {digit: str(value) for value, digit in enumerate("〇一二三四五六七八九")} | {
    "零": "0"
}
_HANGUL = re.compile("[년월일오전후시분초]")


def plain(text: str) -> tuple[str, int]:
    """A folded text with East Asian dates and clocks as "2021-5-18" and "11:30:00", without
    weekdays; and the minutes from UTC that its language implies.

    Korean implies Korea's one zone, as in feedparser. Chinese characters imply none.
    """
    if text.isascii():
        return text, 0
    implied = 540 if _HANGUL.search(text) else 0
    text = _EAST_WEEKDAY.sub(" ", text)
    text = _EAST_NUMBER.sub(_east_number, text)
    text = _EAST_DATE.sub(_numeric_date, text)
    text = _EAST_MONTH.sub(_named_month, text)
    return " ".join(_EAST_CLOCK.sub(_numeric_clock, text).split()), implied


def _numeric_date(match: re.Match[str]) -> str:
    year, month, day = match.groups()
    year = year if len(year) == 4 else f"20{year}"
    return f"{year}-{month}-{day} " if day else f"{year}-{month} "


def _named_month(match: re.Match[str]) -> str:
    number = int(match[1])
    return f" {_ENGLISH[number - 1]} " if 1 <= number <= 12 else match[0]


def _east_number(match: re.Match[str]) -> str:
    """A number in Chinese digits, up to 99 with "十" for ten, else digit by digit."""
    tens, ten, ones = match[0].partition("十")
    if not ten:
        return "".join(_EAST_DIGITS[digit] for digit in match[0])
    if len(tens) > 1 or len(ones) > 1 or "十" in ones:
        return match[0]
    return f"{_EAST_DIGITS.get(tens, '1')}{_EAST_DIGITS.get(ones, '0')}"


def _numeric_clock(match: re.Match[str]) -> str:
    hour, minute, second = match.groups()
    return f"{hour}:{minute or 0}:{second or 0} "
