"""Worker processes: order, and what one of them dying costs."""

import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, process
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children
from multiprocessing.connection import Connection
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


def half_told(numbers: Sequence[int]) -> list[int]:
    """Ends the process at 13, as `doubled` does, but while it sends what it found."""

    def send_half(pipe: Connection, data: bytes) -> None:
        os.write(pipe.fileno(), len(data).to_bytes(4, "big") + data[: len(data) // 2])
        os.kill(os.getpid(), signal.SIGKILL)

    if 13 in numbers:
        Connection._send_bytes = send_half  # type: ignore[attr-defined]
    return [2 * number for number in numbers]


def slow(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def dying(seconds: float) -> None:
    time.sleep(seconds)
    os.kill(os.getpid(), signal.SIGKILL)


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


def test_a_worker_that_dies_while_it_answers_keeps_nobody_waiting(workers: Workers) -> None:
    assert isinstance(workers.submit(half_told, [13]).exception(20), BrokenProcessPool)
    assert workers.submit(doubled, [1]).result(20) == [2], "and others do the work"


def test_an_answer_that_breaks_off_costs_its_item_alone(workers: Workers) -> None:
    batches = workers.map(half_told, [[12], [13, 14]], lambda number: [-number], expected=3)
    assert [result for batch in batches for result in batch] == [24, -13, 28]


def test_the_pipe_of_an_answer_that_breaks_off_is_closed_once(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def close(pipe: Connection) -> None:
        os.close(pipe.fileno())
        if threading.current_thread().name == "watch":
            time.sleep(0.3)  # in which the others go on, and it does not know yet that it is closed

    monkeypatch.setattr(Connection, "_close", close)
    assert isinstance(workers.submit(half_told, [13]).exception(20), BrokenProcessPool)
    workers.close()


def test_what_is_given_in_the_moment_in_which_a_worker_dies_is_answered(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Late(Future[list[int]]):
        def __init__(self) -> None:
            super().__init__()
            for child in active_children():
                child.kill()
            for thread in threading.enumerate():
                if type(thread).__module__ == process.__name__:  # who hands out the answers
                    thread.join(1)

    workers.submit(doubled, [1]).result(20)
    with monkeypatch.context() as patch:
        patch.setattr("concurrent.futures.process._base.Future", Late)
        last = workers.submit(doubled, [2])
    assert isinstance(last.exception(20), BrokenProcessPool)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_answer_that_is_not_wanted_any_more_keeps_no_other_from_being_told(
    workers: Workers,
) -> None:
    first = workers.submit(dying, 0.3)
    others = [workers.submit(slow, 5.0) for _ in range(20)]
    assert others[-2].cancel()
    assert isinstance(first.exception(20), BrokenProcessPool)
    assert isinstance(others[-1].exception(20), BrokenProcessPool)


def test_no_thread_is_left_of_them(workers: Workers) -> None:
    before = threading.active_count()
    assert workers.submit(doubled, [1]).result(20) == [2]
    workers.close()
    assert threading.active_count() == before, "or others could not be forked any more"


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
