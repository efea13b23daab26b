"""Local files → bytes, never more than was asked for and never from what is no file.

Reading decides nothing about what the bytes mean; that is `feedkit.parse`.
"""

import os
import re
import stat
from pathlib import Path

from feedkit.errors import CollectError

# "www.example.org", "example.org/feed.xml": an address to people, a path to a program.
_LIKE_ADDRESS = re.compile(
    r"www\.|[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*\.[A-Za-z]{2,}(?::\d+)?/"
)


def read_named(name: str, path: Path, limit: int) -> bytes:
    """`read_file` of what a person named, who may have meant an address."""
    if _LIKE_ADDRESS.match(name) and not os.path.lexists(path):
        raise CollectError(f"is not there; if it is an address, write https://{name}")
    return read_file(path, limit)


def read_file(path: Path | str, limit: int) -> bytes:
    """`read_with_status` without the status."""
    return read_with_status(path, limit)[0]


def read_with_status(path: Path | str, limit: int) -> tuple[bytes, os.stat_result]:
    """The bytes of the regular file at `path`, at most `limit` of them, and its status before
    they were read: what is written meanwhile differs from that later.

    Raises `CollectError` when it is missing, unreadable, larger than `limit` bytes, or no regular
    file (opening a pipe or a device could wait for ever).
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise CollectError("is no regular file, so it was not read")
            if status.st_size > limit:
                raise too_large(status.st_size, limit)
            data = os.read(descriptor, status.st_size + 1)
            if len(data) != status.st_size:
                with os.fdopen(descriptor, "rb", closefd=False) as file:
                    data += file.read(limit + 1 - len(data))
                if len(data) > limit:
                    raise too_large(len(data), limit)
            return data, status
        finally:
            os.close(descriptor)
    except FileNotFoundError as error:
        raise CollectError("is not there") from error
    except OSError as error:
        raise CollectError(f"cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise CollectError(f"is no usable file name: {error}") from error


def too_large(size: int, limit: int) -> CollectError:
    """The error for `size` bytes where at most `limit` are read."""
    return CollectError(
        f"is {_megabytes(size)} large, more than the {_megabytes(limit)} of fetch.max_bytes; "
        "not read"
    )


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.6f}".rstrip("0").rstrip(".") + " MB"
