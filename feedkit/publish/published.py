"""What publishing did, as a value."""

from msgspec import Struct


class Published(Struct):
    """What became of the documents."""

    documents: int = 0
    written: list[str] = []
    """Paths below the output folder."""
    removed: list[str] = []
    """Paths of what is published no more."""
    failed: list[str] = []
    """A sentence for each document that could not be written or removed."""
    problems: list[str] = []
    """A sentence for each entry that is not in them as it should be."""
