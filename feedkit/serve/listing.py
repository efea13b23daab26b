"""Which feeds there are, for who asked for something else."""

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_NAMES = ("atom.xml", "rss.xml", "feed.json")
_MOST = 200
_SECONDS = 10.0


class Listing:
    """The feeds below a folder; looked through every few seconds at most."""

    def __init__(self, root: str) -> None:
        self._root = Path(root)
        self._feeds: list[str] = []
        self._until = 0.0

    def feeds(self) -> list[str]:
        """Their paths below the folder, not more than can be read by a person."""
        if time.monotonic() >= self._until:
            self._feeds = [path for _, path in zip(range(_MOST), self._found(), strict=False)]
            self._until = time.monotonic() + _SECONDS
        return self._feeds

    def _found(self) -> Iterator[str]:
        yield from self._of("")
        with suppress(OSError):
            for folder in sorted((self._root / "categories").iterdir()):
                if folder.name.isprintable() and not folder.name.startswith("."):
                    yield from self._of(f"categories/{folder.name}/")

    def _of(self, folder: str) -> Iterator[str]:
        for name in _NAMES:
            if (self._root / folder / name).is_file():
                yield folder + name
