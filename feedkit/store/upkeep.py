"""Removing entries for good, in the tables, and what is remembered so that it can be done.

Which entries are to go is decided by whoever uses the store. Here the old and the many are found,
without looking at what they hold, and what was decided is carried out. Guids are remembered as
numbers of 64 bits: a hundred feeds of a hundred thousand entries each take 80 MB less so.
"""

from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, exists, func, insert, select, text

from feedkit.store.schema import (
    categories,
    edition_members,
    entries,
    entry_categories,
    entry_keys,
    facts,
    files,
    listings,
    removed,
    sources,
    unsettled,
)
from feedkit.store.source_keys import feed_of
from feedkit.store.statements import chunks

_HOUSEKEPT_AT = "housekept_at"
_REMOVED = select(removed.c.guid).where(removed.c.source_id == bindparam("source_id")).limit(1)
_MOST_LISTED = 100_000
"""Guids of one feed that are remembered: as many as a document within all limits has."""
_LIST = text(
    "INSERT INTO listings (source_id, guids) VALUES (:source_id, :guids) "
    "ON CONFLICT (source_id) DO UPDATE SET guids = excluded.guids"
)


class Place(NamedTuple):
    """Where an entry stands in a category; the newest is the greatest."""

    order_time: int
    entry_id: int


