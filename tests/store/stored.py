"""Entries to store, and what a store then says of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from feedkit.store import EntryState, NewEntry, SourceRow, Store, open_store
from feedkit.store.rows import NamedCategory

NOW = 1_700_000_000_000_000
"""The time of the tests, in microseconds."""


def entry(
    guid: str,
    *categories: str,
    data: str = "",
    published: int | None = NOW - 1000,
    updated: int | None = None,
    state: EntryState = EntryState.VISIBLE,
    keys: tuple[int, ...] = (),
) -> NewEntry:
    """An entry of which only what the store looks at is real."""
    content = f"{guid} {data} {published} {updated} {categories}"
    named = tuple(category(name) for name in categories)
    return NewEntry(guid, content, published, updated, state, content.encode(), named, keys=keys)


def category(name: str, *, declared: bool = False) -> NamedCategory:
    """A category whose spelling is its key but for the case."""
    return NamedCategory(name.lower(), name, declared)


@contextmanager
def opened(folder: Path) -> Iterator[Store]:
    """The store in `folder`, made where there is none yet."""
    with open_store(f"sqlite:///{folder}/feedkit.db") as store:
        yield store


def add_source(store: Store, key: str = "feed:https://example.org/") -> SourceRow:
    """A new source."""
    with store.write() as transaction:
        return transaction.sources.add(key, NOW)


def save(store: Store, source: SourceRow, *entries: NewEntry, now: int = NOW) -> tuple[int, ...]:
    """Store `entries`; how many were new, changed and unchanged."""
    with store.write() as transaction:
        counts = transaction.entries.save(source, entries, now)
        return counts.new, counts.changed, counts.unchanged


def listed(store: Store, *names: str) -> list[str]:
    """The guids in any of the categories (none named: in everything), newest first."""
    with store.read() as transaction:
        ids = {row.key: row.id for row in transaction.categories.all()}
        wanted = [ids[name.lower()] for name in names or ("",) if name.lower() in ids]
        newest = transaction.entries.newest(wanted, 1000)
        guids = {row.id: row.data.decode().split()[0] for row in transaction.entries.get(newest)}
        return [guids[entry_id] for entry_id in newest]


def revisions(store: Store) -> dict[str, int]:
    """The revision of each category, by its key."""
    with store.read() as transaction:
        return {row.key: row.revision for row in transaction.categories.all()}


def touched(store: Store, before: dict[str, int]) -> set[str]:
    """The keys of the categories whose revision grew since `before`."""
    now = revisions(store)
    assert all(now[key] >= before[key] for key in before)
    return {key for key in now if now[key] != before.get(key, 0)}
