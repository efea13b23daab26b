"""Keys: numbers that entries have in common that may be one; entries are found by them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, select

from feedkit.store.schema import entries, entry_keys
from feedkit.store.statements import among, among_given, encoded, insert_many

_CROWD = 50
"""Entries that are looked at of those that share a key: what more entries have in common tells
nothing of any of them."""

# Ranges of keys: an index finds all of one side at once.
_SHARED = tuple(
    select(entry_keys.c.key).distinct().where(among_given(entry_keys.c.key, "keys"), others)
    for others in (
        entry_keys.c.source_id < bindparam("source_id"),
        entry_keys.c.source_id > bindparam("source_id"),
    )
)
_OTHERS = tuple(
    select(entries.c.id).where(others).limit(1)
    for others in (
        entries.c.source_id < bindparam("source_id"),
        entries.c.source_id > bindparam("source_id"),
    )
)


class Keys:
    """The keys of entries, within a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._alone: tuple[int, bool] | None = None
        """The source that was asked for last, and whether no other has an entry."""

    def add(self, rows: Iterable[tuple[int, int, int]]) -> None:
        """Store keys of entries: key, source, entry."""
        insert_many(self._connection, entry_keys, sorted(rows))

    def forget(self, entry_ids: Collection[int]) -> None:
        """Drop the keys of entries."""
        self._connection.execute(delete(entry_keys).where(among(entry_keys.c.entry_id, entry_ids)))

    def shared(self, source_id: int, of_entries: Collection[Collection[int]]) -> set[int]:
        """The keys of entries of a source that an entry of another source has, too."""
        if not of_entries or self._is_alone(source_id):
            return set()
        keys = {key for keys in of_entries for key in keys}
        parameters = {"keys": encoded(sorted(keys)), "source_id": source_id}
        return {
            row[0]
            for statement in _SHARED
            for row in self._connection.execute(statement, parameters).all()
        }

    def in_source(self, source_id: int, keys: Collection[int], limit: int) -> set[int]:
        """Entries of one source that have one of `keys`; of each key at most `limit`."""
        own = entry_keys.c.source_id == source_id
        return {entry_id for _, _, entry_id in self._holders(keys, limit, own)}

    def sharing(self, entry_ids: Collection[int]) -> Iterator[tuple[int, int]]:
        """The entries that share a key with another source's, with those who have it too."""
        owners: defaultdict[int, list[int]] = defaultdict(list)
        columns = entry_keys.c
        query = select(columns.key, columns.entry_id)
        query = query.where(among(columns.entry_id, sorted(entry_ids)))
        for row in self._connection.execute(query).all():
            owners[row[0]].append(row[1])
        sources: defaultdict[int, set[int]] = defaultdict(set)
        holders: defaultdict[int, list[int]] = defaultdict(list)
        for key, source_id, entry_id in self._holders(owners, _CROWD):
            sources[key].add(source_id)
            holders[key].append(entry_id)
        for key, found in holders.items():
            if len(sources[key]) > 1:
                first = owners[key][0]
                yield from ((first, other) for other in (*owners[key][1:], *found))

    def _is_alone(self, source_id: int) -> bool:
        """Whether no other source has an entry, as while a new store is filled."""
        if self._alone is None or self._alone[0] != source_id:
            found = (self._connection.execute(some, {"source_id": source_id}) for some in _OTHERS)
            self._alone = source_id, not any(result.first() for result in found)
        return self._alone[1]

    def _holders(
        self, keys: Collection[int], limit: int, *conditions: ColumnElement[bool]
    ) -> Iterator[tuple[int, int, int]]:
        """Key, source and entry for the first `limit` entries of each key."""
        columns = entry_keys.c
        order = func.row_number().over(
            partition_by=columns.key, order_by=(columns.source_id, columns.entry_id)
        )
        ranked = (
            select(columns.key, columns.source_id, columns.entry_id, order.label("place"))
            .where(among(columns.key, sorted(keys)), *conditions)
            .subquery()
        )
        query = select(ranked.c.key, ranked.c.source_id, ranked.c.entry_id)
        for row in self._connection.execute(query.where(ranked.c.place <= limit)).all():
            yield row[0], row[1], row[2]
