"""Keeps house: removes what the configuration does not want kept, and gives its room back.

Four things are never removed, whatever their age: what a feed's document still has, articles of
files, what the published documents show, and an entry of whose copies one is to stay. So nothing
that is removed comes back as new, and no document changes by it (docs/store.md says why).
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from msgspec import Struct

from feedkit.config import Retention, Settings
from feedkit.pipeline.instants import MICROSECOND
from feedkit.pipeline.sameness import settle
from feedkit.pipeline.subscriptions import subscriptions
from feedkit.publish.topics import choose_topics
from feedkit.store import SourceRow, Store
from feedkit.store.source_keys import feed_key, feed_of, folder_key
from feedkit.store.transaction import Transaction
from feedkit.store.upkeep import Place, number_of

_EVERY = timedelta(days=1)
_BATCH = 500
"""Entries that are removed in one transaction."""
_MOST = 50_000
"""Entries that are removed at a time: more would keep others waiting for the store."""
_COMPACTING = 20.0
"""Seconds at most for giving room back."""


class Housekept(Struct, frozen=True):
    """What keeping house did."""

    entries: int = 0
    """Removed."""
    sources: int = 0
    """Forgotten: they were taken out of the configuration, and their last entry was removed."""
    freed: int = 0
    """Bytes that the store's file became smaller."""
    is_complete: bool = True
    """Whether all was removed that is to go; if not, the next time goes on with it."""


def is_due(store: Store, now: int) -> bool:
    """Whether house was last kept a day ago, or never, or at a time that is yet to come."""
    with store.read() as transaction:
        at = transaction.upkeep.housekept_at()
    return at is None or abs(now - at) >= _EVERY // MICROSECOND


def housekeep(settings: Settings, store: Store, now: int) -> Housekept:
    """Remove what `settings` do not keep at `now` (microseconds since 1970 UTC), forget sources
    without entries that are collected no more, and make the store's file smaller.

    Who calls holds the store's lock. Raises `StoreError`.
    """
    settle(store)  # which entries have to stay together is known then
    plan = _Plan(settings, store, now)
    groups = plan.groups()
    chosen = _limited(groups)
    count = 0
    for batch in _batches(chosen):
        with store.write() as transaction:
            transaction.upkeep.remove(batch)
        count += len(batch)
    is_complete = len(chosen) == len(groups)
    with store.write() as transaction:
        upkeep = transaction.upkeep
        sources = upkeep.forget_sources([source.id for source in plan.abandoned()])
        if count:
            upkeep.forget_categories()
        if is_complete:
            upkeep.set_housekept_at(now)
    return Housekept(count, sources, store.compact(_COMPACTING), is_complete)


class _Plan:
    """What is to go at a certain time; nothing is changed."""

    def __init__(self, settings: Settings, store: Store, now: int) -> None:
        self._settings = settings
        self._store = store
        self._now = now
        feeds, _ = subscriptions(settings)
        self._retentions = {
            feed_key(feed.url): feed.retention for feed in feeds if feed.retention is not None
        }
        self._folders = {folder_key(folder.name) for folder in settings.articles}
        self._followed = self._folders | {feed_key(feed.url) for feed in feeds}
        with store.read() as transaction:
            self._sources = transaction.sources.all()

    def groups(self) -> list[list[int]]:
        """The entries to remove, oldest first, each with its copies."""
        condemned: set[int] = set()
        boundaries: dict[int, int] = {}
        for source in self._sources.values():
            retention = self._retention(source)
            if source.key in self._folders or retention == Retention():
                continue
            with self._store.read() as transaction:
                condemned |= self._condemned(transaction, source, retention, boundaries)
        if not condemned:
            return []
        with self._store.read() as transaction:
            condemned -= self._published(transaction, condemned)
            return sorted(transaction.copies.whole_groups(condemned))

    def abandoned(self) -> Iterator[SourceRow]:
        """The sources that are collected no more, and were last asked before what is kept."""
        for source in self._sources.values():
            before = self._before(self._retention(source))
            is_long_ago = before is not None and (source.checked_at or 0) < before
            if is_long_ago and not self._is_followed(source):
                yield source

    def _retention(self, source: SourceRow) -> Retention:
        return self._retentions.get(source.key, self._settings.retention)

    def _is_followed(self, source: SourceRow) -> bool:
        return source.is_followed or source.key in self._followed

    def _before(self, retention: Retention) -> int | None:
        """What was first seen before this time is too old."""
        return None if retention.age is None else self._now - retention.age // MICROSECOND

    def _condemned(
        self,
        transaction: Transaction,
        source: SourceRow,
        retention: Retention,
        boundaries: dict[int, int],
    ) -> set[int]:
        """The source's entries that are too old or too many, and not in its document any more."""
        upkeep, before = transaction.upkeep, self._before(retention)
        if before is not None and before not in boundaries:
            boundaries[before] = upkeep.last_seen_before(before)
        up_to = 0 if before is None else boundaries[before]
        surplus = list(upkeep.surplus(source.id, up_to=up_to, newest=retention.entries))
        if surplus and self._may_list(source, before):
            listing = upkeep.listing(source.id)
            if listing is None:
                return set()
            surplus = [found for found in surplus if number_of(found[1]) not in listing]
        found = {entry_id for entry_id, _, is_beyond in surplus if is_beyond}
        if before is not None:
            old = (entry_id for entry_id, _, is_beyond in surplus if not is_beyond)
            found |= upkeep.seen_before(old, before)
        return found

    def _may_list(self, source: SourceRow, before: int | None) -> bool:
        """Whether it matters what the source's document had when it was last asked."""
        if feed_of(source.key) is None:
            return False
        is_long_ago = before is not None and (source.checked_at or 0) < before
        return self._is_followed(source) or not is_long_ago

    def _published(self, transaction: Transaction, entry_ids: set[int]) -> set[int]:
        """Those of the entries that documents show, or are to be in an archive that is not whole
        yet, or that with others have a category published."""
        topics = self._topics(transaction)
        publish = self._settings.publish
        limit = publish.entries
        if publish.categories == "all":  # a category that has fewer is published no more
            limit = max(limit, publish.min_entries)
        last: dict[tuple[int, ...], Place | None] = {}
        needed = entry_ids & transaction.editions.awaited()
        for category_id, place in transaction.upkeep.places(entry_ids):
            topic = topics.get(category_id)
            if topic is None:
                continue
            if topic not in last:
                last[topic] = transaction.upkeep.last_of_newest(topic, limit)
            end = last[topic]
            if end is None or place >= end:
                needed.add(place.entry_id)
        return needed

    def _topics(self, transaction: Transaction) -> Mapping[int, tuple[int, ...]]:
        """The categories that are published together with each that is published."""
        is_all = self._settings.publish.categories == "all"
        sizes = transaction.categories.sizes() if is_all else {}
        topics, _ = choose_topics(self._settings, transaction.categories.all(), sizes)
        return {
            category_id: topic.category_ids
            for topic in topics
            for category_id in topic.category_ids
        }


def _limited(groups: list[list[int]]) -> list[list[int]]:
    """As many of the groups as are removed at a time, at least one."""
    chosen, count = [], 0
    for group in groups:
        if count >= _MOST:
            break
        chosen.append(group)
        count += len(group)
    return chosen


def _batches(groups: Iterable[list[int]]) -> Iterator[list[int]]:
    """The entries of whole groups, some hundred at a time."""
    batch: list[int] = []
    for group in groups:
        batch += group
        if len(batch) >= _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
