"""Copies: entries of different sources that are one, in the tables.

Which entries are one is decided by whoever uses the store. Here they are found, by keys that they
share, and what was decided is carried out: a copy is shown in no category, and its original also
in those of its copies. What may be either is remembered from the transaction that changed it until
that is settled: looking at what a hundred sources brought at once costs less than after each.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from typing import NamedTuple, TypeAlias

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from feedkit.store.categories import Categories
from feedkit.store.editions import Editions
from feedkit.store.groups import Groups
from feedkit.store.keys import Keys
from feedkit.store.rows import EntryState, NamedCategory, RelatedRow
from feedkit.store.schema import categories, entries, entry_categories, unsettled
from feedkit.store.statements import among, insert_many

_BATCH = 200
"""Entries whose content is in memory at once."""
_ROUNDS = 4
"""How far entries related to related entries are followed."""

_Key: TypeAlias = tuple[int, int, int]
"""Of a link: category, time, entry."""
_OF_LINK = (
    entry_categories.c.category_id == bindparam("category"),
    entry_categories.c.order_time == bindparam("time"),
    entry_categories.c.entry_id == bindparam("entry"),
)


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

    def __init__(
        self, connection: Connection, categories: Categories, editions: Editions, keys: Keys
    ) -> None:
        self._connection = connection
        self._categories = categories
        self._editions = editions
        self._keys = keys
        self._marked: set[int] = set()

    # What is to be settled

    def mark(self, entry_ids: Collection[int]) -> None:
        """Entries may have become copies or originals, or may be so no more."""
        self._marked.update(entry_ids)

    def store_marks(self) -> None:
        """Remember what was marked; called before the commit."""
        statement = insert(unsettled).prefix_with("OR IGNORE", dialect="sqlite")
        if self._marked:
            rows = [{"entry_id": entry_id} for entry_id in sorted(self._marked)]
            self._connection.execute(statement, rows)
        self._marked.clear()

    def are_settled(self) -> bool:
        """Whether nothing is marked: of all entries it is known which are copies."""
        marked = self._connection.execute(select(unsettled.c.entry_id).limit(1)).first()
        return not self._marked and marked is None

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

    def related(self, most: int = 5000) -> list[list[int]]:
        """Entries that are marked, in groups with all that may be the same; of `most` entries,
        for each group has to be settled whole. What has nothing in common with another is in no
        group."""
        self.store_marks()
        query = select(unsettled.c.entry_id).order_by(unsettled.c.entry_id).limit(most)
        frontier = set(self._connection.execute(query).scalars())
        groups = Groups(frontier)
        for step in range(_ROUNDS + 2):  # the last two complete what copies and originals are of
            pairs = list(self._relatives(frontier))
            if step < _ROUNDS:
                pairs += self._keys.sharing(frontier)
            frontier = {other for _, other in pairs} - groups.members
            for one, other in pairs:
                groups.join(one, other)
            if not frontier:
                break
        return groups.sorted()

    def whole_groups(self, entry_ids: Set[int]) -> Iterator[list[int]]:
        """The entries, each with those that are copies of it or that it is a copy of; without
        the groups of which one is not among them."""
        groups = Groups(entry_ids)
        frontier = set(entry_ids)
        while frontier:
            pairs = list(self._relatives(frontier))
            frontier = {other for _, other in pairs} - groups.members
            for one, other in pairs:
                groups.join(one, other)
        return (group for group in groups.sorted() if entry_ids >= set(group))

    def rows(self, groups: Iterable[list[int]]) -> Iterator[list[RelatedRow]]:
        """Of each group of entries the visible ones, in no order."""
        names = RelatedRow._fields[: -len(("has_body", "data"))]
        columns = [entries.c[name] for name in names]
        query = select(*columns, entries.c.body.is_not(None)).where(
            entries.c.state == EntryState.VISIBLE
        )
        for some in _in_batches(groups):
            members = (entry_id for group in some for entry_id in group)
            rows = self._connection.execute(query.where(among(entries.c.id, members))).all()
            # Most copies are copies to the letter: one of them is read.
            readers = {row[-2:]: row[0] for row in rows}
            contents = self._contents(readers.values())
            found = {row[0]: RelatedRow._make((*row, contents[readers[row[-2:]]])) for row in rows}
            for group in some:
                yield [found[entry_id] for entry_id in group if entry_id in found]

    def _contents(self, entry_ids: Iterable[int]) -> dict[int, bytes]:
        query = select(entries.c.id, entries.c.data).where(among(entries.c.id, entry_ids))
        return {row[0]: row[1] for row in self._connection.execute(query).all()}

    def _relatives(self, entry_ids: Collection[int]) -> Iterator[tuple[int, int]]:
        """The entries that have copies or are some, with those copies and originals."""
        copy, original = entries.c.id, entries.c.original_id
        ids = sorted(entry_ids)
        for column, other in ((copy, original), (original, copy)):
            query = select(column, other).where(original.is_not(None), among(column, ids))
            for row in self._connection.execute(query).all():
                yield row[0], row[1]

    # What was decided

    def settle(
        self, members: Collection[int], copies: Mapping[int, int], ids: Mapping[int, str]
    ) -> None:
        """Show the originals among `members`, with the categories of their copies; hide those.

        `copies` gives the original of each member that is a copy, `ids` the id that a member is
        to be published under instead of its own. With an entry, all its copies are members: they
        are groups that `related` gave.
        """
        self._editions.note(members)
        stored = self._stored(members)
        links = self._links(members)
        lent = _lent(copies, links)
        named = self._encoded(lent)
        changes, touched = [], set[int]()
        stale: list[_Key] = []
        fresh: list[tuple[object, ...]] = []
        flipped: list[tuple[bool, int, int, int]] = []
        for entry in stored.values():
            after = _Stored(
                entry.id,
                entry.state,
                entry.order_time,
                original_id=copies.get(entry.id),
                own_id=ids.get(entry.id, entry.own_id),
                lent=named.get(entry.id),
            )
            known = links[entry.id]
            wanted = _wanted(after, known, lent.get(entry.id, set()))
            before = _shown(known)
            if (after.own_id, after.lent) == (entry.own_id, entry.lent):
                touched |= before ^ _shown(wanted)
            else:
                touched |= before | _shown(wanted)
            if after != entry:
                changes.append(after)
            for category in known.keys() | wanted.keys():
                link, now = known.get(category), wanted.get(category)
                key = category, entry.order_time, entry.id
                if link == now:
                    continue
                if link and now and link[:2] == now[:2]:
                    flipped.append((now.shown, *key))
                    continue
                if link:
                    stale.append(key)
                if now:
                    fresh.append((*key, *now))
        self._unlink(stale)
        insert_many(self._connection, entry_categories, fresh)
        self._flip(flipped)
        self._update(changes)
        self._connection.execute(delete(unsettled).where(among(unsettled.c.entry_id, members)))
        self._categories.touch(touched)
        self._editions.note(members)

    def _stored(self, entry_ids: Collection[int]) -> dict[int, _Stored]:
        query = select(*(entries.c[name] for name in _Stored._fields))
        return {
            row[0]: _Stored(*row)
            for row in self._connection.execute(query.where(among(entries.c.id, entry_ids))).all()
        }

    def _links(self, entry_ids: Collection[int]) -> defaultdict[int, dict[int, _Link]]:
        found: defaultdict[int, dict[int, _Link]] = defaultdict(dict)
        columns = entry_categories.c
        query = select(
            columns.entry_id, columns.category_id, columns.own, columns.given, columns.shown
        )
        for row in self._connection.execute(query.where(among(columns.entry_id, entry_ids))).all():
            found[row[0]][row[1]] = _Link(row[2], row[3], row[4])
        return found

    def _unlink(self, links: Sequence[_Key]) -> None:
        """Take entries out of categories."""
        rows = [{"category": link[0], "time": link[1], "entry": link[2]} for link in links]
        if rows:
            self._connection.execute(delete(entry_categories).where(*_OF_LINK), rows)

    def _flip(self, links: Sequence[tuple[bool, int, int, int]]) -> None:
        """Show entries in categories, or do so no more."""
        rows = [
            {"is_shown": link[0], "category": link[1], "time": link[2], "entry": link[3]}
            for link in links
        ]
        statement = update(entry_categories).values(shown=bindparam("is_shown")).where(*_OF_LINK)
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
        query = select(columns.id, columns.key, columns.name, columns.declared)
        query = query.where(among(columns.id, set().union(*lent.values())))
        for row in self._connection.execute(query):
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
    wanted = {
        category: link if link.shown == shown else _Link(link.own, link.given, shown)
        for category, link in _by_itself(links).items()
    }
    return wanted | {category: _Link(own=False, given=False, shown=True) for category in lent}


def _by_itself(links: Mapping[int, _Link]) -> dict[int, _Link]:
    return {category: link for category, link in links.items() if link.own or link.given}


def _shown(links: Mapping[int, _Link]) -> set[int]:
    return {category for category, link in links.items() if link.shown}
