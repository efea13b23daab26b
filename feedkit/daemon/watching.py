"""Sees at once that an article changes, where watchfiles is installed (feedkit's extra `watch`)."""

from collections.abc import AsyncIterator, Sequence
from importlib.util import find_spec
from pathlib import Path

_GATHER = 300
"""Milliseconds in which changes come together: an editor writes a file in several steps."""


def can_watch() -> bool:
    """Whether watchfiles is installed."""
    return find_spec("watchfiles") is not None


async def changes(folders: Sequence[Path]) -> AsyncIterator[None]:
    """Something each time that something changes below one of the `folders`.

    Ends when there is nothing to watch. Raises `OSError` when the machine can watch no more.
    """
    there = [folder for folder in folders if folder.exists()]
    if not there:
        return
    from watchfiles import awatch

    async for _ in awatch(*there, debounce=_GATHER, ignore_permission_denied=True):
        yield
