"""An article folder → the store: only what changed is read, and all of it in one transaction."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from feedkit.collect.articles import FoundFile, Scan, scan
from feedkit.config import ArticleFolder, Settings
from feedkit.errors import CollectError
from feedkit.pipeline.prepare import (
    FolderRecipe,
    ReadFile,
    declared,
    folder_recipe,
    is_due,
    read_article_files,
)
from feedkit.pipeline.report import Progress, SourceReport
from feedkit.pipeline.workers import Workers, in_batches
from feedkit.publish.jobs import from_microseconds
from feedkit.store import FileRow, SourceRow, Store
from feedkit.store.source_keys import folder_key

if TYPE_CHECKING:
    from concurrent.futures import Future

    from feedkit.store.transaction import Transaction

_MANY = 100
"""Files from which on worker processes are worth their start."""

_Job = tuple[FoundFile, FileRow | None]


def scan_beside(folder: ArticleFolder, store: Store, workers: Workers) -> Callable[[], Scan]:
    """A call that gives what `scan` finds in `folder`.

    A worker looks while this process opens the store and loads what is known of the folder; of a
    new store nothing is known, and there is nothing else to do.
    """
    if store.is_new:
        return partial(scan, folder.path, folder.left_out, stamps=False)
    if not workers.are_running:
        return partial(scan, folder.path, folder.left_out)
    return partial(_scanned, workers.submit(_packed_scan, folder), folder)


def _packed_scan(folder: ArticleFolder) -> bytes:
    return _pack(scan(folder.path, folder.left_out))


def _scanned(packed: "Future[bytes]", folder: ArticleFolder) -> Scan:
    from concurrent.futures.process import BrokenProcessPool

    try:
        return _unpack_scan(packed.result())
    except BrokenProcessPool:
        return scan(folder.path, folder.left_out)


def collect_articles(
    settings: Settings,
    folder: ArticleFolder,
    scanned: Callable[[], Scan],
    store: Store,
    workers: Workers,
    now: int,
    progress: Progress,
) -> SourceReport:
    """Bring the store up to date with `folder`; what was done, with a line a problem.

    An article whose file cannot be read stays published as it was; one whose file is gone, or is
    a draft now, is withdrawn.
    """
    report = SourceReport(folder.name)
    source, known = (None, {}) if store.is_new else _known(store, folder_key(folder.name))
    try:
        found = scanned()
    except CollectError as error:
        report.outcome, report.reason = "failed", str(error)
        return report
    # Of a new store's only folder no article is the same as another source's entry.
    is_keyed = not store.is_new or len(settings.articles + settings.feeds + settings.opml) > 1
    recipe = folder_recipe(settings, folder)._replace(is_keyed=is_keyed)
    fingerprint = recipe.fingerprint()
    same_recipe = source is not None and source.recipe == fingerprint
    jobs = _changed(found.files, known, now, trust_stamps=same_recipe)
    given = declared(folder.categories)
    gone = _gone(found, known)
    if jobs or gone or source is None or source.categories != given or not same_recipe:
        progress.total(len(jobs))
        reading = _read(recipe, jobs, workers, now)
        with store.write() as transaction:
            source = source or transaction.sources.add(folder_key(folder.name), now)
            if source.categories != given:
                transaction.sources.give_categories(source, given, now)
                source = source._replace(categories=given)
            update = _Update(transaction, source, known, gone, now, report, remade=not same_recipe)
            for results in reading:
                update.take(results)
                progress.step(len(results))
            update.settle()
            update.withdraw_gone()
            transaction.sources.update(source.id, recipe=fingerprint)
            if not is_keyed:
                transaction.sources.update(source.id, is_keyed=False)
        known = update.known
    else:
        report.outcome = "unchanged"
    _count_and_list(report, found, known)
    return report


def _known(store: Store, key: str) -> tuple[SourceRow | None, dict[str, FileRow]]:
    with store.read() as transaction:
        source = transaction.sources.all().get(key)
        return source, transaction.files.of_source(source.id) if source else {}


def _changed(
    found: Sequence[FoundFile], known: dict[str, FileRow], now: int, *, trust_stamps: bool
) -> list[_Job]:
    """The files to read: new, of another size or time than known, or due. Pure."""
    jobs: list[_Job] = []
    for file in found:
        row = known.get(file.path)
        if row is None or (file.size, file.mtime_ns) != (row.size, row.mtime_ns):
            jobs.append((file, row))
        elif not trust_stamps:
            jobs.append((file, row._replace(hash="")))
        elif row.due_at is not None and is_due(row, now):
            jobs.append((file, row))
    return jobs


def _gone(found: Scan, known: dict[str, FileRow]) -> list[FileRow]:
    """Known files that are not there any more. Pure.

    What cannot be seen into (a folder without permission) is not gone.
    """
    missing = known.keys() - {file.path for file in found.files}
    missing -= {problem.path for problem in found.problems}
    hidden = tuple(problem.path for problem in found.problems if problem.path.endswith("/"))
    return [known[path] for path in sorted(missing) if not path.startswith(hidden)]


def _read(
    recipe: FolderRecipe, jobs: Sequence[_Job], workers: Workers, now: int
) -> Iterable[list[ReadFile]]:
    if len(jobs) < _MANY and not (jobs and workers.are_running):
        return [read_article_files(recipe, jobs, now)] if jobs else []

    def give_up(job: _Job) -> bytes:
        reason = "ended the process that read it (too much memory, or a fault in a library)"
        return _pack([ReadFile(job[0].path, None, is_broken=True, reason=reason)])

    return map(
        _unpack,
        workers.map(_Reader(recipe, now), in_batches(jobs), give_up, expected=len(jobs)),
    )


_pack = msgspec.msgpack.Encoder().encode  # a fifth of what pickling these costs
_unpack = msgspec.msgpack.Decoder(list[ReadFile]).decode
_unpack_scan = msgspec.msgpack.Decoder(Scan).decode


class _Reader:
    """`read_article_files` with what is the same for all files; crosses process boundaries."""

    def __init__(self, recipe: FolderRecipe, now: int) -> None:
        self.recipe = recipe
        self.now = now

    def __call__(self, jobs: Sequence[_Job]) -> bytes:
        return _pack(read_article_files(self.recipe, jobs, self.now))


class _Update:
    """One transaction's worth of changed files."""

    def __init__(
        self,
        transaction: "Transaction",
        source: SourceRow,
        known: dict[str, FileRow],
        gone: Sequence[FileRow],
        now: int,
        report: SourceReport,
        *,
        remade: bool,
    ) -> None:
        self.remade = remade
        self.transaction = transaction
        self.source = source
        self.stored = known
        self.gone = gone
        self.known = dict(known)
        self.now = now
        self.report = report
        for row in gone:
            del self.known[row.path]
        self.owners = {row.guid: row.path for row in self.known.values() if row.guid}
        self.contested: list[ReadFile] = []
        """Files with an id that another had when they were read."""

    def take(self, results: Sequence[ReadFile]) -> None:
        """Store a batch of files that were read, and withdraw what they no longer hold."""
        entries, rows, lost = [], [], []
        for read in results:
            before = self.known.get(read.path)
            row = read.row
            if read.entry is not None:
                if self.owners.setdefault(read.entry.guid, read.path) != read.path:
                    self.contested.append(read)
                    continue
                entries.append(read.entry)
            elif read.row is None:
                self.report.problems.append(f"{self._name(read.path)} {read.reason}")
            if row is not None:
                rows.append(row)
                self.known[read.path] = row
                if before and before.guid and before.guid != row.guid and not read.is_broken:
                    lost.append((before.guid, read.path))
        guids = [guid for guid, path in lost if self.owners.get(guid) == path]
        for guid in guids:
            del self.owners[guid]
        self.report.counts.withdrawn += self.transaction.entries.withdraw(self.source.id, guids)
        counts = self.transaction.entries.save(self.source, entries, self.now, remade=self.remade)
        self.report.counts.add(counts)
        stored = [row.path for row in rows if row.path in self.stored]
        self.transaction.files.forget(self.source.id, stored)
        self.transaction.files.add(self.source.id, rows)

    def settle(self) -> None:
        """Give ids that changed hands to the files that have them now: all files are read."""
        contested, self.contested = self.contested, []
        released: dict[str, str] = {}
        for read in contested:
            before = self.known.get(read.path)
            if before and before.guid and self.owners.get(before.guid) == read.path:
                released[before.guid] = self.owners.pop(before.guid)
        self.take(contested)
        for read in self.contested:
            guid = read.entry.guid if read.entry else ""
            self.report.problems.append(
                f"{self._name(read.path)} has the id of {self.owners[guid]}, "
                "so it is not published; give it another"
            )
            before = self.known.get(read.path)  # what is published of it stays, if it can
            if before and before.guid:
                self.owners.setdefault(before.guid, read.path)
        nobodys = [guid for guid in released if guid not in self.owners]
        self.report.counts.withdrawn += self.transaction.entries.withdraw(self.source.id, nobodys)

    def withdraw_gone(self) -> None:
        """Withdraw the articles of files that are not there any more, unless one was moved."""
        guids = [row.guid for row in self.gone if row.guid and row.guid not in self.owners]
        self.report.counts.withdrawn += self.transaction.entries.withdraw(self.source.id, guids)
        self.transaction.files.forget(self.source.id, [row.path for row in self.gone])

    def _name(self, path: str) -> str:
        return f"{self.report.name}/{path}"


def _count_and_list(report: SourceReport, found: Scan, known: dict[str, FileRow]) -> None:
    """Add what is the same in every run: unchanged articles, and problems that were not mended."""
    counts = report.counts
    published = sum(1 for row in known.values() if row.guid is not None)
    counts.unchanged = published - counts.new - counts.changed
    name = report.name
    report.problems += [
        f"{name}/{row.path} {problem}"
        for row in known.values()
        if row.problems
        for problem in row.problems.split("\n")
    ]
    report.problems += [f"{name}/{problem.path} {problem.reason}" for problem in found.problems]
    report.problems.sort()
    report.notes = [
        f"{name}/{row.path} is dated {from_microseconds(row.due_at):%Y-%m-%d}, and waits for it"
        for row in known.values()
        if row.due_at is not None
    ]
