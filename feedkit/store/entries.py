"""Entries: a source's are stored, changed and withdrawn, and whoever publishes gets them.

A new entry that shares a key with another source's is not shown before `Copies.settle` has said
whether it is a copy; nor is one that changed and is a copy, or has any.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence

import msgspec
from sqlalchemy import Connection, bindparam, func, select, update

from feedkit.store.copies import Copies
from feedkit.store.identity import Identity, Known
from feedkit.store.keys import Keys
from feedkit.store.links import LinkRow, Links
from feedkit.store.rows import (
    Counts,
    EntryRow,
    EntryState,
    NamedCategory,
    NewEntry,
    SourceRow,
)
from feedkit.store.schema import entries, entry_categories
from feedkit.store.sources import Sources
from feedkit.store.statements import among_given, chunks, encoded, insert_many, update_row
from feedkit.store.upkeep import Upkeep

_LENT = msgspec.json.Decoder(tuple[NamedCategory, ...])
_ENTRIES = select(*(entries.c[name] for name in EntryRow._fields)).where(
    among_given(entries.c.id, "ids")
)


class Entries:
    """All entries, within a transaction."""

    def __init__(
        self,
        connection: Connection,
        keys: Keys,
        links: Links,
        copies: Copies,
        sources: Sources,
        upkeep: Upkeep,
        identity: Identity,
    ) -> None:
        self._connection = connection
        self._keys = keys
        self._links = links
        self._copies = copies
        self._sources = sources
        self._upkeep = upkeep
        self._identity = identity
        self._next_id: int | None = None

    # What is stored

    def save(
        self, source: SourceRow, batch: Sequence[NewEntry], now: int, *, remade: bool = False
    ) -> Counts:
        """Store what is new or changed of `batch`, in its order: a later entry comes above an
        earlier one of the same time. Guids in one batch are distinct. An entry that was removed
        stays so, and counts as unchanged.

        `remade`: what differs is how feedkit read the entries, so they do not count as edited.
        """
        known = self._identity.known_unless_added(source.id, {entry.guid for entry in batch})
        counts = Counts()
        added: list[NewEntry] = []
        changed: list[tuple[Known, NewEntry]] = []
        for entry in batch:
            stored = known.get(entry.guid)
            if stored is None:
                added.append(entry)
            elif (stored.hash, stored.state) == (entry.hash, entry.state):
                counts.unchanged += 1
            else:
                changed.append((stored, entry))
        if gone := self._upkeep.removed(source.id, [entry.guid for entry in added]):
            added = [entry for entry in added if entry.guid not in gone]
            counts.unchanged += len(gone)
        counts.new, counts.changed = len(added), len(changed)
        arrived = (*added, *(entry for _, entry in changed))
        self._links.learn_categories(source, arrived, now)
        shared = self._keys.shared(source.id, [entry.keys for entry in arrived])
        links = self._replace(source, changed, shared, now, remade=remade) if changed else []
        links += self._add(source, added, shared, now)
        self._links.add(links)
        return counts

    def _add(
        self, source: SourceRow, added: Sequence[NewEntry], shared: set[int], now: int
    ) -> list[LinkRow]:
        """Store new entries; the links to put them in their categories."""
        rows: list[tuple[object, ...]] = []
        links: list[LinkRow] = []
        keys: list[tuple[int, int, int]] = []
        open_ids: list[int] = []
        for entry in added:
            dated = entry.updated if entry.published is None else entry.published
            order_time = _order_time(dated, now)
            entry_id = self._new_id()
            is_open = bool(shared) and not shared.isdisjoint(entry.keys)
            if is_open:
                open_ids.append(entry_id)
            rows.append(_entry_row(entry, entry_id, source.id, now, order_time))
            links += self._links.of_entry(
                source, entry, entry_id, order_time, now, shown=not is_open
            )
            keys += [(key, source.id, entry_id) for key in entry.keys]
        if rows:
            self._sources.note_entries(source.id)
        insert_many(self._connection, entries, rows)
        self._keys.add(keys)
        self._copies.mark(open_ids)
        return links

    def _replace(
        self,
        source: SourceRow,
        changed: Sequence[tuple[Known, NewEntry]],
        shared: set[int],
        now: int,
        *,
        remade: bool,
    ) -> list[LinkRow]:
        """Store entries in place of what they were; the links to put them in their categories."""
        ids = [stored.id for stored, _ in changed]
        open_ids = self._copies.with_relatives(ids)
        open_ids |= {old.id for old, entry in changed if not shared.isdisjoint(entry.keys)}
        self._copies.mark(open_ids)
        self._links.remove(ids)
        self._keys.forget(ids)
        links: list[LinkRow] = []
        keys: list[tuple[int, int, int]] = []
        for stored, entry in changed:
            shown = stored.id not in open_ids
            links += self._change(source, stored, entry, now, remade=remade, shown=shown)
            keys += [(key, source.id, stored.id) for key in entry.keys]
        self._keys.add(keys)
        return links

    def _change(
        self,
        source: SourceRow,
        stored: Known,
        entry: NewEntry,
        now: int,
        *,
        remade: bool,
        shown: bool,
    ) -> list[LinkRow]:
        order_time = stored.order_time  # an edit moves `updated`, not the entry's place
        if entry.published is not None:
            order_time = _order_time(entry.published, stored.first_seen)
        values: dict[str, object] = {"order_time": order_time, "state": int(entry.state)}
        if stored.hash != entry.hash:
            values |= {"hash": entry.hash, "data": entry.data, "body": entry.body}
            if not remade:
                values["changed_at"] = now
        update_row(self._connection, entries, stored.id, values)
        return self._links.of_entry(source, entry, stored.id, order_time, now, shown=shown)

    def _new_id(self) -> int:
        """Ids are given here, by the only writer, so that links need no second look."""
        if self._next_id is None:
            self._next_id = self._connection.execute(select(func.max(entries.c.id))).scalar() or 0
        self._next_id += 1
        return self._next_id

    def withdraw(self, source_id: int, guids: Collection[str]) -> int:
        """Take the entries with `guids` out of all documents; how many were in them."""
        gone = [
            stored.id
            for stored in self._identity.known(source_id, guids).values()
            if stored.state != EntryState.WITHDRAWN
        ]
        self._copies.mark(self._copies.with_relatives(gone))
        self._links.remove(gone)
        for chunk in chunks(gone):
            self._connection.execute(
                update(entries)
                .where(entries.c.id.in_(chunk))
                .values(state=int(EntryState.WITHDRAWN))
            )
        return len(gone)

    def finish(self, finished: Iterable[tuple[int, bytes]]) -> None:
        """Store entries, by id, with the content that their bodies made."""
        statement = (
            update(entries)
            .where(entries.c.id == bindparam("entry_id"))
            .values(data=bindparam("finished"), body=None)
        )
        rows = [{"entry_id": entry_id, "finished": data} for entry_id, data in finished]
        if rows:
            self._connection.execute(statement, rows)

    # What is asked for

    def of_source(self, source_id: int) -> Iterator[tuple[str, int, bytes]]:
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
                .where(links.category_id == category_id, links.shown)
                .order_by(links.order_time.desc(), links.entry_id.desc())
                .limit(limit)
            ):
                found[row.entry_id] = row.order_time
        return sorted(found, key=lambda entry: (found[entry], entry), reverse=True)[:limit]

    def get(self, ids: Collection[int]) -> Iterator[EntryRow]:
        """The entries with `ids`, in no order."""
        for row in self._connection.execute(_ENTRIES, {"ids": encoded(ids)}).all():
            found = EntryRow._make(row)
            yield found._replace(lent=_LENT.decode(row[-1])) if row[-1] else found


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
