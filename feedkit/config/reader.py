"""``config.toml`` → `Settings`, in one reading that finds every problem."""

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias, TypeVar

import msgspec

from feedkit.config.request import (
    REQUEST_KEYS,
    RequestOptions,
    contradictions,
    request_options,
)
from feedkit.config.serving import SERVE_KEYS, Listen, Serve, serve_contradictions
from feedkit.config.settings import (
    ArticleFolder,
    CategorySettings,
    FeedSource,
    Fetch,
    ObjectStore,
    OpmlList,
    Original,
    Publish,
    Retention,
    Schedule,
    Settings,
    Site,
    StoreSettings,
)
from feedkit.config.values import (
    BUCKET,
    HIDDEN,
    HTTP,
    SQLITE,
    Unexpected,
    read_content,
    read_count,
    read_cron,
    read_delay,
    read_duration,
    read_feed_url,
    read_file_path,
    read_flag,
    read_folder_url,
    read_formats,
    read_hubs,
    read_keep,
    read_keep_entries,
    read_language,
    read_local_path,
    read_maybe_empty,
    read_output,
    read_patterns,
    read_size,
    read_slug,
    read_store_url,
    read_text,
    read_texts,
    read_timezone,
    read_which_categories,
)
from feedkit.errors import ConfigError

T = TypeVar("T")

_Keys: TypeAlias = Mapping[str, Callable[[object], object]]

_SITE: _Keys = {
    "title": read_text,
    "url": read_folder_url,
    "description": read_maybe_empty,
    "language": read_language,
    "author": read_text,
    "output": read_output,
}
_KEEP: _Keys = {"keep": read_keep, "keep_entries": read_keep_entries}
_STORE: _Keys = {"url": read_store_url, **_KEEP}
_FETCH: _Keys = {
    "concurrency": read_count,
    "per_host": read_count,
    "host_delay": read_delay,
    "timeout": read_duration,
    "max_bytes": read_size,
    "user_agent": read_text,
    "allow_private_hosts": read_flag,
}
_SCHEDULE: _Keys = {
    "every": read_duration,
    "cron": read_cron,
    "min": read_duration,
    "max": read_duration,
    "timezone": read_timezone,
}
_PUBLISH: _Keys = {
    "formats": read_formats,
    "entries": read_count,
    "categories": read_which_categories,
    "min_entries": read_count,
    "content": read_content,
    "per_source": read_count,
    "pages": read_flag,
    "theme": read_file_path,
    "archives": read_flag,
    "compress": read_flag,
    "hubs": read_hubs,
}
_ARTICLES: _Keys = {"path": read_local_path, "base_url": read_folder_url, "categories": read_texts}
_FEEDS: _Keys = {
    "url": read_feed_url,
    "title": read_text,
    "categories": read_texts,
    "every": read_duration,
    "cron": read_cron,
    "include": read_patterns,
    "exclude": read_patterns,
    **_KEEP,
    **REQUEST_KEYS,
}
_OPML: _Keys = {"path": read_local_path}
_REQUIRED = {
    "articles": "the path of a folder or a file",
    "feeds": "the address of a feed or the path of a file",
    "opml": "the path of a file",
}
_CATEGORY: _Keys = {
    "slug": read_slug,
    "title": read_text,
    "aliases": read_texts,
    "content": read_content,
}
_DOCUMENT = ("site", "store", "fetch", "schedule", "publish", "serve", "articles", "feeds", "opml")


