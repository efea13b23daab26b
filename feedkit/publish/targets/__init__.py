"""Where documents go (interim; the target branch replaces this)."""

from pathlib import Path
from typing import Protocol

from feedkit.publish.writer import write_document


class Target(Protocol):
    def write(self, path: str, data: bytes) -> bool: ...

    def state(self, path: str) -> tuple[int, int] | None: ...

    def remove(self, path: str) -> None: ...


class Folder:
    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, path: str, data: bytes) -> bool:
        return write_document(self.root / path, data)

    def state(self, path: str) -> tuple[int, int] | None:
        try:
            status = (self.root / path).stat()
        except OSError:
            return None
        return status.st_size, status.st_mtime_ns

    def remove(self, path: str) -> None:
        (self.root / path).unlink(missing_ok=True)


def target_of(output: Path) -> Target:
    return Folder(output)
