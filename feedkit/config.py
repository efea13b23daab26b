"""``config.toml`` → `Settings`.

Every problem of a file is found in one reading and told in one sentence each: the file, the key's
path, what was found and what was expected, and for an unknown key the nearest known one. Times
and sizes are typed here, at the door: past it a duration is a `timedelta`, a size a number of
bytes, a path absolute, a pattern compiled.
"""

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, TypeAlias, TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from feedkit.errors import ConfigError

T = TypeVar("T")

FORMATS = ("atom", "rss")
"""The document formats that can be published, by the names `[publish] formats` takes."""


class Site(Struct, frozen=True):
    """Who publishes, and where."""

    url: str
    """The public address of the output folder, ending in "/"."""
    title: str = "feedkit"
    description: str = ""
    language: str | None = None
    author: str | None = None
    output: Path = Path("public")


class StoreSettings(Struct, frozen=True):
    """Where entries are kept: an SQLAlchemy URL."""

    url: str


class Fetch(Struct, frozen=True):
    """Limits of what is collected. `max_bytes` bounds articles and local feeds as well."""

    concurrency: int = 32
    per_host: int = 2
    timeout: timedelta = timedelta(seconds=30)
    max_bytes: int = 20_000_000
    user_agent: str | None = None
    """None: feedkit's name, version and the site's URL."""
    allow_private_hosts: bool = False


class Schedule(Struct, frozen=True):
    """How often a feed is fetched: by interval, or by a crontab expression in UTC, whose days of
    the week are names; with neither, as often as it publishes, from `min` to `max`."""

    every: timedelta | None = None
    cron: str | None = None
    min: timedelta = timedelta(minutes=15)
    max: timedelta = timedelta(days=1)


class Publish(Struct, frozen=True):
    """Which documents are written, and how long they are."""

    formats: tuple[str, ...] = FORMATS
    entries: int = 50
    categories: Literal["declared", "all"] = "declared"
    min_entries: int = 5


class ArticleFolder(Struct, frozen=True):
    """A folder of article files, or a single one."""

    name: str
    """The path as config.toml writes it."""
    path: Path
    base_url: str | None = None
    """Where the folder is on the web, ending in "/"; None: its articles have no address."""
    categories: tuple[str, ...] = ()


class FeedSource(Struct, frozen=True):
    """A feed to collect: an http(s) URL, or a local file where `path` is set."""

    url: str
    """As config.toml writes it."""
    path: Path | None = None
    title: str | None = None
    categories: tuple[str, ...] = ()
    schedule: Schedule = Schedule()
    include: tuple[re.Pattern[str], ...] = ()
    exclude: tuple[re.Pattern[str], ...] = ()


class OpmlList(Struct, frozen=True):
    """A local OPML file that lists feeds; its folders are categories."""

    name: str
    path: Path


class CategorySettings(Struct, frozen=True):
    """A declared category."""

    name: str
    slug: str | None = None
    title: str | None = None
    aliases: tuple[str, ...] = ()


class Settings(Struct, frozen=True):
    """All of ``config.toml``, checked."""

    file: Path
    site: Site
    store: StoreSettings
    fetch: Fetch = Fetch()
    schedule: Schedule = Schedule()
    publish: Publish = Publish()
    articles: tuple[ArticleFolder, ...] = ()
    feeds: tuple[FeedSource, ...] = ()
    opml: tuple[OpmlList, ...] = ()
    categories: tuple[CategorySettings, ...] = ()


