"""Which entries each topic's feed lists, and which go into its archives (RFC 5005, 4).

The feed lists the newest entries. What leaves it, and what comes too late to be in it, gathers in
the open archive; when that has more than a feed lists, its first entries become a whole archive,
which never changes. So a reader who follows the chain from the feed to the oldest archive finds
every entry, and each once; an entry that was edited after that comes again, into the open archive.

A deleted entry leaves a tombstone (RFC 6721) in the feed, and in the whole archive that it was in:
what a person deletes is no more to be read, and that counts for more than that archives stay.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from feedkit.config import Settings
from feedkit.publish.topics import Topic
from feedkit.store import Archive, Edition, Standing, Store

if TYPE_CHECKING:
    from feedkit.store.editions import Editions

_ARCHIVES = 0
"""Where an edition's state says whether there are archives."""
_BATCH = 100
"""Topics put together in one transaction."""


def renew(store: Store, settings: Settings, topics: Sequence[Topic], now: int) -> dict[int, bool]:
    """Put the editions of topics together in which something changed; forget those of topics
    that are published no more. `now` is the time of tombstones.

    Returns whether something is in the open archive, by the ids of topics.
    """
    with store.read() as transaction:
        states = transaction.editions.states()
    has_open = {topic_id: has_rest for topic_id, (_, has_rest) in states.items()}
    gone = states.keys() - {topic.id for topic in topics}
    stale = [topic for topic in topics if states.get(topic.id, ("",))[0] != _state(topic, settings)]
    if gone:
        with store.write() as transaction:
            transaction.editions.forget(gone)
    for start in range(0, len(stale), _BATCH):
        batch = stale[start : start + _BATCH]
        with store.write() as transaction:
            before = transaction.editions.get([topic.id for topic in batch])
            last_id = transaction.editions.last_id()
            for topic in batch:
                edition = before.get(topic.id)
                has_open[topic.id] = _renew(
                    transaction.editions, settings, topic, edition, last_id, now
                )
    return has_open


def _state(topic: Topic, settings: Settings) -> str:
    """What an edition is put together of."""
    publish = settings.publish
    parts = (int(publish.archives), topic.revision, publish.entries, publish.per_source or 0)
    return " ".join(map(str, (*parts, *topic.category_ids)))


def _has_archives(edition: Edition) -> bool:
    """Whether it was put together with archives."""
    return edition.state.split(" ")[_ARCHIVES] != "0"


def _renew(
    editions: "Editions",
    settings: Settings,
    topic: Topic,
    before: Edition | None,
    last_id: int,
    now: int,
) -> bool:
    """Put one together in place of the one `before`; whether its open archive has something."""
    publish = settings.publish
    listed = editions.front(topic.category_ids, publish.entries, publish.per_source)
    members = set() if before is None else editions.members(topic.id)
    whole: list[tuple[int, ...]] = []
    rest: tuple[int, ...] = ()
    relisted: tuple[int, ...] = ()
    if before is None or not publish.archives or not _has_archives(before):
        editions.forget_archives(topic.id)
        if publish.archives:
            shown = {*listed}
            everything = editions.shown(topic.category_ids)
            left = [entry_id for entry_id in everything if entry_id not in shown]
            whole, rest = _cut(left, publish.entries)
    else:
        arrived = {*editions.arrivals(topic.id), *before.listed, *before.rest}
        if added := {*topic.category_ids} - members:
            arrived |= {*editions.shown(added)}
        if members != {*topic.category_ids}:
            members = editions.set_members(topic.id, topic.category_ids)
        standing = editions.standing(topic.id, arrived)
        archived = _archived(editions, before, listed, standing.values())
        changes = change(before, listed, standing, archived)
        whole, rest = _cut(changes.rest, publish.entries)
        relisted = _relisted(before, listed, archived)
        _bury(editions, topic.id, changes, standing, archived, now)
    editions.save(Edition(topic.id, _state(topic, settings), listed, rest, last_id, relisted))
    if members != {*topic.category_ids}:  # of what is here for the first time, only now
        editions.set_members(topic.id, topic.category_ids)
    editions.add_archives(topic.id, whole, now)
    return bool(rest)


