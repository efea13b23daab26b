"""Worker processes: order, and what one of them dying costs."""

import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest
from feed_server import rss
from planet import Planet

from feedkit.pipeline.workers import Workers, in_batches


def doubled(numbers: Sequence[int]) -> list[int]:
    """Ends the process at 13, as the kernel does when memory is short."""
    for number in numbers:
        if number == 13:
            os.kill(os.getpid(), signal.SIGKILL)
    return [2 * number for number in numbers]


def failing(numbers: Sequence[int]) -> list[int]:
    raise ValueError(f"{len(numbers)} numbers")


@pytest.fixture(name="workers")
def workers_fixture() -> Iterator[Workers]:
    with Workers() as workers:
        yield workers


def mapped(workers: Workers, numbers: Sequence[int]) -> list[int]:
    batches = workers.map(
        doubled, in_batches(numbers), lambda number: [-number], expected=len(numbers)
    )
    return [result for batch in batches for result in batch]


def test_results_come_in_the_order_of_the_items(workers: Workers) -> None:
    numbers = range(20, 1020)
    assert mapped(workers, numbers) == [2 * number for number in numbers]
    assert mapped(workers, range(20, 30)) == list(range(40, 60, 2))
    assert mapped(workers, []) == []


def test_an_item_that_ends_its_worker_costs_itself_alone(workers: Workers) -> None:
    assert mapped(workers, range(100)) == [-n if n == 13 else 2 * n for n in range(100)]
    assert mapped(workers, range(20, 30)) == list(range(40, 60, 2)), "and they go on working"


def test_work_given_after_a_worker_died_is_done_by_another(workers: Workers) -> None:
    assert isinstance(workers.submit(doubled, [13]).exception(), BrokenProcessPool)
    assert mapped(workers, range(20, 30)) == list(range(40, 60, 2))


def test_an_exception_in_a_worker_is_raised_here(workers: Workers) -> None:
    with pytest.raises(ValueError, match="3 numbers"):
        list(workers.map(failing, [range(3)], lambda _: [], expected=3))


def test_entries_of_feeds_are_published_without_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("their start takes longer than the work")

    monkeypatch.setattr(Workers, "_started", refuse)
    planet = Planet(tmp_path, '[[feeds]]\nurl = "feed.xml"\n[publish]\nentries = 300\n')
    planet.write("feed.xml", rss("site", *map(str, range(300))))
    planet.cycle()
    assert len(planet.titles()) == 300
