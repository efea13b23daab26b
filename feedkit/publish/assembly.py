"""Puts documents together of entries and frames that are each rendered once."""

import re
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, repeat
from typing import NamedTuple

from feedkit.config import Settings
from feedkit.model import Origin, Person
from feedkit.publish.jobs import (
    PAGE,
    ROOT,
    Form,
    Frame,
    FrameJob,
    Planet,
    Press,
    RenderedEntry,
    RenderJob,
    Tombstone,
    from_microseconds,
)
from feedkit.publish.kept import Kept, key_of, size_of
from feedkit.publish.plan import Planned
from feedkit.store import EntryRow, SourceRow, Store
from feedkit.store.source_keys import feed_of

_CACHE_BYTES = 96_000_000
"""Rendered entries kept for other documents that hold them too."""
_BATCH = 50
"""Entries rendered at a time."""
_MANY = 5_000
"""Entries past which what was rendered before is so little of them that it is not looked for."""
_FRAMES_AHEAD = 4
"""Documents whose frames are being rendered while those before them are taken."""


class Sheet(NamedTuple):
    """A document to be made."""

    planned: Planned
    entry_ids: tuple[int, ...]
    tombstones: tuple[Tombstone, ...] = ()


class Made(NamedTuple):
    """A document that was made."""

    planned: Planned
    data: bytes
    broken: str | None
    """Why it could not be; None: it was."""


