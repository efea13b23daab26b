"""The command line: arguments in, words out. What is done is done in `feedkit.pipeline`.

What a command needs is imported inside it, so that ``feedkit --version`` answers at once.
"""

import atexit
import gc
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import click

from feedkit import __version__
from feedkit.errors import ConfigError, FeedkitError
from feedkit.machine import of_the_machine

DONE = 0
SOME_FAILED = 1
NOT_USABLE = 2
INTERRUPTED = 130

Command = Callable[..., None]


def main() -> None:
    """Entry point: runs the command line and turns errors into a sentence and an exit code."""
    _open_standard_streams()
    # Importing makes a hundred thousand objects, all of which stay: looking through them again
    # and again, while they come and at the end, would take a sixth of a short run's time.
    gc.set_threshold(300_000, 20, 100)
    atexit.register(gc.freeze)
    try:
        cli.main(prog_name="feedkit", standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(NOT_USABLE)
    except (click.Abort, KeyboardInterrupt):
        click.echo("feedkit: stopped; what was stored is kept, run it again to go on", err=True)
        sys.exit(INTERRUPTED)
    except ConfigError as error:
        for problem in error.problems:
            click.echo(problem, err=True)
        sys.exit(NOT_USABLE)
    except FeedkitError as error:
        click.echo(f"feedkit: {error}", err=True)
        sys.exit(NOT_USABLE)
    except (MemoryError, OSError, ImportError, RuntimeError, SystemError, ExceptionGroup) as error:
        if (sentence := of_the_machine(error)) is None:
            raise
        with suppress(OSError):  # what is full may be where this goes
            click.echo(f"feedkit: {sentence}", err=True)
        os._exit(NOT_USABLE)  # threads that died for want of memory would be waited for, forever


def _open_standard_streams() -> None:
    """Put the null device where whoever started feedkit closed a standard stream (``>&-``).

    Else the next file to be opened, a document or the store, would have that stream's number, and
    whatever a library says there would be written into it.
    """
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is None:
            null = os.open(os.devnull, os.O_RDWR)
            if null != number:
                os.dup2(null, number)
                os.close(null)
            setattr(sys, name, os.fdopen(number, mode))


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="%(prog)s %(version)s")
def cli() -> None:
    """Collect article files and remote feeds; publish feeds, pages and archives by category.

    \b
    feedkit run          collect what is due and publish
    feedkit run --all    … every feed, due or not
    feedkit daemon       … again and again, whenever something is due
    feedkit serve        serve over HTTP what is published
    feedkit status       show which feeds fail, when each is due, which categories have a feed
    feedkit export DIR   publish what is stored into another folder, or a bucket
    feedkit remove URL   take out a source with all its entries, archives too
    feedkit check FEED   show what feedkit sees in a feed or an article
    feedkit store check  look the store through; feedkit store backup FILE copies it
    """


def config_option(command: Command) -> Command:
    """The option that names the configuration."""
    return click.option(
        "-c",
        "--config",
        "config",
        type=click.Path(path_type=Path),
        default=Path("config.toml"),
        show_default=True,
        help="The configuration to use.",
    )(command)


def common_options(command: Command) -> Command:
    """The options that every command takes."""
    for option in (
        config_option,
        click.option("-v", "--verbose", is_flag=True, help="Name every source and file."),
        click.option("-q", "--quiet", is_flag=True, help="Say nothing but what went wrong."),
    ):
        command = option(command)
    return command


@cli.command()
@common_options
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Ask for every feed now, due or not, but where a server said to wait.",
)
@click.option(
    "--strict",
    is_flag=True,
    help="Exit 1 when a source fails, due or not, or a file could not be written.",
)
@click.option(
    "--no-wait",
    is_flag=True,
    help="Where another feedkit is at work on the store, say so and exit 2.",
)
def run(
    config: Path, verbose: bool, quiet: bool, everything: bool, strict: bool, no_wait: bool
) -> None:
    """Collect articles and the feeds that are due, and publish."""
    from feedkit.cli.commands import run_once

    sys.exit(
        run_once(
            config,
            verbose=verbose,
            quiet=quiet,
            everything=everything,
            strict=strict,
            may_wait=not no_wait,
        )
    )


@cli.command()
@common_options
def daemon(config: Path, verbose: bool, quiet: bool) -> None:
    """Collect and publish whenever something is due, until told to stop.

    SIGHUP reads the configuration again; SIGTERM or Ctrl-C ends it. What it logs: docs/daemon.md.
    """
    from feedkit.cli.daemon import serve

    sys.exit(serve(config, verbose=verbose, quiet=quiet))