def load_settings(file: Path) -> Settings:
    """Read `file`, a TOML document (TOML 1.0). Relative paths in it are relative to its folder.

    Raises `ConfigError` with every problem found.
    """
    shown, file = file, file.absolute()
    try:
        text = file.read_bytes().decode("utf-8-sig")
        document = tomllib.loads(text)
    except OSError as error:
        hint = (
            "; create it, or name another with --config"
            if isinstance(error, FileNotFoundError)
            else ""
        )
        raise ConfigError([f"{shown}: cannot be read: {error.strerror}{hint}"]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([f"{shown}: not UTF-8 at byte {error.start}; save it so"]) from error
    except (ValueError, RecursionError) as error:  # also a number or a nesting without end
        raise ConfigError([f"{shown}: not valid TOML: {error}"]) from error
    reader = _Reader(file)
    settings = reader.settings(document)
    if reader.problems or settings is None:
        raise ConfigError([f"{shown}: {problem}" for problem in reader.problems])
    return settings


# What a key may hold. A reader of one value returns it typed or raises `_Unexpected` with what
# was expected, worded to follow "expected".


class _Unexpected(Exception):  # noqa: N818 - a value's verdict, never seen outside this file
    def __init__(self, expected: str, found: object = None) -> None:
        super().__init__(expected)
        self.expected = expected
        self.found = found


_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|d|w)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_HTTP = re.compile("https?:", re.IGNORECASE)
_SCHEME = re.compile("[A-Za-z][A-Za-z0-9+.-]+:")  # one letter is a drive
_SQLITE = "sqlite:///"
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
_DAYS = re.compile(r"([0-7])(?:-([0-7])(?:/([1-7]))?)?")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # XML 1.0, 2.2
_SLUG = re.compile(r"[^\s/\\.\x00-\x1f:*?\"<>|#%][^\s/\\\x00-\x1f:*?\"<>|#%]*")


def _text(value: object) -> str:
    text = _maybe_empty(value)
    if not text:
        raise _Unexpected("text")
    return text


def _maybe_empty(value: object) -> str:
    if not isinstance(value, str):
        raise _Unexpected("text")
    if _FORBIDDEN.search(value):
        raise _Unexpected("text without control characters, which no feed can hold")
    return value.strip()


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise _Unexpected("true or false")
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _MOST:
        raise _Unexpected(f"a whole number from 1 to {_MOST:,}")
    return value


def _duration(value: object) -> timedelta:
    """A time such as "90s", "15m", "1h", "2d" or "1w"."""
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    expected = 'a time such as "90s", "15m", "1h" or "2d"'
    if match is None:
        raise _Unexpected(expected)
    seconds = float(match[1]) * _SECONDS[match[2]]
    if not 0 < seconds <= 366 * 86400:
        raise _Unexpected(f"{expected}, more than nothing and at most a year")
    return timedelta(seconds=seconds)


def _size(value: object) -> int:
    """A size such as "500kB", "20MB" or "1GiB", in bytes."""
    match = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    size = float(match[1]) * _BYTES[match[2]] if match else 0
    if not 1 <= size < 2**60:
        raise _Unexpected('a size such as "500kB" or "20MB"')
    return int(size)


def _file_path(value: object) -> str:
    text = _text(value)
    try:
        Path(text).expanduser()
    except RuntimeError as error:
        raise _Unexpected("a path; there is no home folder of that name") from error
    return text


def _feed_url(value: object) -> str:
    text = _text(value)
    if _HTTP.match(text):
        return _web_url(text)
    if _SCHEME.match(text):
        raise _Unexpected("an http(s) address or the path of a file")
    return _file_path(text)


def _store_url(value: object) -> str:
    text = _text(value)
    path = text.removeprefix(_SQLITE)
    if path in (text, "") or "?" in path:
        raise _Unexpected(
            f'"{_SQLITE}" and the path of a file, without ? '
            "(PostgreSQL is no store of this version)"
        )
    _file_path(path)
    return text


def _web_url(value: object) -> str:
    expected = 'an address such as "https://example.org/"'
    if not isinstance(value, str) or re.search(r"[\s<>\"\x00-\x1f\x7f]", value.strip()):
        raise _Unexpected(expected)
    try:
        parts = urlsplit(value.strip())
        host = parts.hostname
        parts.port  # noqa: B018 - raises when it is no number
    except ValueError as error:
        raise _Unexpected(expected) from error
    if parts.scheme not in ("http", "https") or not host:
        raise _Unexpected(expected)
    return value.strip()


def _folder_url(value: object) -> str:
    url = _web_url(value)
    if urlsplit(url).query or urlsplit(url).fragment:
        raise _Unexpected("an address without ? and #")
    return url if url.endswith("/") else url + "/"


