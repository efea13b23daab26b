"""Feeds → the store: those that are due are asked side by side, each stored whole.

What is stored in one moment shares a transaction, and what came is published while some are still
waited for. What becomes of one feed is `feedkit.pipeline.asking`'s.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from feedkit.collect.addresses import shown
from feedkit.collect.http import Client
from feedkit.config import FeedSource, Settings
from feedkit.errors import StoreError
from feedkit.pipeline.agent import user_agent
from feedkit.pipeline.asking import Asker
from feedkit.pipeline.commits import GroupCommit
from feedkit.pipeline.followed import FollowedFeed
from feedkit.pipeline.instants import time_of, to_microseconds
from feedkit.pipeline.reading import FeedReader
from feedkit.pipeline.register import register
from feedkit.pipeline.report import Progress, SourceReport
from feedkit.pipeline.timing import Clock, News
from feedkit.pipeline.waits import Waits
from feedkit.pipeline.workers import MANY_FEEDS, Workers
from feedkit.schedule.policy import is_due
from feedkit.store import SourceRow, Store

_LOOK = 0.25
"""Seconds between two looks at how far a run is."""
_PATIENCE = 5.0
"""Seconds for which what came waits for what did not, until it is published without."""
_SHARE = 20
"""What publishing in between may take of a run: one part in so many."""


def collect_feeds(
    settings: Settings,
    feeds: Sequence[FeedSource],
    store: Store,
    workers: Workers,
    progress: Progress,
    *,
    clock: Clock,
    everything: bool,
    publish_so_far: Callable[[], None],
    is_stopping: Callable[[], bool] = lambda: False,
    news: News | None = None,
) -> list[SourceReport]:
    """Collect the `feeds` that are due, those that there is `news` of, or `everything`; a report
    for each, in their order.

    `workers` are started if many feeds are there for the first time.
    Even then nothing is asked of a server that said to wait. Once it `is_stopping` nobody is asked
    any more, and what was asked is still stored. Where some take long, `publish_so_far` is called
    in between, in another thread, when nothing else uses the store.
    """
    now, news = clock(), news or News()
    rows = register(feeds, store, now)
    with store.read() as transaction:
        waits = Waits(transaction.times.host_waits(to_microseconds(now)))
    if sum(not row.recipe for row in rows.values()) >= MANY_FEEDS:
        workers.start_for_feeds()
    followed = [_followed(feed, rows[feed.url], news) for feed in feeds]
    due = [
        each
        for each in followed
        # Asking a local file costs nobody anything, so an edited one is seen at once.
        if each.feed.path
        or everything
        or (
            (each.feed.url in news.of or _is_due(each.row, now))
            and not waits.until(each.address, each.row.timing.retry_at, now)
        )
    ]
    progress.total(len(due))

    async def collect() -> None:
        async with Client(settings.fetch, user_agent(settings), clock=clock) as client:
            reader, commits = FeedReader(workers), GroupCommit(store)
            asker = Asker(
                settings.fetch, client, reader, commits, waits, clock=clock, is_stopping=is_stopping
            )
            await _Cycle(asker, commits, progress, publish_so_far, is_stopping).run(due)

    asyncio.run(collect())
    return [each.report for each in followed]


def _followed(feed: FeedSource, row: SourceRow, news: News) -> FollowedFeed:
    fails = bool(row.error or row.timing.is_gone)
    report = SourceReport(shown(feed.url), "not due", is_failing=fails, was_failing=fails)
    return FollowedFeed(feed, row, report, news.until.get(feed.url))


def _is_due(row: SourceRow, now: datetime) -> bool:
    if row.timing.is_gone:
        return False
    return is_due(time_of(row.timing.due_at), time_of(row.checked_at), now)


class _Cycle:
    """The feeds of one run side by side, and what goes on meanwhile."""

    def __init__(
        self,
        asker: Asker,
        commits: GroupCommit,
        progress: Progress,
        publish_so_far: Callable[[], None],
        is_stopping: Callable[[], bool],
    ) -> None:
        self._asker = asker
        self._commits = commits
        self._progress = progress
        self._publish_so_far = publish_so_far
        self._is_stopping = is_stopping
        self._has_news = True  # of articles, maybe
        """Whether something was stored that is not published yet."""

    async def run(self, due: Iterable[FollowedFeed]) -> None:
        """Collect the feeds that are `due`."""
        try:
            async with self._commits, asyncio.TaskGroup() as tasks:
                collecting = [(each, tasks.create_task(self._collect(each))) for each in due]
                overseeing = tasks.create_task(self._oversee(collecting))
                if collecting:
                    await asyncio.wait([task for _, task in collecting])
                overseeing.cancel()
        except BaseExceptionGroup as group:
            # What ends a run (the store cannot be used) ends it as one sentence.
            if unusable := group.subgroup(StoreError):
                raise _first(unusable) from group
            raise

    async def _collect(self, followed: FollowedFeed) -> None:
        if await self._asker.ask(followed):
            self._has_news = True
        self._progress.step()

    async def _oversee(self, collecting: Sequence[tuple[FollowedFeed, asyncio.Task[None]]]) -> None:
        """While feeds are asked, publish what came; and when the run is to end, have none wait
        for its turn that will not be asked any more."""
        loop = asyncio.get_running_loop()
        publish_at = loop.time() + _PATIENCE
        while True:
            await asyncio.sleep(_LOOK)
            if self._is_stopping():
                for followed, task in collecting:
                    if followed.feed.path is None and not self._asker.has_asked(followed):
                        task.cancel()
            if self._has_news and loop.time() >= publish_at:
                self._has_news, began = False, loop.time()
                await self._commits.between(self._publish_so_far)
                publish_at = loop.time() + max(_PATIENCE, _SHARE * (loop.time() - began))


def _first(group: BaseExceptionGroup[StoreError]) -> StoreError:
    """The first error in the group, or in the groups in it."""
    error: StoreError | BaseExceptionGroup[StoreError] = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
