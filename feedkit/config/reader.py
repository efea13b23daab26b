"""``config.toml`` → `Settings`, in one reading that finds every problem.

`feedkit.config.keys` says what a table may have; here is what several keys, or several tables,
mean together.
"""

import os
import tomllib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import msgspec

from feedkit.config.keys import (
    ARTICLES,
    CATEGORY,
    DOCUMENT,
    FEEDS,
    FETCH,
    KEEP,
    OPML,
    PUBLISH,
    SCHEDULE,
    SITE,
    STORE,
)
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
from feedkit.config.tables import Tables, quoted
from feedkit.config.values import BUCKET, HTTP, SQLITE, read_text
from feedkit.errors import ConfigError

T = TypeVar("T")


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
        self._tables = Tables()
        self.problems = self._tables.problems

    def settings(self, document: dict[str, object]) -> Settings | None:
        """The whole document typed, or None where something it must have is missing."""
        self._tables.unknown(document, DOCUMENT, "")
        schedule = self._tables.one(document, "schedule", SCHEDULE)
        default = self._schedule(schedule, "schedule", Schedule())
        site = self._site(self._tables.one(document, "site", SITE))
        store = self._tables.one(document, "store", STORE)
        retention = _retention(store, Retention())
        fetch = self._typed(self._tables.one(document, "fetch", FETCH), Fetch)
        publish = self._publish(self._tables.one(document, "publish", PUBLISH))
        rest = {
            "fetch": fetch,
            "publish": publish,
            "serve": self._serve(self._tables.one(document, "serve", SERVE_KEYS)),
            "articles": self._apart(self._articles(document), site, publish.theme),
            "feeds": self._feeds(document, default, retention),
            "opml": tuple(
                OpmlList(name=str(table["path"]), path=self._path(str(table["path"])))
                for _, table in self._tables.each(
                    document, "opml", OPML, required="path", expected="the path of a file"
                )
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
        place = "the path of a folder or a file"
        for where, table in self._tables.each(
            document, "articles", ARTICLES, required="path", expected=place
        ):
            name = str(table.pop("path"))
            path = self._path(name)
            if path in folders:
                self.problems.append(f"{where}.path: found {quoted(name)} a second time")
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
        place = "the address of a feed or the path of a file"
        for where, table in self._tables.each(
            document, "feeds", FEEDS, required="url", expected=place
        ):
            url = str(table["url"])
            path = None if HTTP.match(url) else self._path(url)
            if url in feeds:
                self.problems.append(f"{where}.url: found {quoted(url)} a second time")
            own = {key: table.pop(key) for key in [*table] if key in ("every", "cron")}
            schedule = self._schedule(own, where, default)
            request = self._request(url, table, where)
            values: dict[str, object] = {"path": path, "schedule": schedule, "request": request}
            if kept := {key: table.pop(key) for key in KEEP if key in table}:
                values["retention"] = _retention(kept, retention)
            feeds[url] = self._typed(table | values, FeedSource)
        return tuple(feeds.values())

    def _request(self, url: str, table: dict[str, object], where: str) -> RequestOptions | None:
        """How `url` is asked, taken out of its `table`."""
        given = {key: table.pop(key) for key in REQUEST_KEYS if key in table}
        if not HTTP.match(url):
            self.problems += [
                f"{where}.{key}: expected for an http(s) address only; {quoted(url)} is a file"
                for key in given
            ]
            return None
        self.problems += [f"{where}: {sentence}" for sentence in contradictions(url, given)]
        return request_options(url, given, self._path)

    def _categories(self, document: dict[str, object]) -> tuple[CategorySettings, ...]:
        tables = document.get("categories", {})
        if not isinstance(tables, dict):
            self._tables.unexpected("categories", tables, 'tables such as [categories."Python"]')
            return ()
        found = []
        slugs: dict[str, str] = {}
        meant: dict[str, str] = {}
        for name, table in tables.items():
            where = f"categories.{quoted(name)}"
            values = self._tables.values(table, CATEGORY, where)
            if not name.strip():
                self.problems.append(f"{where}: expected a name, found none")
            else:
                self._tables.value(where, name, read_text)
            slug = str(values.get("slug", "")).casefold()
            if slug and slug in slugs:
                self.problems.append(f"{where}.slug: {quoted(slug)} is that of {slugs[slug]} too")
            slugs[slug] = where
            category = self._typed(values | {"name": name}, CategorySettings)
            for own in (name, *category.aliases):
                if meant.setdefault(own.casefold(), where) != where:
                    other = meant[own.casefold()]
                    self.problems.append(f"{where}: {quoted(own)} is a name of {other} already")
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


def _retention(table: Mapping[str, object], default: Retention) -> Retention:
    """That of `table`; what it does not say, `default` does."""
    age, entries = table.get("keep", default.age), table.get("keep_entries", default.entries)
    return Retention(
        age=age if isinstance(age, timedelta) else None,
        entries=entries if isinstance(entries, int) else None,
    )
