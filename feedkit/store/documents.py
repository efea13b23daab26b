"""What was written: documents, and the folders that have each topic's.

A folder's row stands for all in it: whoever publishes looks at its documents one by one only where
something is not as it was.
"""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Connection, delete, select

from feedkit.store.rows import DocumentRow, FolderRow
from feedkit.store.schema import documents, folders
from feedkit.store.statements import chunks, insert_many


class Documents:
    """What was published, within a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def in_folders(self, wanted: Iterable[str]) -> dict[str, DocumentRow]:
        """What was written where, of these folders, by path below the output folder."""
        columns = [documents.c[name] for name in DocumentRow._fields]
        found: dict[str, DocumentRow] = {}
        for chunk in chunks(wanted):
            query = select(*columns).where(documents.c.folder.in_(chunk))
            rows = self._connection.execute(query).all()
            found.update((row[0], DocumentRow._make(row)) for row in rows)
        return found

    def save(self, rows: Sequence[DocumentRow]) -> None:
        """Remember documents that were written."""
        for chunk in chunks([row.path for row in rows]):
            self._connection.execute(delete(documents).where(documents.c.path.in_(chunk)))
        insert_many(self._connection, documents, rows)

    def forget(self, paths: Collection[str]) -> None:
        """Forget documents that were removed."""
        for chunk in chunks(paths):
            self._connection.execute(delete(documents).where(documents.c.path.in_(chunk)))

    def folders(self) -> dict[str, FolderRow]:
        """The folders of topics to which anything was written, by path."""
        columns = [folders.c[name] for name in FolderRow._fields]
        rows = self._connection.execute(select(*columns)).all()
        return {row[0]: FolderRow._make(row) for row in rows}

    def save_folders(self, rows: Sequence[FolderRow]) -> None:
        """Remember how folders are."""
        self.forget_folders([row.path for row in rows])
        insert_many(self._connection, folders, rows)

    def forget_folders(self, paths: Collection[str]) -> None:
        """Forget folders in which nothing is any more."""
        for chunk in chunks(paths):
            self._connection.execute(delete(folders).where(folders.c.path.in_(chunk)))
