"""Sees at once that an article changes, where watchfiles is installed (feedkit's extra `watch`)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from feedkit.logs import warn

_GATHER = 300
"""Milliseconds in which changes come together: an editor writes a file in several steps."""
_STEP = 100
"""Milliseconds between two looks whether more came."""


class FolderWatch:
    """Watches folders and files of articles, those that are there. Does nothing where watchfiles
    is not installed."""

    def __init__(self, on_change: Callable[[], None]) -> None:
        """`on_change` is called when something changed, or may have: in the event loop."""
        self._on_change = on_change
        self._watched: dict[Path, tuple[int, int]] = {}
        """Those that are watched, or could not be."""
        self._task: asyncio.Task[None] | None = None

    def follow(self, folders: Sequence[Path]) -> None:
        """Watch these from now on."""
        there = _present(folders)
        if there == self._watched or find_spec("watchfiles") is None:
            return
        self._watched = there
        self._on_change()  # what changed before they were watched
        self.end()
        self._task = asyncio.create_task(self._watch([*there])) if there else None

    def end(self) -> None:
        """Watch nothing any more."""
        if self._task is not None:
            self._task.cancel()

    async def _watch(self, folders: Sequence[Path]) -> None:
        try:
            async for _ in _changes(folders):
                self._on_change()
        except OSError as error:
            reason = error.strerror or str(error)
            warn("watch", f"articles are looked at every minute only: {reason}")


def _present(folders: Sequence[Path]) -> dict[Path, tuple[int, int]]:
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


async def _changes(folders: Sequence[Path]) -> AsyncIterator[None]:
    """Something each time that something changes below one of the `folders`.

    Raises `OSError` when one is not there, or the machine can watch no more.
    """
    try:
        async for _ in _changes_of(folders, is_tolerant=False):
            yield
    except PermissionError:  # of a folder within, which has no articles for feedkit either
        async for _ in _changes_of(folders, is_tolerant=True):
            yield


async def _changes_of(folders: Sequence[Path], *, is_tolerant: bool) -> AsyncIterator[None]:
    """`_changes`; one that `is_tolerant` does not say either that there are too many folders."""
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
