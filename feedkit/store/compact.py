"""Gives what is free in an SQLite database back to the disk, within a time."""

import sqlite3
import time

_STEP = 256
"""Pages that are given back in one transaction, so that nobody waits for it."""
_MUCH = 1_000_000
"""Bytes. Less is soon used again."""
_INCREMENTAL = 2
_EMPTY_LOG_FOR = 2000
"""Milliseconds to wait for others who still read the write-ahead log."""


def compact(connection: sqlite3.Connection, seconds: float) -> int:
    """Make the database smaller if a fifth of it is free; how many bytes smaller it became.

    A store made by an older feedkit is written anew, once (SQLite's ``VACUUM``), and given up if
    that takes longer than `seconds`; a newer one is made smaller in steps. Then the write-ahead
    log is emptied, unless somebody reads it. Raises `sqlite3.OperationalError`.
    """
    deadline = time.monotonic() + seconds
    pages, free, size = (
        _pragma(connection, f) for f in ("page_count", "freelist_count", "page_size")
    )
    if free * 5 >= pages and free * size >= _MUCH:
        if _pragma(connection, "auto_vacuum") == _INCREMENTAL:
            while _pragma(connection, "freelist_count") and time.monotonic() < deadline:
                connection.execute(f"PRAGMA incremental_vacuum({_STEP})").fetchall()
        else:
            _write_anew(connection, deadline)
    _empty_log(connection)
    return max(0, pages - _pragma(connection, "page_count")) * size


def _write_anew(connection: sqlite3.Connection, deadline: float) -> None:
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)
    try:
        connection.execute("VACUUM")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
    finally:
        connection.set_progress_handler(None, 0)


def _empty_log(connection: sqlite3.Connection) -> None:
    before = _pragma(connection, "busy_timeout")
    connection.execute(f"PRAGMA busy_timeout = {_EMPTY_LOG_FOR}")
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {before}")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])
