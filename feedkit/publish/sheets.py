"""Which entries and tombstones are in each document."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from feedkit.config import Settings
from feedkit.publish.assembly import Sheet
from feedkit.publish.jobs import Tombstone, from_microseconds
from feedkit.publish.plan import Planned
from feedkit.store import Archive, Store

if TYPE_CHECKING:
    from feedkit.store.editions import Editions


def sheets_of(store: Store, settings: Settings, stale: Sequence[Planned]) -> Iterator[Sheet]:
    """The `stale` documents, each topic's together, with the entries that are in each."""
    with store.read() as transaction:
        editions = transaction.editions
        current = editions.get({each.topic.id for each in stale})
        for topic, documents in groupby(stale, key=lambda each: each.topic):
            edition = current[topic.id]
            archived: dict[int, tuple[Archive, tuple[int, ...]]] | None = None
            for each in documents:
                if each.number is None:
                    dead = editions.tombstones(topic.id, settings.publish.entries)
                    yield Sheet(each, edition.listed, _tombstones(dead))
                elif each.is_open:
                    yield Sheet(each, edition.rest[::-1])  # newest first, as in feeds
                else:
                    if archived is None:
                        found = editions.archived(topic.id).items()
                        archived = {archive.number: (archive, held) for archive, held in found}
                    yield _archive_sheet(editions, each, *archived[each.number])


def _archive_sheet(
    editions: "Editions", planned: Planned, archive: Archive, held: tuple[int, ...]
) -> Sheet:
    """A whole archive; what was deleted of it is a tombstone in its place."""
    if not archive.version:
        return Sheet(planned, held)
    standing = editions.standing(archive.topic_id, held)
    withdrawn = {each.id: each.published_id for each in standing.values() if each.is_withdrawn}
    dead = [each for each in editions.tombstones(archive.topic_id) if each[0] in withdrawn.values()]
    entry_ids = tuple(entry_id for entry_id in held if entry_id not in withdrawn)
    return Sheet(planned, entry_ids, _tombstones(dead))


def _tombstones(dead: Iterable[tuple[str, int]]) -> tuple[Tombstone, ...]:
    return tuple(Tombstone(guid, from_microseconds(at)) for guid, at in dead)
