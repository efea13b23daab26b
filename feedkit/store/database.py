"""The database behind the store: the engine, SQLite's settings, the schema's version."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import sqlalchemy
from sqlalchemy import URL, Connection, Engine, event, make_url, text
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DBAPIError,
    NoSuchModuleError,
    OperationalError,
)
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from feedkit.errors import StoreError
from feedkit.store.compact import compact
from feedkit.store.schema import REVISION, metadata
from feedkit.store.transaction import Transaction


class Database:
    """An engine with an up-to-date schema, and its transactions."""

    def __init__(self, engine: Engine, *, is_new: bool) -> None:
        self._engine = engine
        self._where = engine.url.database or ":memory:"
        self._write_out: _WriteOut | None = None
        self._is_new = is_new
        self._has_written = False
        self._is_locked_out = False
        """Whether a statement that was interrupted holds the file's lock, until its traceback is
        gone."""

    @contextmanager
    def begin(self, *, writes: bool) -> Iterator[Transaction]:
        """A transaction. Raises `StoreError` for what its disk or another program did to it, and
        `MemoryError` where SQLite has none."""
        self._has_written |= writes
        try:
            with (
                self._engine.connect().execution_options(feedkit_writes=writes) as connection,
                connection.begin(),
            ):
                transaction = Transaction(connection)
                try:
                    yield transaction
                    transaction.finish()
                except KeyboardInterrupt:
                    self._is_locked_out = connection.invalidated
                    raise
            if writes and self._is_new and self._write_out is None:
                self._write_out = _WriteOut(self._where)
        except (DatabaseError, OperationalError) as error:
            if type(error) not in (DatabaseError, OperationalError):
                raise  # a mistake of feedkit's own
            raise _unusable(self._where, "used", error) from error

    def compact(self, seconds: float) -> int:
        """Give back to the disk what is free, if it is much, and empty the write-ahead log; how
        many bytes the file became smaller. After `seconds` the rest is left for another time.

        Raises `StoreError` as a transaction does.
        """
        try:
            with closing(self._engine.raw_connection()) as connection:
                driver = connection.driver_connection
                assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - for the type checker
                return compact(driver, seconds)
        except sqlite3.OperationalError as error:
            raise StoreError(sentence_of(self._where, "made smaller", error)) from error

    def close(self) -> None:
        """Close every connection, and leave what was written on the disk and in WAL mode. Where a
        statement was interrupted, the next run has that to do, as if this one had been killed."""
        if (self._is_new or self._has_written) and not self._is_locked_out:
            self._keep()
        self._engine.dispose()
        if self._write_out is not None:
            self._write_out.close()

    def _keep(self) -> None:
        with (
            suppress(DBAPIError, sqlite3.Error),
            closing(self._engine.raw_connection()) as connection,
        ):
            connection.cursor().execute("PRAGMA synchronous = NORMAL")
            connection.cursor().execute("PRAGMA journal_mode = WAL")


class _WriteOut:
    """Has the disk write what a new database holds so far, while other work goes on.

    The file stays open until SQLite is done with it: closing it would drop SQLite's locks on it
    (fcntl(2), "Record locking and file closing").
    """

    def __init__(self, path: str) -> None:
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self._thread = threading.Thread(target=self._write)
        with suppress(RuntimeError):  # no memory for a thread: SQLite will write it all itself
            self._thread.start()

    def _write(self) -> None:
        with suppress(OSError):  # SQLite's own write will say so
            os.fsync(self._descriptor)

    def close(self) -> None:
        """Wait until it is written."""
        if self._thread.ident is not None:
            self._thread.join()
        os.close(self._descriptor)


def open_database(url: str, *, is_new: bool) -> Database:
    """The database at `url` (an SQLAlchemy URL), made or brought up to date first.

    Raises `StoreError` when it cannot be opened, is no feedkit store, or a newer feedkit wrote it,
    and `MemoryError` where SQLite has none.
    """
    try:
        # The path as it is written: a "%20" in it is three letters of a file name.
        path = url.removeprefix("sqlite:///")
        target = make_url(url) if path == url else URL.create("sqlite", database=path)
        if target.get_backend_name() != "sqlite":
            name = target.get_backend_name()
            raise StoreError(f'store.url: {name} is no store of this version; use "sqlite:///…"')
        engine = _engine(target)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise StoreError(f"store.url: cannot use {url}: {error}") from error
    event.listen(engine, "connect", _set_up_new if is_new else _set_up)
    event.listen(engine, "begin", _begin)
    where = engine.url.database or ":memory:"
    try:
        Path(where).parent.mkdir(parents=True, exist_ok=True)
        if is_new:
            _create_file(where)
        _bring_up_to_date(engine, where)
    except (DBAPIError, OSError) as error:
        engine.dispose()
        raise _unusable(where, "opened", error) from error
    except StoreError:
        engine.dispose()
        raise
    return Database(engine, is_new=is_new)


def _engine(url: URL) -> Engine:
    """An engine that may be used by one thread after another."""
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        # What is in memory is the connection's, so there is to be one for all.
        shared = {"check_same_thread": False}
        return sqlalchemy.create_engine(url, poolclass=StaticPool, connect_args=shared)
    return sqlalchemy.create_engine(url)


def _unusable(where: str, participle: str, error: DBAPIError | OSError) -> StoreError | MemoryError:
    """Why the store cannot be used or opened: what to raise."""
    if isinstance(error, OSError):
        return StoreError(f"store {where}: cannot be {participle}: {error.strerror}")
    if getattr(error.orig, "sqlite_errorcode", 0) in _OUT_OF_MEMORY:
        return MemoryError()
    return StoreError(sentence_of(where, participle, error.orig))


def _create_file(path: str) -> None:
    """An empty file is a database. Addresses of feeds may hold what is nobody else's business."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))