def _language(value: object) -> str:
    if not isinstance(value, str) or not _LANGUAGE.fullmatch(value.strip()):
        raise _Unexpected('a language tag such as "en" or "zh-Hans" (BCP 47)')
    return value.strip()


def _slug(value: object) -> str:
    if not isinstance(value, str) or not _SLUG.fullmatch(value) or len(value.encode()) > 200:
        raise _Unexpected("a folder name of at most 200 bytes without / \\ : * ? and white space")
    return value


def _texts(value: object) -> tuple[str, ...]:
    return tuple(_items(value, _text, "a list of texts"))


def _patterns(value: object) -> tuple[re.Pattern[str], ...]:
    def pattern(item: object) -> re.Pattern[str]:
        try:
            return re.compile(_text(item))
        except (re.error, OverflowError, RecursionError) as error:
            raise _Unexpected(f"a regular expression ({error})") from error

    return tuple(_items(value, pattern, "a list of regular expressions"))


def _formats(value: object) -> tuple[str, ...]:
    def one(item: object) -> str:
        if item not in FORMATS:
            raise _Unexpected(" or ".join(f'"{name}"' for name in FORMATS))
        return str(item)

    formats = tuple(dict.fromkeys(_items(value, one, "a list of formats")))
    if not formats:
        raise _Unexpected("at least one format")
    return formats


def _no_hubs(value: object) -> tuple[str, ...]:
    if value != []:
        raise _Unexpected("an empty list: this version pings no WebSub hub")
    return ()


def _which_categories(value: object) -> str:
    if value not in ("declared", "all"):
        raise _Unexpected('"declared" or "all"')
    return str(value)


def _cron(value: object) -> str:
    """Five fields, the days of the week by name: to APScheduler 0 is Monday, to cron Sunday."""
    fields = _text(value).split()
    expression = " ".join([*fields[:4], *map(_weekdays, fields[4:])])
    from apscheduler.triggers.cron import CronTrigger  # costs 80 ms, and few need it

    try:
        trigger = CronTrigger.from_crontab(expression, timezone=UTC)
    except ValueError as error:
        raise _Unexpected(f'a crontab expression such as "*/30 * * * *" ({error})') from error
    if trigger.get_next_fire_time(None, datetime(2000, 1, 1, tzinfo=UTC)) is None:
        raise _Unexpected("a crontab expression of a time that comes")
    return expression


def _weekdays(field: str) -> str:
    """``1-5`` → ``mon,tue,wed,thu,fri``: the numbers of crontab(5), where 0 and 7 are Sunday."""

    def named(part: str) -> str:
        match = _DAYS.fullmatch(part)
        if match is None:
            return part
        first, last, step = int(match[1]), int(match[2] or match[1]), int(match[3] or 1)
        return ",".join(_WEEKDAYS[first : last + 1 : step]) or part

    return ",".join(map(named, field.split(",")))


def _items(value: object, item: Callable[[object], T], expected: str) -> Iterable[T]:
    if not isinstance(value, list):
        raise _Unexpected(expected)
    for found in value:
        try:
            yield item(found)
        except _Unexpected as error:
            raise _Unexpected(f"{expected}, each {error.expected}", found) from error


_Keys: TypeAlias = Mapping[str, Callable[[object], object]]

_SITE: _Keys = {
    "title": _text,
    "url": _folder_url,
    "description": _maybe_empty,
    "language": _language,
    "author": _text,
    "output": _file_path,
}
_STORE: _Keys = {"url": _store_url}
_FETCH: _Keys = {
    "concurrency": _count,
    "per_host": _count,
    "timeout": _duration,
    "max_bytes": _size,
    "user_agent": _text,
    "allow_private_hosts": _flag,
}
_SCHEDULE: _Keys = {"every": _duration, "cron": _cron, "min": _duration, "max": _duration}
_PUBLISH: _Keys = {
    "formats": _formats,
    "entries": _count,
    "categories": _which_categories,
    "min_entries": _count,
    "hubs": _no_hubs,
}
_ARTICLES: _Keys = {"path": _file_path, "base_url": _folder_url, "categories": _texts}
_FEEDS: _Keys = {
    "url": _feed_url,
    "title": _text,
    "categories": _texts,
    "every": _duration,
    "cron": _cron,
    "include": _patterns,
    "exclude": _patterns,
}
_OPML: _Keys = {"path": _file_path}
_REQUIRED = {
    "articles": "the path of a folder or a file",
    "feeds": "the address of a feed or the path of a file",
    "opml": "the path of a file",
}
_CATEGORY: _Keys = {"slug": _slug, "title": _text, "aliases": _texts}
_DOCUMENT = ("site", "store", "fetch", "schedule", "publish", "articles", "feeds", "opml")


