"""`feedkit store`: a store looked through or copied, told to people on stdout, or as JSON."""

from collections.abc import Iterator
from pathlib import Path

import click

from feedkit.cli import DONE, SOME_FAILED
from feedkit.cli.layout import Row, Section, write, write_json
from feedkit.cli.words import number, size
from feedkit.config import Settings, load_settings
from feedkit.errors import StoreError
from feedkit.pipeline.store_check import StoreChecked, check_store
from feedkit.store.inspection import Flaw
from feedkit.terminal import one_line

_SQLITE = "sqlite:///"


def check(config: Path, *, as_json: bool) -> int:
    """``feedkit store check``; the exit code."""
    settings = load_settings(config)
    checked = check_store(settings, _file(settings))
    if as_json:
        write_json(checked)
    else:
        write(_sections(checked))
    return SOME_FAILED if checked.problems else DONE


def back_up_to(config: Path, file: Path, *, force: bool, quiet: bool) -> int:
    """``feedkit store backup``; the exit code."""
    from feedkit.store.backup import back_up

    copied = back_up(_file(load_settings(config)), file, overwrite=force)
    if not quiet:
        click.echo(one_line(f"Copied the store to {file} ({size(copied)})."), err=True)
    return DONE


def _file(settings: Settings) -> Path:
    path = settings.store.url.removeprefix(_SQLITE)
    if path in ("", ":memory:"):
        raise StoreError("store.url: names no file, so nothing is kept from run to run")
    return Path(path)


def _sections(checked: StoreChecked) -> Iterator[Section]:
    yield Section(f"store {checked.store}: {', '.join(_facts(checked))}")
    if not checked.problems:
        yield Section("Nothing is wrong with it.")
        return
    rows = [row for flaw in checked.problems for row in _rows(flaw)]
    yield Section(f"{number(len(checked.problems), 'problem')}:", rows)


def _facts(checked: StoreChecked) -> Iterator[str]:
    yield size(checked.bytes)
    if checked.sources is not None and checked.entries is not None:
        yield number(checked.sources, "source")
        yield number(checked.entries, "entry", "entries")
    if checked.is_older:
        yield f"of an older feedkit (schema {checked.schema}), which the next run brings up to date"


def _rows(flaw: Flaw) -> Iterator[Row]:
    yield Row((flaw.kind, flaw.problem), ("bold red", "red"))
    for example in flaw.examples:
        yield Row(("", f"- {example}"), ("", "dim"))
    if flaw.count > len(flaw.examples) > 0:
        yield Row(("", f"- … and {flaw.count - len(flaw.examples):,} more"), ("", "dim"))
    yield Row(("", flaw.advice), ("", ""))