def _archived(
    editions: "Editions", before: Edition, listed: Collection[int], arrived: Iterable["Standing"]
) -> dict[int, list[Archive]]:
    """Those of the entries that are in whole archives, with these, oldest first. It is looked up
    only where it matters: of an entry that did not stand outside of them, leaves the feed after it
    had come back into it, or is deleted."""
    open_ids = {*before.listed, *before.rest}
    listed = {*listed}
    left = {*before.relisted} - listed
    old = {
        each.id
        for each in arrived
        if each.id <= before.last_id
        and (each.id not in open_ids or each.id in left or each.is_withdrawn)
    }
    old |= {entry_id for entry_id in listed - open_ids if entry_id <= before.last_id}
    if not old:
        return {}
    found: dict[int, list[Archive]] = {}
    for archive, held in editions.archived(before.topic_id).items():
        for entry_id in old.intersection(held):
            found.setdefault(entry_id, []).append(archive)
    return found


def _relisted(before: Edition, listed: Sequence[int], archived: Collection[int]) -> tuple[int, ...]:
    """Those in the feed that whole archives hold, too: it lists more than it did, or what was newer
    was deleted."""
    return tuple(each for each in listed if each in before.relisted or each in archived)


class Changes(NamedTuple):
    """What became of a topic's entries since its last edition."""

    rest: tuple[int, ...]
    """Those that are in neither its feed nor a whole archive, in the order in which they left."""
    deleted: tuple[int, ...]
    """Those that were published and are withdrawn."""


def change(
    before: Edition,
    listed: Collection[int],
    standing: Mapping[int, Standing],
    archived: Mapping[int, Sequence[Archive]],
) -> Changes:
    """What becomes of entries whose feed lists `listed` from now on. Pure.

    `standing` has what arrived, and all of the edition `before`; `archived` what of that
    whole archives hold, with these. An entry comes again where it has changed since then.
    """
    listed = {*listed}
    shown = {entry_id for entry_id, each in standing.items() if each.is_shown}
    stays = [entry_id for entry_id in before.rest if entry_id in shown and entry_id not in listed]
    comes = [
        (each.order_time, each.id)
        for each in standing.values()
        if each.id in shown - listed
        and (each.id not in archived or each.changed_at > archived[each.id][-1].whole_at)
    ]
    known = {*stays}
    rest = stays + [entry_id for _, entry_id in sorted(comes) if entry_id not in known]
    published = {*before.listed, *before.rest, *archived}
    deleted = [each.id for each in standing.values() if each.is_withdrawn and each.id in published]
    return Changes(tuple(rest), tuple(deleted))


def _cut(left: Sequence[int], size: int) -> tuple[list[tuple[int, ...]], tuple[int, ...]]:
    """Whole archives of `size` entries each, newest first, and what is left for the open one.

    That is never empty where there are whole ones, which name it as the one that comes next. Its
    first entries become whole, so what a reader was told to be in it stays in the archive that has
    its number.
    """
    whole = []
    start = 0
    while len(left) - start > size:
        whole.append(tuple(reversed(left[start : start + size])))
        start += size
    return whole, tuple(left[start:])


def _bury(
    editions: "Editions",
    topic_id: int,
    changes: Changes,
    standing: Mapping[int, Standing],
    archived: Mapping[int, Sequence[Archive]],
    now: int,
) -> None:
    """Keep tombstones of what was deleted, and none of what is there again."""
    buried = {guid for guid, _ in editions.tombstones(topic_id)}
    again = {
        each.id: each.published_id
        for each in standing.values()
        if each.is_shown and each.published_id in buried
    }
    editions.exhume(topic_id, again.values())
    deleted = {standing[entry_id].published_id: now for entry_id in changes.deleted}
    shown_ids = {each.published_id for each in standing.values() if each.is_shown}
    editions.bury(topic_id, {guid: at for guid, at in deleted.items() if guid not in shown_ids})
    concerned = {*changes.deleted, *again}
    editions.revise({one for entry_id in concerned for one in archived.get(entry_id, ())})