_OUT_OF_MEMORY = (sqlite3.SQLITE_IOERR_NOMEM, sqlite3.SQLITE_IOERR_SHMMAP)
"""What SQLite calls a disk's errors, and are not: it had no memory to read with, or none to map the
index of its log into (https://www.sqlite.org/rescode.html)."""
_DAMAGED = "restore a copy of it, or name another file"
_ADVICE = {
    sqlite3.SQLITE_FULL: "make room there and run feedkit again; what was stored is kept",
    sqlite3.SQLITE_BUSY: "another program holds it: end that, and run feedkit again",
    sqlite3.SQLITE_READONLY: "let feedkit's user write it, what is beside it, and its folder",
    sqlite3.SQLITE_CANTOPEN: "let it be a file that feedkit's user may write, and so its folder",
    sqlite3.SQLITE_IOERR: "see what the system says of its disk; what was stored is kept",
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
}
"""What to do, by SQLite's result code (https://www.sqlite.org/rescode.html)."""


def _is_full(path: str) -> bool:
    """Whether there is no room for what SQLite needs beside the file to open it."""
    with suppress(OSError):
        disk = os.statvfs(Path(path).parent)
        return disk.f_bavail * disk.f_frsize < _LEAST
    return False


_LEAST = 65_536
"""Bytes: an index of the write-ahead log, and a page of the log."""


def sentence_of(where: str, participle: str, error: BaseException | None) -> str:
    """What is wrong with the store at `where`, which cannot be "opened", say, for SQLite's `error`;
    and what to do."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without what extends it
    if code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN) and _is_full(where):
        advice = _ADVICE[sqlite3.SQLITE_FULL]
        return f"store {where}: cannot be {participle}: its disk is full; {advice}"
    advice = f"; {_ADVICE[code]}" if code in _ADVICE else ""
    return f"store {where}: cannot be {participle}: {error}{advice}"


_SETTINGS = (
    "busy_timeout = 30000",
    "synchronous = NORMAL",  # in WAL mode: a crash loses no consistency, a kill no commit
    "foreign_keys = ON",
    "cache_size = -32768",
    "temp_store = MEMORY",
)


def _set_up(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions begin where `_begin` says
    for setting in _SETTINGS:  # not the mode, which only whoever is alone can change
        connection.execute(f"PRAGMA {setting}")


def _set_up_new(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    """A new database is filled without a write-ahead log, which would write each page twice, and
    without waiting for the disk: there is nothing yet that a power cut could take away.
    `Database.close` ends both."""
    connection.isolation_level = None
    # A page holds an article's content. What is freed can be given back in small steps.
    first = ("page_size = 16384", "auto_vacuum = INCREMENTAL")
    for setting in (*first, *_SETTINGS, "synchronous = OFF"):
        connection.execute(f"PRAGMA {setting}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("feedkit_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _bring_up_to_date(engine: Engine, where: str) -> None:
    """Make an empty store, or migrate an older one; Alembic is imported only for the latter.

    Looked for first is whether there is anything to do: who only reads need not wait for a run.
    """
    if _is_current(engine):
        return
    with engine.connect().execution_options(feedkit_writes=True) as connection, connection.begin():
        tables = sqlalchemy.inspect(connection).get_table_names()
        if "alembic_version" in tables:
            version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            if version is None:
                raise StoreError(
                    f"store {where}: does not say which feedkit wrote it, so it is damaged; "
                    "restore a copy of it, or name another file"
                )
            if version != REVISION:
                from feedkit.store.migrate import migrate  # Alembic costs 170 ms

                migrate(connection, where, str(version))
        elif tables:
            raise StoreError(f"store {where}: holds another program's tables; name another file")
        else:
            _create(connection)


def _is_current(engine: Engine) -> bool:
    with engine.connect() as connection, connection.begin():
        if "alembic_version" not in sqlalchemy.inspect(connection).get_table_names():
            return False
        version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return version == REVISION


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