class _Reader:
    """One reading of one document: it goes on after a problem, and keeps them all."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.problems: list[str] = []

    def settings(self, document: dict[str, object]) -> Settings | None:
        """The whole document typed, or None where something it must have is missing."""
        self._unknown(document, (*_DOCUMENT, "categories"), "")
        default = self._schedule(
            self._table(document, "schedule", _SCHEDULE), "schedule", Schedule()
        )
        site = self._site(self._table(document, "site", _SITE))
        store = self._table(document, "store", _STORE)
        rest = {
            "fetch": self._typed(self._table(document, "fetch", _FETCH), Fetch),
            "publish": self._typed(self._table(document, "publish", _PUBLISH), Publish),
            "articles": self._articles(document),
            "feeds": self._feeds(document, default),
            "opml": tuple(
                OpmlList(name=str(table["path"]), path=self._path(str(table["path"])))
                for _, table in self._tables(document, "opml", _OPML, required="path")
            ),
            "categories": self._categories(document),
        }
        if site is None or self.problems:
            return None
        url = self._store_url(str(store.get("url", "sqlite:///feedkit.db")))
        return msgspec.structs.replace(
            Settings(self.file, site, StoreSettings(url), schedule=default), **rest
        )

    def _site(self, table: dict[str, object]) -> Site | None:
        if "url" not in table:
            if not any(problem.startswith(("site.url:", "site:")) for problem in self.problems):
                self.problems.append(
                    "site.url: missing; expected the public address of the output folder, "
                    'such as "https://planet.example.org/"'
                )
            return None
        table["output"] = self._path(str(table.get("output", "public")))
        return self._typed(table, Site)

    def _articles(self, document: dict[str, object]) -> tuple[ArticleFolder, ...]:
        folders: dict[Path, ArticleFolder] = {}
        for where, table in self._tables(document, "articles", _ARTICLES, required="path"):
            name = str(table.pop("path"))
            path = self._path(name)
            if path in folders:
                self.problems.append(f"{where}.path: found {_quoted(name)} a second time")
            folders[path] = self._typed(table | {"name": name, "path": path}, ArticleFolder)
        return tuple(folders.values())

    def _feeds(self, document: dict[str, object], default: Schedule) -> tuple[FeedSource, ...]:
        feeds: dict[str, FeedSource] = {}
        for where, table in self._tables(document, "feeds", _FEEDS, required="url"):
            url = str(table["url"])
            path = None if _HTTP.match(url) else self._path(url)
            if url in feeds:
                self.problems.append(f"{where}.url: found {_quoted(url)} a second time")
            own = {key: table.pop(key) for key in [*table] if key in ("every", "cron")}
            schedule = self._schedule(own, where, default)
            feeds[url] = self._typed(table | {"path": path, "schedule": schedule}, FeedSource)
        return tuple(feeds.values())

    def _categories(self, document: dict[str, object]) -> tuple[CategorySettings, ...]:
        tables = document.get("categories", {})
        if not isinstance(tables, dict):
            self._unexpected("categories", tables, 'tables such as [categories."Python"]')
            return ()
        found = []
        slugs: dict[str, str] = {}
        for name, table in tables.items():
            where = f"categories.{_quoted(name)}"
            values = self._values(table, _CATEGORY, where)
            if not name.strip():
                self.problems.append(f"{where}: expected a name, found none")
            else:
                self._value(where, name, _text)
            slug = str(values.get("slug", "")).casefold()
            if slug and slug in slugs:
                self.problems.append(f"{where}.slug: {_quoted(slug)} is that of {slugs[slug]} too")
            slugs[slug] = where
            found.append(self._typed(values | {"name": name}, CategorySettings))
        return tuple(found)

    def _schedule(self, table: dict[str, object], where: str, default: Schedule) -> Schedule:
        """That of `table`, within the bounds of `default`; without an interval, `default`."""
        if "every" in table and "cron" in table:
            self.problems.append(f"{where}: found both every and cron; expected one of them")
        if not table:
            return default
        schedule = self._typed({"min": default.min, "max": default.max} | table, Schedule)
        if schedule.min > schedule.max:
            self.problems.append(f"{where}: found min longer than max; expected it shorter")
        return schedule

    def _store_url(self, url: str) -> str:
        """A relative SQLite file is relative to the config file, like every other path."""
        if url.startswith(_SQLITE) and url not in (_SQLITE, _SQLITE + ":memory:"):
            return _SQLITE + str(self._path(url.removeprefix(_SQLITE)))
        return url

    def _path(self, text: str) -> Path:
        return self.file.parent / Path(text).expanduser()

    def _typed(self, values: dict[str, object], kind: type[T]) -> T:
        return msgspec.convert(values, kind, strict=False)

    def _tables(
        self, document: dict[str, object], key: str, keys: _Keys, *, required: str
    ) -> Iterable[tuple[str, dict[str, object]]]:
        """Each table of the array `[[key]]` that has what it must have, and its key path."""
        tables = document.get(key, [])
        if not isinstance(tables, list):
            self._unexpected(key, tables, f"tables, each under [[{key}]]")
            return
        for number, table in enumerate(tables, 1):
            where = f"{key}[{number}]"
            values = self._values(table, keys, where)
            if required in values:
                yield where, values
            elif isinstance(table, dict) and required not in table:
                self.problems.append(f"{where}.{required}: missing; expected {_REQUIRED[key]}")

    def _table(self, document: dict[str, object], key: str, keys: _Keys) -> dict[str, object]:
        return self._values(document.get(key, {}), keys, key)

    def _values(self, table: object, keys: _Keys, where: str) -> dict[str, object]:
        """The values of one table that are as expected; the rest become problems."""
        if not isinstance(table, dict):
            self._unexpected(where, table, "a table")
            return {}
        self._unknown(table, keys, f"{where}.")
        values: dict[str, object] = {}
        for key in [key for key in table if key in keys]:
            self._value(f"{where}.{key}", table[key], keys[key], values, key)
        return values

    def _value(
        self,
        where: str,
        found: object,
        read: Callable[[object], object],
        into: dict[str, object] | None = None,
        key: str = "",
    ) -> None:
        try:
            value = read(found)
        except _Unexpected as error:
            self._unexpected(where, found if error.found is None else error.found, error.expected)
        else:
            if into is not None:
                into[key] = value

    def _unexpected(self, where: str, found: object, expected: str) -> None:
        self.problems.append(f"{where}: expected {expected}, found {_quoted(found)}")

    def _unknown(self, table: Mapping[str, object], known: Iterable[str], prefix: str) -> None:
        known = list(known)
        for key in table:
            if key in known:
                continue
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
            self.problems.append(f"{prefix}{_one_line(key)}: unknown key; {hint}")


def _quoted(found: object) -> str:
    """What was found, as TOML would write it, on one line and not too long."""
    if isinstance(found, bool):
        return str(found).lower()
    if isinstance(found, dict):
        return "a table"
    if isinstance(found, list):
        return f"a list of {len(found)}"
    if isinstance(found, int) and found.bit_length() > 200:
        return "a number of many digits"
    text = f'"{found}"' if isinstance(found, str) else str(found)
    return _one_line(text)


def _one_line(text: str) -> str:
    text = " ".join(text[:1000].split())
    text = "".join(c if c.isprintable() else f"\\u{ord(c):04X}" for c in text)
    return text if len(text) <= 60 else f"{text[:57]}…"
