"""What the store knows of each feed, and of the categories of what they brought, for a person who
wants to act on it. Nothing is asked."""

from datetime import datetime

from msgspec import Struct

from feedkit.collect.addresses import host_at, shown
from feedkit.config import FeedSource, Settings
from feedkit.pipeline.instants import time_of, to_microseconds
from feedkit.pipeline.subscriptions import subscriptions
from feedkit.pipeline.timing import name_of, planned
from feedkit.publish.left_out import LeftOut, left_out
from feedkit.publish.topics import choose_topics
from feedkit.schedule.policy import is_waiting
from feedkit.store import SourceRow, Store
from feedkit.store.source_keys import feed_key


class FeedStatus(Struct, frozen=True):
    """One feed, or a list of feeds that cannot be read. Times are UTC."""

    source: str
    """As the configuration names it, without a password."""
    title: str | None = None
    last_success: datetime | None = None
    last_asked: datetime | None = None
    due_at: datetime | None = None
    """None: in the next run, or never where it `is_gone`."""
    due_reason: str = ""
    entries: int = 0
    """Stored, whether published or not."""
    failures: int = 0
    """In a row."""
    error: str | None = None
    """The last one, where no success came after it."""
    is_gone: bool = False
    """Its server answered 410, so it is asked no more."""
    moved_to: str | None = None
    """Where it moved for good, and is asked for."""

    @property
    def is_failing(self) -> bool:
        """Whether the last request failed."""
        return self.failures > 0 or self.is_gone or self.error is not None


def status(settings: Settings, store: Store, now: datetime) -> list[FeedStatus]:
    """The feeds of the configuration, in its order, as they are at `now`."""
    feeds, failed_lists = subscriptions(settings)
    found = [
        FeedStatus(listed.name, error=listed.reason, due_reason=_EVERY_RUN)
        for listed in failed_lists
        if listed.outcome == "failed"
    ]
    if store.is_new:
        return found + [_new(feed) for feed in feeds]
    with store.read() as transaction:
        rows = transaction.sources.all()
        counts = transaction.sources.entry_counts()
        waits = transaction.times.host_waits(to_microseconds(now))
    for feed in feeds:
        row = rows.get(feed_key(feed.url))
        if row is None:
            found.append(_new(feed))
            continue
        wait = None if feed.path else time_of(waits.get(host_at(row.moving.url or feed.url)))
        found.append(_status(feed, row, counts.get(row.id, 0), wait, now))
    return found


class CategoryStatus(Struct, frozen=True):
    """A category that gets a feed."""

    name: str
    slug: str
    """Of its folder, below ``categories/``."""
    entries: int
    """Those in it; one that is in it by an alias as well counts twice."""


class Categories(Struct, frozen=True):
    """The stored categories, the largest first."""

    published: list[CategoryStatus] = []
    left_out: list[LeftOut] = []


def categories(settings: Settings, store: Store) -> Categories:
    """Which categories get a feed by the configuration, and which with entries in them do not."""
    if store.is_new:
        return Categories()
    with store.read() as transaction:
        rows = transaction.categories.all()
        sizes = transaction.categories.sizes()
    topics, _ = choose_topics(settings, rows, sizes)
    published = [
        CategoryStatus(topic.name, topic.slug, sum(sizes.get(one, 0) for one in topic.category_ids))
        for topic in topics
        if topic.name is not None
    ]
    published.sort(key=lambda one: (-one.entries, one.name))
    return Categories(published, left_out(settings, rows, sizes))


_EVERY_RUN = "read in every run"


def _new(feed: FeedSource) -> FeedStatus:
    reason = _EVERY_RUN if feed.path else "never asked so far"
    return FeedStatus(shown(feed.url), feed.title, due_reason=reason)


def _status(
    feed: FeedSource, row: SourceRow, entries: int, wait: datetime | None, now: datetime
) -> FeedStatus:
    timing = row.timing
    if timing.schedule != name_of(feed.schedule):  # changed since the last run
        timing = planned(row, feed.schedule)
    due_at, reason = time_of(timing.due_at), timing.due_reason
    if feed.path is not None:
        due_at, reason = None, _EVERY_RUN
    elif wait and not timing.is_gone and is_waiting(wait, now) and wait > (due_at or now):
        due_at, reason = wait, "its host asked to wait (Retry-After)"
    return FeedStatus(
        source=shown(feed.url),
        title=row.title or None,
        last_success=time_of(timing.succeeded_at),
        last_asked=time_of(row.checked_at),
        due_at=due_at,
        due_reason=reason,
        entries=entries,
        failures=row.failures,
        error=row.error,
        is_gone=timing.is_gone,
        moved_to=shown(row.moving.url) if row.moving.url else None,
    )
