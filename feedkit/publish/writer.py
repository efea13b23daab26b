"""Puts documents on the disk: whole or not at all, and only where their bytes changed."""

import os
from contextlib import suppress
from pathlib import Path

from feedkit.errors import PublishError


def write_document(path: Path, data: bytes) -> bool:
    """Make the file at `path` hold `data`; whether that took a write.

    The bytes go to a file beside it that then takes its place (fsync, rename), so a reader sees
    the old document or the new one and a killed process leaves either. What a killed process left
    beside it is overwritten. Raises `PublishError`.
    """
    beside = path.with_name(f".{path.name}.tmp")
    try:
        if _holds(path, data):
            beside.unlink(missing_ok=True)
            return False
        descriptor = _create(beside)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):  # what is half written takes room on a disk that is full
            if beside.is_file():
                beside.unlink()
        raise PublishError(f"{path}: cannot be written: {error.strerror}") from error
    except UnicodeEncodeError as error:
        reason = f"file names are in {error.encoding} here; set PYTHONUTF8=1"
        raise PublishError(f"{str(path)!a}: cannot be written: {reason}") from error
    return True


def _holds(path: Path, data: bytes) -> bool:
    try:
        # The size comes first: what is no regular file (opening a pipe waits) has none.
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except FileNotFoundError:
        return False


def _create(path: Path) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        return os.open(path, flags, 0o644)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, flags, 0o644)
