"""Sections of rows on stdout: coloured and folded on a terminal, plain and aligned elsewhere; and
JSON documents, the same everywhere."""

import re
import sys
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import click
import msgspec

from feedkit.cli.words import one_line, width

if TYPE_CHECKING:
    from rich.table import Table

_INDENT = "  "
_LONGEST = 500
"""Characters of a cell: a title may have a million."""
_FOLDED = 24
"""Columns in which words can be read though they are folded."""

# JSON leaves these as they are, and a terminal may take them for commands.
_UNSAFE = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


class Row(NamedTuple):
    """The cells of a line, and the style of each on a terminal."""

    cells: tuple[str, ...]
    styles: tuple[str, ...]


class Line(NamedTuple):
    """A text that keeps to no column, and may be as long as the line."""

    text: str
    style: str = ""
    depth: int = 2
    """How far it is indented: rows are by 1."""


class Section(NamedTuple):
    """A heading, if any, and rows below it that share their columns."""

    heading: str | None
    rows: Sequence[Row | Line] = ()


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


def fits(section: Section) -> bool:
    """Whether the rows of `section` have room where they are written, but that their last cells may
    be folded between words; files are wide enough."""
    if not sys.stdout.isatty():
        return True
    from rich.console import Console

    *columns, last = _widths([row for row in section.rows if isinstance(row, Row)])
    needed = sum(len(_INDENT) + column for column in (*columns, min(last, _FOLDED)))
    return needed <= Console().width


def _widths(rows: Sequence[Row]) -> list[int]:
    """How wide each column is for its widest cell."""
    columns = zip(*(row.cells for row in rows), strict=True)
    return [max(width(_shown(cell)) for cell in column) for column in columns]


def _plainly(section: Section) -> None:
    if section.heading:
        click.echo(one_line(section.heading))
    widths = _widths([row for row in section.rows if isinstance(row, Row)])[:-1]
    for row in section.rows:
        if isinstance(row, Line):
            click.echo(_INDENT * row.depth + _shown(row.text))
            continue
        cells = [_shown(cell) for cell in row.cells]
        padded = [
            cell + " " * (wide - width(cell)) for cell, wide in zip(cells[:-1], widths, strict=True)
        ]
        click.echo(_INDENT + _INDENT.join([*padded, cells[-1]]).rstrip())


def _on_terminal(section: Section) -> None:
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console(highlight=False)
    if section.heading:
        console.print(Text(one_line(section.heading), style="bold", overflow="fold"))
    widths = _widths([row for row in section.rows if isinstance(row, Row)])[:-1]
    if not any(isinstance(row, Line) for row in section.rows):
        widths = [0] * len(widths)  # one table, which finds them itself
    for _, rows in groupby(section.rows, type):
        table = _grid(widths)
        for row in rows:
            if isinstance(row, Line):
                text = Text(_shown(row.text), style=row.style, overflow="fold")
                indent = (0, 0, 0, len(_INDENT) * row.depth)
                console.print(Padding(text, indent, expand=False))
                continue
            cells = zip(row.cells, row.styles, strict=True)
            table.add_row(*(Text(_shown(cell), style=style) for cell, style in cells))
        if table.row_count:
            console.print(Padding(table, (0, 0, 0, len(_INDENT)), expand=False))


def _grid(widths: Sequence[int]) -> "Table":
    """A table whose columns are at least as wide as `widths` say, and a last one for the rest."""
    from rich.table import Table

    table = Table.grid(padding=(0, 2, 0, 0))
    for position, wide in enumerate(widths):
        # The first columns are short by nature, but for a slug.
        table.add_column(no_wrap=position == 0, overflow="fold", min_width=wide)
    table.add_column(overflow="fold")
    return table


def _shown(text: str) -> str:
    return one_line(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")
