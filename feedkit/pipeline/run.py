"""The road an entry travels: collect → parse → normalize → store → publish.

`run` is the whole story. Article folders are read first, then the feeds that are due, and what
they brought is published; what came soon does not wait for what comes late. Each source is stored
whole, together with what a later run needs to know of it; a source that fails is reported and
stops no other.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from feedkit.config import ObjectStore, Settings
from feedkit.errors import PublishError
from feedkit.pipeline.articles import collect_articles, scan_beside
from feedkit.pipeline.instants import to_microseconds
from feedkit.pipeline.prepare import declared
from feedkit.pipeline.press import WorkersPress
from feedkit.pipeline.report import NoProgress, Progress, Report, together
from feedkit.pipeline.sameness import bring_up_to_date, settle
from feedkit.pipeline.subscriptions import subscriptions
from feedkit.pipeline.timing import Clock, News, utc_now
from feedkit.pipeline.workers import Workers
from feedkit.publish import Kept, Published, publish, target_of
from feedkit.store import EVERYTHING, Store
from feedkit.store.source_keys import feed_key, folder_key


def run(
    settings: Settings,
    store: Store,
    *,
    everything: bool = False,
    progress: Progress | None = None,
    clock: Clock = utc_now,
    workers: Workers | None = None,
    is_stopping: Callable[[], bool] = lambda: False,
    news: News | None = None,
    kept: Kept | None = None,
) -> Report:
    """Collect once and publish; what was done, with a line for all that went wrong.

    Feeds are asked when they are due by `clock`, there is `news` of them, or `everything` is due.
    Articles dated later than its time wait. `workers` may be running already; they are ended here.
    Once it `is_stopping` no feed is asked any more; what was asked is stored and published. `kept`
    is what publishing keeps from one run to the next in the same process.
    """
    progress = progress or NoProgress()
    report = Report()
    now = to_microseconds(clock())
    with workers or Workers() as workers:
        scans = [scan_beside(folder, store, workers) for folder in settings.articles]
        for folder, scanned in zip(settings.articles, scans, strict=True):
            report.sources.append(
                collect_articles(settings, folder, scanned, store, workers, now, progress)
            )
        feeds, failed_lists = subscriptions(settings)
        report.sources += failed_lists
        if all(listed.outcome != "failed" for listed in failed_lists):
            report.feeds = frozenset(feed.url for feed in feeds)
        if not store.is_new:
            followed = {feed_key(feed.url) for feed in feeds}
            followed |= {folder_key(folder.name) for folder in settings.articles}
            are_all = all(listed.outcome != "failed" for listed in failed_lists)
            bring_up_to_date(store, followed, are_all=are_all)
        if feeds:
            from feedkit.pipeline.feeds import collect_feeds  # aiohttp costs 150 ms

            report.sources += collect_feeds(
                settings,
                feeds,
                store,
                workers,
                progress,
                clock=clock,
                everything=everything,
                publish_so_far=partial(_publish_so_far, report, settings, store, clock, kept),
                is_stopping=is_stopping,
                news=news,
            )
        at = to_microseconds(clock())
        last = _publish(settings, store, settings.site.output, workers, at, kept=kept)
        report.published = together(report.published, last)
    return report


def export(settings: Settings, store: Store, output: Path | ObjectStore) -> Report:
    """Publish into `output` what the store holds, without collecting."""
    now = to_microseconds(utc_now())
    with Workers() as workers:
        return Report(published=_publish(settings, store, output, workers, now, remember=False))


def publish_stored(settings: Settings, store: Store) -> Published:
    """Publish what the store holds where the configuration says, without collecting."""
    now = to_microseconds(utc_now())
    with Workers() as workers:
        return _publish(settings, store, settings.site.output, workers, now)


def _publish_so_far(
    report: Report, settings: Settings, store: Store, clock: Clock, kept: Kept | None
) -> None:
    """Publish what is stored while the run's own workers have other things to do."""
    at = to_microseconds(clock())
    with Workers() as workers:
        published = _publish(settings, store, settings.site.output, workers, at, kept=kept)
    report.published = together(report.published, published)


def _publish(
    settings: Settings,
    store: Store,
    output: Path | ObjectStore,
    workers: Workers,
    now: int,
    *,
    remember: bool = True,
    kept: Kept | None = None,
) -> Published:
    """Publish, the categories of the config among the others, though nothing is in them yet."""
    press = WorkersPress(workers)
    named = (EVERYTHING, *declared([category.name for category in settings.categories]))
    settle(store)
    with store.write() as transaction:
        transaction.categories.declare(named, now)
        followed = (row for row in transaction.sources.all().values() if row.is_followed)
        given = (category for source in followed for category in source.categories)
        transaction.categories.undeclare({category.key for category in (*named, *given)})
    try:
        target = target_of(output)
        published = publish(store, settings, target, press, now, remember=remember, kept=kept)
    except PublishError as error:  # nothing can be known of what is there
        return Published(failed=[str(error)])
    published.failed = [*dict.fromkeys(published.failed)]  # what is so for all is said once
    return published
