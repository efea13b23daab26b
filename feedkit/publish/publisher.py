"""Renders the documents whose entries changed, and writes those whose bytes did."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from feedkit import __version__
from feedkit.config import Settings
from feedkit.errors import PublishError
from feedkit.model import Entry, Origin, Person
from feedkit.publish.documents import (
    RENDERING,
    RenderedEntry,
    StoredEntry,
    from_microseconds,
    render_document,
    render_entry,
)
from feedkit.publish.topics import Topic, choose_topics
from feedkit.publish.writer import write_document
from feedkit.store import DocumentRow, EntryRow, SourceRow, Store

_SPARE = 10
"""More entries asked for than published, for those that turn out to be the same entry twice."""
_CACHE_BYTES = 64_000_000
"""Rendered entries kept for other documents that hold them too."""


class Published(Struct):
    """What became of the documents."""

    documents: int = 0
    written: list[str] = []
    """Paths below the output folder."""
    failed: list[str] = []
    """A sentence for each document that could not be written."""


def publish(store: Store, settings: Settings, output: Path, *, remember: bool = True) -> Published:
    """Bring the documents below `output` up to date with the store.

    With `remember` the store keeps what was written, and a document whose entries, settings and
    file are as they were is not even rendered; without it each is rendered and compared.
    """
    with store.read() as transaction:
        rows = transaction.categories()
        everything = settings.publish.categories == "all"
        sizes = transaction.category_sizes() if everything else {}
        documents = transaction.documents() if remember else {}
    topics, slugs = choose_topics(settings, rows, sizes)
    if slugs:
        with store.write() as transaction:
            transaction.set_slugs(slugs)
    published = Published(documents=len(topics) * len(settings.publish.formats))
    done: list[DocumentRow] = []
    renderer: _Renderer | None = None
    for topic in topics:
        stale = {
            name: fingerprint
            for name in settings.publish.formats
            if (fingerprint := _fingerprint(topic, name, settings))
            and not _is_current(documents.get(topic.path(name)), fingerprint, output)
        }
        if not stale:
            continue
        if renderer is None:
            renderer = _Renderer(store, settings)
        entries = renderer.entries(topic)
        for name, fingerprint in stale.items():
            data = render_document(topic, name, settings.site, [entry[name] for entry in entries])
            path = output / topic.path(name)
            try:
                if write_document(path, data):
                    published.written.append(topic.path(name))
                status = path.stat()
            except (PublishError, OSError) as error:
                published.failed.append(str(error))
            else:
                done.append(
                    DocumentRow(topic.path(name), fingerprint, status.st_size, status.st_mtime_ns)
                )
    if remember and done:
        with store.write() as transaction:
            transaction.save_documents(done)
    return published


def _fingerprint(topic: Topic, format_name: str, settings: Settings) -> str:
    """Of everything a document is made of, the entries by their categories' revisions."""
    site = settings.site
    parts = (
        RENDERING,
        __version__,
        format_name,
        topic,
        (site.url, site.title, site.description, site.language, site.author),
        settings.publish.entries,
    )
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:32]


def _is_current(row: DocumentRow | None, fingerprint: str, output: Path) -> bool:
    """Whether the file is the one that was written, from what is there now."""
    if row is None or row.fingerprint != fingerprint:
        return False
    try:
        status = (output / row.path).stat()
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns) == (row.size, row.mtime_ns)


class _Renderer:
    """Renders entries, each once for all the documents it is in (within bounded memory)."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._rendered: dict[int, tuple[str, Mapping[str, RenderedEntry]]] = {}
        self._size = 0
        site = settings.site
        self._site_author = Person(name=site.author or site.title)
        with store.read() as transaction:
            self._sources = {row.id: row for row in transaction.sources().values()}

    def entries(self, topic: Topic) -> list[Mapping[str, RenderedEntry]]:
        """The topic's newest entries, newest first, no `Entry.id` twice, in each format."""
        limit = self._settings.publish.entries
        with self._store.read() as transaction:
            ids = transaction.newest(topic.category_ids, limit + _SPARE)
            missing = [entry_id for entry_id in ids if entry_id not in self._rendered]
            if self._size > _CACHE_BYTES:
                self._rendered.clear()
                self._size, missing = 0, ids
            self._render(transaction.entries(missing))
        distinct: dict[str, Mapping[str, RenderedEntry]] = {}
        for entry_id in ids:
            if entry_id in self._rendered:
                guid, rendered = self._rendered[entry_id]
                distinct.setdefault(guid, rendered)
        return list(distinct.values())[:limit]

    def _render(self, rows: Iterable[EntryRow]) -> None:
        formats: Sequence[str] = self._settings.publish.formats
        for row in rows:
            entry = msgspec.json.decode(row.data, type=Entry)
            rendered = render_entry(self._stored(row, entry), formats)
            self._rendered[row.id] = (entry.id, rendered)
            self._size += sum(len(one.xml) for one in rendered.values())

    def _stored(self, row: EntryRow, entry: Entry) -> StoredEntry:
        source = self._sources[row.source_id]
        published = from_microseconds(row.order_time)
        updated = entry.updated or published
        latest = from_microseconds(max(row.first_seen, row.changed_at))
        origin = _origin(source)
        return StoredEntry(
            _with_given_categories(entry, source),
            published,
            max(published, min(updated, latest)),
            origin,
            Person(name=origin.title) if origin and origin.title else self._site_author,
        )


def _origin(source: SourceRow) -> Origin | None:
    kind, _, url = source.key.partition(":")
    if kind != "feed":
        return None
    is_remote = url.startswith(("http://", "https://"))
    feed_url = url if is_remote else None  # a local path is nobody else's business
    return Origin(
        id=feed_url, title=source.title or feed_url, url=source.site_url, feed_url=feed_url
    )


def _with_given_categories(entry: Entry, source: SourceRow) -> Entry:
    own = set(entry.categories)
    given = tuple(category.name for category in source.categories if category.name not in own)
    if not given:
        return entry
    return msgspec.structs.replace(entry, categories=(*entry.categories, *given))
