"""A feed that could not be had → the store: why, and when it is asked again."""

from datetime import datetime
from typing import NamedTuple

from feedkit.collect.addresses import shown
from feedkit.config import FeedSource
from feedkit.errors import CollectError, ParseError, RefusalError
from feedkit.pipeline.followed import FollowedFeed
from feedkit.pipeline.instants import time_of, to_microseconds
from feedkit.pipeline.timing import asked
from feedkit.schedule import moves
from feedkit.schedule.policy import latest_retry
from feedkit.store import Moving, SourceRow, Timing, Validators
from feedkit.store.transaction import Transaction

_THROTTLED = (429, 503)
"""Their Retry-After holds for the whole host."""
_FOR_GOOD = "; it is not asked again: change its address or take it out of the configuration"


class Failure(NamedTuple):
    """What a question that failed makes of a feed."""

    reason: str
    timing: Timing
    failures: int
    """In a row, this one with them."""
    is_lost: bool
    """Whether the feed is looked for at its old address again."""
    host: str
    host_waits_until: int | None
    """Until when nothing is to be asked of `host`, where it said so."""


def reason_of(feed: FeedSource, error: CollectError | ParseError) -> str:
    """Why `feed` could not be had, to be read behind its name, without a password."""
    return str(error).removeprefix(f"{feed.url} ").replace(feed.url, shown(feed.url))


def failure_of(followed: FollowedFeed, error: CollectError | ParseError, now: datetime) -> Failure:
    """What it means that the feed was asked, and all that came of it, at `now`, was `error`."""
    feed, row, *_ = followed
    refusal = error if isinstance(error, RefusalError) else RefusalError("")
    failures = row.failures + 1
    is_lost = row.moving.url is not None and (
        refusal.is_gone or moves.is_doubted(failures, time_of(row.timing.succeeded_at), now)
    )
    is_gone = refusal.is_gone and not is_lost
    retry_at = None
    if refusal.retry_at is not None:
        retry_at = to_microseconds(latest_retry(refusal.retry_at, now))
    timing = row.timing._replace(fresh_until=None, retry_at=retry_at, is_gone=is_gone)
    return Failure(
        reason=reason_of(feed, error) + (_FOR_GOOD if is_gone else ""),
        timing=asked(row, feed.schedule, now, timing=timing, failures=failures),
        failures=failures,
        is_lost=is_lost,
        host=refusal.host,
        host_waits_until=retry_at if refusal.status in _THROTTLED else None,
    )


def save_failure(transaction: Transaction, row: SourceRow, failure: Failure, now: datetime) -> None:
    """Store that a feed failed, and when it is asked again."""
    at = to_microseconds(now)
    transaction.times.set(
        row.id, failure.timing, failures=failure.failures, error=failure.reason, checked_at=at
    )
    if failure.is_lost:  # what the new address said of its document says nothing of the old one's
        transaction.sources.set_moving(row.id, Moving())
        transaction.sources.update(row.id, **Validators()._asdict())
    if failure.host_waits_until is not None:
        transaction.times.set_host_wait(failure.host, failure.host_waits_until, at)
