"""The store as the rest of feedkit holds it; the database behind it is opened when it is needed.

SQLAlchemy takes 120 ms to import: worker processes look through article folders in that time, and
a first run, which has nothing to look up, reads its articles.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from feedkit.store.database import Database
    from feedkit.store.transaction import Transaction

_SQLITE = "sqlite:///"


class Store:
    """The store at `url` (an SQLAlchemy URL). Use as a context manager, or `close` it.

    It is opened, and made or brought up to date, when it is first used; that raises `StoreError`
    when it cannot be opened, is no feedkit store, or a newer feedkit wrote it.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        path = url.removeprefix(_SQLITE)
        self.is_new = path not in (url, "", ":memory:") and not Path(path).exists()
        """Whether nothing was ever stored, so that nothing need be looked up."""
        self._database: Database | None = None

    @contextmanager
    def read(self) -> "Iterator[Transaction]":
        """A transaction that sees one state of the store and changes nothing."""
        with self._opened().begin(writes=False) as transaction:
            yield transaction

    @contextmanager
    def write(self) -> "Iterator[Transaction]":
        """A transaction that is the store's only writer; it is committed whole or not at all."""
        with self._opened().begin(writes=True) as transaction:
            yield transaction

    def compact(self, seconds: float) -> int:
        """Make the store smaller if much of it is free; how many bytes that gave back to the
        disk. What is not done after `seconds` is left for another time. Raises `StoreError`."""
        return self._opened().compact(seconds)

    def close(self) -> None:
        """Close every connection."""
        if self._database is not None:
            self._database.close()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _opened(self) -> "Database":
        if self._database is None:
            from feedkit.store.database import open_database

            self._database = open_database(self._url, is_new=self.is_new)
        return self._database


def open_store(url: str) -> Store:
    """The store at `url`, open already unless it is new. Raises what its first use would."""
    store = Store(url)
    if not store.is_new:
        with store.read():
            pass
    return store
