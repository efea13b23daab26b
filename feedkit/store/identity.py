"""Identity: what the entries of one source are known by, their guids, aliases and keys.

Which guids stand for one entry, because its source changed them, is decided by whoever uses the
store. An alias is what the source calls an entry now that is stored under another guid; keys are
what entries that are one may have in common.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select, update

from feedkit.store.copies import Copies
from feedkit.store.keys import Keys
from feedkit.store.rows import SourceRow
from feedkit.store.schema import entries
from feedkit.store.sources import Sources
from feedkit.store.statements import chunks
from feedkit.store.upkeep import Upkeep


class Known(NamedTuple):
    """A stored entry, without what it holds."""

    id: int
    guid: str
    hash: str
    first_seen: int
    order_time: int
    state: int


class Identity:
    """What entries are known by, within a transaction."""

    def __init__(
        self, connection: Connection, keys: Keys, sources: Sources, copies: Copies, upkeep: Upkeep
    ) -> None:
        self._connection = connection
        self._keys = keys
        self._sources = sources
        self._copies = copies
        self._upkeep = upkeep
        self._added: dict[int, set[str]] = {}
        """Guids that came in this transaction, of sources that had no entry before."""

    def known(self, source_id: int, guids: Collection[str]) -> dict[str, Known]:
        """What is stored of the source's entries with `guids`, by these."""
        columns = [entries.c[name] for name in Known._fields]
        return {
            row.guid: Known(*row)
            for chunk in chunks(guids)
            for row in self._connection.execute(
                select(*columns).where(entries.c.source_id == source_id, entries.c.guid.in_(chunk))
            )
        }

    def known_unless_added(self, source_id: int, guids: set[str]) -> dict[str, Known]:
        """`known`, but a source that had no entry when this transaction began is not asked for
        those that it did not add: ten thousand new articles come in many batches."""
        if source_id not in self._added and self._sources.has_entries(source_id):
            return self.known(source_id, guids)
        added = self._added.setdefault(source_id, set())
        known = self.known(source_id, added & guids)
        added |= guids
        return known

    def unknown_guids(self, source_id: int, guids: Collection[str]) -> set[str]:
        """Those of `guids` that no entry of the source has or had; none of a source without
        entries."""
        if not self._sources.has_entries(source_id):
            return set()
        unknown = set(guids) - self.known(source_id, guids).keys()
        return unknown - self._upkeep.removed(source_id, unknown)

    def guids_by_alias(self, source_id: int, aliases: Collection[str]) -> dict[str, str]:
        """The guid of the entry that the source called by an alias last, by that."""
        query = select(entries.c.alias, entries.c.guid).where(entries.c.source_id == source_id)
        return {
            row.alias: row.guid
            for chunk in chunks(aliases)
            for row in self._connection.execute(query.where(entries.c.alias.in_(chunk)))
        }

    def set_aliases(self, source_id: int, aliases: Mapping[str, str]) -> None:
        """Remember what the source calls entries now, by the guids that they are stored under."""
        statement = (
            update(entries)
            .where(entries.c.source_id == source_id, entries.c.guid == bindparam("stored_guid"))
            .values(alias=bindparam("new_alias"))
        )
        rows = [{"stored_guid": guid, "new_alias": alias} for guid, alias in aliases.items()]
        if rows:
            self._connection.execute(statement, rows)

    def sharing(self, source_id: int, keys: Collection[int], limit: int) -> list[bytes]:
        """The data of the source's entries that have one of `keys`, at most `limit` of each."""
        found = self._keys.in_source(source_id, keys, limit)
        return [
            data
            for chunk in chunks(sorted(found))
            for data in self._connection.execute(
                select(entries.c.data).where(entries.c.id.in_(chunk)).order_by(entries.c.id)
            ).scalars()
        ]

    def add_keys(self, source: SourceRow, keys: Mapping[str, Collection[int]]) -> None:
        """Give all entries of `source`, by guid, the keys by which they are found from now on."""
        ids = {stored.guid: stored.id for stored in self.known(source.id, keys.keys()).values()}
        self._keys.forget(ids.values())
        self._keys.add((key, source.id, ids[guid]) for guid, found in keys.items() for key in found)
        self._sources.update(source.id, is_keyed=True)
        shared = self._keys.shared(source.id, keys.values())
        self._copies.mark(
            {ids[guid] for guid, found in keys.items() if not shared.isdisjoint(found)}
        )
