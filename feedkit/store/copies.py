"""Copies: entries of different sources that are one, in the tables.

Which entries are one is decided by whoever uses the store. Here they are found, by keys that they
share, and what was decided is carried out: a copy is shown in no category, and its original also
in those of its copies.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from typing import NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, select, update

from feedkit.store.rows import EntryState, NamedCategory, RelatedRow
from feedkit.store.schema import categories, entries, entry_categories, entry_keys
from feedkit.store.statements import chunks, insert_many

_CROWD = 50
"""Entries that are looked at of those that share a key: what more entries have in common tells
nothing of any of them."""
_BATCH = 200
"""Entries whose content is in memory at once."""
_ROUNDS = 4
"""How far entries related to related entries are followed."""


class _Link(NamedTuple):
    """An entry in a category."""

    own: bool
    given: bool
    shown: bool


class _Stored(NamedTuple):
    id: int
    state: int
    order_time: int
    original_id: int | None
    own_id: str | None
    lent: str | None


class Copies:
    """The copies in the store, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.unsettled: set[int] = set()
        """Entries that may have become copies or originals, or may be so no more."""
        self._alone: tuple[int, bool] | None = None
        """The source that was asked for last, and whether no other has an entry."""

    # Keys

    def add_keys(self, rows: Iterable[tuple[int, int, int]]) -> None:
        """Store keys of entries: key, source, entry."""
        insert_many(self._connection, entry_keys, sorted(rows))

    def forget_keys(self, entry_ids: Collection[int]) -> None:
        """Drop the keys of entries."""
        for chunk in chunks(entry_ids):
            self._connection.execute(delete(entry_keys).where(entry_keys.c.entry_id.in_(chunk)))

    def shared_keys(self, source_id: int, of_entries: Collection[Collection[int]]) -> set[int]:
        """The keys of entries of a source that an entry of another source has, too."""
        if not of_entries or self._is_alone(source_id):
            return set()
        keys = {key for keys in of_entries for key in keys}
        key, source = entry_keys.c.key, entry_keys.c.source_id
        return {
            found
            for chunk in chunks(sorted(keys))
            for others in (source < source_id, source > source_id)  # ranges of the primary key
            for found in self._connection.execute(
                select(key).distinct().where(key.in_(chunk), others)
            ).scalars()
        }

    def in_source(self, source_id: int, keys: Collection[int], limit: int) -> set[int]:
        """Entries of one source that have one of `keys`; of each key at most `limit`."""
        own = entry_keys.c.source_id == source_id
        return {entry_id for _, _, entry_id in self._holders(keys, limit, own)}

    def _is_alone(self, source_id: int) -> bool:
        """Whether no other source has an entry, as while a new store is filled."""
        if self._alone is None or self._alone[0] != source_id:
            others = (entries.c.source_id < source_id, entries.c.source_id > source_id)
            found = (
                self._connection.execute(select(entries.c.id).where(other).limit(1)).first()
                for other in others
            )
            self._alone = source_id, not any(found)
        return self._alone[1]

    def _holders(
        self, keys: Collection[int], limit: int, *conditions: ColumnElement[bool]
    ) -> Iterator[tuple[int, int, int]]:
        """Key, source and entry for the first `limit` entries of each key."""
        columns = entry_keys.c
        order = func.row_number().over(
            partition_by=columns.key, order_by=(columns.source_id, columns.entry_id)
        )
        for chunk in chunks(sorted(keys)):
            ranked = (
                select(columns.key, columns.source_id, columns.entry_id, order.label("place"))
                .where(columns.key.in_(chunk), *conditions)
                .subquery()
            )
            found = self._connection.execute(select(ranked).where(ranked.c.place <= limit)).all()
            yield from (row[:3] for row in found)

    # What is related

    def with_relatives(self, entry_ids: Collection[int]) -> set[int]:
        """Those of the entries that are copies, or have any."""
        return {own for own, _ in self._relatives(entry_ids)}

    def of_source(self, source_id: int) -> set[int]:
        """The entries of a source that are copies, or have any."""
        found: set[int] = set()
        own = select(entries.c.id).where(entries.c.source_id == source_id)
        for column in (entries.c.id, entries.c.original_id):
            found.update(
                self._connection.execute(
                    select(column).where(entries.c.original_id.is_not(None), column.in_(own))
                ).scalars()
            )
        return found

    def related(self) -> list[list[int]]:
        """What is unsettled, each group with all entries that it may have to do with."""
        groups = _Groups(self.unsettled)
        frontier = set(self.unsettled)
        for step in range(_ROUNDS + 2):  # the last two complete what copies and originals are of
            pairs = list(self._relatives(frontier))
            if step < _ROUNDS:
                pairs += self._sharing(frontier)
            frontier = {other for _, other in pairs} - groups.members
            for one, other in pairs:
                groups.join(one, other)
            if not frontier:
                break
        return groups.sorted()

    def whole_groups(self, entry_ids: Set[int]) -> Iterator[list[int]]:
        """The entries in groups with their copies and originals, where these are among them."""
        groups = _Groups(entry_ids)
        frontier = set(entry_ids)
        while frontier:
            pairs = list(self._relatives(frontier))
            frontier = {other for _, other in pairs} - groups.members
            for one, other in pairs:
                groups.join(one, other)
        return (group for group in groups.sorted() if entry_ids >= set(group))

    def rows(self, groups: Iterable[list[int]]) -> Iterator[list[RelatedRow]]:
        """Of each group of entries the visible ones."""
        columns = [entries.c[name] for name in RelatedRow._fields[:-1]]
        query = select(*columns, entries.c.body.is_not(None)).where(
            entries.c.state == EntryState.VISIBLE
        )
        for some in _in_batches(groups):
            found = {
                row[0]: RelatedRow._make(row)
                for chunk in chunks(entry_id for group in some for entry_id in group)
                for row in self._connection.execute(query.where(entries.c.id.in_(chunk))).all()
            }
            for group in some:
                yield [found[entry_id] for entry_id in group if entry_id in found]

    def _relatives(self, entry_ids: Collection[int]) -> Iterator[tuple[int, int]]:
        """The entries that have copies or are some, with those copies and originals."""
        copy, original = entries.c.id, entries.c.original_id
        for chunk in chunks(sorted(entry_ids)):
            for column, other in ((copy, original), (original, copy)):
                query = select(column, other).where(original.is_not(None), column.in_(chunk))
                yield from map(tuple, self._connection.execute(query).all())

    def _sharing(self, entry_ids: Collection[int]) -> Iterator[tuple[int, int]]:
        """The entries that share a key with another source's, with those who have it too."""
        owners: defaultdict[int, list[int]] = defaultdict(list)
        columns = entry_keys.c
        for chunk in chunks(sorted(entry_ids)):
            query = select(columns.key, columns.entry_id).where(columns.entry_id.in_(chunk))
            for row in self._connection.execute(query):
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

    # What was decided

    def settle(
        self, members: Collection[int], copies: Mapping[int, int], ids: Mapping[int, str]
    ) -> set[int]:
        """Show the originals among `members`, with the categories of their copies; hide those.

        `copies` gives the original of each member that is a copy, `ids` the id that a member is
        to be published under instead of its own. With an entry, all its copies are members. Gives
        back the categories (by id) whose documents change.
        """
        stored = self._stored(members)
        links = self._links(members)
        lent = _lent(copies, links)
        named = self._encoded(lent)
        changes, touched = [], set[int]()
        stale: list[tuple[int, int, int]] = []
        fresh: list[tuple[object, ...]] = []
        for entry in stored.values():
            after = entry._replace(
                original_id=copies.get(entry.id),
                own_id=ids.get(entry.id, entry.own_id),
                lent=named.get(entry.id),
            )
            wanted = _wanted(after, links[entry.id], lent.get(entry.id, set()))
            before = _shown(links[entry.id])
            if (after.own_id, after.lent) == (entry.own_id, entry.lent):
                touched |= before ^ _shown(wanted)
            else:
                touched |= before | _shown(wanted)
            if after != entry:
                changes.append(after)
            stale += [
                (category, entry.order_time, entry.id)
                for category, link in links[entry.id].items()
                if wanted.get(category) != link
            ]
            fresh += [
                (category, entry.order_time, entry.id, *link)
                for category, link in wanted.items()
                if links[entry.id].get(category) != link
            ]
        self._unlink(stale)
        insert_many(self._connection, entry_categories, fresh)
        self._update(changes)
        self.unsettled.difference_update(members)
        return touched

    def _stored(self, entry_ids: Collection[int]) -> dict[int, _Stored]:
        query = select(*(entries.c[name] for name in _Stored._fields))
        return {
            row.id: _Stored._make(row)
            for chunk in chunks(entry_ids)
            for row in self._connection.execute(query.where(entries.c.id.in_(chunk))).all()
        }

    def _links(self, entry_ids: Collection[int]) -> defaultdict[int, dict[int, _Link]]:
        found: defaultdict[int, dict[int, _Link]] = defaultdict(dict)
        columns = entry_categories.c
        query = select(
            columns.entry_id, columns.category_id, columns.own, columns.given, columns.shown
        )
        for chunk in chunks(entry_ids):
            for row in self._connection.execute(query.where(columns.entry_id.in_(chunk))).all():
                found[row[0]][row[1]] = _Link._make(row[2:])
        return found

    def _unlink(self, links: Sequence[tuple[int, int, int]]) -> None:
        """Take entries out of categories: category, time, entry."""
        columns = entry_categories.c
        statement = delete(entry_categories).where(
            columns.category_id == bindparam("category"),
            columns.order_time == bindparam("time"),
            columns.entry_id == bindparam("entry"),
        )
        rows = [{"category": link[0], "time": link[1], "entry": link[2]} for link in links]
        if rows:
            self._connection.execute(statement, rows)

    def _update(self, changed: Sequence[_Stored]) -> None:
        names = ("original_id", "own_id", "lent")
        statement = (
            update(entries)
            .where(entries.c.id == bindparam("entry_id"))
            .values({name: bindparam(f"new_{name}") for name in names})
        )
        rows = [
            {"entry_id": entry.id, **{f"new_{name}": getattr(entry, name) for name in names}}
            for entry in changed
        ]
        if rows:
            self._connection.execute(statement, rows)

    def _encoded(self, lent: Mapping[int, set[int]]) -> dict[int, str]:
        """The categories of each entry as JSON, in the order of their keys."""
        names: dict[int, NamedCategory] = {}
        columns = categories.c
        for chunk in chunks(set().union(*lent.values())):
            query = select(columns.id, columns.key, columns.name, columns.declared)
            for row in self._connection.execute(query.where(columns.id.in_(chunk))):
                names[row.id] = NamedCategory(row.key, row.name, row.declared)
        return {
            entry_id: msgspec.json.encode(sorted(names[category] for category in found)).decode()
            for entry_id, found in lent.items()
            if found
        }


