"""Renders the documents whose entries changed, and writes those whose bytes did."""

from collections.abc import Collection, Mapping, Sequence
from itertools import chain

from feedkit.config import Settings
from feedkit.errors import PublishError
from feedkit.publish.assembly import Assembly, Made, public_url
from feedkit.publish.editions import renew
from feedkit.publish.folders import Unsettled, unsettled
from feedkit.publish.jobs import Listing, Planet, Press, SourceHealth, from_microseconds
from feedkit.publish.kept import Kept
from feedkit.publish.plan import PAGES, Plan, Planned, Standings, digest
from feedkit.publish.published import Published
from feedkit.publish.record import Record
from feedkit.publish.sheets import sheets_of
from feedkit.publish.singles import Theme, feed_lists, is_followed_feed
from feedkit.publish.targets import Target
from feedkit.publish.topics import Topic, choose_topics
from feedkit.publish.writing import Writing
from feedkit.store import CategoryRow, SourceRow, Store, Wholes


def publish(
    store: Store,
    settings: Settings,
    target: Target,
    press: Press,
    now: int,
    *,
    remember: bool = True,
    kept: Kept | None = None,
) -> Published:
    """Bring the documents in `target` up to date with the store.

    With `remember` the store keeps what was written: a document whose entries, settings and file
    are as they were is not even rendered, and one that is to be no more is removed. Without it
    each is rendered and compared. A process that publishes again and again gives what it has
    `kept`: then files are not looked at where nothing came into their folder or left it, but the
    first time and once a day. `now` (microseconds since 1970 UTC) dates what is deleted.
    """
    looks_at_all = kept is None or kept.is_look_due(now)
    record = Record(store, target, is_kept=remember, trusts_folders=not looks_at_all)
    topics, rows = _topics(store, settings, record.folders.keys())
    has_open = renew(store, settings, topics, now)
    with store.read() as transaction:
        sources = list(transaction.sources.all().values())
    planet = _planet(topics, sources)
    published = Published()
    theme = Theme(settings, published)
    lists = list(feed_lists(settings, topics, sources))
    plan = Plan(settings, theme.fingerprint, digest(planet))
    standings = _standings(store, settings, topics, has_open)
    published.documents = plan.count(each for _, each in standings)
    published.documents += len(theme.assets) + len(lists)

    looked = [*unsettled(plan, standings, record.trusted, target)]
    planned = _planned(store, plan, looked)
    paths = {topic.folder for topic in topics}
    record.begin(looked, paths, [*chain.from_iterable(planned), *theme.assets, *lists])

    writing = Writing(target, published, compress=settings.publish.compress)
    stale_assets = filter(record.is_stale, theme.assets)
    done = [row for asset in stale_assets for row in writing.write_single(asset)]
    stale = [
        each
        for each in chain.from_iterable(planned)
        if record.is_stale(each) and not (theme.is_broken and each.rank == PAGES)
    ]
    as_they_are = {each.path for each in stale if record.has_other_copies(each)}
    done += writing.write(_as_it_is(target, each) for each in stale if each.path in as_they_are)
    if stale := [each for each in stale if each.path not in as_they_are]:
        folders = _folders(topics, rows)
        if kept is not None:
            kept.begin(plan.entries_made_by(folders))
        assembly = Assembly(store, settings, press, sources, folders, planet, kept)
        made = assembly.documents(list(sheets_of(store, settings, stale)))
        done += writing.write(made)
        published.problems += sorted(set(assembly.problems))
    done += [row for each in filter(record.is_stale, lists) for row in writing.write_last(each)]
    both = zip(looked, planned, strict=True)
    record.end(plan, both, done, published, removes=not theme.is_broken)
    if kept is not None and looks_at_all:
        kept.looked(now)
    return published


def _standings(
    store: Store, settings: Settings, topics: Sequence[Topic], has_open: Mapping[int, bool]
) -> list[tuple[Topic, Standings]]:
    """The topics, that of everything last, with what is known of the archives of each."""
    # Archives are Atom documents that name the Atom feed as the current one (RFC 5005, 4).
    has_archives = settings.publish.archives and "atom" in settings.publish.formats
    with store.read() as transaction:
        wholes = transaction.editions.wholes() if has_archives else {}
    none = Wholes()
    return [
        (topic, Standings(wholes.get(topic.id, none), has_archives and has_open[topic.id]))
        for topic in sorted(topics, key=lambda topic: topic.name is None)
    ]


def _planned(store: Store, plan: Plan, looked: Sequence[Unsettled]) -> list[list[Planned]]:
    """The documents of each of the topics that are to be there, as far as they are looked at, in
    the order in which they are to be written: none names one that comes after it."""
    with store.read() as transaction:
        found = {
            each.topic.id for each in looked if each.with_archives and each.standings.whole.total
        }
        whole = transaction.editions.archives(found)
    return [
        [*plan.whole(topic, whole.get(topic.id, ())), *plan.own(topic, standings)]
        for topic, standings, _ in looked
    ]


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
    store: Store, settings: Settings, folders: Collection[str]
) -> tuple[list[Topic], list[CategoryRow]]:
    """The topics, with their slugs stored, and all categories. `folders` were published before.

    An entry names where its categories are published. So where a topic comes or goes, the
    documents of all others that have an entry of it are to be rendered again.
    """
    topics, rows, slugs = _chosen(store, settings)
    before = {folder for folder in folders if folder}
    new = [topic for topic in topics if topic.folder and topic.folder not in before]
    changed = {category_id for topic in new for category_id in topic.category_ids}
    gone = before - {topic.folder for topic in topics}
    changed |= {row.id for row in rows if row.slug and f"categories/{row.slug}/" in gone}
    if not slugs and not (before and changed):
        return topics, rows
    with store.write() as transaction:
        transaction.categories.set_slugs(slugs)
        if before:
            transaction.categories.touch_neighbours(changed)
    topics, rows, _ = _chosen(store, settings)
    return topics, rows


def _chosen(
    store: Store, settings: Settings
) -> tuple[list[Topic], list[CategoryRow], dict[int, str | None]]:
    with store.read() as transaction:
        rows = transaction.categories.all()
        is_all = settings.publish.categories == "all"
        sizes = transaction.categories.sizes() if is_all else {}
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
