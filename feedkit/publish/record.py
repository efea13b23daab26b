"""What the store remembers of what was written, from one publication to the next."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from feedkit.errors import PublishError
from feedkit.publish.folders import Unsettled, folders_of, settled
from feedkit.publish.plan import Plan, Planned
from feedkit.publish.published import Published
from feedkit.publish.singles import OF_NO_TOPIC, Single
from feedkit.publish.targets import Target
from feedkit.store import UNWRITTEN, DocumentRow, FolderRow, Store


class Record:
    """What is known of a target's documents; nothing, and nothing is kept, where it `is_kept` not.
    Made once for each publication."""

    def __init__(
        self, store: Store, target: Target, *, is_kept: bool, trusts_folders: bool
    ) -> None:
        """With `trusts_folders`, documents need no look where their folder is as it was."""
        self._store = store
        self._target = target
        self._is_kept = is_kept
        self._documents: dict[str, DocumentRow] = {}
        self._gone: Collection[str] = ()
        """Documents that are to be no more."""
        self._stale: set[str] = set()
        """Documents that are not as they should be, as far as they were looked at."""
        self._left: Collection[str] = ()
        """Folders of topics that are published no more."""
        self.folders: Mapping[str, FolderRow] = {}
        """The folders of topics that were published, by path."""
        if is_kept:
            with store.read() as transaction:
                self.folders = transaction.documents.folders()
        self.trusted = self.folders if trusts_folders else {}
        """Those that are taken to hold what was written, while they are as they were."""

    def begin(
        self,
        looked: Sequence[Unsettled],
        folders: Collection[str],
        planned: Sequence[Planned | Single],
    ) -> None:
        """Find what is known of documents of the topics that are `looked` at, and of those whose
        folder is none of `folders`: they are published no more.

        What is `planned` and not known is remembered before it is first written: whoever is killed
        on the way leaves files, and if these are to be no more then, the next run is to find them.
        """
        if not self._is_kept:
            return
        self._left = self.folders.keys() - folders
        paths = [OF_NO_TOPIC, *folders_of(self._left)]
        for each in looked:
            both = folders_of([each.topic.folder])
            paths += both if each.with_archives else both[:1]
        with self._store.read() as transaction:
            self._documents = transaction.documents.in_folders(paths)
        self._gone = self._documents.keys() - {each.path for each in planned}
        new = [
            DocumentRow(each.path, UNWRITTEN, 0, 0, each.folder)
            for each in planned
            if each.path not in self._documents
        ]
        blank = [FolderRow(each.topic.folder) for each in looked]
        blank = [row for row in blank if self.folders.get(row.path) != row]
        if new or blank:
            with self._store.write() as transaction:
                transaction.documents.save(new)
                transaction.documents.save_folders(blank)

    def is_stale(self, wanted: Planned | Single) -> bool:
        """Whether the file is not the one that was written, from what is there now."""
        row = self._documents.get(wanted.path)
        if row is not None and row.fingerprint == wanted.fingerprint and self._is_there(row):
            return False
        self._stale.add(wanted.path)
        return True

    def has_other_copies(self, wanted: Planned) -> bool:
        """Whether the file is to stay as it was written, but for its compressed copies."""
        row = self._documents.get(wanted.path)
        if row is None or not wanted.has_only_other_copies(row.fingerprint):
            return False
        return self._is_there(row)

    def _is_there(self, row: DocumentRow) -> bool:
        return self._target.state(row.path) == (row.size, row.mtime_ns)

    def end(
        self,
        plan: Plan,
        looked: Iterable[tuple[Unsettled, Sequence[Planned]]],
        done: Sequence[DocumentRow],
        published: Published,
        *,
        removes: bool,
    ) -> None:
        """Remember what was `done`, and the folders in which all is as it should be now; with
        `removes`, remove first what is to be no more, for nothing names it any more."""
        if not self._is_kept:
            return
        removed = [*self._removed(published)] if removes else []
        published.removed += removed
        rows = self._documents | {row.path: row for row in done}
        for path in removed:
            del rows[path]
        held = {row.folder for row in rows.values()}
        empty = [path for path in self._left if held.isdisjoint(folders_of([path]))]
        for path in self._stale.difference(row.path for row in done):
            rows.pop(path, None)  # it could not be written
        unfinished = {self._documents[path].folder for path in self._gone if path in rows}
        found = (
            settled(plan, each, planned, rows, self._target)
            for each, planned in looked
            if unfinished.isdisjoint(folders_of([each.topic.folder]))
        )
        folders = [row for row in found if row is not None]
        if done or removed or folders or empty:
            with self._store.write() as transaction:
                transaction.documents.save(done)
                transaction.documents.forget(removed)
                transaction.documents.save_folders(folders)
                transaction.documents.forget_folders(empty)

    def _removed(self, published: Published) -> Iterator[str]:
        """Remove what is to be no more; what could be removed."""
        for path in sorted(self._gone):
            try:
                self._target.remove(path)
            except PublishError as error:
                published.failed.append(str(error))
            else:
                yield path
