"""What the commands do: settings and store opened, the pipeline run, the report told."""

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from feedkit.cli import DONE, SOME_FAILED
from feedkit.cli.words import number, size
from feedkit.config import ObjectStore, Settings, load_settings
from feedkit.pipeline.workers import MANY_FEEDS, Workers
from feedkit.store import Store, exclusive
from feedkit.terminal import one_line

if TYPE_CHECKING:
    from feedkit.pipeline.housekeeping import Housekept


def run_once(
    config: Path, *, verbose: bool, quiet: bool, everything: bool, strict: bool, may_wait: bool
) -> int:
    """``feedkit run``; the exit code."""
    settings = load_settings(config)
    on_wait = _say_nothing if quiet else _say
    with (
        exclusive(settings.store.url, on_wait if may_wait else None),
        Store(settings.store.url) as store,  # who waited knows only now whether it is new
        Workers() as workers,
    ):
        if settings.articles:
            workers.start_for_articles(
                many=store.is_new
            )  # before the next imports: they import the rest
        elif store.is_new and len(settings.feeds) >= MANY_FEEDS:
            workers.start_for_feeds()
        from feedkit.cli.report import ProgressBar, show
        from feedkit.pipeline.run import run

        bar = ProgressBar() if not quiet and sys.stderr.isatty() else None
        with bar or nullcontext():
            report = run(settings, store, everything=everything, progress=bar, workers=workers)
        show(report, settings.site.output, verbose=verbose, quiet=quiet)
        if not store.is_new:
            _keep_house(settings, store, quiet=quiet)
    if settings.publish.hubs:
        _announce(settings, report.published.written)
    return SOME_FAILED if strict and (report.failing or report.published.failed) else DONE


def export_to(config: Path, output: Path | str, *, verbose: bool, quiet: bool) -> int:
    """``feedkit export`` into a folder or, where it is a text, a bucket; the exit code."""
    from feedkit.cli.report import show
    from feedkit.pipeline.run import export

    settings = load_settings(config)
    target = ObjectStore(output.rstrip("/")) if isinstance(output, str) else output.absolute()
    on_wait = _say_nothing if quiet else _say
    with exclusive(settings.store.url, on_wait), Store(settings.store.url) as store:
        report = export(settings, store, target)
    show(report, target, verbose=verbose, quiet=quiet)
    return SOME_FAILED if report.published.failed else DONE


def remove(config: Path, source: str, *, quiet: bool) -> int:
    """``feedkit remove``; the exit code."""
    from feedkit.pipeline.removal import remove_source

    settings = load_settings(config)
    on_wait = _say_nothing if quiet else _say
    with exclusive(settings.store.url, on_wait), Store(settings.store.url) as store:
        removed = remove_source(settings, store, source)
    for sentence in removed.published.failed:
        click.echo(one_line(sentence), err=True)
    if not removed.is_complete:
        _say("nothing was forgotten yet; give the command again once this is mended")
        return SOME_FAILED
    if not quiet:
        entries = number(removed.entries, "entry", "entries")
        files = number(len(removed.published.written), "file")
        click.echo(one_line(f"Removed {source} with {entries}; wrote {files}."), err=True)
    return DONE


def _announce(settings: Settings, written: list[str]) -> None:
    """Tell the hubs which feeds changed, now that others may go on with the store."""
    import asyncio

    from feedkit.pipeline.agent import user_agent
    from feedkit.publish.websub import announce_once, topics_of

    if topics := topics_of(settings, written):
        agent = user_agent(settings)
        asyncio.run(announce_once(agent, settings.publish.hubs, topics, _say))


def _keep_house(settings: Settings, store: Store, *, quiet: bool) -> None:
    """Once a day, remove what is not to be kept, and say how much that was."""
    from feedkit.pipeline.housekeeping import housekeep, is_due
    from feedkit.pipeline.instants import to_microseconds
    from feedkit.pipeline.timing import utc_now

    now = to_microseconds(utc_now())
    if not is_due(store, now):
        return
    done = housekeep(settings, store, now)
    if not quiet and (sentence := removal(done)):
        click.echo(sentence, err=True)


def removal(done: "Housekept") -> str:
    """One sentence: what keeping house removed; "" where it found nothing to do."""
    parts = []
    if done.entries:
        parts.append(f"removed {number(done.entries, 'entry', 'entries')} past what is kept")
    if done.sources:
        parts.append(f"forgot {number(done.sources, 'source')} without entries")
    if done.freed:
        parts.append(f"made the store {size(done.freed)} smaller")
    if not parts:
        return ""
    sentence = ", ".join(parts)
    more = "" if done.is_complete else " (the next run goes on)"
    return f"{sentence[0].upper()}{sentence[1:]}{more}."


def _say(sentence: str) -> None:
    click.echo(f"feedkit: {sentence}", err=True)


def _say_nothing(_: str) -> None:
    """Waiting is nothing that went wrong."""
