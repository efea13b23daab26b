"""Opens the store: the engine, SQLite's settings, the schema's version.

A transaction is `Store.read()` or `Store.write()`; what can be asked in one is in
`feedkit.store.transaction`.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

from feedkit.errors import StoreError
from feedkit.store.schema import REVISION, metadata
from feedkit.store.transaction import Transaction


class Store:
    """An open store. Use as a context manager, or `close` it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A transaction that sees one state of the store and changes nothing."""
        with self._engine.connect() as connection, connection.begin():
            yield Transaction(connection)

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """A transaction that is the store's only writer; it is committed whole or not at all."""
        with (
            self._engine.connect().execution_options(feedkit_writes=True) as connection,
            connection.begin(),
        ):
            transaction = Transaction(connection)
            yield transaction
            transaction.finish()

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_store(url: str) -> Store:
    """The store at `url` (an SQLAlchemy URL), made or brought up to date first.

    Raises `StoreError` when it cannot be opened, is no feedkit store, or a newer feedkit wrote it.
    """
    try:
        engine = sqlalchemy.create_engine(url)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise StoreError(f"store.url: cannot use {url}: {error}") from error
    if engine.dialect.name != "sqlite":
        raise StoreError(
            f'store.url: {engine.dialect.name} is no store of this version; use "sqlite:///…"'
        )
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin)
    where = engine.url.database or ":memory:"
    try:
        Path(where).parent.mkdir(parents=True, exist_ok=True)
        _bring_up_to_date(engine, where)
    except (DBAPIError, OSError) as error:
        engine.dispose()
        reason = error.orig if isinstance(error, DBAPIError) else error.strerror
        raise StoreError(f"store {where}: cannot be opened: {reason}") from error
    except StoreError:
        engine.dispose()
        raise
    return Store(engine)


def _set_up_sqlite(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions begin where `_begin` says
    for setting in (
        "page_size = 16384",  # of a new store: an article's content fits in one page
        "busy_timeout = 30000",
        "journal_mode = WAL",
        "synchronous = NORMAL",  # in WAL mode: a crash loses no consistency, a kill no commit
        "foreign_keys = ON",
        "cache_size = -32768",
        "temp_store = MEMORY",
    ):
        connection.execute(f"PRAGMA {setting}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("feedkit_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _bring_up_to_date(engine: Engine, where: str) -> None:
    """Make an empty store, or migrate an older one; Alembic is imported only for the latter."""
    with engine.connect().execution_options(feedkit_writes=True) as connection, connection.begin():
        tables = sqlalchemy.inspect(connection).get_table_names()
        if "alembic_version" in tables:
            version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            if version != REVISION:
                from feedkit.store.migrate import migrate  # Alembic costs 170 ms

                migrate(connection, where, str(version))
        elif tables:
            raise StoreError(f"store {where}: holds another program's tables; name another file")
        else:
            _create(connection)


def _create(connection: Connection) -> None:
    """Make every table as it is now and say so to Alembic, as its documentation advises."""
    metadata.create_all(connection, checkfirst=False)
    connection.execute(
        text(
            "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
            "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
        )
    )
    connection.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": REVISION})
