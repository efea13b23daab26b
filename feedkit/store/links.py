"""Which entry is in which category: a link each.

A link is an entry's own, where the entry names the category; given, where its source does; or
both. It is shown unless the entry is a copy, or may be one. What links change, the editions of
the categories note, and the categories are touched.
"""

from collections.abc import Collection, Iterable, Sequence, Set
from typing import TypeAlias

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from feedkit.store.categories import Categories
from feedkit.store.editions import Editions
from feedkit.store.rows import EVERYTHING, EntryState, NewEntry, SourceRow
from feedkit.store.schema import entries, entry_categories
from feedkit.store.statements import chunks, insert_many

LinkRow: TypeAlias = tuple[int, int, int, bool, bool, bool]
"""Of `entry_categories`."""


class Links:
    """Entries in categories, within a transaction."""

    def __init__(self, connection: Connection, categories: Categories, editions: Editions) -> None:
        self._connection = connection
        self._categories = categories
        self._editions = editions

    def learn_categories(self, source: SourceRow, arrived: Iterable[NewEntry], now: int) -> None:
        """Look up at once what `of_entry` needs for each of the entries."""
        named = {category: None for entry in arrived for category in entry.categories}
        self._categories.learn([*named, *source.categories, EVERYTHING], now)

    def of_entry(
        self,
        source: SourceRow,
        entry: NewEntry,
        entry_id: int,
        order_time: int,
        now: int,
        *,
        shown: bool,
    ) -> list[LinkRow]:
        """Rows that put a visible entry into its own, its source's and the general category.
        Whether one is `shown` that may be a copy is for `Copies.settle` to say."""
        if entry.state != EntryState.VISIBLE:
            return []
        own = self._categories.ids_of((*entry.categories, EVERYTHING), now)
        given = self._categories.ids_of(source.categories, now)
        if shown:
            self._categories.touch(own | given)
        return [
            (category_id, order_time, entry_id, category_id in own, category_id in given, shown)
            for category_id in own | given
        ]

    def add(self, rows: Sequence[LinkRow]) -> None:
        """Put entries into categories."""
        insert_many(self._connection, entry_categories, rows)
        self._editions.note({entry_id for _, _, entry_id, *_ in rows})

    def remove(self, entry_ids: Collection[int]) -> None:
        """Take entries out of all categories."""
        self._editions.note(entry_ids)
        for chunk in chunks(entry_ids):
            of_chunk = entry_categories.c.entry_id.in_(chunk)
            self._categories.touch(
                self._connection.execute(
                    select(entry_categories.c.category_id)
                    .distinct()
                    .where(of_chunk, entry_categories.c.shown)
                ).scalars()
            )
            self._connection.execute(delete(entry_categories).where(of_chunk))

    def give(self, source_id: int, before: Set[int], after: Set[int]) -> None:
        """Have the categories (by id) `after` given to all entries of a source, instead of those
        that were `before`."""
        links = entry_categories.c
        its_entries = select(entries.c.id).where(entries.c.source_id == source_id)
        self._editions.note_source(source_id, before - after)
        for category_id in before - after:
            of_source = (links.category_id == category_id) & links.entry_id.in_(its_entries)
            self._connection.execute(delete(entry_categories).where(of_source & ~links.own))
            self._connection.execute(update(entry_categories).where(of_source).values(given=False))
        for category_id in after - before:
            self._connection.execute(
                update(entry_categories)
                .where((links.category_id == category_id) & links.entry_id.in_(its_entries))
                .values(given=True)
            )
            linked = select(links.entry_id).where(links.category_id == category_id)
            self._connection.execute(
                insert(entry_categories).from_select(
                    ["category_id", "order_time", "entry_id", "own", "given", "shown"],
                    select(
                        bindparam("category", category_id, type_=links.category_id.type),
                        entries.c.order_time,
                        entries.c.id,
                        bindparam("own_", False, type_=links.own.type),
                        bindparam("given_", True, type_=links.given.type),
                        entries.c.original_id.is_(None),
                    ).where(
                        entries.c.source_id == source_id,
                        entries.c.state == EntryState.VISIBLE,
                        entries.c.id.not_in(linked),
                    ),
                )
            )
        self._editions.note_source(source_id, after - before)
        # Its entries name the categories in every document they are in.
        self._categories.touch(after | before)
        self._categories.touch_of_source(source_id)
