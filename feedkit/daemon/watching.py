"""Sees at once that an article changes, where watchfiles is installed (feedkit's extra `watch`)."""

from collections.abc import AsyncIterator, Sequence
from importlib.util import find_spec
from pathlib import Path

_GATHER = 300
"""Milliseconds in which changes come together: an editor writes a file in several steps."""
_STEP = 100
"""Milliseconds between two looks whether more came."""


def can_watch() -> bool:
    """Whether watchfiles is installed."""
    return find_spec("watchfiles") is not None


def present(folders: Sequence[Path]) -> dict[Path, tuple[int, int]]:
    """Those of the `folders` that are there, and what tells one from another in its place.

    What is watched is a folder, not its name: one that was replaced has to be watched anew.
    """
    found = {}
    for folder in folders:
        try:
            status = folder.stat()
        except (OSError, ValueError):  # a name that no file can have
            continue
        found[folder] = (status.st_dev, status.st_ino)
    return found


async def changes(folders: Sequence[Path]) -> AsyncIterator[None]:
    """Something each time that something changes below one of the `folders`.

    Raises `OSError` when one is not there, or the machine can watch no more.
    """
    try:
        async for _ in _changes(folders, is_tolerant=False):
            yield
    except PermissionError:  # of a folder within, which has no articles for feedkit either
        async for _ in _changes(folders, is_tolerant=True):
            yield


async def _changes(folders: Sequence[Path], *, is_tolerant: bool) -> AsyncIterator[None]:
    """`changes`; one that `is_tolerant` does not say either that there are too many folders."""
    from watchfiles import awatch
    from watchfiles._rust_notify import WatchfilesRustInternalError

    try:
        async for _ in awatch(
            *folders,
            watch_filter=None,  # which files are articles is not for a library to say
            debounce=_GATHER,
            step=_STEP,
            ignore_permission_denied=is_tolerant,
        ):
            yield
    except WatchfilesRustInternalError as error:
        raise OSError(str(error)) from error
