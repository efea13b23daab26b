"""Tells people what a run did: a table on a terminal, plain lines elsewhere, on stderr.

What went wrong comes as a line each: where, what, and what to do.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TypeAlias

import click

from feedkit.cli.words import number, width
from feedkit.config import ObjectStore
from feedkit.pipeline.report import Report, SourceReport
from feedkit.terminal import one_line

_Row: TypeAlias = tuple[str, str, str, str, str]
_HEADINGS: _Row = ("source", "new", "changed", "unchanged", "")
_FOLDED = 24
"""Columns in which names and words can be read though they are folded."""


class ProgressBar:
    """A bar on the terminal while a run lasts; a `feedkit.pipeline.report.Progress`."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._total = 0
        self._task = self._progress.add_task("Collecting", total=None)

    def total(self, steps: int) -> None:
        """There are `steps` more to do."""
        self._total += steps
        self._progress.update(self._task, total=self._total)

    def step(self, done: int = 1) -> None:
        """So many of them are done."""
        self._progress.advance(self._task, done)

    def __enter__(self) -> "ProgressBar":
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._progress.stop()


def show(report: Report, output: Path | ObjectStore, *, verbose: bool, quiet: bool) -> None:
    """Write the report to stderr; with `quiet` only what went wrong."""
    if not quiet and report.sources:
        rows = _rows(report, verbose=verbose)
        if sys.stderr.isatty() and _fits(rows):
            _table(rows)
        else:
            _lines(rows)
    if verbose:
        for source in report.sources:
            for line in source.notes:
                click.echo(one_line(line), err=True)
    for line in problems(report):
        click.echo(line, err=True)
    if not quiet:
        if verbose:
            for path in report.published.written:
                click.echo(one_line(f"wrote {_shown(output, path)}"), err=True)
        click.echo(conclusion(report, output), err=True)


def problems(report: Report) -> list[str]:
    """A line for each thing that went wrong."""
    lines = []
    for source in report.sources:
        lines += source.problems
        if source.outcome == "failed":
            lines.append(f"{source.name}: {source.reason}")
    lines += report.published.problems + report.published.failed
    return [one_line(line) for line in lines]


def conclusion(report: Report, output: Path | ObjectStore) -> str:
    """One sentence: how many documents were written, of how many, and where."""
    written, documents = len(report.published.written), report.published.documents
    shown = _shown(output)
    if written == 0 and not report.published.failed:
        return f"Nothing to write: all {documents} files in {shown} are up to date."
    return f"Wrote {number(written, 'file')} of {documents} in {shown}."


def _rows(report: Report, *, verbose: bool) -> list[_Row]:
    """Name, new, changed, unchanged, outcome of each source worth naming, and of all."""
    named = [s for s in report.sources if verbose or s.outcome != "not due"]
    rows = [(s.name, *_counts(s), _outcome(s)) for s in named]
    waiting = len(report.sources) - len(named)
    counts = report.counts
    total = number(len(report.sources), "source")
    ends = [f"{counts.withdrawn} withdrawn"] if counts.withdrawn else []
    ends += [f"{len(report.failed)} failed"] if report.failed else []
    ends += [f"{waiting} not due"] if waiting else []
    silent = sum(s.is_failing and s.outcome != "failed" for s in report.sources)
    ends += [f"{silent} failing (see feedkit status)"] if silent else []
    rows.append(
        (total, str(counts.new), str(counts.changed), str(counts.unchanged), ", ".join(ends))
    )
    return rows


def _counts(source: SourceReport) -> tuple[str, str, str]:
    counts = source.counts
    if source.outcome in ("failed", "not due", "waiting") or (
        source.outcome == "unchanged" and not counts.unchanged
    ):
        return "", "", ""
    return str(counts.new), str(counts.changed), str(counts.unchanged)


def _outcome(source: SourceReport) -> str:
    if source.outcome == "failed":
        return "failed"
    if source.outcome == "waiting":
        return source.reason or "waiting"
    words: list[str] = [source.outcome] if not any(_counts(source)) else []
    if source.counts.withdrawn:
        words.append(f"{source.counts.withdrawn} withdrawn")
    if source.problems:
        words.append(number(len(source.problems), "problem"))
    return ", ".join(words)


def _fits(rows: Sequence[_Row]) -> bool:
    """Whether the terminal has room for a table whose first and last cells may be folded."""
    from rich.console import Console

    needed = [max(map(width, column)) for column in zip(_HEADINGS, *rows, strict=True)]
    needed[0], needed[-1] = min(needed[0], _FOLDED), min(needed[-1], _FOLDED)
    return sum(needed) + 2 * (len(needed) - 1) <= Console(stderr=True).width


def _table(rows: Sequence[_Row]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold", show_footer=False)
    table.add_column(_HEADINGS[0], overflow="fold")
    for name in _HEADINGS[1:-1]:
        table.add_column(name, justify="right")
    table.add_column("")
    for row in rows[:-1]:
        style = "red" if row[-1] == "failed" else ""
        table.add_row(*(Text(one_line(cell), style=style) for cell in row))
    table.add_section()
    table.add_row(*(Text(cell, style="bold") for cell in rows[-1]))
    Console(stderr=True).print(table)


def _lines(rows: Sequence[_Row]) -> None:
    for name, new, changed, unchanged, outcome in rows:
        counts = f"{new} new, {changed} changed, {unchanged} unchanged" if new else ""
        said = ", ".join(part for part in (counts, outcome) if part)
        click.echo(one_line(f"{name}: {said}"), err=True)


def _shown(output: Path | ObjectStore, path: str = "") -> str:
    if isinstance(output, ObjectStore):
        return f"{output}/{path}" if path else str(output)
    return _relative(output / path)


def _relative(path: Path) -> str:
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
