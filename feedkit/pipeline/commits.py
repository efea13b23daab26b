"""Writes of tasks that run side by side → the store, those of one moment in one transaction.

A transaction costs more than what most feeds have to store, and dozens of answers may arrive in
one moment. Waiting for more would gain little: the moment is one turn of the event loop.
"""

import asyncio
from collections.abc import Callable
from typing import TypeAlias

from feedkit.store import Store
from feedkit.store.transaction import Transaction

Write: TypeAlias = Callable[[Transaction], None]


class GroupCommit:
    """Group commit: each write is whole or not at all, and so are those that share its turn."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._writes: list[Write] = []
        self._commit: asyncio.Task[None] | None = None

    async def write(self, write: Write) -> None:
        """Do `write` in a transaction; it is committed when this returns.

        Writes are done in the order in which they came, also when whoever waits is cancelled.
        Raises what any write of the same turn raised (nothing of the turn is stored then), and
        `StoreError` where the store cannot be used.
        """
        if self._commit is None:
            self._commit = asyncio.create_task(self._run())
        self._writes.append(write)
        await asyncio.shield(self._commit)

    async def _run(self) -> None:
        writes, self._writes, self._commit = self._writes, [], None
        with self._store.write() as transaction:
            for write in writes:
                write(transaction)