class _Output(click.Path):
    """A folder, or a bucket as a text."""

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str | bytes | os.PathLike[str]:
        if isinstance(value, str) and ("://" in value or not value.strip()):
            from feedkit.config.values import BUCKET

            if BUCKET.fullmatch(value):
                return value
            # "" would be the current folder: what a script makes of a variable that is not set.
            self.fail('expected a folder, or a bucket such as "s3://bucket/planet"', param, ctx)
        return super().convert(value, param, ctx)


@cli.command()
@common_options
@click.option(
    "--listen",
    metavar="ADDRESS",
    help='Where to listen: "127.0.0.1:8080" unless the configuration says else; "unix:PATH".',
)
def serve(config: Path, verbose: bool, quiet: bool, listen: str | None) -> None:
    """Serve over HTTP what is published, until told to stop.

    The daemon does so itself where [serve] listen is set (docs/serving.md).
    """
    from feedkit.cli.serve import serve_until_told

    serve_until_told(config, listen, verbose=verbose, quiet=quiet)


@cli.command()
@common_options
@click.argument(
    "output", metavar="FOLDER|s3://BUCKET", type=_Output(file_okay=False, path_type=Path)
)
def export(config: Path, verbose: bool, quiet: bool, output: Path | str) -> None:
    """Publish what is stored into another folder or a bucket.

    Nothing is collected, and what the configuration calls output is left alone. A bucket is
    s3://bucket/prefix (docs/targets.md). Exit 1 when a file could not be written.
    """
    from feedkit.cli.commands import export_to

    sys.exit(export_to(config, output, verbose=verbose, quiet=quiet))


@cli.command()
@click.argument("where", metavar="FILE|URL|-")
@click.option(
    "-c",
    "--config",
    "config",
    type=click.Path(path_type=Path),
    help="The configuration to use; config.toml if there is one.",
)
@click.option("-v", "--verbose", is_flag=True, help="Show every entry and every problem.")
@click.option("-q", "--quiet", is_flag=True, help="Show the problems only.")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON document (docs/check.md).")
@click.option("--strict", is_flag=True, help="Exit 1 when there are problems.")
def check(
    where: str, config: Path | None, verbose: bool, quiet: bool, as_json: bool, strict: bool
) -> None:
    """Show what feedkit sees in a feed or an article, and store nothing.

    A feed is a file, an http or https address, or "-" for what comes on standard input; an article
    is a file with front matter. Exit 0 when it is one, 1 when it is none or could not be had.
    """
    from feedkit.cli.check import check_document

    sys.exit(
        check_document(where, config, verbose=verbose, quiet=quiet, as_json=as_json, strict=strict)
    )


@cli.command()
@config_option
@click.option("--failing", is_flag=True, help="Show only the feeds that fail.")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON document (docs/status.md).")
def status(config: Path, failing: bool, as_json: bool) -> None:
    """Show how each feed does, and which categories get a feed.

    Of a feed: when it last answered, when it is due and why, and what is wrong with it. Of a
    category without a feed: why it has none. Nothing is asked of any server, and nothing is
    changed. Exit 0, also when feeds fail: for that there is feedkit run --strict.
    """
    from feedkit.cli.status import show_status

    sys.exit(show_status(config, failing=failing, as_json=as_json))


@cli.command()
@config_option
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but what went wrong.")
@click.argument("source", metavar="URL|PATH")
def remove(config: Path, quiet: bool, source: str) -> None:
    """Remove a source with all its entries, for good.

    Take it out of the configuration first, which alone leaves its entries where they are. This
    takes them out of the store and of all that is published, archives too, with tombstones for
    readers (docs/archives.md). Exit 1 when a file could not be written: give it again then.
    """
    from feedkit.cli.commands import remove

    sys.exit(remove(config, source, quiet=quiet))


@cli.group()
def store() -> None:
    """Look the store through or copy it, also while feedkit runs."""


@store.command("check")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Write one JSON document (docs/store.md).")
def store_check(config: Path, as_json: bool) -> None:
    """Say what is wrong with the store, and what to do about it.

    Nothing is changed. Exit 0 when nothing is wrong, 1 when something is, 2 when there is no store
    or it cannot be read.
    """
    from feedkit.cli.store import check

    sys.exit(check(config, as_json=as_json))


@store.command("backup")
@config_option
@click.option("--force", is_flag=True, help="Replace FILE if there is one.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but what went wrong.")
@click.argument("file", type=click.Path(path_type=Path))
def store_backup(config: Path, force: bool, quiet: bool, file: Path) -> None:
    """Copy the store to FILE as it is now, also while feedkit runs.

    The copy is checked before it takes its name. To restore it: docs/store.md.
    """
    from feedkit.cli.store import back_up_to

    sys.exit(back_up_to(config, file, force=force, quiet=quiet))
