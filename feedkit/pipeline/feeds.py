"""Feeds → the store: those that are due are asked side by side, each stored whole.

What a server said of a document (its validators) is stored in the transaction that stores its
entries, so that a 304 always speaks of entries that are there. When a feed is due again is
stored twice: before it is asked, so that a run which is killed is no reason to ask twice, and
with the answer. What is stored in one moment shares a transaction.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from feedkit.collect.addresses import address_of as url_of
from feedkit.collect.addresses import host_of
from feedkit.collect.files import read_named
from feedkit.collect.hosts import minute
from feedkit.collect.http import Client, Fetched, shown
from feedkit.config import FeedSource, Settings
from feedkit.errors import CollectError, ParseError, RefusalError, StoppedError, StoreError
from feedkit.pipeline.agent import user_agent
from feedkit.pipeline.commits import GroupCommit
from feedkit.pipeline.prepare import (
    RECIPE,
    PreparedFeed,
    digest,
    to_microseconds,
)
from feedkit.pipeline.reading import Document, FeedReader
from feedkit.pipeline.register import register
from feedkit.pipeline.report import Hub, Progress, SourceReport
from feedkit.pipeline.sameness import with_stored_guids
from feedkit.pipeline.timing import (
    Clock,
    News,
    asked,
    exact,
    fresh_until,
    time_of,
    told,
    with_rhythm_of,
    with_words_of,
)
from feedkit.pipeline.workers import MANY_FEEDS, Workers
from feedkit.schedule import moves
from feedkit.schedule.policy import is_due, is_waiting, latest_retry
from feedkit.store import Counts, Moving, SourceRow, Store, Validators
from feedkit.store.transaction import Transaction

_THROTTLED = (429, 503)
"""Their Retry-After holds for the whole host."""
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
        waits = transaction.times.host_waits(to_microseconds(now))
    if sum(not row.recipe for row in rows.values()) >= MANY_FEEDS:
        workers.start_for_feeds()
    cycle = _Cycle(
        settings,
        store,
        FeedReader(workers),
        clock,
        progress,
        rows,
        waits,
        publish_so_far,
        is_stopping,
        news.until,
    )
    due = []
    for feed in feeds:
        row = rows[feed.url]
        # Asking a local file costs nobody anything, so an edited one is seen at once.
        is_told = feed.url in news.of
        if (
            feed.path
            or everything
            or ((is_told or _is_due(row, now)) and not cycle.waits_until(feed, now))
        ):
            due.append(feed)
        fails = bool(row.error or row.timing.is_gone)
        cycle.reports[feed.url] = SourceReport(
            shown(feed.url), "not due", is_failing=fails, was_failing=fails
        )
    progress.total(len(due))
    asyncio.run(cycle.run(due))
    return [cycle.reports[feed.url] for feed in feeds]


def address_of(feed: FeedSource, row: SourceRow) -> str:
    """The address that `feed` is asked for at: where it moved for good, else the config's."""
    return row.moving.url or feed.url


def host_asked(feed: FeedSource, row: SourceRow) -> str:
    """The host that `feed` is asked of, by its one name; "" where its address cannot be used."""
    try:
        return host_of(url_of(address_of(feed, row)))
    except CollectError:
        return ""


def _is_due(row: SourceRow, now: datetime) -> bool:
    if row.timing.is_gone:
        return False
    return is_due(time_of(row.timing.due_at), time_of(row.checked_at), now)


def _recipe(feed: FeedSource) -> str:
    """What stored entries and the stored title were made by."""
    return RECIPE if feed.title is None else f"{RECIPE}, titled"


def _sent(feed: FeedSource) -> str:
    """Stands for what a person configured to be sent with the request for `feed`."""
    return "" if feed.request is None else feed.request.checksum()


