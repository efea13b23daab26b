"""One feed, asked: from its server, or its file, into the store.

When it is due again is stored twice: before it is asked, so that a run which is killed is no
reason to ask twice, and with what came of it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from feedkit.collect.files import read_named
from feedkit.collect.hosts import minute
from feedkit.collect.http import Client, Fetched
from feedkit.config import Fetch
from feedkit.errors import CollectError, ParseError, RefusalError, StoppedError
from feedkit.pipeline.answers import save_answer
from feedkit.pipeline.commits import GroupCommit
from feedkit.pipeline.failures import failure_of, reason_of, save_failure
from feedkit.pipeline.followed import FollowedFeed
from feedkit.pipeline.instants import to_microseconds
from feedkit.pipeline.prepare import PreparedFeed, digest
from feedkit.pipeline.reading import Document, FeedReader
from feedkit.pipeline.report import SourceReport
from feedkit.pipeline.timing import Clock, asked
from feedkit.pipeline.waits import Waits
from feedkit.schedule.policy import latest_retry
from feedkit.store import Counts, Validators


class Asker:
    """Asks feeds, any number of them side by side, and keeps in mind what it asked."""

    def __init__(
        self,
        fetch: Fetch,
        client: Client,
        reader: FeedReader,
        commits: GroupCommit,
        waits: Waits,
        *,
        clock: Clock,
        is_stopping: Callable[[], bool],
    ) -> None:
        """Once it `is_stopping` nobody is asked any more, and what was asked is still stored."""
        self._fetch = fetch
        self._client = client
        self._reader = reader
        self._commits = commits
        self._waits = waits
        self._clock = clock
        self._is_stopping = is_stopping
        self._asked: set[str] = set()
        self._files = asyncio.Semaphore(fetch.concurrency)
        self._alone = asyncio.Lock()
        """For what found too little memory beside others."""

    def has_asked(self, followed: FollowedFeed) -> bool:
        """Whether its server was asked, or is about to be."""
        return followed.feed.url in self._asked

    async def ask(self, followed: FollowedFeed) -> bool:
        """Fetch, prepare and store one feed, and report what became of it; whether there is
        something in the store now that is to be published."""
        feed, row, report, _ = followed
        if feed.path is None and (
            until := self._waits.until(followed.address, row.timing.retry_at, self._clock())
        ):
            _wait(report, until)
            return False
        try:
            async with self._fetching(followed) as fetched:
                try:
                    return await self._take(followed, fetched)
                except MemoryError:  # another may have taken it all
                    async with self._alone:
                        return await self._take(followed, fetched)
        except StoppedError:
            report.outcome = "not due"
        except RefusalError as error:
            if error.status is None and error.retry_at is not None:
                # Nobody was asked. What its own host said is stored; what one says that a
                # redirect leads to holds for the feed, too.
                if error.host != followed.host:
                    await self._put_off(followed, error.retry_at)
                _wait(report, error.retry_at)
            else:
                await self._fail(followed, error)
        except (CollectError, ParseError) as error:
            await self._fail(followed, error)
        except MemoryError:
            needs = "takes more memory than there is: give feedkit more, or lower fetch.max_bytes"
            await self._fail(followed, CollectError(needs))
        return False

    @asynccontextmanager
    async def _fetching(self, followed: FollowedFeed) -> AsyncIterator[Fetched]:
        """What the feed has, for as long as it is in hand."""
        feed, row, *_ = followed
        if feed.path is not None:
            async with self._files:
                self._check_going()
                limit = self._fetch.max_bytes
                body = await asyncio.to_thread(read_named, feed.url, feed.path, limit)
                yield Fetched(url=feed.url, not_modified=False, body=body)
            return
        known = row.validators if row.validators.given_for == followed.sent else Validators()
        async with self._client.asking(
            followed.address,
            etag=known.etag,
            last_modified=known.last_modified,
            given_by=known.given_by,
            # A server that does deltas wrong gets asked for the whole feed after that.
            takes_delta=not row.failures,
            options=feed.request,
            at_turn=lambda: self._claim(followed),
        ) as fetched:
            yield fetched

    def _check_going(self) -> None:
        if self._is_stopping():
            raise StoppedError("was not asked: the run is to end")

    async def _claim(self, followed: FollowedFeed) -> None:
        """Store when the feed is due again, before it is asked."""
        self._check_going()
        feed, row, *_ = followed
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

    async def _take(self, followed: FollowedFeed, fetched: Fetched) -> bool:
        """Prepare and store what was fetched; whether that was anything new."""
        prepared = await self._prepared(followed, fetched)
        at = self._clock()
        await self._commits.write(
            lambda transaction: save_answer(transaction, followed, prepared, fetched, at)
        )
        return prepared is not None

    async def _prepared(self, followed: FollowedFeed, fetched: Fetched) -> PreparedFeed | None:
        """The feed that was fetched, ready to be stored; None where it is what is stored."""
        feed, row, *_ = followed
        # What another recipe made is made anew from the next body.
        is_current = row.recipe == followed.recipe
        if fetched.not_modified or (
            is_current and digest(fetched.body) == row.validators.body_hash
        ):
            return None
        url = fetched.url if feed.path is None else None
        return await self._reader.read(Document(feed, fetched.body, url, fetched.content_type))

    async def _put_off(self, followed: FollowedFeed, retry_at: datetime) -> None:
        """Store that the feed is to wait, which is no failure of it."""
        feed, row, *_ = followed
        now = self._clock()
        until = to_microseconds(latest_retry(retry_at, now))
        timing = asked(row, feed.schedule, now, timing=row.timing._replace(retry_at=until))
        await self._commits.write(lambda transaction: transaction.times.set(row.id, timing))

    async def _fail(self, followed: FollowedFeed, error: CollectError | ParseError) -> None:
        """Store and report that the feed could not be had."""
        feed, row, report, _ = followed
        now = self._clock()
        report.outcome, report.is_failing = "failed", True
        report.counts = Counts()  # what was counted, and then could not be stored
        if feed.path is None and not self.has_asked(followed):
            # A variable or a file is missing here. Nobody is spared anything by waiting.
            reason = report.reason = reason_of(feed, error)
            await self._commits.write(lambda known: known.sources.update(row.id, error=reason))
            return
        failure = failure_of(followed, error, now)
        report.reason, report.is_gone = failure.reason, failure.timing.is_gone
        if failure.host_waits_until is not None:
            latest = self._waits.prolong(failure.host, failure.host_waits_until)
            failure = failure._replace(host_waits_until=latest)
        await self._commits.write(lambda transaction: save_failure(transaction, row, failure, now))


def _wait(report: SourceReport, until: datetime) -> None:
    report.outcome = "waiting"
    report.reason = f"its server asked to wait until {minute(until)} (Retry-After)"
