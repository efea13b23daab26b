"""One run at a time on a store: a lock that its holder's death frees."""

import errno
import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from feedkit.errors import StoreError

_ADVICE = {
    errno.EACCES: "let feedkit's user write in its folder",
    errno.EROFS: "have its folder mounted for writing, or name another in [store]",
    errno.ENOSPC: "make room there and run feedkit again; what was stored is kept",
}


@contextmanager
def exclusive(url: str, on_wait: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock of the SQLite store at `url`.

    While another process has it, `on_wait` is told once who, and this one waits. A POSIX record
    lock goes with its process, however that ends, so none is ever stale.
    """
    database = url.removeprefix("sqlite:///")
    if database in ("", ":memory:") or database == url:
        yield
        return
    path = Path(f"{database}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        advice = f"; {_ADVICE[error.errno]}" if error.errno in _ADVICE else ""
        raise StoreError(f"store {database}: cannot be locked: {error.strerror}{advice}") from error
    try:
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "unknown"
            on_wait(f"another feedkit (pid {holder}) is at work on this store; waiting for it")
            fcntl.lockf(descriptor, fcntl.LOCK_EX)
        with suppress(OSError):  # a full disk: the lock holds without its holder's name
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        try:
            yield
        finally:
            with suppress(OSError):
                os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)
