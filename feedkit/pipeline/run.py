"""The road an entry travels: collect → parse → normalize → store → publish.

`run` is the whole story. Article folders are read first, then the feeds that are due, and what
they brought is published. Each source is stored in one transaction, together with what a later
run needs to know of it; a source that fails is reported and stops no other.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from feedkit.config import FeedSource, Settings
from feedkit.pipeline.articles import collect_articles
from feedkit.pipeline.prepare import declared, to_microseconds
from feedkit.pipeline.report import NoProgress, Progress, Report
from feedkit.pipeline.subscriptions import subscriptions
from feedkit.publish import publish
from feedkit.store import EVERYTHING, Store


def run(
    settings: Settings,
    store: Store,
    *,
    is_due: Callable[[FeedSource, datetime | None], bool],
    progress: Progress | None = None,
) -> Report:
    """Collect once and publish; what was done, with a line for all that went wrong.

    `is_due` says whether a feed, last fetched at the given time, is to be fetched now.
    """
    progress = progress or NoProgress()
    report = Report()
    now = to_microseconds(datetime.now(UTC))
    declare_categories(settings, store, now)
    for folder in settings.articles:
        report.sources.append(collect_articles(settings, folder, store, now, progress))
    feeds, failed_lists = subscriptions(settings)
    report.sources += failed_lists
    if feeds:
        from feedkit.pipeline.feeds import collect_feeds  # aiohttp costs 150 ms

        report.sources += collect_feeds(settings, feeds, store, is_due, progress)
    report.published = publish(store, settings, settings.site.output)
    return report


def export(settings: Settings, store: Store, folder: Path) -> Report:
    """Publish into `folder` what the store holds, without collecting."""
    declare_categories(settings, store, to_microseconds(datetime.now(UTC)))
    return Report(published=publish(store, settings, folder, remember=False))


def declare_categories(settings: Settings, store: Store, now: int) -> None:
    """Make the categories of the config known to the store, so that each has its feed."""
    names = [category.name for category in settings.categories]
    with store.write() as transaction:
        transaction.declare((EVERYTHING, *declared(names)), now)
