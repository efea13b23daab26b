"""Bytes → entries ready to be stored: parsed, normalized, filtered, encoded and hashed.

Nothing here touches the store or the network, and what is passed in and out can cross a process
boundary, so that many articles can be prepared at once (`feedkit.pipeline.workers`).
"""

import hashlib
import os
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin, urlsplit

import msgspec

from feedkit.collect.articles import FoundFile
from feedkit.collect.files import read_with_status
from feedkit.config import ArticleFolder, FeedSource, Settings
from feedkit.errors import CollectError, ParseError
from feedkit.model import Entry, Origin
from feedkit.normalize.categories import fold
from feedkit.parse import parse_feed
from feedkit.pipeline.instants import to_microseconds
from feedkit.store.rows import EntryState, FileRow, NamedCategory, NewEntry
from feedkit.store.source_keys import feed_of

if TYPE_CHECKING:
    from feedkit.normalize.filters import Filter
    from feedkit.parse.article import Article

RECIPE = "7"
"""Grows when the same bytes make other entries, so that what is stored is prepared anew."""

_HAS_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:").match
_encode = msgspec.json.Encoder().encode


class FolderRecipe(NamedTuple):
    """What the entries of an article folder depend on besides the files."""

    root: str
    """The folder on this machine."""
    host: str
    """The site's, for ids."""
    tag: str
    """The folder's part of an article's id."""
    base_url: str | None
    site_url: str
    max_bytes: int
    is_keyed: bool = True
    """Whether there are other sources, to which the articles are to be compared."""

    def fingerprint(self) -> str:
        """Equal as long as unchanged files make unchanged entries, wherever the folder is."""
        return digest(_encode((RECIPE, self._replace(root="", max_bytes=0, is_keyed=True))))


class ReadFile(NamedTuple):
    """An article file after a look at it."""

    path: str
    row: FileRow | None
    """What to remember of the file; None where it could not be read, so that it is tried again."""
    entry: NewEntry | None = None
    """None where there is none to publish, or where the bytes are those of the last time."""
    is_broken: bool = False
    """Whether what is published of the file stays as it is, since it cannot be read now."""
    reason: str = ""
    """Why there is no row."""


class PreparedFeed(NamedTuple):
    """A feed document, ready to be stored."""

    title: str
    site_url: str | None
    bozo: str | None
    entries: tuple[NewEntry, ...]
    """Oldest first, as the store takes them."""
    ttl: int | None = None
    """Minutes; this and the next two are the feed's wishes when to be asked."""
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[str, ...] = ()
    hub: str | None = None
    """Of WebSub; and what the feed is to it."""
    topic: str | None = None
    origin: Origin = Origin()
    """What it says of itself beside title and site: its id where that is one, author, rights."""


def folder_recipe(settings: Settings, folder: ArticleFolder) -> FolderRecipe:
    """How the articles of `folder` are prepared."""
    root = folder.path if folder.path.is_dir() else folder.path.parent
    return FolderRecipe(
        root=str(root),
        host=urlsplit(settings.site.url).hostname or "",
        tag=_folder_tag(settings, folder),
        base_url=folder.base_url,
        site_url=settings.site.url,
        max_bytes=settings.fetch.max_bytes,
    )


def _folder_tag(settings: Settings, folder: ArticleFolder) -> str:
    """The folder's path from the config file, as written: a symbolic link on the way may lead to
    another release tomorrow. A folder elsewhere gets its name and a digest: its place on this
    machine is not for the world to read."""
    path = folder.path if folder.path.is_dir() else folder.path.parent
    relative = PurePath(os.path.relpath(path, settings.file.parent))
    if ".." not in relative.parts:
        return relative.as_posix()
    return f"{path.name}-{digest(os.fsencode(relative))[:8]}"


def read_article_files(
    recipe: FolderRecipe, found: Sequence[tuple[FoundFile, FileRow | None]], now: int
) -> list[ReadFile]:
    """Read and prepare files that are new or whose size or time changed; never raises for one.

    `now` is in microseconds: an article dated later is remembered, and comes when it is due.
    """
    return [_read_article_file(recipe, file, known, now) for file, known in found]


def _read_article_file(
    recipe: FolderRecipe, file: FoundFile, known: FileRow | None, now: int
) -> ReadFile:
    path = file.path
    try:
        data, status = read_with_status(f"{recipe.root}/{path}", recipe.max_bytes)
    except CollectError as error:
        return ReadFile(path, None, is_broken=True, reason=str(error))
    data_hash, size, mtime_ns = digest(data), status.st_size, status.st_mtime_ns
    if known is not None and known.hash == data_hash and not is_due(known, now):
        return ReadFile(path, known._replace(size=size, mtime_ns=mtime_ns))
    try:
        entry, article = prepare_article(recipe, data, path)
    except ParseError as error:
        guid = known.guid if known else None
        row = FileRow(path, size, mtime_ns, data_hash, guid, None, _lines([str(error)]))
        return ReadFile(path, row, is_broken=True)
    new, guid, due_at = None, None, None
    published = _time(entry.published)
    if published is not None and published > now:
        due_at = published
    elif not article.draft:
        placed = frozenset(map(fold, _tools().cut(article.categories)))
        keys = _tools().keys(entry) if recipe.is_keyed else ()
        new = _new_entry(entry, EntryState.VISIBLE, placed, keys, article.body)
        guid = new.guid
    row = FileRow(path, size, mtime_ns, data_hash, guid, due_at, _lines(article.notes))
    return ReadFile(path, row, new)


