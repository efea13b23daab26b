"""Everything that is asked of the store, inside one transaction."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import NamedTuple, TypeVar

import msgspec
from sqlalchemy import (
    Connection,
    Dialect,
    Row,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from feedkit.store.rows import (
    EVERYTHING,
    CategoryRow,
    Counts,
    DocumentRow,
    EntryRow,
    EntryState,
    FileRow,
    NamedCategory,
    NewEntry,
    SourceRow,
    Validators,
)
from feedkit.store.schema import (
    categories,
    documents,
    entries,
    entry_categories,
    files,
    sources,
)

T = TypeVar("T")

_CHUNK = 500
"""Values in one ``IN (…)``."""


class _Known(NamedTuple):
    id: int
    guid: str
    hash: str
    first_seen: int
    order_time: int
    state: int


class Transaction:
    """The store within one transaction; made by `feedkit.store.Store`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._category_ids: dict[NamedCategory, int] = {}
        self._touched: set[int] = set()
        self._next_id: int | None = None
        self._added: dict[int, set[str]] = {}

    def finish(self) -> None:
        """Mark each category in which an entry changed; called before the commit."""
        for chunk in _chunks(sorted(self._touched)):
            self._connection.execute(
                update(categories)
                .where(categories.c.id.in_(chunk))
                .values(revision=categories.c.revision + 1)
            )
        self._touched.clear()

    # Sources

    def sources(self) -> dict[str, SourceRow]:
        """Every source ever collected, by its key."""
        return {row.key: _source_row(row) for row in self._connection.execute(select(sources))}

    def add_source(self, key: str, now: int) -> SourceRow:
        """A new source without entries; its key must not be stored yet."""
        self._connection.execute(insert(sources).values(key=key))
        self._category_id(EVERYTHING, now)
        return _source_row(
            self._connection.execute(select(sources).where(sources.c.key == key)).one()
        )

    def give_categories(self, source: SourceRow, given: Sequence[NamedCategory], now: int) -> None:
        """Put all entries of `source`, stored and to come, into `given` and no other beside
        their own."""
        ids = {self._category_id(category, now) for category in given}
        before = {self._category_id(category, now) for category in source.categories}
        self._connection.execute(
            update(sources)
            .where(sources.c.id == source.id)
            .values(categories=msgspec.json.encode(given).decode())
        )
        links = entry_categories.c
        its_entries = select(entries.c.id).where(entries.c.source_id == source.id)
        for category_id in before - ids:
            of_source = (links.category_id == category_id) & links.entry_id.in_(its_entries)
            self._connection.execute(delete(entry_categories).where(of_source & ~links.own))
            self._connection.execute(update(entry_categories).where(of_source).values(given=False))
        for category_id in ids - before:
            self._connection.execute(
                update(entry_categories)
                .where((links.category_id == category_id) & links.entry_id.in_(its_entries))
                .values(given=True)
            )
            linked = select(links.entry_id).where(links.category_id == category_id)
            self._connection.execute(
                insert(entry_categories).from_select(
                    ["category_id", "order_time", "entry_id", "own", "given"],
                    select(
                        bindparam("category", category_id, type_=links.category_id.type),
                        entries.c.order_time,
                        entries.c.id,
                        bindparam("own_", False, type_=links.own.type),
                        bindparam("given_", True, type_=links.given.type),
                    ).where(
                        entries.c.source_id == source.id,
                        entries.c.state == EntryState.VISIBLE,
                        entries.c.id.not_in(linked),
                    ),
                )
            )
        if ids != before:  # its entries name the categories in every document they are in
            self._touched |= ids | before
            self._touch_source(source.id)

    def update_source(self, source_id: int, **values: str | int | None) -> None:
        """Set columns of one source."""
        self._connection.execute(update(sources).where(sources.c.id == source_id).values(**values))

    def rename_source(self, source: SourceRow, title: str, site_url: str | None) -> None:
        """Keep what the feed says of itself; documents that name it are to be written again."""
        if (source.title, source.site_url) == (title, site_url):
            return
        self.update_source(source.id, title=title, site_url=site_url)
        self._touch_source(source.id)

    def _touch_source(self, source_id: int) -> None:
        """Each category that holds an entry of the source is to be written again."""
        self._touched.update(
            self._connection.execute(
                select(entry_categories.c.category_id)
                .distinct()
                .where(
                    entry_categories.c.entry_id.in_(
                        select(entries.c.id).where(entries.c.source_id == source_id)
                    )
                )
            ).scalars()
        )

    # Entries

    def save_entries(
        self, source: SourceRow, batch: Sequence[NewEntry], now: int, *, remade: bool = False
    ) -> Counts:
        """Store what is new or changed of `batch`, in its order: a later entry comes above an
        earlier one of the same time. Guids in one batch are distinct.

        `remade`: what differs is how feedkit read the entries, so they do not count as edited.
        """
        known = self._known_unless_added(source.id, {entry.guid for entry in batch})
        counts = Counts()
        new_rows: list[tuple[object, ...]] = []
        links: list[tuple[object, ...]] = []
        changed: list[tuple[_Known, NewEntry]] = []
        for entry in batch:
            stored = known.get(entry.guid)
            if stored is None:
                dated = entry.updated if entry.published is None else entry.published
                order_time = _order_time(dated, now)
                entry_id = self._new_entry_id()
                new_rows.append(_entry_row(entry, entry_id, source.id, now, order_time))
                links += self._links(source, entry, entry_id, order_time, now)
            elif (stored.hash, stored.state) == (entry.hash, entry.state):
                counts.unchanged += 1
            else:
                changed.append((stored, entry))
        counts.new, counts.changed = len(new_rows), len(changed)
        self._unlink([stored.id for stored, _ in changed])
        for stored, entry in changed:
            links += self._change(source, stored, entry, now, remade=remade)
        _insert_many(self._connection, entries, new_rows)
        _insert_many(self._connection, entry_categories, links)
        return counts

    def _change(
        self, source: SourceRow, stored: _Known, entry: NewEntry, now: int, *, remade: bool
    ) -> list[tuple[object, ...]]:
        """Store `entry` in place of what it was; the links to put it in its categories."""
        order_time = stored.order_time  # an edit moves `updated`, not the entry's place
        if entry.published is not None:
            order_time = _order_time(entry.published, stored.first_seen)
        values: dict[str, object] = {"order_time": order_time, "state": int(entry.state)}
        if stored.hash != entry.hash:
            values |= {"hash": entry.hash, "data": entry.data, "body": entry.body}
            if not remade:
                values["changed_at"] = now
        self._connection.execute(update(entries).where(entries.c.id == stored.id).values(values))
        return self._links(source, entry, stored.id, order_time, now)

    def withdraw(self, source_id: int, guids: Collection[str]) -> int:
        """Take the entries with `guids` out of all documents; how many were in them."""
        gone = [
            stored.id
            for stored in self._known(source_id, guids).values()
            if stored.state != EntryState.WITHDRAWN
        ]
        self._unlink(gone)
        for chunk in _chunks(gone):
            self._connection.execute(
                update(entries)
                .where(entries.c.id.in_(chunk))
                .values(state=int(EntryState.WITHDRAWN))
            )
        return len(gone)

    def source_entries(self, source_id: int) -> Iterator[tuple[str, int, bytes]]:
        """Guid, state and data of each entry of a source, oldest first."""
        for row in self._connection.execute(
            select(entries.c.guid, entries.c.state, entries.c.data)
            .where(entries.c.source_id == source_id)
            .order_by(entries.c.id)
        ):
            yield row.guid, row.state, row.data

    def newest(self, category_ids: Collection[int], limit: int) -> list[int]:
        """Ids of the newest visible entries in any of the categories, newest first."""
        found: dict[int, int] = {}
        links = entry_categories.c
        for category_id in category_ids:
            for row in self._connection.execute(
                select(links.entry_id, links.order_time)
                .where(links.category_id == category_id)
                .order_by(links.order_time.desc(), links.entry_id.desc())
                .limit(limit)
            ):
                found[row.entry_id] = row.order_time
        return sorted(found, key=lambda entry: (found[entry], entry), reverse=True)[:limit]

    def entries(self, ids: Collection[int]) -> Iterator[EntryRow]:
        """The entries with `ids`, in no order."""
        query = select(*(entries.c[name] for name in EntryRow._fields))
        for chunk in _chunks(ids):
            yield from map(
                EntryRow._make, self._connection.execute(query.where(entries.c.id.in_(chunk)))
            )

    def finish_entries(self, finished: Iterable[tuple[int, bytes]]) -> None:
        """Store entries, by id, with the content that their bodies made."""
        statement = (
            update(entries)
            .where(entries.c.id == bindparam("entry_id"))
            .values(data=bindparam("finished"), body=None)
        )
        rows = [{"entry_id": entry_id, "finished": data} for entry_id, data in finished]
        if rows:
            self._connection.execute(statement, rows)

    def _known(self, source_id: int, guids: Collection[str]) -> dict[str, _Known]:
        columns = [entries.c[name] for name in _Known._fields]
        return {
            row.guid: _Known(*row)
            for chunk in _chunks(guids)
            for row in self._connection.execute(
                select(*columns).where(entries.c.source_id == source_id, entries.c.guid.in_(chunk))
            )
        }

    def _known_unless_added(self, source_id: int, guids: set[str]) -> dict[str, _Known]:
        """`_known`, but a source that had no entry when this transaction began is not asked for
        those that it did not add: ten thousand new articles come in many batches."""
        if source_id not in self._added:
            some = select(entries.c.id).where(entries.c.source_id == source_id).limit(1)
            if self._connection.execute(some).first() is not None:
                return self._known(source_id, guids)
        added = self._added.setdefault(source_id, set())
        known = self._known(source_id, added & guids)
        added |= guids
        return known

    def _new_entry_id(self) -> int:
        """Ids are given here, by the only writer, so that links need no second look."""
        if self._next_id is None:
            self._next_id = self._connection.execute(select(func.max(entries.c.id))).scalar() or 0
        self._next_id += 1
        return self._next_id

    def _links(
        self, source: SourceRow, entry: NewEntry, entry_id: int, order_time: int, now: int
    ) -> list[tuple[object, ...]]:
        """Rows that put a visible entry into its own, its source's and the general category."""
        if entry.state != EntryState.VISIBLE:
            return []
        known = self._category_ids.get
        own = {known(category) or self._category_id(category, now) for category in entry.categories}
        own.add(self._category_id(EVERYTHING, now))
        given = {self._category_id(category, now) for category in source.categories}
        self._touched |= own | given
        return [
            (category_id, order_time, entry_id, category_id in own, category_id in given)
            for category_id in own | given
        ]

    def _unlink(self, entry_ids: Collection[int]) -> None:
        for chunk in _chunks(entry_ids):
            of_chunk = entry_categories.c.entry_id.in_(chunk)
            self._touched.update(
                self._connection.execute(
                    select(entry_categories.c.category_id).distinct().where(of_chunk)
                ).scalars()
            )
            self._connection.execute(delete(entry_categories).where(of_chunk))

    # Categories

    def categories(self) -> list[CategoryRow]:
        """Every category that an entry or a source ever named, and `EVERYTHING`."""
        columns = [categories.c[name] for name in CategoryRow._fields]
        return [CategoryRow(*row) for row in self._connection.execute(select(*columns))]

    def category_sizes(self) -> dict[int, int]:
        """How many visible entries each category has that has any."""
        links = entry_categories.c
        rows = self._connection.execute(
            select(links.category_id, func.count()).group_by(links.category_id)
        )
        return {row[0]: row[1] for row in rows}

    def declare(self, named: Iterable[NamedCategory], now: int) -> None:
        """Make sure that each category is stored, and declared where it says so."""
        for category in named:
            self._category_id(category, now)

    def set_slugs(self, slugs: Mapping[int, str | None]) -> None:
        """Give categories, by id, their slugs or take them away; two may change places."""
        for chunk in _chunks(slugs):
            self._connection.execute(
                update(categories).where(categories.c.id.in_(chunk)).values(slug=None)
            )
        statement = update(categories).where(categories.c.id == bindparam("category_id"))
        rows = [{"category_id": key, "slug": slug} for key, slug in slugs.items() if slug]
        if rows:
            self._connection.execute(statement, rows)

    def _category_id(self, category: NamedCategory, now: int) -> int:
        category_id = self._category_ids.get(category)
        if category_id is not None:
            return category_id
        row = self._connection.execute(
            select(categories.c.id, categories.c.declared).where(categories.c.key == category.key)
        ).one_or_none()
        if row is None:
            self._connection.execute(
                insert(categories).values(
                    key=category.key,
                    name=category.name,
                    declared=category.declared,
                    created_at=now,
                )
            )
            return self._category_id(category, now)
        if category.declared and not row.declared:
            self._connection.execute(
                update(categories).where(categories.c.id == row.id).values(declared=True)
            )
        self._category_ids[category] = row.id
        return int(row.id)

    # Article files

    def files(self, source_id: int) -> dict[str, FileRow]:
        """The article files of a source as they were last read, by path."""
        columns = [files.c[name] for name in FileRow._fields]
        rows = self._connection.execute(select(*columns).where(files.c.source_id == source_id))
        return {row[0]: FileRow._make(row) for row in rows.all()}

    def add_files(self, source_id: int, rows: Sequence[FileRow]) -> None:
        """Store what was read of files of which nothing is known."""
        _insert_many(
            self._connection,
            files,
            [(source_id, *row) for row in rows],
        )

    def forget_files(self, source_id: int, paths: Collection[str]) -> None:
        """Drop what is known of files; their entries stay."""
        for chunk in _chunks(paths):
            self._connection.execute(
                delete(files).where(files.c.source_id == source_id, files.c.path.in_(chunk))
            )

    # Published documents

    def documents(self) -> dict[str, DocumentRow]:
        """What was written where, by path below the output folder."""
        columns = [documents.c[name] for name in DocumentRow._fields]
        rows = self._connection.execute(select(*columns))
        return {row[0]: DocumentRow(*row) for row in rows}

    def save_documents(self, rows: Sequence[DocumentRow]) -> None:
        """Remember documents that were written."""
        for chunk in _chunks([row.path for row in rows]):
            self._connection.execute(delete(documents).where(documents.c.path.in_(chunk)))
        _insert_many(self._connection, documents, rows)