def _in_batches(groups: Iterable[list[int]]) -> Iterator[list[list[int]]]:
    """Groups together, as many as have about `_BATCH` members."""
    batch: list[list[int]] = []
    for group in groups:
        batch.append(group)
        if sum(map(len, batch)) >= _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _lent(
    copies: Mapping[int, int], links: Mapping[int, Mapping[int, _Link]]
) -> dict[int, set[int]]:
    """The categories of its copies that an original is not in by itself."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    for copy, original in copies.items():
        own = _by_itself(links.get(original, {}))
        found[original] |= _by_itself(links.get(copy, {})).keys() - own.keys()
    return dict(found)


def _wanted(entry: _Stored, links: Mapping[int, _Link], lent: Iterable[int]) -> dict[int, _Link]:
    if entry.state != EntryState.VISIBLE:
        return {}
    shown = entry.original_id is None
    wanted = {category: link._replace(shown=shown) for category, link in _by_itself(links).items()}
    return wanted | {category: _Link(own=False, given=False, shown=True) for category in lent}


def _by_itself(links: Mapping[int, _Link]) -> dict[int, _Link]:
    return {category: link for category, link in links.items() if link.own or link.given}


def _shown(links: Mapping[int, _Link]) -> set[int]:
    return {category for category, link in links.items() if link.shown}


class _Groups:
    """Entries in groups: those that are joined are in one (union-find)."""

    def __init__(self, entry_ids: Iterable[int]) -> None:
        self._parents = {entry_id: entry_id for entry_id in entry_ids}

    @property
    def members(self) -> Set[int]:
        """All entries."""
        return self._parents.keys()

    def join(self, one: int, other: int) -> None:
        """Have both in one group."""
        self._parents[self._root(one)] = self._root(other)

    def sorted(self) -> list[list[int]]:
        """The groups and their members, by id."""
        found: defaultdict[int, list[int]] = defaultdict(list)
        for entry_id in sorted(self._parents):
            found[self._root(entry_id)].append(entry_id)
        return list(found.values())

    def _root(self, entry_id: int) -> int:
        self._parents.setdefault(entry_id, entry_id)
        while (parent := self._parents[entry_id]) != entry_id:
            self._parents[entry_id] = self._parents[parent]
            entry_id = parent
        return entry_id
