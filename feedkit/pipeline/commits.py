"""Writes of tasks that run side by side → the store, in a thread of their own.

A transaction costs more than what most feeds have to store. While one is under way others gather
for the next, and the event loop goes on: SQLite and the disk do their work without Python's lock.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Self, TypeAlias

from feedkit.store import Store
from feedkit.store.transaction import Transaction

Write: TypeAlias = Callable[[Transaction], None]
_Errors: TypeAlias = list[MemoryError | None]
"""What became of each write of a transaction."""


class GroupCommit:
    """Group commit: each write is whole or not at all, and so are those that share its
    transaction. Use as an async context manager."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._thread = ThreadPoolExecutor(1, "store")
        self._turn = asyncio.Lock()
        self._writes: list[Write] = []
        self._commit: asyncio.Task[_Errors] | None = None
        """The one that takes what is written next."""
        self._commits: set[asyncio.Task[_Errors]] = set()
        """Those that have not come to their end."""

    async def write(self, write: Write) -> None:
        """Do `write` in a transaction; it is committed when this returns.

        Writes are done in the order in which they came, also when whoever waits is cancelled.
        Raises what any write of the same transaction raised (nothing of it is stored then), and
        `StoreError` where the store cannot be used. A `MemoryError` is for the write alone that
        takes more than there is: each is done by itself then, so it has to bear being done twice.
        """
        if self._commit is None:
            self._commit = asyncio.create_task(self._run())
            self._commits.add(self._commit)
            self._commit.add_done_callback(self._commits.discard)
        place = len(self._writes)
        self._writes.append(write)
        errors = await asyncio.shield(self._commit)
        if (error := errors[place]) is not None:
            raise error

    async def _run(self) -> _Errors:
        async with self._turn:
            writes, self._writes, self._commit = self._writes, [], None
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._do, writes)

    async def between(self, work: Callable[[], None]) -> None:
        """Have `work`, which uses the store, done between two transactions."""
        async with self._turn:
            await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _do(self, writes: Sequence[Write]) -> _Errors:
        try:
            with self._store.write() as transaction:
                for write in writes:
                    write(transaction)
        except MemoryError as error:
            if len(writes) == 1:
                return [error]
            return [self._do([write])[0] for write in writes]
        return [None] * len(writes)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Wait until all is done that was asked for, also where nobody waits for it any more.

        What that raises, whoever waited was told.
        """
        try:
            await asyncio.gather(*self._commits, return_exceptions=True)
        finally:
            self._thread.shutdown()