def _lines(clauses: Sequence[str]) -> str:
    return "\n".join(" ".join(clause.split()) for clause in clauses) if clauses else ""


def is_due(known: FileRow, now: int) -> bool:
    """Whether an article that was dated in the future has come."""
    return known.due_at is not None and known.due_at <= now


class _Tools(NamedTuple):
    """What articles are prepared with, imported by who prepares any: with YAML it costs 50 ms."""

    read: "Callable[[bytes, str], Article]"
    make_id: Callable[[str, str, str], str]
    normalize: Callable[..., Entry]
    cut: Callable[[Sequence[str]], Sequence[str]]
    keys: Callable[[Entry], tuple[int, ...]]


@cache
def _tools() -> _Tools:
    from feedkit.normalize.entry import cut_long, normalize_entry
    from feedkit.normalize.identity import article_id
    from feedkit.normalize.likeness import lookup_keys
    from feedkit.parse.article import read_article

    return _Tools(read_article, article_id, normalize_entry, cut_long, lookup_keys)


def prepare_article(recipe: FolderRecipe, data: bytes, path: str) -> "tuple[Entry, Article]":
    """The article normalized but for its body, and as it was read. Raises `ParseError`."""
    tools = _tools()
    article = tools.read(data, path)
    entry = article.entry
    url = entry.url or ""
    if recipe.base_url:
        url = urljoin(recipe.base_url, url)
    elif not _HAS_SCHEME(url):
        url = ""
    raw = msgspec.structs.replace(
        entry, id=entry.id or tools.make_id(recipe.host, recipe.tag, path), url=url or None
    )
    base = url or recipe.base_url or recipe.site_url
    namespace = f"tag:{recipe.host},2026:{recipe.tag}"
    normalized = tools.normalize(raw, namespace=namespace, base=base)
    return msgspec.structs.replace(normalized, base=base), article


def finish_entry(data: bytes, body: bytes) -> bytes:
    """A stored entry, encoded, with the content that its body makes, normalized."""
    from feedkit.normalize.entry import normalize_entry
    from feedkit.parse.article import with_body

    entry = with_body(decode_entry(data), body)
    return _encode(normalize_entry(entry, namespace=""))


def prepare_feed(
    data: bytes, *, source: FeedSource, url: str | None, content_type: str | None
) -> PreparedFeed:
    """The feed in `data`, found at `url` (None: a local file), as the config wants `source`.

    Raises `ParseError` when it is none.
    """
    from feedkit.normalize.entry import normalize_feed
    from feedkit.normalize.identity import is_iri
    from feedkit.normalize.likeness import lookup_keys

    entry_filter = source_filter(source)
    parsed = parse_feed(data, url=url, content_type=content_type)
    feed = normalize_feed(parsed, url=url, namespace=source.url, is_xml_text=True)
    return PreparedFeed(
        feed.title,
        feed.url,
        feed.bozo,
        tuple(
            _new_entry(
                entry,
                EntryState.VISIBLE if entry_filter.accepts(entry) else EntryState.FILTERED,
                frozenset(),
                lookup_keys(entry, source.url),
            )
            for entry in reversed(feed.entries)
        ),
        feed.ttl,
        feed.skip_hours,
        feed.skip_days,
        feed.hub,
        feed.self_url,
        Origin(
            id=feed.id if feed.id and is_iri(feed.id) else None,
            author=feed.authors[0] if feed.authors else None,
            rights=feed.rights,
        ),
    )


def refilter(data: bytes, source: FeedSource) -> NewEntry:
    """A stored entry of `source` under the filter that it has now."""
    from feedkit.normalize.likeness import lookup_keys

    entry = decode_entry(data)
    state = EntryState.VISIBLE if source_filter(source).accepts(entry) else EntryState.FILTERED
    return _new_entry(entry, state, frozenset(), lookup_keys(entry, source.url))


def known_as(new: NewEntry, guid: str) -> NewEntry:
    """The entry of a feed under the guid that it had before."""
    data = _encode(msgspec.structs.replace(decode_entry(new.data), id=guid))
    return new._replace(guid=guid, data=data, hash=digest(data))


def decode_entry(data: bytes) -> Entry:
    """A stored entry."""
    return msgspec.json.decode(data, type=Entry)


def stored_keys(data: bytes, source_key: str) -> tuple[int, ...]:
    """The keys by which a stored entry of a source is found."""
    from feedkit.normalize.likeness import lookup_keys

    return lookup_keys(decode_entry(data), feed_of(source_key))


def source_filter(source: FeedSource) -> "Filter":
    """The filter that the config gives `source`."""
    from feedkit.normalize.filters import Filter

    return Filter(source.include, source.exclude)


def declared(names: Sequence[str]) -> tuple[NamedCategory, ...]:
    """Categories that a person named in the config, without those that fold to nothing."""
    return tuple(NamedCategory(key, name, True) for name in names if (key := fold(name)))


def digest(data: bytes) -> str:
    """128 bits of SHA-256, hexadecimal."""
    return hashlib.sha256(data).hexdigest()[:32]


def _time(time: datetime | None) -> int | None:
    return None if time is None else to_microseconds(time)


def _new_entry(
    entry: Entry,
    state: EntryState,
    placed: frozenset[str],
    keys: tuple[int, ...],
    body: bytes | None = None,
) -> NewEntry:
    data = _encode(entry)
    return NewEntry(
        entry.id,
        digest(data + body if body else data),
        _time(entry.published),
        _time(entry.updated),
        state,
        data,
        tuple(
            NamedCategory(key, name, key in placed)
            for name in entry.categories
            if (key := fold(name))
        ),
        body,
        keys,
    )
