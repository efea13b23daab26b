"""Feeds → the store: those that are due are fetched side by side, each stored on its own.

What a server said of a document (its validators) is stored in the transaction that stores its
entries, so that a 304 always speaks of entries that are there.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from feedkit import __version__
from feedkit.collect.files import read_file
from feedkit.collect.http import Client, Fetched, shown
from feedkit.config import FeedSource, Settings
from feedkit.errors import CollectError, ParseError, StoreError
from feedkit.pipeline.prepare import (
    RECIPE,
    PreparedFeed,
    declared,
    digest,
    feed_key,
    prepare_feed,
    refilter,
    to_microseconds,
)
from feedkit.pipeline.report import Progress, SourceReport
from feedkit.pipeline.sameness import settle, with_stored_guids
from feedkit.publish.jobs import from_microseconds
from feedkit.store import SourceRow, Store, Validators

IsDue = Callable[[FeedSource, datetime | None], bool]


def collect_feeds(
    settings: Settings,
    feeds: Sequence[FeedSource],
    store: Store,
    is_due: IsDue,
    progress: Progress,
) -> list[SourceReport]:
    """Collect the `feeds` that are due; a report for each, in their order."""
    rows = _register(feeds, store)
    reports = {feed.url: SourceReport(shown(feed.url), "not due") for feed in feeds}
    # Asking a local file costs nobody anything, so an edited one is seen at once.
    due = [feed for feed in feeds if feed.path or is_due(feed, _last_check(rows[feed.url]))]
    progress.total(len(due))
    asyncio.run(_collect(settings, due, rows, reports, store, progress))
    return [reports[feed.url] for feed in feeds]


def user_agent(settings: Settings) -> str:
    """How feedkit names itself to servers (RFC 9110, 10.1.5): with an address to complain to."""
    return settings.fetch.user_agent or f"feedkit/{__version__} (+{settings.site.url})"


def _register(feeds: Sequence[FeedSource], store: Store) -> dict[str, SourceRow]:
    """The stored sources by URL, with what the config says of them brought up to date."""
    now = to_microseconds(datetime.now(UTC))
    with store.read() as transaction:
        stored = transaction.sources()
    rows: dict[str, SourceRow] = {}
    stale = []
    for feed in feeds:
        row = stored.get(feed_key(feed))
        if (
            row
            and row.categories == declared(feed.categories)
            and row.filters == _filters(feed)
            and feed.title in (None, row.title)
        ):
            rows[feed.url] = row
        else:
            stale.append((feed, row))
    if stale:
        with store.write() as transaction:
            for feed, known in stale:
                row = known or transaction.add_source(feed_key(feed), now)
                given = declared(feed.categories)
                if row.categories != given:
                    transaction.give_categories(row, given, now)
                    row = row._replace(categories=given)
                if row.filters != _filters(feed):
                    entries = list(transaction.source_entries(row.id))
                    kept = [refilter(data, feed) for _, _, data in entries]
                    transaction.save_entries(row, kept, now)
                    transaction.update_source(row.id, filters=_filters(feed))
                    row = row._replace(filters=_filters(feed))
                if feed.title is not None:
                    transaction.rename_source(row, feed.title, row.site_url)
                    row = row._replace(title=feed.title)
                rows[feed.url] = row
            settle(transaction)
    return rows


def _filters(feed: FeedSource) -> str:
    """The patterns as text, to see when they change."""
    patterns = [[p.pattern for p in group] for group in (feed.include, feed.exclude)]
    return repr(patterns) if any(patterns) else ""


def _recipe(feed: FeedSource) -> str:
    """What stored entries and the stored title were made by."""
    return RECIPE if feed.title is None else f"{RECIPE}, titled"


def _last_check(row: SourceRow) -> datetime | None:
    return None if row.checked_at is None else from_microseconds(row.checked_at)


async def _collect(
    settings: Settings,
    due: Sequence[FeedSource],
    rows: dict[str, SourceRow],
    reports: dict[str, SourceReport],
    store: Store,
    progress: Progress,
) -> None:
    async with Client(settings.fetch, user_agent(settings)) as client:

        async def one(feed: FeedSource) -> None:
            await _collect_one(settings, client, feed, rows[feed.url], reports[feed.url], store)
            progress.step()

        try:
            async with asyncio.TaskGroup() as tasks:
                for feed in due:
                    tasks.create_task(one(feed))
        except BaseExceptionGroup as group:
            # What ends a run (the store cannot be used) ends it as one sentence.
            if unusable := group.subgroup(StoreError):
                raise unusable.exceptions[0] from group
            raise


async def _collect_one(
    settings: Settings,
    client: Client,
    feed: FeedSource,
    row: SourceRow,
    report: SourceReport,
    store: Store,
) -> None:
    """Fetch, prepare and store one feed, and say in `report` what became of it."""
    is_current = row.recipe == _recipe(
        feed
    )  # else the stored entries are made anew from the next body
    known = row.validators
    try:
        fetched = await _fetch(settings, client, feed, known)
        body_hash = known.body_hash if fetched.not_modified else digest(fetched.body)
        prepared = None
        if not fetched.not_modified and not (is_current and body_hash == known.body_hash):
            prepared = await asyncio.to_thread(
                prepare_feed,
                fetched.body,
                source=feed,
                url=fetched.url if feed.path is None else None,
                content_type=fetched.content_type,
            )
    except (CollectError, ParseError) as error:
        # The report names the source itself.
        report.outcome, report.reason = "failed", str(error).removeprefix(f"{feed.url} ")
        with store.write() as transaction:
            transaction.update_source(
                row.id,
                failures=row.failures + 1,
                error=str(error),
                checked_at=to_microseconds(datetime.now(UTC)),
            )
        return
    validators = Validators(fetched.etag, fetched.last_modified, body_hash)
    _save(store, feed, row, report, prepared, validators)


async def _fetch(
    settings: Settings, client: Client, feed: FeedSource, known: Validators
) -> Fetched:
    if feed.path is not None:
        body = await asyncio.to_thread(read_file, feed.path, settings.fetch.max_bytes)
        return Fetched(url=feed.url, not_modified=False, body=body)
    return await client.get(
        feed.url, etag=known.etag, last_modified=known.last_modified, options=feed.request
    )


def _save(
    store: Store,
    feed: FeedSource,
    row: SourceRow,
    report: SourceReport,
    prepared: PreparedFeed | None,
    validators: Validators,
) -> None:
    now = to_microseconds(datetime.now(UTC))
    with store.write() as transaction:
        if prepared is None:
            report.outcome = "unchanged"
        else:
            report.outcome = "collected"
            title = feed.title or prepared.title
            transaction.rename_source(row, title, prepared.site_url)
            entries = with_stored_guids(transaction, row, prepared.entries)
            # A first fetch edits nothing; and another recipe is feedkit's change, not the feed's.
            report.counts = transaction.save_entries(
                row, entries, now, remade=row.recipe not in ("", _recipe(feed))
            )
            if prepared.bozo:
                report.notes.append(f"{report.name}: {prepared.bozo}")
        transaction.update_source(
            row.id,
            etag=validators.etag,
            last_modified=validators.last_modified,
            body_hash=validators.body_hash,
            checked_at=now,
            failures=0,
            error=None,
            recipe=_recipe(feed) if prepared else row.recipe,
        )
        settle(transaction)