class _Cycle:
    """The feeds of one run, and which hosts asked to wait."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        reader: FeedReader,
        clock: Clock,
        progress: Progress,
        rows: dict[str, SourceRow],
        waits: dict[str, int],
        publish_so_far: Callable[[], None],
        is_stopping: Callable[[], bool],
        told_until: Mapping[str, datetime],
    ) -> None:
        self.reports: dict[str, SourceReport] = {}
        self._settings = settings
        self._commits = GroupCommit(store)
        self._reader = reader
        self._clock = clock
        self._progress = progress
        self._rows = rows
        self._waits = waits
        self._publish_so_far = publish_so_far
        self._is_stopping = is_stopping
        self._told_until = told_until
        self._asked: set[str] = set()
        self._has_news = True  # of articles, maybe
        """Whether something was stored that is not published yet."""
        self._files = asyncio.Semaphore(settings.fetch.concurrency)
        self._alone = asyncio.Lock()
        """For what found too little memory beside others."""

    def waits_until(self, feed: FeedSource, now: datetime) -> datetime | None:
        """Until when the server of `feed` asked to wait, if that is still to come."""
        row = self._rows[feed.url]
        own = row.timing.retry_at
        host = self._waits.get(host_asked(feed, row)) if self._waits else None
        times = (exact(until) for until in (own, host) if until is not None)
        return max((time for time in times if is_waiting(time, now)), default=None)

    async def run(self, due: Sequence[FeedSource]) -> None:
        """Collect the feeds that are `due`, as many side by side as the settings say."""
        agent = user_agent(self._settings)
        async with Client(self._settings.fetch, agent, clock=self._clock) as client:
            try:
                async with self._commits, asyncio.TaskGroup() as tasks:
                    collecting = {
                        feed: tasks.create_task(self._collect(client, feed)) for feed in due
                    }
                    overseeing = tasks.create_task(self._oversee(collecting))
                    if due:
                        await asyncio.wait(collecting.values())
                    overseeing.cancel()
            except BaseExceptionGroup as group:
                # What ends a run (the store cannot be used) ends it as one sentence.
                if unusable := group.subgroup(StoreError):
                    raise _first(unusable) from group
                raise

    async def _oversee(self, collecting: Mapping[FeedSource, asyncio.Task[None]]) -> None:
        """While feeds are asked, publish what came; and when the run is to end, have none wait
        for its turn that will not be asked any more."""
        loop = asyncio.get_running_loop()
        publish_at = loop.time() + _PATIENCE
        while True:
            await asyncio.sleep(_LOOK)
            if self._is_stopping():
                for feed, task in collecting.items():
                    if feed.path is None and feed.url not in self._asked:
                        task.cancel()
            if self._has_news and loop.time() >= publish_at:
                self._has_news, began = False, loop.time()
                await self._commits.between(self._publish_so_far)
                publish_at = loop.time() + max(_PATIENCE, _SHARE * (loop.time() - began))

    async def _collect(self, client: Client, feed: FeedSource) -> None:
        """Fetch, prepare and store one feed, and report what became of it."""
        row, report = self._rows[feed.url], self.reports[feed.url]
        if feed.path is None and (until := self.waits_until(feed, self._clock())):
            _wait(report, until)
            self._progress.step()
            return
        try:
            async with self._fetching(client, feed, row) as fetched:
                try:
                    await self._take(feed, row, report, fetched)
                except MemoryError:  # another may have taken it all
                    async with self._alone:
                        await self._take(feed, row, report, fetched)
        except StoppedError:
            report.outcome = "not due"
        except RefusalError as error:
            if error.status is None and error.retry_at is not None:
                # Nobody was asked. What its own host said is stored; what one says that a
                # redirect leads to holds for the feed, too.
                if error.host != host_asked(feed, row):
                    await self._put_off(feed, row, error.retry_at)
                _wait(report, error.retry_at)
            else:
                await self._fail(feed, row, report, error)
        except (CollectError, ParseError) as error:
            await self._fail(feed, row, report, error)
        except MemoryError:
            needs = "takes more memory than there is: give feedkit more, or lower fetch.max_bytes"
            await self._fail(feed, row, report, CollectError(needs))
        self._progress.step()

    async def _take(
        self, feed: FeedSource, row: SourceRow, report: SourceReport, fetched: Fetched
    ) -> None:
        """Prepare and store what was fetched."""
        prepared = await self._prepared(feed, row, fetched)
        at = self._clock()
        until = self._told_until.get(feed.url)
        await self._commits.write(
            lambda transaction: _save(transaction, feed, row, report, prepared, fetched, at, until)
        )
        self._has_news |= prepared is not None

    @asynccontextmanager
    async def _fetching(
        self, client: Client, feed: FeedSource, row: SourceRow
    ) -> AsyncIterator[Fetched]:
        """What `feed` has, for as long as it is in hand."""
        if feed.path is not None:
            limit = self._settings.fetch.max_bytes
            async with self._files:
                self._check_going()
                body = await asyncio.to_thread(read_named, feed.url, feed.path, limit)
                yield Fetched(url=feed.url, not_modified=False, body=body)
            return
        known = row.validators if row.validators.given_for == _sent(feed) else Validators()
        async with client.asking(
            address_of(feed, row),
            etag=known.etag,
            last_modified=known.last_modified,
            given_by=known.given_by,
            # A server that does deltas wrong gets asked for the whole feed after that.
            takes_delta=not row.failures,
            options=feed.request,
            at_turn=lambda: self._claim(feed, row),
        ) as fetched:
            yield fetched

    async def _prepared(
        self, feed: FeedSource, row: SourceRow, fetched: Fetched
    ) -> PreparedFeed | None:
        """The feed that was fetched, ready to be stored; None where it is what is stored."""
        # What another recipe made is made anew from the next body.
        is_current = row.recipe == _recipe(feed)
        if fetched.not_modified or (
            is_current and digest(fetched.body) == row.validators.body_hash
        ):
            return None
        url = fetched.url if feed.path is None else None
        return await self._reader.read(Document(feed, fetched.body, url, fetched.content_type))

    def _check_going(self) -> None:
        if self._is_stopping():
            raise StoppedError("was not asked: the run is to end")

    async def _claim(self, feed: FeedSource, row: SourceRow) -> None:
        """Store when the feed is due again, before it is asked."""
        self._check_going()
        self._asked.add(feed.url)
        now = self._clock()
        timing = asked(row, feed.schedule, now)
        await self._commits.write(
            lambda transaction: transaction.sources.update(
                row.id,
                checked_at=to_microseconds(now),
                due_at=timing.due_at,
                due_reason=timing.due_reason,
            )
        )

    async def _put_off(self, feed: FeedSource, row: SourceRow, retry_at: datetime) -> None:
        """Store that the feed is to wait, which is no failure of it."""
        now = self._clock()
        until = to_microseconds(latest_retry(retry_at, now))
        timing = asked(row, feed.schedule, now, timing=row.timing._replace(retry_at=until))
        await self._commits.write(lambda transaction: transaction.times.set(row.id, timing))

    async def _fail(
        self,
        feed: FeedSource,
        row: SourceRow,
        report: SourceReport,
        error: CollectError | ParseError,
    ) -> None:
        """Store that the feed could not be had, and when it is asked again."""
        now = self._clock()
        # The report names the source itself.
        reason = str(error).removeprefix(f"{feed.url} ").replace(feed.url, shown(feed.url))
        report.outcome, report.reason, report.is_failing = "failed", reason, True
        report.counts = Counts()  # what was counted, and then could not be stored
        if feed.path is None and feed.url not in self._asked:
            # A variable or a file is missing here. Nobody is spared anything by waiting.
            await self._commits.write(lambda known: known.sources.update(row.id, error=reason))
            return
        refusal = error if isinstance(error, RefusalError) else RefusalError("")
        failures = row.failures + 1
        is_lost = row.moving.url is not None and (
            refusal.is_gone or moves.is_doubted(failures, time_of(row.timing.succeeded_at), now)
        )
        retry_at = None
        if refusal.retry_at is not None:
            retry_at = to_microseconds(latest_retry(refusal.retry_at, now))
        timing = row.timing._replace(
            fresh_until=None, retry_at=retry_at, is_gone=refusal.is_gone and not is_lost
        )
        report.is_gone = timing.is_gone
        if timing.is_gone:
            reason += (
                "; it is not asked again: change its address or take it out of the configuration"
            )
        report.reason = reason
        timing = asked(row, feed.schedule, now, timing=timing, failures=failures)
        host_waits_until = None
        if retry_at is not None and refusal.status in _THROTTLED:
            host_waits_until = max(retry_at, self._waits.get(refusal.host, retry_at))
            self._waits[refusal.host] = host_waits_until

        def write(transaction: Transaction) -> None:
            at = to_microseconds(now)
            transaction.times.set(row.id, timing, failures=failures, error=reason, checked_at=at)
            if is_lost:  # what the new address said of its document says nothing of the old one's
                transaction.sources.set_moving(row.id, Moving())
                transaction.sources.update(row.id, **Validators()._asdict())
            if host_waits_until is not None:
                transaction.times.set_host_wait(refusal.host, host_waits_until, at)

        await self._commits.write(write)


def _first(group: BaseExceptionGroup[StoreError]) -> StoreError:
    """The first error in the group, or in the groups in it."""
    error: StoreError | BaseExceptionGroup[StoreError] = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _wait(report: SourceReport, until: datetime) -> None:
    report.outcome = "waiting"
    report.reason = f"its server asked to wait until {minute(until)} (Retry-After)"


def _save(
    transaction: Transaction,
    feed: FeedSource,
    row: SourceRow,
    report: SourceReport,
    prepared: PreparedFeed | None,
    fetched: Fetched,
    at: datetime,
    told_until: datetime | None,
) -> None:
    now = to_microseconds(at)
    is_same_body = fetched.not_modified
    body_hash = row.validators.body_hash if is_same_body else digest(fetched.body)
    validators = Validators(
        fetched.etag, fetched.last_modified, body_hash, fetched.origin, _sent(feed)
    )
    timing = row.timing._replace(
        succeeded_at=now, fresh_until=fresh_until(fetched.wait, at), retry_at=None, is_gone=False
    )
    recipe = row.recipe
    report.outcome, report.is_failing = "unchanged", False
    if prepared is not None:
        timing = with_words_of(timing, prepared)
        if not fetched.is_delta or not recipe:  # a delta makes few of the entries anew
            recipe = _recipe(feed)
        _save_entries(transaction, feed, row, report, prepared, fetched, now)
    if prepared is not None or timing.newest_at is None:
        timing = with_rhythm_of(timing, transaction.times.of_entries(row.id))
    report.hub = _hub(feed, prepared, fetched)
    timing = asked(row, feed.schedule, at, timing=timing, failures=0)
    transaction.times.set(
        row.id,
        told(timing, at, told_until),
        **validators._asdict(),
        checked_at=now,
        failures=0,
        error=None,
        recipe=recipe,
    )
    _follow_move(transaction, feed, row, report, fetched.moved_to, at)


def _hub(feed: FeedSource, prepared: PreparedFeed | None, fetched: Fetched) -> Hub | None:
    """The hub that the header names, else the document (W3C WebSub, 4)."""
    named = (prepared.hub, prepared.topic) if prepared else (None, None)
    url = fetched.links.get("hub", named[0])
    topic = fetched.links.get("self", named[1]) or fetched.url
    return Hub(feed.url, url, topic) if url is not None and feed.path is None else None


def _save_entries(
    transaction: Transaction,
    feed: FeedSource,
    row: SourceRow,
    report: SourceReport,
    prepared: PreparedFeed,
    fetched: Fetched,
    now: int,
) -> None:
    report.outcome = "collected"
    title = feed.title or prepared.title
    transaction.sources.describe(row, title, prepared.site_url, prepared.origin)
    entries = with_stored_guids(transaction, row, prepared.entries, is_whole=not fetched.is_delta)
    # A first fetch edits nothing; and another recipe is feedkit's change, not the feed's.
    report.counts = transaction.entries.save(
        row, entries, now, remade=row.recipe not in ("", _recipe(feed))
    )
    listed = [entry.guid for entry in entries]
    transaction.upkeep.set_listing(row.id, listed, is_whole=not fetched.is_delta)
    if prepared.bozo:
        report.notes.append(f"{report.name}: {prepared.bozo}")


def _follow_move(
    transaction: Transaction,
    feed: FeedSource,
    row: SourceRow,
    report: SourceReport,
    to: str | None,
    now: datetime,
) -> None:
    """Remember where the server says that the feed has moved; believe it when it lasts."""
    known = row.moving
    before = None
    if known.to is not None and known.since is not None:
        before = moves.Move(known.to, exact(known.since), known.times)
    move = moves.seen(before, to, now)
    if move is None:
        moving = Moving(known.url)
    elif moves.is_final(move, now):
        moving = Moving(move.to)
        report.moved_to = shown(move.to)
        report.problems.append(
            f"{report.name}: has moved to {shown(move.to)} for good, and is asked for there from "
            "now on; write that address into the configuration when it suits you"
        )
    else:
        moving = Moving(known.url, move.to, to_microseconds(move.since), move.times)
    if moving != known:
        transaction.sources.set_moving(row.id, moving)
