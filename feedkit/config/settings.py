"""What ``config.toml`` says, typed: durations, sizes in bytes, absolute paths, patterns."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Literal

from msgspec import Struct

from feedkit.config.request import RequestOptions
from feedkit.config.serving import Serve


class ObjectStore(Struct, frozen=True):
    """A bucket of S3-compatible storage and a prefix in it, as an output."""

    url: str
    """``s3://bucket/prefix``, without a "/" at its end."""

    def __str__(self) -> str:
        return self.url


class Site(Struct, frozen=True):
    """Who publishes, and where."""

    url: str
    """The public address of the output, ending in "/"."""
    title: str = "feedkit"
    description: str = ""
    language: str | None = None
    author: str | None = None
    output: Path | ObjectStore = Path("public")


class StoreSettings(Struct, frozen=True):
    """Where entries are kept: an SQLAlchemy URL."""

    url: str


class Retention(Struct, frozen=True):
    """How long a source's entries are kept: what either limit says may be removed."""

    age: timedelta | None = None
    """Since an entry was first seen; None: for ever."""
    entries: int | None = None
    """The newest so many; None: all."""


class Fetch(Struct, frozen=True):
    """Limits of what is collected. `max_bytes` bounds articles and local feeds as well."""

    concurrency: int = 32
    per_host: int = 2
    host_delay: timedelta = timedelta(seconds=1)
    """Between the starts of two requests to one host; hosts on loopback are not waited for."""
    timeout: timedelta = timedelta(seconds=30)
    max_bytes: int = 20_000_000
    user_agent: str | None = None
    """None: feedkit's name, version and the site's URL."""
    allow_private_hosts: bool = False


class Schedule(Struct, frozen=True):
    """How often a feed is fetched: by interval, or by a crontab expression, whose days of the
    week are names; with neither, as often as it publishes, from `min` to `max`."""

    every: timedelta | None = None
    cron: str | None = None
    min: timedelta = timedelta(minutes=15)
    max: timedelta = timedelta(days=1)
    timezone: str = "UTC"
    """In which `cron` is read: a name of the IANA time zone database."""


class Publish(Struct, frozen=True):
    """Which documents are written, and what is in them."""

    formats: tuple[str, ...] = ("atom", "rss", "json")
    entries: int = 50
    categories: Literal["declared", "all"] = "declared"
    min_entries: int = 5
    content: Literal["full", "summary"] = "full"
    per_source: int | None = None
    """The newest so many of one source in each feed; None: all."""
    pages: bool = True
    theme: Path | None = None
    """A folder of templates that stand in place of feedkit's own."""
    archives: bool = True
    """Whether each topic keeps all it ever published in a chain of documents (RFC 5005)."""
    compress: bool = True
    """Whether each file has a ``.gz`` and a ``.br`` beside it."""
    hubs: tuple[str, ...] = ()
    """WebSub hubs that documents name."""


class ArticleFolder(Struct, frozen=True):
    """A folder of article files, or a single one."""

    name: str
    """The path as config.toml writes it."""
    path: Path
    base_url: str | None = None
    """Where the folder is on the web, ending in "/"; None: its articles have no address."""
    categories: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    """Paths below it ("/" between names) whose files are no articles of this folder: another's, or
    what is published, or a theme."""


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
    request: RequestOptions | None = None
    """None: as every other source is asked."""
    retention: Retention | None = None
    """None: as of every other source."""


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
    content: Literal["full", "summary"] | None = None
    """How much of entries its feeds hold; None: as `Publish.content` says."""


class Original(Struct, frozen=True):
    """The text that settings were read from, so that another process can read the same."""

    text: str = ""

    def __repr__(self) -> str:
        return "Original(…)"  # it may hold passwords


class Settings(Struct, frozen=True):
    """All of ``config.toml``, checked."""

    file: Path
    site: Site
    store: StoreSettings
    fetch: Fetch = Fetch()
    schedule: Schedule = Schedule()
    retention: Retention = Retention()
    publish: Publish = Publish()
    serve: Serve = Serve()
    articles: tuple[ArticleFolder, ...] = ()
    feeds: tuple[FeedSource, ...] = ()
    opml: tuple[OpmlList, ...] = ()
    categories: tuple[CategorySettings, ...] = ()
    original: Original = Original()
