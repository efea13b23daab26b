"""Entries that are one: what the rules of `feedkit.normalize` say of what the store holds.

What a source changed that may be a copy is stored hidden. `settle` looks at all of it together,
before something is published; what a kill leaves hidden is settled before the next publication.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from feedkit.model import Entry
from feedkit.pipeline.prepare import decode_entry, known_as, stored_keys
from feedkit.store import NewEntry, RelatedRow, SourceRow, Store
from feedkit.store.source_keys import feed_of

if TYPE_CHECKING:  # most runs have nothing to compare, and these cost 10 ms
    from feedkit.normalize.duplicates import Candidate, Publisher
    from feedkit.store.transaction import Transaction

_FEW = 3
"""Stored entries that are looked at of those with one key: what two have is neither's."""


def with_stored_guids(
    transaction: "Transaction",
    source: SourceRow,
    entries: Sequence[NewEntry],
    *,
    is_whole: bool = True,
) -> list[NewEntry]:
    """The entries of a feed, those whose guids it changed under the guids that are stored.

    The store remembers the new guids, so that the next run knows them whatever else changes. Of
    a document that `is_whole` not (RFC 3229), nothing is learned: an entry that is not listed may
    still have its guid.
    """
    listed = {entry.guid for entry in entries}
    unknown = transaction.identity.unknown_guids(source.id, listed)
    if not unknown:
        return list(entries)
    from feedkit.normalize.guids import changed_guids

    stored = {
        alias: guid
        for alias, guid in transaction.identity.guids_by_alias(source.id, unknown).items()
        if guid not in listed
    }
    if not is_whole:
        return _under(entries, stored)
    new = [entry for entry in entries if entry.guid in unknown and entry.guid not in stored]
    keys = {key for entry in new for key in entry.keys}
    candidates = map(decode_entry, transaction.identity.sharing(source.id, keys, _FEW))
    changed = changed_guids(
        [decode_entry(entry.data) for entry in new],
        list(candidates),
        listed | set(stored.values()),
    )
    transaction.identity.set_aliases(source.id, {guid: alias for alias, guid in changed.items()})
    return _under(entries, stored | changed)


def _under(entries: Sequence[NewEntry], guids: Mapping[str, str]) -> list[NewEntry]:
    return [
        known_as(entry, guids[entry.guid]) if entry.guid in guids else entry for entry in entries
    ]


def settle(store: Store) -> None:
    """Find the copies among what changed since this was last done; originals are published."""
    with store.read() as transaction:
        is_done = transaction.copies.are_settled()
    while not is_done:
        with store.write() as transaction:
            _settle_some(transaction)
            is_done = transaction.copies.are_settled()


def _settle_some(transaction: "Transaction") -> None:
    groups = transaction.copies.related()
    from feedkit.normalize.duplicates import originals, own_ids

    members: list[int] = []
    copies: dict[int, int] = {}
    ids: dict[int, str] = {}
    publishers: dict[int, Publisher] = {}
    for group, rows in zip(groups, transaction.copies.rows(groups), strict=True):
        missing = {row.source_id for row in rows} - publishers.keys()
        for source in transaction.sources.by_id(missing).values():
            publishers[source.id] = _publisher(source)
        decoded = {data: decode_entry(data) for data in {row.data for row in rows}}
        candidates = [_candidate(row, decoded[row.data], publishers[row.source_id]) for row in rows]
        found = originals(candidates)
        ids |= own_ids(candidates, found)
        copies |= found
        members += group
    transaction.copies.settle(members, copies, ids)


def bring_up_to_date(store: Store, followed: Collection[str], *, are_all: bool) -> None:
    """Have the store know which sources are followed, and find every entry by its keys, where
    there are several sources.

    `followed` are the keys of the sources in the config; unless they `are_all` (a list could not
    be read), no source is given up.
    """
    with store.read() as transaction:
        sources = transaction.sources.all()
    for source in sources.values():
        is_followed = source.key in followed or (source.is_followed and not are_all)
        is_to_be_keyed = not source.is_keyed and len({*followed, *sources}) > 1
        if not is_to_be_keyed and source.is_followed == is_followed:
            continue
        with store.write() as transaction:
            if is_to_be_keyed:
                stored = transaction.entries.of_source(source.id)
                keys = {guid: stored_keys(data, source.key) for guid, _, data in stored}
                transaction.identity.add_keys(source, keys)
            if source.is_followed != is_followed:
                transaction.sources.follow(source, is_followed=is_followed)


def _publisher(source: SourceRow) -> "Publisher":
    from feedkit.normalize.duplicates import Publisher

    url = feed_of(source.key)
    return Publisher(
        source.key,
        is_folder=url is None,
        is_followed=source.is_followed,
        feed_url=url if url and url.startswith(("http:", "https:")) else None,
        site_url=source.site_url,
    )


def _candidate(row: RelatedRow, entry: Entry, publisher: "Publisher") -> "Candidate":
    from feedkit.normalize.duplicates import Candidate

    return Candidate(
        row.id,
        entry,
        publisher,
        row.first_seen,
        has_all_words=not row.has_body,
        was_copy=row.original_id is not None,
        own_id=row.own_id,
    )
