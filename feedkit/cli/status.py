"""`feedkit status`: how each feed is doing and which categories get one, told to people on stdout,
or as JSON to programs."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from feedkit.cli import DONE
from feedkit.cli.layout import Line, Row, Section, fits, write, write_json
from feedkit.cli.words import number
from feedkit.config import load_settings
from feedkit.pipeline.status import Categories, FeedStatus, categories, status
from feedkit.pipeline.timing import utc_now
from feedkit.schedule.words import span
from feedkit.store import Store

_HEADER = Row(("feed", "last success", "next", "entries", "failures", "why then"), ("dim",) * 6)
_SHOWN = 10
"""How many categories of a kind: there may be thousands, and --json has them all."""


def show_status(config: Path, *, failing: bool, as_json: bool) -> int:
    """``feedkit status``; the exit code."""
    settings = load_settings(config)
    now = utc_now()
    with Store(settings.store.url) as store:
        found = status(settings, store, now)
        named = categories(settings, store)
    chosen = [feed for feed in found if feed.is_failing or not failing]
    if as_json:
        write_json({"at": now, "feeds": chosen, "categories": named})
    else:
        write([section(found, chosen, now), *([] if failing else category_sections(named))])
    return DONE


def section(found: Sequence[FeedStatus], chosen: Sequence[FeedStatus], now: datetime) -> Section:
    """How many of the feeds that were `found` fail, and each of the `chosen`: as a table, or, where
    that is too wide for the terminal, as lines."""
    failing = sum(feed.is_failing for feed in found)
    heading = f"{number(len(found), 'feed')}, {f'{failing:,}' if failing else 'none'} failing"
    if not chosen:
        return Section(heading)
    table = Section(heading, [_HEADER, *(row for feed in chosen for row in _rows(feed, now))])
    if fits(table):
        return table
    return Section(heading, [line for feed in chosen for line in _lines(feed, now)])


def category_sections(named: Categories) -> Iterator[Section]:
    """The largest categories that get a feed, and the largest that get none with the reason."""
    if named.published:
        heading = f"{number(len(named.published), 'category', 'categories')} with a feed"
        header = Row(("category", "folder", "entries"), ("dim",) * 3)
        rows = [
            Row((one.name, f"categories/{one.slug}/", f"{one.entries:,}"), ("",) * 3)
            for one in named.published[:_SHOWN]
        ]
        yield Section(heading, [header, *rows, *_and_more(len(named.published))])
    if named.left_out:
        heading = f"{number(len(named.left_out), 'category', 'categories')} without a feed"
        header = Row(("category", "entries", "why"), ("dim",) * 3)
        rows = [
            Row((one.name, f"{one.entries:,}", one.why), ("",) * 3)
            for one in named.left_out[:_SHOWN]
        ]
        yield Section(heading, [header, *rows, *_and_more(len(named.left_out))])


def _and_more(count: int) -> list[Line]:
    return [Line(f"and {count - _SHOWN:,} more; --json has all", depth=1)] * (count > _SHOWN)


def _rows(feed: FeedStatus, now: datetime) -> Iterator[Row | Line]:
    style = _style(feed)
    failures = str(feed.failures) if feed.failures else ""
    last, due = _last_success(feed, now), _next(feed, now)
    cells = (feed.source, last, due, f"{feed.entries:,}", failures, feed.due_reason)
    yield Row(cells, (style, "", "bold", "", style, ""))
    yield from _more(feed)


def _lines(feed: FeedStatus, now: datetime) -> Iterator[Line]:
    yield Line(feed.source, f"bold {_style(feed)}", depth=1)
    entries = number(feed.entries, "entry", "entries")
    yield Line(f"next: {_next(feed, now)}: {feed.due_reason}")
    failures = f", {number(feed.failures, 'failure')} in a row" if feed.failures else ""
    yield Line(f"last success: {_last_success(feed, now)}, {entries}{failures}")
    yield from _more(feed)


def _more(feed: FeedStatus) -> Iterator[Line]:
    """What few feeds have."""
    if feed.error is not None:
        yield Line(f"last error: {feed.error}", _style(feed))
    if feed.moved_to is not None:
        yield Line(f"moved to {feed.moved_to}: write that into the configuration", "yellow")


def _style(feed: FeedStatus) -> str:
    return "red" if feed.is_failing else ""


def _last_success(feed: FeedStatus, now: datetime) -> str:
    return "never" if feed.last_success is None else f"{span(now - feed.last_success)} ago"


def _next(feed: FeedStatus, now: datetime) -> str:
    if feed.is_gone:
        return "never"
    if feed.due_at is None or feed.due_at <= now:
        return "next run"
    return f"in {span(feed.due_at - now)}"
