"""A copy of the store as it is at one moment, while others go on writing it."""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from feedkit.errors import StoreError
from feedkit.store.inspection import is_damage, read_only

_STEP = 512
"""Pages copied at a time: 8 MB, some milliseconds."""


def back_up(path: Path, to: Path, *, overwrite: bool) -> int:
    """Copy the store at `path` to the file `to`; the size of the copy in bytes.

    The copy is of one moment, also while feedkit writes the store, which it may meanwhile
    (https://www.sqlite.org/backup.html). It is checked before it takes its name, so a file of
    that name is never half a copy; nobody but its owner may read it. Raises `StoreError`.
    """
    _refuse(path, to, overwrite=overwrite)
    beside = to.with_name(f".{to.name}.{os.getpid()}.tmp")
    try:
        os.close(os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        _copy(path, beside)
        _sync(beside)
        size = beside.stat().st_size
        if overwrite:
            beside.replace(to)
        else:
            os.link(beside, to)  # unlike a rename, fails where there is such a file by now
            beside.unlink()
        _sync(to.parent)
    except FileExistsError as error:
        raise StoreError(_is_there(to)) from error
    except OSError as error:
        raise StoreError(f"{to}: cannot be written: {error.strerror}") from error
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            raise StoreError(
                f"store {path}: cannot be copied: {error}; say feedkit store check"
            ) from error
        raise StoreError(f"{to}: cannot be written: {error}") from error
    finally:
        for left in (beside, *(beside.with_name(f"{beside.name}-{end}") for end in _SIDES)):
            with suppress(OSError):
                left.unlink(missing_ok=True)
    return size


_SIDES = ("journal", "wal", "shm")


def _refuse(path: Path, to: Path, *, overwrite: bool) -> None:
    if not path.is_file():
        raise StoreError(f"store {path}: is not there, so there is nothing to copy")
    if to.is_dir():
        raise StoreError(f"{to}: is a folder; name a file in it")
    own = {path.resolve(), *(path.resolve().with_name(f"{path.name}-{end}") for end in _SIDES)}
    if to.resolve() in own or (to.exists() and to.samefile(path)):
        raise StoreError(f"{to}: is the store itself; name another file")
    if to.exists() and not overwrite:
        raise StoreError(_is_there(to))


def _is_there(path: Path) -> str:
    return f"{path}: is there already; name another file, or say --force to replace it"


def _copy(path: Path, to: Path) -> None:
    with read_only(path) as source, closing(sqlite3.connect(to)) as copy:
        # What is read is the state that this transaction sees, so no writer makes it start anew.
        source.backup(copy, pages=_STEP)
        copy.execute("PRAGMA journal_mode = DELETE").fetchone()  # one file, with nothing beside it
        (said,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
    if said != "ok":
        raise StoreError(
            f"store {path}: is damaged ({said.splitlines()[-1]}), so no copy of it was kept; "
            "say feedkit store check"
        )


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
