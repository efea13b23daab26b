"""Sections of rows on stdout: coloured and folded on a terminal, plain and aligned elsewhere; and
JSON documents, the same everywhere."""

import re
import sys
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import click
import msgspec

from feedkit.cli.words import width
from feedkit.terminal import one_line

_INDENT = "  "
_LONGEST = 500
"""Characters of a cell: a title may have a million."""


# JSON leaves these as they are, and a terminal may take them for commands.
_UNSAFE = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


class Row(NamedTuple):
    """The cells of a line, and the style of each on a terminal."""

    cells: tuple[str, ...]
    styles: tuple[str, ...]


class Section(NamedTuple):
    """A heading, if any, and rows below it that share their columns."""

    heading: str | None
    rows: Sequence[Row] = ()


def write(sections: Iterable[Section]) -> None:
    """Write `sections` to stdout, an empty line between them."""
    render = _on_terminal if sys.stdout.isatty() else _plainly
    for position, section in enumerate(sections):
        if position:
            click.echo()
        render(section)


def write_json(value: object) -> None:
    """Write `value` to stdout as one JSON document that does a terminal no harm."""
    document = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    click.echo(_UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", document))


def _plainly(section: Section) -> None:
    if section.heading:
        click.echo(one_line(section.heading))
    columns = max((len(row.cells) for row in section.rows), default=0)
    cells = [[_shown(cell) for cell in row.cells] for row in section.rows]
    widths = [max((width(row[i]) for row in cells), default=0) for i in range(columns - 1)]
    for row in cells:
        padded = [
            cell + " " * (wide - width(cell)) for cell, wide in zip(row[:-1], widths, strict=True)
        ]
        click.echo(_INDENT + _INDENT.join([*padded, row[-1]]).rstrip())


def _on_terminal(section: Section) -> None:
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    if section.heading:
        console.print(Text(one_line(section.heading), style="bold", overflow="fold"))
    if not section.rows:
        return
    table = Table.grid(padding=(0, 2, 0, 0))
    for position in range(len(section.rows[0].cells) - 1):
        # The first columns are short by nature, but for a slug.
        table.add_column(no_wrap=position == 0, overflow="fold")
    table.add_column(overflow="fold")
    for row in section.rows:
        cells = zip(row.cells, row.styles, strict=True)
        table.add_row(*(Text(_shown(cell), style=style) for cell, style in cells))
    console.print(Padding(table, (0, 0, 0, len(_INDENT))))


def _shown(text: str) -> str:
    return one_line(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")