class Upkeep:
    """Upkeep of the store, within one transaction. Times are microseconds since 1970 UTC."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # What is remembered

    def housekept_at(self) -> int | None:
        """When house was last kept; None: never."""
        query = select(facts.c.value).where(facts.c.name == _HOUSEKEPT_AT)
        found: int | None = self._connection.execute(query).scalar()
        return found

    def set_housekept_at(self, now: int) -> None:
        """Remember that house was kept."""
        self._connection.execute(delete(facts).where(facts.c.name == _HOUSEKEPT_AT))
        self._connection.execute(insert(facts).values(name=_HOUSEKEPT_AT, value=now))

    def set_listing(self, source_id: int, guids: Iterable[str], *, is_whole: bool) -> None:
        """Remember which entries the source's document has; of one that `is_whole` not, that it
        has these beside those that are known."""
        numbers = {number_of(guid) for guid in guids}
        if not is_whole:
            before = self.listing(source_id)
            numbers |= before if before and len(before) < _MOST_LISTED else set()
        packed = array("q", sorted(numbers)).tobytes()
        self._connection.execute(_LIST, {"source_id": source_id, "guids": packed})

    def listing(self, source_id: int) -> frozenset[int] | None:
        """The numbers of the guids in the source's document; None where that is not known."""
        query = select(listings.c.guids).where(listings.c.source_id == source_id)
        packed = self._connection.execute(query).scalar()
        return None if packed is None else frozenset(array("q", packed))

    def removed(self, source_id: int, guids: Collection[str]) -> set[str]:
        """Those of `guids` whose entries were removed."""
        its_own = removed.c.source_id == source_id
        if not guids or not self._has_removed(source_id):
            return set()
        numbers = {number_of(guid): guid for guid in guids}
        return {
            numbers[number]
            for chunk in chunks(numbers)
            for number in self._connection.execute(
                select(removed.c.guid).where(its_own, removed.c.guid.in_(chunk))
            ).scalars()
        }

    def _has_removed(self, source_id: int) -> bool:
        return self._connection.execute(_REMOVED, {"source_id": source_id}).first() is not None

    # What may go

    def last_seen_before(self, time: int) -> int:
        """An id such that all entries above it were first seen at `time` or later; 0: all were.

        Ids are given in the order in which entries come, so it is searched for by halves. Where
        the clock was once set back, older entries may stand above it, too.
        """
        low, high = 0, self._connection.execute(select(func.max(entries.c.id))).scalar() or 0
        query = select(entries.c.id, entries.c.first_seen).order_by(entries.c.id).limit(1)
        while low < high:
            middle = (low + high + 1) // 2
            found = self._connection.execute(query.where(entries.c.id >= middle)).one()
            if found.first_seen < time:
                low = int(found.id)
            else:
                high = middle - 1
        return low

    def surplus(
        self, source_id: int, *, up_to: int, newest: int | None
    ) -> Iterator[tuple[int, str, bool]]:
        """Id and guid of each entry of the source up to that id, and beyond its `newest`; and
        whether it is beyond those. An index alone answers, the entries are not looked at."""
        query = select(entries.c.id, entries.c.guid).where(entries.c.source_id == source_id)
        rows = self._connection.execute(
            query.where(entries.c.id <= up_to) if newest is None else query
        )
        found = sorted(((row.id, row.guid) for row in rows), reverse=True)
        for position, (entry_id, guid) in enumerate(found):
            is_beyond = newest is not None and position >= newest
            if is_beyond or entry_id <= up_to:
                yield entry_id, guid, is_beyond

    def seen_before(self, entry_ids: Iterable[int], time: int) -> set[int]:
        """Those of the entries that were first seen before `time`."""
        return {
            entry_id
            for chunk in chunks(entry_ids)
            for entry_id in self._connection.execute(
                select(entries.c.id).where(entries.c.id.in_(chunk), entries.c.first_seen < time)
            ).scalars()
        }

    def places(self, entry_ids: Iterable[int]) -> Iterator[tuple[int, Place]]:
        """Each category (by id) in which one of the entries is shown, with its place there."""
        links = entry_categories.c
        query = select(links.category_id, links.order_time, links.entry_id).where(links.shown)
        for chunk in chunks(entry_ids):
            for row in self._connection.execute(query.where(links.entry_id.in_(chunk))):
                yield row.category_id, Place(row.order_time, row.entry_id)

    def last_of_newest(self, category_ids: Collection[int], limit: int) -> Place | None:
        """The place of the last of the newest `limit` entries in any of the categories; what is
        published under one id counts once. None where there are no more than so many."""
        most = 2 * limit
        while True:
            found = self._newest(category_ids, most)
            names: set[str] = set()
            for place in sorted(found, reverse=True)[:most]:
                names.add(found[place])
                if len(names) == limit:
                    return place
            if len(found) < most:
                return None
            most *= 2

    def _newest(self, category_ids: Collection[int], most: int) -> dict[Place, str]:
        links = entry_categories.c
        query = select(
            links.order_time, links.entry_id, func.coalesce(entries.c.own_id, entries.c.guid)
        ).join_from(entry_categories, entries, entries.c.id == links.entry_id)
        order = links.order_time.desc(), links.entry_id.desc()
        return {
            Place(row[0], row[1]): row[2]
            for category_id in category_ids
            for row in self._connection.execute(
                query.where(links.category_id == category_id, links.shown)
                .order_by(*order)
                .limit(most)
            )
        }

    def of_source(self, source_id: int) -> list[int]:
        """All entries of the source."""
        query = select(entries.c.id).where(entries.c.source_id == source_id)
        return list(self._connection.execute(query.order_by(entries.c.id)).scalars())

    # What was decided

    def remove(self, entry_ids: Sequence[int]) -> None:
        """Remove the entries. No document is marked as changed: the caller knows that none is.

        Of a feed the guids are remembered, so that none comes back as new. An article's file is
        forgotten, so that it is read again where its folder is collected again.
        """
        self._forget_guids(entry_ids)
        for table, column in (
            (entry_categories, entry_categories.c.entry_id),
            (entry_keys, entry_keys.c.entry_id),
            (unsettled, unsettled.c.entry_id),
            (entries, entries.c.id),
        ):
            for chunk in chunks(entry_ids):
                self._connection.execute(delete(table).where(column.in_(chunk)))

    def _forget_guids(self, entry_ids: Sequence[int]) -> None:
        query = select(entries.c.source_id, entries.c.guid, entries.c.alias, sources.c.key)
        query = query.join_from(entries, sources, sources.c.id == entries.c.source_id)
        numbers: set[tuple[int, int]] = set()
        for chunk in chunks(entry_ids):
            for row in self._connection.execute(query.where(entries.c.id.in_(chunk))).all():
                if feed_of(row.key) is not None:
                    numbers.update((row.source_id, number_of(g)) for g in row[1:3] if g)
                else:
                    self._connection.execute(
                        delete(files).where(
                            files.c.source_id == row.source_id, files.c.guid == row.guid
                        )
                    )
        if numbers:
            self._connection.execute(
                insert(removed).prefix_with("OR IGNORE", dialect="sqlite"),
                [{"source_id": source, "guid": number} for source, number in sorted(numbers)],
            )

    def forget_sources(self, source_ids: Collection[int]) -> int:
        """Forget those of the sources that have no entry; how many had none."""
        empty = [
            source_id
            for source_id in source_ids
            if not self._connection.execute(
                select(exists().where(entries.c.source_id == source_id))
            ).scalar()
        ]
        for chunk in chunks(empty):
            for table in (files, listings, removed):
                self._connection.execute(delete(table).where(table.c.source_id.in_(chunk)))
            self._connection.execute(delete(sources).where(sources.c.id.in_(chunk)))
        return len(empty)

    def forget_categories(self) -> int:
        """Forget the categories that nobody declared, no entry is in, no feed was ever made of,
        and that stand for none that has one (an alias does); how many they were."""
        linked = exists().where(entry_categories.c.category_id == categories.c.id)
        published = exists().where(edition_members.c.category_id == categories.c.id)
        nobodys = (
            ~categories.c.declared,
            categories.c.slug.is_(None),
            categories.c.key != "",
            ~linked,
            ~published,
        )
        return self._connection.execute(delete(categories).where(*nobodys)).rowcount


def number_of(guid: str) -> int:
    """64 bits that stand for a guid, signed."""
    data = guid.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big", signed=True)
