"""Puts documents together of entries and frames that are each rendered once."""

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import chain

from feedkit.config import Settings
from feedkit.model import Origin, Person
from feedkit.publish.jobs import FrameJob, Press, RenderedEntry, RenderJob, from_microseconds
from feedkit.publish.topics import Topic
from feedkit.store import EntryRow, SourceRow, Store

_SPARE = 10
"""More entries asked for than published, for those that turn out to be the same entry twice."""
_CACHE_BYTES = 64_000_000
"""Rendered entries kept for other documents that hold them too."""
_TOPICS_AT_ONCE = 12
"""Their entries are rendered together, while the documents of those before them are written."""


class Assembly:
    """Makes documents, with each entry rendered once for all of them (within bounded memory)."""

    def __init__(self, store: Store, settings: Settings, press: Press) -> None:
        self._store = store
        self._settings = settings
        self._press = press
        self._newest: dict[str, list[int]] = {}
        self._rendered: dict[int, RenderedEntry] = {}
        self._asked: set[int] = set()
        self._size = 0
        site = settings.site
        self._site_author = Person(name=site.author or site.title)
        with store.read() as transaction:
            self._sources = {row.id: row for row in transaction.sources().values()}

    def documents(
        self, wanted: Sequence[tuple[Topic, Iterable[str]]]
    ) -> Iterator[tuple[Topic, str, bytes]]:
        """The documents of topics in the formats wanted of each.

        The content of entries that have none yet is made on the way, and stored. What the next
        topics need is being rendered while those before them are taken.
        """
        some = [wanted[i : i + _TOPICS_AT_ONCE] for i in range(0, len(wanted), _TOPICS_AT_ONCE)]
        under_way = self._start(some[0]) if some else None
        for position, chunk in enumerate(some):
            rendering, under_way = under_way, None
            if position + 1 < len(some):
                under_way = self._start(some[position + 1])
            if rendering is not None:
                self._take(rendering)
            yield from self._put_together(chunk)

    def _put_together(
        self, wanted: Sequence[tuple[Topic, Iterable[str]]]
    ) -> Iterator[tuple[Topic, str, bytes]]:
        parts: list[tuple[FrameJob, list[RenderedEntry]]] = []
        for topic, formats in wanted:
            entries = self._entries(topic)
            created = from_microseconds(topic.created_at)
            updated = max((entry.updated for entry in entries), default=created)
            parts += [
                (FrameJob(topic, name, self._settings.site, updated), entries) for name in formats
            ]
        frames = chain.from_iterable(self._press.frames([job for job, _ in parts]))
        for (job, entries), (head, end) in zip(parts, frames, strict=True):
            xml = (entry.xml[job.format_name] for entry in entries)
            yield job.topic, job.format_name, b"\n".join((head, *xml, end, b""))

    def _start(
        self, wanted: Sequence[tuple[Topic, Iterable[str]]]
    ) -> Iterable[Sequence[RenderedEntry]]:
        """Begin to render what topics are likely to need, and is not rendered yet."""
        if self._size > _CACHE_BYTES:
            self._rendered.clear()
            self._asked.clear()
            self._size = 0
        most = self._settings.publish.entries + _SPARE
        ids: set[int] = set()
        with self._store.read() as transaction:
            for topic, _ in wanted:
                self._newest[topic.folder] = transaction.newest(topic.category_ids, most)
                ids.update(self._newest[topic.folder])
        missing = ids - self._asked - self._rendered.keys()
        self._asked |= missing
        return self._render(missing)

    def _render(self, ids: Set[int]) -> Iterable[Sequence[RenderedEntry]]:
        with self._store.read() as transaction:
            return self._press.entries([self._job(row) for row in transaction.entries(sorted(ids))])

    def _take(self, batches: Iterable[Sequence[RenderedEntry]]) -> None:
        """Keep what was rendered, and store the contents that were made."""
        finished: list[tuple[int, bytes]] = []
        for rendered in chain.from_iterable(batches):
            self._rendered[rendered.row_id] = rendered
            self._size += sum(map(len, rendered.xml.values()))
            if rendered.finished is not None:
                finished.append((rendered.row_id, rendered.finished))
        if finished:
            with self._store.write() as transaction:
                transaction.finish_entries(finished)

    def _entries(self, topic: Topic) -> list[RenderedEntry]:
        """The topic's newest entries, newest first, no `Entry.id` twice."""
        limit = self._settings.publish.entries
        most = limit + _SPARE
        ids = self._newest.pop(topic.folder)
        while True:
            self._take(self._render(set(ids) - self._rendered.keys()))
            distinct: dict[str, RenderedEntry] = {}
            for entry_id in ids:
                rendered = self._rendered[entry_id]
                distinct.setdefault(rendered.id, rendered)
            if len(distinct) >= limit or len(ids) < most:
                return list(distinct.values())[:limit]
            most *= 2
            with self._store.read() as transaction:
                ids = transaction.newest(topic.category_ids, most)

    def _job(self, row: EntryRow) -> RenderJob:
        source = self._sources[row.source_id]
        origin = _origin(source)
        author = Person(name=origin.title) if origin and origin.title else self._site_author
        return RenderJob(row, origin, author, source.categories, self._settings.publish.formats)


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