class Assembly:
    """Makes documents, with each entry rendered once for all of them (within bounded memory)."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        press: Press,
        sources: Iterable[SourceRow],
        folders: Mapping[str, str],
        planet: Planet,
        kept: Kept | None = None,
    ) -> None:
        """`folders` has where categories are published, by their keys; `kept` what was rendered
        by the same settings before."""
        self._store = store
        self._settings = settings
        self._press = press
        self._folders = folders
        self._planet = planet
        self._kept = kept
        self._keys: dict[int, bytes] = {}
        """What entries are kept by."""
        self._forms: dict[int, tuple[Form, ...]] = {}
        """What each entry is rendered as."""
        self._uses: Counter[int] = Counter()
        """How many documents are still to hold each entry."""
        self._rendering: Iterator[Sequence[RenderedEntry]] = iter(())
        self._rendered: dict[int, RenderedEntry] = {}
        self._asked: set[int] = set()
        self._missing: set[int] = set()
        """Entries of archives that are stored no more."""
        self._reached = 0
        """Sheets whose entries are rendered or under way."""
        self._size = 0
        self.problems: list[str] = []
        """A sentence for each entry that is not in the documents as it should be."""
        self._finished: list[tuple[int, bytes]] = []
        site = settings.site
        self._site_author = Person(name=site.author or site.title)
        self._sources = {row.id: row for row in sources}

    def documents(self, sheets: Sequence[Sheet]) -> Iterator[Made]:
        """The documents, in the order of the sheets.

        The content of entries that have none yet is made on the way, and stored where that took
        long. What the next sheets need is being rendered while the documents are taken.
        """
        forms: defaultdict[int, dict[Form, None]] = defaultdict(dict)
        for sheet in sheets:
            for entry_id in sheet.entry_ids:
                forms[entry_id][sheet.planned.form] = None
                self._uses[entry_id] += 1
        shared: dict[tuple[Form, ...], tuple[Form, ...]] = {}
        for entry_id, wanted in forms.items():
            found = tuple(wanted)
            self._forms[entry_id] = shared.setdefault(found, found)
        if len(forms) > _MANY:
            self._kept = None
        self._rendering = self._press.entries(self._jobs(sheets), expected=len(forms))
        framing: deque[Iterator[Made]] = deque()
        for number, sheet in enumerate(sheets):
            framing.append(self._frame(sheet, self._entries(number, sheet.entry_ids)))
            if len(framing) > _FRAMES_AHEAD:
                yield from framing.popleft()
            if self._size > _CACHE_BYTES:
                self._forget()
        yield from chain.from_iterable(framing)
        self._save_finished()

    def _frame(self, sheet: Sheet, entries: Sequence[RenderedEntry]) -> Iterator[Made]:
        """Begin to render what stands around the sheet's entries; its document."""
        planned, publish = sheet.planned, self._settings.publish
        created = from_microseconds(planned.topic.created_at)
        job = FrameJob(
            planned.topic,
            planned.form.format_name,
            self._settings.site,
            max((entry.updated for entry in entries), default=created),
            (*publish.formats, PAGE) if publish.pages else publish.formats,
            publish.hubs,
            planned.chain,
            sheet.tombstones,
            self._planet if planned.topic.name is None and planned.form == Form(PAGE) else None,
            publish.theme,
            is_styled=publish.pages,
        )
        frames = chain.from_iterable(self._press.frames([job]))
        return map(_document, repeat(planned, 1), frames, repeat(entries))

    def _jobs(self, sheets: Iterable[Sheet]) -> Iterator[list[RenderJob]]:
        """What the sheets need, and is not rendered yet, in batches."""
        missing: list[int] = []
        for sheet in sheets:
            new = [entry_id for entry_id in sheet.entry_ids if entry_id not in self._asked]
            missing += new
            self._asked.update(new)
            self._reached += 1
            while len(missing) >= _BATCH:
                yield self._load(missing[:_BATCH])
                del missing[:_BATCH]
        if missing:
            yield self._load(missing)

    def _load(self, ids: Collection[int]) -> list[RenderJob]:
        with self._store.read() as transaction:
            jobs = [self._job(row) for row in transaction.entries.get(sorted(ids))]
        if len(jobs) < len(ids):
            self._missing |= {*ids} - {job.row.id for job in jobs}
        return jobs if self._kept is None else self._not_kept(jobs, self._kept)

    def _not_kept(self, jobs: Iterable[RenderJob], kept: Kept) -> list[RenderJob]:
        """Take what is kept already; the other jobs."""
        others = []
        for job in jobs:
            key = self._keys[job.row.id] = key_of(job)
            if (rendered := kept.find(key, job.forms)) is None:
                others.append(job)
            else:
                self._take([rendered])
        return others

    def _entries(self, number: int, ids: Sequence[int]) -> list[RenderedEntry]:
        """The entries of a sheet, rendered: each is under way, or was forgotten since."""
        while self._reached <= number:
            self._take(next(self._rendering, ()))
        self._render([entry_id for entry_id in ids if entry_id not in self._asked])
        while not all(entry_id in self._rendered or entry_id in self._missing for entry_id in ids):
            self._take(next(self._rendering))
        ids = [entry_id for entry_id in ids if entry_id in self._rendered]
        found = [self._rendered[entry_id] for entry_id in ids]
        for entry_id in ids:
            self._uses[entry_id] -= 1
            if not self._uses[entry_id]:
                rendered = self._rendered.pop(entry_id)
                self._size -= size_of(rendered)
                if self._kept is not None:
                    self._kept.keep(self._keys.pop(entry_id), rendered)
        return found

    def _render(self, forgotten: Collection[int]) -> None:
        """Have entries rendered once more."""
        if forgotten:
            self._asked.update(forgotten)
            for batch in self._press.entries([self._load(forgotten)], expected=len(forgotten)):
                self._take(batch)

    def _take(self, batch: Iterable[RenderedEntry]) -> None:
        """Keep what was rendered."""
        for rendered in batch:
            self._rendered[rendered.row_id] = rendered
            self._size += size_of(rendered)
            if rendered.problem:
                self.problems.append(f"{rendered.id}: {rendered.problem}")
            if rendered.finished is not None:
                self._finished.append((rendered.row_id, rendered.finished))

    def _forget(self) -> None:
        """Make room for other entries, in place of those that were rendered first."""
        self._save_finished()
        while self._rendered and self._size > _CACHE_BYTES * 3 // 4:
            entry_id = next(iter(self._rendered))
            self._size -= size_of(self._rendered.pop(entry_id))
            self._asked.discard(entry_id)

    def _save_finished(self) -> None:
        """Store the contents that were made, so that they are not made again."""
        if self._finished:
            with self._store.write() as transaction:
                transaction.entries.finish(self._finished)
            self._finished.clear()

    def _job(self, row: EntryRow) -> RenderJob:
        source = self._sources[row.source_id]
        origin = _origin(source)
        author = Person(name=origin.title) if origin and origin.title else self._site_author
        return RenderJob(
            row,
            origin,
            author,
            source.categories + (row.lent or ()),
            self._forms[row.id],
            self._folders,
            self._settings.site.url,
            self._settings.publish.theme,
        )


def _document(planned: Planned, frame: Frame, entries: Sequence[RenderedEntry]) -> Made:
    """A frame with its entries in it."""
    form, broken = planned.form, frame.broken
    if form.format_name == PAGE:
        broken = next((entry.broken for entry in entries if entry.broken), broken)
    if broken:
        return Made(planned, b"", broken)
    data = frame.head + frame.between.join(entry.forms[form] for entry in entries) + frame.tail
    if form.format_name == PAGE:
        data = data.replace(ROOT.encode(), b"../" * planned.topic.folder.count("/"))
    return Made(planned, data, None)


def _origin(source: SourceRow) -> Origin | None:
    if feed_of(source.key) is None:
        return None
    url, said = public_url(source), source.origin
    return Origin(
        said.id or url, source.title or url, source.site_url, url, said.author, said.rights
    )


def public_url(source: SourceRow) -> str | None:
    """The address of a source as others may see it; None: it has none. A local path is nobody
    else's business, and neither is a password."""
    url = feed_of(source.key)
    if url is None or not url.startswith(("http://", "https://")):
        return None
    return re.sub("(?<=//)[^/?#]*@", "", url)
