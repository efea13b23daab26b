"""What the commands do: settings and store opened, the pipeline run, the report told."""

import sys
from contextlib import nullcontext
from pathlib import Path

import click

from feedkit.cli import DONE, SOME_FAILED
from feedkit.config import load_settings
from feedkit.pipeline.workers import Workers
from feedkit.store import Store, exclusive


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
            workers.start(many=store.is_new)  # before the next imports: they import the rest
        from feedkit.cli.report import ProgressBar, show
        from feedkit.pipeline.run import run

        bar = ProgressBar() if not quiet and sys.stderr.isatty() else None
        with bar or nullcontext():
            report = run(settings, store, everything=everything, progress=bar, workers=workers)
    show(report, settings.site.output, verbose=verbose, quiet=quiet)
    return SOME_FAILED if strict and (report.failing or report.published.failed) else DONE


def export_to(config: Path, folder: Path, *, verbose: bool, quiet: bool) -> int:
    """``feedkit export``; the exit code."""
    from feedkit.cli.report import show
    from feedkit.pipeline.run import export

    settings = load_settings(config)
    on_wait = _say_nothing if quiet else _say
    with exclusive(settings.store.url, on_wait), Store(settings.store.url) as store:
        report = export(settings, store, folder.absolute())
    show(report, folder, verbose=verbose, quiet=quiet)
    return SOME_FAILED if report.published.failed else DONE


def _say(sentence: str) -> None:
    click.echo(f"feedkit: {sentence}", err=True)


def _say_nothing(_: str) -> None:
    """Waiting is nothing that went wrong."""