def load_settings(file: Path) -> Settings:
    """Read `file`, a TOML document (TOML 1.0). Relative paths in it are relative to its folder.

    Raises `ConfigError` with every problem found.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        hint = (
            "; create it, or name another with --config"
            if isinstance(error, FileNotFoundError)
            else ""
        )
        raise ConfigError([f"{file}: cannot be read: {error.strerror}{hint}"]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([f"{file}: not UTF-8 at byte {error.start}; save it so"]) from error
    return read_settings(text, file)


def read_settings(text: str, file: Path) -> Settings:
    """What `text` says, which was read from `file`. Raises `ConfigError`, as `load_settings`."""
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also a number or a nesting without end
        raise ConfigError([f"{file}: not valid TOML: {error}"]) from error
    reader = _Reader(file.absolute())
    settings = reader.settings(document)
    if reader.problems or settings is None:
        raise ConfigError([f"{file}: {problem}" for problem in reader.problems])
    return msgspec.structs.replace(settings, original=Original(text))


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
        retention = _retention(store, Retention())
        fetch = self._typed(self._table(document, "fetch", _FETCH), Fetch)
        publish = self._publish(self._table(document, "publish", _PUBLISH))
        rest = {
            "fetch": fetch,
            "publish": publish,
            "serve": self._serve(self._table(document, "serve", SERVE_KEYS)),
            "articles": self._apart(self._articles(document), site, publish.theme),
            "feeds": self._feeds(document, default, retention),
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
            Settings(self.file, site, StoreSettings(url), schedule=default, retention=retention),
            **rest,
        )

    def _site(self, table: dict[str, object]) -> Site | None:
        if "url" not in table:
            if not any(problem.startswith(("site.url:", "site:")) for problem in self.problems):
                self.problems.append(
                    "site.url: missing; expected the public address of the output folder, "
                    'such as "https://planet.example.org/"'
                )
            return None
        output = str(table.get("output", "public"))
        table["output"] = ObjectStore(output) if BUCKET.match(output) else self._path(output)
        return msgspec.structs.replace(Site(str(table["url"])), **table)

    def _publish(self, table: dict[str, object]) -> Publish:
        if "theme" in table:
            theme = table["theme"] = self._path(str(table["theme"]))
            # Passwords may be in the configuration, and the store is beside it.
            if Path(os.path.realpath(theme)) in Path(os.path.realpath(self.file)).parents:
                self.problems.append(
                    "publish.theme: expected a folder of templates alone, found one that "
                    f"{self.file.name} is in: what is in a theme is published"
                )
        return self._typed(table, Publish)

    def _serve(self, table: dict[str, object]) -> Serve:
        self.problems += [f"serve: {sentence}" for sentence in serve_contradictions(table)]
        listen = table.get("listen")
        if isinstance(listen, Listen) and listen.path is not None:
            table["listen"] = Listen(path=self._path(str(listen.path)))
        return self._typed(table, Serve)

    def _articles(self, document: dict[str, object]) -> tuple[ArticleFolder, ...]:
        folders: dict[Path, ArticleFolder] = {}
        for where, table in self._tables(document, "articles", _ARTICLES, required="path"):
            name = str(table.pop("path"))
            path = self._path(name)
            if path in folders:
                self.problems.append(f"{where}.path: found {_quoted(name)} a second time")
            folders[path] = self._typed(table | {"name": name, "path": path}, ArticleFolder)
        return tuple(folders.values())

    def _apart(
        self, folders: Sequence[ArticleFolder], site: Site | None, theme: Path | None
    ) -> tuple[ArticleFolder, ...]:
        """The `folders`, each without what lies in it and is not its own: pages that feedkit wrote
        would be read as articles, and published; an article of two folders would come twice."""
        output = site.output if site and isinstance(site.output, Path) else None
        others = [os.path.realpath(path) for path in (output, theme) if path is not None]
        others += [os.path.realpath(folder.path) for folder in folders]
        apart = []
        for number, folder in enumerate(folders, 1):
            root = os.path.realpath(folder.path)
            if output is not None and root == os.path.realpath(output):
                self.problems.append(
                    f"articles[{number}].path: expected another folder than site.output: the "
                    "pages that are published there would be read as articles"
                )
            below = {os.path.relpath(path, root).replace(os.sep, "/") for path in others}
            inside = sorted(path for path in below if path.split("/")[0] not in (".", ".."))
            apart.append(msgspec.structs.replace(folder, left_out=tuple(inside)))
        return tuple(apart)

    def _feeds(
        self, document: dict[str, object], default: Schedule, retention: Retention
    ) -> tuple[FeedSource, ...]:
        feeds: dict[str, FeedSource] = {}
        for where, table in self._tables(document, "feeds", _FEEDS, required="url"):
            url = str(table["url"])
            path = None if HTTP.match(url) else self._path(url)
            if url in feeds:
                self.problems.append(f"{where}.url: found {_quoted(url)} a second time")
            own = {key: table.pop(key) for key in [*table] if key in ("every", "cron")}
            schedule = self._schedule(own, where, default)
            request = self._request(url, table, where)
            values: dict[str, object] = {"path": path, "schedule": schedule, "request": request}
            if kept := {key: table.pop(key) for key in _KEEP if key in table}:
                values["retention"] = _retention(kept, retention)
            feeds[url] = self._typed(table | values, FeedSource)
        return tuple(feeds.values())

    def _request(self, url: str, table: dict[str, object], where: str) -> RequestOptions | None:
        """How `url` is asked, taken out of its `table`."""
        given = {key: table.pop(key) for key in REQUEST_KEYS if key in table}
        if not HTTP.match(url):
            self.problems += [
                f"{where}.{key}: expected for an http(s) address only; {_quoted(url)} is a file"
                for key in given
            ]
            return None
        self.problems += [f"{where}: {sentence}" for sentence in contradictions(url, given)]
        return request_options(url, given, self._path)

    def _categories(self, document: dict[str, object]) -> tuple[CategorySettings, ...]:
        tables = document.get("categories", {})
        if not isinstance(tables, dict):
            self._unexpected("categories", tables, 'tables such as [categories."Python"]')
            return ()
        found = []
        slugs: dict[str, str] = {}
        meant: dict[str, str] = {}
        for name, table in tables.items():
            where = f"categories.{_quoted(name)}"
            values = self._values(table, _CATEGORY, where)
            if not name.strip():
                self.problems.append(f"{where}: expected a name, found none")
            else:
                self._value(where, name, read_text)
            slug = str(values.get("slug", "")).casefold()
            if slug and slug in slugs:
                self.problems.append(f"{where}.slug: {_quoted(slug)} is that of {slugs[slug]} too")
            slugs[slug] = where
            category = self._typed(values | {"name": name}, CategorySettings)
            for own in (name, *category.aliases):
                if meant.setdefault(own.casefold(), where) != where:
                    other = meant[own.casefold()]
                    self.problems.append(f"{where}: {_quoted(own)} is a name of {other} already")
            found.append(category)
        return tuple(found)

    def _schedule(self, table: dict[str, object], where: str, default: Schedule) -> Schedule:
        """That of `table`, within the bounds of `default`; without an interval, `default`."""
        if "every" in table and "cron" in table:
            self.problems.append(f"{where}: found both every and cron; expected one of them")
        if not table:
            return default
        inherited = {"min": default.min, "max": default.max, "timezone": default.timezone}
        schedule = self._typed(inherited | table, Schedule)
        if schedule.min > schedule.max:
            self.problems.append(f"{where}: found min longer than max; expected it shorter")
        return schedule

    def _store_url(self, url: str) -> str:
        """A relative SQLite file is relative to the config file, like every other path."""
        if url.startswith(SQLITE) and url not in (SQLITE, SQLITE + ":memory:"):
            return SQLITE + str(self._path(url.removeprefix(SQLITE)))
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
        except Unexpected as error:
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


def _retention(table: Mapping[str, object], default: Retention) -> Retention:
    """That of `table`; what it does not say, `default` does."""
    age, entries = table.get("keep", default.age), table.get("keep_entries", default.entries)
    return Retention(
        age=age if isinstance(age, timedelta) else None,
        entries=entries if isinstance(entries, int) else None,
    )


def _quoted(found: object) -> str:
    """What was found, as TOML would write it, on one line and not too long; never a password."""
    if found is HIDDEN:
        return "something else, which is not shown"
    if isinstance(found, bool):
        return str(found).lower()
    if isinstance(found, dict):
        return "a table"
    if isinstance(found, list):
        return f"a list of {len(found)}"
    if isinstance(found, int) and found.bit_length() > 200:
        return "a number of many digits"
    text = f'"{found}"' if isinstance(found, str) else str(found)
    return _one_line(re.sub(r"(?<=//)[^/?#\s]*@", "", text))


def _one_line(text: str) -> str:
    text = " ".join(text[:1000].split())
    text = "".join(c if c.isprintable() else f"\\u{ord(c):04X}" for c in text)
    return text if len(text) <= 60 else f"{text[:57]}…"
