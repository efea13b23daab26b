"""Statements in bulk: values in chunks for ``IN (…)``, rows and values straight to the driver."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import TypeVar

from msgspec.json import encode as json_encode
from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Dialect,
    Table,
    Text,
    bindparam,
    func,
    insert,
    literal,
    select,
    update,
)

T = TypeVar("T")

_CHUNK = 500
"""Values in one ``IN (…)``."""


def chunks(values: Iterable[T]) -> Iterator[list[T]]:
    """`values` in lists that fit a statement."""
    iterator = iter(values)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk


def among(column: ColumnElement[int], numbers: Iterable[int]) -> ColumnElement[bool]:
    """Whether `column` has one of `numbers`, however many: they are one parameter, so that the
    statement is made once for any number of them."""
    return _among(column, literal(encoded(numbers)))


def among_given(column: ColumnElement[int], name: str) -> ColumnElement[bool]:
    """`among` in a statement that is made once: parameter `name` is the numbers, `encoded`."""
    return _among(column, bindparam(name, type_=Text))


def encoded(numbers: Iterable[int]) -> str:
    """Numbers as the parameter of a statement."""
    return json_encode([*numbers]).decode()


def _among(column: ColumnElement[int], numbers: ColumnElement[str]) -> ColumnElement[bool]:
    return column.in_(select(func.json_each(numbers).table_valued("value").c.value))


def insert_many(connection: Connection, table: Table, rows: Sequence[Sequence[object]]) -> None:
    """Insert `rows`, a value for each column in the order of the schema; the last may be left out.

    The statement is SQLAlchemy's, but the rows go straight to the driver: compiling parameters
    for each would take longer than SQLite does.
    """
    if rows:
        statement = _insert_text(table, len(rows[0]), _kind(connection))
        connection.exec_driver_sql(statement, [*map(tuple, rows)])


@cache
def _insert_text(table: Table, width: int, kind: str) -> str:
    names = [column.name for column in table.columns][:width]
    return str(insert(table).compile(dialect=_dialect(kind), column_keys=names))


def update_row(
    connection: Connection, table: Table, row_id: int, values: Mapping[str, object]
) -> None:
    """Set columns of the row with that `id`. Thousands of feeds answer in a run, and building
    the same statement for each, or for each entry that changed, would take longer than SQLite
    does."""
    statement = _update_text(table, tuple(values), _kind(connection))
    connection.exec_driver_sql(statement, (*values.values(), row_id))


@cache
def _update_text(table: Table, names: tuple[str, ...], kind: str) -> str:
    statement = update(table).where(table.c.id == bindparam("row_id"))
    ordered = statement.ordered_values(
        *((table.c[name], bindparam(f"new_{name}")) for name in names)
    )
    return str(ordered.compile(dialect=_dialect(kind)))


def _kind(connection: Connection) -> str:
    """What texts of statements are remembered by. Not the dialect: each engine has its own, so
    whoever opens a store again and again would keep all of them, and all that they remember."""
    return f"{connection.dialect.name}+{connection.dialect.driver}"


@cache
def _dialect(kind: str) -> Dialect:
    return URL.create(kind).get_dialect()()
