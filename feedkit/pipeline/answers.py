"""An answer that has the feed → the store.

All that it says is stored in one transaction: the entries, what the server said of the document
(its validators), so that a 304 always speaks of entries that are there, and when the feed is due
again.
"""

from datetime import datetime

from feedkit.collect.addresses import shown
from feedkit.collect.http import Fetched
from feedkit.pipeline.followed import FollowedFeed
from feedkit.pipeline.instants import exact, to_microseconds
from feedkit.pipeline.prepare import PreparedFeed, digest
from feedkit.pipeline.report import Hub
from feedkit.pipeline.sameness import with_stored_guids
from feedkit.pipeline.timing import asked, fresh_until, told, with_rhythm_of, with_words_of
from feedkit.schedule import moves
from feedkit.store import Moving, Validators
from feedkit.store.transaction import Transaction


def save_answer(
    transaction: Transaction,
    followed: FollowedFeed,
    prepared: PreparedFeed | None,
    fetched: Fetched,
    at: datetime,
) -> None:
    """Store what was `fetched`, and report it; `prepared` is the feed in it, None where it is the
    one that is stored."""
    feed, row, report, told_until = followed
    now = to_microseconds(at)
    is_same_body = fetched.not_modified
    body_hash = row.validators.body_hash if is_same_body else digest(fetched.body)
    validators = Validators(
        fetched.etag, fetched.last_modified, body_hash, fetched.origin, followed.sent
    )
    timing = row.timing._replace(
        succeeded_at=now, fresh_until=fresh_until(fetched.wait, at), retry_at=None, is_gone=False
    )
    recipe = row.recipe
    report.outcome, report.is_failing = "unchanged", False
    if prepared is not None:
        timing = with_words_of(timing, prepared)
        if not fetched.is_delta or not recipe:  # a delta makes few of the entries anew
            recipe = followed.recipe
        _save_entries(transaction, followed, prepared, now, is_delta=fetched.is_delta)
    if prepared is not None or timing.newest_at is None:
        timing = with_rhythm_of(timing, transaction.times.of_entries(row.id))
    if feed.path is None:
        report.hub = _hub(feed.url, prepared, fetched)
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
    _follow_move(transaction, followed, fetched.moved_to, at)


def _save_entries(
    transaction: Transaction,
    followed: FollowedFeed,
    prepared: PreparedFeed,
    now: int,
    *,
    is_delta: bool,
) -> None:
    feed, row, report, _ = followed
    report.outcome = "collected"
    title = feed.title or prepared.title
    transaction.sources.describe(row, title, prepared.site_url, prepared.origin)
    entries = with_stored_guids(transaction, row, prepared.entries, is_whole=not is_delta)
    # A first fetch edits nothing; and another recipe is feedkit's change, not the feed's.
    report.counts = transaction.entries.save(
        row, entries, now, remade=row.recipe not in ("", followed.recipe)
    )
    listed = [entry.guid for entry in entries]
    transaction.upkeep.set_listing(row.id, listed, is_whole=not is_delta)
    if prepared.bozo:
        report.notes.append(f"{report.name}: {prepared.bozo}")


def _hub(feed: str, prepared: PreparedFeed | None, fetched: Fetched) -> Hub | None:
    """The hub that the header names, else the document (W3C WebSub, 4)."""
    named = (prepared.hub, prepared.topic) if prepared else (None, None)
    url = fetched.links.get("hub", named[0])
    topic = fetched.links.get("self", named[1]) or fetched.url
    return None if url is None else Hub(feed, url, topic)


def _follow_move(
    transaction: Transaction, followed: FollowedFeed, to: str | None, now: datetime
) -> None:
    """Remember where the server says that the feed has moved; believe it when it lasts."""
    known, report = followed.row.moving, followed.report
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
        transaction.sources.set_moving(followed.row.id, moving)
