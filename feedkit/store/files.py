"""Article files as they were last read: which of a folder's are new or changed is seen by them."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, delete, select

from feedkit.store.rows import FileRow
from feedkit.store.schema import files
from feedkit.store.statements import chunks, insert_many


class Files:
    """What is known of article files, within a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_source(self, source_id: int) -> dict[str, FileRow]:
        """The article files of a source as they were last read, by path."""
        columns = [files.c[name] for name in FileRow._fields]
        rows = self._connection.execute(select(*columns).where(files.c.source_id == source_id))
        return {row[0]: FileRow._make(row) for row in rows.all()}

    def add(self, source_id: int, rows: Sequence[FileRow]) -> None:
        """Store what was read of files of which nothing is known."""
        insert_many(self._connection, files, [(source_id, *row) for row in rows])

    def forget(self, source_id: int, paths: Collection[str]) -> None:
        """Drop what is known of files; their entries stay."""
        for chunk in chunks(paths):
            self._connection.execute(
                delete(files).where(files.c.source_id == source_id, files.c.path.in_(chunk))
            )
