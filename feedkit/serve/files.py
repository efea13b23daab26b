"""Files of the output folder, opened so that none outside of it can be meant."""

import os
import stat
from contextlib import suppress
from typing import BinaryIO

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def is_below(name: str, root: str) -> bool:
    """Whether the path `name` leads to something in the folder `root`, which is a real path."""
    return os.path.realpath(name).startswith(f"{root.rstrip('/')}/")


def open_file(name: str, root: str) -> BinaryIO | None:
    """The regular file that the path `name` leads to, for reading; None where there is none, it
    may not be read, or links lead out of `root`, which is a real path. A pipe is not waited for."""
    real = os.path.realpath(name)
    if not real.startswith(f"{root}/"):
        return None
    with suppress(OSError, ValueError):
        descriptor = os.open(real, _FLAGS)
        file = os.fdopen(descriptor, "rb")
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            return file
        file.close()
    return None


def read_file(name: str, root: str, *, most: int) -> bytes | None:
    """What is in the file that `open_file` opens; None for one of more than `most` bytes, too."""
    file = open_file(name, root)
    if file is None:
        return None
    with file, suppress(OSError):
        data = file.read(most + 1)
        return data if len(data) <= most else None
    return None
