"""Renders the documents whose entries changed, and writes those whose bytes did."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from feedkit.config import Settings
from feedkit.errors import PublishError
from feedkit.publish.assembly import Assembly, Made, Sheet, public_url
from feedkit.publish.editions import renew
from feedkit.publish.jobs import Listing, Planet, Press, SourceHealth, Tombstone, from_microseconds
from feedkit.publish.plan import PAGES, Planned, Standings, digest, plan
from feedkit.publish.published import Published
from feedkit.publish.singles import Single, Theme, feed_lists, is_followed_feed
from feedkit.publish.targets import Target
from feedkit.publish.topics import Topic, choose_topics
from feedkit.publish.writing import Writing
from feedkit.store import UNWRITTEN, Archive, CategoryRow, DocumentRow, SourceRow, Store

if TYPE_CHECKING:
    from feedkit.store.editions import Editions


def publish(
    store: Store,
    settings: Settings,
    target: Target,
    press: Press,
    now: int,
    *,
    remember: bool = True,
) -> Published:
    """Bring the documents in `target` up to date with the store.

    With `remember` the store keeps what was written: a document whose entries, settings and file
    are as they were is not even rendered, and one that is to be no more is removed. Without it
    each is rendered and compared. `now` (microseconds since 1970 UTC) dates what is deleted.
    """
    with store.read() as transaction:
        documents = transaction.documents() if remember else {}
    topics, rows = _topics(store, settings, documents)
    renew(store, settings, topics, now)
    # Archives are Atom documents that name the Atom feed as the current one (RFC 5005, 4).
    has_archives = settings.publish.archives and "atom" in settings.publish.formats
    with store.read() as transaction:
        sources = list(transaction.sources().values())
        states = transaction.editions.states()
        whole = transaction.editions.archives() if has_archives else {}
    planet = _planet(topics, sources)
    archives = {
        topic.id: Standings(whole.get(topic.id, ()), has_open=has_archives and states[topic.id][1])
        for topic in topics
    }
    published = Published()
    theme = Theme(settings, published)
    planned = list(plan(settings, topics, archives, theme.fingerprint, digest(planet)))
    lists = list(feed_lists(settings, topics, sources))
    published.documents = len(planned) + len(theme.assets) + len(lists)

    def is_stale(wanted: Planned | Single) -> bool:
        """Whether the file is not the one that was written, from what is there now."""
        row = documents.get(wanted.path)
        if row is None or row.fingerprint != wanted.fingerprint:
            return True
        return target.state(wanted.path) != (row.size, row.mtime_ns)

    wanted = {each.path for each in planned}
    wanted |= {each.path for each in (*theme.assets, *lists)}
    if remember:
        _announce(store, sorted(wanted - documents.keys()))
    writing = Writing(target, published, compress=settings.publish.compress)
    done = [row for asset in filter(is_stale, theme.assets) for row in writing.write_single(asset)]
    stale = [
        each for each in planned if is_stale(each) and not (theme.is_broken and each.rank == PAGES)
    ]
    kept = [
        each
        for each in stale
        if (row := documents.get(each.path)) is not None
        and each.has_only_other_copies(row.fingerprint)
        and target.state(each.path) == (row.size, row.mtime_ns)
    ]
    done += writing.write(_as_it_is(target, each) for each in kept)
    as_they_are = {each.path for each in kept}
    if stale := [each for each in stale if each.path not in as_they_are]:
        folders = _folders(topics, rows)
        assembly = Assembly(store, settings, press, sources, folders, planet)
        made = assembly.documents(list(_sheets(store, settings, stale)))
        done += writing.write(made)
        published.problems += sorted(set(assembly.problems))
    done += [row for each in filter(is_stale, lists) for row in writing.write_last(each)]
    if remember:
        if done:
            with store.write() as transaction:
                transaction.save_documents(done)
        gone = set() if theme.is_broken else documents.keys() - wanted
        _remove(store, target, gone, published)
    return published


def _as_it_is(target: Target, planned: Planned) -> Made:
    """A document as it was written. Of what is in it not all may be stored any more."""
    try:
        return Made(planned, target.read(planned.path), None)
    except PublishError as error:
        return Made(planned, b"", str(error))


def _folders(topics: Sequence[Topic], rows: Sequence[CategoryRow]) -> dict[str, str]:
    """Where categories are published, by their keys."""
    keys = {row.id: row.key for row in rows}
    return {
        keys[category_id]: topic.folder
        for topic in topics
        if topic.folder
        for category_id in topic.category_ids
    }


def _topics(
    store: Store, settings: Settings, documents: Iterable[str]
) -> tuple[list[Topic], list[CategoryRow]]:
    """The topics, with their slugs stored, and all categories.

    An entry names where its categories are published. So where a topic comes or goes, the
    documents of all others that have an entry of it are to be rendered again.
    """
    topics, rows, slugs = _chosen(store, settings)
    before = {
        path.rpartition("/")[0] + "/"
        for path in documents
        if path.startswith("categories/") and path.count("/") == 2  # deeper are archives
    }
    new = [topic for topic in topics if topic.folder and topic.folder not in before]
    changed = {category_id for topic in new for category_id in topic.category_ids}
    gone = before - {topic.folder for topic in topics}
    changed |= {row.id for row in rows if row.slug and f"categories/{row.slug}/" in gone}
    if not slugs and not (before and changed):
        return topics, rows
    with store.write() as transaction:
        transaction.set_slugs(slugs)
        if before:
            transaction.touch_neighbours(changed)
    topics, rows, _ = _chosen(store, settings)
    return topics, rows


def _chosen(
    store: Store, settings: Settings
) -> tuple[list[Topic], list[CategoryRow], dict[int, str | None]]:
    with store.read() as transaction:
        rows = transaction.categories()
        is_all = settings.publish.categories == "all"
        sizes = transaction.category_sizes() if is_all else {}
    topics, slugs = choose_topics(settings, rows, sizes)
    return topics, rows, slugs


def _planet(topics: Sequence[Topic], sources: Sequence[SourceRow]) -> Planet:
    return Planet(
        tuple(Listing(topic.title, topic.name, topic.folder) for topic in topics),
        tuple(_health(source) for source in sources if is_followed_feed(source)),
    )


def _health(source: SourceRow) -> SourceHealth:
    timing = source.timing
    succeeded = timing.succeeded_at
    return SourceHealth(
        source.title,
        source.site_url,
        public_url(source),
        None if timing.newest_at is None else from_microseconds(timing.newest_at),
        from_microseconds(succeeded) if source.failures and succeeded is not None else None,
        source.failures > 0,
    )


def _sheets(store: Store, settings: Settings, stale: Sequence[Planned]) -> Iterator[Sheet]:
    """The stale documents with the entries that are in each."""
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


def _announce(store: Store, paths: Sequence[str]) -> None:
    """Remember documents that are about to be written for the first time: whoever is killed on
    the way leaves files, and if these are to be no more then, the next run is to find them."""
    if paths:
        with store.write() as transaction:
            transaction.save_documents([DocumentRow(path, UNWRITTEN, 0, 0) for path in paths])


def _remove(store: Store, target: Target, paths: Iterable[str], published: Published) -> None:
    """Remove documents that are to be no more, now that nothing names them."""
    removed = []
    for path in sorted(paths):
        try:
            target.remove(path)
        except PublishError as error:
            published.failed.append(str(error))
        else:
            removed.append(path)
    published.removed += removed
    if removed:
        with store.write() as transaction:
            transaction.forget_documents(removed)
