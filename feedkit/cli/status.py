"""`feedkit status`: how each feed is doing, told to people on stdout, or as JSON to programs."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from feedkit.cli import DONE
from feedkit.cli.layout import Row, Section, write, write_json
from feedkit.cli.words import number
from feedkit.config import load_settings
from feedkit.pipeline.status import FeedStatus, status
from feedkit.pipeline.timing import utc_now
from feedkit.schedule.words import span
from feedkit.store import Store

_HEADER = Row(("feed", "last success", "next", "entries", "failures", "why then"), ("dim",) * 6)


def show_status(config: Path, *, failing: bool, as_json: bool) -> int:
    """``feedkit status``; the exit code."""
    settings = load_settings(config)
    now = utc_now()
    with Store(settings.store.url) as store:
        found = status(settings, store, now)
    chosen = [feed for feed in found if feed.is_failing or not failing]
    if as_json:
        write_json({"at": now, "feeds": chosen})
    else:
        write([section(found, chosen, now)])
    return DONE


def section(found: Sequence[FeedStatus], chosen: Sequence[FeedStatus], now: datetime) -> Section:
    """How many of the feeds that were `found` fail, and a row for each of the `chosen`."""
    failing = sum(feed.is_failing for feed in found)
    heading = f"{number(len(found), 'feed')}, {f'{failing:,}' if failing else 'none'} failing"
    if not chosen:
        return Section(heading)
    return Section(heading, [_HEADER, *(row for feed in chosen for row in _rows(feed, now))])


def _rows(feed: FeedStatus, now: datetime) -> Iterator[Row]:
    style = "red" if feed.is_failing else ""
    last = "never" if feed.last_success is None else f"{span(now - feed.last_success)} ago"
    failures = str(feed.failures) if feed.failures else ""
    cells = (feed.source, last, _next(feed, now), f"{feed.entries:,}", failures, feed.due_reason)
    yield Row(cells, (style, "", "bold", "", style, ""))
    if feed.error is not None:
        yield _below(f"last error: {feed.error}", style)
    if feed.moved_to is not None:
        yield _below(f"moved to {feed.moved_to}: write that into the configuration", "yellow")


def _next(feed: FeedStatus, now: datetime) -> str:
    if feed.is_gone:
        return "never"
    if feed.due_at is None or feed.due_at <= now:
        return "next run"
    return f"in {span(feed.due_at - now)}"


def _below(text: str, style: str) -> Row:
    return Row(("", "", "", "", "", text), ("", "", "", "", "", style))
