"""When does a run have something to do? So that whoever waits for it need not run to find out."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from feedkit.collect.articles import scan
from feedkit.config import FeedSource, Settings
from feedkit.errors import CollectError
from feedkit.pipeline.instants import exact, time_of, to_microseconds
from feedkit.pipeline.subscriptions import subscriptions
from feedkit.pipeline.waits import Waits
from feedkit.schedule.policy import is_due
from feedkit.store import DueRow, Store
from feedkit.store.source_keys import feed_key, folder_key

_ANOTHER_CHANCE = timedelta(minutes=1)
_AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)


def next_time(
    settings: Settings, store: Store, now: datetime, *, done_at: datetime | None = None
) -> datetime | None:
    """The earliest time at which a feed or an article is due, `now` where one is already.

    None: none ever is. `done_at` is when the last run began, which did what it could: what was due
    then and is so still, for whatever reason, is looked at again in a minute.
    """
    feeds, _ = subscriptions(settings)
    with store.read() as transaction:
        rows = transaction.times.due_rows()
        waits = Waits(transaction.times.host_waits(to_microseconds(now)))
        folders = [folder_key(folder.name) for folder in settings.articles]
        article_at = transaction.times.next_article_at(folders)
    times = list(_feed_times(feeds, rows, waits, now))
    if article_at is not None:
        times.append(exact(article_at))
    if done_at is not None:
        times = [now + _ANOTHER_CHANCE if at <= done_at else at for at in times]
    return max(min(times), now) if times else None


def _feed_times(
    feeds: list[FeedSource], rows: Mapping[str, DueRow], waits: Waits, now: datetime
) -> Iterator[datetime]:
    """When each feed is to be asked."""
    for feed in feeds:
        if feed.path is not None:
            continue  # read in every run; `local_state` tells when it changes
        row = rows.get(feed_key(feed.url))
        if row is None:
            yield _AT_ONCE
        elif not row.is_gone:
            yield _time_of(feed, row, waits, now)


def _time_of(feed: FeedSource, row: DueRow, waits: Waits, now: datetime) -> datetime:
    due_at, asked_at = time_of(row.due_at), time_of(row.checked_at)
    at = _AT_ONCE if due_at is None or is_due(due_at, asked_at, now) else due_at
    until = waits.until(row.url or feed.url, row.retry_at, now)
    return max(at, until) if until else at


def local_state(settings: Settings) -> str:
    """Equal as long as no article, local feed or subscription list changes. None is opened."""
    seen: list[object] = []
    for folder in settings.articles:
        try:
            seen.append(scan(folder.path, folder.left_out))
        except CollectError as error:
            seen.append(str(error))
    files = [feed.path for feed in settings.feeds if feed.path is not None]
    seen += [_stamp(path) for path in (*files, *(listed.path for listed in settings.opml))]
    return hashlib.sha256(repr(seen).encode(errors="surrogateescape")).hexdigest()


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        status = path.stat()
    except OSError as error:
        return (error.errno or 0,)
    except ValueError:  # a name that no file can have
        return ()
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_mode)
