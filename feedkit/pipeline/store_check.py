"""What is wrong with a store, as values: its file, its rows, its entries, its documents.

Nothing is changed, made or brought up to date.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from feedkit.config import ObjectStore, Settings
from feedkit.pipeline.prepare import decode_entry
from feedkit.publish.topics import choose_topics
from feedkit.store.inspection import (
    RESTORE,
    Flaw,
    damage,
    integrity_flaws,
    is_damage,
    orphan_flaws,
    read_only,
    version_flaw,
    version_of,
)
from feedkit.store.rows import UNWRITTEN, CategoryRow
from feedkit.store.schema import REVISION

_EXAMPLES = 3


class StoreChecked(Struct):
    """What was found out about a store."""

    store: str
    """The path of its file."""
    bytes: int
    schema: str | None = None
    """The version of its tables."""
    is_older: bool = False
    """Whether the next run brings them up to date."""
    sources: int | None = None
    entries: int | None = None
    problems: list[Flaw] = []


def check_store(settings: Settings, path: Path) -> StoreChecked:
    """Look the store at `path` through. Raises `StoreError` when it is not there, or cannot be
    read for another reason than what is in it."""
    checked = StoreChecked(str(path), bytes=path.stat().st_size if path.is_file() else 0)
    try:
        with read_only(path) as connection:
            checked.problems.extend(_flaws(settings, connection, checked))
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        checked.problems.append(damage([str(error)]))
    return checked


def _flaws(
    settings: Settings, connection: sqlite3.Connection, checked: StoreChecked
) -> Iterator[Flaw]:
    checked.schema = version_of(connection)
    checked.is_older = checked.schema not in (None, REVISION)
    if flaw := version_flaw(connection, checked.schema):
        checked.is_older = False
        yield flaw
    flaws = list(integrity_flaws(connection))
    yield from flaws
    if flaw or any(found.kind == "damaged" for found in flaws):
        return  # what else is seen may be a consequence of that
    checked.sources, checked.entries = (
        int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608
        for table in ("sources", "entries")
    )
    yield from _undecodable(connection)
    if not checked.is_older:
        yield from orphan_flaws(connection)
        yield from _missing_documents(settings, connection)


def _undecodable(connection: sqlite3.Connection) -> Iterator[Flaw]:
    """Entries that are not what feedkit wrote."""
    count, examples = 0, list[str]()
    for guid, data in connection.execute("SELECT guid, data FROM entries"):
        try:
            decode_entry(data)
        except (msgspec.MsgspecError, UnicodeDecodeError, TypeError):
            count += 1
            if len(examples) < _EXAMPLES:
                examples.append(str(guid))
    if count:
        problem = f"entries that cannot be read: {count:,}"
        yield Flaw("unreadable-entries", problem, RESTORE, count, tuple(examples))


def _missing_documents(settings: Settings, connection: sqlite3.Connection) -> Iterator[Flaw]:
    """Documents that were published, still would be, and are not there. A bucket is not asked."""
    output = settings.site.output
    if isinstance(output, ObjectStore):
        return
    columns = ", ".join(CategoryRow._fields)
    rows = connection.execute(f"SELECT {columns} FROM categories")  # noqa: S608
    sizes = connection.execute(
        "SELECT category_id, count(*) FROM entry_categories WHERE shown GROUP BY category_id"
    )
    topics, _ = choose_topics(settings, [CategoryRow._make(row) for row in rows], dict(sizes))
    wanted = {topic.path(name) for topic in topics for name in settings.publish.formats}
    missing = sorted(
        path
        for path, fingerprint in connection.execute("SELECT path, fingerprint FROM documents")
        if path in wanted and fingerprint != UNWRITTEN and not (output / path).is_file()
    )
    if missing:
        problem = f"published files that are not in {output} any more: {len(missing):,}"
        examples = tuple(missing[:_EXAMPLES])
        yield Flaw("missing-files", problem, "say feedkit run", len(missing), examples)
