"""Where documents go: a folder, or a bucket of S3-compatible storage, by the same few words.

`Folder` and `Objects` are what there is; `target_of` tells which of them an output means.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from feedkit.config import ObjectStore
from feedkit.errors import PublishError
from feedkit.publish.targets.folder import Folder


class Target(Protocol):
    """Holds documents by path: below the root, with "/", such as "categories/go/atom.xml".

    Each is there whole or not at all, whatever happens meanwhile, and is written only where its
    bytes changed. Every method may be called from several threads, and raises `PublishError`.
    """

    @property
    def name(self) -> str:
        """As messages say it: "/srv/planet", "s3://bucket/planet"."""

    def write(self, path: str, data: bytes) -> bool:
        """Have `data` at `path`; whether that took a write."""

    def write_together(self, files: Sequence[tuple[str, bytes]]) -> bool:
        """Have each of `files` at its path, in this order and with as little time between them as
        the target can; whether that took a write. So who sees the last of them, or its `state`,
        knows that the others are there."""

    def state(self, path: str) -> tuple[int, int] | None:
        """What is at `path` now: its size, and a number that is another once it was written again
        (a folder's is the time of change, in nanoseconds); None: nothing that was written."""

    def changed_at(self, folder: str) -> int | None:
        """A number that is another once a file came into the folder, was written again or left
        it; None: nobody knows."""

    def read(self, path: str) -> bytes:
        """What is at `path`."""

    def remove(self, path: str) -> None:
        """Have nothing at `path`, nor copies of it (``.gz``, ``.br``) beside it, nor folders
        above it that hold nothing any more. What is not there is removed already."""


def target_of(output: Path | str | ObjectStore) -> Target:
    """The target that `output` means: a bucket and a prefix, or a folder.

    Raises `PublishError` where it takes a package that is not installed.
    """
    url = output.url if isinstance(output, ObjectStore) else str(output)
    if url.startswith("s3://"):
        try:
            from feedkit.publish.targets.objects import Objects  # obstore is 20 MB, and an extra
        except ModuleNotFoundError as error:
            raise PublishError(
                f"{url}: takes a package more to publish to: pip install 'feedkit[s3]'"
            ) from error
        return Objects(url)
    return Folder(Path(url))
