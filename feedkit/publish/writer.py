"""One document on the disk, for what does not write to a target yet."""

from pathlib import Path

from feedkit.publish.targets.folder import Folder


def write_document(path: Path, data: bytes) -> bool:
    """Make the file at `path` hold `data`; whether that took a write. Raises `PublishError`."""
    return Folder(path.parent).write(path.name, data)
