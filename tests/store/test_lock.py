"""One run at a time on a store, between real processes."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from stored import NOW, add_source, opened

from feedkit.errors import LockedError, StoreError
from feedkit.store import exclusive, only_daemon

HOLD = """
import sys
from feedkit.store import exclusive
with exclusive(sys.argv[1], lambda sentence: print(sentence, flush=True)):
    print("holding", flush=True)
    sys.stdin.readline()
"""


@pytest.mark.parametrize("is_new", [True, False])
def test_who_reads_waits_for_no_transaction_of_a_run(tmp_path: Path, is_new: bool) -> None:
    if not is_new:
        with opened(tmp_path) as first:
            add_source(first)
    with opened(tmp_path) as writing:
        if is_new:
            add_source(writing)
        with writing.write() as transaction:
            transaction.sources.add("feed:https://example.net/", NOW)
            with opened(tmp_path) as store, store.read() as reading:
                assert len(reading.sources.all()) == 1


class Holder:
    """Another process that wants the lock; goes on to its end when told `release`."""

    def __init__(self, url: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLD, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    @property
    def pid(self) -> int:
        return self.process.pid

    def says(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def release(self) -> None:
        self.process.communicate("\n", timeout=10)

    def end(self, number: signal.Signals) -> None:
        self.process.send_signal(number)
        self.process.communicate(timeout=10)


@pytest.fixture(name="hold")
def hold_fixture() -> Iterator[Callable[[str], Holder]]:
    """`hold(url)` starts a process; those that a failed test left end with it."""
    holders: list[Holder] = []

    def hold(url: str) -> Holder:
        holders.append(Holder(url))
        return holders[-1]

    yield hold
    for holder in holders:
        if holder.process.returncode is None:
            holder.end(signal.SIGKILL)


@pytest.fixture(name="url")
def url_fixture(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/feedkit.db"


def test_a_second_process_says_who_is_at_work_and_waits_for_it(
    url: str, hold: Callable[[str], Holder]
) -> None:
    first = hold(url)
    assert first.says() == "holding"
    second = hold(url)
    said = second.says()
    since = re.fullmatch(
        rf"another feedkit \(pid {first.pid}, since (.*) UTC\) is at work on this store; "
        "waiting for it",
        said,
    )
    assert since, said
    age = datetime.now(UTC) - datetime.fromisoformat(f"{since[1]}+00:00")
    assert timedelta(seconds=-1) < age < timedelta(minutes=1)
    first.release()
    assert second.says() == "holding"
    third = hold(url)
    assert f"(pid {second.pid}," in third.says(), "the holder's name is the new holder's"
    second.release()
    assert third.says() == "holding"
    third.release()


def test_a_killed_holder_frees_the_lock(url: str, hold: Callable[[str], Holder]) -> None:
    first = hold(url)
    assert first.says() == "holding"
    second = hold(url)
    assert "waiting for it" in second.says()
    first.end(signal.SIGKILL)
    assert second.says() == "holding"
    second.release()
    said: list[str] = []
    with exclusive(url, said.append):
        assert said == []


def test_one_that_gave_up_waiting_leaves_the_holders_name(
    url: str, hold: Callable[[str], Holder]
) -> None:
    first = hold(url)
    assert first.says() == "holding"
    second = hold(url)
    assert "waiting for it" in second.says()
    second.end(signal.SIGINT)
    third = hold(url)
    assert f"(pid {first.pid}," in third.says()
    first.release()
    assert third.says() == "holding"
    third.release()


def test_two_stores_have_two_locks(tmp_path: Path, url: str, hold: Callable[[str], Holder]) -> None:
    first = hold(url)
    assert first.says() == "holding"
    said: list[str] = []
    with exclusive(f"sqlite:///{tmp_path}/other.db", said.append):
        assert said == []
    first.release()


def test_a_store_in_memory_needs_no_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with exclusive("sqlite:///:memory:", print), exclusive("sqlite://", print):
        assert list(tmp_path.iterdir()) == []


def test_a_lock_that_cannot_be_made_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "feedkit.db.lock").mkdir()
    with (
        pytest.raises(StoreError) as caught,
        exclusive(f"sqlite:///{tmp_path}/feedkit.db", print),
    ):
        pass
    assert str(caught.value) == f"store {tmp_path}/feedkit.db: cannot be locked: Is a directory"


def test_who_does_not_wait_is_told_who_has_it(url: str, hold: Callable[[str], Holder]) -> None:
    first = hold(url)
    assert first.says() == "holding"
    said = rf"pid {first.pid}, since .* is at work"
    with pytest.raises(LockedError, match=said), exclusive(url, None):
        pass
    first.release()
    with exclusive(url, None):
        pass


def test_a_daemon_keeps_nobody_but_daemons_from_the_store(
    url: str, hold: Callable[[str], Holder]
) -> None:
    with only_daemon(url):
        other = hold(url)
        assert other.says() == "holding"
        other.release()
        code = (
            "import sys; from feedkit.store import only_daemon\nwith only_daemon(sys.argv[1]): pass"
        )
        second = subprocess.run(
            [sys.executable, "-c", code, url], capture_output=True, text=True, check=False
        )
    assert f"a daemon (pid {os.getpid()}, since" in second.stderr
    assert second.stderr.rstrip().endswith("runs on this store already")
