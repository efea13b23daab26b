"""Brings what the config says of the feeds into the store, before any is asked."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from feedkit.config import FeedSource
from feedkit.pipeline.instants import to_microseconds
from feedkit.pipeline.prepare import declared, refilter
from feedkit.pipeline.timing import name_of, planned
from feedkit.store import SourceRow, Store
from feedkit.store.source_keys import feed_key

if TYPE_CHECKING:
    from feedkit.store.transaction import Transaction


def register(feeds: Sequence[FeedSource], store: Store, at: datetime) -> dict[str, SourceRow]:
    """The stored sources by URL, with what the config says of them brought up to date."""
    with store.read() as transaction:
        stored = transaction.sources.all()
    rows = {feed.url: row for feed in feeds if (row := stored.get(feed_key(feed.url)))}
    stale = [feed for feed in feeds if not _is_current(feed, rows.get(feed.url))]
    if stale:
        now = to_microseconds(at)
        with store.write() as transaction:
            new = {feed_key(feed.url): feed.url for feed in stale if feed.url not in rows}
            if new:
                added = transaction.sources.add_many(new.keys(), now)
                rows |= {new[key]: row for key, row in added.items()}
            for feed in stale:
                rows[feed.url] = _brought_up_to_date(transaction, feed, rows[feed.url], now)
    return rows


def _is_current(feed: FeedSource, row: SourceRow | None) -> bool:
    return (
        row is not None
        and row.categories == declared(feed.categories)
        and row.filters == _filters(feed)
        and row.timing.schedule == name_of(feed.schedule)
        and feed.title in (None, row.title)
    )


def _brought_up_to_date(
    transaction: "Transaction", feed: FeedSource, row: SourceRow, now: int
) -> SourceRow:
    given, filters = declared(feed.categories), _filters(feed)
    if row.categories != given:
        transaction.sources.give_categories(row, given, now)
        row = row._replace(categories=given)
    if row.filters != filters:
        entries = list(transaction.entries.of_source(row.id))
        kept = [refilter(data, feed) for _, _, data in entries]
        transaction.entries.save(row, kept, now)
        transaction.sources.update(row.id, filters=filters)
        row = row._replace(filters=filters)
    if feed.title is not None:
        transaction.sources.describe(row, feed.title, row.site_url, row.origin)
        row = row._replace(title=feed.title)
    if row.timing.schedule != name_of(feed.schedule):
        row = row._replace(timing=planned(row, feed.schedule))
        transaction.times.set(row.id, row.timing)
    return row


def _filters(feed: FeedSource) -> str:
    """The patterns as text, to see when they change."""
    patterns = [[p.pattern for p in group] for group in (feed.include, feed.exclude)]
    return repr(patterns) if any(patterns) else ""
