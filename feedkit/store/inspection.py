"""Looks a store through without changing it, or making it, or bringing it up to date.

What is seen here is wrong in the tables; what entries and documents say is for others to judge.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from msgspec import Struct

from feedkit.errors import StoreError
from feedkit.store.rows import EntryState
from feedkit.store.schema import REVISION

_MOST_LINES = 100
"""Of what SQLite has to say of a damaged file."""
_EXAMPLES = 3
_DAMAGES = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_PATIENCE = 10.0
"""Seconds to wait for a program that keeps others from reading."""

RESTORE = (
    "restore a backup (docs/store.md). Without one, move the store away and say feedkit run --all: "
    "articles come back, and of each feed what it still shows"
)


class Flaw(Struct, frozen=True):
    """Something that is wrong with a store."""

    kind: str
    """The same in every release, for programs."""
    problem: str
    """A sentence without its full stop: what is wrong, and how much of it."""
    advice: str
    """What to do about it."""
    count: int = 1
    examples: tuple[str, ...] = ()


@contextmanager
def read_only(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to the store at `path` that cannot change it, seeing one state of it.

    Raises `StoreError` when there is none, and when it cannot be read for another reason than
    what is in it; that is left to SQLite's own errors.
    """
    if not path.is_file():
        raise StoreError(f"store {path}: is not there; feedkit run makes it")
    try:
        uri = f"file:{quote(str(path))}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=_PATIENCE)) as connection:
            connection.isolation_level = None
            connection.execute("BEGIN")
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            yield connection
    except sqlite3.OperationalError as error:
        from feedkit.store.database import sentence_of  # SQLAlchemy costs 100 ms

        raise StoreError(sentence_of(str(path), "read", error)) from error


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether SQLite says that the file is no database, or a broken one."""
    return (error.sqlite_errorcode & 0xFF) in _DAMAGES


def damage(lines: list[str]) -> Flaw:
    """What SQLite says of a damaged file, line by line."""
    return Flaw("damaged", "the file is damaged", RESTORE, len(lines), tuple(lines[:_EXAMPLES]))


def version_of(connection: sqlite3.Connection) -> str | None:
    """The schema that the store says it has; None where it says none."""
    if "alembic_version" not in _tables(connection):
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if row is None else str(row[0])


def version_flaw(connection: sqlite3.Connection, version: str | None) -> Flaw | None:
    """What is wrong with the schema's version; nothing with one that is merely older."""
    tables = _tables(connection)
    if version is None and not tables:
        advice = "say feedkit run; if there was a store here before, restore a backup instead"
        return Flaw("empty", "nothing was ever stored in it", advice)
    if version is None and "alembic_version" not in tables:
        return Flaw("foreign", "it holds another program's tables", "name another file in [store]")
    if version is None:
        return Flaw("no-version", "it does not say which feedkit wrote it", RESTORE)
    if version != REVISION:
        from feedkit.store.migrate import is_known  # Alembic costs 170 ms

        if not is_known(version):
            problem = f"a newer feedkit wrote it (schema {version}, this one knows {REVISION})"
            return Flaw("newer", problem, "update feedkit, or restore a backup of before")
    return None


def integrity_flaws(connection: sqlite3.Connection) -> Iterator[Flaw]:
    """What SQLite finds wrong with its pages and indexes, and rows that refer to none."""
    rows = connection.execute(f"PRAGMA integrity_check({_MOST_LINES})").fetchall()
    lines = [line for (text,) in rows for line in str(text).splitlines()]
    if lines != ["ok"]:
        yield damage(lines)
        return
    missing = Counter(
        (table, parent) for table, _, parent, _ in connection.execute("PRAGMA foreign_key_check")
    )
    for (table, parent), count in missing.items():
        problem = f"rows of {table} that belong to {parent} that are not there: {count:,}"
        yield Flaw("orphans", problem, RESTORE, count, (table,))


_AGAIN = (
    "move the store away and say feedkit run --all, or restore a backup; until then feedkit goes on"
)
_ORPHANS = (
    (
        "unlisted-entries",
        "visible entries that are in no document",
        _AGAIN,
        "SELECT guid FROM entries WHERE state = :visible AND NOT EXISTS (SELECT 1 FROM "
        "entry_categories AS link WHERE link.entry_id = entries.id AND link.category_id = "
        "(SELECT id FROM categories WHERE key = ''))",
    ),
    (
        "hidden-entries",
        "hidden entries that are copies of nothing",
        _AGAIN,
        "SELECT guid FROM entries WHERE original_id IS NULL AND EXISTS (SELECT 1 FROM "
        "entry_categories AS link WHERE link.entry_id = entries.id AND NOT link.shown) "
        "AND id NOT IN (SELECT entry_id FROM unsettled)",
    ),
    (
        "lost-originals",
        "copies of entries that are not there",
        _AGAIN,
        "SELECT guid FROM entries AS copy WHERE original_id IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM entries WHERE entries.id = copy.original_id)",
    ),
    (
        "lost-articles",
        "article files known as read whose entry is not there",
        "change these files (a space does), or restore a backup",
        "SELECT path FROM files WHERE guid IS NOT NULL AND NOT EXISTS (SELECT 1 FROM entries "
        "WHERE entries.source_id = files.source_id AND entries.guid = files.guid)",
    ),
    (
        "orphan-keys",
        "keys of entries that are not there",
        "nothing need be done: they take a little room and are never shown",
        "SELECT entry_id FROM entry_keys WHERE NOT EXISTS (SELECT 1 FROM entries WHERE "
        "entries.id = entry_keys.entry_id AND entries.source_id = entry_keys.source_id)",
    ),
)


def orphan_flaws(connection: sqlite3.Connection) -> Iterator[Flaw]:
    """Rows of this feedkit's schema that belong to nothing, or that nothing shows."""
    for kind, problem, advice, query in _ORPHANS:
        rows = connection.execute(query, {"visible": int(EntryState.VISIBLE)})
        first = [str(value) for (value,) in rows.fetchmany(_EXAMPLES)]
        if first:
            count = len(first) + sum(1 for _ in rows)
            yield Flaw(kind, f"{problem}: {count:,}", advice, count, tuple(first))


def _tables(connection: sqlite3.Connection) -> set[str]:
    rows = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    return {str(name) for (name,) in rows}
