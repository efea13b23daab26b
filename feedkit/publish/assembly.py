"""Puts documents together of entries and frames that are each rendered once."""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat

from feedkit.config import Settings
from feedkit.model import Origin, Person
from feedkit.publish.jobs import (
    Form,
    Frame,
    FrameJob,
    Press,
    RenderedEntry,
    RenderJob,
    from_microseconds,
)
from feedkit.publish.topics import Topic
from feedkit.store import EntryRow, SourceRow, Store

_SPARE = 10
"""More entries asked for than published, for those that turn out to be the same entry twice."""
_CACHE_BYTES = 64_000_000
"""Rendered entries kept for other documents that hold them too."""
_BATCH = 50
"""Entries rendered at a time."""
_FRAMES_AHEAD = 4
"""Topics whose frames are being rendered while the documents before them are taken."""


class Assembly:
    """Makes documents, with each entry rendered once for all of them (within bounded memory)."""

    def __init__(self, store: Store, settings: Settings, press: Press) -> None:
        self._store = store
        self._settings = settings
        self._press = press
        self._most = settings.publish.entries + _SPARE
        self._rendering: Iterator[Sequence[RenderedEntry]] = iter(())
        self._newest: dict[str, list[int]] = {}
        self._rendered: dict[int, RenderedEntry] = {}
        self._asked: set[int] = set()
        self._size = 0
        self.problems: list[str] = []
        """A sentence for each entry that is not in the documents as it should be."""
        self._finished: list[tuple[int, bytes]] = []
        site = settings.site
        self._site_author = Person(name=site.author or site.title)
        with store.read() as transaction:
            self._sources = {row.id: row for row in transaction.sources().values()}

    def documents(
        self, wanted: Sequence[tuple[Topic, Iterable[str]]]
    ) -> Iterator[tuple[Topic, str, bytes]]:
        """The documents of topics in the formats wanted of each.

        The content of entries that have none yet is made on the way, and stored where that took
        long. What the next topics need is being rendered while the documents are taken.
        """
        topics = [topic for topic, _ in wanted]
        self._rendering = self._press.entries(self._jobs(topics), expected=len(topics) * self._most)
        framing: deque[Iterator[tuple[Topic, str, bytes]]] = deque()
        for topic, formats in wanted:
            framing.append(self._frame(topic, formats, self._entries(topic)))
            if len(framing) > _FRAMES_AHEAD:
                yield from framing.popleft()
            if self._size > _CACHE_BYTES:
                self._forget()
        yield from chain.from_iterable(framing)
        self._save_finished()

    def _frame(
        self, topic: Topic, formats: Iterable[str], entries: Sequence[RenderedEntry]
    ) -> Iterator[tuple[Topic, str, bytes]]:
        """Begin to render what stands around the topic's entries; its documents."""
        created = from_microseconds(topic.created_at)
        updated = max((entry.updated for entry in entries), default=created)
        jobs = [FrameJob(topic, name, self._settings.site, updated) for name in formats]
        frames = chain.from_iterable(self._press.frames(jobs))
        return map(_document, jobs, frames, repeat(entries))

    def _jobs(self, topics: Iterable[Topic]) -> Iterator[list[RenderJob]]:
        """What the topics are likely to need, and is not rendered yet, in batches."""
        missing: list[int] = []
        for topic in topics:
            with self._store.read() as transaction:
                ids = transaction.newest(topic.category_ids, self._most)
            self._newest[topic.folder] = ids
            missing += [entry_id for entry_id in ids if entry_id not in self._asked]
            self._asked.update(ids)
            while len(missing) >= _BATCH:
                yield self._load(missing[:_BATCH])
                del missing[:_BATCH]
        if missing:
            yield self._load(missing)

    def _load(self, ids: Iterable[int]) -> list[RenderJob]:
        with self._store.read() as transaction:
            return [self._job(row) for row in transaction.entries(sorted(ids))]

    def _entries(self, topic: Topic) -> list[RenderedEntry]:
        """The topic's newest entries, newest first, no `Entry.id` twice."""
        limit, most = self._settings.publish.entries, self._most
        while topic.folder not in self._newest:
            self._take(next(self._rendering, ()))
        ids = self._newest.pop(topic.folder)
        while True:
            self._render(ids)
            distinct: dict[str, RenderedEntry] = {}
            for entry_id in ids:
                rendered = self._rendered[entry_id]
                distinct.setdefault(rendered.id, rendered)
            if len(distinct) >= limit or len(ids) < most:
                return list(distinct.values())[:limit]
            most *= 2
            with self._store.read() as transaction:
                ids = transaction.newest(topic.category_ids, most)

    def _render(self, ids: Sequence[int]) -> None:
        """Have all of `ids` in `_rendered`: they are under way, or were never asked for."""
        if new := set(ids) - self._asked:
            self._asked |= new
            for batch in self._press.entries([self._load(new)], expected=len(new)):
                self._take(batch)
        while not self._rendered.keys() >= set(ids):
            self._take(next(self._rendering))

    def _take(self, batch: Iterable[RenderedEntry]) -> None:
        """Keep what was rendered."""
        for rendered in batch:
            self._rendered[rendered.row_id] = rendered
            self._size += sum(map(len, rendered.forms.values()))
            if rendered.problem:
                self.problems.append(f"{rendered.id}: {rendered.problem}")
            if rendered.finished is not None:
                self._finished.append((rendered.row_id, rendered.finished))

    def _forget(self) -> None:
        """Make room for other entries; what is under way is yet to come."""
        self._save_finished()
        self._asked -= self._rendered.keys()
        self._rendered.clear()
        self._size = 0

    def _save_finished(self) -> None:
        """Store the contents that were made, so that they are not made again."""
        if self._finished:
            with self._store.write() as transaction:
                transaction.finish_entries(self._finished)
            self._finished.clear()

    def _job(self, row: EntryRow) -> RenderJob:
        source = self._sources[row.source_id]
        origin = _origin(source)
        author = Person(name=origin.title) if origin and origin.title else self._site_author
        given = source.categories + (row.lent or ())
        forms = tuple(map(Form, self._settings.publish.formats))
        return RenderJob(row, origin, author, given, forms, {}, self._settings.site.url, None)


def _document(
    job: FrameJob, frame: Frame, entries: Sequence[RenderedEntry]
) -> tuple[Topic, str, bytes]:
    """A frame with its entries in it."""
    form = Form(job.format_name)
    body = frame.between.join(entry.forms[form] for entry in entries)
    return job.topic, job.format_name, frame.head + body + frame.tail + b"\n"


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
