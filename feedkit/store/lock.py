"""One run at a time on a store, and one daemon: locks that their holder's death frees.

Both are POSIX record locks, which go with their process, however that ends, so none is ever
stale. A file each: closing a file drops every lock that the process has on it (fcntl(2)).
"""

import errno
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from feedkit.errors import LockedError, StoreError

_NAMING = 0.2
"""Seconds in which whoever took a lock has written its name into the file."""

_ADVICE = {
    errno.EACCES: "let feedkit's user write in its folder",
    errno.EROFS: "have its folder mounted for writing, or name another in [store]",
    errno.ENOSPC: "make room there and run feedkit again; what was stored is kept",
}


@contextmanager
def exclusive(url: str, on_wait: Callable[[str], None] | None) -> Iterator[None]:
    """Hold the lock of the SQLite store at `url`.

    While another process has it, `on_wait` is told once who, and this one waits. Without
    `on_wait` it does not: raises `LockedError` that says who has it, and since when.
    """
    with _locked(url, ".lock") as (descriptor, is_taken):
        if is_taken:
            busy = f"another feedkit ({_holder(descriptor)}) is at work on this store"
            if on_wait is None:
                raise LockedError(busy)
            on_wait(f"{busy}; waiting for it")
            fcntl.lockf(descriptor, fcntl.LOCK_EX)
        with _named(descriptor):
            yield


@contextmanager
def only_daemon(url: str) -> Iterator[None]:
    """Be the one daemon of the SQLite store at `url`.

    Raises `LockedError` that says which is it, and since when, where there is one already.
    """
    with _locked(url, ".daemon") as (descriptor, is_taken):
        if is_taken:
            raise LockedError(f"a daemon ({_holder(descriptor)}) runs on this store already")
        with _named(descriptor):
            yield


@contextmanager
def _locked(url: str, suffix: str) -> Iterator[tuple[int, bool]]:
    """The lock file beside the store, locked by this process unless another has it.

    A store in memory is nobody else's: it has a file that has no name.
    """
    database = url.removeprefix("sqlite:///")
    is_in_memory = database in ("", ":memory:") or database == url
    path = Path(os.devnull) if is_in_memory else Path(f"{database}{suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        advice = f"; {_ADVICE[error.errno]}" if error.errno in _ADVICE else ""
        raise StoreError(f"store {database}: cannot be locked: {error.strerror}{advice}") from error
    try:
        try:
            if not is_in_memory:
                fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):  # EAGAIN or EACCES (fcntl(2))
            yield descriptor, True
        except OSError as error:
            raise StoreError(f"store {database}: cannot be locked: {error.strerror}") from error
        else:
            yield descriptor, False
    finally:
        os.close(descriptor)


@contextmanager
def _named(descriptor: int) -> Iterator[None]:
    """Have the lock file say who holds it, and since when, for as long as that is so."""
    with suppress(OSError):  # a full disk keeps nobody from the lock
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()} {datetime.now(UTC):%Y-%m-%d %H:%M:%S}\n".encode(), 0)
    try:
        yield
    finally:
        with suppress(OSError):
            os.ftruncate(descriptor, 0)


def _holder(descriptor: int) -> str:
    """Who holds the lock, in words."""
    until = time.monotonic() + _NAMING
    while not (said := os.pread(descriptor, 64, 0).decode(errors="replace").strip()):
        if time.monotonic() > until:
            return "pid unknown"
        time.sleep(0.01)
    pid, _, since = said.partition(" ")
    return f"pid {pid}, since {since} UTC" if since else f"pid {pid}"
