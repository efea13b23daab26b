"""Stored entries → entries as they stand in documents, each rendered once for all of them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import islice

import msgspec

from feedkit.config import Settings
from feedkit.model import Entry, Origin, Person
from feedkit.normalize.categories import fold
from feedkit.publish.documents import (
    RenderedEntry,
    StoredEntry,
    from_microseconds,
    render_document,
    render_entry,
)
from feedkit.publish.published import Finish
from feedkit.publish.topics import Topic
from feedkit.store import EntryRow, SourceRow, Store, UnfinishedEntry

_SPARE = 10
"""More entries asked for than published, for those that turn out to be the same entry twice."""
_CACHE_BYTES = 64_000_000
"""Rendered entries kept for other documents that hold them too."""
_AT_ONCE = 2_000
"""Entries in memory on their way from the store."""


class Renderer:
    """Renders entries, each once for all the documents it is in (within bounded memory)."""

    def __init__(self, store: Store, settings: Settings, finish: Finish) -> None:
        self._store = store
        self._settings = settings
        self._finish = finish
        self._newest: dict[str, list[int]] = {}
        self._rendered: dict[int, tuple[str, Mapping[str, RenderedEntry]]] = {}
        self._size = 0
        site = settings.site
        self._site_author = Person(name=site.author or site.title)
        with store.read() as transaction:
            self._sources = {row.id: row for row in transaction.sources().values()}

    def load(self, topics: Iterable[Topic]) -> None:
        """Make the content of the entries of `topics` where there is none yet, store it, and
        render them all, so that `documents` of these topics has only to put them together."""
        if self._size > _CACHE_BYTES:
            self._rendered.clear()
            self._size = 0
        wanted = self._settings.publish.entries + _SPARE
        with self._store.read() as transaction:
            self._newest = {
                topic.folder: transaction.newest(topic.category_ids, wanted) for topic in topics
            }
        self._render_all({entry for ids in self._newest.values() for entry in ids})

    def documents(self, topic: Topic, formats: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """The document of a loaded topic in each of the `formats`, by the format's name."""
        entries = self._entries(topic)
        for name in formats:
            chosen = [entry[name] for entry in entries]
            yield name, render_document(topic, name, self._settings.site, chosen)

    def _entries(self, topic: Topic) -> list[Mapping[str, RenderedEntry]]:
        """The topic's newest entries, newest first, no `Entry.id` twice, in each format."""
        limit = self._settings.publish.entries
        wanted = limit + _SPARE
        ids = self._newest[topic.folder]
        while True:
            distinct: dict[str, Mapping[str, RenderedEntry]] = {}
            for entry_id in ids:
                guid, rendered = self._rendered[entry_id]
                distinct.setdefault(guid, rendered)
            if len(distinct) >= limit or len(ids) < wanted:
                return list(distinct.values())[:limit]
            wanted *= 2
            with self._store.read() as transaction:
                ids = transaction.newest(topic.category_ids, wanted)
            self._render_all(set(ids))

    def _render_all(self, ids: Set[int]) -> None:
        in_order = iter(sorted(ids - self._rendered.keys()))
        while some := list(islice(in_order, _AT_ONCE)):
            with self._store.read() as transaction:
                rows = {row.id: row for row in transaction.entries(some)}
            unfinished = [
                UnfinishedEntry(row.id, row.data, row.body)
                for row in rows.values()
                if row.body is not None
            ]
            if unfinished:
                batches = self._finish(unfinished)
                with self._store.write() as transaction:
                    for batch in batches:
                        transaction.finish_entries(batch)
                        self._render(rows.pop(entry)._replace(data=data) for entry, data in batch)
            # An entry whose content could not be made is published with what else there is.
            self._render(rows.values())

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
        changed = from_microseconds(row.changed_at)
        # An edit that its source does not date is dated by when it was seen.
        edited = changed if row.changed_at > row.first_seen else published
        origin = _origin(source)
        return StoredEntry(
            _with_given_categories(entry, source),
            published,
            max(published, min(entry.updated or edited, changed)),
            origin,
            Person(name=origin.title) if origin and origin.title else self._site_author,
        )


def _origin(source: SourceRow) -> Origin | None:
    kind, _, url = source.key.partition(":")
    if kind != "feed":
        return None
    is_remote = url.startswith(("http://", "https://"))
    # A local path is nobody else's business, and neither is a password.
    feed_url = re.sub("(?<=//)[^/?#]*@", "", url) if is_remote else None
    return Origin(
        id=feed_url, title=source.title or feed_url, url=source.site_url, feed_url=feed_url
    )


def _with_given_categories(entry: Entry, source: SourceRow) -> Entry:
    if not source.categories:
        return entry
    own = set(map(fold, entry.categories))
    given = {category.key: category.name for category in source.categories}
    added = (name for key, name in given.items() if key not in own)
    return msgspec.structs.replace(entry, categories=(*entry.categories, *added))
