"""Writes of tasks that run side by side: stored when they say so, and few transactions."""

import asyncio
from pathlib import Path

from feedkit.errors import StoreError
from feedkit.pipeline.commits import GroupCommit, Write
from feedkit.store import Store, open_store
from feedkit.store.transaction import Transaction

MANY = 30


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'feedkit.db'}"


def keys(folder: Path) -> list[str]:
    """The keys of the sources that are stored, as another process sees them."""
    with open_store(url(folder)) as store, store.read() as transaction:
        return sorted(transaction.sources.all())


def adding(key: str) -> Write:
    def write(transaction: Transaction) -> None:
        transaction.sources.add(key, 1)

    return write


def test_what_is_written_in_one_moment_is_stored_together_when_the_writes_return(
    tmp_path: Path,
) -> None:
    transactions: list[Transaction] = []
    stored: list[list[str]] = []

    async def write(commits: GroupCommit, number: int) -> None:
        def add(transaction: Transaction) -> None:
            transactions.append(transaction)
            transaction.sources.add(f"feed:{number:02}", 1)

        await commits.write(add)
        stored.append(keys(tmp_path))

    async def run() -> None:
        with open_store(url(tmp_path)) as store:
            async with GroupCommit(store) as commits:
                await asyncio.gather(*(write(commits, number) for number in range(MANY)))
                await write(commits, MANY)

    asyncio.run(run())
    all_keys = [f"feed:{number:02}" for number in range(MANY + 1)]
    assert stored == [all_keys[:MANY]] * MANY + [all_keys]
    assert len({*map(id, transactions[:MANY])}) == 1
    assert transactions[MANY] is not transactions[0]


def test_a_write_is_done_though_nobody_waits_for_it_any_more(tmp_path: Path) -> None:
    async def run() -> None:
        with open_store(url(tmp_path)) as store:
            async with GroupCommit(store) as commits:
                writes = [
                    asyncio.ensure_future(commits.write(adding(f"feed:{n}"))) for n in range(MANY)
                ]
                for write in writes:
                    await asyncio.sleep(0)
                    write.cancel()

    asyncio.run(run())
    assert len(keys(tmp_path)) == MANY


def test_all_who_write_are_told_that_the_store_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "feedkit.db").write_text("no database, but long enough to be looked at" * 100)

    async def run() -> list[BaseException | None]:
        async with GroupCommit(Store(url(tmp_path))) as commits:
            writes = (commits.write(adding("feed:a")) for _ in range(3))
            return await asyncio.gather(*writes, return_exceptions=True)

    assert [type(told) for told in asyncio.run(run())] == [StoreError] * 3


def test_who_takes_more_memory_than_there_is_costs_the_others_nothing(tmp_path: Path) -> None:
    def large(transaction: Transaction) -> None:
        adding("feed:large")(transaction)
        raise MemoryError

    async def write_all(commits: GroupCommit) -> list[BaseException | None]:
        async with commits:
            writes = (commits.write(each) for each in (adding("feed:a"), large, adding("feed:b")))
            return await asyncio.gather(*writes, return_exceptions=True)

    with open_store(url(tmp_path)) as store:
        errors = asyncio.run(write_all(GroupCommit(store)))
    assert [type(error) for error in errors] == [type(None), MemoryError, type(None)]
    assert keys(tmp_path) == ["feed:a", "feed:b"]
