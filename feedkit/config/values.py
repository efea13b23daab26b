"""What a key of ``config.toml`` may hold.

A reader of one value returns it typed or raises `Unexpected` with what was expected.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")

FORMATS = ("atom", "rss", "json")
"""The document formats that can be published, by the names `[publish] formats` takes."""


class Unexpected(Exception):  # noqa: N818 - a value's verdict, never seen outside this package
    """`expected` is worded to follow "expected"; `found` is the part that is not so, None: all."""

    def __init__(self, expected: str, found: object = None) -> None:
        super().__init__(expected)
        self.expected = expected
        self.found = found


class _Hidden:
    """Stands for a value that must not be shown."""


HIDDEN = _Hidden()

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|d|w)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_AGE = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s*(h|d|w|y)")
_DAYS_OF = {"h": 1 / 24, "d": 1, "w": 7, "y": 365.25}
_LONGEST = timedelta(days=366)
HTTP = re.compile("https?:", re.IGNORECASE)
_SCHEME = re.compile("[A-Za-z][A-Za-z0-9+.-]+:")  # one letter is a drive
BUCKET = re.compile(
    r"s3://([a-z0-9][a-z0-9._-]{1,61}[a-z0-9])((?:/(?!\.\.?(?:/|$))[A-Za-z0-9._-]+)*)/?"
)
"""The address of a bucket, and of a prefix in it, "" or with a "/" before it."""
SQLITE = "sqlite:///"
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(B|kB|KB|MB|GB|KiB|MiB|GiB)")
_BYTES = {
    "B": 1,
    "kB": 10**3,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
}
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_MOST = 1_000_000
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAYS = re.compile(r"(?:\*|0*([0-7])(?:-0*([0-7]))?)(?:/0*([1-7]))?")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # XML 1.0, 2.2
_SLUG = re.compile(r"[^\s/\\.\x00-\x1f:*?\"<>|#%][^\s/\\\x00-\x1f:*?\"<>|#%]*")


def read_text(value: object) -> str:
    """Text that is not empty, trimmed."""
    text = read_maybe_empty(value)
    if not text:
        raise Unexpected("text")
    return text


def read_maybe_empty(value: object) -> str:
    """Text, trimmed."""
    if not isinstance(value, str):
        raise Unexpected("text")
    if _FORBIDDEN.search(value):
        raise Unexpected("text without control characters, which no feed can hold")
    return value.strip()


def read_flag(value: object) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise Unexpected("true or false")
    return value


def read_count(value: object) -> int:
    """A whole number from 1 on."""
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _MOST:
        raise Unexpected(f"a whole number from 1 to {_MOST:,}")
    return value


def read_duration(value: object) -> timedelta:
    """A time such as "90s", "15m", "1h", "2d" or "1w"."""
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    expected = 'a time such as "90s", "15m", "1h" or "2d"'
    if match is None:
        raise Unexpected(expected)
    seconds = float(match[1]) * _SECONDS[match[2]]
    duration = timedelta(seconds=min(seconds, _LONGEST.total_seconds() + 1))
    if not timedelta() < duration <= _LONGEST:  # of less than a microsecond nothing is left
        raise Unexpected(f"{expected}, more than nothing and at most a year")
    return duration


def read_keep(value: object) -> timedelta | None:
    """How long entries are kept: a time from a day to a century, or "forever" (None)."""
    if value == "forever":
        return None
    match = _AGE.fullmatch(value.strip()) if isinstance(value, str) else None
    days = float(match[1]) * _DAYS_OF[match[2]] if match else 0
    if not 1 <= days <= 36525:
        raise Unexpected('"forever" or a time such as "90d", "52w" or "2y", at least a day')
    return timedelta(days=days)


def read_keep_entries(value: object) -> int | None:
    """How many entries of a source are kept: a number, or "all" (None)."""
    if value == "all":
        return None
    try:
        return read_count(value)
    except Unexpected as error:
        raise Unexpected(f'"all" or {error.expected}') from error


def read_delay(value: object) -> timedelta:
    """A time of at most a minute, or "0s" for none."""
    if value == "0s":
        return timedelta()
    delay = read_duration(value)
    if delay > timedelta(minutes=1):
        raise Unexpected('a time such as "0s", "0.5s" or "2s", at most a minute')
    return delay


def read_size(value: object) -> int:
    """A size such as "500kB", "20MB" or "1GiB", in bytes."""
    match = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    size = float(match[1]) * _BYTES[match[2]] if match else 0
    if not 1 <= size < 2**60:
        raise Unexpected('a size such as "500kB" or "20MB"')
    return int(size)


def read_file_path(value: object) -> str:
    """A path as it is written."""
    text = read_text(value)
    try:
        Path(text).expanduser()
    except RuntimeError as error:
        raise Unexpected("a path; there is no home folder of that name") from error
    return text


def read_local_path(value: object) -> str:
    """A path as it is written; what is on the web is none."""
    text = read_text(value)
    if HTTP.match(text):
        raise Unexpected("the path of what is on this machine")
    return read_file_path(text)


def read_output(value: object) -> str:
    """The path of a folder as it is written, or the address of a bucket and a prefix in it."""
    text = read_text(value)
    if "://" not in text:
        return read_file_path(text)
    if not BUCKET.fullmatch(text):
        raise Unexpected('the path of a folder, or a bucket such as "s3://bucket/planet"')
    return text.rstrip("/")


def read_feed_url(value: object) -> str:
    """An http(s) address, or the path of a file."""
    text = read_text(value)
    if HTTP.match(text):
        return read_web_url(text)
    if _SCHEME.match(text):
        raise Unexpected("an http(s) address or the path of a file")
    return read_file_path(text)


def read_store_url(value: object) -> str:
    """An SQLAlchemy URL of SQLite."""
    text = read_text(value)
    path = text.removeprefix(SQLITE)
    if path in (text, "") or "?" in path:
        raise Unexpected(
            f'"{SQLITE}" and the path of a file, without ? (PostgreSQL is no store of this version)'
        )
    read_file_path(path)
    return text


def read_web_url(value: object) -> str:
    """An http(s) address with a host."""
    expected = 'an address such as "https://example.org/"'
    if not isinstance(value, str) or re.search(r"[\s<>\"\x00-\x1f\x7f]", value.strip()):
        raise Unexpected(expected)
    try:
        parts = urlsplit(value.strip())
        host = parts.hostname
        parts.port  # noqa: B018 - raises when it is no number
    except ValueError as error:
        raise Unexpected(expected) from error
    if parts.scheme not in ("http", "https") or not host:
        raise Unexpected(expected)
    return value.strip()


def read_folder_url(value: object) -> str:
    """A public address that ends in "/", so that others can be put behind it."""
    url = read_web_url(value)
    if urlsplit(url).query or urlsplit(url).fragment:
        raise Unexpected("an address without ? and #")
    if "@" in urlsplit(url).netloc:
        raise Unexpected("an address without user and password: it is in all that is published")
    return url if url.endswith("/") else url + "/"


def read_language(value: object) -> str:
    """A language tag (BCP 47)."""
    if not isinstance(value, str) or not _LANGUAGE.fullmatch(value.strip()):
        raise Unexpected('a language tag such as "en" or "zh-Hans" (BCP 47)')
    return value.strip()


def read_slug(value: object) -> str:
    """The name of one folder."""
    if not isinstance(value, str) or not _SLUG.fullmatch(value) or len(value.encode()) > 200:
        raise Unexpected("a folder name of at most 200 bytes without / \\ : * ? and white space")
    return value


def read_texts(value: object) -> tuple[str, ...]:
    """Texts, none of them empty."""
    return tuple(read_items(value, read_text, "a list of texts"))


def read_patterns(value: object) -> tuple[re.Pattern[str], ...]:
    """Regular expressions, compiled."""

    def pattern(item: object) -> re.Pattern[str]:
        try:
            return re.compile(read_text(item))
        except (re.error, OverflowError, RecursionError) as error:
            raise Unexpected(f"a regular expression ({error})") from error

    return tuple(read_items(value, pattern, "a list of regular expressions"))


def read_formats(value: object) -> tuple[str, ...]:
    """Names of formats, each once."""

    def one(item: object) -> str:
        if item not in FORMATS:
            raise Unexpected(" or ".join(f'"{name}"' for name in FORMATS))
        return str(item)

    formats = tuple(dict.fromkeys(read_items(value, one, "a list of formats")))
    if not formats:
        raise Unexpected("at least one format")
    return formats


def read_hubs(value: object) -> tuple[str, ...]:
    """Addresses of WebSub hubs, each once."""
    return tuple(dict.fromkeys(read_items(value, read_web_url, "a list of addresses")))


def read_content(value: object) -> str:
    """How much of entries is published: "full" or "summary"."""
    if value not in ("full", "summary"):
        raise Unexpected('"full" or "summary"')
    return str(value)


def read_which_categories(value: object) -> str:
    """Which categories get a feed: "declared" ones or "all"."""
    if value not in ("declared", "all"):
        raise Unexpected('"declared" or "all"')
    return str(value)


def read_cron(value: object) -> str:
    """Five fields, the days of the week by name: to APScheduler 0 is Monday, to cron Sunday."""
    fields = read_text(value).split()
    expression = " ".join([*fields[:4], *map(_weekdays, fields[4:])])
    from apscheduler.triggers.cron import CronTrigger  # costs 80 ms, and few need it

    try:
        trigger = CronTrigger.from_crontab(expression, timezone=UTC)
    except ValueError as error:
        raise Unexpected(f'a crontab expression such as "*/30 * * * *" ({error})') from error
    if trigger.get_next_fire_time(None, datetime(2000, 1, 1, tzinfo=UTC)) is None:
        raise Unexpected("a crontab expression of a time that comes")
    return expression


def read_timezone(value: object) -> str:
    """The name of a time zone that this machine knows."""
    from zoneinfo import ZoneInfo

    expected = 'a time zone such as "Europe/Berlin" (IANA), or "UTC"'
    name = read_text(value)
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:  # no such name, no such file, or a folder
        raise Unexpected(expected) from error
    return name


def _weekdays(field: str) -> str:
    """``1-5`` → ``mon,tue,wed,thu,fri``: the numbers of crontab(5), where 0 and 7 are Sunday."""

    def named(part: str) -> str:
        match = _DAYS.fullmatch(part)
        if match is None or part == "*":
            return part
        # From one day on in steps means to the end of the week, as `*` is from its beginning.
        first, step = int(match[1] or 0), int(match[3] or 1)
        last = int(match[2] or (match[1] if match[3] is None else 6))
        return ",".join(_WEEKDAYS[first : last + 1 : step]) or part

    return ",".join(map(named, field.split(",")))


def read_items(value: object, item: Callable[[object], T], expected: str) -> Iterable[T]:
    """Each `item` of a list. Raises `Unexpected` for what is no list."""
    if not isinstance(value, list):
        raise Unexpected(expected)
    for found in value:
        try:
            yield item(found)
        except Unexpected as error:
            raise Unexpected(f"{expected}, each {error.expected}", found) from error