def _order_time(published: int | None, first_seen: int) -> int:
    """Where an entry stands among others: its published time, or when it was first seen where it
    has none or claims to come from the future, so that it cannot stay on top."""
    return first_seen if published is None else min(published, first_seen)


def _entry_row(
    entry: NewEntry, entry_id: int, source_id: int, now: int, order_time: int
) -> tuple[object, ...]:
    """A row of `entries`, first seen at `now`."""
    state = int(entry.state)
    return (
        entry_id,
        source_id,
        entry.guid,
        entry.hash,
        now,
        now,
        order_time,
        state,
        entry.data,
        entry.body,
    )


def _source_row(row: "Row[tuple[object, ...]]") -> SourceRow:
    return SourceRow(
        id=row.id,
        key=row.key,
        title=row.title,
        site_url=row.site_url,
        categories=msgspec.json.decode(row.categories, type=tuple[NamedCategory, ...]),
        filters=row.filters,
        recipe=row.recipe,
        validators=Validators(row.etag, row.last_modified, row.body_hash),
        checked_at=row.checked_at,
        failures=row.failures,
        error=row.error,
    )


def _insert_many(connection: Connection, table: Table, rows: Sequence[Sequence[object]]) -> None:
    """Insert `rows`, a value for each column in the order of the schema.

    The statement is SQLAlchemy's, but the rows go straight to the driver: compiling parameters
    for each would take longer than SQLite does.
    """
    if rows:
        connection.exec_driver_sql(_insert_text(table, connection.dialect), [*map(tuple, rows)])


@cache
def _insert_text(table: Table, dialect: Dialect) -> str:
    return str(insert(table).compile(dialect=dialect))


def _chunks(values: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(values)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk
