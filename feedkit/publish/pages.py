"""Entries → web pages: what templates are given, and what they make of it.

`docs/pages.md` says it for people who write themes: ``item.html`` is given the fields of `_Item`,
``index.html`` and ``category.html`` those of `_Page`. Texts of feeds reach a page as text alone,
never as HTML: what is foreign can neither break a page nor change how it looks. Nothing here looks
at the clock.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from unicodedata import bidirectional
from urllib.parse import quote, urlsplit

from feedkit import __version__
from feedkit.errors import PublishError
from feedkit.model import Entry, Origin
from feedkit.normalize.categories import fold
from feedkit.normalize.text import below_title, opening
from feedkit.normalize.words import words
from feedkit.publish.jobs import PAGE, ROOT, Frame, FrameJob, Listing, SourceHealth, StoredEntry
from feedkit.publish.templates import fill, place
from feedkit.publish.themes import assets, theme_fingerprint
from feedkit.publish.topics import FILE_NAMES

__all__ = ["assets", "render_item", "render_page", "theme_fingerprint"]

_ENTRIES = "\x00entries\x00"
"""Stands for `_Page.entries` until the page is cut there."""
_EXCERPT = 280
_MOST_LABELS = 6
_MOST_AUTHORS = 3

_TYPES = {
    "atom": "application/atom+xml",
    "rss": "application/rss+xml",
    "json": "application/feed+json",
}
# What XML allows in a text and HTML (13.2.3.5) does not: controls and noncharacters.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ud800-\udfff"
    + "".join(chr(plane + last) for plane in range(0, 0x110000, 0x10000) for last in (65534, 65535))
    + "]+"
)
_RTL_LANGUAGES = words("ar arc azb ckb dv fa he iw ks mzn nqo pnb ps sd syr ug ur yi")
_RTL_SCRIPTS = words("adlm arab hebr nkoo rohg syrc thaa")


class _Source(NamedTuple):
    """Where an entry comes from."""

    title: str
    url: str | None


class _Label(NamedTuple):
    """A category of an entry."""

    name: str
    url: str | None
    """Its page's; None where it has none."""


class _Media(NamedTuple):
    """What there is to listen to or to watch."""

    kind: str
    """"audio" or "video"."""
    url: str
    seconds: int | None


class _Item(NamedTuple):
    """What ``item.html`` is given. All URLs are safe to link to, all texts are plain."""

    root: str
    """The relative path to the output folder: "" or "../../"."""
    title: str
    """The first words of an entry without a title."""
    is_titled: bool
    url: str | None
    language: str | None
    dir: str | None
    """"ltr", "rtl" or None, if the title has no letter that says."""
    excerpt: str
    """The first words; "" where there are none, or the title says them."""
    image: str | None
    source: _Source
    authors: tuple[str, ...]
    published: datetime
    labels: tuple[_Label, ...]
    media: _Media | None


class _Feed(NamedTuple):
    """A document to subscribe to."""

    format: str
    """"atom", "rss" or "json"."""
    url: str
    type: str


class _Topic(NamedTuple):
    """A category, as the index lists it."""

    title: str
    url: str
    feeds: tuple[_Feed, ...]


class _Health(NamedTuple):
    """A source, as the index lists it."""

    title: str
    url: str | None
    feed_url: str | None
    newest_at: datetime | None
    failing_since: datetime | None
    is_failing: bool


class _Page(NamedTuple):
    """What ``index.html`` and ``category.html`` are given."""

    root: str
    """The relative path to the output folder: "" or "../../"."""
    entries: str
    """The entries, each made by ``item.html``; to be shown once."""
    site_title: str
    version: str
    """Feedkit's."""
    title: str
    """The site's or the category's."""
    page_title: str
    """The category's with the site's."""
    description: str
    language: str | None
    dir: str
    canonical: str
    updated: datetime
    feeds: tuple[_Feed, ...]
    """The page's own, in the order of ``[publish] formats``."""
    opml: str | None
    """The list of all feeds; None in ``category.html``."""
    topics: tuple[_Topic, ...]
    sources: tuple[_Health, ...]


def render_item(stored: StoredEntry, theme: Path | None) -> bytes:
    """The entry as it stands in every page that shows it, with `ROOT` where a path begins.

    Raises PublishError for a template that fails.
    """
    return fill("item.html", _item(stored)._asdict(), theme).encode()


def render_page(job: FrameJob) -> Frame:
    """What stands around the entries of a page: the index, or a category's.

    Raises PublishError for a template that fails, or has no place for entries.
    """
    name = "index.html" if job.topic.name is None else "category.html"
    text = fill(name, _page(job)._asdict(), job.theme)
    parts = text.split(_ENTRIES)
    if len(parts) != 2:
        raise PublishError(
            f"{place(name, job.theme)}: makes a page that has {{{{ entries }}}} "
            f"{len(parts) - 1} times; write it once, where the entries are to stand"
        )
    head, tail = parts
    return Frame(head.encode(), b"\n", tail.encode())


def _item(stored: StoredEntry) -> _Item:
    entry = stored.entry
    origin = entry.origin or stored.origin
    excerpt = _excerpt(entry)
    title = _plain(entry.title).strip() if _is_visible(entry.title) else ""
    source = _source(stored, origin)
    url = _web(entry.url) or _web(entry.external_url)
    return _Item(
        ROOT,
        title or excerpt or url or _plain(entry.id),
        bool(title),
        url,
        entry.language,
        _direction(entry.language, title or excerpt),
        excerpt if title and excerpt != title else "",
        _web(entry.image, ("http:", "https:")),
        source,
        _authors(stored, source),
        stored.published,
        _labels(entry.categories, stored.folders),
        _media(entry),
    )


def _excerpt(entry: Entry) -> str:
    for html in (entry.summary, entry.content):
        below = below_title(html, entry.title) if html else ""
        if _is_visible(text := _plain(opening(below, _EXCERPT))):
            return text
    return ""


def _source(stored: StoredEntry, origin: Origin | None) -> _Source:
    if origin is None:
        return _Source("", None)
    return _Source(_source_title(origin.title, origin.url, origin.feed_url), _web(origin.url))


def _source_title(title: str | None, *addresses: str | None) -> str:
    """The title, else a host; "" where there is neither."""
    if title and (shown := _plain(title)) and _is_visible(shown):
        return shown
    hosts = (urlsplit(address).hostname for address in addresses if address)
    return next((_plain(host) for host in hosts if host), "")


def _authors(stored: StoredEntry, source: _Source) -> tuple[str, ...]:
    """The names to show: none that says what the source's title does."""
    persons = stored.entry.authors or (() if source.title else (stored.author,))
    names = (_plain(person.name or person.email or "") for person in persons[:_MOST_AUTHORS])
    return tuple(name for name in names if _is_visible(name) and name != source.title)


def _labels(categories: Sequence[str], folders: Mapping[str, str]) -> tuple[_Label, ...]:
    """The categories that have pages, each page once; then others, while there is room."""
    linked: dict[str, _Label] = {}
    others = []
    for name in categories:
        folder = folders.get(fold(name))
        if folder is None:
            if _is_visible(name):
                others.append(_Label(_plain(name), None))
        elif folder not in linked:
            linked[folder] = _Label(_plain(name), ROOT + _page_path(folder))
    return (*linked.values(), *others[: max(0, _MOST_LABELS - len(linked))])


def _media(entry: Entry) -> _Media | None:
    for enclosure in entry.enclosures:
        kind = (enclosure.type or "").partition("/")[0].lower()
        url = _web(enclosure.url)
        if kind in ("audio", "video") and url:
            of_episode = entry.extra.duration if entry.extra else None
            return _Media(kind, url, enclosure.duration or of_episode)
    return None


def _page(job: FrameJob) -> _Page:
    topic, site = job.topic, job.site
    formats = tuple(name for name in job.formats if name != PAGE)
    suffix = f" – {site.title}"
    is_index = topic.name is None
    root = "../" * topic.folder.count("/")
    return _Page(
        root,
        _ENTRIES,
        _plain(site.title),
        __version__,
        _plain(topic.title.removesuffix(suffix)),
        _plain(topic.title),
        _plain(site.description) if is_index else "",
        site.language,
        _direction(site.language, "") or "ltr",
        site.url + quote(topic.folder),
        job.updated,
        _feeds("", formats),
        "feeds.opml" if is_index else None,
        tuple(
            _topic(listing, root, suffix, formats)
            for listing in (job.planet.topics if job.planet else ())
            if listing.name is not None
        ),
        tuple(map(_health, job.planet.sources if job.planet else ())),
    )


@lru_cache(maxsize=8192)
def _topic(listing: Listing, root: str, suffix: str, formats: tuple[str, ...]) -> _Topic:
    return _Topic(
        _plain(listing.title.removesuffix(suffix)),
        root + _page_path(listing.folder),
        _feeds(root + quote(listing.folder), formats),
    )


def _feeds(folder: str, formats: Sequence[str]) -> tuple[_Feed, ...]:
    return tuple(_Feed(name, folder + FILE_NAMES[name], _TYPES[name]) for name in formats)


def _health(source: SourceHealth) -> _Health:
    return _Health(
        _source_title(source.title, source.site_url, source.feed_url) or "?",
        _web(source.site_url),
        _web(source.feed_url),
        source.newest_at,
        source.failing_since,
        source.is_failing or source.failing_since is not None,
    )


@lru_cache(maxsize=8192)
def _page_path(folder: str) -> str:
    return quote(folder) + FILE_NAMES[PAGE]


def _plain(text: str) -> str:
    """`text` without what HTML forbids."""
    return text if text.isprintable() else _FORBIDDEN.sub("", text)


def _is_visible(text: str) -> bool:
    """Whether there is something to see of it, and so to click on and to read aloud."""
    if text.isprintable():
        return bool(text.strip())
    return any(letter.isprintable() and not letter.isspace() for letter in text)


def _web(url: str | None, schemes: tuple[str, ...] = ("http:", "https:", "mailto:")) -> str | None:
    """`url` if a page may link to it, as far as HTML allows its letters."""
    return _plain(url) if url and url[:7].lower().startswith(schemes) else None


def _direction(language: str | None, text: str) -> str | None:
    """ "rtl", "ltr", or None where neither the language nor the first letter says.

    Many feeds in Arabic say that they are in English, so of a language only "rtl" is believed
    unseen.
    """
    if language:
        name, *rest = language.lower().split("-")
        script = next((part for part in rest if len(part) == 4 and part.isalpha()), None)
        if script in _RTL_SCRIPTS or (script is None and name in _RTL_LANGUAGES):
            return "rtl"
    for character in text:
        kind = bidirectional(character)
        if kind == "L":
            return "ltr"
        if kind in ("R", "AL"):
            return "rtl"
    return None
